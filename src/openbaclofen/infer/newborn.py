"""What is known of newborns goes in; how fast a newborn who was exposed in the womb loses baclofen, under draws, comes out.

One compartment: V dC/dt = -(filtration(t) + non-renal) C, filtration rising with the days after birth. Wide ignorance: nobody
has measured it. It is an estimate for how long to watch, not a prediction of a level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.typical import known_of
from openbaclofen.normals import normals
from openbaclofen.patient.person import Patient
from openbaclofen.patient.size import body_surface
from openbaclofen.units import HOURS_PER_DAY, AbsoluteGFR, Age, Height, IndexedGFR, Weight

FILTRATION, WEIGHT, LENGTH = "newborn.filtration", "newborn.weight", "newborn.length"
_UNSURE = {  # name here -> fact
    "weight": WEIGHT,
    "filtration": "newborn.filtration_relative",
    "nonrenal_share": "newborn.nonrenal_share",
    "volume": "newborn.relative_volume",
    "nonrenal": "clearance.nonrenal",
    "exponent": "clearance.weight_exponent",
    "central": "volume.central_apparent",
    "peripheral": "volume.peripheral_apparent",
    "bioavailability": "oral.bioavailability",
}
FACTS = (FILTRATION, LENGTH, *_UNSURE.values())
_DAY = "day_"


@dataclass(frozen=True)
class Newborn:
    """left (draws, hours): share of the level at birth that is left at hour_h. half_life_h, to_tenth_h (draws,): hours to a
    half and to a tenth of it. The first draw is the typical newborn."""

    hour_h: np.ndarray
    left: np.ndarray
    half_life_h: np.ndarray
    to_tenth_h: np.ndarray


def newborn(kb: KnowledgeBase, number: int, seed: int) -> Newborn:
    """A newborn under draws of what is not known. Linear filtration between days, so that the sums are exact."""
    z = normals(seed, [f"ignorance newborn {name}" for name in _UNSURE], number)
    known = {name: known_of(kb, fact) for name, fact in _UNSURE.items()}
    drawn = {name: np.append(k.value, k.drawn(row)[1:]) for (name, k), row in zip(known.items(), z, strict=True)}
    relative = drawn["weight"] / kb.value("clearance.reference_weight")
    nonrenal = drawn["nonrenal"] * relative ** drawn["exponent"] * drawn["nonrenal_share"]
    volume = (drawn["central"] + drawn["peripheral"]) * drawn["bioavailability"] * relative * drawn["volume"]
    hours, filtered = _filtration(kb)
    clearance = (filtered * drawn["filtration"][:, None] + nonrenal[:, None]) * AbsoluteGFR(1.0).to("L/h")
    steps = (clearance[:, 1:] + clearance[:, :-1]) / 2 / volume[:, None]
    gone = np.concatenate([np.zeros((number, 1)), np.cumsum(steps, axis=1)], axis=1)
    half, tenth = (np.array([np.interp(np.log(part), row, hours) for row in gone]) for part in (2, 10))
    return Newborn(hours, np.exp(-gone), half, tenth)


def _filtration(kb: KnowledgeBase) -> tuple[np.ndarray, np.ndarray]:
    """Hours after birth, one by one, and mL/min of the whole newborn of the middle size."""
    by_day = kb.facts[FILTRATION].value
    if not isinstance(by_day, dict):
        raise TypeError(f"{FILTRATION} holds rates by day")
    child = Patient(age=Age(0.0), weight=Weight(kb.value(WEIGHT)), height=Height(kb.value(LENGTH)))
    area = body_surface(child).area
    if area is None:
        raise AssertionError("weight and length give a surface")
    days = [float(name.removeprefix(_DAY)) for name in by_day]
    rates = [IndexedGFR(rate).of_person(area).value for rate in by_day.values()]
    hours = np.arange(days[-1] * HOURS_PER_DAY + 1)
    return hours, np.interp(hours / HOURS_PER_DAY, days, rates)
