"""The order, and what is taken now, go in; what that does to the dose (route, height, rise, fall, stop) comes out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from openbaclofen.case.record import Case, Current, IntrathecalTherapy, OralTherapy, Therapy
from openbaclofen.units import HOURS_PER_DAY, OralDailyDose

ORAL, INTRATHECAL = "oral", "intrathecal"
HAPPENED = ("missed", "ingestion")  # questions that are events
GOES_ON = (*HAPPENED, "adjust", "switch")  # questions that need no order: what is taken now goes on until there is one


@dataclass(frozen=True)
class Level:
    """A daily oral dose held for some days (None: without end, or not known how long)."""

    daily_mg: float
    days: float | None
    largest_mg: float = 0.0


@dataclass(frozen=True)
class Descent:
    """Falls of the daily dose one after another. levels: the height it starts from, then each lower level reached."""

    levels: tuple[Level, ...]

    @property
    def ends_at_zero(self) -> bool:
        """Whether baclofen is stopped at its end."""
        return self.levels[-1].daily_mg == 0

    @property
    def at_once(self) -> bool:
        """Whether baclofen stops in one step, without a taper."""
        return self.ends_at_zero and len(self.levels) == 2

    @property
    def from_mg(self) -> float:
        """The daily dose it starts from."""
        return self.levels[0].daily_mg

    @property
    def days(self) -> float:
        """Days from the first fall to the last."""
        return sum(level.days or 0.0 for level in self.levels[1:-1])


def without_empty_order(case: Case) -> Case:
    """An order of nothing ('none', 'stop') is no order, and the question is about stopping."""
    order = case.therapy
    if not isinstance(order, OralTherapy) or order.regimen.highest_daily_mg > 0:
        return case
    return replace(case, therapy=None, question="stop" if case.question in ("adjust", "switch") else case.question)


def order_in_question(case: Case) -> Therapy | None:
    """What is to be taken: the order, or what is taken now where the question brings no order of its own. None: nothing."""
    if case.therapy is None and case.question in GOES_ON and case.current is not None:
        return case.current.therapy
    return case.therapy


def route_of(therapy: Therapy | None) -> str | None:
    """oral or intrathecal."""
    if therapy is None:
        return None
    return INTRATHECAL if isinstance(therapy, IntrathecalTherapy) else ORAL


def days_of_use(case: Case, current: Current) -> float | None:
    """How long baclofen has been taken by the date of the case."""
    if current.duration is not None:
        return current.duration.value
    return float((case.as_of - current.since).days) if current.since is not None else None


def levels(case: Case) -> tuple[Level, ...]:
    """The oral daily doses one after another: what is taken now (if oral), the phases ordered, and zero where it stops."""
    found: list[Level] = []
    current = case.current
    if current is not None and isinstance(current.therapy, OralTherapy):
        found.append(
            Level(current.therapy.regimen.last_daily_mg or current.therapy.regimen.highest_daily_mg, days_of_use(case, current))
        )
    order = order_in_question(case)
    if isinstance(order, OralTherapy) and not (current is not None and order is current.therapy):
        found += [Level(p.daily_mg, p.days, p.largest_mg) for p in order.regimen.phases]
    if found and found[-1].daily_mg > 0 and _stops(case, order):
        found.append(Level(0.0, None))
    return _joined(found)


def _stops(case: Case, order: Therapy | None) -> bool:
    if order is None:
        return True
    if not isinstance(order, OralTherapy):
        return False  # oral to intrathecal: how the oral dose is withdrawn is not part of such an order
    ends = bool(order.regimen.phases) and order.regimen.phases[-1].days is not None
    return order.ends_in_stop or (case.question == "stop" and ends)


def _joined(found: list[Level]) -> tuple[Level, ...]:
    """Neighbours of the same height become one level (what is taken now, when the order begins with it)."""
    joined: list[Level] = []
    for level in found:
        if not joined or joined[-1].daily_mg != level.daily_mg:
            joined.append(level)
            continue
        before = joined.pop()
        days = None if before.days is None or level.days is None else before.days + level.days
        joined.append(Level(level.daily_mg, days, max(level.largest_mg, before.largest_mg)))
    return tuple(joined)


def descents(of: tuple[Level, ...]) -> tuple[Descent, ...]:
    """Every run of falls, each from the height before it down to the lowest level reached."""
    runs: list[list[Level]] = []
    for i, (before, after) in enumerate(pairwise(of)):
        if after.daily_mg >= before.daily_mg:
            continue
        if runs and i > 0 and of[i - 1].daily_mg > before.daily_mg:
            runs[-1].append(after)
        else:
            runs.append([before, after])
    return tuple(Descent(tuple(run)) for run in runs)


def days_before_stop(case: Case, of: tuple[Level, ...]) -> float | None:
    """Days of use up to the end of the order, or up to now where something is taken now. None: cannot be told."""
    if case.current is not None:
        return days_of_use(case, case.current)
    finite = [level.days for level in of if level.days is not None and level.daily_mg > 0]
    return sum(finite) if finite else None


def said_mg_per_day(value: float) -> str:
    """A daily oral dose in words."""
    return f"{value:g} {OralDailyDose.unit}"


def said_days(days: float) -> str:
    """Days, or hours where it is less than one."""
    return f"{days:g} d" if days >= 1 else f"{days * HOURS_PER_DAY:g} h"
