"""A case with a pump and the facts go in; its virtual people, what they are given, and their course come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from openbaclofen.arrays import number_by_number
from openbaclofen.body.schedule import Doses
from openbaclofen.body.spine import Places, Spine, modes
from openbaclofen.body.spine_delivery import Delivery, continuous, then
from openbaclofen.cascade import LONGEST_H, Observe, Parameters, observe, steady_state
from openbaclofen.case.record import Case, IntrathecalTherapy, OralTherapy, Therapy
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.history import taken_for_long
from openbaclofen.infer.individual import individual
from openbaclofen.infer.pump_programme import delivery_of, settled_on
from openbaclofen.infer.release import released
from openbaclofen.infer.spine_typical import places, spine_typical
from openbaclofen.infer.typical import graded, known_of
from openbaclofen.normals import normals
from openbaclofen.population import Typical, draws, people
from openbaclofen.pump import LEVELS, LIMBS, Given, PumpCourse, Pumped, settled_sites, simulate_pump
from openbaclofen.response import OF_LIMBS
from openbaclofen.units import HOURS_PER_DAY, Height

BRAIN_SHARE, CORD_HALF_LIFE = "pump.brain_share", "adaptation.cord_half_life"
FLUID, ASSUMED_TIP, ASSUMED_NEEDLE = "spine.mixing", "spine.tip_pump", "spine.tip_needle"
SCREENING_STRENGTH = "pump.screening_concentration"


def pumped(typical: Typical, kb: KnowledgeBase, height: Height | None, number: int, ignorance: int, seed: int) -> Pumped:
    """`number` people who differ, and behind them the typical person under `ignorance` draws."""
    spine = spine_typical(kb, typical.known["age"].value, height.value if height is not None else None)
    both = (people(typical, number, seed), draws(typical, ignorance, seed))
    parameters: Parameters = number_by_number(lambda *a: np.concatenate(a), *both)
    fluid = Spine(*(np.concatenate(a) for a in zip(spine.people(number, seed), spine.draws(ignorance, seed), strict=True)))

    def unsure(fact: str) -> np.ndarray:
        known = known_of(kb, fact)
        return np.concatenate([np.full(number, known.value), known.drawn(normals(seed, [f"ignorance {fact}"], ignorance)[0])])

    rate = np.log(2) / unsure(CORD_HALF_LIFE)
    return Pumped(parameters, modes(fluid, parameters.body), unsure(BRAIN_SHARE), rate)


def has_pump(case: Case) -> bool:
    """Whether a pump runs, or is ordered."""
    return any(isinstance(t, IntrathecalTherapy) for t in (case.therapy, case.current and case.current.therapy))


class Happens(Protocol):
    """Something that changes what a pump gives from an hour on: given people, places and how many hours it must hold."""

    @property
    def at_h(self) -> float:
        """From which hour."""
        ...

    def __call__(self, everyone: Pumped, where: Places, goes_on_h: float) -> Delivery:
        """What is given from then on; hours count from it."""
        ...


def pump_course(
    case: Case,
    kb: KnowledgeBase,
    *,
    number: int,
    ignorance: int,
    seed: int,
    days: float,
    every_h: float = LONGEST_H,
    happens: Sequence[Happens] = (),
) -> PumpCourse:
    """The course from midnight of the first day of what is ordered, by pump, needle or mouth, after what was given for long.

    A pump that is not in the order has stopped at hour 0; tablets go on beside a single bolus. happens: what changes what the
    pump gives, one after the other. Errors: InputError where there
    is no pump, the catheter's tip is no vertebra, or a single bolus is ordered while a pump runs; CannotTellError where a datum
    is missing.
    """
    now, order = case.current.therapy if case.current else None, case.therapy or (case.current and case.current.therapy)
    pump = order if isinstance(order, IntrathecalTherapy) else now
    if not isinstance(pump, IntrathecalTherapy):
        raise InputError("there is no pump to simulate", "therapy")
    if isinstance(now, IntrathecalTherapy) and not pump.gives.repeats:
        raise InputError("a single bolus by needle while a pump runs is not simulated", "therapy.programme")
    typical = individual(case.patient, kb, "tablet")
    everyone = pumped(typical, kb, case.patient.height, number, ignorance, seed)
    parts = int(np.ceil(every_h / LONGEST_H - 1e-9))  # steps of adaptation within one of the output
    times = every_h / parts * np.arange(parts * int(days * HOURS_PER_DAY / every_h + 1e-9) + 1)
    where = places(kb, tip=tip_of(pump, kb))
    given = _given(case, kb, everyone, pump, float(times[-1]))
    for event in happens:
        later = event(everyone, where, float(times[-1]))
        given = replace(given, delivery=then(given.delivery, event.at_h, later))
    given = _by_mouth(case, kb, everyone, given, _swallowed(order, now), times)
    seen, _ = simulate_pump(everyone, given, times, where, LIMBS)
    known = graded(typical, kb, FLUID, BRAIN_SHARE).grades
    grades = {**known} | {f"{name}_{limb}": known[name] for name in OF_LIMBS for limb in LIMBS}
    grades |= {f"csf_{at}": known["csf"] for at in LEVELS}
    middle = replace(_some(seen, slice(number, None), parts), grades=grades)
    return replace(_some(seen, slice(0, number), parts), grades=grades, ignorance=middle)


def tip_of(pump: IntrathecalTherapy, kb: KnowledgeBase) -> str:
    """The vertebra beside which drug enters: as stated, else that of a pump or of a needle."""
    return pump.catheter_tip or str(kb.facts[ASSUMED_TIP if pump.gives.repeats else ASSUMED_NEEDLE].value)


def tip_assumed(case: Case, kb: KnowledgeBase) -> tuple[str, ...]:
    """What is assumed of the tip of a catheter or needle that is not stated, in words; none where it is."""
    pumps = [t for t in (case.therapy, case.current and case.current.therapy) if isinstance(t, IntrathecalTherapy)]
    unsaid = [pump for pump in pumps[:1] if pump.catheter_tip is None]
    return tuple(f"the tip is not stated: levels are those of one at {tip_of(pump, kb)}" for pump in unsaid)


def ml_per_ug(pump: IntrathecalTherapy, kb: KnowledgeBase) -> float:
    """Volume of a microgram of the solution; 0 for a pump whose concentration is not stated: its boluses enter at a point."""
    if pump.concentration is not None:
        return 1 / pump.concentration.value
    return 0.0 if pump.gives.repeats else 1 / kb.value(SCREENING_STRENGTH)


def _given(case: Case, kb: KnowledgeBase, of: Pumped, pump: IntrathecalTherapy, until_h: float) -> Given:
    """What the pump of the order gives, or nothing where it stops, after that which has run for long."""
    where, now = places(kb, tip=tip_of(pump, kb)), case.current.therapy if case.current else None
    ordered = case.therapy is None or case.therapy is pump
    tip = float(np.asarray(where["tip"].low))
    gives = delivery_of(pump.gives, tip, until_h, ml_per_ug(pump, kb)) if ordered else continuous(tip, 0.0, HOURS_PER_DAY)
    if not isinstance(now, IntrathecalTherapy):
        return Given(gives)
    before = settled_on(of, now.gives, places(kb, tip=tip_of(now, kb)), ml_per_ug(now, kb))
    return Given(gives, before.amplitudes, before.sites, cord=before.cord)


def _swallowed(order: Therapy | None, now: Therapy | None) -> OralTherapy | None:
    """Tablets from hour 0 on: those ordered, or those that go on beside a single bolus."""
    if isinstance(order, IntrathecalTherapy) and not order.gives.repeats and isinstance(now, OralTherapy):
        return now
    return order if isinstance(order, OralTherapy) else None


def _by_mouth(case: Case, kb: KnowledgeBase, of: Pumped, given: Given, ordered: OralTherapy | None, times: np.ndarray) -> Given:
    """What tablets add: those taken for long, which end where the order begins, and those ordered. Levels add up."""
    cycle = taken_for_long(case, kb)
    if cycle is None and ordered is None:
        return given
    doses, initial = Doses(np.zeros(1), np.zeros(1)), None
    if ordered is not None:
        doses = released(Doses(*ordered.regimen.events(float(times[-1]))), ordered.form, kb).doses
    if cycle is not None:
        initial = steady_state(of.parameters, *cycle)
    oral = observe(of.parameters, doses, times, Observe(("plasma", "csf")), initial_mg=initial)
    sites = given.sites if cycle is None else settled_sites(of, oral["csf"][:, 0], oral["csf"][:, 0])
    return replace(given, oral=oral, sites=sites)


def _some(seen: PumpCourse, some: slice, every: int) -> PumpCourse:
    """Some people, at every so many of the times."""
    return replace(
        seen,
        time_h=seen.time_h[::every],
        plasma_ng_per_ml=seen.plasma_ng_per_ml[some, ::every],
        csf_ng_per_ml=seen.csf_ng_per_ml[some, ::every],
        outcomes={name: value[some, ::every] for name, value in seen.outcomes.items()},
        csf_by_level=seen.csf_by_level[some, :, ::every],
        sites=None,
    )
