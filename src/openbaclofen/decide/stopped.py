"""What was taken, a way to stop and likenesses go in; rebound, severity, onset and day of the worst of withdrawal come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Course
from openbaclofen.decide.expect import expected
from openbaclofen.decide.likeness import Likenesses
from openbaclofen.decide.records import Expected, IfWrong, Reason, WayOut
from openbaclofen.dose.regimen import Regimen
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.history import Taken
from openbaclofen.outcome.withdrawal import onset_h, rebound_points
from openbaclofen.units import HOURS_PER_DAY

PEOPLE, AFTER, NOTICED = "decision.people_followed", "decision.watched_after_stop", "withdrawal.noticed"
OPPONENT = "adaptation.brain_opponent"
ABRUPT = "abrupt stop"
EVENT = "it is stopped abruptly"
TITLES = {
    "rebound, highest": "points of tone above those without drug",
    "withdrawal severity, highest": "index",
    "worst on day": "d",
    "noticed for": "d",
}
ONSET = "noticed from day, in those who notice it"
INDEX = (
    "severity: excess of the stretch reflex and of the excitability of the brain over normal. It is no chance, since none by "
    "dose is published; what the model does not notice need not be safe"
)


@dataclass(frozen=True)
class Way:
    """A name and the doses of a way out; no phases: none is taken any more."""

    name: str
    regimen: Regimen
    proposed: bool = False

    @property
    def days(self) -> float:
        """From now to the last dose."""
        return sum(phase.days or 0 for phase in self.regimen.phases)


def ways_out(ways: Sequence[Way], before: Taken, likenesses: Likenesses, kb: KnowledgeBase) -> tuple[WayOut, ...]:
    """Each way with what it is predicted to do, the one with the least severe withdrawal first."""
    found = [WayOut(way.name, way.days, way.proposed, withdrawal(way.regimen, before, likenesses, kb)) for way in ways]
    return tuple(sorted(found, key=lambda way: (_severity(way), way.days)))


def abrupt_block(before: Taken, likenesses: Likenesses, kb: KnowledgeBase, dose: str) -> IfWrong:
    """What an abrupt stop of what was taken is predicted to do."""
    predicted = withdrawal(Regimen(()), before, likenesses, kb)
    text = f"from {dose}, taken for long" if before.from_h is None else f"from {dose}, as taken so far"
    return IfWrong(EVENT, (Reason(f"{text}; {INDEX}", (NOTICED, OPPONENT)),), predicted)


def withdrawal(regimen: Regimen, before: Taken, likenesses: Likenesses, kb: KnowledgeBase) -> tuple[Expected, ...]:
    """Highest rebound and severity, the days of both, and from when it is noticed where half of people would notice it.

    Days are counted from now: day 1 is the first day of the way out, or without any dose.
    """
    days = sum(phase.days or 0 for phase in regimen.phases)
    times = np.arange(0.0, (days + kb.value(AFTER)) * HOURS_PER_DAY + 1)
    at, mg = regimen.events(float(times[-1]))
    number = int(kb.value(PEOPLE))
    course = likenesses.course(Doses(at, mg), times, before, number=number)
    if course.ignorance is None:
        raise AssertionError("a course for a plan carries its ignorance")
    slope, noticed = np.asarray(likenesses.everyone.response.spasticity.slope), kb.value(NOTICED)
    people = _told(course, slope[:number], noticed)
    draws = _told(course.ignorance, slope[likenesses.number :], noticed)
    grade = likenesses.typical.grades["withdrawal"]
    rows = [expected(title, unit, people[title], draws[title], grade) for title, unit in TITLES.items()]
    begins = people[ONSET][np.isfinite(people[ONSET])], draws[ONSET][np.isfinite(draws[ONSET])]
    if min(len(begins[0]) * 2 - number, len(begins[1])) > 0:
        rows.append(expected(ONSET, "d", *begins, grade))
    return tuple(rows)


def _told(course: Course, slope: np.ndarray, noticed: float) -> dict[str, np.ndarray]:
    """The numbers of `TITLES` and ONSET (nan where never noticed), each (people,)."""
    index, step_h = course.outcomes["withdrawal"], course.time_h[1] - course.time_h[0]
    rebound = rebound_points(course.outcomes["reflex_gain"].max(axis=1), slope)
    worst = course.time_h[index.argmax(axis=1)]
    numbers = (rebound, index.max(axis=1), worst / HOURS_PER_DAY + 1, (index >= noticed).sum(axis=1) * step_h / HOURS_PER_DAY)
    found = {title: np.asarray(number) for title, number in zip(TITLES, numbers, strict=True)}
    return found | {ONSET: onset_h(course.time_h, index.T, noticed) / HOURS_PER_DAY + 1}


def _severity(way: WayOut) -> float:
    return next(e.middle for e in way.predicted if e.unit == "index")
