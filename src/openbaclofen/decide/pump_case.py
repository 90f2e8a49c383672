"""A case with a pump order and the knowledge base go in; what its arithmetic needs comes out, or the words to ask for it."""

from __future__ import annotations

from dataclasses import dataclass

from openbaclofen.case.record import Case, IntrathecalTherapy, OralTherapy
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.safety.refill import ALARM, FLOW, TUBING

RESIDUAL = "pump.residual_volume"
CATHETER = "therapy.catheter_volume"


@dataclass(frozen=True)
class Range:
    """A value and how far it may lie from it. fact: its id; empty where the case states it."""

    value: float
    low: float
    high: float
    fact: str = ""


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
