"""A pump's case goes in; what follows where it stops at once, over hours, comes out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from openbaclofen.cascade import Course
from openbaclofen.case.record import Case, Current, OralTherapy
from openbaclofen.decide.expect import LEVELS, significant
from openbaclofen.decide.pump_case import PumpCase
from openbaclofen.decide.pump_records import How, Line, Part
from openbaclofen.dose.sig import format_sig, parse_sig
from openbaclofen.infer.pump import pump_course
from openbaclofen.infer.typical import CannotTellError
from openbaclofen.outcome.withdrawal import onset_h

NOTICED, PEOPLE, DRAWS = "withdrawal.noticed", "decision.people", "decision.ignorance_draws"
SIGNS, RESTORED, REACHES = "ITB-WD-SIGNS", "itb.pharmacodynamics.onset_infusion", "ITB-WD-TREAT"
FOLLOWED_DAYS = 4
WITHDRAWAL = "withdrawal noticed"
TITLE = "If it stops (empty, stalled, kinked, disconnected): hours from then"


def stall(of: PumpCase, seed: int) -> Part:
    """Hours until the level beside the legs is half and until withdrawal is noticed; the latest time to act."""
    kb = of.kb
    people, draws = int(kb.value(PEOPLE)), int(kb.value(DRAWS))
    try:
        course = pump_course(stopped(of), kb, number=people, ignorance=draws, seed=seed, days=FOLLOWED_DAYS)
    except CannotTellError as error:
        return Part(TITLE, need=error.need or (error.said,))
    half = hours_to_half(course)
    noticed = hours_to_withdrawal(course, kb.value(NOTICED))
    never = np.isinf(noticed)
    some = f"{never.mean():.0%} of people like this one do not reach it in {FOLLOWED_DAYS} days" if never.any() else ""
    grade: How = "assumed"
    lines = [_over_people("level beside the legs at half", half, "extrapolated", ("spine.mixing",), "")]
    lines.append(_over_people(WITHDRAWAL, noticed, grade, (NOTICED,), some))
    lines += _typical(course, kb.value(NOTICED))
    earliest = [line.low for line in lines if line.what.startswith(WITHDRAWAL) and line.low is not None]
    if earliest:
        said = "the lowest end of both ranges of withdrawal; a restored pump is felt only hours later"
        lines.append(Line("act before", min(earliest), "h", grade=grade, rests_on=(NOTICED, SIGNS, RESTORED), note=said))
    onset = kb.labels[RESTORED]
    notes = (f"{onset.text} [{RESTORED}].", f"{kb.rules[SIGNS].text} [{SIGNS}]", f"{kb.rules[REACHES].text} [{REACHES}]")
    return Part(TITLE, tuple(lines), notes=notes)


def stopped(of: PumpCase) -> Case:
    """The same person, in whom the pump of the order has run for long and stops at hour 0."""
    none = parse_sig("none")
    nothing = OralTherapy(none.regimen, "none", format_sig(none), ends_in_stop=True)
    return replace(of.case, therapy=nothing, current=Current(of.order), question="stop")


def hours_to_half(course: Course) -> np.ndarray:
    """Hour at which each person's level beside the legs is first half of that at hour 0, by straight lines; inf where never."""
    level = course.csf_ng_per_ml
    fallen = 1 - level / level[:, :1]
    return _or_never(onset_h(course.time_h, fallen.T, 0.5))


def hours_to_withdrawal(course: Course, noticed: float) -> np.ndarray:
    """Hour at which each person's index of withdrawal first reaches what is noticed; inf where never."""
    return _or_never(onset_h(course.time_h, course.outcomes["withdrawal"].T, noticed))


def _or_never(hours: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(hours), np.inf, hours)


def _over_people(what: str, hours: np.ndarray, grade: How, rests_on: tuple[str, ...], note: str) -> Line:
    """The middle and the 90 % of people; None where it lies beyond what is followed."""
    low, middle, high = (float(v) for v in np.quantile(hours, LEVELS, method="lower"))
    value, least, most = (significant(v) if np.isfinite(v) else None for v in (middle, low, high))
    return Line(what, value, "h", least, most, grade=grade, rests_on=rests_on, note=note)


def _typical(course: Course, noticed: float) -> tuple[Line, Line]:
    """The typical person under what is not known."""
    if course.ignorance is None:
        raise AssertionError("a course of a pump carries its ignorance")
    half, withdrawal = hours_to_half(course.ignorance), hours_to_withdrawal(course.ignorance, noticed)
    said = "the typical person, over what is not known"
    return (
        _over_people(f"half, {said}", half, "extrapolated", ("spine.mixing",), ""),
        _over_people(f"{WITHDRAWAL}, {said}", withdrawal, "assumed", (NOTICED,), ""),
    )
