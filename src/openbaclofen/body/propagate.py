"""Rate matrices (1/h) and times go in; exact propagators, advanced amounts and steady states come out.

Rate matrices of compartments have no negative entry off the diagonal, so A + qI is non-negative for q = max(-A_ii), and
    expm(A t) = exp(-q t) expm((A + qI) t)
is a sum of non-negative terms: nothing cancels, each entry is right to rounding, and coinciding rates need no special case
(uniformisation: Jensen 1953; Sidje and Stewart, Comput. Stat. Data Anal. 29 (1999) 345). People are the last axis.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import add

from openbaclofen.body.series import terms_needed
from openbaclofen.traced import Array, jax, jnp

Stairs = Sequence[tuple[int, int]]
_MANY_TIMES = 10
_LONGEST_SERIES = 2 * 3  # a series is used up to q t of 2 to this power
_MANY_CELLS, _FEW_CELLS = 2 * 4**3, 4**2


def total(parts: Iterable[Array]) -> Array:
    """The sum of arrays, added from first to last."""
    return reduce(add, parts)


def product(left: Array, right: Array) -> Array:
    """Matrix product over the first two axes, (n, m, ...) by (m, k, ...)."""
    return total(left[:, middle, None] * right[None, middle] for middle in range(left.shape[1]))


def power(matrix: Array, exponent: int) -> Array:
    """The matrix times itself, exponent >= 1."""
    if exponent == 1:
        return matrix
    half = power(matrix, exponent // 2)
    square = product(half, half)
    return product(square, matrix) if exponent % 2 else square


def apply(matrix: Array, amounts: Array) -> Array:
    """Matrix times amounts, (n, m, people) by (m, ..., people)."""
    wide = jnp.expand_dims(matrix, tuple(range(2, amounts.ndim)))
    return total(wide[:, middle] * amounts[None, middle] for middle in range(matrix.shape[1]))


def apply_stairs(matrix: Array, amounts: Sequence[Array], stairs: Stairs) -> list[Array]:
    """Matrix times amounts that are kept by row ranges (`Graph.stairs`): only entries that can differ from zero take part."""
    found = []
    for number, (start, end) in enumerate(stairs):
        found.append(total(apply(matrix[start:end, a:b], amounts[i]) for i, (a, b) in enumerate(stairs[: number + 1])))
    return found


def _shifted(matrix: Array) -> tuple[Array, Array, Array]:
    """A + qI, q and I, for q = max(-A_ii) of each person."""
    n = matrix.shape[0]
    q = jnp.max(-jnp.stack([matrix[i, i] for i in range(n)]), axis=0)
    identity = jnp.broadcast_to(jnp.eye(n)[:, :, None], matrix.shape)
    return matrix + q * identity, q, identity


def propagator(matrix: Array, duration: Array, squarings: int) -> Array:
    """expm(A t), (n, n, people), by scaling and squaring; t in h, scalar or (people,).

    squarings: `squarings_needed` of the largest q t. More than needed costs time and, for each, one bit of rounding.
    """
    shifted, q, identity = _shifted(matrix)
    smallest = duration / 2**squarings
    series = _series(identity, shifted * smallest) * jnp.exp(-q * smallest)
    return jax.lax.fori_loop(0, squarings, lambda _, m: product(m, m), series)


def _series(identity: Array, scaled: Array) -> Array:
    """Sum of M^k / k! to rounding for norms up to 1, four powers at a time (Paterson and Stockmeyer 1973)."""
    powers = [identity, scaled, product(scaled, scaled)]
    powers.append(product(powers[2], scaled))
    fourth = product(powers[2], powers[2])
    firsts = range(0, terms_needed(1.0) + 1, 4)
    parts = [total(power_k / math.factorial(first + k) for k, power_k in enumerate(powers)) for first in firsts]
    series = parts.pop()
    while parts:
        series = parts.pop() + product(fourth, series)
    return series


def advance(matrix: Array, start: Array, whole: Array, durations: Array, squarings: int, stairs: Stairs) -> Array:
    """expm(A t) start for many times 0 <= t <= whole, (times, n, people), without their matrix exponentials.

    start (n, people); durations (times, people or 1); squarings: those of `whole`. The time is cut into cells: the amounts at
    the cell's start are looked up, the rest is a series.
    """
    cells = _MANY_CELLS if len(durations) > _MANY_TIMES else _FEW_CELLS
    halved = max(min(squarings, cells.bit_length() - 1), squarings - _LONGEST_SERIES)
    cells = 2**halved
    forward = propagator(matrix, whole / cells, squarings - halved)
    table = jax.lax.scan(lambda x, _: (apply(forward, x), x), start, length=cells)[1]
    shifted, q, _ = _shifted(matrix)
    count = terms_needed(2.0 ** (squarings - halved))

    def one(duration: Array) -> Array:
        cell = jnp.minimum((duration * (cells / whole)).astype(int), cells - 1)
        at_cell = jnp.take_along_axis(table, jnp.broadcast_to(cell, (1, 1, start.shape[-1])), axis=0, mode="promise_in_bounds")[
            0
        ]
        rest = duration - cell * (whole / cells)
        parts = [at_cell[a:b] for a, b in stairs]

        def horner(k: Array, total: list[Array]) -> list[Array]:
            grown = apply_stairs(shifted, total, stairs)
            return [part + more * (rest / (count - k)) for part, more in zip(parts, grown, strict=True)]

        return jnp.concatenate(jax.lax.fori_loop(0, count, horner, parts)) * jnp.exp(-q * rest)

    return jax.lax.map(one, durations)


def steady_amounts(cycle: Array, inflow: Array) -> Array:
    """x = cycle x + inflow: amounts at the start of each cycle, (n, k, people) for k inflows, from cycle (n, n, people).

    I - cycle is an M-matrix where every compartment empties, so elimination needs no pivot and loses no digits.
    """
    n = cycle.shape[0]
    identity = jnp.eye(n)[:, :, None]
    rows = list(jnp.concatenate([identity - cycle, inflow], axis=1))
    for pivot in range(n):
        rows[pivot] = rows[pivot] / rows[pivot][pivot]
        for other in range(n):
            if other != pivot:
                rows[other] = rows[other] - rows[other][pivot] * rows[pivot]
    return jnp.stack([row[n:] for row in rows])
