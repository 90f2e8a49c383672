"""Concentrations of R-baclofen at one site of the nervous system go in; receptor number and opponent drive over time come out.

Two slow states, each linear once its drive is known. Receptor number answers occupancy; the opponent drive answers the effect
of the drug, which depends on number but not on the opponent: so nothing is iterated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

Numbers = Array | np.ndarray
_UNROLLED = 2 * 4
Effect = Callable[[Array, Array], Array]  # (umol/L of R-baclofen, receptor number) to a share from 0 to 1


class Adaptation(NamedTuple):
    """One value for each person, shape (people,)."""

    affinity: Numbers  # umol/L of R-baclofen that occupies half of the receptors
    recovery_rate: Numbers  # 1/h, of receptor number towards that without drug
    loss_rate: Numbers  # 1/h, of occupied receptors
    opponent_rate: Numbers  # 1/h, of the opponent drive towards the effect


class Adapted(NamedTuple):
    """A site at one time (people,) or at many (times, people). The two drives are kept so that the next step can use them."""

    number: Array  # receptors, as a share of those without drug
    opponent: Array  # opponent drive, within the range of the effects that drove it
    occupancy: Array  # share of the receptors that are there
    effect: Array  # share of the function that the drug takes away, at this number, without the opponent


def untouched(people: int) -> Adapted:
    """A site that has not met the drug."""
    none = jnp.zeros(people, dtype=float)
    return Adapted(none + 1, none, none, none)


def occupancy(adaptation: Adaptation, umol_per_l: Array) -> Array:
    """C / (C + K), share of receptors that R-baclofen occupies."""
    return umol_per_l / (umol_per_l + adaptation.affinity)


def number_over(adaptation: Adaptation, before: Adapted | None, occupied: Array, hours: Numbers) -> Array:
    """Receptor number at each of several times, (times, people): dN/dt = k_rec (1 - N) - k_loss occ N.

    Solved over every step for its drive held at the mean of the two ends: second order in the step, and 0 < N <= 1 at any
    step. before: the site before the first time, None for a cycle that has been repeated for ever. hours (times,): since the
    time before, the first since `before`, or since the last time of the cycle; 0 leaves the state as it is.
    """
    since = _beside(hours, occupied)
    recovering = since * adaptation.recovery_rate
    leaving = recovering + since * adaptation.loss_rate * _between(before and before.occupancy, occupied)
    aim = recovering / jnp.where(leaving > 0, leaving, 1.0)
    return _followed(before and before.number, _kept(leaving), aim)


def opponent_over(adaptation: Adaptation, before: Adapted | None, felt: Array, hours: Numbers) -> Array:
    """The opponent drive at each of several times, (times, people): dM/dt = k_M (E - M), within the range of E; see above."""
    kept = _kept(_beside(hours, felt) * adaptation.opponent_rate)
    return _followed(before and before.opponent, jnp.broadcast_to(kept, felt.shape), _between(before and before.effect, felt))


def over(adaptation: Adaptation, before: Adapted | None, umol_per_l: Array, effect: Effect, hours: Numbers) -> Adapted:
    """The site at each of several times, (times, people), for concentrations umol_per_l (times, people); see `number_over`.

    The last of them is the `before` of the next call.
    """
    occupied = occupancy(adaptation, umol_per_l)
    number = number_over(adaptation, before, occupied, hours)
    felt = effect(umol_per_l, number)
    return Adapted(number, opponent_over(adaptation, before, felt, hours), occupied, felt)


def _beside(hours: Numbers, values: Array) -> Array:
    """hours (times,) shaped to stand beside values (times, ...)."""
    return jnp.asarray(hours, dtype=float).reshape(-1, *(1,) * (values.ndim - 1))


def _between(first: Numbers | None, values: Array) -> Array:
    """Mean of each value with the one before it; before the first, `first`, or the last where it comes round again."""
    before = values[-1] if first is None else first
    return 0.5 * (values + jnp.concatenate([before[None], values[:-1]]))


def _followed(start: Numbers | None, kept: Array, aim: Array) -> Array:
    """x_i = aim_i + (x_{i-1} - aim_i) kept_i from x_{-1} = start, (times, people).

    start None: that of a cycle. Once around, x becomes A x + B, so x = B / (1 - A), with A all that is kept.
    """
    if start is None:
        start = _followed(jnp.zeros_like(kept[0]), kept, aim)[-1] / (1 - jnp.prod(kept, axis=0))

    def step(x: Array, given: tuple[Array, Array]) -> tuple[Array, Array]:
        later = given[1] + (x - given[1]) * given[0]
        return later, later

    return jax.lax.scan(step, jnp.asarray(start), (kept, aim), unroll=_UNROLLED)[1]


def _kept(exponent: Numbers) -> Array:
    """exp(-x) for x >= 0 as 1 / (fourth-order series of x / 4)^4: falls from 1 to 0, within 2e-6 up to x = 0.5."""
    y = exponent / 4
    root = 1 + y * (1 + y / 2 * (1 + y / 3 * (1 + y / 4)))
    return jnp.asarray(1 / (root * root) ** 2)
