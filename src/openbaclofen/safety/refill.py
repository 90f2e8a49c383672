"""A case with a pump goes in; the days between which it is to be refilled come out, or what to state for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from openbaclofen.case.record import Case, Event, IntrathecalTherapy
from openbaclofen.dose.pump import Before, days_to, flow
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.units import DAYS_PER_YEAR

REFILL, OVERDUE = "ITB-REFILL-DUE", "refill_overdue"
FLOW, ALARM, TUBING = "pump.flow_ratio", "pump.alarm_volume", "pump.tubing_volume"
DATE, FILLED, FILL_VOLUME = "date", "therapy.filled", "therapy.fill_volume"
CONCENTRATION, NOW_CONCENTRATION = "therapy.concentration", "current.concentration"
FARTHEST_YEARS = 10


@dataclass(frozen=True)
class Fill:
    """A reservoir: when and with how much it was filled, its flow since, and another flow before the order."""

    on: date
    ml: float
    ml_per_day: float
    before: Before | None = None

    def day(self, volume_ml: float, ratio: float) -> date:
        """The day on which a volume is reached; its part of a day is dropped, so never too late by it."""
        days = int(days_to(volume_ml, self.ml, self.ml_per_day, ratio, self.before))
        return self.on + timedelta(days=min(days, (date.max - self.on).days))


def pumps(case: Case) -> tuple[IntrathecalTherapy | None, IntrathecalTherapy | None]:
    """The programme in question (that which runs, where none is ordered) and that which runs now."""
    now = case.current.therapy if case.current else None
    runs = now if isinstance(now, IntrathecalTherapy) else None
    order = case.therapy if isinstance(case.therapy, IntrathecalTherapy) and case.therapy.gives.repeats else runs
    return order, runs


def where_stated(need: Iterable[str], case: Case) -> tuple[str, ...]:
    """What must be stated, by where the case would state it: of the pump that runs where none is ordered, of the person."""
    order, now = pumps(case)
    place = "current." if order is now else "therapy."
    keys = (key if "." in key or " " in key or key == DATE else f"patient.{key}" for key in need)
    return tuple(dict.fromkeys(key.replace("therapy.", place) for key in keys))


def fill(case: Case, kb: KnowledgeBase) -> Fill | tuple[str, ...]:
    """The last fill with the solution of the order, or what must be stated. Errors: InputError for a fill years away.

    A bridge to a stronger solution takes the largest dead volume that may be from the new fill, at the old and faster flow.
    """
    order, now = pumps(case)
    if order is None:
        return ("therapy.programme",)
    goes_on = now is not None and order.concentration in (None, now.concentration)
    same = now if goes_on else None
    strength = order.concentration or (now.concentration if now else None)
    on = order.filled or (same.filled if same else None)
    volume = order.fill_volume or (same.fill_volume if same else None)
    changes = same is not None and same.rate != order.rate
    unknown = now is not None and not goes_on and now.concentration is None
    missing = (
        *((CONCENTRATION, strength), (NOW_CONCENTRATION, not unknown)),
        *((FILLED, on), (FILL_VOLUME, volume), (DATE, case.dated or not changes)),
    )
    need = where_stated((key for key, value in missing if not value), case)
    if on is None or volume is None or strength is None or need:
        return need
    if abs((on - case.as_of).days) > FARTHEST_YEARS * DAYS_PER_YEAR:
        raise InputError(f"a fill on {on} lies more than {FARTHEST_YEARS} years from {case.as_of}", FILLED)
    ml_per_day = flow(order.rate.value, strength.value)
    before = None if goes_on else _bridge(order, now, ml_per_day, kb)
    if changes and same is not None and same.rate.value > 0:
        before = Before((case.as_of - on).days, flow(same.rate.value, strength.value))
    return Fill(on, volume.value, ml_per_day, before)


def _bridge(order: IntrathecalTherapy, now: IntrathecalTherapy | None, ml_per_day: float, kb: KnowledgeBase) -> Before | None:
    """The old flow until the dead volume is through; None where it is no faster than the new, or the catheter is not stated."""
    if now is None or now.concentration is None:
        return None
    catheter, tubing = order.catheter_volume or now.catheter_volume, order.tubing_volume or now.tubing_volume
    old, unsure = flow(now.rate.value, now.concentration.value), kb.facts[TUBING].ignorance
    if catheter is None or old <= ml_per_day:
        return None
    most = tubing.value if tubing else unsure.high if unsure and unsure.high is not None else kb.value(TUBING)
    return Before((catheter.value + most) / old, old)


def between(of: Fill, case: Case, kb: KnowledgeBase) -> tuple[date, date]:
    """The first and the last day for the refill: days before the alarm, and no later than the solution is to be kept."""
    rule = kb.rules[REFILL]
    ahead = rule.numbers["before_alarm_date"]
    if rule.monitor_every_days is None or ahead.low is None or ahead.high is None:
        raise AssertionError(f"{REFILL} gives no interval")
    alarm = next((pump.alarm_volume.value for pump in pumps(case) if pump and pump.alarm_volume), kb.value(ALARM))
    warns, kept = of.day(alarm, kb.value(FLOW)), of.on + timedelta(days=rule.monitor_every_days)
    return min(warns - timedelta(days=ahead.high), kept), min(warns - timedelta(days=ahead.low), kept)


def passed(case: Case, kb: KnowledgeBase) -> date | None:
    """The last day for a refill, where it lies before the date of the case, or before the day on which a refill is planned."""
    order, now = pumps(case)
    if order is None or not case.dated:
        return None
    planned = order.filled if order.filled is not None and order.filled > case.as_of else None
    found = fill(case, kb)
    fills = [found] if isinstance(found, Fill) and planned is None else []
    if now is not None and (planned is not None or order.filled is None):
        alone = fill(replace(case, therapy=None), kb)
        fills += [alone] if isinstance(alone, Fill) else []
    last = min((between(one, case, kb)[1] for one in fills), default=None)
    return last if last is not None and last < (planned or case.as_of) else None


def with_overdue(case: Case, kb: KnowledgeBase) -> Case:
    """The case; where its refill is overdue by its own dates, with that among the events."""
    late = None if any(event.kind == OVERDUE for event in case.events) else passed(case, kb)
    return case if late is None else replace(case, events=(*case.events, Event(OVERDUE, on=late)))


def due(case: Case, kb: KnowledgeBase) -> str:
    """The last day for the refill, or what must be stated for it."""
    found = fill(case, kb)
    return str(between(found, case, kb)[1]) if isinstance(found, Fill) else f"cannot tell: need {', '.join(found)}"
