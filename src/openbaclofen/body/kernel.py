"""Rate matrices of people, a grid of times and anyone's doses go in; amounts at the wanted times come out, compiled.

x(t + h) = expm(A h) x(t) + sum over doses of expm(A tau) dose, tau from the dose to the end of the interval it is taken in.
Both exponentials are those of `propagate`, by uniformisation: for an interval by scaling and squaring, for a dose by the power
series in tau, whose coefficients serve all doses of a person. People are the vector axis; nothing is added up across it, and
squarings and terms are those that each person needs, so nobody's numbers depend on the others, to the last bit.

Compiled code is kept where `engine.prepare` tells numba to. Arrays: amounts are flat, (n * LANES); matrices (n * n * LANES).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from openbaclofen.body.engine import cache_folder
from openbaclofen.body.propagate import terms_needed
from openbaclofen.body.schedule import SAME_TIME_H

LANES = 4 * 10  # people side by side; no power of two, whose rows would compete for the same lines of a cache
_KINDS_HELD = 4**2  # propagators kept at once
_LONGEST = 2 * 4**2  # q tau of a series; a dose that needs more takes a propagator of its own
_FOUR = 4  # terms of a series at once
_NOTHING = 1e-280  # mg; less is none, since a processor is slow with numbers next to the smallest
_TERMS = np.array([-(-terms_needed(z) // _FOUR) * _FOUR for z in range(_LONGEST + 1)])
_COEFFICIENT = np.array([1 / math.gamma(k + 1) for k in range(_TERMS[1])])
_OPTIONS = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}
_compiled = njit(**_OPTIONS)  # parts, compiled into `amounts`, which alone is kept


Each = tuple[int, ...]  # n ones, so that n is known when code is compiled


class Intervals(NamedTuple):
    """Interval t, from at_h[t], is of kind[t] and lasts length_h[kind] in physiology[kind]; the last has no end."""

    at_h: np.ndarray
    kind: np.ndarray
    length_h: np.ndarray
    physiology: np.ndarray


class Given(NamedTuple):
    """Doses (people or 1, doses) in any order, not before the first interval; 0 mg fills up. into: the row they enter."""

    at_h: np.ndarray
    mg: np.ndarray
    into: int


@njit(cache=cache_folder() is not None, **_OPTIONS)
def amounts(
    each: Each,
    matrix: np.ndarray,
    time: Intervals,
    doses: Given,
    initial: np.ndarray,
    rows: np.ndarray,
    place: np.ndarray,
    out: np.ndarray,
) -> None:
    """Fill out[k, place[t], person] with the amount in rows[k] at the start of interval t, before a dose then.

    matrix: (physiologies, n, n, people), 1/h. initial: (n, people), mg. place: -1 where it is not wanted.
    """
    people = initial.shape[1]
    for first in range(0, people, LANES):
        shifted, rate = _shifted(each, matrix, first)
        starts, lane, entered = _entered(each, shifted, rate, time, doses, first, min(LANES, people - first))
        x = np.empty(len(each) * LANES)
        for i in range(len(each)):
            for w in range(LANES):
                x[i * LANES + w] = initial[i, min(first + w, people - 1)]
        seen = out[:, :, first : first + LANES]
        _walked(each, shifted, rate, time, starts, lane, entered, x, rows, place, seen)


@_compiled
def _shifted(each: Each, matrix: np.ndarray, first: int) -> tuple[np.ndarray, np.ndarray]:
    """A + qI (physiologies, n * n * LANES) and q = max(-A_ii) of the people from `first` on, the last one repeated."""
    n, people = len(each), matrix.shape[3]
    found, rate = np.empty((len(matrix), n * n * LANES)), np.zeros((len(matrix), LANES))
    for p in range(len(matrix)):
        for w in range(LANES):
            person = min(first + w, people - 1)
            for i in range(n):
                rate[p, w] = max(rate[p, w], -matrix[p, i, i, person])
            for i in range(n):
                for j in range(n):
                    found[p, (i * n + j) * LANES + w] = matrix[p, i, j, person] + (rate[p, w] if i == j else 0.0)
    return found, rate


@_compiled
def _entered(
    each: Each, shifted: np.ndarray, rate: np.ndarray, time: Intervals, doses: Given, first: int, lanes: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Doses by interval: those of t are starts[t] to starts[t + 1]; whose they are; what they leave at its end (doses, n)."""
    n, count = len(each), doses.at_h.shape[1]
    where, starts = _sorted(time.at_h, doses, first, lanes)
    entered, lane = np.empty((starts[-1], n)), np.empty(starts[-1], np.int64)
    tau, slot, mg, found = np.empty(count), np.empty(count, np.int64), np.empty(count), np.empty((n, count))
    for p in range(len(shifted)):
        series = _series(each, shifted[p], doses.into, _largest(rate[p]) * _largest(time.length_h))
        for w in range(lanes):
            row, own = first + w if len(doses.at_h) > 1 else 0, 0
            for d in range(count):
                t = where[w, d]
                if t >= 0 and time.physiology[time.kind[t]] == p:
                    tau[own] = min(max(time.at_h[t + 1] - doses.at_h[row, d], 0.0), time.length_h[time.kind[t]])
                    mg[own], slot[own] = doses.mg[row, d], starts[t + 1]
                    starts[t + 1] += 1
                    own += 1
            _moved_doses(each, shifted[p], rate[p], doses.into, series, w, tau[:own], found)
            for d in range(own):
                lane[slot[d]] = w
                for i in range(n):
                    entered[slot[d], i] = found[i, d] * mg[d]
    return starts, lane, entered


