"""A case with a pump and the facts go in; its virtual people, what they are given, and their course come out."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np

from openbaclofen.body.schedule import Doses
from openbaclofen.body.spine import CISTERNAL, Places, Spine, modes
from openbaclofen.body.spine_course import continuous, settled
from openbaclofen.cascade import Course, Observe, Parameters, observe, steady_state
from openbaclofen.case.record import Case, IntrathecalTherapy, OralTherapy, Therapy
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.history import taken_for_long
from openbaclofen.infer.individual import individual
from openbaclofen.infer.release import released
from openbaclofen.infer.spine_typical import places, spine_typical
from openbaclofen.infer.typical import graded, known_of
from openbaclofen.population import Typical, draws, normals, people
from openbaclofen.pump import LEGS, Given, Pumped, brain_level, hours, settled_sites, simulate_pump
from openbaclofen.units import HOURS_PER_DAY, Height

BRAIN_SHARE, CORD_HALF_LIFE = "pump.brain_share", "adaptation.cord_half_life"
FLUID, ASSUMED_TIP = "spine.mixing", "spine.tip_pump"


def pumped(typical: Typical, kb: KnowledgeBase, height: Height | None, number: int, ignorance: int, seed: int) -> Pumped:
    """`number` people who differ, and behind them the typical person under `ignorance` draws."""
    spine = spine_typical(kb, typical.known["age"].value, height.value if height is not None else None)
    both = (people(typical, number, seed), draws(typical, ignorance, seed))
    parameters: Parameters = jax.tree.map(lambda *a: np.concatenate(a), *both)
    fluid = Spine(*(np.concatenate(a) for a in zip(spine.people(number, seed), spine.draws(ignorance, seed), strict=True)))

    def unsure(fact: str) -> np.ndarray:
        known = known_of(kb, fact)
        return np.concatenate([np.full(number, known.value), known.drawn(normals(seed, [f"ignorance {fact}"], ignorance)[0])])

    rate = np.log(2) / unsure(CORD_HALF_LIFE)
    return Pumped(parameters, modes(fluid, parameters.body), unsure(BRAIN_SHARE), rate)


def has_pump(case: Case) -> bool:
    """Whether a pump runs, or is ordered."""
    return any(isinstance(t, IntrathecalTherapy) for t in (case.therapy, case.current and case.current.therapy))


def pump_course(case: Case, kb: KnowledgeBase, *, number: int, ignorance: int, seed: int, days: float) -> Course:
    """The course from hour 0 of what is ordered, by pump or by mouth, after what was given for long, by pump or by mouth.

    A pump that is not in the order has stopped at hour 0. Errors: InputError where there is no pump or the catheter's tip is no
    vertebra; CannotTellError where a datum is missing.
    """
    now, order = case.current.therapy if case.current else None, case.therapy or (case.current and case.current.therapy)
    pump = order if isinstance(order, IntrathecalTherapy) else now
    if not isinstance(pump, IntrathecalTherapy):
        raise InputError("there is no pump to simulate", "therapy")
    typical = individual(case.patient, kb, "tablet")
    everyone = pumped(typical, kb, case.patient.height, number, ignorance, seed)
    where = places(kb, tip=pump.catheter_tip or str(kb.facts[ASSUMED_TIP].value))
    times = hours(days * HOURS_PER_DAY, boluses=False)
    rate = pump.rate.value if order is pump else 0.0
    given = Given(continuous(where["tip"].low, rate, HOURS_PER_DAY))
    if isinstance(now, IntrathecalTherapy):
        given = _from_pump(everyone, given, where, now.rate.value)
    given = _by_mouth(case, kb, everyone, given, order, times)
    seen, _ = simulate_pump(everyone, given, times, where)
    grades = graded(typical, kb, FLUID, BRAIN_SHARE).grades
    middle = replace(_some(seen, slice(number, None)), grades=grades)
    return replace(_some(seen, slice(0, number)), grades=grades, ignorance=middle)


def _by_mouth(case: Case, kb: KnowledgeBase, of: Pumped, given: Given, order: Therapy | None, times: np.ndarray) -> Given:
    """What tablets add: those taken for long, which end where the order begins, and those ordered. Levels add up."""
    cycle = taken_for_long(case, kb)
    ordered = order if isinstance(order, OralTherapy) else None
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


def _from_pump(of: Pumped, given: Given, where: Places, ug_per_day: float) -> Given:
    amplitudes = settled(of.modes, where["tip"].low, ug_per_day / HOURS_PER_DAY)
    read = of.modes.reads(where, [LEGS, CISTERNAL, "plasma"])
    legs, cisternal, plasma = np.einsum("pnm,pm->np", read, amplitudes)
    return replace(given, amplitudes=amplitudes, sites=settled_sites(of, legs, brain_level(of, plasma, cisternal)))


def _some(seen: Course, some: slice) -> Course:
    return replace(
        seen,
        plasma_ng_per_ml=seen.plasma_ng_per_ml[some],
        csf_ng_per_ml=seen.csf_ng_per_ml[some],
        outcomes={name: value[some] for name, value in seen.outcomes.items()},
        sites=None,
    )
