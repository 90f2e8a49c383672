"""The 'therapy' and 'current' parts of a case go in; an order or a pump programme, and what is taken now, come out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from openbaclofen.case import fields
from openbaclofen.case.pumps import PUMP_KEYS, read_pump
from openbaclofen.case.record import Current, Food, IntrathecalTherapy, IntravenousTherapy, OralTherapy, Therapy
from openbaclofen.case.source import Node
from openbaclofen.dose.regimen import Regimen
from openbaclofen.dose.sig import Sig, format_sig, parse_sig
from openbaclofen.errors import InputError
from openbaclofen.units import DAYS_PER_YEAR, Duration

ORAL_KEYS = ("route", "sig", "product", "form", "food")
VEIN_KEYS = ("route", "sig", "over")
SINCE = "since"
_ROUTES: Mapping[str, str] = {
    "oral": "oral",
    "by mouth": "oral",
    "po": "oral",
    "intrathecal": "intrathecal",
    "intravenous": "intravenous",
    "iv": "intravenous",
}
_FOOD: Mapping[str, Food] = {"with": "with", "without": "without"}


def read_therapy(node: Node, current: Therapy | None = None, also: tuple[str, ...] = ()) -> Therapy:
    """A sig, a mapping, a list of dated steps, or a pump programme. current: what a taper starts from. Errors: InputError."""
    if isinstance(node.value, dict) and not all(fields.is_day(key) for key in node.value):
        stated = fields.mapping(node, tuple(dict.fromkeys((*ORAL_KEYS, *PUMP_KEYS, *VEIN_KEYS, *also))))
        route = fields.choice(stated["route"], _ROUTES) if "route" in stated else "oral"
        if route == "intravenous":
            return _vein(node, stated, bool(also))
        return read_pump(node, stated, also) if route == "intrathecal" else _oral(node, stated, current, also)
    return _of_sig(node, _sig_text(node), current)


def read_current(node: Node, as_of: date) -> Current | None:
    """What is taken now; None where the case says 'none'."""
    if isinstance(node.value, str) and node.value.strip().lower() in ("none", "no", "nothing"):
        return None
    therapy = read_therapy(node, also=(SINCE,))
    if isinstance(therapy, IntrathecalTherapy) and not therapy.gives.repeats:
        raise node.error(f"expected a programme that goes on, such as '250 ug/d continuous'; got {therapy.programme!r}")
    if isinstance(therapy, OralTherapy) and therapy.regimen.highest_daily_mg == 0:
        raise node.error(f"expected what is taken now, such as '10 mg TID', or none; got {fields.shown(node)}")
    if isinstance(therapy, IntrathecalTherapy) and therapy.filled is not None and therapy.filled > as_of:
        raise node.error(
            f"'filled' {therapy.filled} lies after the date of the case, {as_of}; a fill to come belongs to 'therapy'"
        )
    since = node.value.get(SINCE) if isinstance(node.value, dict) else None
    if since is None or since.value is None:
        start = therapy.regimen.start if isinstance(therapy, OralTherapy) else None
        return Current(therapy, start, _since(node, start, as_of) if start else None)
    if fields.is_day(fields.text(since)):
        on = fields.day(since)
        return Current(therapy, on, _since(since, on, as_of))
    if re.match(r"[\d.]+\s*[a-z]", fields.text(since), re.I) is None:
        raise since.error(f"expected a date such as 2025-03-01, or a length such as 2 years; got {fields.shown(since)}")
    duration = fields.quantity(since, Duration)
    _, longest = fields.bounds("years_on_therapy")
    if duration.value > longest * DAYS_PER_YEAR:
        raise since.error(f"{fields.text(since)!r} is not possible; expected at most {longest:g} years")
    return Current(therapy, None, duration)


def _since(node: Node, on: date, as_of: date) -> Duration:
    if on > as_of:
        raise node.error(f"{on} lies after the date of the case, {as_of}")
    return Duration(float((as_of - on).days))


def _oral(node: Node, stated: dict[str, Node], current: Therapy | None, also: tuple[str, ...]) -> OralTherapy:
    allowed = (*ORAL_KEYS, *also)
    for key, value in stated.items():
        if key not in allowed:
            route = "intravenous" if key in VEIN_KEYS else "intrathecal"
            raise value.error(f"{key!r} belongs to 'route: {route}'; an oral order has {', '.join(allowed)}")
    if "sig" not in stated:
        raise node.error("expected 'sig', such as {sig: 10 mg TID}, or 'route: intrathecal' with a 'programme'")
    therapy = _of_sig(stated["sig"], _sig_text(stated["sig"]), current)
    for key in ("product", "form"):
        if key in stated:
            therapy = _with_product(therapy, stated[key])
    return replace(therapy, food=fields.choice(stated["food"], _FOOD)) if "food" in stated else therapy


def _vein(node: Node, stated: dict[str, Node], now: bool) -> IntravenousTherapy:
    """Doses into a vein. now: it is said to be what is taken now."""
    if now:
        raise stated["route"].error("what is taken now goes in by mouth or by a pump; expected 'route: oral' or 'intrathecal'")
    for key, value in stated.items():
        if key not in VEIN_KEYS:
            raise value.error(f"{key!r} does not belong to an intravenous order, which has {', '.join(VEIN_KEYS)}")
    if "sig" not in stated:
        raise node.error("expected 'sig', such as {route: intravenous, sig: 5 mg daily, over: 1 h}")
    order = _of_sig(stated["sig"], _sig_text(stated["sig"]), None)
    if not order.regimen.phases:
        raise stated["sig"].error("expected doses, such as '5 mg daily'")
    over = fields.quantity(stated["over"], Duration, "infusion") if "over" in stated else None
    return IntravenousTherapy(order.regimen, order.sig, f"{order.text} into a vein{_over(stated)}", over)


def _over(stated: dict[str, Node]) -> str:
    return f" over {fields.text(stated['over'])}" if "over" in stated else ""


def _sig_text(node: Node) -> str:
    """The sig itself, or dated steps put together: [{date: 2025-03-01, sig: 5 mg TID}, ...] or {2025-03-01: 5 mg TID, ...}."""
    if isinstance(node.value, dict):
        steps = [f"{day}: {fields.text(value)}" for day, value in node.value.items()]
    elif isinstance(node.value, tuple):
        steps = [_dated(item) for item in node.value]
    else:
        return fields.text(node)
    if not steps:
        raise node.error("expected at least one step such as {date: 2025-03-01, sig: 5 mg TID}")
    return "; ".join(steps)


def _dated(node: Node) -> str:
    if isinstance(node.value, dict) and all(fields.is_day(key) for key in node.value):
        return _sig_text(node)
    if isinstance(node.value, str):
        return fields.text(node)
    step = fields.mapping(node, ("date", "sig"))
    if len(step) < len(("date", "sig")):
        raise node.error("expected a date and a sig, such as {date: 2025-03-01, sig: 5 mg TID}")
    return f"{fields.day(step['date'])}: {fields.text(step['sig'])}"


def _of_sig(node: Node, said: str, current: Therapy | None) -> OralTherapy:
    regimen: Regimen | None = current.regimen if isinstance(current, OralTherapy) else None
    try:
        return _therapy(parse_sig(said, regimen), said)
    except InputError as error:
        raise fields.at(node, error) from error


def _therapy(sig: Sig, said: str) -> OralTherapy:
    form = sig.form or ("oral_solution" if sig.strength_mg_per_ml is not None else "tablet")
    return OralTherapy(sig.regimen, said, format_sig(sig), form, sig.strength_mg, sig.strength_mg_per_ml, sig.stops)


def _with_product(therapy: OralTherapy, node: Node) -> OralTherapy:
    """The therapy made of the product stated beside it, which must not contradict one within the sig."""
    said = re.sub(r"^\s*(as|using|with|from)\s+", "", fields.text(node), flags=re.I).replace("_", " ")
    try:
        product = parse_sig(f"none using {said}")
        own = parse_sig(therapy.text)
    except InputError as error:
        expected = "expected a product such as '5 mg/mL suspension' or '25 mg tablets'"
        raise node.error(f"{expected}, got {fields.shown(node)}") from error
    merged = {}
    for key in ("form", "strength_mg", "strength_mg_per_ml"):
        within, beside = getattr(own, key), getattr(product, key)
        if within is not None and beside is not None and within != beside:
            raise node.error(f"{fields.text(node)!r} contradicts the product in the sig")
        merged[key] = within if beside is None else beside
    return replace(_therapy(replace(own, **merged), therapy.sig), text=format_sig(replace(own, **merged)))
