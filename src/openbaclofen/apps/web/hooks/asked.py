"""The body of a hook's call goes in; the case it tells of, and the orders in question, come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from openbaclofen.apps.web.hooks.offered import SELECT, TYPES
from openbaclofen.apps.web.problems import ProblemError
from openbaclofen.case.read import read_case
from openbaclofen.case.record import Case
from openbaclofen.errors import InputError
from openbaclofen.fhir.medicine import NOT_SENT, concept_of, is_baclofen, known
from openbaclofen.fhir.orders import is_intrathecal
from openbaclofen.fhir.read import Pool, case_from_bundle, pool_of
from openbaclofen.fhir.resources import Medicine, parse
from openbaclofen.safety.ordered import INTRATHECAL, ORAL

TAKEN_SO_FAR = ("stopped", "completed", "on-hold")
ENDING = (*TAKEN_SO_FAR, "cancelled")
WRONG = "entered-in-error"
WANTED, OUTCOME = "MedicationRequest", "OperationOutcome"
Drafts = tuple[Mapping[str, Any], ...]
Text = Annotated[str, Field(min_length=1, max_length=1000)]
CAMEL = ConfigDict(extra="allow", alias_generator=to_camel)


class Context(BaseModel):
    """Where the user stands: the patient and the orders not yet signed."""

    model_config = CAMEL
    user_id: Text
    patient_id: Text
    draft_orders: dict[str, Any] = Field(description="a FHIR bundle of the orders in question")
    selections: list[str] = Field(default=[], description="of order-select: the orders just chosen")


class HookBody(BaseModel):
    """A call of a hook."""

    model_config = CAMEL
    hook: Text
    hook_instance: Text
    context: Context
    prefetch: dict[str, Any] | None = Field(default=None)

    @property
    def sent(self) -> dict[str, Any]:
        """What was sent along; nothing where the record system sends none."""
        return self.prefetch or {}


@dataclass(frozen=True)
class Asked:
    """case: what was read; without orders of baclofen where those could not be, for the reason in unread; None where nothing
    could be. drafts: the baclofen orders in question; nameless: orders in question of which it is not known what they are for;
    stops: the route of baclofen that is to end, where it could not be read.

    notes: what was assumed; left_out: what was not used. rest: lists that were not sent, or only in part.
    """

    case: Case | None
    drafts: Drafts = ()
    unread: str = ""
    notes: tuple[str, ...] = field(default=())
    left_out: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    nameless: tuple[str, ...] = ()
    stops: str = ""


def read(body: HookBody, hook: str, region: str, today: date) -> Asked | None:
    """What is asked; None where baclofen is neither ordered nor taken, or nothing that is a medicine was chosen.

    Errors: ProblemError 'bad-request' for another hook or a bundle that is none, 'needs-data' without the Patient.
    """
    if body.hook != hook:
        raise ProblemError("bad-request", f"this service answers {hook}, not another hook")
    if hook == SELECT and body.context.selections and not any(WANTED in chosen for chosen in body.context.selections):
        return None
    bundle = _bundle(body)
    try:
        pool = pool_of(bundle)
        ordered = list(pool_of(body.context.draft_orders).of(WANTED))
        drafts = tuple(found for where, found in ordered if _of_baclofen(found, where, pool))
        nameless = tuple(where for where, found in ordered if _nameless(found, where, pool))
        ended = [draft for draft in drafts if draft.get("status") in TAKEN_SO_FAR]
        lists = [each for each in pool.of(WANTED, "MedicationStatement") if each[1].get("status") != "draft"]
        asks = bool(ended) or not drafts  # else what is taken need not be known yet
        taken = asks and any(_of_baclofen(found, where, pool) for where, found in lists)
    except InputError as error:
        raise ProblemError("bad-request", str(error)) from error
    if not ordered and not taken:
        return None
    _same_patient(body, pool)
    if not drafts and not taken:
        return Asked(None, nameless=nameless) if nameless else None
    if not taken:  # an order that is to end tells by itself what was taken
        bundle["entry"] += [{"resource": {**draft, "status": "active"}} for draft in ended]
    return _case(bundle, body, drafts, region, today)


def _same_patient(body: HookBody, pool: Pool) -> None:
    """Errors: ProblemError 'needs-data' without the Patient, 'bad-request' where it is another than that of the context."""
    people = [found for _, found in pool.of("Patient")]
    if not people:
        raise ProblemError("needs-data", "the Patient is needed: prefetch 'patient'")
    wanted = body.context.patient_id.removeprefix("Patient/")
    if any(found.get("id") and found["id"] != wanted for found in people):
        raise ProblemError("bad-request", "the Patient that was sent is not the one of 'patientId'")


def _case(bundle: dict[str, Any], body: HookBody, drafts: Drafts, region: str, today: date) -> Asked | None:
    """The case; None where an order to end, or another medicine, finds that no baclofen is taken."""
    told = [kind for key, kind in TYPES.items() if key in body.sent and not _failed(body.sent[key])]
    if WANTED not in told:  # statements alone do not tell of orders
        told = [kind for kind in told if kind != "MedicationStatement"]
    rest = tuple(f"the rest of {key}" for key, each in body.sent.items() if _pages(each))
    ending = bool(drafts) and all(ends(draft) for draft in drafts)
    try:
        found = case_from_bundle(bundle, as_of=today, region=region, asked=told)
        case, taken = dict(found.case), found.case.get("current") not in (None, "none")
        if ending and taken:
            case |= {"therapy": "none", "question": "stop"}
        elif taken and "therapy" not in case:
            case["question"] = "check"
        elif not taken and (ending or not drafts):
            return None
        left_out = (*found.left_out, *_beside(case, drafts, bundle))
        return Asked(read_case(case), drafts, notes=tuple(found.notes), left_out=left_out, rest=rest)
    except InputError as error:
        unread = str(error)
    try:
        found = case_from_bundle(bundle, as_of=today, region=region, asked=told, ordered=False)
        if ending:
            return Asked(None, drafts, unread, stops=_route_of(bundle))
        return Asked(read_case(found.case), drafts, unread, tuple(found.notes), tuple(found.left_out), rest)
    except InputError:
        return Asked(None, drafts, unread)


def _route_of(bundle: Mapping[str, Any]) -> str:
    """Whether any baclofen that is taken or ordered goes into the spinal fluid, which is the worst to end; else by mouth."""
    pool = pool_of(bundle)
    each = [(where, parse(Medicine, found, where)) for where, found in pool.of(WANTED, "MedicationStatement")]
    concepts = [(of, concept_of(of, pool, where)) for where, of in each]
    return INTRATHECAL if any(is_baclofen(what) and is_intrathecal(of, what) for of, what in concepts) else ORAL


def _beside(case: Mapping[str, Any], drafts: Drafts, bundle: Mapping[str, Any]) -> list[str]:
    """That an order is judged in place of what is taken, where nothing says that it replaces it."""
    held = {entry["resource"].get("id") for entry in bundle["entry"] if entry["resource"].get("status") != "draft"}
    if not drafts or case.get("current") in (None, "none") or any(_replaces(draft, held) for draft in drafts):
        return []
    return ["baclofen is taken already, and the order is judged in its place: end the other, or the doses add up"]


def _replaces(draft: Mapping[str, Any], held: set[Any]) -> bool:
    """Whether an order ends, or says that it goes before another."""
    return ends(draft) or bool(draft.get("priorPrescription")) or (bool(draft.get("id")) and draft["id"] in held)


def ends(draft: Mapping[str, Any]) -> bool:
    """Whether an order in question means that the medicine is not taken any more, or not for now."""
    return draft.get("status") in ENDING or draft.get("doNotPerform") is True


def _nameless(found: dict[str, Any], where: str, pool: Pool) -> bool:
    """Whether nobody can say what an order is for: no words, and no code that is known."""
    medicine = concept_of(parse(Medicine, found, where), pool, where)
    lost = found.get("medicationReference") and medicine.words.endswith(NOT_SENT)
    return not ends(found) and found.get("status") != WRONG and (bool(lost) or not (medicine.said or known(medicine)))


def _of_baclofen(found: dict[str, Any], where: str, pool: Pool) -> bool:
    medicine = concept_of(parse(Medicine, found, where), pool, where)
    return bool(medicine.words) and is_baclofen(medicine)


def _bundle(body: HookBody) -> dict[str, Any]:
    """Everything that was sent, as one bundle. What a draft changes or ends is taken so far; an older draft of it goes."""
    kept = [entry for each in body.sent.values() for entry in _entries(each)]
    new = [e for e in _entries(body.context.draft_orders) if not ends(e["resource"])]
    names = {_name(e) for e in new} - {""}
    kept = [e for e in kept if _name(e) not in names or e["resource"].get("status") != "draft"]
    return {"resourceType": "Bundle", "type": "collection", "entry": [*kept, *map(_drafted, new)]}


def _drafted(entry: dict[str, Any]) -> dict[str, Any]:
    """An order as a draft, whatever its status is called before it is signed."""
    resource = entry["resource"]
    if resource.get("resourceType") != WANTED or resource.get("status") == WRONG:
        return entry
    return {**entry, "resource": {**resource, "status": "draft"}}


def _name(entry: dict[str, Any]) -> str:
    """By what a resource is known: type and id, else its address, else ''."""
    resource = entry["resource"]
    return f"{resource.get('resourceType')}/{resource['id']}" if resource.get("id") else str(entry.get("fullUrl") or "")


def _entries(of: Any) -> Iterator[dict[str, Any]]:
    """The entries of a bundle (resource, and its address where it has one), or the one resource. Errors: ProblemError."""
    if of is None:
        return
    if not isinstance(of, dict):
        raise ProblemError("bad-request", "expected a FHIR resource or a bundle")
    entries = (of.get("entry") or []) if of.get("resourceType") == "Bundle" else [{"resource": of}]
    if not isinstance(entries, list) or any(not isinstance(entry, dict) for entry in entries):
        raise ProblemError("bad-request", "expected a bundle whose entry is a list")
    for entry in entries:
        if isinstance(found := entry.get("resource"), dict) and found.get("resourceType") != OUTCOME:
            yield {"resource": found, **({"fullUrl": entry["fullUrl"]} if entry.get("fullUrl") else {})}


def _failed(of: Any) -> bool:
    """Whether a record system says that it could not look: with an OperationOutcome, alone or within the bundle."""
    resources = [e.get("resource") for e in of.get("entry") or []] if of and of.get("resourceType") == "Bundle" else [of]
    return any(_severe(r.get("issue")) for r in resources if isinstance(r, dict) and r.get("resourceType") == OUTCOME)


def _severe(issues: Any) -> bool:
    if not isinstance(issues, list) or not issues:
        return True
    return any(not isinstance(issue, dict) or issue.get("severity", "error") in ("fatal", "error") for issue in issues)


def _pages(of: Any) -> bool:
    """Whether more was found than was sent."""
    links = of.get("link") or [] if isinstance(of, dict) else []
    return isinstance(links, list) and any(isinstance(link, dict) and link.get("relation") == "next" for link in links)
