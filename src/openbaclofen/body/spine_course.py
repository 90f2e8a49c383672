"""Modes of spinal fluid and what a pump or needle gives go in; concentrations at places along the cord over time come out.

Exact: between happenings each mode follows z(t) = z exp(-rate t) + input (1 - exp(-rate t)) / rate, and the cord beside a place
dy/dt = k (level - y) with those exponentials. Only what is asked for is kept, never the whole chain at all times.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from openbaclofen.body.schedule import SAME_TIME_H
from openbaclofen.body.spine import Modes, Place, Places
from openbaclofen.errors import InputError

WIDTH = 100  # people at a time
_TIMES = 2 * 4**2  # outputs read off at once
_SERIES_BELOW = 1 / 1000
_SAME_RATE = 1e-12
AMOUNTS = ("spine", "cranium", "plasma", "eliminated")


def _none() -> np.ndarray:
    return np.zeros(0)


@dataclass(frozen=True)
class Delivery:
    """What is given, at the tip (share of the canal's length from the top, one or (people,)).

    Infusion: ug_per_h[..., k] from hour from_h[k] until the next, nothing before the first. Boluses: bolus_ug[..., j] at hour
    bolus_h[j] in bolus_ml[j] (they spread over the fluid they mix with), evenly over bolus_over_h[j] (none given: all at once).
    Leading axis (people,) or none. Hours of changes rise, those of boluses do not fall.
    """

    tip: float | np.ndarray
    from_h: np.ndarray = field(default_factory=_none)
    ug_per_h: np.ndarray = field(default_factory=_none)
    bolus_h: np.ndarray = field(default_factory=_none)
    bolus_ug: np.ndarray = field(default_factory=_none)
    bolus_ml: np.ndarray = field(default_factory=_none)
    bolus_over_h: np.ndarray = field(default_factory=_none)

    def __post_init__(self) -> None:
        pairs = (
            (self.from_h, self.ug_per_h),
            (self.bolus_h, self.bolus_ug),
            (self.bolus_h, self.bolus_ml),
            (self.bolus_h, self.over_h),
        )
        if any(np.shape(hours)[-1:] != np.shape(given)[-1:] for hours, given in pairs):
            raise InputError(
                "each change of rate and each bolus needs one hour, one amount and, a bolus, one volume", "delivery"
            )
        if (np.diff(self.from_h) <= SAME_TIME_H).any() or (np.diff(self.bolus_h) < 0).any():
            raise InputError("hours of changes must rise and those of boluses not fall", "delivery")
        amounts = (self.ug_per_h, self.bolus_ug, self.bolus_ml, self.over_h, self.tip, 1 - np.asarray(self.tip))
        if any(not (np.isfinite(a).all() and (np.asarray(a) >= 0).all()) for a in amounts):
            raise InputError("amounts must be finite and not negative, the tip within the canal", "delivery")

    @property
    def over_h(self) -> np.ndarray:
        """Lengths of boluses, h."""
        return self.bolus_over_h if len(self.bolus_over_h) else np.zeros(len(self.bolus_h))

    def infused(self, hours: np.ndarray) -> np.ndarray:
        """ug given from the first hour up to each hour (boluses at it not yet), (..., hours)."""
        ends = np.append(self.from_h[1:], np.inf)
        lasted = np.clip(hours[:, None], self.from_h, ends) - self.from_h
        since, over = hours[:, None] - self.bolus_h, np.maximum(self.over_h, SAME_TIME_H)
        begun = np.where(since > SAME_TIME_H, np.clip(since / over, 0.0, 1.0), 0.0)
        return np.asarray(self.ug_per_h) @ lasted.T + np.asarray(self.bolus_ug) @ begun.T


class Cord(NamedTuple):
    """Cord that follows the fluid beside it, dy/dt = rate (level - y).

    rate (people,), 1/h; places: names; start (people, places): ng/mL at the first hour of anything, else none.
    """

    rate: np.ndarray
    places: tuple[str, ...]
    start: np.ndarray | None = None


def continuous(tip: float | np.ndarray, ug_per_day: float | np.ndarray, hours_per_day: float) -> Delivery:
    """One rate for ever from hour 0; ug_per_day one or (people,)."""
    return Delivery(tip, np.zeros(1), np.asarray(ug_per_day, dtype=float)[..., None] / hours_per_day)


def repeated(part: Delivery, cycle_h: float, cycles: int) -> Delivery:
    """A programme (flex, periodic boluses) again and again. Errors: InputError where it does not fit its cycle."""
    ends = part.bolus_h + part.over_h
    hours = (part.from_h, part.bolus_h)
    if any(len(h) and (h[0] < 0 or h[-1] >= cycle_h) for h in hours) or (ends > cycle_h + SAME_TIME_H).any():
        raise InputError("a programme must lie within its cycle", "delivery")
    starts = cycle_h * np.arange(cycles)[:, None]

    def again(given: np.ndarray) -> np.ndarray:
        return np.tile(given, (*(1,) * (np.ndim(given) - 1), cycles))

    first, second = ((starts + of).ravel() for of in hours)
    boluses = (again(of) for of in (part.bolus_ug, part.bolus_ml, part.over_h))
    return Delivery(part.tip, first, again(part.ug_per_h), second, *boluses)


def settled(modes: Modes, tip: float | np.ndarray, ug_per_h: float | np.ndarray) -> np.ndarray:
    """Amplitudes (people, modes) once an infusion of constant rate has settled."""
    return modes.enters(Place(tip, tip)) * np.asarray(ug_per_h, dtype=float)[..., None] / modes.rate


def settled_cycle(modes: Modes, part: Delivery, cycle_h: float) -> np.ndarray:
    """Amplitudes (people, modes) at the start of a cycle that has been repeated for ever."""
    return reached(modes, part, 0.0, cycle_h) / -np.expm1(-modes.rate * cycle_h)


def settled_cord(modes: Modes, part: Delivery, cycle_h: float, places: Places, cord: Cord, start: np.ndarray) -> np.ndarray:
    """Cord (people, places) at the start of a cycle that has been repeated for ever; start: amplitudes then."""
    walk = _Walk(modes, part, np.array([0.0, cycle_h]), start, (cord._replace(start=None), modes.reads(places, cord.places)))
    walk.end()
    return walk.cord / -np.expm1(-cord.rate * cycle_h)[:, None]


def reached(modes: Modes, delivery: Delivery, from_h: float, until_h: float, start: np.ndarray | None = None) -> np.ndarray:
    """Amplitudes (people, modes) at an hour, before a bolus at it; start: those at `from_h`, else empty."""
    begin = np.zeros_like(modes.rate) if start is None else start
    return _Walk(modes, delivery, np.array([from_h, until_h]), begin).end()


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
    first = np.zeros_like(modes.rate) if start is None else start

    def some(which: slice) -> None:
        own = modes.part(which)
        beside = (_cord_of(cord, which), own.reads(places, cord.places)) if cord else None
        walk = _Walk(own, _own(delivery, which), times, first[which], beside)
        read = own.reads(places, names)
        if amounts:
            read = np.concatenate([read, own.amounts()], axis=1)
        for at, z, more in walk.blocks(amounts):
            seen = np.maximum(np.concatenate([read @ z, more], axis=1), 0.0)  # rounding and weights: 1e-5
            for name, value in zip(found, seen.transpose(1, 0, 2), strict=True):
                found[name][which, at] = value

    slices = [slice(a, min(a + WIDTH, people)) for a in range(0, people, WIDTH)]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(some, slices))
    return found


def profiles(modes: Modes, delivery: Delivery, times_h: np.ndarray, start: np.ndarray | None = None) -> np.ndarray:
    """ng/mL in every cell from the top down and then the cranial cell, (people, times, cells + 1)."""
    walk = _Walk(modes, delivery, np.asarray(times_h, dtype=float), np.zeros_like(modes.rate) if start is None else start)
    read = modes.profile()[:, : modes.cells + 1]
    return np.concatenate([np.maximum(read @ z, 0.0).transpose(0, 2, 1) for _, z, _ in walk.blocks(False)], axis=1)


def _cord_of(cord: Cord, which: slice) -> Cord:
    """The cord of some people."""
    return Cord(cord.rate[which], cord.places, None if cord.start is None else cord.start[which])


def _own(delivery: Delivery, which: slice) -> Delivery:
    """The delivery of some people."""

    def part(given: float | np.ndarray, shared: int) -> np.ndarray:
        return np.asarray(given)[which] if np.ndim(given) > shared else np.asarray(given)

    rates, ug = part(delivery.ug_per_h, 1), part(delivery.bolus_ug, 1)
    return Delivery(
        part(delivery.tip, 0), delivery.from_h, rates, delivery.bolus_h, ug, delivery.bolus_ml, delivery.bolus_over_h
    )


class _Walk:
    """Amplitudes of modes from happening to happening, and what has left the body and the cord holds with them."""

    def __init__(
        self,
        modes: Modes,
        delivery: Delivery,
        times: np.ndarray,
        start: np.ndarray,
        beside: tuple[Cord, np.ndarray] | None = None,
    ) -> None:
        self.modes, self.given, self.times, self.z = modes, delivery, times, start
        self.over = delivery.over_h
        happens = np.concatenate([delivery.from_h, delivery.bolus_h, delivery.bolus_h + self.over])
        grid = np.unique(np.concatenate([times, happens[happens < times[-1]]]))
        self.grid = grid[np.concatenate([[True], np.diff(grid) > SAME_TIME_H])]
        self.infusion = modes.enters(Place(delivery.tip, delivery.tip))
        self.bolus = {ml: modes.injected(delivery.tip, ml) for ml in np.unique(delivery.bolus_ml).tolist()}
        self.lost = np.zeros(len(modes.rate))
        self.beside, self.cord = beside, np.zeros((len(modes.rate), len(beside[0].places) if beside else 0))
        if beside and beside[0].start is not None:
            self.cord = beside[0].start
        self._decay: dict[float, tuple[np.ndarray, ...]] = {}

    def blocks(self, losses: bool) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """Some outputs at a time: which, amplitudes (people, modes, outputs), and (people, more, outputs) with ug that have
        left the body, where asked for, and ng/mL in the cord."""
        wanted = np.searchsorted(self.grid, self.times - SAME_TIME_H)
        kept: list[np.ndarray] = []
        more: list[np.ndarray] = []
        done = 0
        for i in range(wanted[-1] + 1):
            if i == wanted[done + len(kept)]:
                kept.append(self.z)
                more.append(np.concatenate([self.lost[:, None][:, : int(losses)], self.cord], axis=1))
                if len(kept) == _TIMES or i == wanted[-1]:
                    yield slice(done, done + len(kept)), np.stack(kept, axis=2), np.stack(more, axis=2)
                    done, kept, more = done + len(kept), [], []
            if i < wanted[-1]:
                self._step(i, losses)

    def end(self) -> np.ndarray:
        """Amplitudes at the last time."""
        for i in range(len(self.grid) - 1):
            self._step(i, False)
        return self.z

    def _step(self, i: int, losses: bool) -> None:
        now, length = self.grid[i], float(self.grid[i + 1] - self.grid[i])
        z, source = self.z + self._at_once(now), self._source(now)
        decay, grown, *lag = self._over(length)
        if losses:
            self.lost = self.lost + (self.modes.leaves() * (z * grown + source * self._twice(length, grown))).sum(axis=1)
        if self.beside:
            less, passed, passing = lag
            flows = self.beside[1] @ (z * passed + source * passing)[:, :, None]
            self.cord = self.cord * (1 + less) + flows[:, :, 0] * self.beside[0].rate[:, None]
        self.z = z * decay + source * grown

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

    def _over(self, length: float) -> tuple[np.ndarray, ...]:
        """exp(-rate t), (1 - exp(-rate t)) / rate, and what the cord needs; the last few lengths remembered."""
        key = round(length / SAME_TIME_H) * SAME_TIME_H
        if key not in self._decay:
            if len(self._decay) == 4:
                del self._decay[next(iter(self._decay))]
            less = np.expm1(-self.modes.rate * length)
            grown = -less / self.modes.rate
            self._decay[key] = (1 + less, grown, *(self._followed(length) if self.beside else ()))
        return self._decay[key]

    def _followed(self, length: float) -> tuple[np.ndarray, ...]:
        """exp(-k t) - 1 and, over a length, the integrals of exp(-k (t - s)) exp(-rate s) and of exp(-k (t - s)) (1 - exp(-rate
        s)) / rate; k: the rate of the cord."""
        rate, k = self.modes.rate, np.asarray(self.beside[0].rate)[:, None] if self.beside else np.ones(1)
        slow, apart = np.minimum(rate, k), np.abs(k - rate)
        same = apart * length < _SAME_RATE
        passed = np.exp(-slow * length) * np.where(same, length, -np.expm1(-apart * length) / np.where(same, 1.0, apart))
        less = np.expm1(-k * length)
        return less, passed, (-less / k - passed) / rate

    def _twice(self, length: float, grown: np.ndarray) -> np.ndarray:
        """(t - (1 - exp(-rate t)) / rate) / rate, by its series where the difference would cancel."""
        small = self.modes.rate * length
        series = length**2 * (0.5 - small / (2 * 3) + small**2 / (2 * 3 * 4))
        return np.where(small < _SERIES_BELOW, series, (length - grown) / self.modes.rate)
