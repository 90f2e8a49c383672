"""Transmitter release and motoneurone conductance go in; the gain of the stretch reflex comes out."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

Numbers = Array | np.ndarray


class Reflex(NamedTuple):
    """One value for each person, shape (people,)."""

    shunt: Numbers  # fall of the synaptic potential at full postsynaptic conductance
    gain_power: Numbers  # reflex gain as a power of the synaptic drive


def reflex_gain(reflex: Reflex, release: Array, conductance: Array) -> Array:
    """H/M, or stretch-reflex gain, as a share of its baseline: (p (1 - shunt g))^k, 1 without drug.

    An algebraic map through the H-reflex anchors; it stands for a motoneurone pool.
    """
    return jnp.exp(reflex.gain_power * jnp.log(release * (1 - reflex.shunt * conductance)))
