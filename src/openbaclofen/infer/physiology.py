"""A case and the first day of an order go in; the typical person, how kidneys and dialysis change it by the hour, come out.

Kidney function is a step at the midnight that begins the day of a creatinine: the last value on or before the first day holds
from the start, each later one from its own day on. A creatinine lags the kidneys by a day or two; nothing is read between two
values. Dialysis adds a clearance during its sessions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from openbaclofen.case.record import Case, Event, IntravenousTherapy, OralTherapy
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.individual import individual, with_food
from openbaclofen.infer.milk import PARAMETER as MILK
from openbaclofen.infer.typical import graded, known_of, worst_grades
from openbaclofen.patient.dialysis import Dialysis, Kind, kind_of, read_dialysis
from openbaclofen.patient.kidney import REPORTED
from openbaclofen.patient.person import DatedCreatinine, Patient
from openbaclofen.population import Known, Typical
from openbaclofen.units import HOURS_PER_DAY, AbsoluteGFR

CLEARANCES: dict[Kind, str] = {
    "haemodialysis": "dialysis.haemodialysis_clearance",
    "haemofiltration": "dialysis.haemofiltration_clearance",
    "peritoneal": "dialysis.peritoneal_clearance",
}
DIALYSIS, PARAMETER = "dialysis_session", "dialysis_clearance"
Session = tuple[float, float, Kind]  # from hour, to hour, kind
Later = tuple[tuple[float, Typical], ...]


@dataclass(frozen=True)
class Physiology:
    """typical: at the first hour; later: from an hour on. sessions: of dialysis. said: what was assumed."""

    typical: Typical
    later: Later = ()
    sessions: tuple[Session, ...] = ()
    said: tuple[str, ...] = ()

    @property
    def facts(self) -> tuple[str, ...]:
        """Ids of what was used."""
        return tuple(dict.fromkeys(fact for of in (self.typical, *(of for _, of in self.later)) for fact in of.facts))


def first_day(case: Case) -> date:
    """The day whose midnight is hour 0: the one the order states, else the date of the case."""
    therapy = case.therapy or (case.current.therapy if case.current else None)
    return (therapy.regimen.start if isinstance(therapy, OralTherapy | IntravenousTherapy) else None) or case.as_of


def physiology(case: Case, kb: KnowledgeBase, form: str, first: date, until_h: float, from_h: float = 0.0) -> Physiology:
    """The person of a case from from_h (0 or before) to until_h, counted from midnight of the day `first`.

    A session that is dated stands before one of the schedule that it overlaps.
    Errors: CannotTellError as `typical`; InputError where a dialysis schedule cannot be read or dated sessions overlap.
    """
    kidneys = kidney_steps(case, first, until_h)
    persons = [(hour, individual(p, kb, form, with_food(case))) for hour, p in kidneys]
    schedule = read_dialysis(case.patient.dialysis)
    dated = [s for e in case.events if e.kind == DIALYSIS and (s := _dated(e, first, kb)) is not None]
    sessions = with_regular(dated, schedule, first, from_h, until_h)
    said = [*(schedule.said if schedule else ()), *_unsaid(case.patient, sessions), *_kidneys_said(case, kidneys)]
    said += ["milk for one fully breastfed infant is part of what she clears"] * (MILK in persons[0][1].known)
    return _joined(persons, sessions, kb, from_h, until_h, tuple(said))


def with_sessions(
    of: Physiology, sessions: Sequence[Session], kb: KnowledgeBase, until_h: float, from_h: float = 0.0
) -> Physiology:
    """The same person, of whom no session is known so far, with these sessions."""
    return _joined([(0.0, of.typical), *of.later], sessions, kb, from_h, until_h, of.said)


def with_regular(
    dated: Sequence[Session], schedule: Dialysis | None, first: date, from_h: float, until_h: float
) -> list[Session]:
    """Dated sessions with those of a schedule that none of them overlaps, in hours from midnight of the day `first`."""
    regular = _regular(schedule, first, from_h, until_h) if schedule else []
    return [s for s in regular if all(s[1] <= d[0] or d[1] <= s[0] for d in dated)] + list(dated)


def _regular(schedule: Dialysis, first: date, from_h: float, until_h: float) -> list[Session]:
    """Sessions of a schedule, also before the first hour."""
    before, after = int(from_h // HOURS_PER_DAY), int(-(-until_h // HOURS_PER_DAY))
    spans = [*(schedule.sessions(first, before) if before else ()), *schedule.sessions(first, after)]
    if not schedule.weekdays:
        spans = [(from_h, after * HOURS_PER_DAY)]
    return [(start, end, schedule.kind) for start, end in spans]


def kidney_steps(case: Case, first: date, until_h: float) -> list[tuple[float, Patient]]:
    """The patient from the start, and as known from the day of each later creatinine on; undated values are of the case's date.

    A stated eGFR stands until a creatinine that is dated after the case's date.
    """
    patient = case.patient
    known = [replace(c, on=c.on or case.as_of) for c in patient.creatinines]
    coming = [DatedCreatinine(e.creatinine, e.on) for e in case.events if e.creatinine and e.on and e.on > case.as_of]
    dated = sorted([*known, *coming], key=lambda c: c.on or case.as_of)
    if patient.reported_egfr is not None:
        dated = [c for c in dated if c.on and c.on > case.as_of]
    before = [c for c in dated if c.on and c.on <= first]
    steps = [(0.0, _with(patient, (before or dated)[-1 if before else 0]))] if dated and patient.reported_egfr is None else []
    steps = steps or [(0.0, patient)]
    for value in dated:
        hour = (value.on - first).days * HOURS_PER_DAY if value.on else 0.0
        if 0 < hour < until_h:
            steps.append((hour, _with(replace(patient, reported_egfr=None), value)))
    return [step for i, step in enumerate(steps) if i + 1 == len(steps) or steps[i + 1][0] > step[0]]


def _with(patient: Patient, creatinine: DatedCreatinine) -> Patient:
    return replace(patient, creatinines=(creatinine,))


def _dated(event: Event, first: date, kb: KnowledgeBase) -> Session | None:
    """A session by day and hour; None for one that only says how long after an ingestion it began."""
    if event.on is None:
        return None
    start = event.at_h if event.at_h is not None else kb.value("dialysis.session_start")
    start += (event.on - first).days * HOURS_PER_DAY
    return start, start + _length(event, kb), kind_of(event.note) or "haemodialysis"


def session_after(event: Event, kb: KnowledgeBase) -> Session | None:
    """A session that began so long after an ingestion, in hours from it; None where the event does not say."""
    if event.kind != DIALYSIS or event.after is None:
        return None
    return event.after.hours, event.after.hours + _length(event, kb), kind_of(event.note) or "haemodialysis"


def _length(event: Event, kb: KnowledgeBase) -> float:
    return event.lasts.hours if event.lasts is not None else kb.value("dialysis.session_length")


def _unsaid(patient: Patient, sessions: Sequence[Session]) -> Iterable[str]:
    if patient.dialysis not in (None, "none") and not sessions:
        yield "the days of dialysis are not stated: levels are those without any session, higher than with them"


def _kidneys_said(case: Case, kidneys: Sequence[tuple[float, Patient]]) -> Iterable[str]:
    for hour, patient in kidneys[1:]:
        yield f"kidney function from day {hour / HOURS_PER_DAY + 1:g} on by the creatinine of that day, {patient.creatinine}"
    if case.patient.reported_egfr is not None and case.patient.creatinines:
        yield f"the eGFR {REPORTED} stands; creatinines up to the date of the case are not used"


def _joined(
    persons: Sequence[tuple[float, Typical]],
    sessions: Sequence[Session],
    kb: KnowledgeBase,
    from_h: float,
    until_h: float,
    said: tuple[str, ...],
) -> Physiology:
    """Steps of the kidneys with sessions laid over them; equal people are one object, which the engine relies on."""
    inside: list[Session] = sorted(s for s in sessions if s[0] < until_h and s[1] > from_h)
    for before, after in pairwise(inside):
        if after[0] < before[1]:
            raise InputError(f"two sessions of dialysis overlap, at hours {before[0]:g} and {after[0]:g}", "dialysis")
    clearance = {k: known_of(kb, fact, times=AbsoluteGFR(1.0).to("L/h")) for k, fact in CLEARANCES.items()}
    made: dict[tuple[int, Kind], Typical] = {}

    def at(hour: float) -> Typical:
        own = next((of for start, of in reversed(persons) if start <= hour), persons[0][1])
        session = next((s for s in inside if s[0] <= hour < s[1]), None)
        if session is None:
            return own
        kind = session[2]
        if (id(own), kind) not in made:
            made[id(own), kind] = graded(dialysed(own, clearance[kind], CLEARANCES[kind]), kb, CLEARANCES[kind])
        return made[id(own), kind]

    edges = {hour for hour, _ in persons[1:]} | {edge for s in inside for edge in s[:2]}
    hours = [from_h, *sorted(h for h in edges if from_h < h < until_h)]
    (_, first), *later = zip(hours, _graded_alike([at(hour) for hour in hours]), strict=True)
    return Physiology(first, tuple(later), tuple(inside), said)


def _graded_alike(persons: Sequence[Typical]) -> list[Typical]:
    """Each with the worst grades of all, since a level carries the past with it; equal people stay one object."""
    grades = worst_grades(persons)
    alike = {id(of): of if of.grades == grades else replace(of, grades=grades) for of in persons}
    return [alike[id(of)] for of in persons]


def dialysed(own: Typical, clearance: Known, fact: str) -> Typical:
    """The same person during a session."""
    return replace(own, known={**own.known, PARAMETER: clearance}, facts=(*own.facts, fact))
