"""Reflex gain and brain concentration go in; scores and chances on clinical scales come out."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.scipy.stats import norm

Numbers = Array | np.ndarray


class Outcome(NamedTuple):
    """One value for each person, shape (people,)."""

    ashworth_baseline: Numbers  # points, without drug
    ashworth_slope: Numbers  # points for the whole reflex
    ashworth_noise: Numbers  # points, standard deviation between occasions and raters
    ashworth_meaningful: Numbers  # points of improvement that matter
    sedation_baseline: Numbers  # probability without drug
    sedation_slope: Numbers  # log-odds per ng/mL in the brain


def modified_ashworth(outcome: Outcome, reflex_gain: Array) -> Array:
    """Expected score: baseline - slope (1 - gain), never below 0."""
    return jnp.maximum(outcome.ashworth_baseline - outcome.ashworth_slope * (1 - reflex_gain), 0.0)


def sedation(outcome: Outcome, brain_ng_per_ml: Array) -> Array:
    """Probability that drowsiness is reported at this exposure, placebo's part included: logit P = logit(base) + slope C."""
    without = jnp.log(outcome.sedation_baseline) - jnp.log1p(-outcome.sedation_baseline)
    return jax.nn.sigmoid(without + outcome.sedation_slope * brain_ng_per_ml)


def meaningful_response(outcome: Outcome, ashworth: Array) -> Array:
    """Probability that a rater sees the meaningful improvement: Phi((baseline - score - meaningful) / noise)."""
    return norm.cdf((outcome.ashworth_baseline - ashworth - outcome.ashworth_meaningful) / outcome.ashworth_noise)
