"""Amounts over a cycle that has been repeated for ever go in; what is seen on it, and adaptation, come out, compiled.

Receptor number and opponent drive are linear in what they were at the start of the cycle, given what drives them, so the start
that repeats itself is found by going round: twice for the number, then, with that, once for the opponent.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from openbaclofen.body.elementary import OPTIONS, exp
from openbaclofen.response_kernel import (
    AREA,
    AREA0,
    CENTRAL,
    CSF,
    MB,
    NB,
    OPPONENT,
    PLASMA,
    ROWS,
    STATE,
    L,
    M,
    N,
    copy,
    fill,
    keep,
    levels,
    numbers,
    step,
)

MEAN, HIGHEST, LOWEST = range(3)


@njit(**OPTIONS)
def settle(own, unit, amounts, hours, wanted, out, state, first, last):
    """People first to last on the settled day of each candidate: fills out (3, quantities, candidates, people) with means,
    highest and lowest over the times after the first, and state (STATE, candidates, people) at the end.

    own (fields of Own, people); unit (parts, 3, times, people): in spinal fluid, in the centre, and mg h under the first since
    the first time, of which candidate c has amounts[c] (candidates, parts); hours: the step; wanted: numbers of quantities.
    """
    s, course, seen = np.zeros(ROWS * L), np.empty((3, unit.shape[2], L)), np.empty((3, len(wanted), L))
    start = np.empty((2, L))
    for person in range(first, last, L):
        several = min(L, last - person)
        for k in range(len(own)):
            fill(s, k, own[k], person)
        for c in range(len(amounts)):
            _mixed(unit, amounts[c], person, several, course)
            _number(s, course, hours, start)
            _opponent(s, course, hours, start)
            _rest(s, course, hours)
            _seen(s, course, hours, wanted, seen)
            for how in range(3):
                for q in range(len(wanted)):
                    for w in range(several):
                        out[how, q, c, person + w] = seen[how, q, w]
            for k in range(STATE):
                copy(s, N + k, state[k, c, person : person + several])


@njit(**OPTIONS)
def _mixed(unit, mg, person, several, course):
    """The course of so much of each part; the last person stands in for those who are missing."""
    for a in range(3):
        for t in range(course.shape[1]):
            row = course[a, t]
            for w in range(L):
                row[w] = 0.0
            for part in range(len(mg)):
                given, share = unit[part, a, t, person : person + several], mg[part]
                for w in range(several):
                    row[w] += share * given[w]
            for w in range(several, L):
                row[w] = row[several - 1]


@njit(**OPTIONS)
def _at(s, course, t):
    """The amounts at a time."""
    for w in range(L):
        s[CSF * L + w], s[CENTRAL * L + w], s[AREA * L + w] = course[0, t, w], course[1, t, w], course[2, t, w]


@njit(**OPTIONS)
def _rest(s, course, hours):
    """The time before the first is the last: what a step needs of it."""
    _at(s, course, course.shape[1] - 1)
    keep(s, 0.0)
    step(s, 0.0, False)
    for w in range(L):
        s[AREA0 * L + w] = course[2, 0, w]
    keep(s, hours)


@njit(**OPTIONS)
def _number(s, course, hours, start):
    """Receptor number that repeats itself, at both sites."""
    for number in range(2):
        for w in range(L):
            s[N * L + w], s[NB * L + w] = float(number), float(number)
        _rest(s, course, hours)
        for t in range(1, course.shape[1]):
            _at(s, course, t)
            levels(s, hours)
            numbers(s, hours)
        for w in range(L):
            if number == 0:
                start[0, w], start[1, w] = s[N * L + w], s[NB * L + w]
            else:
                s[N * L + w] = start[0, w] / (1 - (s[N * L + w] - start[0, w]))
                s[NB * L + w] = start[1, w] / (1 - (s[NB * L + w] - start[1, w]))


@njit(**OPTIONS)
def _opponent(s, course, hours, start):
    """Opponent drives that repeat themselves, once the numbers do."""
    for w in range(L):
        start[0, w], start[1, w] = s[N * L + w], s[NB * L + w]
        s[M * L + w], s[MB * L + w] = 0.0, 0.0
    _rest(s, course, hours)
    for t in range(1, course.shape[1]):
        _at(s, course, t)
        step(s, hours, False)
    for w in range(L):
        lost = 1 - exp(-s[OPPONENT * L + w] * hours * (course.shape[1] - 1))
        s[N * L + w], s[NB * L + w] = start[0, w], start[1, w]
        s[M * L + w], s[MB * L + w] = s[M * L + w] / lost, s[MB * L + w] / lost


@njit(**OPTIONS)
def _seen(s, course, hours, wanted, seen):
    """Means, highest and lowest of what is wanted."""
    times = course.shape[1] - 1
    seen[MEAN], seen[HIGHEST], seen[LOWEST] = 0.0, -np.inf, np.inf
    for t in range(1, times + 1):
        _at(s, course, t)
        step(s, hours, True)
        for q in range(len(wanted)):
            row, mean, highest, lowest = (PLASMA + wanted[q]) * L, seen[MEAN, q], seen[HIGHEST, q], seen[LOWEST, q]
            for w in range(L):
                value = s[row + w]
                mean[w] += value
                highest[w], lowest[w] = max(highest[w], value), min(lowest[w], value)
    for q in range(len(wanted)):
        mean = seen[MEAN, q]
        for w in range(L):
            mean[w] /= times
