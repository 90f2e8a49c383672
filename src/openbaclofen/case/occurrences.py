"""The 'events' and 'observations' of a case go in; what happened and what was measured, dated, come out.

An entry names its kind and its value, `{date: 2025-03-01, creatinine: 2.1 mg/dL}`, or has `kind:` and the details beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from openbaclofen.case import fields
from openbaclofen.case.observed import grade, level, side_effect
from openbaclofen.case.people import ashworth
from openbaclofen.case.record import EVENT_KINDS, OBSERVATION_KINDS, Event, Observation
from openbaclofen.case.source import Node
from openbaclofen.dose.sig import parse_sig
from openbaclofen.dose.times import clock
from openbaclofen.errors import InputError
from openbaclofen.units import Creatinine, Duration, IntrathecalConcentration, IntrathecalDose, OralDose, Volume

_WHEN = ("date", "at", "after", "note")
_DETAILS: dict[str, tuple[str, ...]] = {  # kind -> what may stand beside it
    "missed": ("doses",),
    "ingestion": ("amount", "charcoal", "lavage", "form"),
    "dialysis_session": ("lasts",),
    "creatinine": ("value",),
    "level": ("value",),
    "ashworth": ("value", "baseline"),
    "spasms": ("value", "baseline"),
    "side_effect": ("grade", "present"),
    "wrong_refill": ("concentration",),
    "pump_bolus": ("dose",),
    "pump_overfilled": ("volume",),
    "mri": ("lasts",),
}
_MAIN = {
    "missed": "doses",
    "ingestion": "amount",
    "dialysis_session": "lasts",
    "creatinine": "value",
    "level": "value",
    "ashworth": "value",
    "spasms": "value",
    "wrong_refill": "concentration",
    "pump_bolus": "dose",
    "pump_overfilled": "volume",
    **dict.fromkeys(("pump_stall", "pump_empty", "catheter_kink", "catheter_disconnected"), "at"),
    **dict.fromkeys(("catheter_flushed", "catheter_aspirated", "mri"), "at"),
}  # what the short form `missed: 3 doses` states
_SAME = {
    "dialysis": "dialysis_session",
    "overdose": "ingestion",
    "alarm": "pump_alarm",
    "on": "date",
    "count": "doses",
    "penn": "spasms",
}
_NEEDED = (
    "creatinine",
    "level",
    "ashworth",
    "spasms",
    "wrong_refill",
    "pump_bolus",
    "pump_overfilled",
)  # nothing without their value


def read_events(node: Node) -> tuple[Event, ...]:
    """All events, as they stand. Errors: InputError."""
    return tuple(_event(item) for item in fields.items(node))


def read_observations(node: Node, as_of: date) -> tuple[Observation, ...]:
    """All observations, none after the date of the case. Errors: InputError."""
    found = tuple((item, _observation(item)) for item in fields.items(node))
    for item, observation in found:
        if observation.on is not None and observation.on > as_of:
            raise item.error(f"{observation.on} lies after the date of the case, {as_of}: nobody has seen it yet")
    return tuple(observation for _, observation in found)


def _event(node: Node) -> Event:
    kind, details, note = _entry(node, EVENT_KINDS)
    on, at_h = _when(details)
    amount, lasts, value = details.get("amount"), details.get("lasts"), details.get("value")
    charcoal, charcoal_after = _done(details.get("charcoal"))
    lavage, lavage_after = _done(details.get("lavage"))
    strength, dose, volume = (details.get(key) for key in ("concentration", "dose", "volume"))
    return Event(
        kind=kind,
        on=on,
        at_h=at_h,
        note=note,
        after=fields.quantity(details["after"], Duration) if "after" in details else None,
        amount=fields.quantity(amount, OralDose, "ingestion") if amount else None,
        count=fields.count(details["doses"]) if "doses" in details else None,
        charcoal=charcoal,
        charcoal_after=charcoal_after,
        lavage=lavage,
        lavage_after=lavage_after,
        form=_form(details["form"]) if "form" in details else None,
        lasts=fields.quantity(lasts, Duration) if lasts else None,
        creatinine=fields.quantity(value, Creatinine, "creatinine") if value else None,
        concentration=fields.quantity(strength, IntrathecalConcentration, "intrathecal_concentration") if strength else None,
        dose=fields.quantity(dose, IntrathecalDose, "pump_bolus") if dose else None,
        volume=fields.quantity(volume, Volume, "pump_fill") if volume else None,
    )


def _form(node: Node) -> str:
    """What was swallowed: 'tablets', 'oral suspension'."""
    try:
        form = parse_sig(f"none using {fields.text(node).replace('_', ' ')}").form
    except InputError as error:
        raise node.error(f"expected a form such as tablets or suspension, got {fields.shown(node)}") from error
    if form is None:
        raise node.error(f"expected a form such as tablets or suspension, got {fields.shown(node)}")
    return form


def _done(node: Node | None) -> tuple[bool | None, Duration | None]:
    """yes, no, or how long after the ingestion: '1 h', 'after 1 h'."""
    if node is None:
        return None, None
    said = fields.text(node).lower().removeprefix("after ").strip()
    if re.match(r"\d", said):
        return True, fields.quantity(Node(said, node.path, node.file, node.line), Duration)
    return fields.yes_no(node), None


def _observation(node: Node) -> Observation:
    kind, details, note = _entry(node, OBSERVATION_KINDS)
    on, at_h = _when(details)
    value, baseline = details.get("value"), details.get("baseline")
    score = {"ashworth": ashworth, "spasms": _penn}.get(kind)
    measured, below = level(value) if value and kind == "level" else (None, False)
    return Observation(
        kind=kind,
        on=on,
        at_h=at_h,
        note=note,
        after=fields.quantity(details["after"], Duration) if "after" in details else None,
        value=score(value) if value and score else None,
        level=measured,
        baseline=score(baseline) if baseline and score else None,
        below=below,
        effect=side_effect(note) if kind == "side_effect" else "",
        grade=grade(details.get("grade"), details.get("present")),
    )


def _penn(node: Node) -> float:
    """Penn's frequency of spasms, whole points."""
    found = fields.plain_number(node, "spasms")
    if not found.is_integer():
        raise node.error(f"expected a whole number of points on Penn's scale, got {fields.shown(node)}")
    return found


