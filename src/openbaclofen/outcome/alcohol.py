"""Brain concentration and sex go in; days without alcohol and relapse of people with alcohol use disorder come out.

Trials conflict: what comes out is the pooled effect. How far a single trial lies from it is told by `between_trials`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Alcohol(NamedTuple):
    """One value for each person, shape (people,)."""

    abstinent: np.ndarray  # % of days, without drug
    abstinent_gain: np.ndarray  # points of %, at the most
    relapse: np.ndarray  # share who drink again, without drug
    relapse_log_ratio: np.ndarray  # logarithm of the risk ratio, at the most
    half_men: np.ndarray  # ng/mL in the brain at half of the effect
    half_women: np.ndarray
    between_trials: np.ndarray  # points of %, standard deviation of a trial's true gain about the pooled one


def effect_share(of: Alcohol, brain_ng_per_ml: np.ndarray, female: np.ndarray) -> np.ndarray:
    """C / (C + half of the sex): share of the largest effect, (..., people). female: share of women, 0 or 1 for a person."""
    women, men = (brain_ng_per_ml / (brain_ng_per_ml + half) for half in (of.half_women, of.half_men))
    return female * women + (1 - female) * men


def abstinent_days(of: Alcohol, brain_ng_per_ml: np.ndarray, female: np.ndarray) -> np.ndarray:
    """Expected % of days without alcohol, never above 100."""
    return np.minimum(of.abstinent + of.abstinent_gain * effect_share(of, brain_ng_per_ml, female), 100)


def relapse(of: Alcohol, brain_ng_per_ml: np.ndarray, female: np.ndarray) -> np.ndarray:
    """Chance of drinking again over a trial, relapse exp(r s)."""
    return of.relapse * np.exp(of.relapse_log_ratio * effect_share(of, brain_ng_per_ml, female))
