"""Events of a case and its therapies go in; nothing comes out, or an error where what befell a pump contradicts the rest."""

from __future__ import annotations

from datetime import date

from openbaclofen.case import fields
from openbaclofen.case.record import OF_A_PUMP, PUMP_FAULTS, Current, Event, IntrathecalTherapy, OralTherapy, Therapy
from openbaclofen.case.source import Node

A_PUMP = "{route: intrathecal, programme: 250 ug/d continuous}"


def fits(node: Node, events: tuple[Event, ...], therapy: Therapy | None, current: Current | None, as_of: date) -> None:
    """Errors: InputError at an event of a pump where none is, that is yet to come, that was before it, or that is no fault."""
    now = current.therapy if current else None
    pumps = [pump for pump in (therapy, now) if isinstance(pump, IntrathecalTherapy) and pump.gives.repeats]
    tablets = any(isinstance(one, OralTherapy) and one.regimen.phases for one in (therapy, now))
    since = current.since if current and isinstance(now, IntrathecalTherapy) else None
    for item, event in zip(fields.items(node), events, strict=True):
        said = (
            ""
            if pumps or event.kind not in OF_A_PUMP
            else f"{event.kind} belongs to a pump, and none is stated: expected {A_PUMP}"
        )
        if event.kind == "missed" and therapy is None and now is None:
            said = "a dose of what was missed? 'current' does not say what is taken now, nor is there a 'therapy'"
        if pumps and (fault := _fault(event, pumps, tablets, since, as_of)):
            said = f"{event.kind}: {fault}"
        if said:
            raise item.error(said)


def _fault(event: Event, pumps: list[IntrathecalTherapy], tablets: bool, since: date | None, as_of: date) -> str:
    """What contradicts an event of a case with a pump; '' where nothing does."""
    if event.kind == "missed" and not tablets:
        return "doses are missed by mouth; of a pump say pump_stall, pump_empty or refill_overdue"
    if event.kind not in PUMP_FAULTS:
        return ""
    if event.on is not None and event.on > as_of:
        return f"{event.on} lies after the date of the case, {as_of}: it has not happened yet"
    if event.on is not None and since is not None and event.on < since:
        return f"{event.on} lies before 'current' began, {since}: leave out what is over, or correct a date"
    told = {pump.concentration for pump in pumps if pump.concentration is not None}
    if event.concentration is not None and told == {event.concentration}:
        return f"{event.concentration} is what the pump is told: nothing is wrong with that refill"
    return ""
