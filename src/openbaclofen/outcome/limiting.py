"""Brain concentration goes in; the chance of leaving treatment for a side effect, beyond placebo, comes out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Limiting(NamedTuple):
    """One value for each person, shape (people,). hazard: cumulated over a trial at the reference concentration."""

    hazard: np.ndarray
    reference_ng_per_ml: np.ndarray
    power: np.ndarray


def dose_limiting(limiting: Limiting, brain_ng_per_ml: np.ndarray) -> np.ndarray:
    """1 - exp(-h (C / C_ref)^k): the chance over a trial's length that a side effect ends treatment, beyond placebo.

    brain_ng_per_ml: mean over a day, (..., people).
    """
    return -np.expm1(-_hazard(limiting, brain_ng_per_ml))


def leaving(limiting: Limiting, placebo_hazard: np.ndarray, brain_ng_per_ml: np.ndarray, share: float = 1.0) -> np.ndarray:
    """1 - (1 - drug's part) exp(-h0), the chance of leaving for an unwanted effect at all, over a share of a trial's length.

    placebo_hazard: cumulated over a trial, (people,). Hazards are taken as even over the trial.
    """
    return -np.expm1(-share * (_hazard(limiting, brain_ng_per_ml) + placebo_hazard))


def _hazard(limiting: Limiting, brain_ng_per_ml: np.ndarray) -> np.ndarray:
    return limiting.hazard * (brain_ng_per_ml / limiting.reference_ng_per_ml) ** limiting.power