@_compiled
def _largest(values: np.ndarray) -> float:
    found = 0.0
    for value in values:
        found = max(found, value)
    return found


@_compiled
def _sorted(at_h: np.ndarray, doses: Given, first: int, lanes: int) -> tuple[np.ndarray, np.ndarray]:
    """The interval of each dose (lanes, doses), -1 for none; where doses of interval t begin, at t + 1 (at t once filled)."""
    count, intervals = doses.at_h.shape[1], len(at_h) - 1
    where, starts = np.empty((lanes, count), np.int64), np.zeros(intervals + 2, np.int64)
    for w in range(lanes):
        row = first + w if len(doses.at_h) > 1 else 0
        for d in range(count):
            t = _interval(at_h, doses.at_h[row, d] + SAME_TIME_H) if doses.mg[row, d] > 0 else intervals
            where[w, d] = t if t < intervals else -1
            if t < intervals:
                starts[t + 2] += 1
    for t in range(intervals):
        starts[t + 2] += starts[t + 1]
    return where, starts


@_compiled
def _interval(grid: np.ndarray, hour: float) -> int:
    """The last t with grid[t] <= hour, which is not before the grid; guessed first, as grids are mostly even."""
    low, high = 0, len(grid)
    guess = int((hour - grid[0]) * (high - 1) / max(grid[high - 1] - grid[0], SAME_TIME_H))
    if 1 <= guess < high - 2:
        low, high = (guess - 1, guess + 2) if grid[guess - 1] <= hour < grid[guess + 2] else (low, high)
    while high - low > 1:
        middle = (low + high) // 2
        if grid[middle] <= hour:
            low = middle
        else:
            high = middle
    return low


@_compiled
def _series(each: Each, shifted: np.ndarray, into: int, qt: float) -> np.ndarray:
    """(A + qI)^k / k! of 1 mg, (terms, n * LANES), as many as the largest q t needs."""
    found = np.zeros((_TERMS[min(math.ceil(qt), _LONGEST)], len(each) * LANES))
    for w in range(LANES):
        found[0, into * LANES + w] = 1.0
    for k in range(1, len(found)):
        _multiplied(each, shifted, found[k - 1], found[k])
        for a in range(found.shape[1]):
            found[k, a] /= k
    return found


@_compiled
def _moved_doses(
    each: Each, shifted: np.ndarray, rate: np.ndarray, into: int, series: np.ndarray, w: int, tau: np.ndarray, found: np.ndarray
) -> None:
    """Fill found (n, doses) with expm(A tau) of 1 mg of person w."""
    n, q, longest = len(each), rate[w], _largest(tau)
    if q * longest > _LONGEST:
        forward = np.empty_like(shifted)
        for j in range(len(tau)):
            _propagator(each, shifted, rate, float(tau[j]), forward)
            for i in range(n):
                found[i, j] = forward[(i * n + into) * LANES + w]
        return
    for i in range(n):
        row, place = found[i], i * LANES + w
        for j in range(len(tau)):
            row[j] = 0.0
        for k in range(_TERMS[math.ceil(q * longest)] - _FOUR, -1, -_FOUR):
            a, b, c, d = series[k, place], series[k + 1, place], series[k + 2, place], series[k + 3, place]
            for j in range(len(tau)):
                row[j] = (((row[j] * tau[j] + d) * tau[j] + c) * tau[j] + b) * tau[j] + a
    for j in range(len(tau)):
        shrunk = math.exp(-q * tau[j])
        for i in range(n):
            found[i, j] *= shrunk


