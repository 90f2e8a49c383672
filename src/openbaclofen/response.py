"""What a response is made of: the records of people, of the two sites and of everything that is told of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from openbaclofen.arrays import Numbers, leaves
from openbaclofen.outcome.side_effects import SideEffect
from openbaclofen.outcome.spasticity import Spasticity
from openbaclofen.receptor.adaptation import Adaptation, Adapted, untouched
from openbaclofen.receptor.site import Receptor
from openbaclofen.reflex.gain import Reflex, Strength, Unmasked

UNITS = {
    "presynaptic_release": "share of that without drug",
    "postsynaptic_conductance": "share of the largest",
    "receptor_number": "share of that without drug",
    "reflex_gain": "share of that without drug",
    "modified_ashworth": "points (0-4)",
    "spasms": "Penn points (0-4)",
    "strength": "share of that without drug",
    "sedation": "probability",
    "brain_excitability": "share of that without drug",
    "withdrawal": "index",
}
OF_LIMBS = ("reflex_gain", "modified_ashworth", "strength")  # told for each limb, by its own segments


class Response(NamedTuple):
    """Everything about people between concentrations and outcomes; each number has shape (people,)."""

    receptor: Receptor
    sensitivity: Numbers  # of the spinal site: 1 in those who respond by mouth
    reflex: Reflex
    adaptation: Adaptation
    spinal: Unmasked
    brain: Unmasked
    strength: Strength
    spasticity: Spasticity
    sedation: SideEffect


class Sites(NamedTuple):
    """Adaptation of the two sites at one time, (people,) each, or over time, (times, people)."""

    spinal: Adapted
    brain: Adapted


def before_treatment(people: int) -> Sites:
    """Sites that have not met the drug."""
    return Sites(untouched(people), untouched(people))


def last(sites: Sites) -> Sites:
    """The state at the last of the times."""
    return Sites(*(Adapted(*(value[-1] for value in site)) for site in sites))


def state_of(sites: Sites) -> np.ndarray:
    """The numbers of both sites, (numbers, ...): of the cord, then of the brain."""
    return np.stack([np.asarray(value, dtype=float) for value in leaves(sites)])


def sites_of(state: Iterable[np.ndarray]) -> Sites:
    """The sites whose numbers these are."""
    numbers, half = list(state), len(Adapted._fields)
    return Sites(Adapted(*numbers[:half]), Adapted(*numbers[half:]))
