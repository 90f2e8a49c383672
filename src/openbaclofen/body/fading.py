"""Modes that fade and what reads them off go in; levels at several hours come out, compiled, each person by themselves."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from openbaclofen.body.elementary import OPTIONS, exp

_GONE = 2 * 2 * 10  # rate x time from which exp(-rate t) is below the last digit
_APART = 1 / 10  # difference of rates x time from which their exponentials can be subtracted


@njit(**OPTIONS)
def _integral(rate, k, since):
    """Integral of exp(-k (t - s)) exp(-rate s) over s up to t, however close the rates are."""
    apart = abs(rate - k)
    within = -math.expm1(-apart * since) / apart if apart > 0 else since
    return math.exp(-min(rate, k) * since) * within


@njit(**OPTIONS)
def _moving(rate, since):
    """How many modes, the slowest, have not gone by then."""
    many = len(rate)
    while many > 0 and rate[many - 1] * since > _GONE:
        many -= 1
    return many


@njit(**OPTIONS)
def later(rate, rest, above, since, found):
    """Writes found (people, modes): amplitudes rest + above exp(-rate t) at an hour."""
    for p in range(len(rate)):
        moving = _moving(rate[p], since)
        found[p] = rest[p]
        for m in range(moving):
            found[p, m] += above[p, m] * exp(-rate[p, m] * since)


@njit(**OPTIONS)
def _begin(p, rate, rest, above, read, k, cord, moving, keeps, found):
    """Writes what levels hold beside what moves: where all settles, what the cord keeps of itself and of what has gone."""
    settled, gone = np.zeros(read.shape[2]), np.zeros(cord.shape[1])
    fluid = len(settled) - len(gone)
    for m in range(len(rate)):
        for i in range(len(settled)):
            settled[i] += read[p, m, i] * rest[m]
    for m in range(moving, len(rate)):
        times = k * above[m] / (rate[m] - k if rate[m] != k else math.inf)
        for i in range(len(gone)):
            gone[i] += read[p, m, fluid + i] * times
    for i in range(fluid):
        found[p, i] = settled[i]
    for i in range(len(gone)):
        there = settled[fluid + i]
        found[p, fluid + i] = there + (cord[p, i] + gone[i] - there) * keeps


@njit(**OPTIONS)
def tell(rate, rest, above, read, k, cord, since, found):
    """Writes found (people, levels, hours): levels of the fluid, and of the cord that follows it at the last places.

    Fluid: sum_m read_m (rest_m + above_m exp(-rate_m t)); cord: y exp(-k t) + (1 - exp(-k t)) sum_m read_m rest_m + k sum_m
    read_m above_m phi_m, phi the integral of exp(-k (t - s)) exp(-rate s), (exp(-k t) - exp(-rate t)) / (rate - k).
    rate, rest, above (people, modes), rates rising; read (people, modes, levels); k (people,); cord (people, places), y at
    first; since (hours,) from the last happening on, rising. Modes that have gone by the first hour are not followed.
    """
    keeps, fades = np.empty(len(since)), np.empty(len(since))
    fluid = read.shape[2] - cord.shape[1]
    for p in range(len(rate)):
        moving, kp = _moving(rate[p], since[0]), k[p]
        for t in range(len(since)):
            keeps[t] = exp(-kp * since[t])
        _begin(p, rate[p], rest[p], above[p], read, kp, cord, moving, keeps, found)
        for m in range(moving):
            for t in range(len(since)):
                fades[t] = exp(-rate[p, m] * since[t])
            for i in range(fluid):
                times = read[p, m, i] * above[p, m]
                for t in range(len(since)):
                    found[p, i, t] += times * fades[t]
            if fluid == read.shape[2]:
                continue
            if abs(rate[p, m] - kp) * since[0] > _APART:
                for t in range(len(since)):
                    fades[t] = (keeps[t] - fades[t]) / (rate[p, m] - kp)
            else:
                for t in range(len(since)):
                    fades[t] = _integral(rate[p, m], kp, since[t])
            for i in range(fluid, read.shape[2]):
                times = read[p, m, i] * above[p, m] * kp
                for t in range(len(since)):
                    found[p, i, t] += times * fades[t]
