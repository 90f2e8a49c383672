"""A condition and a situation go in; true, false or cannot tell comes out, with the reason in the person's own data."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from openbaclofen.facts.schema import Condition
from openbaclofen.safety.datum import Datum
from openbaclofen.safety.logic import Truth, all_of, any_of, negated, truth
from openbaclofen.safety.names import means
from openbaclofen.safety.situation import Situation
from openbaclofen.units import MONTHS_PER_YEAR


@dataclass(frozen=True)
class Reason:
    """Why a part of a condition holds, or does not. subject: what it is about (kidney, age, condition:stroke, event:stop ...).

    said: the person's own datum; words: what is said of it ('is below 30').
    """

    subject: str
    said: str
    words: str = ""


@dataclass(frozen=True)
class Missing:
    """What could not be told. need: what to state, in the words of the case file."""

    subject: str
    need: tuple[str, ...]


@dataclass(frozen=True)
class Judgement:
    """Whether a condition holds. reasons: of the parts that decided it; missing: of the parts that left it open."""

    truth: Truth
    reasons: tuple[Reason, ...] = ()
    missing: tuple[Missing, ...] = ()


def judge(condition: Condition, situation: Situation, route: str = "any") -> Judgement:
    """Every key that is given must hold. route: whose events count."""
    return both(_KEYS[key](wanted, situation, route) for key, wanted in vars(condition).items() if wanted is not None)


def both(parts: Iterable[Judgement]) -> Judgement:
    """And."""
    return _joined(tuple(parts), all_of)


def either(parts: Iterable[Judgement]) -> Judgement:
    """Or."""
    return _joined(tuple(parts), any_of)


def opposite(part: Judgement) -> Judgement:
    """Not."""
    return Judgement(negated(part.truth), part.reasons, part.missing)


def _joined(parts: tuple[Judgement, ...], join: Callable[[Iterable[Truth]], Truth]) -> Judgement:
    found = join(p.truth for p in parts)
    deciding = [p for p in parts if p.truth is found]
    return Judgement(found, tuple(r for p in deciding for r in p.reasons), tuple(m for p in deciding for m in p.missing))


def leaf(subject: str, datum: Datum[Any], holds: Callable[[Any], bool], words: str = "") -> Judgement:
    """One question to one datum. words: what the reason says of it."""
    if datum.value is None:
        return Judgement(Truth.CANNOT_TELL, (), (Missing(subject, datum.need),))
    return Judgement(truth(holds(datum.value)), (Reason(subject, datum.said, words),))


Part = Callable[[Any, Situation, str], Judgement]


def _compared(field: str, subject: str, compare: Callable[[float, float], bool], words: str) -> Part:
    def part(limit: float, situation: Situation, _: str) -> Judgement:
        datum: Datum[float] = getattr(situation, field)
        if datum.value is None:
            return leaf(subject, datum, bool)
        holds, end = compare(datum.value, limit), _in_months(limit) if subject == "age" and limit < 1 else f"{limit:g}"
        return leaf(subject, datum, lambda _: holds, f"is {'' if holds else 'not '}{words} {end}")

    return part


def _in_months(years: float) -> str:
    months = round(years * MONTHS_PER_YEAR)
    return f"{months} month" if months == 1 else f"{months} months"


def _same(field: str, subject: str) -> Part:
    def part(wanted: object, situation: Situation, _: str) -> Judgement:
        return leaf(subject, getattr(situation, field), lambda value: value == wanted)

    return part


def _has(condition: str, situation: Situation) -> Judgement:
    held = situation.conditions
    if held.value is None:
        return Judgement(Truth.CANNOT_TELL, (), (Missing("conditions", held.need),))
    if condition not in held.value and held.need:
        return Judgement(Truth.CANNOT_TELL, (), (Missing("conditions", held.need),))
    if condition not in held.value:
        return Judgement(Truth.FALSE, (Reason(f"condition:{condition}", f"no {condition.replace('_', ' ')} stated"),))
    stated = held.value[condition]
    by = "" if stated == condition else f" (as {situation.titles[condition]})"
    return Judgement(Truth.TRUE, (Reason(f"condition:{stated}", situation.titles[stated] + by),))


def _any_condition(wanted: list[str], situation: Situation, _: str) -> Judgement:
    return either(_has(c, situation) for c in wanted)


def _all_condition(wanted: list[str], situation: Situation, _: str) -> Judgement:
    return both(_has(c, situation) for c in wanted)


def _allergy(wanted: list[str], situation: Situation, _: str) -> Judgement:
    def named(stated: tuple[str, ...]) -> list[str]:
        return [text for text in stated if means(text, (*wanted, *situation.own_names))]

    datum = situation.allergies
    if datum.value is None:
        return Judgement(Truth.CANNOT_TELL, (), (Missing("allergies", datum.need),))
    found = named(datum.value)
    if datum.need and not found:
        return Judgement(Truth.CANNOT_TELL, (), (Missing("allergies", datum.need),))
    said = f"allergy to {' and '.join(sorted(found))}" if found else "no such allergy"
    return Judgement(truth(bool(found)), (Reason("allergy", said),))


def _form_in(wanted: list[str], situation: Situation, _: str) -> Judgement:
    return leaf("form", situation.dosage_form, lambda form: form in wanted, "is the form ordered")


def _form_not_in(unwanted: list[str], situation: Situation, _: str) -> Judgement:
    return leaf("form", situation.dosage_form, lambda form: form not in unwanted, "is the form ordered")


def _event(wanted: list[str], situation: Situation, route: str) -> Judgement:
    return either(_happens(kind, situation, route) for kind in wanted)


def _happens(kind: str, situation: Situation, route: str) -> Judgement:
    found = [h for h in situation.events.get(kind, ()) if "any" in (route, h.route or "any") or h.route == route]
    if found:
        return Judgement(Truth.TRUE, tuple(Reason(f"event:{kind}", h.said) for h in found))
    if kind in situation.in_doubt:
        return Judgement(Truth.CANNOT_TELL, (), (Missing(f"event:{kind}", situation.in_doubt[kind]),))
    return Judgement(Truth.FALSE, (Reason(f"event:{kind}", f"no {kind.replace('_', ' ')}"),))


def _takes(wanted: bool, situation: Situation, _: str) -> Judgement:
    return Judgement(truth(situation.takes == wanted))


def _missing(wanted: list[str], situation: Situation, _: str) -> Judgement:
    unknown = [name for name in wanted if getattr(situation, name).value is None]
    reasons = (Reason(_SUBJECT_OF.get(name, name), f"{name.replace('_', ' ')} is not stated") for name in unknown)
    return Judgement(truth(bool(unknown)), tuple(reasons))


def _any_of(wanted: list[Condition], situation: Situation, route: str) -> Judgement:
    return either(judge(c, situation, route) for c in wanted)


def _not(unwanted: Condition, situation: Situation, route: str) -> Judgement:
    return opposite(judge(unwanted, situation, route))


_MORE = ("gte", operator.ge, "at least"), ("gt", operator.gt, "above")
_LESS = ("lt", operator.lt, "below"), ("lte", operator.le, "at most")
_MEASURED = {
    "age": ("age", "age"),
    "weight": ("weight", "weight"),
    "egfr": ("egfr", "kidney"),
    "crcl": ("crcl", "kidney"),
    "daily_dose": ("daily_mg", "dose"),
    "intrathecal_daily_dose": ("intrathecal_ug_per_day", "dose"),
    "intrathecal_rise_percent": ("intrathecal_rise_percent", "rise"),
    "intrathecal_fall_percent": ("intrathecal_fall_percent", "rise"),
    "screening_dose": ("screening_ug", "screening"),
    "screening_lasted": ("screening_lasted_h", "screening"),
    "start_over_screening": ("start_over_screening", "screening"),
}
_SUBJECT_OF = {"egfr": "kidney", "strength_mg_per_ml": "form"}
_EQUAL = {
    "sex": "sex",
    "egfr_fell": "kidney",
    "on_dialysis": "kidney",
    "pregnant": "pregnancy",
    "trimester": "pregnancy",
    "breastfeeding": "breastfeeding",
    "spasticity_supports_function": "posture",
    "spasticity_origin": "origin",
    "route": "route",
    "new_start": "start",
    "pump_start": "start",
    "single_bolus": "start",
    "dose_rising": "rise",
    "on_baclofen": "use",
}

_KEYS: dict[str, Part] = {
    **{
        f"{key}_{end}": _compared(field, subject, compare, words)
        for key, (field, subject) in _MEASURED.items()
        for end, compare, words in (*_MORE, *_LESS)
    },
    **{key: _same(key, subject) for key, subject in _EQUAL.items()},
    "use_longer_than": _compared("days_of_use", "use", operator.gt, "longer than"),
    "use_shorter_than": _compared("days_of_use", "use", operator.lt, "shorter than"),
    "takes": _takes,
    "any_condition": _any_condition,
    "all_condition": _all_condition,
    "allergy": _allergy,
    "dosage_form": _form_in,
    "dosage_form_not": _form_not_in,
    "event": _event,
    "missing": _missing,
    "any_of": _any_of,
    "not_": _not,
}
