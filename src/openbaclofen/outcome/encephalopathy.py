"""Brain concentration and kidney function go in; the chance of admission with encephalopathy in 30 days comes out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Encephalopathy(NamedTuple):
    """One value for each person, shape (people,). Hazards are cumulated over the first 30 days of treatment."""

    background: np.ndarray  # hazard without baclofen, of older people with kidney disease
    hazard: np.ndarray  # beyond it, at the reference concentration and with kidneys at the reference rate or above
    reference_ng_per_ml: np.ndarray
    power: np.ndarray  # of the concentration
    sensitivity: np.ndarray  # of the brain, by that of the old people whose hazard it is; multiplies the concentration
    frail_below: np.ndarray  # mL/min; below it people are frailer than their concentration says
    frail_doubling: np.ndarray  # mL/min of lost filtration that double the hazard


def frailty(of: Encephalopathy, filtration_ml_min: np.ndarray) -> np.ndarray:
    """2^(lost / doubling): how many times the hazard at the same concentration, by the filtration lost below `frail_below`."""
    lost = np.maximum(of.frail_below - filtration_ml_min, 0.0)
    return 2 ** (lost / of.frail_doubling)


def admission(of: Encephalopathy, brain_ng_per_ml: np.ndarray, filtration_ml_min: np.ndarray) -> np.ndarray:
    """1 - exp(-h0 - h (s C / C_ref)^k frailty), (..., people). brain_ng_per_ml: settled mean over a day.

    Most admissions come in the first days of treatment: the chance of 30 days must not be stretched over a year.
    """
    felt = brain_ng_per_ml * of.sensitivity / of.reference_ng_per_ml
    drug = of.hazard * felt**of.power * frailty(of, filtration_ml_min)
    return -np.expm1(-of.background - drug)
