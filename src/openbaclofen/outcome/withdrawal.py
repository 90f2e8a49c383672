"""Gain of the stretch reflex and excitability of the brain over time go in; rebound, its severity, onset and causes come out.

Severity is an index, not a chance: how often withdrawal happens by dose has never been published.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from openbaclofen.arrays import Numbers, library


class Causes(NamedTuple):
    """What makes up a site's excess at one time, as shares of the excitability without drug; the sum is the excess."""

    opponent: Numbers  # the opponent drive, which dose and duration built up
    receptors: Any  # receptors that are missing, so that the body's own GABA acts less
    drug: Any  # what the drug that is left takes away: below 0, and nearer to 0 the faster the fall


def causes(drug_part: Numbers, opponent: Numbers, missing: Numbers) -> Causes:
    """Shares of gain - 1, where gain = drug_part (1 + opponent + missing).

    opponent: s M; missing: t (1 - N), the terms of the excitability of a site.
    """
    return Causes(opponent, missing, (drug_part - 1) * (1 + opponent + missing))


def excess(gain: Numbers) -> Any:
    """What exceeds the gain, or excitability, without drug: 0 as long as the drug holds it down."""
    return library(gain).maximum(gain - 1, 0.0)


def rebound_points(gain: Numbers, slope: Numbers) -> Any:
    """Points of tone above those without drug, by the slope of tone on reflex gain."""
    return excess(gain) * slope


def severity(spinal_gain: Numbers, brain_excitability: Numbers) -> Any:
    """Spinal and central excess added, as shares of what is normal without drug.

    The spinal part shows as spasticity and spasm, the central part as agitation, hallucination, fever, seizure.
    """
    return excess(spinal_gain) + excess(brain_excitability)


def onset_h(hours: np.ndarray, index: np.ndarray, noticed: float) -> np.ndarray:
    """Hours at which an index first reaches a level, by straight lines between times; nan where it never does.

    hours (times,), index (times, people).
    """
    above = index >= noticed
    first = np.argmax(above, axis=0)
    before = np.maximum(first - 1, 0)
    low, high = (np.take_along_axis(index, at[None], axis=0)[0] for at in (before, first))
    rise = np.where(high > low, high - low, 1.0)
    part = np.where(first > 0, np.clip((noticed - low) / rise, 0.0, 1.0), 1.0)
    return np.where(above.any(axis=0), hours[before] + part * (hours[first] - hours[before]), np.nan)
