"""A case goes in; benefit and harm of a settled day at each daily dose come out, with people and ignorance apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

import numpy as np

from openbaclofen.cascade import Parameters, settled_days
from openbaclofen.case.record import Case, IntrathecalTherapy, OralTherapy
from openbaclofen.decide.bounds import bounds
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.harms import Harms, as_known, differing, drawn, facts_used, harms
from openbaclofen.infer.individual import individual, with_food
from openbaclofen.outcome.limiting import dose_limiting
from openbaclofen.outcome.side_effects import Sedation, chance, sedation_grades
from openbaclofen.patient.dialysis import read_dialysis
from openbaclofen.population import Typical, likenesses, people
from openbaclofen.safety.situation import situation
from openbaclofen.units import HOURS_PER_DAY

MOST_MG, STEP_MG = 150, 10  # the axis that is drawn
DRAWS, PART = 50, 10  # each draw of what is not known has a tenth of the people
MOST_PEOPLE = 100 * 1000
_EVENLY = HOURS_PER_DAY / 4
_WORST = ("calibrated", "extrapolated", "assumed")
Seen = dict[str, np.ndarray]


@dataclass(frozen=True)
class Curve:
    """One quantity by daily dose. middle: mean over people at the typical values; expected: mean over what is not known too, as
    plans weigh it; people_low, people_high: 90 % of people (none where the quantity is a fraction of them);
    ignorance_low, ignorance_high: 90 % range of the mean over people."""

    unit: str
    grade: str
    middle: list[float]
    expected: list[float]
    people_low: list[float] | None
    people_high: list[float] | None
    ignorance_low: list[float]
    ignorance_high: list[float]


@dataclass(frozen=True)
class DoseResponse:
    """Settled days of daily doses, equal parts at `at_h`. ceiling_mg: the highest a plan may propose, by `ceiling_by`.

    quantities by plain name: those of QUANTITIES. said: what was assumed, in words.
    """

    title: str
    daily_mg: list[float]
    at_h: list[float]
    ceiling_mg: float | None
    ceiling_by: list[str]
    people: int
    draws: int
    seed: int
    version: str
    knowledge: str
    facts: list[str]
    quantities: dict[str, Curve]
    said: list[str]


QUANTITIES = {  # name -> (unit, the quantity of a course whose grade counts, fact whose grade counts)
    "relief": ("chance", "modified_ashworth", ""),
    "tone_fall": ("points", "modified_ashworth", ""),
    "drowsiness": ("chance", "sedation", ""),
    "drowsiness_first_days": ("chance", "sedation", ""),
    "drowsiness_moderate": ("chance", "sedation", "effect.moderate"),
    "leaving": ("chance", "sedation", "outcome.limiting_hazard"),
    "confusion": ("chance", "sedation", "effect.confusion_relative"),
}
FRACTIONS = ("relief",)


def dose_response(case: Case, kb: KnowledgeBase, number: int, seed: int) -> DoseResponse:
    """Doses from 0 to MOST_MG a day for `number` people like that of a case, of the form and at the hours of its order.

    Errors: InputError for a pump or a number out of bounds; CannotTellError where a datum that a prediction needs is missing.
    """
    if not PART <= number <= MOST_PEOPLE:
        raise InputError(f"doses are compared in {PART} to {MOST_PEOPLE} people, got {number}", "--people")
    if not 0 <= seed < 2**31:
        raise InputError(f"must lie between 0 and 2^31, got {seed}", "--seed")
    form, hours = _taken(case)
    typical = individual(case.patient, kb, form, with_food(case))
    daily = np.arange(0, MOST_MG + STEP_MG, STEP_MG, dtype=float)
    seen = partial(_seen, kb, typical, _age(case), daily, hours, seed)
    differ = seen(people(typical, number, seed), None)
    parameters, draw = likenesses(typical, DRAWS, number // PART, seed)
    ceiling, why = bounds(situation(case, kb), kb, case.region)
    mine = seen(parameters, draw)
    return DoseResponse(
        case.title,
        daily.tolist(),
        list(hours),
        ceiling.ceiling_mg,
        [reason.text for reason in why],
        number,
        DRAWS,
        seed,
        version("openbaclofen"),
        kb.version,
        list(dict.fromkeys((*typical.facts, *facts_used()))),
        {name: _curve(name, mine[name], draw, differ[name], _grade(name, typical, kb)) for name in QUANTITIES},
        _said(case),
    )


def _taken(case: Case) -> tuple[str, tuple[float, ...]]:
    """Form and hours of the order, else of what is taken now, else tablets three times a day."""
    therapy = case.therapy or (case.current.therapy if case.current else None)
    if isinstance(therapy, IntrathecalTherapy):
        raise InputError("doses by mouth are compared, and the order is for a pump", "therapy")
    if isinstance(therapy, OralTherapy):
        last = therapy.regimen.phases[-1] if therapy.regimen.phases else None
        if last is not None and last.at_h and last.every_days == 1:
            return therapy.form, last.at_h
        return therapy.form, _three_times()
    return "tablet", _three_times()


def _three_times() -> tuple[float, ...]:
    return tuple((_EVENLY * np.arange(1, 4) + 2).tolist())


def _age(case: Case) -> float:
    age = case.patient.age
    if age is None:
        raise InputError("a dose cannot be weighed without the age", "patient.age")
    return age.value


def _seen(
    kb: KnowledgeBase,
    typical: Typical,
    age: float,
    daily: np.ndarray,
    hours: tuple[float, ...],
    seed: int,
    parameters: Parameters,
    draw: np.ndarray | None,
) -> Seen:
    """Every quantity, (doses, people). draw: which draw of what is not known each has; None: people at the typical values."""
    number = len(np.asarray(parameters.body.bioavailability))
    values = as_known(kb, number) if draw is None else {f: v[draw] for f, v in drawn(kb, int(draw.max()) + 1, seed).items()}
    of: Harms = harms(differing(kb, values, seed), age)
    days = settled_days(parameters, np.array(hours), np.repeat(daily[:, None] / len(hours), len(hours), axis=1))
    brain, drowsy = days.mean["csf"], parameters.response.sedation
    fall = np.asarray(parameters.response.spasticity.slope) * (1 - days.mean["reflex_gain"])
    graded = sedation_grades(Sedation(drowsy, of.sedation.moderate, of.sedation.severe), brain, 1.0)
    return {
        "relief": (fall >= kb.value("decision.meaningful_relief")).astype(float),
        "tone_fall": fall,
        "drowsiness": days.mean["sedation"],
        "drowsiness_first_days": np.asarray(chance(drowsy, brain, 0.0)),
        "drowsiness_moderate": np.asarray(graded.moderate + graded.severe),
        "leaving": dose_limiting(of.limiting, brain),
        "confusion": np.asarray(chance(of.effects["confusion"], brain, 1.0)),
    }


def _curve(name: str, mine: np.ndarray, draw: np.ndarray, differ: np.ndarray, grade: str) -> Curve:
    by_draw = np.stack([mine[:, draw == d].mean(axis=1) for d in range(DRAWS)])
    low, high = np.quantile(by_draw, (1 / 20, 19 / 20), axis=0)
    people_low, people_high = np.quantile(differ, (1 / 20, 19 / 20), axis=1)
    alone = name in FRACTIONS
    return Curve(
        QUANTITIES[name][0],
        grade,
        _rounded(differ.mean(axis=1)),
        _rounded(mine.mean(axis=1)),
        None if alone else _rounded(people_low),
        None if alone else _rounded(people_high),
        _rounded(low),
        _rounded(high),
    )


def _grade(name: str, typical: Typical, kb: KnowledgeBase) -> str:
    """The worse of the grade of the course and that of the fact."""
    _, quantity, fact = QUANTITIES[name]
    grades = [typical.grades[quantity], kb.facts[fact].grade or _WORST[-1]] if fact else [typical.grades[quantity]]
    return max(grades, key=_WORST.index)


def _said(case: Case) -> list[str]:
    between = read_dialysis(case.patient.dialysis) is not None
    return ["settled days are those between sessions of dialysis"] * between


def _rounded(values: np.ndarray) -> list[float]:
    return [float(f"{v:.4g}") if abs(v) > 1e-9 else 0.0 for v in values]