def _entry(node: Node, kinds: Sequence[str]) -> tuple[str, dict[str, Node], str]:
    """The kind of an entry, its details by key, and its note."""
    if isinstance(node.value, str):  # a bare word: `- toxicity`
        return fields.choice(node, {k: k for k in kinds}), {}, ""
    everything = (*_WHEN, "kind", *kinds, *dict.fromkeys(d for k in kinds for d in _DETAILS.get(k, ())))
    stated = fields.mapping(_renamed(node), everything)
    named = [key for key in stated if key in kinds]
    if len(named) + ("kind" in stated) != 1:
        raise node.error(f"expected one kind of entry of {', '.join(kinds)}; got {len(named) + ('kind' in stated)}")
    kind = named[0] if named else fields.choice(stated["kind"], {k: k for k in kinds} | {"dialysis": "dialysis_session"})
    details = {key: value for key, value in stated.items() if key not in (*kinds, "kind")}
    note = fields.text(details.pop("note")) if "note" in details else ""
    if named:
        note = _short(kind, stated[kind], details) or note
    for key, value in details.items():
        if key not in (*_WHEN, *_DETAILS.get(kind, ())):
            raise value.error(f"{key!r} does not belong to {kind}")
    if kind in _NEEDED and _MAIN[kind] not in details:
        raise node.error(f"expected the {_MAIN[kind]} of {kind}")
    return kind, details, note


def _short(kind: str, node: Node, details: dict[str, Node]) -> str:
    """Put the value of the short form among the details; returns the note, where it is free text."""
    if isinstance(node.value, dict):
        inner = fields.mapping(_renamed(node), (*_WHEN, *_DETAILS.get(kind, ())))
        note = fields.text(inner.pop("note")) if "note" in inner else ""
        if twice := set(inner) & set(details):
            raise node.error(f"{', '.join(sorted(twice))} stated twice")
        details.update(inner)
        return note
    said = fields.text(node)
    if said.lower() in ("yes", "true"):
        return ""
    main = _MAIN.get(kind)
    if main is None:
        return said
    if main in details:
        raise node.error(f"{main} stated twice")
    details[main] = node
    return ""


def _renamed(node: Node) -> Node:
    if not isinstance(node.value, dict):
        return node
    return Node({_SAME.get(key, key): value for key, value in node.value.items()}, node.path, node.file, node.line)


def _when(details: dict[str, Node]) -> tuple[date | None, float | None]:
    """The day and the hour: 'date', and 'at' as '14:30' or '2025-03-01 14:30'."""
    on = fields.day(details["date"]) if "date" in details else None
    at = details.get("at")
    if at is None:
        return on, None
    day, _, hour = fields.text(at).replace("T", " ").rpartition(" ") if "-" in fields.text(at) else ("", "", fields.text(at))
    if fields.is_day(hour):
        day, hour = hour, ""
    if day and on is not None:
        raise at.error("the day is stated twice, in 'date' and in 'at'")
    if day:
        on = fields.day(Node(day, at.path, at.file, at.line))
    if not hour:
        return on, None
    if not re.fullmatch(r"\d{1,2}:\d\d(:\d\d)?", hour):
        raise at.error(f"expected a time such as 14:30 or 2025-03-01 14:30, got {fields.shown(at)}")
    try:
        return on, clock(hour)
    except InputError as error:
        raise fields.at(at, error) from error
