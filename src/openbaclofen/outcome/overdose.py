"""The course of the brain concentration after an overdose goes in; coma, its depth and length, and ventilation come out.

People differ in the concentration that puts them into coma: the share F(C) = C^h / (C^h + C50^h) of people falls into coma at
or below C. A person wakes only when the concentration has come down to a share w of their own threshold. So at each time those
with a threshold below M are in coma, with M = max(C, min(M before, C / w)): the reach of the coma.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from openbaclofen.arrays import Numbers, library, logistic


class Overdose(NamedTuple):
    """One value for each person, shape (people,). Levels are brain concentrations in ng/mL that half of people do not pass."""

    coma_level: Numbers  # deep coma, Matthew III-IV
    light_share: Numbers  # light coma and stupor begin at this share of a person's threshold
    hill: Numbers  # how alike people are: 2-3 wide, 10 narrow
    wake_share: Numbers  # a person wakes at this share of the threshold
    ventilation_level: Numbers
    bradycardia_level: Numbers
    hypothermia_level: Numbers
    seizure_level: Numbers
    sensitivity: Numbers  # multiplies the concentration
    adapting: Numbers  # share of the concentration that full adaptation makes void


class Depth(NamedTuple):
    """Chance of each state at a time: awake or drowsy, light coma, deep coma. They add up to 1."""

    none: Any
    light: Any
    deep: Any


EVENTS = ("ventilation", "bradycardia", "hypothermia", "seizure")


def felt(overdose: Overdose, brain_ng_per_ml: Numbers, adaptation: Numbers | float = 0.0) -> Any:
    """The concentration that thresholds are compared with, (..., people). adaptation: of long use, 0 to 1."""
    return brain_ng_per_ml * overdose.sensitivity * (1 - overdose.adapting * adaptation)


def share_below(level: Numbers, half: Numbers, hill: Numbers) -> Any:
    """F(C) = C^h / (C^h + C50^h), 0 without drug."""
    of = library(level, half, hill)
    some = of.where(level > 0, level, half)
    return of.where(level > 0, logistic(hill * (of.log(some) - of.log(half))), 0.0)


def coma_chance(overdose: Overdose, peak: Numbers) -> Any:
    """Chance of deep coma at any time, from the highest concentration (as `felt`), (..., people)."""
    return share_below(peak, overdose.coma_level, overdose.hill)


def event_chance(overdose: Overdose, event: str, peak: Numbers) -> Any:
    """Chance of one of EVENTS at any time, from the highest concentration (as `felt`), (..., people)."""
    return share_below(peak, getattr(overdose, f"{event}_level"), overdose.hill)


def reach(level: Numbers, wake_share: Numbers) -> Any:
    """The highest threshold of those in coma, (times, people), from the course of the concentration (as `felt`)."""
    reached = np.array(level, dtype=float)
    for before, now in pairwise(reached):
        np.maximum(now, np.minimum(before, now / wake_share), out=now)
    return reached


def depth(overdose: Overdose, level: Numbers) -> Depth:
    """Chance of each state by the time, each (times, people)."""
    reached = reach(level, overdose.wake_share)
    deep = share_below(reached, overdose.coma_level, overdose.hill)
    either = share_below(reached, overdose.coma_level * overdose.light_share, overdose.hill)
    return Depth(1 - either, either - deep, deep)


def coma_hours(overdose: Overdose, level: Numbers, hours: np.ndarray) -> Any:
    """Mean hours in deep coma of those who fall into it, (people,): the integral of its chance over its highest value."""
    deep = depth(overdose, level).deep
    return np.trapezoid(deep, hours, axis=0) / deep.max(axis=0)


def coma_hours_of(overdose: Overdose, level: Numbers, hours: np.ndarray, quantile: Numbers | float) -> Any:
    """Hours in deep coma of the person of this quantile of thresholds (0.5: the typical one), (people,); 0 if never reached."""
    threshold = overdose.coma_level * np.exp((np.log(quantile) - np.log1p(-np.asarray(quantile))) / overdose.hill)
    within = reach(level, overdose.wake_share) >= threshold
    return np.trapezoid(within.astype(float), hours, axis=0)
