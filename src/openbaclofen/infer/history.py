"""A case goes in; what has been taken for long before the first hour comes out, as a cycle or as doses up to that hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openbaclofen.body.schedule import Doses
from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.release import released
from openbaclofen.patient.dialysis import read_dialysis
from openbaclofen.units import HOURS_PER_DAY

RUN_IN = "dialysis.run_in"
SETTLED_AFTER = "decision.settled_after"
Cycle = tuple[Doses, float]  # doses of a cycle, and its hours


@dataclass(frozen=True)
class Taken:
    """What was taken up to hour 0. from_h: the hour, below zero, from which it is followed; None: taken for ever."""

    cycle: Cycle
    from_h: float | None = None


def taken_before(case: Case, kb: KnowledgeBase) -> Taken | None:
    """What is taken now, for as long as it is stated to have been; for ever where that is long, or not stated.

    On a schedule of dialysis it is followed for a run-in. None where nothing is taken, or it had an end.
    """
    cycle = taken_for_long(case, kb)
    if cycle is None:
        return None
    used = case.current.duration if case.current else None
    settled = used is None or used.value >= kb.value(SETTLED_AFTER)
    if read_dialysis(case.patient.dialysis) is not None:
        return Taken(cycle, run_in_from(kb) if settled or used is None else max(run_in_from(kb), -used.hours))
    return Taken(cycle, None if settled or used is None or used.hours < cycle[1] else -used.hours)


def taken_for_long(case: Case, kb: KnowledgeBase, from_hour: float = 0.0) -> Cycle | None:
    """Doses of a cycle that begins at this hour of the day; None where nothing is taken, or it had an end."""
    now = case.current.therapy if case.current else None
    if not isinstance(now, OralTherapy) or not now.regimen.phases or now.regimen.phases[-1].days is not None:
        return None
    phase = now.regimen.phases[-1]
    cycle_h = phase.every_days * HOURS_PER_DAY
    at = (np.array(phase.at_h) - from_hour) % cycle_h
    order = np.argsort(at)
    return released(Doses(at[order], np.array(phase.doses_mg)[order]), now.form, kb, cycle_h).doses, cycle_h


def run_in_from(kb: KnowledgeBase) -> float:
    """The hour, below zero, from which dialysis and what is taken are simulated so that both have settled by hour 0."""
    return -kb.value(RUN_IN) * HOURS_PER_DAY


def with_run_in(order: Doses, cycle: Cycle, from_h: float) -> Doses:
    """The doses of a cycle from an hour below zero up to hour 0, then the order."""
    doses, cycle_h = cycle
    starts = -cycle_h * np.arange(np.floor(-from_h / cycle_h), 0, -1)
    at = (starts[:, None] + doses.at_h).ravel()
    mg = np.tile(doses.mg, len(starts))
    return Doses(np.concatenate([at, order.at_h]), np.concatenate([mg, order.mg]))


def repeated(cycle: Cycle, whole_h: float) -> Doses:
    """The doses of a cycle over a longer one that it divides."""
    doses, cycle_h = cycle
    starts = cycle_h * np.arange(round(whole_h / cycle_h))
    return Doses((starts[:, None] + doses.at_h).ravel(), np.tile(doses.mg, len(starts)))
