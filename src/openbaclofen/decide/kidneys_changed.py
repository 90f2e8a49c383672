"""A case with two creatinines goes in; what the unchanged dose does after the change, and the dose that fits, come out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Course
from openbaclofen.case.record import Case
from openbaclofen.decide.bounds import bounds
from openbaclofen.decide.draft import Draft
from openbaclofen.decide.expect import expected, significant
from openbaclofen.decide.likeness import Likenesses
from openbaclofen.decide.records import Expected, IfWrong, Reason
from openbaclofen.decide.stop import taper_rules
from openbaclofen.infer.history import taken_for_long
from openbaclofen.infer.kidneys import creatinine_clearance
from openbaclofen.infer.physiology import Physiology, physiology
from openbaclofen.patient.kidney import kidney_function
from openbaclofen.patient.person import DatedCreatinine, Patient
from openbaclofen.safety.situation import situation
from openbaclofen.units import HOURS_PER_DAY

COUNTS, DAYS, FELL = "adjust.kidneys_changed", "adjust.days_shown", "RENAL-AKI"
SHOWN = (("plasma, mean", "plasma"), ("spinal fluid, mean", "csf"), ("chance of drowsiness", "sedation"))
BETTER = (*SHOWN[:2], ("modified Ashworth", "modified_ashworth"))
BEFORE = "on the day before"
TEXT = "creatinine {} on {}, {} before: creatinine clearance {:.0f}, was {:.0f} mL/min; days count from that of the change"
RECOVERED = (
    "a dose that was lowered for the kidneys may be too small once they have recovered: the steps above are for the new ones"
)


@dataclass(frozen=True)
class Change:
    """Kidney function before and after, as creatinine clearance in mL/min. on: the day of the new creatinine."""

    before: DatedCreatinine
    after: DatedCreatinine
    on: date
    clearance_before: float
    clearance_after: float

    @property
    def worse(self) -> bool:
        """Whether less is cleared."""
        return self.clearance_after < self.clearance_before


def kidney_change(case: Case, draft: Draft) -> Change | None:
    """The last change of a creatinine that counts; None where there is none, on dialysis, or where it cannot be told."""
    found = case.patient.creatinines
    if len(found) < 2 or case.patient.reported_egfr is not None or case.patient.dialysis not in (None, "none"):
        return None
    old, new = found[-2], found[-1]
    rates = [_clearance(replace(case.patient, creatinines=(c,)), draft) for c in (old, new)]
    if rates[0] is None or rates[1] is None or abs(rates[1] / rates[0] - 1) < draft.kb.value(COUNTS):
        return None
    return Change(old, new, new.on or case.as_of, rates[0], rates[1])


def changed_block(draft: Draft, of: Likenesses) -> IfWrong | None:
    """The course on the unchanged dose over the days after the change; None where nothing is taken or nothing changed."""
    case, kb = draft.case, draft.kb
    change, cycle = kidney_change(case, draft), taken_for_long(case, kb)
    days = kb.facts[DAYS].value
    if change is None or cycle is None or draft.taken is None or not isinstance(days, list):
        return None
    until = (max(days) + 1) * HOURS_PER_DAY
    person = physiology(case, kb, of.form, change.on - timedelta(days=1), until)
    doses, cycle_h = cycle
    starts = cycle_h * np.arange(np.ceil(until / cycle_h))
    order = Doses((starts[:, None] + doses.at_h).ravel(), np.tile(doses.mg, len(starts)))
    course = of.course_of(person, order, np.arange(0.0, until + 1), settled=cycle)
    quantities = SHOWN if change.worse else BETTER
    rows = [_row(f"{title}, day {day:.0f}", name, int(day), course) for title, name in quantities for day in days]
    new, old = change.after.creatinine, change.before.creatinine
    text = TEXT.format(new, change.on, old, change.clearance_after, change.clearance_before)
    advice = [Reason(text, (COUNTS,))] + ([] if change.worse else [Reason(RECOVERED)])
    how = "fail" if change.worse else "recover"
    return IfWrong(f"the kidneys {how} and the dose stays at {draft.taken.text}", tuple(advice), tuple(rows))


def fitting_mg(draft: Draft) -> tuple[float, tuple[Reason, ...]] | None:
    """The daily dose that the kidney rules leave of the present one after a fall; None where they leave it all."""
    case, kb = draft.case, draft.kb
    change, current = kidney_change(case, draft), draft.taken
    if change is None or current is None or not change.worse:
        return None
    before = replace(case, patient=replace(case.patient, creatinines=(replace(change.before, on=None),)))
    was, _ = bounds(situation(before, kb), kb, case.region)
    now, limits = bounds(draft.situation, kb, case.region)
    if now.part >= was.part:
        return None
    cut = tuple(r for r in limits if r.rests_on and kb.rules[r.rests_on[0]].reduce_dose_by)
    return current.regimen.last_daily_mg * now.part / was.part, cut


def largest_fall(draft: Draft) -> float:
    """The largest step down, mg a day, that any source gives for a taper."""
    return max((mg for r in taper_rules(draft.kb) if r.taper for mg in r.taper.step_mg_per_day or ()), default=0.0)


def from_the_change(of: Likenesses, draft: Draft) -> Likenesses:
    """The same people, whose body has settled on the kidneys before a change of today; others unchanged."""
    case, kb = draft.case, draft.kb
    change = kidney_change(case, draft)
    if change is None or change.on != case.as_of:
        return of

    def changing(from_h: float, until_h: float) -> Physiology:
        person = physiology(case, kb, of.form, case.as_of - timedelta(days=1), until_h + HOURS_PER_DAY, from_h)
        return replace(person, later=tuple((hour - HOURS_PER_DAY, later) for hour, later in person.later))

    return replace(of, changing=changing)


def _row(title: str, name: str, day: int, course: Course) -> Expected:
    """The mean over a day after the change, beside that of the day before."""
    if course.ignorance is None:
        raise AssertionError("a course for a plan carries its ignorance")

    def mean(of: Course, nth: int) -> np.ndarray:
        inside = (of.time_h >= nth * HOURS_PER_DAY) & (of.time_h <= (nth + 1) * HOURS_PER_DAY)
        return of.quantities()[name][:, inside].mean(axis=1)

    found = expected(title, course.units[name], mean(course, day), mean(course.ignorance, day), course.grades[name])
    return replace(found, against=significant(float(np.median(mean(course, 0)))), against_is=BEFORE)


def _clearance(patient: Patient, draft: Draft) -> float | None:
    kidney = kidney_function(patient, draft.kb.kidney_equations)
    rate = creatinine_clearance(patient, kidney, draft.kb).rate
    return None if rate is None else rate.value
