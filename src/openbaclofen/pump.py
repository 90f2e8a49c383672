"""People, the modes of their spinal fluid and what a pump or needle gives go in; the course from cord to outcomes comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from openbaclofen.body.schedule import BLOCK
from openbaclofen.body.spine import CISTERNAL, PLASMA, Modes, Places
from openbaclofen.body.spine_course import course
from openbaclofen.body.spine_delivery import Delivery
from openbaclofen.body.spine_runs import Cord
from openbaclofen.cascade import LONGEST_H, UNITS, Course, Parameters
from openbaclofen.pump_response import cycled, of_limb, responses
from openbaclofen.response import OF_LIMBS, Sites, before_treatment

LEGS, TRUNK, ARMS = "legs", "trunk", "arms"
LIMBS = (LEGS, TRUNK, ARMS)
LEVELS = (CISTERNAL, ARMS, TRUNK, LEGS, "lumbar")  # from the top down
PUMP_UNITS = (
    UNITS
    | {f"{name}_{limb}": UNITS[name] for name in OF_LIMBS for limb in LIMBS}
    | {f"csf_{at}": UNITS["csf"] for at in LEVELS}
)


class Pumped(NamedTuple):
    """People with a catheter; numbers have shape (people,)."""

    parameters: Parameters
    modes: Modes
    brain_share: np.ndarray  # of the cisternal level above that from plasma, which the brain sees
    cord_rate: np.ndarray  # 1/h, with which the cord follows the fluid beside it


@dataclass(frozen=True)
class Given:
    """What is given from hour 0 on. amplitudes (people, modes): what the fluid holds then.

    sites: adaptation then, by limb, or the same for all. oral: plasma and spinal fluid (people, times) that come from what
    was swallowed, at the output times of `simulate_pump`. cord: ng/mL in the cord from the pump at hour 0, (people,) by limb;
    not stated: as in the fluid beside it.
    """

    delivery: Delivery
    amplitudes: np.ndarray | None = None
    sites: Sites | Mapping[str, Sites] | None = None
    oral: Mapping[str, np.ndarray] | None = None
    cord: Mapping[str, np.ndarray] | None = None


@dataclass(frozen=True)
class PumpCourse(Course):
    """A course with what differs along the cord. csf_by_level (people, levels, times), ng/mL, levels from the top down.

    outcomes also hold those of OF_LIMBS by limb, 'modified_ashworth_arms'; without a limb they are those of the legs.
    """

    levels: tuple[str, ...] = ()
    csf_by_level: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0)))

    def quantities(self) -> dict[str, np.ndarray]:
        """Every quantity by its name in `units`."""
        return super().quantities() | {f"csf_{at}": self.csf_by_level[:, i] for i, at in enumerate(self.levels)}


def simulate_pump(
    of: Pumped, given: Given, times_h: np.ndarray, places: Places, limbs: Sequence[str] = (LEGS,)
) -> tuple[PumpCourse, dict[str, np.ndarray]]:
    """The course, `csf` being the fluid beside the legs, and levels in ng/mL by place, each (people, times).

    Every site follows the same stages as by mouth: the cord of a limb dC/dt = k (C_beside - C), the brain by `brain_level`;
    what tablets leave in spinal fluid adds to all. Levels returned are those from the pump alone. limbs: whose outcomes are
    told, the legs first. Errors: InputError where times do not rise.
    """
    names, limbs = [*places, CISTERNAL, PLASMA], tuple(dict.fromkeys((LEGS, *limbs)))
    cord = Cord(of.cord_rate, limbs, _cord_at_first(of, given, places, limbs))
    levels = course(of.modes, given.delivery, times_h, places, names, start=given.amplitudes, cord=cord)
    inside = {limb: levels.pop(f"cord {limb}") for limb in limbs}
    plasma, hours = levels.pop(PLASMA), np.diff(times_h, prepend=times_h[0])
    none = np.zeros_like(plasma)
    oral = given.oral or {"plasma": none, "csf": none}
    brain = oral["csf"] + brain_level(of, plasma, levels[CISTERNAL])
    if given.oral:
        swallowed = _followed(oral["csf"], hours, of.cord_rate)
        inside = {limb: level + swallowed for limb, level in inside.items()}
    sites = {limb: _sites_of(given.sites, limb, len(plasma)) for limb in limbs}
    seen, end = responses(of.parameters, inside[LEGS], brain, hours, sites[LEGS])
    for limb in limbs if len(limbs) > 1 else ():
        own = seen if limb == LEGS else of_limb(of.parameters, inside[limb], hours, sites[limb])
        seen = seen | {f"{name}_{limb}": own[name] for name in OF_LIMBS}
    told = tuple(at for at in LEVELS if at in levels)
    by_level = np.stack([levels[at] + oral["csf"] for at in told], axis=1)
    fluid = levels[LEGS] + oral["csf"]
    seen_course = PumpCourse(
        times_h, plasma + oral["plasma"], fluid, seen, units=PUMP_UNITS, sites=end, levels=told, csf_by_level=by_level
    )
    return seen_course, levels


def brain_level(of: Pumped, plasma: np.ndarray, cisternal: np.ndarray) -> np.ndarray:
    """What the brain sees of a pump, ng/mL: Kp C_plasma + share (C_cisternal - Kp C_plasma), (people, ...)."""
    beside = (slice(None), *(None,) * (plasma.ndim - 1))
    from_plasma = np.asarray(of.parameters.body.csf_ratio)[beside] * plasma
    return from_plasma + of.brain_share[beside] * np.maximum(cisternal - from_plasma, 0.0)


def settled_sites(of: Pumped, legs_ng_per_ml: np.ndarray, brain_ng_per_ml: np.ndarray) -> Sites:
    """Adaptation after levels (people,) that have stood for ever."""
    cord, brain = (np.repeat(level[:, None], BLOCK, axis=1) for level in (legs_ng_per_ml, brain_ng_per_ml))
    return cycled_sites(of, cord, brain, np.ones(BLOCK))


def cycled_sites(of: Pumped, cord_ng_per_ml: np.ndarray, brain_ng_per_ml: np.ndarray, hours: np.ndarray) -> Sites:
    """Adaptation at the end of a cycle of levels (people, times) that has been repeated for ever; hours: before each time."""
    return cycled(of.parameters, cord_ng_per_ml, brain_ng_per_ml, hours)


def hours(until_h: float, boluses: bool) -> np.ndarray:
    """Even hours from 0, ten times as fine where there are boluses."""
    step = LONGEST_H / 10 if boluses else LONGEST_H
    return step * np.arange(np.ceil(until_h / step - 1e-9) + 1)


def _cord_at_first(of: Pumped, given: Given, places: Places, limbs: tuple[str, ...]) -> np.ndarray | None:
    """(people, limbs), ng/mL."""
    if given.cord is not None:
        return np.stack([given.cord[limb] for limb in limbs], axis=1)
    if given.amplitudes is None:
        return None
    return np.einsum("plm,pm->pl", of.modes.reads(places, limbs), given.amplitudes)


def _sites_of(sites: Sites | Mapping[str, Sites] | None, limb: str, people: int) -> Sites:
    if sites is None:
        return before_treatment(people)
    return sites if isinstance(sites, Sites) else sites[limb]


def _followed(fluid: np.ndarray, hours: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """dC/dt = rate (fluid - C) for fluid that runs straight between times, exactly; C settled at the first time."""
    found, kept = np.empty_like(fluid), np.exp(-rate * hours[1:, None]).T
    found[:, 0] = fluid[:, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = np.diff(fluid, axis=1) / (rate[:, None] * hours[1:])
    for i in range(fluid.shape[1] - 1):
        lag = slope[:, i]
        found[:, i + 1] = fluid[:, i + 1] - lag + (found[:, i] - fluid[:, i] + lag) * kept[:, i]
    return found
