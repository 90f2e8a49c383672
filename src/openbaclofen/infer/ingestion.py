"""An amount swallowed and what was done about it go in; doses, removals from the gut and dialysis, by the hour, come out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from openbaclofen.body.schedule import Doses
from openbaclofen.case.record import Case, Event, OralTherapy
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.history import Cycle, run_in_from, taken_for_long, with_run_in
from openbaclofen.infer.individual import individual, with_food
from openbaclofen.infer.physiology import (
    CLEARANCES,
    DIALYSIS,
    Physiology,
    Session,
    session_after,
    with_regular,
    with_sessions,
)
from openbaclofen.infer.release import released
from openbaclofen.infer.typical import known_of
from openbaclofen.patient.dialysis import Dialysis, read_dialysis
from openbaclofen.population import Known, Typical
from openbaclofen.units import HOURS_PER_DAY, Duration

CHARCOAL, LAVAGE, DELAY = "ingestion.charcoal_share", "ingestion.lavage_share", "ingestion.decontamination_delay"
_UNTIMED = "a dialysis session is left out, since how long after the ingestion it began is not stated (after: 6 h)"
_NOON = HOURS_PER_DAY / 2


@dataclass(frozen=True)
class Ingested:
    """Hours count from the ingestion. removals: hour and share of what is then in the gut. facts: ids of what was used.

    settled: what had been taken for long before, as doses of a cycle and its hours; on a schedule of dialysis it stands among
    the doses instead, from hours below zero.
    """

    doses: Doses
    removals: tuple[tuple[float, Known], ...]
    person: Physiology
    facts: tuple[str, ...]
    settled: Cycle | None = None


def ingested(amount_mg: float, person: Typical, case: Case | None, kb: KnowledgeBase, until_h: float) -> Ingested:
    """What follows from an ingestion by a person; only the person where there is no case.

    What was taken before still counts and stops with the ingestion; a schedule of dialysis goes on.
    """
    event = next((e for e in case.events if e.kind == "ingestion"), None) if case else None
    swallowed = Doses(np.zeros(1), np.array([amount_mg]))
    if case is None or event is None:
        return Ingested(swallowed, (), Physiology(person), ())
    person = individual(case.patient, kb, event.form, with_food(case)) if event.form else person
    taken = released(swallowed, event.form or "tablet", kb)
    removals, facts, said = _removals(event, kb)
    schedule = read_dialysis(case.patient.dialysis)
    hour, assumed = _clock(event, case)
    settled = taken_for_long(case, kb, hour)
    from_h = run_in_from(kb) if schedule else 0.0
    sessions, unplaced = _sessions(case, event, schedule, hour, kb, from_h, until_h)
    said += [f"dialysis from {s[0]:g} to {s[1]:g} h" for s in sessions if s[1] > 0] + [_UNTIMED] * unplaced
    said += list(schedule.said) if schedule else []
    said += ["what was taken before is still there, and is not taken any more"] * (settled is not None)
    said += [assumed] * bool(assumed and (settled or schedule))
    physiology = replace(with_sessions(Physiology(person), sessions, kb, until_h, from_h), said=tuple(said))
    used = tuple(dict.fromkeys((*facts, *taken.facts, *(CLEARANCES[s[2]] for s in sessions))))
    if schedule and settled:
        return Ingested(with_run_in(taken.doses, settled, from_h), tuple(removals), physiology, used)
    return Ingested(taken.doses, tuple(removals), physiology, used, settled)


def _clock(event: Event, case: Case) -> tuple[float, str]:
    """The hour of the day of an ingestion, and what was assumed: where it is not stated, that of the first dose of a day."""
    if event.at_h is not None:
        return event.at_h, ""
    now = case.current.therapy if case.current else None
    usual = now.regimen.phases[-1].at_h if isinstance(now, OralTherapy) and now.regimen.phases else ()
    hour = min(usual, default=_NOON)
    return hour, f"the hour of the ingestion is not stated: taken as {hour:g}:00, before any dose due then"


def _sessions(
    case: Case, event: Event, schedule: Dialysis | None, hour: float, kb: KnowledgeBase, from_h: float, until_h: float
) -> tuple[list[Session], int]:
    """Sessions in hours from the ingestion, those of the schedule included, and how many of the case cannot be placed."""
    happened = [e for e in case.events if e.kind == DIALYSIS]
    placed = [s for e in happened if (s := _session(e, event, kb)) is not None]
    every = with_regular(_moved(placed, hour), schedule, event.on or case.as_of, from_h, until_h + hour)
    return _moved(every, -hour), len(happened) - len(placed)


def _moved(sessions: list[Session], by_h: float) -> list[Session]:
    return [(start + by_h, end + by_h, kind) for start, end, kind in sessions]


def _removals(event: Event, kb: KnowledgeBase) -> tuple[list[tuple[float, Known]], list[str], list[str]]:
    """Removals with the facts used and what is said of them."""
    done = ((LAVAGE, "lavage", event.lavage, event.lavage_after), (CHARCOAL, "charcoal", event.charcoal, event.charcoal_after))
    removals, facts, said = [], [], []
    for fact, name, given, after in done:
        if not given:
            continue
        hour = _hour(after, kb)
        share = known_of(kb, fact)
        removals.append((hour, share))
        facts += [fact] if after else [fact, DELAY]
        stated = "" if after else " (time not stated)"
        said.append(f"{name} at {hour:g} h{stated} keeps {share.value:.0%} of what is then in the gut from being absorbed")
    return removals, facts, said


def _hour(after: Duration | None, kb: KnowledgeBase) -> float:
    return after.hours if after is not None else kb.value(DELAY)


def _session(session: Event, ingestion: Event, kb: KnowledgeBase) -> Session | None:
    """A session as hours from the ingestion: as stated, or by the day and hour of both."""
    if session.after is not None:
        return session_after(session, kb)
    if None in (session.on, session.at_h, ingestion.on, ingestion.at_h):
        return None
    day = Duration(float((session.on - ingestion.on).days)).hours if session.on and ingestion.on else 0.0
    hour = day + (session.at_h or 0.0) - (ingestion.at_h or 0.0)
    return session_after(replace(session, after=Duration.of(max(hour, 0.0), "h")), kb)
