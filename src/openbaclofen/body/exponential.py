"""A rate matrix and a duration go in; its exponential comes out, for compiled code that follows one person at a time.

expm(A h) = exp(-q h) expm((A + qI) h) with A + qI non-negative, as in `propagate`: nothing cancels. Matrices are flat, n is a
multiple of eight, and rows are columns: what is kept is the transposed one.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from openbaclofen.body.eight import EIGHT, at, load, plus, plus_times, spread, store
from openbaclofen.body.series import terms_needed

OPTIONS = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}, "_nrt": False}  # nothing is allocated, nor counted
compiled: Any = njit(**OPTIONS, forceinline=True)
Each = tuple[tuple[int, ...], tuple[int, ...]]  # as many ones as rows and columns, so that both are known to the compiler
_COEFFICIENT = np.array([1 / math.gamma(k + 1) for k in range(-(-terms_needed(1) // 4) * 4)])


def each_of(compartments: int) -> Each:
    """For so many compartments: rows are filled up to eights, one at least left over, columns to pairs."""
    return (1,) * ((compartments // EIGHT + 1) * EIGHT), (1,) * (-(-compartments // 2) * 2)


@compiled
def moved(each: Each, matrix: np.ndarray, base: int, x: np.ndarray, own: int):
    """Matrix times amounts, those of x from `own` on: the eight rows from `base` on."""
    n, found, other = len(each[0]), spread(0.0), spread(0.0)
    for j in range(0, len(each[1]), 2):
        found = plus_times(found, load(matrix, base + j * n), at(x, own + j))
        other = plus_times(other, load(matrix, base + (j + 1) * n), at(x, own + j + 1))
    return plus(found, other)


@compiled
def product(each: Each, left: np.ndarray, i0: int, right: np.ndarray, j0: int, found: np.ndarray, k0: int) -> None:
    """Matrix times matrix, which commute: both are made of the same one."""
    n = len(each[0])
    for j in range(len(each[1])):
        for g in range(0, n, EIGHT):
            total, other = spread(0.0), spread(0.0)
            for m in range(0, len(each[1]), 2):
                total = plus_times(total, load(right, j0 + m * n + g), at(left, i0 + j * n + m))
                other = plus_times(other, load(right, j0 + (m + 1) * n + g), at(left, i0 + j * n + m + 1))
            store(found, k0 + j * n + g, plus(total, other))


@compiled
def exponential(each: Each, shifted: np.ndarray, q: float, hours: float, work: np.ndarray, found: int) -> None:
    """Fill work from `found` = n^2 on with expm(A h): scaling to q h <= 1, four powers at a time, squaring; work: 8 n^2."""
    n = len(each[0])
    size, halvings = n * n, math.ceil(math.log2(max(q * hours, 1.0)))
    part = hours / 2.0**halvings
    other, one, two, three = 0, 2 * size, 3 * size, 4 * size
    four = three + size
    for i in range(size):
        work[one + i] = shifted[i] * part
    product(each, work, one, work, one, work, two)
    product(each, work, two, work, one, work, three)
    product(each, work, two, work, two, work, four)
    for k in range(len(_COEFFICIENT) - 4, -1, -4):
        a, b, c, d = _COEFFICIENT[k], _COEFFICIENT[k + 1], _COEFFICIENT[k + 2], _COEFFICIENT[k + 3]
        for i in range(size):
            more = b * work[one + i] + (c * work[two + i] + d * work[three + i])
            work[found + i] = more + (work[other + i] if k + 4 < len(_COEFFICIENT) else 0.0)
        for i in range(n):
            work[found + i * (n + 1)] += a
        if k:
            product(each, work, four, work, found, work, other)
    shrunk = math.exp(-q * part)
    for i in range(size):
        work[found + i] *= shrunk
    for _ in range(halvings):
        product(each, work, found, work, found, work, other)
        for i in range(size):
            work[found + i] = work[other + i]
