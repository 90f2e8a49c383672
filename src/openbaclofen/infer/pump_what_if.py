"""A case with a pump and what happens to it go in; levels, responses and chance of coma over hours come out.

The people are made once; each thing that may happen is another delivery from hour 0 on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from openbaclofen.body.oral import NG_PER_ML
from openbaclofen.body.schedule import SAME_TIME_H, Doses
from openbaclofen.body.spine import CISTERNAL, PLASMA, Places, modes
from openbaclofen.body.spine_course import course, settled
from openbaclofen.body.spine_delivery import Delivery
from openbaclofen.cascade import Observe, observe, steady_state
from openbaclofen.case.record import Case, IntrathecalTherapy
from openbaclofen.dose.programme import Programme
from openbaclofen.dose.programme import continuous as one_rate
from openbaclofen.dose.regimen import Regimen
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.harms import of_people_and_draws
from openbaclofen.infer.history import taken_for_long
from openbaclofen.infer.individual import individual
from openbaclofen.infer.pump import ASSUMED_TIP, BRAIN_SHARE, CORD_HALF_LIFE, ml_per_ug, pumped
from openbaclofen.infer.pump_programme import Settled, scaled_from, settled_amplitudes, settled_on
from openbaclofen.infer.release import released
from openbaclofen.infer.spine_typical import places, spine_typical
from openbaclofen.outcome.overdose import Overdose, coma_chance, felt, share_below
from openbaclofen.population import parameters
from openbaclofen.pump import LEGS, Given, Pumped, brain_level, simulate_pump
from openbaclofen.units import HOURS_PER_DAY

_GOES_ON_H = 10 * HOURS_PER_DAY
PEOPLE, DRAWS = "decision.people_followed", "decision.ignorance_draws"
SHARP = ((4, 1 / 10), (10, 1 / 2))  # until hour, in steps of: how finely levels are followed after a bolus, then hourly


@dataclass(frozen=True)
class Happens:
    """What happens from hour 0 on: people, then draws, (people, times). brain: the level that the brain sees, ng/mL."""

    time_h: np.ndarray
    levels: dict[str, np.ndarray]
    brain: np.ndarray
    outcomes: dict[str, np.ndarray]


@dataclass(frozen=True)
class PumpPeople:
    """People with a catheter and, behind the first `number`, draws of what is not known of the typical one.

    runs: what the pump gave for long up to hour 0, ug/d; 0: none ran. way: its programme, hours counted from hour 0, where it
    is not one rate all day; what is given later is that day times a factor. ml_per_ug: by which its boluses spread. goes_on_h:
    for how long after its last change such a programme is laid out.
    """

    of: Pumped
    where: Places
    number: int
    runs: float
    case: Case
    kb: KnowledgeBase
    seed: int
    way: Programme | None = None
    ml_per_ug: float = 0.0
    goes_on_h: float = _GOES_ON_H

    def after(self, pump: IntrathecalTherapy, clock_h: float = 0.0) -> PumpPeople:
        """The same people once a pump has run for long; hour 0 is at an hour of the clock."""
        way = pump.gives.counted_from(clock_h) if pump.gives.repeats and not pump.gives.steady else None
        return replace(self, runs=pump.rate.value, way=way, ml_per_ug=ml_per_ug(pump, self.kb))

    @property
    def gives(self) -> Programme:
        """What the pump gave for long up to hour 0, and would go on to give."""
        return self.way or one_rate(self.runs)

    @property
    def tip(self) -> float:
        """Where the catheter ends, as a share of the canal's length from the top."""
        return float(self.where["tip"].low)

    @cached_property
    def overdose(self) -> Overdose:
        """Thresholds of coma of the same people and draws."""
        draws, age = len(self.of.brain_share) - self.number, individual(self.case.patient, self.kb, "tablet").known["age"].value
        return of_people_and_draws(self.kb, self.number, draws, self.seed, age).overdose

    @cached_property
    def before(self) -> np.ndarray:
        """Amplitudes (people, modes) that the pump had built up by hour 0."""
        return settled_amplitudes(self.of, self.gives, self.tip, self.ml_per_ug)

    @cached_property
    def mean(self) -> np.ndarray:
        """Amplitudes (people, modes) whose levels are the means over a day of what the pump had built up."""
        return settled(self.of.modes, self.tip, self.runs / HOURS_PER_DAY)

    def given(self, ug_per_day: float) -> Delivery:
        """So much a day from hour 0 on."""
        return self.changing([0.0], [ug_per_day])

    def changing(self, hours: list[float], ug_per_day: list[float]) -> Delivery:
        """So much a day from hours on."""
        if self.way is None:
            return Delivery(self.tip, np.array(hours, dtype=float), np.array(ug_per_day, dtype=float) / HOURS_PER_DAY)
        factors = [dose / self.runs for dose in ug_per_day]
        return scaled_from(self.way, self.tip, hours, factors, hours[-1] + self.goes_on_h, self.ml_per_ug)

    def bolus(self, ug: float, ml: float, ug_per_day: float) -> Delivery:
        """A bolus at hour 0, and so much a day from then on."""
        runs = self.given(ug_per_day)
        own = (runs.bolus_h, runs.bolus_ug, runs.bolus_ml, runs.over_h)
        more = (np.append(value, of) for value, of in zip((0.0, ug, ml, 0.0), own, strict=True))
        return Delivery(self.tip, runs.from_h, runs.ug_per_h, *more)

    def follow(self, delivery: Delivery, days: float, oral: Regimen | None = None) -> Happens:
        """The course after the pump had run for long. oral: what is swallowed from hour 0 on; what was taken for long before
        is counted and ends there. Errors: CannotTellError where a datum is missing."""
        times = _with_ends(hours_of(days, bool(len(delivery.bolus_h))), delivery)
        swallowed, begun = self._by_mouth(oral, times), self.begun
        given = Given(delivery, begun.amplitudes, begun.sites, swallowed, begun.cord)
        seen, levels = simulate_pump(self.of, given, times, self.where)
        from_mouth = swallowed or {name: np.zeros_like(seen.csf_ng_per_ml) for name in (PLASMA, "csf")}
        own = brain_level(self.of, seen.plasma_ng_per_ml - from_mouth[PLASMA], levels[CISTERNAL])
        both = {name: level + (0.0 if name == CISTERNAL else from_mouth["csf"]) for name, level in levels.items()}
        return Happens(times, both, own + from_mouth["csf"], seen.outcomes)

    def levels(self, delivery: Delivery, times: np.ndarray, running: bool = True) -> dict[str, np.ndarray]:
        """Levels alone, by place. running: after the pump had run for long, else from empty fluid."""
        names = [*self.where, CISTERNAL, PLASMA]
        return course(self.of.modes, delivery, times, self.where, names, start=self.before if running else None)

    def brain(self, levels: dict[str, np.ndarray]) -> np.ndarray:
        """What the brain sees of levels by place."""
        return brain_level(self.of, levels[PLASMA], levels[CISTERNAL])

    def coma(self, brain: np.ndarray, light: bool = False) -> np.ndarray:
        """Chance of deep coma (light: of coma light or deep) by the highest brain level, (people,)."""
        peak = felt(self.overdose, brain.max(axis=1))
        if not light:
            return np.asarray(coma_chance(self.overdose, peak))
        half = self.overdose.coma_level * self.overdose.light_share
        return np.asarray(share_below(peak, half, self.overdose.hill))

    def coma_by(self, brain: np.ndarray) -> np.ndarray:
        """Chance that deep coma has come by each time, (people, times)."""
        highest = felt(self.overdose, np.maximum.accumulate(brain, axis=1).T)
        return np.asarray(coma_chance(self.overdose, highest)).T

    @cached_property
    def begun(self) -> Settled:
        """The state at hour 0, with what was swallowed for long."""
        mg = self._swallowed
        level = mg["csf"] * NG_PER_ML / self.of.parameters.body.csf_volume if mg else np.zeros(len(self.of.brain_share))
        return settled_on(self.of, self.gives, self.where, self.ml_per_ug, (LEGS,), (level, level))

    @cached_property
    def _swallowed(self) -> dict[str, np.ndarray] | None:
        """Amounts in mg, (people,), at hour 0 of what was swallowed for long."""
        cycle = taken_for_long(self.case, self.kb)
        return steady_state(self.of.parameters, *cycle) if cycle is not None else None

    def _by_mouth(self, oral: Regimen | None, times: np.ndarray) -> dict[str, np.ndarray] | None:
        """Plasma and spinal fluid from what is swallowed."""
        if self._swallowed is None and oral is None:
            return None
        doses = Doses(np.zeros(1), np.zeros(1))
        if oral is not None and oral.phases:
            doses = released(Doses(*oral.events(float(times[-1]))), "tablet", self.kb).doses
        return observe(self.of.parameters, doses, times, Observe((PLASMA, "csf")), initial_mg=self._swallowed)


