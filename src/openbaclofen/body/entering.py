"""Doses of a person and a grid of times go in; what each leaves at the end of its interval comes out, for compiled code.

A dose is looked up: its amounts at the start of a cell of the interval, and from there their series,
    expm(A tau) = exp(-q tau) sum of (A + qI)^k tau^k / k!,
whose terms are not negative: nothing cancels. Where rates are too fast for it, a dose takes a propagator of its own.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from openbaclofen.body.eight import EIGHT, above, at, load, plus_times, put, store, times
from openbaclofen.body.exponential import Each, compiled, exponential, moved
from openbaclofen.body.schedule import SAME_TIME_H
from openbaclofen.body.series import terms_needed
from openbaclofen.body.tables import CELLS, LONGEST, MOST_TERMS, NOTHING, Intervals, Tables, held

_TERMS = np.array([-(-terms_needed(z) // 4) * 4 for z in range(LONGEST + 1)])


class Given(NamedTuple):
    """Doses (people or 1, doses) from first to last, not before the first interval. into: the row they enter."""

    at_h: np.ndarray
    mg: np.ndarray
    into: int


@compiled
def enter(each: Each, time: Intervals, doses: Given, row: int, rows: np.ndarray, kept: Tables) -> None:
    """Of each dose that counts its interval, and in two factors what it leaves at the end of that; behind them, the last one.

    In turns over the doses, each short enough that a processor works on several of them side by side.
    """
    d, count = 0, _placed(time.at_h, doses, row, kept)
    while d < count:
        kind = at(time.kind, at(kept.interval, d))
        slot, p, hours = held(each, time, kind, rows, kept), at(time.physiology, kind), at(time.length_h, kind)
        slow = kept.rate[p] * hours <= LONGEST * CELLS
        if slow and kept.series_held[slot] != kind + 1:
            _series(each, kept.shifted[p], kept.rate[p], hours / CELLS, doses.into, slot, kept)
            kept.series_held[slot] = kind + 1
        terms, per_h = kept.terms[slot], CELLS / hours
        while at(kept.interval, d) < len(time.kind) - 1 and at(time.kind, at(kept.interval, d)) == kind:
            if slow:
                cells = at(kept.tau, d) * per_h
                cell = min(np.floor(cells), CELLS - 1.0)
                _summed(each, kept, (slot * CELLS + int(cell)) * MOST_TERMS * len(each[0]), terms, cells - cell, d)
            else:
                _fast(each, kept, p, doses.into, d)
            d += 1
    for d in range(count):
        put(kept.factor, d, at(doses.mg, row * doses.mg.shape[1] + d) / at(kept.entered, (d + 1) * len(each[0]) - 1))


@compiled
def _placed(grid: np.ndarray, doses: Given, row: int, kept: Tables) -> int:
    """How many doses count, and of each the interval and the time from it to the end of that; most grids are even."""
    count, last = doses.at_h.shape[1], len(grid) - 1
    first, end = at(grid, 0), at(grid, last)
    even = last / max(end - first, SAME_TIME_H)
    for d in range(count):
        hour = at(doses.at_h, row * count + d)
        seen = hour + SAME_TIME_H
        if seen >= end:
            put(kept.interval, d, last)
            return d
        t = min(max(int((seen - first) * even), 0), last - 1)
        if not at(grid, t) <= seen < at(grid, t + 1):
            t = _interval(grid, seen)
        put(kept.interval, d, t)
        put(kept.tau, d, at(grid, t + 1) - hour)
    put(kept.interval, count, last)
    return count


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
def _fast(each: Each, kept: Tables, p: int, into: int, d: int) -> None:
    """What a dose leaves where rates are too fast for series: by a propagator of its own."""
    n = len(each[0])
    exponential(each, kept.shifted[p], kept.rate[p], kept.tau[d], kept.work, n * n)
    for i in range(n - 1):
        kept.entered[d * n + i] = kept.work[n * n + into * n + i]
    kept.entered[d * n + n - 1] = 1.0


@compiled
def _summed(each: Each, kept: Tables, base: int, terms: int, x: float, d: int) -> None:
    """The series of a cell, from `base` on, so many cells after its start; the last row is what all is divided by."""
    n, square = len(each[0]), x * x
    fourth = square * square
    for g in range(0, n, EIGHT):
        a, b = load(kept.series, base + (terms - 4) * n + g), load(kept.series, base + (terms - 3) * n + g)
        c, e = load(kept.series, base + (terms - 2) * n + g), load(kept.series, base + (terms - 1) * n + g)
        for k in range(terms - 2 * 4, -1, -4):
            a = plus_times(load(kept.series, base + k * n + g), a, fourth)
            b = plus_times(load(kept.series, base + (k + 1) * n + g), b, fourth)
            c = plus_times(load(kept.series, base + (k + 2) * n + g), c, fourth)
            e = plus_times(load(kept.series, base + (k + 3) * n + g), e, fourth)
        store(kept.entered, d * n + g, plus_times(plus_times(a, b, x), plus_times(c, e, x), square))


@compiled
def _series(each: Each, shifted: np.ndarray, q: float, cell_h: float, into: int, slot: int, kept: Tables) -> None:
    """((A + qI) c)^k / k! of the amounts at the start of each cell of length c, after 1 mg at the start of the first.

    The last row, which no compartment needs, has (q c)^k / k!: the series of exp(q tau) that all is to be divided by.
    """
    n, size, series = len(each[0]), len(each[0]) ** 2, kept.series
    terms = _TERMS[math.ceil(q * cell_h)]
    kept.terms[slot], base, step = terms, slot * CELLS * MOST_TERMS * n, MOST_TERMS * n
    for i in range(n):
        series[base + i] = 1.0 if i == into else 0.0
    for cell in range(1, CELLS):
        for g in range(0, n, EIGHT):
            start = moved(each, kept.cell, slot * size + g, series, base + (cell - 1) * step)
            store(series, base + cell * step + g, above(start, NOTHING))
    whole = 1.0
    for k in range(terms):
        for cell in range(CELLS):
            own = base + cell * step + k * n
            for g in range(0, n if k else 0, EIGHT):
                more = moved(each, shifted, g, series, own - n)
                store(series, own + g, above(times(more, cell_h / k), NOTHING))
            series[own + n - 1] = whole
        whole *= q * cell_h / (k + 1)
