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
WANTED = "MedicationRequest"
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

    notes: what was assumed or left out.
    """

    case: Case | None
    drafts: tuple[Mapping[str, Any], ...] = ()
    unread: str = ""
    notes: tuple[str, ...] = field(default=())


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
    told = [kind for key, kind in TYPES.items() if body.prefetch.get(key) is not None]
    try:
        found = case_from_bundle(bundle, as_of=today, region=region, asked=told)
        case, taken = dict(found.case), found.case.get("current") not in (None, "none")
        if drafts and taken and all(draft.get("status") in ENDING for draft in drafts):
            case |= {"therapy": "none", "question": "stop"}
        elif taken and "therapy" not in case:
            case["question"] = "check"
        return Asked(read_case(case), drafts, notes=tuple(found.notes))
    except InputError as error:
        return Asked(None, drafts, unread=str(error))


def _of_baclofen(found: dict[str, Any], where: str, pool: Pool) -> bool:
    medicine = concept_of(parse(Medicine, found, where), pool, where)
    return bool(medicine.words) and is_baclofen(medicine)


def _bundle(body: HookBody) -> dict[str, Any]:
    """Everything that was sent, as one bundle, each resource once; an order to end takes the place of what it ends."""
    drafts = list(_resources(body.context.draft_orders))
    kept = [found for each in body.prefetch.values() for found in _resources(each)]
    drafted = [d for d in drafts if d.get("status") not in ENDING]
    if any(not isinstance(found, dict) for found in (*kept, *drafts)):
        raise ProblemError("bad-request", "expected FHIR resources")
    known = {_name(d) for d in drafted if d.get("id")}
    rest = [f for f in kept if _name(f) not in known]
    entries = [{"resource": resource} for resource in (*rest, *drafted)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _name(resource: dict[str, Any]) -> tuple[str, str]:
    return str(resource.get("resourceType")), str(resource.get("id"))


def _resources(of: Any) -> Iterator[dict[str, Any]]:
    """The resources of a bundle, or the one resource. Errors: ProblemError."""
    if of is None:
        return
    if not isinstance(of, dict):
        raise ProblemError("bad-request", "expected a FHIR resource or a bundle")
    if of.get("resourceType") != "Bundle":
        yield of
        return
    entries = of.get("entry") or []
    if not isinstance(entries, list) or any(not isinstance(entry, dict) for entry in entries):
        raise ProblemError("bad-request", "expected a bundle whose entry is a list")
    for entry in entries:
        if isinstance(found := entry.get("resource"), dict) and found.get("resourceType") != "OperationOutcome":
            yield found
