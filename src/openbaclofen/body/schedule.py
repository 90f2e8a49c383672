"""Output times, doses and changes of physiology go in; the grid that everybody is followed on comes out (numpy only).

A dose need not lie on the grid. An output at the time of a dose is taken before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from openbaclofen.errors import InputError
from openbaclofen.units import HOURS_PER_DAY

SAME_TIME_H = 1e-9  # times closer than this are one time
BLOCK = int(HOURS_PER_DAY)
TOGETHER = 2 * 4  # intervals of a kind that are followed as one
SHORT_H = 1.0  # an interval is no longer: what a dose leaves within it takes few terms


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
        """Times and amounts, (people, doses), one row if of everyone. Errors: InputError."""
        return self._checked()[:2]

    def in_order(self) -> tuple[np.ndarray, np.ndarray]:
        """The same from first to last; doses of 0 mg at infinity. Errors: InputError."""
        at, mg, rising, least = self._checked()
        if least == 0:
            at = np.where(mg > 0, at, np.inf)
        if rising and least > 0:
            return at, mg
        order = np.argsort(at, axis=1, kind="stable")
        return np.take_along_axis(at, order, axis=1), np.take_along_axis(mg, order, axis=1)

    def _checked(self) -> tuple[np.ndarray, np.ndarray, bool, float]:
        """Rows, whether their times rise, and the smallest amount; in few passes, since they may be of many people."""
        at, mg = (np.ascontiguousarray(np.atleast_2d(np.asarray(a, dtype=float))) for a in (self.at_h, self.mg))
        if at.shape != mg.shape:
            raise InputError(f"doses have {at.shape[-1]} times and {mg.shape[-1]} amounts", "doses")
        rising, least = bool((at[:, 1:] >= at[:, :-1]).all()), float(mg.min(initial=np.inf))  # not where one is no number
        ends = at[:, [0, -1]] if rising and at.size else at
        if not (least >= 0 and mg.max(initial=0.0) < np.inf and np.isfinite(ends).all()):
            raise InputError("dose times must be finite and amounts finite and not negative", "doses")
        return at, mg, rising, least


@dataclass(frozen=True)
class Grid:
    """Interval i, from at_h[i] to the next, lasts length_h[kind[i]] in physiology[kind[i]]; the last one has no end.

    outputs: intervals whose starts are wanted. first, count (blocks,): intervals of a kind that are followed together.
    """

    at_h: np.ndarray
    kind: np.ndarray
    length_h: np.ndarray
    physiology: np.ndarray
    outputs: np.ndarray
    first: np.ndarray
    count: np.ndarray


Changes = Sequence[tuple[float, int]]  # (from hour, physiology), the first at -inf


def grid_of(times_h: np.ndarray, first_h: float, changes: Changes, longest_h: float = SHORT_H) -> Grid:
    """Outputs, changes of physiology and times between them, no two further apart than longest_h, from the first dose on.

    Before the first output it goes back by whole blocks of steps, so that it is the same whoever takes something earlier.
    Errors: InputError where times do not rise.
    """
    return _grid(_rising(times_h).tobytes(), first_h, tuple(changes), longest_h)


@lru_cache(maxsize=10)
def _grid(times_h: bytes, first_h: float, changes: Changes, longest_h: float) -> Grid:
    """Kept, since the next question is often about the same times."""
    times = np.frombuffer(times_h)
    blocks = int(np.ceil(max(0.0, times[0] - first_h) / (TOGETHER * longest_h) - SAME_TIME_H))
    ahead = np.arange(blocks * TOGETHER, 0, -1) * longest_h
    starts = np.array([start for start, _ in changes])
    happens = np.append(times[0] - ahead, _finer(times, longest_h))
    happens = np.unique(np.append(happens, starts[(starts > happens[0]) & (starts < times[-1])]))
    at = happens[np.append(True, np.diff(happens) > SAME_TIME_H)]
    which = np.array([p for _, p in changes])[np.searchsorted(starts, at + SAME_TIME_H, side="right") - 1]
    length = np.diff(at)
    length = np.append(length, length[-1:] if len(length) else 0.0)
    alike = np.round(length / SAME_TIME_H) * (which.max() + 1) + which
    _, one, kind = np.unique(alike, return_index=True, return_inverse=True)
    cuts = np.searchsorted(at, times[0] - np.arange(blocks + 1) * TOGETHER * longest_h - SAME_TIME_H)
    outputs = np.searchsorted(at, times - SAME_TIME_H)
    parts = (at, kind, length[one], which[one], outputs, *_blocks(kind, cuts))
    for part in parts:
        part.flags.writeable = False
    return Grid(*parts)


def _rising(times_h: np.ndarray) -> np.ndarray:
    times = np.asarray(times_h, dtype=float)
    if times.ndim != 1 or not len(times) or not np.isfinite(times).all() or (np.diff(times) <= SAME_TIME_H).any():
        raise InputError("output times must be a rising list of hours", "times_h")
    return times


def _finer(times: np.ndarray, longest_h: float) -> np.ndarray:
    """The times, with others evenly between them where they are further apart than this."""
    gaps = np.diff(times)
    usual = gaps.mean() if len(gaps) and np.ptp(gaps) <= SAME_TIME_H else gaps
    parts = np.broadcast_to(np.maximum(np.ceil(usual / longest_h - SAME_TIME_H), 1).astype(int), gaps.shape)
    place = np.append(0, np.cumsum(parts))
    within = np.arange(place[-1]) - np.repeat(place[:-1], parts)
    return np.append(np.repeat(times[:-1], parts) + within * np.repeat(gaps / parts, parts), times[-1])


def _blocks(kind: np.ndarray, cuts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First intervals and numbers of intervals of one kind, across no cut; the last interval, without end, is left out."""
    new = np.append(True, np.diff(kind[:-1]) != 0) if len(kind) > 1 else np.zeros(0, bool)
    new[cuts[cuts < len(new)]] = True
    number = np.arange(len(new))
    since = number - np.maximum.accumulate(np.where(new, number, 0))
    first = np.flatnonzero(since % TOGETHER == 0)
    return first, np.diff(first, append=len(new))
