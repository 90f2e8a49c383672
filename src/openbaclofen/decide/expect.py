"""Simulated values of people and of draws go in; one prediction with its two ranges comes out."""

from __future__ import annotations

import numpy as np

from openbaclofen.decide.records import Expected

LEVELS = (0.05, 0.5, 0.95)
DIGITS = 3


def expected(quantity: str, unit: str, people: np.ndarray, draws: np.ndarray, grade: str) -> Expected:
    """The middle and the 90 % range over people, and the 90 % range of the middle over what is not known.

    people (n,): people like this one. draws (d,): the typical one under each draw of the uncertain parameters.
    """
    low, middle, high = (significant(float(v)) for v in np.quantile(people, LEVELS))
    ignorance_low, _, ignorance_high = (significant(float(v)) for v in np.quantile(draws, LEVELS))
    return Expected(quantity, unit, middle, low, high, ignorance_low, ignorance_high, grade)


def chance(quantity: str, happens: np.ndarray, draw: np.ndarray, grade: str) -> Expected:
    """The fraction of people to whom it happens, and how far that fraction itself is uncertain.

    happens (n,): chance for each likeness, 0 to 1. draw (n,): which draw of the uncertain parameters each likeness has.
    low and high are those of the fraction over draws: a fraction has no range over people.
    """
    by_draw = np.array([happens[draw == d].mean() for d in np.unique(draw)])
    low, _, high = (significant(float(v)) for v in np.quantile(by_draw, LEVELS))
    return Expected(quantity, "1", significant(float(happens.mean())), low, high, low, high, grade)


def significant(value: float) -> float:
    """Three significant digits: more would be dressing up."""
    return 0.0 if abs(value) < 1e-12 else float(f"{value:.{DIGITS}g}")
