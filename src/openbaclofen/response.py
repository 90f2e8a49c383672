"""Concentrations at the spinal and the brain site go in; receptors, adaptation, reflex and outcomes over time come out.

The same stages for every route: by mouth both sites see the spinal fluid, from a pump each sees its own level.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from openbaclofen.outcome.side_effects import SideEffect, chance
from openbaclofen.outcome.spasticity import Spasticity, expected_score, spasms, tone
from openbaclofen.outcome.withdrawal import severity
from openbaclofen.receptor.adaptation import Adaptation, Adapted, number_over, occupancy, opponent_over, untouched
from openbaclofen.receptor.site import (
    Numbers,
    Receptor,
    active_concentration,
    postsynaptic_conductance,
    presynaptic_release,
    with_sensitivity,
)
from openbaclofen.reflex.gain import Reflex, Strength, Unmasked, adapted_gain, excitability, reflex_gain, voluntary_strength

_NEXT_TO_NOTHING = 1e-30
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


def respond(
    of: Response, spinal_ng_per_ml: Array, brain_ng_per_ml: Array, before: Sites | None, hours: Array
) -> tuple[dict[str, Array], Sites]:
    """Every quantity of UNITS and the adaptation of both sites at each time, (times, people), from concentrations then.

    before: the sites before the first time, None for a cycle that has been repeated for ever; hours: see `number_over`.
    """
    spinal, spinal_seen = _spinal(of, spinal_ng_per_ml, before and before.spinal, hours)
    brain, brain_seen = _brain(of, brain_ng_per_ml, before and before.brain, hours)
    seen = spinal_seen | brain_seen
    seen["withdrawal"] = severity(seen["reflex_gain"], seen["brain_excitability"])
    return {name: seen[name] for name in UNITS}, Sites(spinal, brain)


def _spinal(of: Response, ng_per_ml: Array, before: Adapted | None, hours: Array) -> tuple[Adapted, dict[str, Array]]:
    """Receptors of the cord, stretch reflex, and what follows from it."""
    active = active_concentration(with_sensitivity(of.receptor, of.sensitivity), ng_per_ml)
    occupied = occupancy(of.adaptation, active)
    number = number_over(of.adaptation, before, occupied, hours)
    release = presynaptic_release(of.receptor, active, number)
    conductance = postsynaptic_conductance(of.receptor, active, number)
    drug_part = reflex_gain(of.reflex, release, conductance)
    opponent = opponent_over(of.adaptation, before, 1 - drug_part, hours)
    gain = adapted_gain(drug_part, excitability(of.spinal, number, opponent))
    return Adapted(number, opponent, occupied, 1 - drug_part), {
        "presynaptic_release": release,
        "postsynaptic_conductance": conductance,
        "receptor_number": number,
        "reflex_gain": gain,
        "modified_ashworth": expected_score(tone(of.spasticity, gain), of.spasticity.noise),
        "spasms": jnp.clip(spasms(of.spasticity, gain), 0.0, 4.0),
        "strength": voluntary_strength(of.strength, conductance),
    }


def _brain(of: Response, ng_per_ml: Array, before: Adapted | None, hours: Array) -> tuple[Adapted, dict[str, Array]]:
    """Receptors of the brain, its excitability, and drowsiness, to which it gets used as far as the opponent has caught up."""
    active = active_concentration(of.receptor, ng_per_ml)
    occupied = occupancy(of.adaptation, active)
    number = number_over(of.adaptation, before, occupied, hours)
    drug_part = presynaptic_release(of.receptor, active, number)
    opponent = opponent_over(of.adaptation, before, 1 - drug_part, hours)
    used_to = jnp.minimum(opponent / jnp.maximum(1 - drug_part, _NEXT_TO_NOTHING), 1.0)
    return Adapted(number, opponent, occupied, 1 - drug_part), {
        "sedation": chance(of.sedation, ng_per_ml, used_to),
        "brain_excitability": adapted_gain(drug_part, excitability(of.brain, number, opponent)),
    }


def last(sites: Sites) -> Sites:
    """The state at the last of the times."""
    return Sites(*(Adapted(*(value[-1] for value in site)) for site in sites))
