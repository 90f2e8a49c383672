"""An amount swallowed and what was done about it go in; doses, removals from the gut and dialysis, by the hour, come out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from openbaclofen.body.schedule import Doses
from openbaclofen.case.record import Case, Event
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.physiology import CLEARANCES, DIALYSIS, Physiology, Session, session_after, with_sessions
from openbaclofen.infer.release import released
from openbaclofen.infer.typical import known_of, typical
from openbaclofen.patient.kidney import kidney_function
from openbaclofen.population import Known, Typical
from openbaclofen.units import Duration

CHARCOAL, LAVAGE, DELAY = "ingestion.charcoal_share", "ingestion.lavage_share", "ingestion.decontamination_delay"
_UNTIMED = "a dialysis session is left out, since how long after the ingestion it began is not stated (after: 6 h)"


@dataclass(frozen=True)
class Ingested:
    """Hours count from the ingestion. removals: hour and share of what is then in the gut. facts: ids of what was used."""

    doses: Doses
    removals: tuple[tuple[float, Known], ...]
    person: Physiology
    facts: tuple[str, ...]


def ingested(amount_mg: float, person: Typical, case: Case | None, kb: KnowledgeBase, until_h: float) -> Ingested:
    """What follows from an ingestion by a person; only the person where there is no case."""
    event = next((e for e in case.events if e.kind == "ingestion"), None) if case else None
    if case is None or event is None:
        return Ingested(Doses(np.zeros(1), np.array([amount_mg])), (), Physiology(person), ())
    if event.form:
        person = typical(case.patient, kidney_function(case.patient, kb.kidney_equations), kb, event.form)
    taken = released(Doses(np.zeros(1), np.array([amount_mg])), event.form or "tablet", kb)
    removals, facts, said = _removals(event, kb)
    happened = [e for e in case.events if e.kind == DIALYSIS]
    sessions = [s for e in happened if (s := _session(e, event, kb)) is not None]
    said += [f"dialysis from {s[0]:g} to {s[1]:g} h" for s in sessions]
    said += [_UNTIMED] * (len(sessions) < len(happened))
    physiology = replace(with_sessions(Physiology(person), sessions, kb, until_h), said=tuple(said))
    used = (*facts, *taken.facts, *(CLEARANCES[s[2]] for s in sessions))
    return Ingested(taken.doses, tuple(removals), physiology, tuple(dict.fromkeys(used)))


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