@_compiled
def _walked(
    each: Each,
    shifted: np.ndarray,
    rate: np.ndarray,
    time: Intervals,
    starts: np.ndarray,
    lane: np.ndarray,
    entered: np.ndarray,
    x: np.ndarray,
    rows: np.ndarray,
    place: np.ndarray,
    out: np.ndarray,
) -> None:
    """From interval to interval; the propagators of the last kinds are kept."""
    n, y = len(each), np.empty_like(x)
    held, table = np.zeros(_KINDS_HELD, np.int64), np.empty((_KINDS_HELD, n * n * LANES))
    for t in range(len(time.kind)):
        if place[t] >= 0:
            for k in range(len(rows)):
                seen, row = x[rows[k] * LANES : (rows[k] + 1) * LANES], out[k, place[t]]
                for w in range(len(row)):
                    row[w] = seen[w]
        if t + 1 < len(time.kind):
            kind = time.kind[t]
            slot = kind % _KINDS_HELD
            if held[slot] != kind + 1:
                p = time.physiology[kind]
                _propagator(each, shifted[p], rate[p], float(time.length_h[kind]), table[slot])
                held[slot] = kind + 1
            _multiplied(each, table[slot], x, y)
            for d in range(starts[t], starts[t + 1]):
                for i in range(n):
                    y[i * LANES + lane[d]] += entered[d, i]
            x, y = y, x


@_compiled
def _multiplied(each: Each, matrix: np.ndarray, x: np.ndarray, found: np.ndarray) -> None:
    """Matrix times amounts."""
    n = len(each)
    for w in range(LANES):
        for i in range(n):
            s = 0.0
            for j in range(n):
                s += matrix[(i * n + j) * LANES + w] * x[j * LANES + w]
            found[i * LANES + w] = s if s > _NOTHING else 0.0


@_compiled
def _product(each: Each, left: np.ndarray, right: np.ndarray, found: np.ndarray) -> None:
    """Matrix times matrix."""
    n = len(each)
    for i in range(n):
        for j in range(n):
            for w in range(LANES):
                s = 0.0
                for m in range(n):
                    s += left[(i * n + m) * LANES + w] * right[(m * n + j) * LANES + w]
                found[(i * n + j) * LANES + w] = s


@_compiled
def _propagator(each: Each, shifted: np.ndarray, rate: np.ndarray, hours: float, found: np.ndarray) -> None:
    """Fill found with expm(A h), by scaling to q h <= 1 and squaring."""
    n = len(each)
    squarings, part, shrunk = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    for w in range(LANES):
        squarings[w] = math.ceil(math.log2(max(rate[w] * hours, 1.0)))
        part[w] = hours / 2.0 ** squarings[w]
        shrunk[w] = math.exp(-rate[w] * part[w])
    other = np.empty_like(found)
    _exponential(each, shifted, part, found, other)
    for i in range(n * n):
        for w in range(LANES):
            found[i * LANES + w] *= shrunk[w]
    for level in range(int(_largest(squarings))):
        _product(each, found, found, other)
        for i in range(n * n):
            for w in range(LANES):
                if squarings[w] > level:
                    found[i * LANES + w] = other[i * LANES + w]


@_compiled
def _exponential(each: Each, shifted: np.ndarray, part: np.ndarray, found: np.ndarray, other: np.ndarray) -> None:
    """Fill found with the sum of M^k / k! for M = shifted * part of norm up to 1, four powers at a time."""
    n = len(each)
    one, two, three, four = np.empty_like(found), np.empty_like(found), np.empty_like(found), np.empty_like(found)
    for i in range(n * n):
        for w in range(LANES):
            one[i * LANES + w] = shifted[i * LANES + w] * part[w]
    _product(each, one, one, two)
    _product(each, two, one, three)
    _product(each, two, two, four)
    for j in range(len(other)):
        other[j] = 0.0
    for k in range(len(_COEFFICIENT) - _FOUR, -1, -_FOUR):
        a, b, c, d = _COEFFICIENT[k], _COEFFICIENT[k + 1], _COEFFICIENT[k + 2], _COEFFICIENT[k + 3]
        for j in range(len(found)):
            found[j] = other[j] + (b * one[j] + (c * two[j] + d * three[j]))
        for i in range(n):
            for w in range(LANES):
                found[i * (n + 1) * LANES + w] += a
        if k:
            _product(each, four, found, other)
