"""Baclofen in spinal fluid goes in; what GABA-B receptors do on both sides of the synapse comes out.

Two read-outs of one occupancy, each with its own curve: transmitter release from the Ia and II terminals, which depends
steeply on calcium, and the potassium conductance of the motoneurone, which needs several G-protein subunits.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

Numbers = Array | np.ndarray
_NEXT_TO_NOTHING = 1e-30  # keeps logarithms, and their derivatives, finite without drug


class Receptor(NamedTuple):
    """One value for each person, shape (people,). Concentrations are of R-baclofen; the S-form does not act."""

    molar_mass: Numbers  # g/mol
    active_fraction: Numbers  # R-baclofen in the drug
    presynaptic_maximum: Numbers  # largest fall of calcium current
    presynaptic_ec50: Numbers  # umol/L
    release_power: Numbers  # release as a power of calcium current
    postsynaptic_ec50: Numbers  # umol/L
    postsynaptic_hill: Numbers


def active_concentration(receptor: Receptor, ng_per_ml: Array) -> Array:
    """R-baclofen in umol/L: fraction * C / M, since ng/mL over g/mol is umol/L."""
    return ng_per_ml * (receptor.active_fraction / receptor.molar_mass)


def presynaptic_release(receptor: Receptor, umol_per_l: Array) -> Array:
    """p = (1 - Imax C / (C + EC50))^m, 1 without drug."""
    current = 1 - receptor.presynaptic_maximum * umol_per_l / (umol_per_l + receptor.presynaptic_ec50)
    return jnp.exp(receptor.release_power * jnp.log(current))


def postsynaptic_conductance(receptor: Receptor, umol_per_l: Array) -> Array:
    """g = C^h / (C^h + EC50^h), share of the largest potassium conductance, 0 without drug."""
    relative = jnp.log(jnp.maximum(umol_per_l, _NEXT_TO_NOTHING) / receptor.postsynaptic_ec50)
    return 1 / (1 + jnp.exp(-receptor.postsynaptic_hill * relative))
