"""A case and the falls of its dose go in; what happens (stop, taper, ingestion, surgery ...) comes out."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

from openbaclofen.case.record import OF_KIDNEYS, Case, Event, IntrathecalTherapy, OralTherapy
from openbaclofen.safety import ordered
from openbaclofen.safety.ordered import INTRATHECAL, ORAL, Descent, said_mg_per_day
from openbaclofen.safety.refill import OVERDUE
from openbaclofen.units import IntrathecalConcentration

Happenings = dict[str, tuple["Happening", ...]]
_IN_WORDS = {"missed": "a missed dose", "ingestion": "an ingestion"}
_PUMP = {
    "withdrawal": "itb_withdrawal",
    "toxicity": "itb_overdose",  # what rules call an event when the dose comes from a pump
    OVERDUE: "stop_or_refill_overdue",
}
_FLOW_STOPS = ("pump_stall", "pump_empty", "catheter_kink", "catheter_disconnected")
_TOO_MUCH = ("pump_overfilled", "pump_bolus", "catheter_flushed")
_TOO_LITTLE = ("catheter_aspirated",)  # for the hours that the catheter takes to fill
REFILLED = "events.wrong_refill: what was filled in, such as '2000 ug/mL'"
FOLLOWS = "therapy: what follows its last step ('then stop', or a dose that goes on)"
WITHDRAWN = "how the oral dose is withdrawn, as an order of its own"
SIGNS = "any sign of withdrawal (no source says how many missed are a stop)"
MISSED = f"events.missed: when the last dose was taken, and {SIGNS}"


@dataclass(frozen=True)
class Happening:
    """An event. said: in words; route: whose (None: either); amount_mg: what was swallowed."""

    said: str
    route: str | None = None
    amount_mg: float | None = None


def happenings(case: Case, descents: tuple[Descent, ...]) -> tuple[Happenings, dict[str, tuple[str, ...]]]:
    """Events by kind, and those that cannot be told with the words to ask."""
    events: Happenings = {}
    for kind, what in (*_stated(case), *_of_dose(descents), *_of_pump(case)):
        events[kind] = (*events.get(kind, ()), what)
    in_doubt: dict[str, tuple[str, ...]] = {}
    if unknown := _refill_unsaid(case):
        in_doubt["itb_overdose"] = in_doubt["itb_withdrawal"] = (unknown,)  # too strong, or too weak
    if case.question == "stop" and case.current is None and case.therapy is None:
        in_doubt["stop"] = ("current",)
    elif "stop" not in events and _ends_unsaid(case):
        in_doubt["stop"] = (FOLLOWS,)
    elif ordered.route_of(case.therapy) == INTRATHECAL and case.current and ordered.route_of(case.current.therapy) == ORAL:
        in_doubt["stop"] = (WITHDRAWN,)
    elif case.question == "switch" and case.therapy is None:
        in_doubt["stop"] = in_doubt["stop_or_refill_overdue"] = ("therapy",)
    elif _missed_a_day(case):
        known = all(event.after is not None for event in case.events if event.kind == "missed")
        in_doubt["stop"] = (f"events: {SIGNS}" if known else MISSED,)
    return events, in_doubt


def not_followed(case: Case, followed: Container[str] = ()) -> tuple[str, ...]:
    """Events that say something of baclofen and are no part of a course of what a pump is told; not those followed."""
    said = [
        _said(event) + (f" on {event.on}" if event.on and event.kind != OVERDUE else "")
        for event in case.events
        if event.kind not in OF_KIDNEYS and event.kind not in followed
    ]
    return tuple(f"not in this course, as if it had not happened: {one} (see the pump command)" for one in said)


def _missed_a_day(case: Case) -> bool:
    """Whether as many doses were missed as a day holds, so that nothing was taken for a whole day."""
    order = ordered.order_in_question(case)
    if not isinstance(order, OralTherapy) or not order.regimen.phases:
        return False
    missed = sum(event.count or 0 for event in case.events if event.kind == "missed")
    return missed >= max(sum(mg > 0 for mg in order.regimen.phases[0].doses_mg), 1)


def _stated(case: Case) -> Iterator[tuple[str, Happening]]:
    now = case.current.therapy if case.current else case.therapy
    pumped = ordered.route_of(now) == INTRATHECAL
    pump = pumped or ordered.route_of(case.therapy) == INTRATHECAL
    for event in case.events:
        of_pump = event.kind in _PUMP and (pumped or (pump and event.kind == OVERDUE))
        route = INTRATHECAL if of_pump else None
        mg = event.amount.value * (event.count or 1) if event.amount else None
        yield event.kind, Happening(_said(event), route, amount_mg=mg)
        if of_pump:
            yield _PUMP[event.kind], Happening(_said(event), INTRATHECAL)
        if pump and (kind := _of_a_fault(event, case)):
            yield kind, Happening(_said(event), INTRATHECAL)
    if case.question in ordered.HAPPENED and not any(e.kind == case.question for e in case.events):
        yield case.question, Happening(_IN_WORDS[case.question])


def _of_a_fault(event: Event, case: Case) -> str:
    """What rules call a fault of a pump, by what it does to the flow of drug; '' where it is none or cannot be told."""
    if event.kind in _FLOW_STOPS:
        return "stop_or_refill_overdue"
    if event.kind in _TOO_MUCH:
        return "itb_overdose"
    if event.kind in _TOO_LITTLE:
        return "itb_withdrawal"
    told = _told(case)
    if event.kind != "wrong_refill" or event.concentration is None or told is None:
        return ""
    return "itb_overdose" if event.concentration > told else "itb_withdrawal"


def _told(case: Case) -> IntrathecalConcentration | None:
    """The solution that a pump is told to hold: of the order, or else of the pump that runs."""
    therapies = (case.therapy, case.current.therapy if case.current else None)
    known = (therapy.concentration for therapy in therapies if isinstance(therapy, IntrathecalTherapy))
    return next((strength for strength in known if strength is not None), None)


def _refill_unsaid(case: Case) -> str:
    """What to state where a wrong solution was filled in, and it or the right one is not known; '' else."""
    refills = [event for event in case.events if event.kind == "wrong_refill"]
    if refills and _told(case) is None:
        return f"{'current' if case.current else 'therapy'}.concentration"
    return REFILLED if any(event.concentration is None for event in refills) else ""


def _said(event: Event) -> str:
    words = event.kind.replace("_", " ")
    words += f" since {event.on}" if event.kind == OVERDUE and event.on else ""
    words += f" with {event.concentration}" if event.concentration is not None else ""
    words += f" of {event.dose}" if event.dose is not None else ""
    words += f" by {event.volume}" if event.volume is not None else ""
    words += f" of {event.amount}" if event.amount is not None else ""
    return words + (f" (x {event.count})" if event.count else "")


def _of_dose(descents: tuple[Descent, ...]) -> Iterator[tuple[str, Happening]]:
    for descent in descents:
        said = f"from {descent.from_mg:g} to {said_mg_per_day(descent.levels[-1].daily_mg)}"
        if descent.at_once:
            yield "stop", Happening(f"{said_mg_per_day(descent.from_mg)} of baclofen is stopped at once", ORAL)
        elif descent.ends_at_zero:
            yield "taper", Happening(f"tapered {said} over {ordered.said_days(descent.days)}", ORAL)
        else:
            yield "reduce", Happening(f"the dose falls {said}", ORAL)


def _of_pump(case: Case) -> Iterator[tuple[str, Happening]]:
    """A pump that is stopped, also by changing to the oral route."""
    if case.current is None or ordered.route_of(case.current.therapy) != INTRATHECAL:
        return
    if case.therapy is None and case.question in ordered.GOES_ON:
        return
    if ordered.route_of(case.therapy) != INTRATHECAL:
        stopped = Happening("the pump infusion is stopped", INTRATHECAL)
        yield from (("stop", stopped), ("stop_or_refill_overdue", stopped))


def _ends_unsaid(case: Case) -> bool:
    """Whether the order ends after some days and does not say what comes then. One dose is not therapy."""
    order = case.therapy
    if not isinstance(order, OralTherapy) or order.ends_in_stop or order.regimen.single_dose:
        return False
    return bool(order.regimen.phases) and order.regimen.days is not None
