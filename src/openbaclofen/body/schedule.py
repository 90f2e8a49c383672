"""Output times, doses and changes of physiology go in; tables that a scan can follow come out (numpy only).

Two shapes. `Blocks`: evenly spaced outputs, constant physiology, doses at few places within a block of outputs (any regimen by
the clock, also a different one for each person). `Steps`: anything else. An output at the time of a dose is taken before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from openbaclofen.errors import InputError
from openbaclofen.units import HOURS_PER_DAY

SAME_TIME_H = 1e-9  # times closer than this are one time
_PLACES_AT_MOST = 10
BLOCK = int(HOURS_PER_DAY)


@dataclass(frozen=True)
class Doses:
    """Doses in mg at hours, shape (doses,) for everyone or (people, doses) for each (0 mg fills up). into: a compartment."""

    at_h: np.ndarray
    mg: np.ndarray
    into: str = "gut1"

    def columns(self, nothing_at_h: float) -> tuple[np.ndarray, np.ndarray]:
        """Times and amounts, (doses, people) or (doses, 1); doses of 0 mg are at the person's first time, or else at this."""
        at, mg = (np.atleast_2d(np.asarray(a, dtype=float)).T for a in (self.at_h, self.mg))
        if at.shape != mg.shape:
            raise InputError(f"doses have {at.shape[0]} times and {mg.shape[0]} amounts", "doses")
        if not (np.isfinite(mg).all() and (mg >= 0).all() and np.isfinite(at[mg > 0]).all()):
            raise InputError("dose times must be finite and amounts finite and not negative", "doses")
        first = np.where(mg > 0, at, np.inf).min(axis=0, initial=np.inf)
        return np.where(mg > 0, at, np.where(np.isfinite(first), first, nothing_at_h)), mg


@dataclass(frozen=True)
class Blocks:
    """Blocks of BLOCK outputs `step_h` apart. A dose of place j is taken `offset_h` into interval `interval` of its block.

    interval, offset_h: (places, people or 1); mg: (blocks, places, people or 1). outputs: those that are wanted.
    """

    step_h: float
    outputs: np.ndarray
    interval: np.ndarray
    offset_h: np.ndarray
    mg: np.ndarray


@dataclass(frozen=True)
class Steps:
    """Intervals of any length: interval i lasts length_h[kind[i]] in physiology[kind[i]].

    dose_mg, left_h, dose_physiology (doses, people or 1): a dose, taken left_h before the end of its interval. slot (intervals,
    slots, people or 1): which doses an interval holds (the number of doses: none). outputs: intervals whose starts are wanted.
    """

    kind: np.ndarray
    length_h: np.ndarray
    physiology: np.ndarray
    dose_mg: np.ndarray
    left_h: np.ndarray
    dose_physiology: np.ndarray
    slot: np.ndarray
    outputs: np.ndarray


def plan(times_h: np.ndarray, doses: Doses, changes: Sequence[tuple[float, int]], longest_h: float = np.inf) -> Blocks | Steps:
    """The cheapest schedule that is exact. changes: (from hour, physiology), the first at -inf.

    longest_h: outputs further apart than this get others between them; so does the time from first dose to first output.
    Errors: InputError where times do not rise.
    """
    times = np.asarray(times_h, dtype=float)
    if times.ndim != 1 or not len(times) or not np.isfinite(times).all() or (np.diff(times) <= SAME_TIME_H).any():
        raise InputError("output times must be a rising list of hours", "times_h")
    at, mg = doses.columns(times[-1])
    finer, wanted = _finer(times, longest_h)
    blocks = _blocks(finer, wanted, at, mg) if len(changes) == 1 else None
    if blocks is None and np.isfinite(longest_h):
        ahead = int(np.ceil(max(0.0, times[0] - at.min(initial=times[0])) / longest_h - SAME_TIME_H))
        finer = np.append(times[0] - longest_h * np.arange(ahead, 0, -1), finer)
    return blocks or _steps(finer, times, at, mg, changes)


def _finer(times: np.ndarray, longest_h: float) -> tuple[np.ndarray, np.ndarray]:
    """The times, with others evenly between them where they are further apart than this, and the places of the old ones."""
    gaps = np.diff(times)
    usual = gaps.mean() if len(gaps) and np.ptp(gaps) <= SAME_TIME_H else gaps
    parts = np.broadcast_to(np.maximum(np.ceil(usual / longest_h - SAME_TIME_H), 1).astype(int), gaps.shape)
    place = np.append(0, np.cumsum(parts))
    within = np.arange(place[-1]) - np.repeat(place[:-1], parts)
    return np.append(np.repeat(times[:-1], parts) + within * np.repeat(gaps / parts, parts), times[-1]), place


