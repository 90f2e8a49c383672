"""People before and after treatment go in; what a trial's arm would publish, with noise and drop-out, comes out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from openbaclofen.errors import InputError


@dataclass(frozen=True)
class Arm:
    """A published arm. The mean is over those who stayed; responders: who stayed and improved enough, of all who began."""

    number: int
    completed: int
    baseline: float
    mean_change: float
    standard_error: float
    responders: float


def read(random: np.random.Generator, level: np.ndarray, noise: np.ndarray, grades: tuple[float, ...]) -> np.ndarray:
    """Scores that raters give to these levels, each with its own logistic error."""
    borders = [(low + high) / 2 for low, high in pairwise(grades)]
    return np.asarray(grades)[np.searchsorted(borders, level + noise * random.logistic(size=level.shape))]


def arm(
    random: np.random.Generator,
    before: np.ndarray,
    after: np.ndarray,
    noise: np.ndarray,
    leaving: np.ndarray,
    grades: tuple[float, ...],
    enough: float,
    counted: tuple[float, ...] = (),
) -> Arm:
    """One trial's arm: ratings before and after, of (muscles, people) or (people,), added over muscles.

    before, after: levels on the scale's points, drug, placebo and the person's own change in them. leaving: chance of each
    person to leave, from the drop-out hazard. enough: fall that counts as a response. counted: what each grade counts, if not
    itself.
    Errors: InputError where nobody stays.
    """
    worth = np.asarray(counted or grades)

    def score(level: np.ndarray) -> np.ndarray:
        scores = worth[np.searchsorted(grades, read(random, np.atleast_2d(level), noise, grades))]
        return scores.sum(axis=0)

    first, second = score(before), score(after)
    stays = random.random(len(first)) >= leaving
    if not stays.any():
        raise InputError("nobody stays in the arm", "trial")
    change = (second - first)[stays]
    spread = float(np.std(change, ddof=1)) / float(np.sqrt(len(change))) if len(change) > 1 else float("nan")
    return Arm(
        number=len(first),
        completed=len(change),
        baseline=float(np.mean(first)),
        mean_change=float(np.mean(change)),
        standard_error=spread,
        responders=float(np.sum(change <= -enough)) / len(first),
    )
