"""A case whose pump has failed goes in; what the pump then gives, from which hour of a simulation on, comes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from openbaclofen.body.spine import Places
from openbaclofen.body.spine_delivery import Delivery
from openbaclofen.case.record import Case, Event, IntrathecalTherapy
from openbaclofen.decide.pump_case import PumpCase
from openbaclofen.decide.pump_faults import KINDS, Fault, happened
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.pump_what_if import PumpPeople
from openbaclofen.pump import Pumped
from openbaclofen.units import HOURS_PER_DAY


@dataclass(frozen=True)
class Happening:
    """A fault of a pump at an hour of a simulation. Called with people, places and hours to go: what is given from then on."""

    at_h: float
    fault: Fault
    of: PumpCase

    def __call__(self, everyone: Pumped, where: Places, goes_on_h: float) -> Delivery:
        """Hours count from the fault."""
        if self.fault.delivery is None:
            raise AssertionError("asked only where all is known")
        people = PumpPeople(everyone, where, 0, 0.0, self.of.case, self.of.kb, 0, goes_on_h=goes_on_h)
        return self.fault.delivery(people.after(self.of.order, self.at_h % HOURS_PER_DAY))


def first_day_of(case: Case) -> date:
    """The day of the case, or that of the earliest failure of its pump before it."""
    return min([case.as_of, *(event.on for event in _failures(case) if event.on is not None)])


def happenings(case: Case, kb: KnowledgeBase) -> tuple[tuple[Happening, ...], tuple[str, ...]]:
    """Failures of a pump that runs, in turn, at hours from midnight of `first_day_of`, and what is to be said of them.

    Beside a new order, or one to stop, they are not followed. Errors: InputError where a datum is missing.
    """
    failures = _failures(case)
    if not failures:
        return (), ()
    now = case.current.therapy if case.current else None
    if isinstance(now, IntrathecalTherapy) and case.therapy not in (None, now):
        return (), ()
    of, first = PumpCase(case, kb), first_day_of(case)
    found = sorted(((_hours(event, case, first), happened(of, event)) for event in failures), key=lambda one: one[0])
    for _, fault in found:
        if fault.delivery is None:
            raise InputError(f"needed to tell what the pump gives after: {fault.title}", fault.need[0])
    said = [f"{fault.title}, at hour {at:g}; hours from then: {fault.gives}" for at, fault in found]
    return tuple(Happening(at, fault, of) for at, fault in found), (f"hours count from midnight of {first}", *said)


def _failures(case: Case) -> list[Event]:
    return [event for event in case.events if event.kind in KINDS]


def _hours(event: Event, case: Case, first: date) -> float:
    return ((event.on or case.as_of) - first).days * HOURS_PER_DAY + (event.at_h or 0.0)
