"""Steps that are proposed go in; by when they must have helped, and what to do if they have not, comes out."""

from __future__ import annotations

from datetime import timedelta

from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.decide.records import IfWrong, Reason, Step
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.reweight_course import used_hours
from openbaclofen.units import HOURS_PER_DAY

EVENT = "it does not work"
FAIR, NEEDED, RULE = "adjust.fair_trial", "decision.meaningful_relief", "ADULT-LOWEST"
TEXT = (
    "no response ({:g} point or more of tone or spasms) {}, after {:g} days at {}, nor at the highest dose that may be given "
    "and is borne: taper off by the steps under Stopping, not at once (a label asks for a fair trial; its length is assumed)"
)


def not_working(steps: tuple[Step, ...], case: Case, kb: KnowledgeBase) -> IfWrong:
    """The day by which the last step has had a fair trial; what was taken at that dose before counts."""
    last, fair = steps[-1], kb.value(FAIR)
    now = case.current.therapy if case.current else None
    taken = now.regimen.last_daily_mg if isinstance(now, OralTherapy) else 0.0
    used = used_hours(case, case.as_of) or 0.0
    had = used / HOURS_PER_DAY if last.day_from == 1 and taken == last.daily_mg else 0.0
    days = max(last.day_from - 1 + fair - had, 0.0)
    by = f"by {case.as_of + timedelta(days=days)}" if case.dated else f"by day {days + 1:.0f}"
    return IfWrong(EVENT, (Reason(TEXT.format(kb.value(NEEDED), by, fair, last.sig), (FAIR, NEEDED, RULE)),))