def _blocks(times: np.ndarray, wanted: np.ndarray, at: np.ndarray, mg: np.ndarray) -> Blocks | None:
    """Blocks, or None where outputs are uneven or doses fall at too many places within a block."""
    gaps = np.diff(times)
    if len(times) <= BLOCK or np.ptp(gaps) > SAME_TIME_H:
        return None
    step = float((times[-1] - times[0]) / len(gaps))
    ahead = max(0, int(np.ceil((times[0] - at.min(initial=times[0])) / (BLOCK * step) - SAME_TIME_H)))
    skipped = ahead * BLOCK  # whole blocks, and hours from the first time: nobody's rounding depends on others' first doses
    since = at - times[0]
    block = np.floor((since + SAME_TIME_H) / (BLOCK * step)).astype(int)
    places = _places(since - block * (BLOCK * step))
    if places is None:
        return None
    place, offsets = places
    count, block = -(-(skipped + len(times)) // BLOCK), block + ahead
    amounts = np.zeros((count, *offsets.shape))
    inside = block < count
    np.add.at(amounts, (block[inside], place[inside], np.nonzero(inside)[1]), mg[inside])
    interval = np.clip(np.floor((offsets + SAME_TIME_H) / step), 0, BLOCK - 1)
    return Blocks(step, skipped + wanted, interval.astype(int), np.clip(offsets - interval * step, 0.0, step), amounts)


def _places(offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Number the different offsets of each column: (doses, people) numbers and (places, people) offsets; None if too many."""
    place = np.full(offsets.shape, -1)
    values: list[np.ndarray] = []
    while (left := place < 0).any() or not values:
        if len(values) == _PLACES_AT_MOST:
            return None
        if not len(offsets):
            return place, np.zeros((1, offsets.shape[1]))
        values.append(np.take_along_axis(offsets, left.argmax(axis=0)[None], axis=0)[0])
        place[left & (np.abs(offsets - values[-1]) <= SAME_TIME_H)] = len(values) - 1
    return place, np.stack(values)


def _steps(
    times: np.ndarray, wanted: np.ndarray, at: np.ndarray, mg: np.ndarray, changes: Sequence[tuple[float, int]]
) -> Steps:
    """Steps between outputs, changes of physiology and the first dose; the last one, after the last output, has no end."""
    starts = np.array([start for start, _ in changes])
    first = min(times[0], at.min(initial=times[0]))
    happens = np.unique(np.concatenate([times, starts[(starts > first) & (starts < times[-1])], [first]]))
    grid = happens[np.concatenate([[True], np.diff(happens) > SAME_TIME_H])]
    which = np.array([p for _, p in changes])[np.searchsorted(starts, grid + SAME_TIME_H, side="right") - 1]
    length = np.diff(grid)
    length = np.append(length, length[-1:] if len(length) else 0.0)
    alike = np.stack([np.round(length / SAME_TIME_H), which])
    _, one, kind = np.unique(alike, axis=1, return_index=True, return_inverse=True)
    outputs = np.searchsorted(grid, wanted - SAME_TIME_H)
    return Steps(kind.ravel(), length[one], which[one], *_placed(grid, at, mg, which), outputs)


Placed = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _placed(grid: np.ndarray, at: np.ndarray, mg: np.ndarray, which: np.ndarray) -> Placed:
    """mg, hours left in the interval, physiology, and slots, of doses in time order."""
    number, people = at.shape
    if (np.diff(at, axis=0) < 0).any():
        order = np.argsort(at, axis=0, kind="stable")
        at, mg = np.take_along_axis(at, order, axis=0), np.take_along_axis(mg, order, axis=0)
    interval = _interval(grid, at)
    inside = (interval < len(grid) - 1) & (mg > 0)
    left = np.where(inside, np.clip(grid[np.minimum(interval + 1, len(grid) - 1)] - at, 0.0, None), 0.0)
    row = np.arange(number)[:, None]
    begins = np.where(np.diff(interval, axis=0, prepend=-1) != 0, row, 0)
    position = row - np.maximum.accumulate(begins, axis=0)
    slots = int(position.max(initial=0, where=inside)) + 1
    slot = np.full((len(grid), slots, people), number, dtype=np.int32)
    dose, person = np.nonzero(inside)
    slot[interval[dose, person], position[dose, person], person] = dose
    return np.where(inside, mg, 0.0), left, which[interval], slot


def _interval(grid: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The interval that each time falls in; arithmetic where the grid is even, since there may be millions of times."""
    gaps = np.diff(grid)
    if len(gaps) and np.ptp(gaps) <= SAME_TIME_H:
        found = np.floor((at - (grid[0] - SAME_TIME_H)) * (len(gaps) / (grid[-1] - grid[0]))).astype(int)
        return np.clip(found, 0, len(gaps))
    return np.searchsorted(grid, at + SAME_TIME_H, side="right") - 1
