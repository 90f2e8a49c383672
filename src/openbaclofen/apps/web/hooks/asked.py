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
from openbaclofen.fhir.orders import concept_of, is_baclofen
from openbaclofen.fhir.read import Pool, case_from_bundle, pool_of
from openbaclofen.fhir.resources import Medicine, parse

ENDING = ("stopped", "cancelled", "completed")
WANTED, OUTCOME = "MedicationRequest", "OperationOutcome"
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
    prefetch: dict[str, Any] = Field(default={})


@dataclass(frozen=True)
class Asked:
    """case: what was read; None where it could not be, for the reason in unread. drafts: the baclofen orders in question.

    notes: what was assumed or left out. rest: lists of which only the first page was sent.
    """

    case: Case | None
    drafts: tuple[Mapping[str, Any], ...] = ()
    unread: str = ""
    notes: tuple[str, ...] = field(default=())
    rest: tuple[str, ...] = ()


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
        drafts = tuple(
            found for where, found in pool_of(body.context.draft_orders).of(WANTED) if _of_baclofen(found, where, pool)
        )
        if not drafts and not any(_of_baclofen(found, where, pool) for where, found in pool.of(WANTED, "MedicationStatement")):
            return None
    except InputError as error:
        raise ProblemError("bad-request", str(error)) from error
    if not list(pool.of("Patient")):
        raise ProblemError("needs-data", "the Patient is needed: prefetch 'patient'")
    return _case(bundle, body, drafts, region, today)


def _case(bundle: dict[str, Any], body: HookBody, drafts: tuple[Mapping[str, Any], ...], region: str, today: date) -> Asked:
    told = [kind for key, kind in TYPES.items() if key in body.prefetch and not _failed(body.prefetch[key])]
    rest = tuple(f"the rest of {key}" for key, each in body.prefetch.items() if _pages(each))
    try:
        found = case_from_bundle(bundle, as_of=today, region=region, asked=told)
        case, taken = dict(found.case), found.case.get("current") not in (None, "none")
        if drafts and taken and all(draft.get("status") in ENDING for draft in drafts):
            case |= {"therapy": "none", "question": "stop"}
        elif taken and "therapy" not in case:
            case["question"] = "check"
        return Asked(read_case(case), drafts, notes=tuple(found.notes), rest=rest)
    except InputError as error:
        return Asked(None, drafts, unread=str(error))


def _of_baclofen(found: dict[str, Any], where: str, pool: Pool) -> bool:
    medicine = concept_of(parse(Medicine, found, where), pool, where)
    return bool(medicine.words) and is_baclofen(medicine)


def _bundle(body: HookBody) -> dict[str, Any]:
    """Everything that was sent, as one bundle, each resource once; an order to end leaves what it ends in its place."""
    kept = [entry for each in body.prefetch.values() for entry in _entries(each)]
    drafted = [e for e in _entries(body.context.draft_orders) if e["resource"].get("status") not in ENDING]
    entries = {_name(entry) or str(i): entry for i, entry in enumerate((*kept, *drafted))}  # a draft replaces what it changes
    return {"resourceType": "Bundle", "type": "collection", "entry": list(entries.values())}


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
