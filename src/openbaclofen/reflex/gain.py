"""Transmitter release, motoneurone conductance and adaptation go in; gain and threshold of the stretch reflex, H/M and
voluntary strength come out.

All of it is in the spinal circuit; baclofen does not touch the neuromuscular junction or the muscle fibre, which have no term.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from openbaclofen.arrays import Numbers, library

_NEXT_TO_NOTHING = 1e-30  # keeps logarithms, and their derivatives, finite without drug


class Reflex(NamedTuple):
    """One value for each person, shape (people,)."""

    shunt: Numbers  # fall of the synaptic potential at full postsynaptic conductance
    gain_power: Numbers  # reflex gain as a power of the synaptic drive


class Unmasked(NamedTuple):
    """What adaptation adds to the excitability of a site, one value for each person, shape (people,)."""

    opponent: Numbers  # excitability that a full opponent drive adds, as a share of that without drug
    tone: Numbers  # excitability that losing all receptors adds, since the body's own GABA acts on them too


class Strength(NamedTuple):
    """One value for each person, shape (people,)."""

    half: Numbers  # postsynaptic conductance, as a share of the largest, at which voluntary strength is halved
    power: Numbers  # how steeply


def synaptic_drive(reflex: Reflex, release: Numbers, conductance: Numbers) -> Any:
    """p (1 - shunt g), drive of the motoneurones by stretch as a share of that without drug."""
    return release * (1 - reflex.shunt * conductance)


def reflex_gain(reflex: Reflex, release: Numbers, conductance: Numbers) -> Any:
    """Gain as a share of its baseline by the drug alone: (p (1 - shunt g))^k, 1 without drug.

    An algebraic map through the H-reflex anchors; it stands for a motoneurone pool.
    """
    drive = synaptic_drive(reflex, release, conductance)
    of = library(drive, reflex.gain_power)
    return of.exp(reflex.gain_power * of.log(drive))


def excitability(unmasked: Unmasked, number: Numbers, opponent: Numbers) -> Any:
    """1 + s M + t (1 - N): what adaptation makes of a site, 1 for one that has not met the drug."""
    return 1 + opponent * unmasked.opponent + (1 - number) * unmasked.tone


def adapted_gain(drug_part: Numbers, excitable: Numbers) -> Any:
    """Gain, or the excitability of the brain site, as a share of that without drug; drug_part: `reflex_gain`, or release.

    Above 1 where the drug has fallen faster than adaptation fades: rebound, without any other term.
    """
    return drug_part * excitable


def h_to_m(baseline: Numbers, gain: Numbers) -> Any:
    """H/M from that without drug and the gain; no more than every motoneurone can answer."""
    return library(baseline, gain).minimum(baseline * gain, 1.0)


def velocity_threshold(drive: Numbers, excitable: Numbers) -> Any:
    """Slowest stretch that is answered, as a multiple of that without drug: 1 / drive, so the drug raises it.

    A stretch of velocity v is answered by slope * (drive * v - v0): the threshold rises and the slope falls, and the angle
    at rest has no part in it.
    """
    return 1 / (drive * excitable)


def voluntary_strength(strength: Strength, conductance: Numbers) -> Any:
    """1 / (1 + (g / half)^power), share of the strength without drug: spared until motoneurones are shunted."""
    of = library(conductance, strength.half)
    return 1 / (1 + of.exp(strength.power * of.log(of.maximum(conductance, _NEXT_TO_NOTHING) / strength.half)))
