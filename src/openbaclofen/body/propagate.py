"""Rate matrices (1/h) and times go in; exact propagators, advanced amounts and steady states come out.

Rate matrices of compartments have no negative entry off the diagonal, so A + qI is non-negative for q = max(-A_ii), and
    expm(A t) = exp(-q t) expm((A + qI) t)
is a sum of non-negative terms: nothing cancels, each entry is right to rounding, and coinciding rates need no special case
(uniformisation: Jensen 1953; Sidje and Stewart, Comput. Stat. Data Anal. 29 (1999) 345). People are the last axis.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax import Array

_ROUNDING = 1e-17


def terms_needed(qt: float) -> int:
    """Terms after which the series of expm((A + qI) t) exp(-q t) is complete to rounding: the tail of a Poisson(q t) count."""
    count, term = 0, math.exp(-qt)
    while count < qt or term > _ROUNDING:
        count += 1
        term *= qt / count
    return count


def squarings_needed(qt: float) -> int:
    """Halvings of t after which q t <= 1."""
    return math.ceil(math.log2(max(qt, 1.0)))


def product(left: Array, right: Array) -> Array:
    """Matrix product over the first two axes, (n, m, ...) by (m, k, ...)."""
    total = left[:, 0, None] * right[None, 0]
    for middle in range(1, left.shape[1]):
        total = total + left[:, middle, None] * right[None, middle]
    return total


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
    total = wide[:, 0] * amounts[None, 0]
    for middle in range(1, matrix.shape[1]):
        total = total + wide[:, middle] * amounts[None, middle]
    return total


def apply_stairs(matrix: Array, amounts: Sequence[Array], stairs: Sequence[tuple[int, int]]) -> list[Array]:
    """Matrix times amounts that are kept by row ranges (`Graph.stairs`): only entries that can differ from zero take part."""
    found = []
    for number, (start, end) in enumerate(stairs):
        parts = [apply(matrix[start:end, a:b], amounts[i]) for i, (a, b) in enumerate(stairs[: number + 1])]
        found.append(sum(parts[1:], parts[0]))
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
    return halvings(matrix, duration, squarings)[0]


def halvings(matrix: Array, duration: Array, squarings: int) -> Array:
    """expm(A t), expm(A t/2), expm(A t/4), ..., (squarings + 1, n, n, people): each the square of the next."""
    shifted, q, identity = _shifted(matrix)
    smallest = duration / 2**squarings
    series = _series(identity, shifted * smallest) * jnp.exp(-q * smallest)

    def square(last: Array, _: None) -> tuple[Array, Array]:
        return product(last, last), last

    full, smaller = jax.lax.scan(square, series, length=squarings)
    return jnp.concatenate([full[None], smaller[::-1]])


def _series(identity: Array, scaled: Array) -> Array:
    """Sum of M^k / k! to rounding for norms up to 1, four powers at a time (Paterson and Stockmeyer 1973)."""
    powers = [identity, scaled, product(scaled, scaled)]
    powers.append(product(powers[2], scaled))
    fourth = product(powers[2], powers[2])
    parts = [sum(powers[k] / math.factorial(first + k) for k in range(4)) for first in range(0, terms_needed(1.0) + 1, 4)]
    total = parts.pop()
    while parts:
        total = parts.pop() + product(fourth, total)
    return total


def advance(matrix: Array, halves: Array, whole: Array, duration: Array, amounts: Array) -> Array:
    """expm(A t) x for any 0 <= t < 2 `whole`, by the binary digits of t / whole and a series for the rest.

    halves: `halvings(matrix, whole, ...)`. amounts (n, ..., people), duration (..., people).
    """

    def digit(carry: tuple[Array, Array], level: tuple[Array, Array]) -> tuple[tuple[Array, Array], None]:
        x, left = carry
        step, length = level
        taken = left >= length
        return (jnp.where(taken, apply(step, x), x), jnp.where(taken, left - length, left)), None

    lengths = jnp.stack([whole / 2**k for k in range(halves.shape[0])])
    (x, left), _ = jax.lax.scan(digit, (amounts, duration), (halves, lengths))
    shifted, q, _ = _shifted(matrix)

    def term(k: Array, carry: tuple[Array, Array]) -> tuple[Array, Array]:
        last = apply(shifted, carry[0]) * (left / (k + 1))
        return last, carry[1] + last

    return jax.lax.fori_loop(0, terms_needed(1.0), term, (x, x))[1] * jnp.exp(-q * left)


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
