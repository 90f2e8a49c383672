"""What likenesses of one person predict, and what was observed in that person, go in; the weight of each likeness comes out.

Weights are proportional to the likelihood of all observations, each independent of the others in a given likeness:
  level: normal about the logarithm of the predicted one; below a limit: the chance of that.
  score: the chance of that grade of an ordinal scale, or the density of a mean of several.
  side effect: the chance of its report, or of none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from openbaclofen.arrays import normal_share
from openbaclofen.outcome.spasticity import grade_chances

HALVINGS = 4 * 10  # of the interval in which a power of the likelihood is sought
_NOTHING = 1e-300


@dataclass(frozen=True)
class Likelihood:
    """Of one observation under each likeness. log: natural logarithm, up to a constant of all likenesses, (people,).

    tail: chance, over all likenesses, of something at least as far out; 1 where nothing is out of the way.
    """

    log: np.ndarray
    tail: float


@dataclass(frozen=True)
class Weights:
    """weight (people,) adds up to 1. effective: the number of equal likenesses it is worth, 1 / sum(w^2).

    power: to which the likelihood was raised, 1 unless that left too few.
    """

    weight: np.ndarray
    effective: float
    power: float = 1.0


def of_level(observed: float, predicted: np.ndarray, log_sd: float, below: bool = False) -> Likelihood:
    """A level (ng/mL) with log-normal error about that of each likeness; below: it lay somewhere under `observed`."""
    z = (np.log(observed) - np.log(np.maximum(predicted, _NOTHING))) / log_sd
    under = normal_share(z)
    if below:
        from scipy.special import log_ndtr  # takes long to import

        return Likelihood(log_ndtr(z), float(under.mean()))
    return Likelihood(-(z**2) / 2, _two_sided(float(under.mean()), float(1 - under.mean())))


def of_score(observed: float, level: np.ndarray, noise: np.ndarray, grades: tuple[float, ...]) -> Likelihood:
    """A grade of an ordinal scale, where each likeness has its level on it; between two grades: a mean, by its density."""
    chances = grade_chances(level, noise, grades)
    mean = chances.reshape(len(grades), -1).mean(axis=1)
    at_least = float(sum(p for g, p in zip(grades, mean, strict=True) if g >= observed))
    at_most = float(sum(p for g, p in zip(grades, mean, strict=True) if g <= observed))
    tail = _two_sided(at_least, at_most)
    if observed in grades:
        return Likelihood(np.log(np.maximum(chances[grades.index(observed)], _NOTHING)), tail)
    z = np.abs(observed - level) / noise
    return Likelihood(-z - 2 * np.log1p(np.exp(-z)) - np.log(noise), tail)


def of_report(reported: bool, chance: np.ndarray) -> Likelihood:
    """Something that was, or was not, reported, where each likeness has its chance of that; rare is not out of the way."""
    share = chance if reported else 1 - chance
    return Likelihood(np.log(np.maximum(share, _NOTHING)), 1.0)


def weigh(likelihoods: Sequence[Likelihood], number: int, least_effective: float = 0.0) -> Weights:
    """Weights of `number` likenesses that were equal before. Where they would be worth fewer than `least_effective` equal ones,
    all likelihoods are raised to the largest power below 1 that leaves so many."""
    total = sum((each.log for each in likelihoods), np.zeros(number))
    whole = _weights(total, 1.0)
    if whole.effective >= least_effective:
        return whole
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _weights(total, middle).effective >= least_effective else (low, middle)
    return _weights(total, low)


def effective(weight: np.ndarray) -> float:
    """(sum w)^2 / sum w^2: the number of equal weights that average as well."""
    return float(weight.sum() ** 2 / (weight**2).sum())


def quantiles(values: np.ndarray, weight: np.ndarray, levels: Sequence[float]) -> list[float]:
    """Quantiles of weighted values, by lines between the middles of their weights; those of `np.quantile` differ by a step."""
    order = np.argsort(values, kind="stable")
    share = weight[order] / weight.sum()
    return [float(v) for v in np.interp(levels, np.cumsum(share) - share / 2, values[order])]


def resample(weight: np.ndarray, number: int) -> np.ndarray:
    """Indices of `number` equal likenesses that stand for the weighted ones: one each 1/number of the summed weight."""
    edges = np.cumsum(weight / weight.sum())
    return np.minimum(np.searchsorted(edges, (np.arange(number) + 0.5) / number), len(weight) - 1)


def _weights(total: np.ndarray, power: float) -> Weights:
    raised = np.exp(power * (total - total.max()))
    weight = raised / raised.sum()
    return Weights(weight, effective(weight), power)


def _two_sided(at_least: float, at_most: float) -> float:
    return min(1.0, 2 * min(at_least, at_most))
