"""A case goes in; what has been taken for long before the first hour comes out, as a cycle or as doses up to that hour."""

from __future__ import annotations

import numpy as np

from openbaclofen.body.schedule import Doses
from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.release import released
from openbaclofen.units import HOURS_PER_DAY

RUN_IN = "dialysis.run_in"
Cycle = tuple[Doses, float]  # doses of a cycle, and its hours


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
