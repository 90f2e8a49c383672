"""Orders and statements about medicines go in; the baclofen order in question, baclofen taken now, and the rest come out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from openbaclofen import facts
from openbaclofen.dose.sig import format_sig
from openbaclofen.errors import InputError
from openbaclofen.fhir import codes, dosage
from openbaclofen.fhir.resources import CodeableConcept, Medication, Medicine, parse
from openbaclofen.safety import medicines
from openbaclofen.units import IntrathecalRate, UnitError

if TYPE_CHECKING:
    from openbaclofen.fhir.read import Pool

_TAKEN = ("active", "on-hold", "unknown", "intended", "")
_INTRATHECAL = "intrathecal"


@dataclass
class Orders:
    """order, current: as a case writes them, None where there is none. others: the other medicines, in words with codes."""

    order: str | dict[str, Any] | None = None
    current: dict[str, Any] | None = None
    others: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(found: Iterable[tuple[str, Medicine]], pool: Pool, today: date) -> Orders:
    """Orders of status draft are in question, others that are not over are what is taken.

    Errors: InputError where baclofen is ordered, or taken, by two orders that differ.
    """
    orders = Orders()
    for where, of in found:
        medicine = concept_of(of, pool, where)
        draft = of.status == "draft"
        if not draft and (of.status not in _TAKEN or of.intent in ("proposal", "option")):
            continue
        if not medicine.words:
            orders.notes.append(f"{where}: names no medicine")
        elif not is_baclofen(medicine):
            orders.others.append(codes.named(medicine))
        elif draft:
            orders.order = _only(orders.order, _therapy(of, medicine, where, orders.notes), where)
        else:
            taken = _therapy(of, medicine, where, orders.notes)
            since = dosage.day(of.since, where).isoformat() if of.since else None
            current = taken if isinstance(taken, dict) else {"sig": taken}
            orders.current = _only(orders.current, current | ({"since": since} if since else {}), where)
            if of.status == "on-hold":
                orders.notes.append(f"{where}: is on hold, and counted as taken now")
    orders.others = list(dict.fromkeys(orders.others))
    return orders


def concept_of(of: Medicine, pool: Pool, where: str) -> CodeableConcept:
    """What an order is for, itself or through a reference; one that leads nowhere stays, as a medicine nobody knows."""
    if of.medication_codeable_concept is not None:
        return of.medication_codeable_concept
    if of.medication_reference is None:
        return CodeableConcept()
    address = of.medication_reference.reference
    if address.startswith("#"):
        target = next((c for c in of.contained if c.get("id") == address[1:]), None)
    else:
        target = pool.by_address.get(address)
    if target is None:
        return CodeableConcept(text=of.medication_reference.display or f"{address} (not in the bundle)")
    return parse(Medication, target, where).code


def is_baclofen(medicine: CodeableConcept) -> bool:
    """Whether it is baclofen, by its codes or its words."""
    by_code = any(codes.concept(medicine, group) == codes.SUBSTANCE for group in ("ingredient", "product", "component"))
    return by_code or medicines.read(codes.named(medicine), medicines.index(facts.load())).itself


def _therapy(of: Medicine, medicine: CodeableConcept, where: str, notes: list[str]) -> str | dict[str, Any]:
    """A sig, or a pump programme."""
    routes = {codes.concept(d.route, "route") or d.route.words.lower() for d in of.dosages}
    if any(_INTRATHECAL in route for route in routes):
        return {"route": _INTRATHECAL, "programme": _rate(of, where)}
    sig, assumed = dosage.read_sig(of.dosages, medicine, where)
    notes += assumed
    return format_sig(sig)


def _rate(of: Medicine, where: str) -> str:
    """The programme of a pump: one rate a day."""
    given = of.dosages[0].dose_and_rate[0] if len(of.dosages) == 1 and of.dosages[0].dose_and_rate else None
    rate = given.rate_quantity if given else None
    if given and given.rate_ratio:
        numerator, denominator = given.rate_ratio.numerator, given.rate_ratio.denominator
        if denominator.value in (None, 1) and (denominator.code or denominator.unit) in ("d", "day"):
            rate = numerator.model_copy(update={"code": f"{numerator.code or numerator.unit}/d"})
    if rate is None or rate.value is None:
        raise InputError("expected one rateQuantity in ug/d for an intrathecal order", where)
    try:
        return f"{IntrathecalRate.of(rate.value, rate.code or rate.unit).value:.12g} ug/d continuous"
    except UnitError as error:
        raise InputError(str(error), where) from error


def _only(before: Any, now: Any, where: str) -> Any:
    if before is not None and before != now:
        raise InputError("baclofen stands in more than one order, and they differ; expected one", where)
    return now
