"""Numbers of numpy or jax go in; the library that computes with them comes out: only what jax follows is compiled by it."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

Numbers = Array | np.ndarray
_tail = np.vectorize(math.erfc, otypes=[float])


def library(*values: Any) -> Any:
    """jax.numpy where one of the values is of jax, or followed by it; else numpy."""
    return jnp if any(isinstance(value, Array) for value in values) else np


def logistic(x: Any) -> Any:
    """1 / (1 + exp(-x))."""
    if isinstance(x, Array):
        return jax.nn.sigmoid(x)
    small = np.exp(-np.abs(x))  # of either sign: what is far out must not overflow
    return np.where(np.asarray(x) >= 0, 1.0, small) / (1 + small)


def normal_share(z: Any) -> Any:
    """The share of a standard normal distribution below z."""
    return jax.scipy.special.ndtr(z) if isinstance(z, Array) else _tail(-np.asarray(z) * math.sqrt(0.5)) / 2
