"""Orders and statements about medicines go in; the baclofen order in question, baclofen taken now, and the rest come out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from openbaclofen.dose.sig import format_sig
from openbaclofen.errors import InputError
from openbaclofen.fhir import codes, dosage
from openbaclofen.fhir.medicine import concept_of, other_than_baclofen
from openbaclofen.fhir.resources import CodeableConcept, Measure, Medicine
from openbaclofen.units import Duration, IntrathecalDose, IntrathecalRate, UnitError

if TYPE_CHECKING:
    from openbaclofen.fhir.read import Pool

_TAKEN = ("active", "on-hold", "unknown", "intended", "")
_OVER = ("completed", "stopped", "cancelled", "entered-in-error", "not-taken")
_INTRATHECAL = "intrathecal"
_BY_MOUTH = re.compile(r"\b(per)?oral|\bmouth|\bp\.?\s?o\b|\bper os|\bgastr|\bnasogastr|\benteral|\btube\b|\bpeg\b", re.I)


@dataclass
class Orders:
    """order, current: as a case writes them, None where there is none. others: the other medicines, in words with codes.

    notes: what was assumed; left_out: what was not used; undosed: records that baclofen is taken, without a dose.
    """

    order: str | dict[str, Any] | None = None
    current: dict[str, Any] | None = None
    others: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    undosed: list[str] = field(default_factory=list)


def read(found: Iterable[tuple[str, Medicine]], pool: Pool, today: date, ordered: bool = True) -> Orders:
    """Orders of status draft are in question, others that are not over are what is taken. ordered: False passes baclofen over.

    Errors: InputError where baclofen is ordered, or taken, by two orders that differ.
    """
    orders = Orders()
    for where, of in found:
        medicine, status = concept_of(of, pool, where), of.status.lower()
        if status in _OVER or (status != "draft" and of.intent in ("proposal", "option")):
            continue
        if status not in (*_TAKEN, "draft"):
            orders.left_out.append(f"{where}: the status {of.status[:100]!r} is not one of FHIR R4; it is counted as taken")
        if of.do_not_perform:
            orders.left_out.append(
                f"{where}: says that {medicine.words or 'a medicine'} is not to be given, and is not counted"
            )
        elif (other := other_than_baclofen(medicine, where)) is not None:
            orders.others.append(other)
            if of.modifier_extension:
                orders.left_out.append(f"{where}: its modifierExtension is not understood; it is counted as taken")
        elif ordered:
            _add(orders, of, medicine, where, today)
    orders.others = list(dict.fromkeys(orders.others))
    if orders.undosed and orders.current is None:
        raise InputError("baclofen is taken, and no dose of it is said; expected a dosing instruction", orders.undosed[0])
    orders.left_out += [f"{where}: says no dose of baclofen; that of another record is used" for where in orders.undosed]
    return orders


def _add(orders: Orders, of: Medicine, medicine: CodeableConcept, where: str, today: date) -> None:
    """An order of baclofen."""
    if of.modifier_extension or any(d.modifier_extension for d in of.dosages):
        raise InputError("a modifierExtension may change what is ordered, and its meaning is not known", where)
    if of.status.lower() == "draft":
        orders.order = _only(orders.order, _therapy(of, medicine, where, orders.notes), where)
        return
    if (over := dosage.over(of.dosages, today, where)) is not None:
        orders.left_out.append(f"{where}: its dosing ended on {over}, so it is not counted as taken")
        return
    if not of.dosages:
        orders.undosed.append(where)
        return
    since = dosage.day(of.since, where).isoformat() if of.since else None
    orders.current = _same(orders.current, _therapy(of, medicine, where, orders.notes), since, where)
    if of.status.lower() == "on-hold":
        orders.left_out.append(f"{where}: is on hold, and counted as taken now")


def _same(before: dict[str, Any] | None, now: str | dict[str, Any], since: str | None, where: str) -> dict[str, Any]:
    """What is taken, said once or by several records that agree; since the earliest day that one of them says."""
    had = before and {key: value for key, value in before.items() if key != "since"}
    taken = _only(had and had.get("sig", had), now, where)
    first = min((said for said in ((before or {}).get("since"), since) if said), default=None)
    return (taken if isinstance(taken, dict) else {"sig": taken}) | ({"since": first} if first else {})


def _therapy(of: Medicine, medicine: CodeableConcept, where: str, notes: list[str]) -> str | dict[str, Any]:
    """A sig, or a pump programme. Errors: InputError for another route."""
    spinal = _for_the_spine(medicine)
    routes = {_route(d.route, where) for d in of.dosages} - {""}
    if routes == {_INTRATHECAL} or (spinal and not routes):
        return {"route": _INTRATHECAL, "programme": _rate(of, where)}
    if len(routes) > 1 or (spinal and routes):
        raise InputError("expected one route that fits the product, by mouth or intrathecal", where)
    sig, assumed = dosage.read_sig(of.dosages, medicine, where)
    notes += assumed
    return format_sig(sig)


def is_intrathecal(of: Medicine, medicine: CodeableConcept) -> bool:
    """Whether an order, readable or not, is for the spinal fluid: by its product, its words or a route."""
    routes = [(codes.concept(d.route, "route"), " ".join(d.route.said).lower()) for d in of.dosages]
    return _for_the_spine(medicine) or any(_INTRATHECAL in said for route in routes for said in route)


def _for_the_spine(medicine: CodeableConcept) -> bool:
    """Whether a product, or a medicine in words, is made for the spinal fluid."""
    product = codes.product(medicine)
    return (product is not None and product.form.startswith(_INTRATHECAL)) or _INTRATHECAL in medicine.words.lower()


def _route(of: CodeableConcept, where: str) -> str:
    """'oral' or 'intrathecal'; '' where it is not said. Errors: InputError for any other, or one that is not known."""
    if not of.words:
        return ""
    if known := codes.concept(of, "route"):
        return known
    said = " ".join(of.said).lower()
    if _INTRATHECAL in said:
        return _INTRATHECAL
    if _BY_MOUTH.search(said):
        return "oral"
    raise InputError(f"the route {of.words!r} is neither by mouth (or feeding tube) nor intrathecal, as far as is known", where)


def _rate(of: Medicine, where: str) -> str:
    """The programme of a pump: one rate, as such or as an amount over some time; or a single bolus."""
    given = of.dosages[0].dose_and_rate[0] if len(of.dosages) == 1 and len(of.dosages[0].dose_and_rate) == 1 else None
    try:
        if given and given.rate_ratio and given.rate_ratio.numerator.value is not None:
            over = given.rate_ratio.denominator
            days = Duration.of(1 if over.value is None else over.value, _unit(over)).value
            each = IntrathecalDose.of(given.rate_ratio.numerator.value, _unit(given.rate_ratio.numerator))
            return f"{each.value / days:.12g} ug/d continuous"
        if given and given.rate_quantity and given.rate_quantity.value is not None:
            rate = IntrathecalRate.of(given.rate_quantity.value, _unit(given.rate_quantity))
            return f"{rate.value:.12g} ug/d continuous"
        if given and given.dose_quantity and given.dose_quantity.value is not None and of.dosages[0].timing.repeat.count == 1:
            return f"{IntrathecalDose.of(given.dose_quantity.value, _unit(given.dose_quantity)).value:.12g} ug once"
    except (UnitError, ZeroDivisionError) as error:
        raise InputError(str(error), where) from error
    raise InputError("expected one rateQuantity in ug/d for an intrathecal order, or a doseQuantity once (count 1)", where)


def _unit(of: Measure) -> str:
    return next(iter(of.units), "")


def _only(before: Any, now: Any, where: str) -> Any:
    """One order told once or several times; where one tells the product too, that one. Errors: InputError where they differ."""
    if before is None or before == now:
        return now
    if isinstance(before, str) and isinstance(now, str) and _doses(before) == _doses(now):
        return max(before, now, key=len)
    said = "; ".join(each if isinstance(each, str) else str(each["programme"]) for each in (before, now))
    raise InputError(f"baclofen stands in more than one order, and they differ ({said}); expected one", where)


def _doses(sig: str) -> str:
    """A sig without what it is made of."""
    return sig.split(" using ")[0].split(" as ")[0]
