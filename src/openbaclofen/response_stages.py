"""Concentrations at the spinal and the brain site go in; receptors, adaptation, reflex and outcomes over time come out.

The same stages for every route: by mouth both sites see the spinal fluid, from a pump each sees its own level.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from openbaclofen.arrays import Numbers, library
from openbaclofen.outcome.side_effects import chance
from openbaclofen.outcome.spasticity import expected_score, spasms, tone
from openbaclofen.outcome.withdrawal import severity
from openbaclofen.receptor.adaptation import Adapted, Inside, occupancy
from openbaclofen.receptor.adapting import earlier, number_over, opponent_over
from openbaclofen.receptor.site import (
    Receptor,
    active_concentration,
    postsynaptic_conductance,
    presynaptic_release,
    with_sensitivity,
)
from openbaclofen.reflex.gain import adapted_gain, excitability, reflex_gain, voluntary_strength
from openbaclofen.response import UNITS, Response, Sites

_NEXT_TO_NOTHING = 1e-30
Drug = Callable[[Any, Any], list[Any]]  # (umol/L of R-baclofen, receptor number) to what it does; last: what it leaves


def respond(
    of: Response,
    spinal_ng_per_ml: Numbers,
    brain_ng_per_ml: Numbers,
    before: Sites | None,
    hours: Numbers,
    inside: tuple[Inside, Inside] | None = None,
) -> tuple[dict[str, Any], Sites]:
    """Every quantity of UNITS and the adaptation of both sites at each time, (times, people), from concentrations then.

    before: the sites before the first time, None for a cycle that has been repeated for ever; hours: see `number_over`.
    inside: what is known of the two concentrations between times, without which steps follow straight lines.
    """
    within = inside or (None, None)
    spinal, spinal_seen = _spinal(of, spinal_ng_per_ml, within[0], before and before.spinal, hours)
    brain, brain_seen = _brain(of, brain_ng_per_ml, within[1], before and before.brain, hours)
    seen = spinal_seen | brain_seen
    seen["withdrawal"] = severity(seen["reflex_gain"], seen["brain_excitability"])
    return {name: seen[name] for name in UNITS}, Sites(spinal, brain)


def _site(
    of: Response, receptor: Receptor, drug: Drug, level: tuple[Numbers, Inside | None], before: Adapted | None, hours: Numbers
) -> tuple[Adapted, list[Any]]:
    """A site's adaptation, and what the drug does there. level: ng/mL at each time, and between."""
    active = active_concentration(receptor, level[0])
    if level[1] is None:
        number = number_over(of.adaptation, before, occupied := occupancy(of.adaptation, active), hours)
        done = drug(active, number)
        felt, inside = 1 - done[-1], None
    else:
        from openbaclofen.traced import jax  # only it tells slopes, and the numbers must be its

        middle, slope = (active_concentration(receptor, value) for value in level[1])
        occupied, turning = jax.jvp(partial(occupancy, of.adaptation), (active,), (slope,))
        between = Inside(occupancy(of.adaptation, middle), turning)
        number = number_over(of.adaptation, before, occupied, hours, between)
        halfway = 0.5 * (earlier(before and before.number, number) + number)
        done, changing = jax.jvp(lambda c: drug(c, number), (active,), (slope,))
        felt, inside = 1 - done[-1], Inside(1 - drug(middle, halfway)[-1], -changing[-1])
    return Adapted(number, opponent_over(of.adaptation, before, felt, hours, inside), occupied, felt), done


def _spinal(
    of: Response, ng_per_ml: Numbers, inside: Inside | None, before: Adapted | None, hours: Numbers
) -> tuple[Adapted, dict[str, Any]]:
    """Receptors of the cord, stretch reflex, and what follows from it."""
    receptor = with_sensitivity(of.receptor, of.sensitivity)

    def drug(active: Numbers, number: Numbers) -> list[Any]:
        release = presynaptic_release(receptor, active, number)
        conductance = postsynaptic_conductance(receptor, active, number)
        return [release, conductance, reflex_gain(of.reflex, release, conductance)]

    site, (release, conductance, drug_part) = _site(of, receptor, drug, (ng_per_ml, inside), before, hours)
    gain = adapted_gain(drug_part, excitability(of.spinal, site.number, site.opponent))
    return site, {
        "presynaptic_release": release,
        "postsynaptic_conductance": conductance,
        "receptor_number": site.number,
        "reflex_gain": gain,
        "modified_ashworth": expected_score(tone(of.spasticity, gain), of.spasticity.noise),
        "spasms": library(gain).clip(spasms(of.spasticity, gain), 0.0, 4.0),
        "strength": voluntary_strength(of.strength, conductance),
    }


def _brain(
    of: Response, ng_per_ml: Numbers, inside: Inside | None, before: Adapted | None, hours: Numbers
) -> tuple[Adapted, dict[str, Any]]:
    """Receptors of the brain, its excitability, and drowsiness, to which it gets used as far as the opponent has caught up."""

    def drug(active: Numbers, number: Numbers) -> list[Any]:
        return [presynaptic_release(of.receptor, active, number)]

    site, (drug_part,) = _site(of, of.receptor, drug, (ng_per_ml, inside), before, hours)
    library_ = library(site.opponent)
    used_to = library_.minimum(site.opponent / library_.maximum(site.effect, _NEXT_TO_NOTHING), 1.0)
    return site, {
        "sedation": chance(of.sedation, ng_per_ml, used_to),
        "brain_excitability": adapted_gain(drug_part, excitability(of.brain, site.number, site.opponent)),
    }
