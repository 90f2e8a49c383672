"""A case goes in; what an exported model has to hold comes out: its person over time, doses, and removals from the gut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from openbaclofen.case.record import Case, Event, IntravenousTherapy
from openbaclofen.decide.foresee import SETTLED_DAYS, WATCHED_DAYS
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.history import Cycle, run_in_from, taken_for_long, with_run_in
from openbaclofen.infer.individual import individual, with_food
from openbaclofen.infer.ingestion import ingested
from openbaclofen.infer.physiology import DIALYSIS, Physiology, first_day, physiology
from openbaclofen.infer.release import Released
from openbaclofen.patient.dialysis import read_dialysis
from openbaclofen.population import Typical
from openbaclofen.report.course import GUT, form_of, given, ordered
from openbaclofen.units import HOURS_PER_DAY

INGESTION, TABLET = "ingestion", "tablet"
HELD = ("creatinine", DIALYSIS, INGESTION)  # kinds of event that a model holds


@dataclass(frozen=True)
class Given:
    """Doses in mg at hours; settled: (hour of the cycle, mg) taken every cycle_h by mouth for long before hour 0.

    into: a compartment. over_h: how long each dose runs, 0: at once. Doses before hour 0 are a run-in.
    """

    at_h: tuple[float, ...] = ()
    mg: tuple[float, ...] = ()
    until_h: float = HOURS_PER_DAY
    settled: tuple[tuple[float, float], ...] = ()
    cycle_h: float = HOURS_PER_DAY
    into: str = GUT
    over_h: float = 0.0


@dataclass(frozen=True)
class Asked:
    """persons: (from hour, the typical person then), the first from the beginning. removals: hour, share of what is in the gut.

    said: what was assumed. left_out: what the case tells that has no part in levels.
    """

    persons: tuple[tuple[float, Typical], ...]
    given: Given
    removals: tuple[tuple[float, float], ...] = ()
    said: tuple[str, ...] = ()
    left_out: tuple[str, ...] = field(default=())


def asked(case: Case, kb: KnowledgeBase) -> Asked:
    """What the case is about: its order up to a few days at the last dose, or what was swallowed.

    Errors: InputError where there is neither an order nor an ingestion, or a session or an ingestion cannot be placed.
    """
    swallowed = next((e for e in case.events if e.kind == INGESTION), None)
    if case.question == INGESTION and swallowed is not None:
        return _swallowed(case, swallowed, kb)
    if swallowed is not None:
        raise InputError("an ingestion beside an order cannot be exported; expected 'question: ingestion'", "events")
    if any(e.kind == DIALYSIS and e.on is None for e in case.events):
        raise InputError("a dialysis session without a date cannot be exported, since it cannot be placed", "events")
    return _ordered(case, kb)


def _ordered(case: Case, kb: KnowledgeBase) -> Asked:
    therapy = ordered(case)
    finite = sum(p.days for p in therapy.regimen.phases if p.days is not None)
    until = (max(finite, 1) + SETTLED_DAYS + 3) * HOURS_PER_DAY
    before = taken_for_long(case, kb)
    long = before is not None and read_dialysis(case.patient.dialysis) is not None
    from_h = run_in_from(kb) if long else 0.0
    person = physiology(case, kb, form_of(therapy), first_day(case), until, from_h)
    if isinstance(therapy, IntravenousTherapy):
        if long:
            raise InputError("doses into a vein after doses by mouth on a schedule of dialysis cannot be exported", "therapy")
        at, mg = therapy.regimen.events(until)
        doses = _given(at, mg, until, before)
        over_h = therapy.over.hours if therapy.over else 0.0
        return _asked(case, person, Given(**{**doses.__dict__, "into": "central", "over_h": over_h}))
    order = given(therapy, until, kb, np.zeros(0))
    doses = with_run_in(order.doses, before, from_h) if long and before else order.doses
    return _asked(case, person, _given(doses.at_h, doses.mg, until, None if long else before), said=_lost(order))


def _swallowed(case: Case, event: Event, kb: KnowledgeBase) -> Asked:
    if event.amount is None:
        raise InputError("an ingestion cannot be exported without its amount", "events.ingestion.amount")
    for session in (e for e in case.events if e.kind == DIALYSIS):
        if session.after is None and None in (session.on, session.at_h, event.on, event.at_h):
            raise InputError("a dialysis session cannot be exported without how long after the ingestion it began", "events")
    until = WATCHED_DAYS * HOURS_PER_DAY
    person = individual(case.patient, kb, TABLET, with_food(case))
    taken = ingested(event.amount.value, person, case, kb, until)
    doses = _given(taken.doses.at_h, taken.doses.mg, until, taken.settled)
    return _asked(case, taken.person, doses, tuple((hour, share.value) for hour, share in taken.removals))


def _given(at: np.ndarray, mg: np.ndarray, until_h: float, before: Cycle | None) -> Given:
    if before is None:
        return Given(tuple(at.tolist()), tuple(mg.tolist()), until_h)
    doses, cycle_h = before
    settled = tuple(zip(doses.at_h.tolist(), doses.mg.tolist(), strict=True))
    return Given(tuple(at.tolist()), tuple(mg.tolist()), until_h, settled, cycle_h)


def _asked(
    case: Case, person: Physiology, doses: Given, removals: tuple[tuple[float, float], ...] = (), said: Sequence[str] = ()
) -> Asked:
    kinds = sorted({event.kind for event in case.events} - set(HELD))
    left_out = tuple(f"{kind.replace('_', ' ')} (an event of the case)" for kind in kinds)
    return Asked(((-np.inf, person.typical), *person.later), doses, removals, (*person.said, *said), left_out)


def _lost(order: Released) -> tuple[str, ...]:
    lost = float(order.lost_mg.sum())
    return (f"{lost:g} mg set free past the gut that absorbs are not part of the doses",) if lost else ()
