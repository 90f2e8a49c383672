"""Numbers of numpy or jax go in; the library that computes with them comes out: only what jax follows is compiled by it."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from scipy.special import expit, ndtr

Numbers = Array | np.ndarray


def library(*values: Any) -> Any:
    """jax.numpy where one of the values is of jax, or followed by it; else numpy."""
    return jnp if any(isinstance(value, Array) for value in values) else np


def logistic(x: Any) -> Any:
    """1 / (1 + exp(-x))."""
    return jax.nn.sigmoid(x) if isinstance(x, Array) else expit(x)


def normal_share(z: Any) -> Any:
    """The share of a standard normal distribution below z."""
    return jax.scipy.special.ndtr(z) if isinstance(z, Array) else ndtr(z)
