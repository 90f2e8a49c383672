"""People and amounts of drug over time go in; every quantity of `response`, and adaptation at the end, come out, in threads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import jax
import numpy as np

from openbaclofen.body.oral import NG_PER_ML, Body, rates
from openbaclofen.body.schedule import BLOCK, SAME_TIME_H
from openbaclofen.errors import InputError
from openbaclofen.outcome.spasticity import MODIFIED
from openbaclofen.response import UNITS, Response, Sites

PLASMA, FLUID = "plasma", "csf"
QUANTITIES = (PLASMA, FLUID, *UNITS)
_AT_ONCE = 4  # times the lanes of the kernel, people that a thread takes at once


class Own(NamedTuple):
    """What the equations need of people, (people,) each; rows of the kernel's table in this order."""

    plasma_per_mg: np.ndarray  # ng/mL of a mg in the centre
    into_csf: np.ndarray  # 1/h, mg of the centre
    from_csf: np.ndarray  # 1/h
    per_mg: np.ndarray  # ng/mL of a mg in spinal fluid
    spinal_per_mg: np.ndarray  # umol/L of R-baclofen as the cord senses it
    brain_per_mg: np.ndarray
    affinity: np.ndarray
    recovery_rate: np.ndarray
    loss_rate: np.ndarray
    opponent_rate: np.ndarray
    presynaptic_maximum: np.ndarray
    presynaptic_ec50: np.ndarray
    release_power: np.ndarray
    log_postsynaptic_ec50: np.ndarray
    postsynaptic_hill: np.ndarray
    shunt: np.ndarray
    gain_power: np.ndarray
    spinal_opponent: np.ndarray
    spinal_tone: np.ndarray
    brain_opponent: np.ndarray
    brain_tone: np.ndarray
    log_strength_half: np.ndarray
    strength_power: np.ndarray
    fall: np.ndarray  # (lowest border - tone) / noise
    fall_slope: np.ndarray  # slope of tone / noise
    step2: np.ndarray  # exp((border - lowest border) / noise), of the borders above the lowest
    step3: np.ndarray
    step4: np.ndarray
    step5: np.ndarray
    spasms: np.ndarray
    spasm_slope: np.ndarray
    odds: np.ndarray  # log-odds of drowsiness without drug
    odds_slope: np.ndarray
    odds_half: np.ndarray
    sensitivity: np.ndarray
    adapting: np.ndarray


def own(body: Body, of: Response) -> Own:
    """What the kernel needs of people who take the drug by mouth: both sites see the spinal fluid."""
    flow, per_mg, r, out = rates(body), NG_PER_ML / body.csf_volume, of.receptor, of.spasticity
    borders = [(low + high) / 2 for low, high in pairwise(MODIFIED)]
    brain = per_mg * r.active_fraction / r.molar_mass
    values = {
        "plasma_per_mg": NG_PER_ML / body.central_volume,
        "into_csf": flow["to_csf"],
        "from_csf": flow["from_csf"],
        "per_mg": per_mg,
        "spinal_per_mg": brain * of.sensitivity,
        "brain_per_mg": brain,
        **of.adaptation._asdict(),
        **{name: getattr(r, name) for name in ("presynaptic_maximum", "presynaptic_ec50", "release_power")},
        "log_postsynaptic_ec50": np.log(r.postsynaptic_ec50),
        "postsynaptic_hill": r.postsynaptic_hill,
        **of.reflex._asdict(),
        **{f"spinal_{name}": value for name, value in of.spinal._asdict().items()},
        **{f"brain_{name}": value for name, value in of.brain._asdict().items()},
        "log_strength_half": np.log(of.strength.half),
        "strength_power": of.strength.power,
        "fall": (borders[0] - out.tone) / out.noise,
        "fall_slope": out.slope / out.noise,
        **{f"step{i + 1}": np.exp((border - borders[0]) / out.noise) for i, border in enumerate(borders) if i},
        "spasms": out.spasms,
        "spasm_slope": out.spasm_slope,
        "odds": np.log(of.sedation.baseline) - np.log1p(-of.sedation.baseline),
        "odds_slope": of.sedation.slope,
        "odds_half": of.sedation.half,
        "sensitivity": of.sedation.sensitivity,
        "adapting": of.sedation.adapting,
    }
    return Own(**{name: np.asarray(value, dtype=float) for name, value in values.items()})


def grid(times: np.ndarray, first_h: float, changes: Sequence[float], longest_h: float) -> tuple[np.ndarray, np.ndarray]:
    """Times to follow adaptation at, back to the first dose, and (grid,) which of `times` each of them is, or -1.

    None is further from the next than longest_h. Before the first of `times` they go back in whole blocks, so that nobody's
    rounding depends on who took something earlier. Changes of physiology have theirs. InputError where times do not rise.
    """
    if times.ndim != 1 or not len(times) or not np.isfinite(times).all() or (np.diff(times) <= SAME_TIME_H).any():
        raise InputError("output times must be a rising list of hours", "times_h")
    gaps = np.diff(times)
    usual = gaps.mean() if len(gaps) and np.ptp(gaps) <= SAME_TIME_H else gaps
    parts = np.broadcast_to(np.maximum(np.ceil(usual / longest_h - SAME_TIME_H), 1).astype(int), gaps.shape)
    within = np.arange(parts.sum()) - np.repeat(np.append(0, np.cumsum(parts))[:-1], parts)
    found = np.append(np.repeat(times[:-1], parts) + within * np.repeat(gaps / parts, parts), times[-1])
    step = longest_h if np.ndim(usual) else float(usual / parts[0])
    ahead = max(0, int(np.ceil((times[0] - min(first_h, times[0])) / (BLOCK * step) - SAME_TIME_H))) * BLOCK
    found = np.append(times[0] - step * np.arange(ahead, 0, -1), found)
    inside = np.array([hour for hour in changes if found[0] < hour < found[-1]])
    near = np.abs(found[:, None] - inside).min(axis=0, initial=np.inf) <= SAME_TIME_H
    found = np.sort(np.append(found, inside[~near]))
    place = np.full(len(found), -1)
    place[np.searchsorted(found, times - SAME_TIME_H)] = np.arange(len(times))
    return found, place


def follow(
    people: Own, sites: Sites, mg: Sequence[np.ndarray], at_h: np.ndarray, place: np.ndarray, names: Sequence[str]
) -> tuple[np.ndarray, Sites]:
    """(names, outputs, people), and the sites at the last time.

    mg: in spinal fluid, in the centre, and mg h under the first since the start, (times, people) each, at
    at_h (times,); place: which output each time is, or -1. names: of QUANTITIES.
    """
    from openbaclofen import response_kernel as kernel  # the compiler takes long to import, and not everything needs it

    table, count = np.stack(people), people.affinity.shape[0]
    state = np.stack([np.asarray(leaf) for leaf in jax.tree.leaves(sites)])
    hours = np.diff(at_h, prepend=at_h[0])
    wanted = np.array([QUANTITIES.index(name) for name in names], dtype=np.int64)
    out = np.empty((len(names), int(place.max()) + 1, count))
    csf, central, area = (np.ascontiguousarray(a) for a in mg)

    def some(first: int) -> None:
        last = min(first + width, count)
        kernel.follow(table, state, csf, central, area, hours, place, wanted, out, first, last)

    width = kernel.LANES * _AT_ONCE
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for _ in threads.map(some, range(0, count, width)):
            pass
    return out, jax.tree.unflatten(jax.tree.structure(sites), list(state))