def pump_people(case: Case, kb: KnowledgeBase, pump: IntrathecalTherapy, runs: float, seed: int) -> PumpPeople:
    """People like that of the case, with the catheter of a pump. Errors: InputError where its tip is no vertebra;
    CannotTellError where a datum is missing."""
    typical = individual(case.patient, kb, "tablet")
    number, draws = int(kb.value(PEOPLE)), int(kb.value(DRAWS))
    where = places(kb, tip=pump.catheter_tip or str(kb.facts[ASSUMED_TIP].value))
    everyone = pumped(typical, kb, case.patient.height, number, draws, seed)
    return PumpPeople(everyone, where, number, runs, case, kb, seed)


def typical_person(case: Case, kb: KnowledgeBase, pump: IntrathecalTherapy, runs: float) -> PumpPeople:
    """The typical person of the case alone, with the catheter of a pump. Errors: as `pump_people`."""
    typical = individual(case.patient, kb, "tablet")
    one = parameters({name: np.array([known.value]) for name, known in typical.known.items()})
    height = case.patient.height
    fluid = spine_typical(kb, typical.known["age"].value, height.value if height is not None else None).middle()
    where = places(kb, tip=pump.catheter_tip or str(kb.facts[ASSUMED_TIP].value))
    rate = np.log(2) / kb.value(CORD_HALF_LIFE)
    of = Pumped(one, modes(fluid, one.body), np.array([kb.value(BRAIN_SHARE)]), np.array([rate]))
    return PumpPeople(of, where, 1, runs, case, kb, 0)


def hours_of(days: float, bolus: bool) -> np.ndarray:
    """Hours from 0, finely at first where there is a bolus, then hourly."""
    late = np.arange(0.0, days * HOURS_PER_DAY + 1)
    if not bolus:
        return late
    (first_h, first), (next_h, second) = SHARP
    early = (np.arange(0.0, first_h, first), np.arange(first_h, next_h, second))
    return np.concatenate([*early, late[late >= next_h]])


def _with_ends(times: np.ndarray, delivery: Delivery) -> np.ndarray:
    """The hours, and the ends of boluses among them, where levels are highest."""
    ends = delivery.bolus_h + delivery.over_h
    every = np.union1d(times, ends[(ends > 0) & (ends < times[-1])])
    near = np.diff(every, append=np.inf) <= SAME_TIME_H
    return every[~near]


def latest(safe: Callable[[int], bool], most: int) -> int:
    """The last whole hour up to `most` that is safe, where hour 0 is and safety once lost does not come back."""
    low, high = 0, most + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if safe(middle) else (low, middle)
    return low
