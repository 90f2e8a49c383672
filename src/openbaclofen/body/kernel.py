"""Rates of people, a grid of times and anyone's doses go in; what is wanted at the outputs comes out, compiled, one by one.

x(t + h) = E x(t) + sum over doses of expm(A tau) dose, E = expm(A h), tau from the dose to the end of its interval. Intervals
of one kind come in blocks: for a block the powers of E are at hand, so that k intervals later is one product, and an output
needs only its own row of E^k. The numbers side by side are compartments, or outputs in a row; people never are, so nobody's
numbers depend on the others, to the last bit.

Compiled code is kept where `engine.prepare` tells numba to. Matrices are kept transposed, and flat; n is a multiple of eight.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from openbaclofen.body.eight import EIGHT, above, load, plus, plus_times, spread, store, times
from openbaclofen.body.entering import Given, enter
from openbaclofen.body.exponential import OPTIONS, Each, compiled, moved
from openbaclofen.body.tables import NOTHING, Flows, Intervals, Tables, held, shift
from openbaclofen.compilers import cache_folder


class Wanted(NamedTuple):
    """Outputs: the amount in rows[r] times scale[r, person]."""

    rows: np.ndarray
    scale: np.ndarray


@njit(cache=cache_folder() is not None, **OPTIONS)
def amounts(
    each: Each,
    flows: Flows,
    time: Intervals,
    doses: Given,
    initial: np.ndarray,
    wanted: Wanted,
    kept: Tables,
    first: int,
    out: np.ndarray,
) -> None:
    """Fill out (rows, people, outputs) with what is there at each output, before a dose then; people from number `first` on.

    initial: (people of all, compartments), mg. kept: of `tables`, for this call alone.
    """
    n = len(each[0])
    for p in range(out.shape[1]):
        person = first + p
        for physiology in range(len(flows.rate)):
            kept.rate[physiology] = shift(each, flows, physiology, person, kept.shifted[physiology])
        kept.held[:], kept.series_held[:] = 0, 0
        for i in range(n):
            kept.x[i] = initial[person, i]
        given = enter(each, time, doses, person if len(doses.at_h) > 1 else 0, wanted.rows, kept)
        _walk(each, time, given, wanted, person, kept, out[:, p])


@compiled
def _walk(each: Each, time: Intervals, doses: int, wanted: Wanted, person: int, kept: Tables, out: np.ndarray) -> None:
    """One person from block to block: x, the amounts, become those at the last time."""
    n, rows, d = len(each[0]), len(wanted.rows), 0
    x, y, now = kept.x, kept.y, kept.now
    for b in range(len(time.first)):
        t, count = time.first[b], time.size[b]
        slot = held(each, time, time.kind[t], wanted.rows, kept)
        power = slot * EIGHT * n * n
        for r in range(rows):
            store(now, r * EIGHT, _rows(each, kept.seen, (slot * rows + r) * n * 2 * EIGHT + EIGHT, x, 0, spread(0.0)))
        for g in range(0, n, EIGHT):
            store(y, g, above(moved(each, kept.powers, power + (count - 1) * n * n + g, x, 0, spread(0.0)), NOTHING))
        while d < doses and kept.interval[d] < t + count:
            m, own = kept.interval[d] - t, d * n
            for r in range(rows):
                later = (slot * rows + r) * n * 2 * EIGHT + EIGHT - m - 1
                store(now, r * EIGHT, _rows(each, kept.seen, later, kept.entered, own, load(now, r * EIGHT)))
            for g in range(0, n, EIGHT):
                if m + 1 < count:
                    store(y, g, moved(each, kept.powers, power + (count - 2 - m) * n * n + g, kept.entered, own, load(y, g)))
                else:
                    store(y, g, plus(load(y, g), load(kept.entered, own + g)))
            d += 1
        _put(now, time, b, wanted.scale, person, out)
        x, y = y, x
    last = time.place[-1]
    if last >= 0:
        for r in range(rows):
            out[r, last] = x[wanted.rows[r]] * wanted.scale[r, person]


@compiled
def _put(now: np.ndarray, time: Intervals, b: int, scale: np.ndarray, person: int, out: np.ndarray) -> None:
    """A block's outputs to their places."""
    t, count, together = time.first[b], time.size[b], time.together[b]
    for r in range(len(scale)):
        row = out[r]
        if together >= 0 and count == EIGHT:
            store(row, together, times(load(now, r * EIGHT), scale[r, person]))
        else:
            for k in range(count):
                if time.place[t + k] >= 0:
                    row[time.place[t + k]] = now[r * EIGHT + k] * scale[r, person]


@compiled
def _rows(each: Each, seen: np.ndarray, base: int, x: np.ndarray, own: int, start):
    """start + what is seen of amounts, those of x from `own` on, at eight outputs in a row."""
    other = spread(0.0)
    for j in range(0, len(each[1]), 2):
        start = plus_times(start, load(seen, base + j * 2 * EIGHT), x[own + j])
        other = plus_times(other, load(seen, base + (j + 1) * 2 * EIGHT), x[own + j + 1])
    return plus(start, other)
