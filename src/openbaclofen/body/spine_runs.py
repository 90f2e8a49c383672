"""Modes of spinal fluid and what is given go in; what they do from happening to happening, in closed form, comes out.

Between happenings each mode follows z(t) = rest + above exp(-rate t), rest = input / rate, and the cord beside a place dy/dt =
k (level - y) with those exponentials: any hour is told from the last happening, without steps. A mode whose exponential has
gone counts with what it settles at, so that hours after a happening few of them are left to follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from openbaclofen.body.chunks import in_threads
from openbaclofen.body.schedule import SAME_TIME_H
from openbaclofen.body.spine import Modes, Place
from openbaclofen.body.spine_delivery import Delivery
from openbaclofen.compilers import prepare

WIDTH = 100  # people at a time, on each core
_TIMES = 4**3  # outputs told at once, at most
_FURTHER = 10  # and none of them this many times as far from the happening as the first: those share the modes that move


class Cord(NamedTuple):
    """Cord that follows the fluid beside it, dy/dt = rate (level - y).

    rate (people,), 1/h; places: names; start (people, places): ng/mL at the first hour of anything, else none.
    """

    rate: np.ndarray
    places: tuple[str, ...]
    start: np.ndarray | None = None


class Runs:
    """Amplitudes of modes, the cord beside places, and what has left the body.

    start: amplitudes (people, modes) at the first hour of anything, else empty; read (people, names, modes): what reads levels
    off them, at last those of the cord's places. losses: what leaves the body is counted.
    """

    def __init__(
        self,
        modes: Modes,
        delivery: Delivery,
        start: np.ndarray | None,
        read: np.ndarray,
        cord: Cord | None = None,
        losses: bool = False,
    ) -> None:
        prepare()
        people = len(modes.rate)
        self.modes, self.given, self.over = modes, delivery, delivery.over_h
        self.z = np.zeros_like(modes.rate) if start is None else start
        self.read = np.ascontiguousarray(read.transpose(0, 2, 1))
        self.infusion = modes.enters(Place(delivery.tip, delivery.tip))
        self.bolus = {ml: modes.injected(delivery.tip, ml) for ml in np.unique(delivery.bolus_ml).tolist()}
        self.k = np.ones(people) if cord is None else np.asarray(cord.rate, dtype=float)
        self.cord = np.zeros((people, len(cord.places) if cord else 0))
        if cord and cord.start is not None:
            self.cord = cord.start
        self.beside = np.ascontiguousarray(self.read[:, :, len(read[0]) - self.cord.shape[1] :])
        self.lost = np.zeros((people, 1)) if losses else None
        self._begin(-np.inf)

    def between(self, first_h: float, last_h: float) -> Iterator[tuple[float, float]]:
        """The first hour, then from one happening to the next until the last; `levels` and `left` can be asked meanwhile."""
        happens = np.concatenate([self.given.from_h, self.given.bolus_h, self.given.bolus_h + self.over])
        marks = np.unique(np.concatenate([[first_h, last_h], happens[happens < last_h]]))
        marks = marks[np.concatenate([[True], np.diff(marks) > SAME_TIME_H])]
        yield marks[0], marks[0]
        for now, until in pairwise(marks):
            self._begin(now)
            yield now, until
            self._end(np.array([until - now]))

    def pieces(self, times: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
        """Some outputs at a time: which, and their hours since the last happening (one at an output comes after it)."""
        done = 0
        for now, until in self.between(times[0], times[-1]):
            last = int(np.searchsorted(times, until + SAME_TIME_H, side="right"))
            since = np.clip(times[:last] - now, 0.0, until - now)
            while done < last:
                near = int(np.searchsorted(since, _FURTHER * max(since[done], SAME_TIME_H), side="right"))
                which = slice(done, min(near, done + _TIMES))
                yield which, since[which]
                done = which.stop

    def levels(self, since: np.ndarray) -> np.ndarray:
        """Levels of the fluid, then of the cord, (people, names, hours), at rising hours since the last happening."""
        return self._told(self.read, since)

    def left(self, since: np.ndarray) -> np.ndarray:
        """ug that have left the body, (people, 1, hours)."""
        leaves, rate = self.modes.leaves()[:, None], self.modes.rate[:, :, None]
        faded = -np.expm1(-rate * since) / rate
        before = 0.0 if self.lost is None else self.lost[:, :, None]
        return before + leaves @ self.rest[:, :, None] * since + (leaves * self.above[:, None]) @ faded

    def _begin(self, now: float) -> None:
        """What modes settle at after a happening, and what they are above it."""
        self.rest = self._source(now) / self.modes.rate
        self.above = self.z + self._at_once(now) - self.rest

    def _end(self, since: np.ndarray) -> None:
        """The state at the next happening, before it."""
        if self.cord.size:
            self.cord = self._told(self.beside, since)[:, :, 0]
        if self.lost is not None:
            self.lost = self.left(since)[:, :, 0]
        from openbaclofen.body.fading import later  # its compiler takes long to import

        self.z = np.empty_like(self.rest)
        later(self.modes.rate, self.rest, self.above, since[0], self.z)

    def _told(self, read: np.ndarray, since: np.ndarray) -> np.ndarray:
        from openbaclofen.body.fading import tell  # its compiler takes long to import

        found = np.empty((len(read), read.shape[2], len(since)))

        def some(who: slice) -> None:
            own = self.modes.rate[who], self.rest[who], self.above[who], read[who]
            tell(*own, self.k[who], self.cord[who], since, found[who])

        in_threads(some, len(read), WIDTH)
        return found

    def _at_once(self, now: float) -> np.ndarray | float:
        """What boluses without length add to amplitudes at an hour."""
        if not self.bolus:
            return 0.0
        which = np.flatnonzero((np.abs(self.given.bolus_h - now) <= SAME_TIME_H) & (self.over <= SAME_TIME_H))
        return sum((self._of_bolus(j) for j in which), 0.0)

    def _source(self, now: float) -> np.ndarray | float:
        """What runs in from an hour on, amplitudes an hour."""
        k = int(np.searchsorted(self.given.from_h, now + SAME_TIME_H, side="right")) - 1
        running = self.infusion * self.given.ug_per_h[..., k, None] if k >= 0 else np.zeros_like(self.infusion)
        if not self.bolus:
            return running
        since = now + SAME_TIME_H - self.given.bolus_h
        which = np.flatnonzero((since > 0) & (since < self.over - SAME_TIME_H))
        return sum((self._of_bolus(j) / self.over[j] for j in which), running)

    def _of_bolus(self, j: np.intp) -> np.ndarray:
        return self.bolus[float(self.given.bolus_ml[j])] * self.given.bolus_ug[..., j, None]
