"""Modes of spinal fluid and what a pump or needle gives go in; concentrations at places along the cord over time come out.

Only what is asked for is kept, never the whole chain at all times.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from openbaclofen.body.schedule import SAME_TIME_H
from openbaclofen.body.spine import Modes, Place, Places
from openbaclofen.body.spine_delivery import Delivery
from openbaclofen.body.spine_runs import Cord, Runs
from openbaclofen.errors import InputError

AMOUNTS = ("spine", "cranium", "plasma", "eliminated")


def settled(modes: Modes, tip: float | np.ndarray, ug_per_h: float | np.ndarray) -> np.ndarray:
    """Amplitudes (people, modes) once an infusion of constant rate has settled."""
    return modes.enters(Place(tip, tip)) * np.asarray(ug_per_h, dtype=float)[..., None] / modes.rate


def settled_cycle(modes: Modes, part: Delivery, cycle_h: float) -> np.ndarray:
    """Amplitudes (people, modes) at the start of a cycle that has been repeated for ever."""
    return reached(modes, part, 0.0, cycle_h) / -np.expm1(-modes.rate * cycle_h)


def settled_cord(modes: Modes, part: Delivery, cycle_h: float, places: Places, cord: Cord, start: np.ndarray) -> np.ndarray:
    """Cord (people, places) at the start of a cycle that has been repeated for ever; start: amplitudes then."""
    runs = Runs(modes, part, start, modes.reads(places, cord.places), cord._replace(start=None))
    list(runs.between(0.0, cycle_h))
    return runs.cord / -np.expm1(-cord.rate * cycle_h)[:, None]


def reached(modes: Modes, delivery: Delivery, from_h: float, until_h: float, start: np.ndarray | None = None) -> np.ndarray:
    """Amplitudes (people, modes) at an hour, before a bolus at it; start: those at `from_h`, else empty."""
    runs = Runs(modes, delivery, start, np.zeros((len(modes.rate), 0, modes.rate.shape[1])))
    list(runs.between(from_h, until_h))
    return runs.z


def carried(old: Modes, new: Modes, amplitudes: np.ndarray) -> np.ndarray:
    """The same amounts everywhere as amplitudes of another physiology (kidneys, dialysis, mixing) with as many cells."""
    amount = old.root * np.einsum("psm,pm->ps", old.vector, amplitudes)
    return np.einsum("ps,psm->pm", amount / new.root, new.vector)


def course(
    modes: Modes,
    delivery: Delivery,
    times_h: np.ndarray,
    places: Places,
    names: Sequence[str],
    *,
    start: np.ndarray | None = None,
    amounts: bool = False,
    cord: Cord | None = None,
) -> dict[str, np.ndarray]:
    """ng/mL by name (a place, 'cisternal' or 'plasma'), each (people, times); at the hour of a bolus those before it.

    start: amplitudes (people, modes) at the first hour of anything, else empty. amounts: also 'ug spine', 'ug cranium', 'ug
    plasma' (with tissue) and 'ug eliminated' since then. cord: also 'cord legs' and so on.
    Errors: InputError where times do not rise.
    """
    times = np.asarray(times_h, dtype=float)
    if times.ndim != 1 or not len(times) or not np.isfinite(times).all() or (np.diff(times) <= SAME_TIME_H).any():
        raise InputError("output times must be a rising list of hours", "times_h")
    people = len(modes.rate)
    followed = tuple(f"cord {place}" for place in cord.places) if cord else ()
    every = (*names, *(f"ug {name}" for name in AMOUNTS if amounts), *followed)
    found = {name: np.empty((people, len(times))) for name in every}
    read = modes.reads(places, (*names, *(cord.places if cord else ())))
    if amounts:
        read = np.concatenate([read[:, : len(names)], modes.amounts(), read[:, len(names) :]], axis=1)
    runs = Runs(modes, delivery, start, read, cord, amounts)
    for at, since in runs.pieces(times):
        seen = runs.levels(since)
        if amounts:
            seen = np.insert(seen, [len(names) + len(AMOUNTS) - 1], runs.left(since), axis=1)
        for name, value in zip(found, seen.transpose(1, 0, 2), strict=True):
            np.maximum(value, 0.0, out=found[name][:, at])  # rounding and weights: 1e-5
    return found


def profiles(modes: Modes, delivery: Delivery, times_h: np.ndarray, start: np.ndarray | None = None) -> np.ndarray:
    """ng/mL in every cell from the top down and then the cranial cell, (people, times, cells + 1)."""
    runs = Runs(modes, delivery, start, modes.profile()[:, : modes.cells + 1])
    seen = [np.maximum(runs.levels(since), 0.0) for _, since in runs.pieces(np.asarray(times_h, dtype=float))]
    return np.concatenate(seen, axis=2).transpose(0, 2, 1)
