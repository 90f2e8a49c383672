"""Values of facts under draws go in; how groups of people answer concentrations in their spinal fluid for some days comes out.

Arrays are (..., draws, groups, people): draws of what is not known, two groups (who responds by mouth, who does not), and
people of a group who differ in sensitivity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from openbaclofen.compilers import prepare
from openbaclofen.population import log_sd
from openbaclofen.receptor.adaptation import Adaptation, Adapted, occupancy
from openbaclofen.receptor.adapting import over
from openbaclofen.receptor.site import Receptor, active_concentration, postsynaptic_conductance, presynaptic_release
from openbaclofen.reflex.gain import Reflex, Unmasked, adapted_gain, excitability, reflex_gain
from openbaclofen.traced import Array, jax, jnp
from openbaclofen.units import HOURS_PER_DAY

Values = Mapping[str, np.ndarray]  # fact -> (draws,)
_NODES = 2 * 3 - 1
_STEPS = 10 * 2
_ALONG = tuple((np.arange(_NODES) + 0.5) / _NODES)
DEVIATES = np.array([NormalDist().inv_cdf(p) for p in _ALONG])


class Cord(NamedTuple):
    """Receptor, adaptation and reflex of groups; each number (draws, groups, people) or what fits it."""

    receptor: Receptor
    adaptation: Adaptation
    reflex: Reflex
    unmasked: Unmasked
    sensitivity: np.ndarray

    def active(self, ng_per_ml: np.ndarray) -> Array:
        """umol/L of R-baclofen as these people sense it; ng_per_ml (..., draws)."""
        return active_concentration(self.receptor, jnp.asarray(ng_per_ml)[..., None, None]) * self.sensitivity

    def drug_part(self, umol_per_l: Array, number: Array) -> Array:
        """Gain by the drug alone."""
        release = presynaptic_release(self.receptor, umol_per_l, number)
        return reflex_gain(self.reflex, release, postsynaptic_conductance(self.receptor, umol_per_l, number))

    def effect(self, umol_per_l: Array, number: Array) -> Array:
        """What the drug takes away of the gain, the drive of the opponent."""
        return 1 - self.drug_part(umol_per_l, number)

    def gain(self, site: Adapted) -> Array:
        """Gain as a share of that without drug."""
        return adapted_gain(1 - site.effect, excitability(self.unmasked, site.number, site.opponent))

    @jax.jit
    def at_once(self, ng_per_ml: np.ndarray) -> Array:
        """Gain before anything has adapted."""
        active = self.active(ng_per_ml)
        return self.drug_part(active, jnp.ones_like(active))

    @jax.jit
    def after(self, ng_per_ml: np.ndarray, days: float) -> Array:
        """Gain after days at one concentration."""
        active = self.active(ng_per_ml)
        start = Adapted(jnp.ones_like(active), *(jnp.zeros_like(active),) * 3)
        held = start._replace(occupancy=occupancy(self.adaptation, active), effect=self.effect(active, start.number))
        hours = jnp.full(_STEPS, days * HOURS_PER_DAY / _STEPS)
        sites = over(self.adaptation, held, jnp.broadcast_to(active, (_STEPS, *active.shape)), self.effect, hours)
        return self.gain(Adapted(*(value[-1] for value in sites)))

    @jax.jit
    def settled(self, ng_per_ml: np.ndarray) -> Array:
        """Gain after long at one concentration: N = k_rec / (k_rec + k_loss occ), M = E."""
        active = self.active(ng_per_ml)
        a = self.adaptation
        occupied = occupancy(a, active)
        number = jnp.asarray(a.recovery_rate / (occupied * a.loss_rate + a.recovery_rate))
        felt = self.effect(active, number)
        return self.gain(Adapted(number, felt, occupied, felt))


def cord(values: Values) -> Cord:
    """The cord of people under these values."""
    prepare()

    def of(name: str) -> np.ndarray:
        return values[name][:, None, None]

    day = HOURS_PER_DAY
    groups = np.stack(
        [np.ones_like(values["receptor.resistant_sensitivity"]), values["receptor.resistant_sensitivity"]], axis=1
    )
    differ = np.exp(log_sd(float(values["receptor.sensitivity_cv"][0])) * DEVIATES)
    return Cord(
        Receptor(*(of(name) for name in _RECEPTOR)),
        Adaptation(
            of("adaptation.affinity"),
            np.log(2) / of("adaptation.recovery_half_life") / day,
            of("adaptation.loss_rate") / day,
            np.log(2) / of("adaptation.opponent_half_life") / day,
        ),
        Reflex(of("reflex.shunt"), of("reflex.gain_power")),
        Unmasked(of("adaptation.opponent_strength"), of("adaptation.endogenous_tone")),
        groups[:, :, None] * differ,
    )


_RECEPTOR = (
    "drug.molar_mass",
    "drug.active_fraction",
    "receptor.presynaptic_maximum",
    "receptor.presynaptic_ec50",
    "receptor.release_power",
    "receptor.postsynaptic_ec50",
    "receptor.postsynaptic_hill",
)
CORD = (
    *_RECEPTOR,
    "reflex.shunt",
    "reflex.gain_power",
    "receptor.resistant_sensitivity",
    "receptor.sensitivity_cv",
    "adaptation.affinity",
    "adaptation.recovery_half_life",
    "adaptation.loss_rate",
    "adaptation.opponent_half_life",
    "adaptation.opponent_strength",
    "adaptation.endogenous_tone",
)


def mean_over(of: Array, responders: np.ndarray) -> np.ndarray:
    """Mean over people, (..., draws), where this share (draws,) responds by mouth."""
    groups = np.asarray(of).mean(axis=-1)
    return responders * groups[..., 0] + (1 - responders) * groups[..., 1]


def level_where(levels: np.ndarray, gain: Callable[[np.ndarray], np.ndarray], wanted: np.ndarray) -> np.ndarray:
    """The level at which a gain that falls with it is the wanted one, (draws,), by lines between rising levels; nan if none.

    gain: levels (levels, 1) to (levels, draws).
    """
    found = np.minimum.accumulate(gain(levels[:, None]), axis=0)
    at = np.log(levels)
    return np.array(
        [
            np.exp(np.interp(-goal, -column, at)) if column[-1] <= goal <= column[0] else np.nan
            for goal, column in zip(wanted, found.T, strict=True)
        ]
    )
