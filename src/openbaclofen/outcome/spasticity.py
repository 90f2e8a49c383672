"""Reflex gain goes in; grades and expected scores on the scales of spasticity and spasm come out.

All scales are ordinal: a muscle has a tone on the scale's own points, a rater reads it with error, and the grade is the one
whose borders hold what was read (cumulative logit, borders half way between grades).
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

Numbers = Array | np.ndarray
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


def placebo_fall(spasticity: Spasticity, hours: Array) -> Array:
    """P (1 - exp(-k t)), points of tone, hours since the trial or treatment began: hope, attention, return to the mean."""
    return jnp.expm1(-hours * spasticity.placebo_rate) * -spasticity.placebo


def tone(spasticity: Spasticity, gain: Array) -> Array:
    """Tone in Ashworth points at a reflex gain relative to that without drug; above that without drug in rebound."""
    return (gain - 1) * spasticity.slope + spasticity.tone


def spasms(spasticity: Spasticity, gain: Array) -> Array:
    """Spasms in Penn points at a reflex gain."""
    return (gain - 1) * spasticity.spasm_slope + spasticity.spasms


def grade_chances(level: Array, noise: Numbers | float, grades: tuple[float, ...] = MODIFIED) -> Array:
    """Chance of each grade, (grades, ...): P(grade >= j) = logistic((level - border_j) / noise)."""
    at_least = jnp.stack([jnp.ones_like(level), *_at_least(level, noise, grades), jnp.zeros_like(level)])
    return at_least[:-1] - at_least[1:]


def expected_score(level: Array, noise: Numbers | float, grades: tuple[float, ...] = MODIFIED) -> Array:
    """Mean score: sum over grades of (grade_j - grade_j-1) P(grade >= j); between the ends of the scale."""
    steps = [high - low for low, high in pairwise(grades)]
    first = jnp.zeros_like(level) + grades[0]
    return sum((step * chance for step, chance in zip(steps, _at_least(level, noise, grades), strict=True)), first)


def tnmas(level: Array, noise: Numbers | float) -> Array:
    """Expected TNmAS-MAL, 0 to 15: the modified grades of three muscles, counted 0 to 5 and added."""
    return MUSCLES * sum(_at_least(level, noise, MODIFIED), jnp.zeros_like(level))


def improvement_chance(
    before: Array, after: Array, noise: Numbers | float, points: float = 1, grades: tuple[float, ...] = MODIFIED
) -> Array:
    """Chance that a second rating is lower than a first by `points` or more, each read with its own error."""
    first, second = grade_chances(before, noise, grades), grade_chances(after, noise, grades)
    pairs = [(i, j) for i, high in enumerate(grades) for j, low in enumerate(grades) if high - low >= points]
    return sum((first[i] * second[j] for i, j in pairs), jnp.zeros_like(before + after))


def _at_least(level: Array, noise: Numbers | float, grades: tuple[float, ...]) -> list[Array]:
    """P(grade >= j) for every grade but the lowest: 1 / (1 + e^(border_j / noise) e^(-level / noise)), with one exponential."""
    borders = [(low + high) / 2 for low, high in pairwise(grades)]
    falls = jnp.exp((borders[0] - level) / noise)
    return [1 / (1 + jnp.exp((border - borders[0]) / noise) * falls) for border in borders]
