"""Weighted likenesses on the present dose go in; what was learnt of the person, before and after, comes out."""

from __future__ import annotations

import numpy as np

from openbaclofen.decide.adjust_likeness import Learnt, Weighted
from openbaclofen.decide.expect import LEVELS, chance, significant
from openbaclofen.decide.records import Expected, Individual, Observed, Shifted
from openbaclofen.dose.regimen import Phase
from openbaclofen.infer.reweight import quantiles


def shifted(of: Weighted, present: Phase) -> tuple[Shifted, ...]:
    """Exposure, sensitivity, relief and harm on the present dose, settled, before and after."""
    day, grades = of.present(present), of.typical.grades
    response = of.parameters.response
    fall = np.asarray(response.spasticity.slope) * (1 - day.mean["reflex_gain"][0])
    rows = (
        ("plasma, mean", "ng/mL", day.mean["plasma"][0], "plasma"),
        ("spinal fluid, mean", "ng/mL", day.mean["csf"][0], "csf"),
        ("sensitivity of the cord, of that of the typical responder", "1 = typical", response.sensitivity, "reflex_gain"),
        ("tone lowered by the drug", "points", fall, "modified_ashworth"),
        ("drowsiness", "probability", day.mean["sedation"][0], "sedation"),
    )
    return tuple(_shift(title, unit, np.asarray(values), of, grades[name]) for title, unit, values, name in rows)


def _shift(title: str, unit: str, values: np.ndarray, of: Weighted, grade: str) -> Shifted:
    equal = np.full(len(values), 1 / len(values))
    before, after = (spread_of(title, unit, values, of.draw, weight, grade) for weight in (equal, of.weights.weight))
    return Shifted(title, unit, before, after)


def spread_of(title: str, unit: str, values: np.ndarray, draw: np.ndarray, weight: np.ndarray, grade: str) -> Expected:
    """Middle and 90 % range over weighted likenesses, and of the middle of each draw over the weighted draws."""
    low, middle, high = (significant(v) for v in quantiles(values, weight, LEVELS))
    of_draw = np.bincount(draw, weight)
    seen = np.flatnonzero(of_draw > 0)
    middles = np.array([quantiles(values[draw == d], weight[draw == d], LEVELS)[1] for d in seen])
    unsure_low, _, unsure_high = (significant(v) for v in quantiles(middles, of_draw[seen], LEVELS))
    return Expected(title, unit, middle, low, high, unsure_low, unsure_high, grade)


def observed(learnt: Learnt) -> tuple[Observed, ...]:
    """Each observation beside what was expected before it was made."""
    found = []
    for t in learnt.told:
        expected = None
        if t.expected is not None:
            equal = np.full(len(t.expected), 1 / len(t.expected))
            draw = learnt.of.draw
            is_chance = t.unit == "probability"
            expected = (
                chance(t.what, t.expected, draw, "assumed")
                if is_chance
                else spread_of(t.what, t.unit, t.expected, draw, equal, learnt.of.typical.grades[GRADED[t.unit]])
            )
        tail = None if t.likelihood is None else significant(t.likelihood.tail)
        found.append(Observed(t.what, t.on.isoformat(), t.said, expected, tail, t.why))
    return tuple(found)


GRADED = {"ng/mL": "plasma", "points": "modified_ashworth"}


def individual(learnt: Learnt, direction: str, **more: tuple) -> Individual:
    """The record of what was learnt. more: `before`, `shifted`."""
    weights = learnt.of.weights
    status = "cannot individualise" if not learnt.fits else "individualised" if weights.power >= 1 else "widened"
    return Individual(
        status=status,
        likenesses=len(weights.weight),
        effective=significant(weights.effective),
        power=significant(weights.power),
        direction=direction,
        observed=observed(learnt),
        before=more.get("before", ()),
        shifted=more.get("shifted", ()),
    )
