"""Baclofen in spinal fluid goes in; what GABA-B receptors do on both sides of the synapse comes out.

Two read-outs, each with its own curve: transmitter release from the Ia and II terminals, which depends steeply on calcium, and
the potassium conductance of the motoneurone, which needs several G-protein subunits. The number of receptors left scales the
largest effect of both: their half concentrations lie above the affinity of the receptor, so there are none to spare.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from openbaclofen.arrays import Numbers, library

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


def active_concentration(receptor: Receptor, ng_per_ml: Numbers) -> Any:
    """R-baclofen in umol/L: fraction * C / M, since ng/mL over g/mol is umol/L."""
    return ng_per_ml * (receptor.active_fraction / receptor.molar_mass)


def presynaptic_release(receptor: Receptor, umol_per_l: Numbers, number: Numbers | float = 1.0) -> Any:
    """p = (1 - Imax N C / (C + EC50))^m, 1 without drug. number: N, receptors as a share of those without drug."""
    current = 1 - receptor.presynaptic_maximum * number * umol_per_l / (umol_per_l + receptor.presynaptic_ec50)
    of = library(current, receptor.release_power)
    return of.exp(receptor.release_power * of.log(current))


def postsynaptic_conductance(receptor: Receptor, umol_per_l: Numbers, number: Numbers | float = 1.0) -> Any:
    """g = N C^h / (C^h + EC50^h), share of the largest potassium conductance, 0 without drug. number: as above."""
    of = library(umol_per_l, receptor.postsynaptic_ec50, number)
    relative = of.log(of.maximum(umol_per_l, _NEXT_TO_NOTHING) / receptor.postsynaptic_ec50)
    return number / (1 + of.exp(-receptor.postsynaptic_hill * relative))


def with_sensitivity(receptor: Receptor, sensitivity: Numbers) -> Receptor:
    """The receptor of a site at which the drug acts as if it were that many times as concentrated; see `responding`."""
    return receptor._replace(active_fraction=receptor.active_fraction * sensitivity)


def responding(share: Numbers | float, resistant: Numbers | float, uniform: Numbers) -> Any:
    """Sensitivity of people, a mixture: 1 for the share that responds by mouth, `resistant` (below 1) for the others.

    uniform: a number from 0 to 1 for each person. The resistant still answer the tenfold levels of intrathecal treatment.
    """
    return library(uniform, share, resistant).where(uniform < share, 1.0, resistant)
