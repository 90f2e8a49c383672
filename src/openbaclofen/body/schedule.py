"""Output times, doses and changes of physiology go in; tables that a scan can follow come out (numpy only).

For doses of everyone two shapes. `Blocks`: evenly spaced outputs, constant physiology, doses at few places within a block of
outputs (any regimen by the clock). `Steps`: anything else. For doses of each the `Grid` that all are followed on; a dose need
not lie on it. An output at the time of a dose is taken before it.
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
SHORT_H = 1.0  # intervals in which the series of a dose is short


@dataclass(frozen=True)
class Doses:
    """Doses in mg at hours, shape (doses,) for everyone or (people, doses) for each (0 mg fills up). into: a compartment."""

    at_h: np.ndarray
    mg: np.ndarray
    into: str = "gut1"

    @property
    def of_each(self) -> bool:
        """Whether people have their own."""
        return np.ndim(self.at_h) > 1

    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Times and amounts, (people, doses), one row if of everyone; doses of 0 mg are at hour 0. Errors: InputError."""
        at, mg = (np.ascontiguousarray(np.atleast_2d(np.asarray(a, dtype=float))) for a in (self.at_h, self.mg))
        if at.shape != mg.shape:
            raise InputError(f"doses have {at.shape[-1]} times and {mg.shape[-1]} amounts", "doses")
        given = mg > 0
        at = at if given.all() else np.where(given, at, 0.0)
        if not (np.isfinite(mg).all() and (mg >= 0).all() and np.isfinite(at).all()):
            raise InputError("dose times must be finite and amounts finite and not negative", "doses")
        return at, mg

    def first(self) -> float:
        """The earliest of all, h; infinite where there is none. Errors: InputError for nonsense."""
        at, mg = self.rows()
        return float(at.min(initial=np.inf, where=mg > 0))


@dataclass(frozen=True)
class Blocks:
    """Blocks of BLOCK outputs `step_h` apart. A dose of place j is taken `offset_h` into interval `interval` of its block.

    interval, offset_h: (places,); mg: (blocks, places). outputs: those that are wanted.
    """

    step_h: float
    outputs: np.ndarray
    interval: np.ndarray
    offset_h: np.ndarray
    mg: np.ndarray


@dataclass(frozen=True)
class Grid:
    """Interval i, from at_h[i] to the next, lasts length_h[kind[i]] in physiology[kind[i]]; the last one has no end.

    outputs: intervals whose starts are wanted.
    """

    at_h: np.ndarray
    kind: np.ndarray
    length_h: np.ndarray
    physiology: np.ndarray
    outputs: np.ndarray


@dataclass(frozen=True)
class Steps:
    """Intervals of any length.

    dose_mg, left_h, dose_physiology (doses,): a dose, taken left_h before the end of its interval. slot (intervals, slots):
    which doses an interval holds (the number of doses: none).
    """

    grid: Grid
    dose_mg: np.ndarray
    left_h: np.ndarray
    dose_physiology: np.ndarray
    slot: np.ndarray


Changes = Sequence[tuple[float, int]]  # (from hour, physiology), the first at -inf


def plan(times_h: np.ndarray, doses: Doses, changes: Changes, longest_h: float = np.inf) -> Blocks | Steps:
    """The cheapest schedule that is exact, for doses of everyone.

    longest_h: outputs further apart than this get others between them; so does the time from first dose to first output.
    Errors: InputError where times do not rise, or doses are nonsense.
    """
    times, (at, mg) = _rising(times_h), (table[0] for table in doses.rows())
    blocks = _blocks(*_finer(times, longest_h), at[mg > 0], mg[mg > 0]) if len(changes) == 1 else None
    if blocks:
        return blocks
    grid = grid_of(times, doses.first(), changes, longest_h)
    return Steps(grid, *_placed(grid, at, mg))


def grid_of(times_h: np.ndarray, first_h: float, changes: Changes, longest_h: float) -> Grid:
    """Outputs, changes of physiology and times between them, no two further apart than longest_h, from the first dose on.

    Before the first output it goes back by whole steps, so that it is the same whoever takes something earlier.
    Errors: InputError where times do not rise.
    """
    times = _rising(times_h)
    finer, early = _finer(times, longest_h)[0], max(0.0, times[0] - first_h)
    ahead = np.arange(np.ceil(early / longest_h - SAME_TIME_H), 0, -1) * longest_h if np.isfinite(longest_h) else [early]
    starts = np.array([start for start, _ in changes])
    happens = np.concatenate([times[0] - ahead, finer])
    happens = np.unique(np.append(happens, starts[(starts > happens[0]) & (starts < times[-1])]))
    at = happens[np.append(True, np.diff(happens) > SAME_TIME_H)]
    which = np.array([p for _, p in changes])[np.searchsorted(starts, at + SAME_TIME_H, side="right") - 1]
    length = np.diff(at)
    length = np.append(length, length[-1:] if len(length) else 0.0)
    alike = np.stack([np.round(length / SAME_TIME_H), which])
    _, one, kind = np.unique(alike, axis=1, return_index=True, return_inverse=True)
    return Grid(at, kind.ravel(), length[one], which[one], np.searchsorted(at, times - SAME_TIME_H))


def _rising(times_h: np.ndarray) -> np.ndarray:
    times = np.asarray(times_h, dtype=float)
    if times.ndim != 1 or not len(times) or not np.isfinite(times).all() or (np.diff(times) <= SAME_TIME_H).any():
        raise InputError("output times must be a rising list of hours", "times_h")
    return times


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
    skipped, since = ahead * BLOCK, at - times[0]  # whole blocks
    block = np.floor((since + SAME_TIME_H) / (BLOCK * step)).astype(int)
    places = _places(since - block * (BLOCK * step))
    if places is None:
        return None
    place, offsets = places
    count, block = -(-(skipped + len(times)) // BLOCK), block + ahead
    amounts = np.zeros((count, len(offsets)))
    inside = block < count
    np.add.at(amounts, (block[inside], place[inside]), mg[inside])
    interval = np.clip(np.floor((offsets + SAME_TIME_H) / step), 0, BLOCK - 1)
    return Blocks(step, skipped + wanted, interval.astype(int), np.clip(offsets - interval * step, 0.0, step), amounts)


def _places(offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Number the different offsets: numbers (doses,) and offsets (places,); None if too many."""
    place, values = np.full(len(offsets), -1), list[float]()
    while (left := place < 0).any() or not values:
        if len(values) == _PLACES_AT_MOST:
            return None
        values.append(offsets[left.argmax()] if len(offsets) else 0.0)
        place[left & (np.abs(offsets - values[-1]) <= SAME_TIME_H)] = len(values) - 1
    return place, np.array(values)


def _placed(grid: Grid, at: np.ndarray, mg: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """mg, hours left in the interval, physiology, and slots, of doses in time order."""
    order = np.argsort(at, kind="stable")
    at, mg = at[order], mg[order]
    interval = np.searchsorted(grid.at_h, at + SAME_TIME_H, side="right") - 1
    inside = (interval < len(grid.at_h) - 1) & (mg > 0)
    within = interval[inside]
    position = np.arange(len(within)) - np.searchsorted(within, within)
    slot = np.full((len(grid.at_h), position.max(initial=0) + 1), len(at), dtype=np.int32)
    slot[within, position] = np.flatnonzero(inside)
    left = np.clip(grid.at_h[np.minimum(interval + 1, len(grid.at_h) - 1)] - at, 0.0, None)
    return np.where(inside, mg, 0.0), np.where(inside, left, 0.0), grid.physiology[grid.kind[interval]], slot
