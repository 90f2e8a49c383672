"""A case file, its text or a mapping goes in; a Case comes out, or an error naming line, key, value and what was expected."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date

from openbaclofen.case import fields, pump_events
from openbaclofen.case.occurrences import read_events, read_observations
from openbaclofen.case.people import read_patient
from openbaclofen.case.record import (
    OF_KIDNEYS,
    Case,
    CaseRegion,
    Current,
    Event,
    IntrathecalTherapy,
    OralTherapy,
    Question,
    Therapy,
)
from openbaclofen.case.source import Node, read_source
from openbaclofen.case.therapies import read_current, read_therapy
from openbaclofen.dose.times import dosing_times
from openbaclofen.patient.person import DatedCreatinine
from openbaclofen.units import Creatinine

KEYS = ("title", "date", "patient", "therapy", "current", "question", "region", "events", "observations")
_REGIONS: Mapping[str, CaseRegion] = {
    "US": "US",
    "UK": "UK",
    "GB": "UK",
    "FR": "FR",
    "CA": "CA",
    "CH": "CH",
    "DE": "DE",
    "AT": "AT",
    "INT": "INT",
}
_QUESTIONS: Mapping[str, Question] = {
    "start": "start",
    "adjust": "adjust",
    "stop": "stop",
    "missed": "missed",
    "switch": "switch",
    "ingestion": "ingestion",
    "check": "check",
}
_NONE = ("none", "no", "nothing")


def read_case(source: str | os.PathLike[str] | Mapping[str, object] | bytes) -> Case:
    """Read a case from a path, from YAML or JSON text, or from a mapping.

    Errors: InputError with file and line, the path of the key, the value and what was expected.
    """
    dosing_times()  # a fault of the knowledge base is none of the case
    root = read_source(source)
    stated = fields.mapping(root, KEYS)
    if "patient" not in stated:
        raise root.error("expected 'patient:' with what is known of the person, such as {age: 46 a, sex: female}")
    as_of = fields.day(stated["date"]) if "date" in stated else date.today()
    events = read_events(stated["events"]) if "events" in stated else ()
    later = _measured(stated["events"], events, as_of) if "events" in stated else ()
    current = read_current(stated["current"], as_of) if "current" in stated else None
    therapy = _therapy(stated.get("therapy"), current)
    if "events" in stated:
        pump_events.fits(stated["events"], events, therapy, current, as_of)
    question = _question(stated.get("question"), therapy, current, events)
    if question == "stop" and therapy is None and current is not None and isinstance(current.therapy, IntrathecalTherapy):
        therapy = _therapy(Node("none", "therapy", root.file, root.line), current)
    if question == "check" and current is None and therapy is None and all(e.kind in OF_KIDNEYS for e in events):
        unsaid = stated.get("question") or (stated.get("therapy") if "current" not in stated else None)
        if unsaid is not None:
            raise unsaid.error("there is nothing to check: expected 'therapy' or 'current', or 'question: start'")
        question = "start"  # a person alone: may baclofen be started?
    return Case(
        patient=read_patient(stated["patient"], as_of, later),
        therapy=current.therapy if therapy is None and current and question == "check" else therapy,
        current=current,
        question=question,
        region=fields.choice(stated["region"], _REGIONS) if "region" in stated else "INT",
        as_of=as_of,
        events=events,
        observations=read_observations(stated["observations"], as_of) if "observations" in stated else (),
        title=fields.text(stated["title"]) if "title" in stated else "",
        current_stated="current" in stated or ("question" in stated and question == "start"),
        dated="date" in stated,
    )


def _therapy(node: Node | None, current: Current | None) -> Therapy | None:
    """The order. 'none' is an order to stop where something is taken now, else no order."""
    if node is None:
        return None
    nothing = isinstance(node.value, str) and node.value.strip().lower() in _NONE
    if nothing and current is None:
        return None
    said = Node("stop", node.path, node.file, node.line) if nothing else node
    therapy = read_therapy(said, current.therapy if current else None)
    if isinstance(therapy, OralTherapy) and not therapy.regimen.phases and current is None:
        raise node.error("there is nothing to stop: 'current' does not say what is taken now")
    runs = current is not None and isinstance(current.therapy, IntrathecalTherapy)
    if runs and isinstance(therapy, IntrathecalTherapy) and not therapy.gives.repeats:
        raise node.error(
            "no rule speaks of a single bolus while a pump runs; expected the pump's programme, such as '250 ug/d continuous'"
        )
    return therapy


def _measured(node: Node, events: tuple[Event, ...], as_of: date) -> tuple[DatedCreatinine, ...]:
    """The creatinines among events, by day and hour. Errors: InputError at two of one day of which one has no hour."""
    found: list[tuple[date, float | None, Creatinine]] = []
    for item, event in zip(fields.items(node), events, strict=True):
        if event.creatinine is None:
            continue
        on = event.on or as_of
        of_day = [(hour, c) for day, hour, c in found if day == on and c != event.creatinine]
        same = next((c for hour, c in of_day if event.at_h in (None, hour) or hour is None), None)
        if same is not None:
            raise item.error(f"two creatinines of {on}, {same} and {event.creatinine}: expected the hour of each, or one alone")
        found.append((on, event.at_h, event.creatinine))
    return tuple(DatedCreatinine(value, on) for on, _, value in sorted(found, key=lambda f: (f[0], f[1] or 0.0)))


def _question(node: Node | None, therapy: Therapy | None, current: Current | None, events: tuple[Event, ...]) -> Question:
    """The question as stated, which must not contradict the rest, or as the rest implies."""
    if node is None:
        return _implied(therapy, current, events)
    stated = fields.choice(node, _QUESTIONS)
    fault = _contradiction(stated, therapy, current, {e.kind for e in events})
    if fault:
        raise node.error(f"'question: {stated}' contradicts the rest: {fault}")
    return stated


def _implied(therapy: Therapy | None, current: Current | None, events: tuple[Event, ...]) -> Question:
    for happened in ("ingestion", "missed"):
        if any(e.kind == happened for e in events):
            return _QUESTIONS[happened]
    if therapy is None:
        return "check"
    if current is None:
        return "start"
    if isinstance(therapy, OralTherapy) and therapy.ends_in_stop:
        return "stop"
    if isinstance(therapy, IntrathecalTherapy) and not therapy.gives.repeats:
        return "check"  # a bolus changes nothing of what is taken
    return "adjust" if type(therapy) is type(current.therapy) else "switch"


def _contradiction(question: Question, therapy: Therapy | None, current: Current | None, kinds: set[str]) -> str:
    """Why a question cannot be asked of this case; '' where it can."""
    if question == "start" and current is not None:
        return "'current' says that baclofen is already taken"
    if question in ("adjust", "stop", "switch", "missed") and current is None:
        return "'current' does not say what is taken now"
    if question in ("ingestion", "missed") and question not in kinds:
        return f"no event is of the kind {question}"
    stops = isinstance(therapy, OralTherapy) and therapy.ends_in_stop
    if question == "stop" and isinstance(therapy, OralTherapy) and not stops and therapy.regimen.days is None:
        return "the therapy goes on without end"
    if question in ("start", "adjust") and stops and isinstance(therapy, OralTherapy) and not therapy.regimen.phases:
        return "the therapy is to stop"
    return ""
