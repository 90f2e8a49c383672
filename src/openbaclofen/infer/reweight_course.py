"""A case and a way to make likenesses go in; what each likeness showed on the dose that was taken, at hours past, comes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Observe, Parameters, observe, steady_sites, steady_state
from openbaclofen.case.record import Case
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.history import SETTLED_AFTER, Cycle, run_in_from, taken_for_long
from openbaclofen.infer.physiology import physiology
from openbaclofen.patient.dialysis import read_dialysis
from openbaclofen.population import Typical
from openbaclofen.units import HOURS_PER_DAY

QUANTITIES = ("plasma", "csf", "reflex_gain", "spasms", "sedation")
Make = Callable[[Typical], Parameters]


@dataclass(frozen=True)
class Past:
    """What was taken before: the cycle of doses, the day whose midnight is hour 0, and how long it was taken by then.

    used_h None: for ever, or not stated. from_h: the hour from which it is followed; None: it has settled by hour 0.
    """

    cycle: Cycle
    first: date
    used_h: float | None
    from_h: float | None


def past(case: Case, kb: KnowledgeBase, first: date) -> Past | None:
    """What had been taken by midnight of a day; None where nothing is taken, or it had an end."""
    cycle = taken_for_long(case, kb)
    if cycle is None:
        return None
    used = used_hours(case, first)
    settled = used is None or used >= kb.value(SETTLED_AFTER) * HOURS_PER_DAY
    if read_dialysis(case.patient.dialysis) is not None:
        return Past(cycle, first, used, run_in_from(kb) if settled or used is None else max(run_in_from(kb), -used))
    return Past(cycle, first, used, None if settled or used is None else -used)


def used_hours(case: Case, day: date) -> float | None:
    """How long what is taken now had been taken by midnight of a day; None where it is not stated."""
    if case.current is None or case.current.duration is None:
        return None
    if case.current.since is not None:
        return max((day - case.current.since).days * HOURS_PER_DAY, 0.0)
    return max(case.current.duration.hours - (case.as_of - day).days * HOURS_PER_DAY, 0.0)


def seen(case: Case, kb: KnowledgeBase, form: str, make: Make, taken: Past, hours: Sequence[float]) -> dict[str, np.ndarray]:
    """QUANTITIES of all likenesses at rising hours, (people, hours); kidneys and dialysis as they were on each day.

    make: the likenesses of a typical person. Errors: CannotTellError as `physiology`.
    """
    doses, cycle_h = taken.cycle
    start = taken.from_h or 0.0
    until = max(hours) + 1
    person = physiology(case, kb, form, taken.first, until, start)
    everyone = make(person.typical)
    later = [(hour, make(of).body) for hour, of in person.later]
    at = np.asarray(hours, dtype=float)
    if taken.from_h is None and not later:  # every cycle is the same
        at = at % cycle_h
    times, place = np.unique(np.concatenate([[start], at]), return_inverse=True)
    order = _repeated(doses, cycle_h, start, float(times[-1]) + 1)
    initial = steady_state(everyone, doses, cycle_h) if taken.from_h is None else None
    sites = steady_sites(everyone, doses, cycle_h, initial) if initial is not None else None
    found = observe(everyone, order, times, Observe(QUANTITIES), later=later, initial_mg=initial, sites=sites)
    return {name: values[:, place[1:]] for name, values in found.items()}


def _repeated(doses: Doses, cycle_h: float, start: float, until: float) -> Doses:
    """The doses of a cycle, which begins at hour 0, from one hour up to another."""
    starts = cycle_h * np.arange(np.floor(start / cycle_h), np.ceil(until / cycle_h))
    at, mg = (starts[:, None] + doses.at_h).ravel(), np.tile(doses.mg, len(starts))
    inside = (at >= start) & (at < until)
    return Doses(at[inside], mg[inside])
