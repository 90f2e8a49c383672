"""Simulated values of people and of draws go in; one prediction with its two ranges comes out."""

from __future__ import annotations

import numpy as np

from openbaclofen.decide.records import Expected
from openbaclofen.facts.schema import EvidenceRow
from openbaclofen.infer.reweight import quantiles

LEVELS = (0.05, 0.5, 0.95)
DIGITS = 3
LONGEST_UNIT = len("ug/mL")  # a longer one says in words what the sentence around it says


def expected(quantity: str, unit: str, people: np.ndarray, draws: np.ndarray, grade: str) -> Expected:
    """The middle and the 90 % range over people, and the 90 % range of the middle over what is not known.

    people (n,): people like this one. draws (d,): the typical one under each draw of the uncertain parameters.
    """
    low, middle, high = (significant(float(v)) for v in np.quantile(people, LEVELS))
    ignorance_low, _, ignorance_high = (significant(float(v)) for v in np.quantile(draws, LEVELS))
    return Expected(quantity, unit, middle, low, high, ignorance_low, ignorance_high, grade)


def chance(quantity: str, happens: np.ndarray, draw: np.ndarray, grade: str, weight: np.ndarray | None = None) -> Expected:
    """The fraction of people to whom it happens, and how far that fraction itself is uncertain.

    happens (n,): chance for each likeness, 0 to 1. draw (n,): which draw of the uncertain parameters each likeness has.
    weight (n,): of each likeness, where they are not equal.
    low and high are those of the fraction over draws: a fraction has no range over people.
    """
    if weight is None:
        by_draw = np.array([happens[draw == d].mean() for d in np.unique(draw)])
        low, _, high = (significant(float(v)) for v in np.quantile(by_draw, LEVELS))
        return Expected(quantity, "1", significant(float(happens.mean())), low, high, low, high, grade)
    of_draw = np.bincount(draw, weight)
    seen = of_draw > 0
    by_draw = np.bincount(draw, weight * happens)[seen] / of_draw[seen]
    low, _, high = (significant(v) for v in quantiles(by_draw, of_draw[seen], LEVELS))
    return Expected(quantity, "1", significant(float(np.average(happens, weights=weight))), low, high, low, high, grade)


def significant(value: float) -> float:
    """Three significant digits: more would be dressing up."""
    return 0.0 if abs(value) < 1e-12 else float(f"{value:.{DIGITS}g}")


def published(row: EvidenceRow) -> str:
    """A published figure in few words: its value and range, the unit after a blank."""
    unit = f" {row.unit}" if row.unit and len(row.unit) <= LONGEST_UNIT else ""
    ends = f"{row.low:g} to {row.high:g}" if row.low is not None and row.high is not None else ""
    if row.value is None:
        return f"{ends}{unit}"
    return f"{row.value:g}{f' ({ends})' if ends else ''}{unit}"
