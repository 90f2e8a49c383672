"""Doses of a person and a grid of times go in; what each leaves at the end of its interval comes out, for compiled code.

A dose is looked up: its amounts at the start of a cell of the interval, and from there their series,
    expm(A tau) = exp(-q tau) sum of (A + qI)^k tau^k / k!,
whose terms are not negative: nothing cancels. Where rates are too fast for it, a dose takes a propagator of its own.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from openbaclofen.body.eight import EIGHT, above, load, plus_times, spread, store, times
from openbaclofen.body.exponential import Each, compiled, exponential, moved
from openbaclofen.body.schedule import SAME_TIME_H
from openbaclofen.body.series import terms_needed
from openbaclofen.body.tables import CELLS, KINDS_HELD, LONGEST, MOST_TERMS, NOTHING, Intervals, Tables, held

_TERMS = np.array([-(-terms_needed(z) // 4) * 4 for z in range(LONGEST + 1)])


class Given(NamedTuple):
    """Doses (people or 1, doses) from first to last, not before the first interval. into: the row they enter."""

    at_h: np.ndarray
    mg: np.ndarray
    into: int


@compiled
def enter(each: Each, time: Intervals, doses: Given, row: int, rows: np.ndarray, kept: Tables) -> int:
    """How many doses count, and of each its interval and what it leaves at the end of that.

    In turns over the doses, which a processor can then work on side by side, unless tables of many kinds give way to others.
    """
    count, together = _placed(time, doses, row, kept), len(time.length_h) <= KINDS_HELD
    for d in range(count):
        kind = time.kind[kept.interval[d]]
        p, hours = time.physiology[kind], time.length_h[kind]
        slot = held(each, time, kind, rows, kept)
        if kept.series_held[slot] != kind + 1 and kept.rate[p] * hours <= LONGEST * CELLS:
            _series(each, kept.shifted[p], kept.rate[p], hours / CELLS, doses.into, slot, kept)
            kept.series_held[slot] = kind + 1
        cell = min(int(kept.tau[d] * kept.per_h[slot]), CELLS - 1)
        kept.since[d] = max(kept.tau[d] - cell * kept.cell_h[slot], 0.0)
        kept.place[d] = slot * CELLS + cell
        kept.factor[d] = math.exp(-kept.rate[p] * kept.since[d]) * doses.mg[row, d]
        if not together:
            _dose(each, time, kept, doses.into, d, doses.mg[row, d])
    for d in range(count if together else 0):
        _dose(each, time, kept, doses.into, d, doses.mg[row, d])
    return count


@compiled
def _placed(time: Intervals, doses: Given, row: int, kept: Tables) -> int:
    """How many doses count, of each the interval and the time from it to the end of that; most grids are even."""
    grid = time.at_h
    last = len(grid) - 1
    even = last / max(grid[last] - grid[0], SAME_TIME_H)
    for d in range(doses.at_h.shape[1]):
        at = doses.at_h[row, d]
        if at + SAME_TIME_H >= grid[last]:
            return d
        t = min(max(int((at + SAME_TIME_H - grid[0]) * even), 0), last - 1)
        if not grid[t] <= at + SAME_TIME_H < grid[t + 1]:
            t = _interval(grid, at + SAME_TIME_H)
        kept.interval[d], kept.tau[d] = t, min(max(grid[t + 1] - at, 0.0), time.length_h[time.kind[t]])
    return doses.at_h.shape[1]


@compiled
def _interval(grid: np.ndarray, hour: float) -> int:
    """The last t with grid[t] <= hour, or 0."""
    low, high = 0, len(grid) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if grid[middle] <= hour:
            low = middle
        else:
            high = middle
    return low


@compiled
def _dose(each: Each, time: Intervals, kept: Tables, into: int, d: int, mg: float) -> None:
    """What a dose leaves: its cell's series at the time since the cell's start, or where that is long, by a propagator."""
    n, kind = len(each[0]), time.kind[kept.interval[d]]
    p = time.physiology[kind]
    if kept.rate[p] * time.length_h[kind] > LONGEST * CELLS:
        exponential(each, kept.shifted[p], kept.rate[p], kept.tau[d], kept.work, n * n)
        for i in range(n):
            kept.entered[d * n + i] = kept.work[n * n + into * n + i] * mg
    else:
        _summed(each, kept, d)


@compiled
def _summed(each: Each, kept: Tables, d: int) -> None:
    """The series of a dose."""
    n, hours = len(each[0]), kept.since[d]
    square, terms, base = hours * hours, kept.terms[kept.place[d] // CELLS], kept.place[d] * MOST_TERMS * n
    fourth = square * square
    for g in range(0, n, EIGHT):
        a, b = load(kept.series, base + (terms - 4) * n + g), load(kept.series, base + (terms - 3) * n + g)
        c, e = load(kept.series, base + (terms - 2) * n + g), load(kept.series, base + (terms - 1) * n + g)
        for k in range(terms - 2 * 4, -1, -4):
            a = plus_times(load(kept.series, base + k * n + g), a, fourth)
            b = plus_times(load(kept.series, base + (k + 1) * n + g), b, fourth)
            c = plus_times(load(kept.series, base + (k + 2) * n + g), c, fourth)
            e = plus_times(load(kept.series, base + (k + 3) * n + g), e, fourth)
        found = plus_times(plus_times(a, b, hours), plus_times(c, e, hours), square)
        store(kept.entered, d * n + g, times(found, kept.factor[d]))


@compiled
def _series(each: Each, shifted: np.ndarray, q: float, cell_h: float, into: int, slot: int, kept: Tables) -> None:
    """(A + qI)^k / k! of the amounts at the start of each cell, after 1 mg at the start of the first."""
    n, size, series = len(each[0]), len(each[0]) ** 2, kept.series
    terms = _TERMS[math.ceil(q * cell_h)]
    kept.cell_h[slot], kept.per_h[slot] = cell_h, 1 / cell_h
    kept.terms[slot], base, step = terms, slot * CELLS * MOST_TERMS * n, MOST_TERMS * n
    for i in range(n):
        series[base + i] = 1.0 if i == into else 0.0
    for cell in range(1, CELLS):
        for g in range(0, n, EIGHT):
            start = moved(each, kept.cell, slot * size + g, series, base + (cell - 1) * step, spread(0.0))
            store(series, base + cell * step + g, above(start, NOTHING))
    for k in range(1, terms):
        for cell in range(CELLS):
            own = base + cell * step + k * n
            for g in range(0, n, EIGHT):
                more = moved(each, shifted, g, series, own - n, spread(0.0))
                store(series, own + g, above(times(more, 1 / k), NOTHING))
