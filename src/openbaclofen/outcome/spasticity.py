"""Reflex gain goes in; grades and expected scores on the scales of spasticity and spasm come out.

All scales are ordinal: a muscle has a tone on the scale's own points, a rater reads it with error, and the grade is the one
whose borders hold what was read (cumulative logit, borders half way between grades).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

from openbaclofen.arrays import Numbers, library

MODIFIED = (0, 1, 1 + 0.5, 2, 3, 4)  # modified Ashworth; 1+ counts as one and a half
PLAIN = (0, 1, 2, 3, 4)  # Ashworth, where 0 is no rise of tone; also Penn's frequency of spasms
MUSCLES = 3  # of the most affected limb, rated one by one for the TNmAS-MAL


class Spasticity(NamedTuple):
    """One value for each person, shape (people,)."""

    tone: Numbers  # Ashworth points without drug or placebo
    slope: Numbers  # points by which tone falls if the stretch reflex vanishes
    noise: Numbers  # points, scale of the logistic error of one rating, rater and occasion together
    placebo: Numbers  # points by which tone as rated falls in the end without drug
    placebo_rate: Numbers  # 1/h
    spasms: Numbers  # Penn points without drug
    spasm_slope: Numbers  # Penn points by which spasms fall if the stretch reflex vanishes


def placebo_fall(spasticity: Spasticity, hours: Numbers) -> Any:
    """P (1 - exp(-k t)), points of tone, hours since the trial or treatment began: hope, attention, return to the mean."""
    return library(hours, spasticity.placebo_rate).expm1(-hours * spasticity.placebo_rate) * -spasticity.placebo


def tone(spasticity: Spasticity, gain: Numbers) -> Any:
    """Tone in Ashworth points at a reflex gain relative to that without drug; above that without drug in rebound."""
    return (gain - 1) * spasticity.slope + spasticity.tone


def spasms(spasticity: Spasticity, gain: Numbers) -> Any:
    """Spasms in Penn points at a reflex gain."""
    return (gain - 1) * spasticity.spasm_slope + spasticity.spasms


def grade_chances(level: Numbers, noise: Numbers | float, grades: tuple[float, ...] = MODIFIED) -> Any:
    """Chance of each grade, (grades, ...): P(grade >= j) = logistic((level - border_j) / noise)."""
    of = library(level, noise)
    at_least = of.stack([of.ones_like(level), *_at_least(level, noise, grades), of.zeros_like(level)])
    return at_least[:-1] - at_least[1:]


def expected_score(level: Numbers, noise: Numbers | float, grades: tuple[float, ...] = MODIFIED) -> Any:
    """Mean score: sum over grades of (grade_j - grade_j-1) P(grade >= j); between the ends of the scale."""
    steps = [high - low for low, high in pairwise(grades)]
    first = library(level).zeros_like(level) + grades[0]
    return sum((step * chance for step, chance in zip(steps, _at_least(level, noise, grades), strict=True)), first)


def tnmas(level: Numbers, noise: Numbers | float) -> Any:
    """Expected TNmAS-MAL, 0 to 15: the modified grades of three muscles, counted 0 to 5 and added."""
    return MUSCLES * sum(_at_least(level, noise, MODIFIED), library(level).zeros_like(level))


def improvement_chance(
    before: Numbers, after: Numbers, noise: Numbers | float, points: float = 1, grades: tuple[float, ...] = MODIFIED
) -> Any:
    """Chance that a second rating is lower than a first by `points` or more, each read with its own error."""
    first, second = grade_chances(before, noise, grades), grade_chances(after, noise, grades)
    pairs = [(i, j) for i, high in enumerate(grades) for j, low in enumerate(grades) if high - low >= points]
    return sum((first[i] * second[j] for i, j in pairs), library(before, after).zeros_like(before + after))


def _at_least(level: Numbers, noise: Numbers | float, grades: tuple[float, ...]) -> list[Any]:
    """P(grade >= j) for every grade but the lowest: 1 / (1 + e^(border_j / noise) e^(-level / noise)), with one exponential."""
    borders = [(low + high) / 2 for low, high in pairwise(grades)]
    of = library(level, noise)
    falls = of.exp((borders[0] - level) / noise)
    return [1 / (1 + of.exp((border - borders[0]) / noise) * falls) for border in borders]
