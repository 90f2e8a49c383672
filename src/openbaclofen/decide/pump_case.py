"""A case with a pump order and the knowledge base go in; what its arithmetic needs comes out, or the words to ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from openbaclofen.case.record import Case, IntrathecalTherapy, OralTherapy
from openbaclofen.dose.pump import Before, days_to, flow
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.units import DAYS_PER_YEAR

FLOW, ALARM, RESIDUAL, TUBING = "pump.flow_ratio", "pump.alarm_volume", "pump.residual_volume", "pump.tubing_volume"
DATE, FILLED, FILL_VOLUME = "date", "therapy.filled", "therapy.fill_volume"
CONCENTRATION, CATHETER = "therapy.concentration", "therapy.catheter_volume"
NOW_CONCENTRATION = "current.concentration"
FARTHEST_YEARS = 10


@dataclass(frozen=True)
class Range:
    """A value and how far it may lie from it. fact: its id; empty where the case states it."""

    value: float
    low: float
    high: float
    fact: str = ""


@dataclass(frozen=True)
class Fill:
    """A reservoir: when and with how much it was filled, its flow since, and another flow before the order."""

    on: date
    ml: float
    ml_per_day: float
    before: Before | None

    def day(self, volume_ml: float, ratio: float) -> date:
        """The day on which a volume is reached; its part of a day is dropped, so never too late by it."""
        days = int(days_to(volume_ml, self.ml, self.ml_per_day, ratio, self.before))
        return self.on + timedelta(days=min(days, (date.max - self.on).days))


class PumpCase:
    """A case about a pump. order: the programme in question; now: that which runs. ends: the pump is to be stopped, for
    nothing or for tablets, so that the order is what runs; by_mouth: those tablets."""

    def __init__(self, case: Case, kb: KnowledgeBase) -> None:
        now = case.current.therapy if case.current else None
        self.ends = isinstance(now, IntrathecalTherapy) and isinstance(case.therapy, OralTherapy)
        order = case.therapy if case.therapy is not None and not self.ends else now
        if not isinstance(order, IntrathecalTherapy):
            raise InputError(
                "expected a pump programme, such as {route: intrathecal, programme: 250 ug/d continuous}", "therapy"
            )
        if not order.gives.repeats and isinstance(now, IntrathecalTherapy):
            raise InputError("a single bolus by needle while a pump runs is not planned", "therapy.programme")
        if order.rate.value == 0:
            raise InputError("a pump that gives nothing has no calendar", "therapy")
        self.case, self.kb, self.order = case, kb, order
        self.now = now if isinstance(now, IntrathecalTherapy) else None
        self.by_mouth = case.therapy if isinstance(case.therapy, OralTherapy) and case.therapy.regimen.phases else None
        self.ug_per_day = order.rate.value
        own = order.concentration or (self.now.concentration if self.now else None)
        self.ug_per_ml = own.value if own else None
        self.flow = self.known(FLOW)

    def known(self, fact: str) -> Range:
        """A number of the knowledge base with its ignorance."""
        held = self.kb.facts[fact]
        value, spread = self.kb.value(fact), held.ignorance
        if spread is None or spread.low is None or spread.high is None:
            return Range(value, value, value, fact)
        return Range(value, spread.low, spread.high, fact)

    def stated(self, key: str) -> float | None:
        """A volume in mL of the order, or else of the pump that runs."""
        for pump in (self.order, self.now):
            volume = getattr(pump, key) if pump is not None else None
            if volume is not None:
                return volume.value
        return None

    @property
    def trial(self) -> bool:
        """Whether a single bolus is ordered, as in a screening trial, and no pump."""
        return not self.order.gives.repeats

    @property
    def alarm(self) -> Range:
        """Volume at which the pump warns, mL."""
        own = self.stated("alarm_volume")
        return self.known(ALARM) if own is None else Range(own, own, own)

    @property
    def dead(self) -> Range | None:
        """Volume from reservoir to tip, mL; None where the catheter's is not stated."""
        catheter, own = self.stated("catheter_volume"), self.stated("tubing_volume")
        if catheter is None:
            return None
        tubing = self.known(TUBING) if own is None else Range(own, own, own)
        return Range(catheter + tubing.value, catheter + tubing.low, catheter + tubing.high, tubing.fact)

    @property
    def another_concentration(self) -> bool:
        """Whether the order's solution is known to be another than that which runs."""
        both = self.order.concentration, self.now.concentration if self.now else None
        return None not in both and both[0] != both[1]

    def fill(self) -> Fill | tuple[str, ...]:
        """The last fill with the solution of the order, or what must be stated."""
        goes_on = self.now is not None and self.order.concentration in (None, self.now.concentration)
        same = self.now if goes_on else None
        on = self.order.filled or (same.filled if same else None)
        volume = self.order.fill_volume or (same.fill_volume if same else None)
        changes = same is not None and same.rate != self.order.rate
        unknown = self.now is not None and not goes_on and self.now.concentration is None
        missing = (
            *((CONCENTRATION, self.ug_per_ml), (NOW_CONCENTRATION, not unknown)),
            *((FILLED, on), (FILL_VOLUME, volume), (DATE, self.case.dated or not changes)),
        )
        need = tuple(key for key, value in missing if not value)
        if on is None or volume is None or self.ug_per_ml is None or need:
            return need
        if abs((on - self.case.as_of).days) > FARTHEST_YEARS * DAYS_PER_YEAR:
            raise InputError(f"a fill on {on} lies more than {FARTHEST_YEARS} years from {self.case.as_of}", FILLED)
        before = None
        if changes and same is not None and same.rate.value > 0:
            before = Before((self.case.as_of - on).days, flow(same.rate.value, self.ug_per_ml))
        return Fill(on, volume.value, flow(self.ug_per_day, self.ug_per_ml), before)
