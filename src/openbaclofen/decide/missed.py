"""Doses missed, or one doubled, of what is taken for long go in; what that does until the next dose comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import jax.numpy as jnp
import numpy as np

from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Course
from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.decide.expect import expected, significant
from openbaclofen.decide.likeness import Likenesses
from openbaclofen.decide.records import Expected, IfWrong, Reason
from openbaclofen.decide.stopped import NOTICED, PEOPLE
from openbaclofen.dose.regimen import Phase
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.history import Taken
from openbaclofen.outcome.withdrawal import rebound_points
from openbaclofen.units import HOURS_PER_DAY

USUALLY, REBOUND = "usually", "rebound"
How = Callable[[np.ndarray], np.ndarray]


def missed_blocks(case: Case, before: Taken, likenesses: Likenesses, kb: KnowledgeBase) -> tuple[IfWrong, ...]:
    """Two blocks: the doses missed, up to the next one due; and the first dose of a day taken twice."""
    current = case.current.therapy if case.current else None
    if not isinstance(current, OralTherapy):
        return ()
    phase = current.regimen.phases[-1]
    count = sum(e.count or 1 for e in case.events if e.kind == "missed") or 1
    hours, mg = _calendar(phase, count + len(phase.at_h) + 1)
    due = hours[count]
    usual_gap = _last_gap(phase)
    words = (
        f"no dose for {due - hours[0] + usual_gap:g} h where {usual_gap:g} h are usual; which is not stated, so the first "
        f"{count if count > 1 else 'one'} of a day; each number is that just before the next dose, or the highest until then"
    )
    missed = _followed(Doses(hours[count:], mg[count:]), due, before, likenesses, kb)
    usual = _followed(Doses(hours, mg), due, before, likenesses, kb)
    gap = tuple(_row(*row, missed, usual, likenesses) for row in GAP)
    end = hours[0] + HOURS_PER_DAY
    twice = np.concatenate([2 * mg[:1], mg[1:]])
    doubled = _followed(Doses(hours, twice), end, before, likenesses, kb)
    once = _followed(Doses(hours, mg), end, before, likenesses, kb)
    double = tuple(_row(*row, doubled, once, likenesses) for row in DOUBLE)
    text = f"{2 * mg[0]:g} mg instead of {mg[0]:g} mg at {hours[0]:g}:00, the other doses as usual, over the 24 h from then"
    title = f"{count} doses are missed" if count > 1 else "one dose is missed"
    return (
        IfWrong(f"{title}, by simulation", (Reason(words, (NOTICED,)),), gap),
        IfWrong("a dose is doubled, by simulation", (Reason(text),), double),
    )


def _at_end(values: np.ndarray) -> np.ndarray:
    return values[:, -1]


def _highest(values: np.ndarray) -> np.ndarray:
    return values.max(axis=1)


GAP = (
    ("plasma before the next dose", "plasma", _at_end),
    ("modified Ashworth before the next dose", "modified_ashworth", _at_end),
    ("rebound before the next dose, highest", REBOUND, _highest),
    ("withdrawal severity before the next dose, highest", "withdrawal", _highest),
)
DOUBLE = (
    ("plasma, highest", "plasma", _highest),
    ("spinal fluid, highest", "csf", _highest),
    ("chance of drowsiness, highest", "sedation", _highest),
)


def _calendar(phase: Phase, at_least: int) -> tuple[np.ndarray, np.ndarray]:
    """Hours and milligrams of so many doses or more, from the first of a dosing day on."""
    days = at_least // max(len(phase.at_h), 1) + 1
    taken = sorted(zip(phase.at_h, phase.doses_mg, strict=True))
    hours = [day * phase.every_days * HOURS_PER_DAY + at for day in range(days) for at, _ in taken]
    return np.array(hours), np.tile([mg for _, mg in taken], days)


def _last_gap(phase: Phase) -> float:
    """Hours from the last dose of a cycle to the first of the next."""
    return min(phase.at_h) + phase.every_days * HOURS_PER_DAY - max(phase.at_h)


def _followed(doses: Doses, until_h: float, before: Taken, likenesses: Likenesses, kb: KnowledgeBase) -> Course:
    times = np.linspace(0.0, until_h, 2 * int(np.ceil(until_h)) + 1)
    return likenesses.course(doses, times, before, number=int(kb.value(PEOPLE)))


def _row(title: str, name: str, how: How, found: Course, usual: Course, likenesses: Likenesses) -> Expected:
    if found.ignorance is None:
        raise AssertionError("a course for a plan carries its ignorance")
    slope = np.asarray(likenesses.everyone.response.spasticity.slope)
    people = _values(found, name, slope[: len(found.plasma_ng_per_ml)], how)
    draws = _values(found.ignorance, name, slope[likenesses.number :], how)
    beside = _values(usual, name, slope[: len(usual.plasma_ng_per_ml)], how)
    unit = "points of tone above those without drug" if name == REBOUND else found.units[name]
    made = expected(title, unit, people, draws, found.grades["withdrawal" if name == REBOUND else name])
    return replace(made, against=significant(float(np.median(beside))), against_is=USUALLY)


def _values(course: Course, name: str, slope: np.ndarray, how: How) -> np.ndarray:
    if name == REBOUND:
        return how(np.asarray(rebound_points(jnp.asarray(course.outcomes["reflex_gain"]), slope[:, None])))
    return how(course.quantities()[name])
