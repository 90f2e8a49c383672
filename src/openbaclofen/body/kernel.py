"""Rates of people, a grid of times and anyone's doses go in; what is wanted at the outputs comes out, compiled, one by one.

x(t + h) = E x(t) + sum over doses of expm(A tau) dose, E = expm(A h), tau from the dose to the end of its interval. Intervals
of one kind come in blocks: for a block the powers of E are at hand, so that k intervals later is one product, and an output
needs only its own row of E^k. The numbers side by side are compartments, or outputs in a row; people never are, so nobody's
numbers depend on the others, to the last bit.

Compiled code is kept where `compilers.prepare` tells numba to. Matrices are transposed, and flat; n is a multiple of eight.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from openbaclofen.body.eight import EIGHT, above, at, load, plus, plus_times, spread, store, times
from openbaclofen.body.entering import Given, enter
from openbaclofen.body.exponential import OPTIONS, Each, compiled, moved
from openbaclofen.body.tables import MOST_POWERS, NOTHING, Flows, Intervals, Tables, held, shift
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

    out: contiguous along outputs. initial: (people of all, compartments), mg. kept: of `tables`, for this call alone.
    """
    n = len(each[0])
    for p in range(out.shape[1]):
        person = first + p
        for physiology in range(len(flows.rate)):
            kept.rate[physiology] = shift(each, flows, physiology, person, kept.shifted[physiology])
        kept.held[:], kept.series_held[:] = 0, 0
        for i in range(n):
            kept.state[i] = initial[person, i]
        enter(each, time, doses, person if len(doses.at_h) > 1 else 0, wanted.rows, kept)
        _walk(each, time, wanted, person, kept, out, out.strides[0] // out.itemsize, p)


@compiled
def _walk(each: Each, time: Intervals, wanted: Wanted, person: int, kept: Tables, out: np.ndarray, row: int, p: int) -> None:
    """One person from block to block: amounts at its start, x, become those at its end, y. row: numbers from row to row."""
    n, rows, state, own = len(each[0]), len(wanted.rows), kept.state, p * (out.strides[1] // out.itemsize)
    which, slot, d, x, y = -1, 0, 0, 0, n
    for b in range(len(time.first)):
        t, count, together = at(time.first, b), at(time.size, b), at(time.together, b)
        if at(time.kind, t) != which:
            which = at(time.kind, t)
            slot = held(each, time, which, wanted.rows, kept)
        power, seen, until = (slot * MOST_POWERS + count) * n * n, slot * rows * n * 2 * EIGHT + EIGHT, d
        while at(kept.interval, until) < t + count:
            until += 1
        for g in range(0, n, EIGHT):
            end = above(moved(each, kept.powers, power + g, state, x), NOTHING)
            for e in range(d, until):
                later = power - (at(kept.interval, e) - t + 1) * n * n
                end = plus_times(end, moved(each, kept.powers, later + g, kept.entered, e * n), at(kept.factor, e))
            store(state, y + g, end)
        for r in range(rows):
            now, at_once = _rows(each, kept.seen, seen + r * n * 2 * EIGHT, state, x), seen + r * n * 2 * EIGHT + t - 1
            for e in range(d, until):
                left = _rows(each, kept.seen, at_once - at(kept.interval, e), kept.entered, e * n)
                now = plus_times(now, left, at(kept.factor, e))
            now = times(now, at(wanted.scale, r * wanted.scale.shape[1] + person))
            if together >= 0 and count == EIGHT:
                store(out, r * row + own + together, now)
            else:
                store(kept.now, 0, now)
                for k in range(count):
                    if time.place[t + k] >= 0:
                        out[r, p, time.place[t + k]] = kept.now[k]
        d, x, y = until, y, x
    last = time.place[-1]
    if last >= 0:
        for r in range(rows):
            out[r, p, last] = state[x + wanted.rows[r]] * wanted.scale[r, person]


@compiled
def _rows(each: Each, seen: np.ndarray, base: int, x: np.ndarray, own: int):
    """What is seen of amounts, those of x from `own` on, at eight outputs in a row."""
    found, other = spread(0.0), spread(0.0)
    for j in range(0, len(each[1]), 2):
        found = plus_times(found, load(seen, base + j * 2 * EIGHT), at(x, own + j))
        other = plus_times(other, load(seen, base + (j + 1) * 2 * EIGHT), at(x, own + j + 1))
    return plus(found, other)
