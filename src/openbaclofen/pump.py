"""People, the modes of their spinal fluid and what a pump or needle gives go in; the course from cord to outcomes comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import numpy as np

from openbaclofen.body.chunks import columns_of, over_chunks
from openbaclofen.body.engine import prepare
from openbaclofen.body.schedule import BLOCK
from openbaclofen.body.spine import CISTERNAL, PLASMA, Modes, Places
from openbaclofen.body.spine_course import Delivery, course
from openbaclofen.cascade import LONGEST_H, OUTCOMES, Course, Parameters
from openbaclofen.response import Sites, before_treatment, last, respond

AFTER_A_BOLUS_H = LONGEST_H / 10  # levels are followed this finely where there are boluses
LEGS = "legs"


class Pumped(NamedTuple):
    """People with a catheter; numbers have shape (people,)."""

    parameters: Parameters
    modes: Modes
    brain_share: np.ndarray  # of the cisternal level above that from plasma, which the brain sees
    cord_rate: np.ndarray  # 1/h, with which the cord follows the fluid beside it


@dataclass(frozen=True)
class Given:
    """What is given from hour 0 on. amplitudes (people, modes): what the fluid holds then; sites: adaptation then.

    oral: plasma and spinal fluid (people, times) that come from what was swallowed, at the output times of `simulate_pump`.
    """

    delivery: Delivery
    amplitudes: np.ndarray | None = None
    sites: Sites | None = None
    oral: Mapping[str, np.ndarray] | None = None


def simulate_pump(of: Pumped, given: Given, times_h: np.ndarray, places: Places) -> tuple[Course, dict[str, np.ndarray]]:
    """The course, `csf` being the fluid beside the legs, and levels in ng/mL by place, each (people, times).

    Both sites follow the same stages as by mouth: the cord dC/dt = k (C_legs - C), the brain by `brain_level`; what tablets
    leave in spinal fluid adds to both. times_h: even hours from 0 (`hours`). Errors: InputError where times do not rise.
    """
    prepare()
    names = [*places, CISTERNAL, PLASMA]
    levels = course(of.modes, given.delivery, times_h, places, names, start=given.amplitudes)
    plasma, fluid, cisternal = levels.pop(PLASMA), levels[LEGS], levels[CISTERNAL]
    oral = given.oral or {name: np.zeros_like(fluid) for name in ("plasma", "csf")}
    brain = oral["csf"] + brain_level(of, plasma, cisternal)
    plasma, fluid = plasma + oral["plasma"], fluid + oral["csf"]
    hours = np.diff(times_h, prepend=times_h[0])
    sites = before_treatment(len(fluid)) if given.sites is None else given.sites
    seen, end = _responses(of.parameters, _followed(fluid, hours, of.cord_rate), brain, hours, sites)
    return Course(times_h, plasma, fluid, {name: seen[name] for name in OUTCOMES}, sites=end), levels


def brain_level(of: Pumped, plasma: np.ndarray, cisternal: np.ndarray) -> np.ndarray:
    """What the brain sees of a pump, ng/mL: Kp C_plasma + share (C_cisternal - Kp C_plasma), (people, ...)."""
    beside = (slice(None), *(None,) * (plasma.ndim - 1))
    from_plasma = np.asarray(of.parameters.body.csf_ratio)[beside] * plasma
    return from_plasma + of.brain_share[beside] * np.maximum(cisternal - from_plasma, 0.0)


def settled_sites(of: Pumped, legs_ng_per_ml: np.ndarray, brain_ng_per_ml: np.ndarray) -> Sites:
    """Adaptation after levels (people,) that have stood for ever."""
    prepare()
    hours = np.ones(BLOCK)
    levels = [np.repeat(level[None], BLOCK, axis=0) for level in (legs_ng_per_ml, brain_ng_per_ml)]

    def some(own: Parameters, cord: np.ndarray, brain: np.ndarray) -> tuple[dict[str, Any], Sites]:
        return {}, last(_cycle(own, cord, brain, hours)[1])

    return _sites(_over_people("settled", some, of.parameters, *levels))


def hours(until_h: float, boluses: bool) -> np.ndarray:
    """Even hours from 0, fine enough for what is given."""
    step = AFTER_A_BOLUS_H if boluses else LONGEST_H
    return step * np.arange(np.ceil(until_h / step - 1e-9) + 1)


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


_cycle = jax.jit(lambda own, cord, brain, since: respond(own.response, cord, brain, None, since))
_block = jax.jit(lambda own, cord, brain, sites, since: _seen_and_last(*respond(own.response, cord, brain, sites, since)))


def _seen_and_last(seen: dict[str, Any], sites: Sites) -> tuple[dict[str, Any], Sites]:
    return seen, last(sites)


def _responses(
    parameters: Parameters, cord: np.ndarray, brain: np.ndarray, hours: np.ndarray, sites: Sites
) -> tuple[dict[str, np.ndarray], Sites]:
    """Quantities (people, times) and the sites at the end, block after block; the last time is repeated to fill one."""
    count = cord.shape[1]
    short = -count % BLOCK
    fill = [(0, 0), (0, short)]
    levels = [np.pad(level, fill, mode="edge").T for level in (cord, brain)]
    since = np.pad(hours, (0, short))

    def some(own: Parameters, cord: np.ndarray, brain: np.ndarray, sites: Sites) -> tuple[dict[str, Any], Sites]:
        blocks = []
        for at in range(0, len(since), BLOCK):
            now = slice(at, at + BLOCK)
            seen, sites = _block(own, cord[now], brain[now], sites, since[now])
            blocks.append(seen)
        return {name: np.concatenate([block[name] for block in blocks])[:count] for name in OUTCOMES}, sites

    found = _over_people("course", some, parameters, *levels, sites)
    return {name: found.pop(name) for name in OUTCOMES}, _sites(found)


def _over_people(key: str, what: Callable[..., tuple[dict[str, Any], Sites]], *tables: Any) -> dict[Any, np.ndarray]:
    """Call for every chunk of people (the last axis of every leaf); results (people, times), leaves of sites by number."""
    people = jax.tree.leaves(tables)[0].shape[-1]

    def some(columns: slice, width: int) -> dict[Any, np.ndarray]:
        own = jax.tree.map(lambda a: columns_of(a, columns, width), tables)
        seen, sites = what(*own)
        leaves = {i: np.asarray(leaf)[None] for i, leaf in enumerate(jax.tree.leaves(sites))}
        return {name: np.asarray(value) for name, value in seen.items()} | leaves

    return over_chunks(some, people, slice(None), ("pump", key))


def _sites(found: Mapping[Any, np.ndarray]) -> Sites:
    """Sites (people,) from numbered leaves."""
    shape = jax.tree.structure(before_treatment(1))
    return jax.tree.unflatten(shape, [found[i][:, 0] for i in range(shape.num_leaves)])
