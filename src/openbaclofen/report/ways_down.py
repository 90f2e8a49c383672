"""A case in which baclofen is taken goes in; its courses after an abrupt stop and two tapers come out, and what drives them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from openbaclofen.cascade import Parameters
from openbaclofen.case.record import Case, Current, OralTherapy
from openbaclofen.decide.products import supply
from openbaclofen.dose.regimen import Phase, Regimen
from openbaclofen.dose.taper import taper
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.individual import individual, with_food
from openbaclofen.outcome.withdrawal import Causes, causes, onset_h
from openbaclofen.population import draws, people
from openbaclofen.reflex.gain import reflex_gain
from openbaclofen.report.course import Course, simulate_case
from openbaclofen.units import HOURS_PER_DAY

WEEKS = {"abrupt": 0, "over two weeks": 2, "over four weeks": 4}
BEFORE_DAYS, AFTER_DAYS = 2, 2 * 7
_STEPS = 7


@dataclass(frozen=True)
class Layer:
    """One quantity, as mean of the day before each hour: its unit, its grade, values of people and of draws of what is not
    known, (n, times) each."""

    unit: str
    grade: str
    people: np.ndarray
    unknown: np.ndarray


@dataclass(frozen=True)
class Way:
    """One way to stop. Hours count from the first change. steps: (day, mg a day) from then on; drivers: means over people.

    onset_h: of each person, the first hour at which the severity reaches what is noticed, nan where it never does.
    """

    name: str
    hours: np.ndarray
    steps: tuple[tuple[float, float], ...]
    layers: dict[str, Layer]
    drivers: Causes
    onset_h: np.ndarray

    @property
    def noticing(self) -> float:
        """Share of people whose withdrawal is noticed."""
        return float(np.isfinite(self.onset_h).mean())


@dataclass(frozen=True)
class WaysDown:
    """Every way to stop what a case takes. noticed: the severity from which withdrawal is noticed. said: what was assumed."""

    title: str
    taken: str
    ways: tuple[Way, ...]
    noticed: float
    noticed_grade: str
    seed: int
    number: int
    knowledge: str
    facts: tuple[str, ...]
    said: tuple[str, ...] = field(default=())


def ways_down(case: Case, kb: KnowledgeBase, number: int, seed: int) -> WaysDown:
    """Abrupt, over two and over four weeks, from the dose that is taken now, else from the last of the order.

    Errors: InputError where nothing is taken by mouth; CannotTellError where a datum that a prediction needs is missing.
    """
    now, assumed = _taken(case)
    if number < 1:
        raise InputError(f"must be a number of people above zero, got {number}", "--people")
    if not 0 <= seed < 2**31:
        raise InputError(f"must lie between 0 and 2^31, got {seed}", "--seed")
    last = now.regimen.phases[-1]
    person = individual(case.patient, kb, now.form, with_food(case))
    both = people(person, number, seed), draws(person, int(kb.value("decision.ignorance_draws")), seed)
    ways, course = [], None
    for name, weeks in WEEKS.items():
        regimen = Regimen((replace(last, days=float(BEFORE_DAYS + 1)), *_phases(case, kb, now, weeks)))
        taking = replace(now, regimen=regimen, text=name, sig=name, ends_in_stop=True)
        asked = replace(case, therapy=taking, current=Current(now), events=())
        days = BEFORE_DAYS + 1 + max(WEEKS.values()) * 7 + AFTER_DAYS
        course = simulate_case(asked, kb, people=number, seed=seed, days=float(days), every_h=1.0)
        ways.append(_way(name, course, regimen, both, kb))
    if course is None:
        raise AssertionError("there is a way to stop")
    noticed = kb.facts["withdrawal.noticed"]
    said = (*assumed, "taken for long enough for receptors and their opponent to have settled", *course.said)
    level, grade = kb.value(noticed.id), noticed.grade or "assumed"
    facts = (*course.facts, noticed.id)
    return WaysDown(
        case.title, now.text, tuple(ways), level, grade, seed, number, kb.version, facts, tuple(dict.fromkeys(said))
    )


def _taken(case: Case) -> tuple[OralTherapy, tuple[str, ...]]:
    now = case.current.therapy if case.current else None
    if now is None and isinstance(case.therapy, OralTherapy):
        now = case.therapy
    if not isinstance(now, OralTherapy) or not now.regimen.phases or now.regimen.last_daily_mg <= 0:
        raise InputError("nothing is taken by mouth without end, so there is nothing to stop", "current")
    ordered = () if case.current else ("nothing is taken yet: the last dose of the order is stopped",)
    return replace(now, regimen=Regimen((now.regimen.phases[-1],))), ordered


def _phases(case: Case, kb: KnowledgeBase, now: OralTherapy, weeks: int) -> tuple[Phase, ...]:
    """Equal steps in units that exist, spread over the weeks; none where it stops at once."""
    if not weeks:
        return ()
    units = supply(kb, case.region, now.form, needs_liquid=False)
    daily, unit = now.regimen.last_daily_mg, units.unit_mg if units else 0.0
    step = max(math.ceil(daily / _STEPS / unit) * unit, unit) if unit else daily / _STEPS
    return taper(now.regimen, step, 1, weeks * 7, units.products if units else ()).phases


def _way(name: str, course: Course, regimen: Regimen, both: tuple[Parameters, Parameters], kb: KnowledgeBase) -> Way:
    seen, unsure = course.named(), course.named(ignorance=True)
    sites = [_spinal(of, values) for of, values in zip(both, (seen, unsure), strict=True)]
    drivers = [causes(*parts) for _, parts in sites]
    people_, unknown = ({**values, **own} for values, (own, _) in zip((seen, unsure), sites, strict=True))

    def layer(quantity: str, graded: str, unit: str = "") -> Layer:
        values = (_of_a_day(of[quantity]) for of in (people_, unknown))
        return Layer(unit or course.unit(graded), course.grade(graded), *values)

    hours = course.time_h - (BEFORE_DAYS + 1) * HOURS_PER_DAY
    late = hours >= 0
    severity = seen["withdrawal"]
    share = "share"
    return Way(
        name,
        hours[int(HOURS_PER_DAY) :],
        _steps(regimen),
        {
            "plasma": layer("plasma_ng_per_ml", "plasma_ng_per_ml"),
            "receptor_number": layer("receptor_number", "receptor_number", share),
            "opponent": layer("opponent", "reflex_gain", share),
            "tone": layer("tone", "modified_ashworth", "Ashworth points"),
            "withdrawal": layer("withdrawal", "withdrawal"),
        },
        Causes(*(_of_a_day(np.asarray(part)).mean(axis=0) for part in drivers[0])),
        onset_h(hours[late], severity.T[late], kb.value("withdrawal.noticed")),
    )


def _of_a_day(values: np.ndarray) -> np.ndarray:
    """Mean over the day before each hour, from the end of the first day on, (n, times)."""
    day = int(HOURS_PER_DAY)
    return np.lib.stride_tricks.sliding_window_view(values, day, axis=-1)[..., 1:, :].mean(axis=-1)


def _spinal(of: Parameters, seen: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], tuple[np.ndarray, ...]]:
    """Opponent drive and tone beside that without drug; what causes need. From gain = drug part (1 + s M + t (1 - N))."""
    response = of.response
    reflex = response.reflex._make(np.asarray(value)[:, None] for value in response.reflex)
    release, conductance = (seen[name] for name in ("presynaptic_release", "postsynaptic_conductance"))
    drug = reflex_gain(reflex, release, conductance)
    missing = (1 - seen["receptor_number"]) * np.asarray(response.spinal.tone)[:, None]
    opponent = np.maximum(seen["reflex_gain"] / drug - 1 - missing, 0.0)
    tone = (seen["reflex_gain"] - 1) * np.asarray(response.spasticity.slope)[:, None]
    return {"opponent": opponent, "tone": tone}, (drug, opponent, missing)


def _steps(regimen: Regimen) -> tuple[tuple[float, float], ...]:
    """Day on which each daily dose begins, counted from the first change, the dose before it first."""
    found, day = [], -float(BEFORE_DAYS + 1)
    for phase in regimen.phases:
        found.append((day, phase.daily_mg))
        day += phase.days or 0.0
    return (*found, (day, 0.0))
