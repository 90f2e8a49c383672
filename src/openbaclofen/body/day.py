"""Many candidate regimens at clock times go in; what the same people show on a day of each, once settled, comes out.

Amounts are linear in dose: the settled day of a regimen is the sum of its doses' settled days, computed once for each person.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from openbaclofen.body.chunks import columns_of, over_chunks, padded, size
from openbaclofen.body.engine import Observe, prepare, squarings_for
from openbaclofen.body.graph import Graph, Rates
from openbaclofen.body.propagate import advance, apply, propagator, steady_amounts
from openbaclofen.errors import InputError

SUMMARIES = ("mean", "highest", "lowest")


def settled_days(
    graph: Graph,
    wanted: tuple[str, ...],
    into: str,
    observe: Observe,
    people: Any,
    rates: Rates,
    at_h: np.ndarray,
    mg: np.ndarray,
    cycle_h: float,
    points: int,
) -> dict[tuple[str, str], np.ndarray]:
    """(quantity, summary) to (candidates, people), over `points` even times of a cycle.

    observe is that of `chunks.Task`, called once for a whole cycle, with None in place of what it carries: the cycle has always
    been repeated. hours: the step, each time.
    at_h (clock times,), mg (candidates, clock times): candidate c takes mg[c, j] at at_h[j] of every cycle.
    Errors: InputError for clock times outside the cycle or shapes that do not fit.
    """
    prepare()
    at, doses = np.asarray(at_h, dtype=float), np.asarray(mg, dtype=float)
    if doses.ndim != 2 or at.shape != doses.shape[1:] or (at < 0).any() or (at >= cycle_h).any():
        raise InputError(f"candidates need one amount for each clock time between 0 and {cycle_h:g} h", "candidates")
    number, count = len(jax.tree.leaves(people)[0]), len(doses)
    part = graph.part((*wanted, into))
    squarings = squarings_for(cycle_h, [rates])
    table = padded(padded(doses, 0, size(count)), 1, size(len(at)))
    clock = padded(at, 0, size(len(at)))

    def simulate(columns: slice, width: int) -> dict[str, Array]:
        own = jax.tree.map(lambda a: columns_of(a, columns, width), (people, dict(rates)))
        return _days(part, wanted, into, observe, squarings, points, *own, clock, table, np.float64(cycle_h))

    key = (part, wanted, into, observe, squarings, points, table.shape)
    found = over_chunks(simulate, number, slice(0, count), key)
    return {(name.rpartition(" ")[0], name.rpartition(" ")[2]): value.T for name, value in found.items()}


@partial(jax.jit, static_argnames=("graph", "wanted", "into", "observe", "squarings", "points"))
def _days(
    graph: Graph,
    wanted: tuple[str, ...],
    into: str,
    observe: Observe,
    squarings: int,
    points: int,
    people: Any,
    rates: Rates,
    at_h: Array,
    mg: Array,
    cycle_h: Array,
) -> dict[str, Array]:
    """'quantity summary' to (candidates, people)."""
    unit_days = _unit_days(graph, wanted, into, squarings, points, rates, at_h, cycle_h)
    hours = jnp.full(points, cycle_h / points)

    def candidate(amounts_mg: Array) -> dict[str, Array]:
        total = unit_days[0] * amounts_mg[0]
        for clock in range(1, len(unit_days)):
            total = total + unit_days[clock] * amounts_mg[clock]
        seen, _ = observe(people, total, None, hours)
        reduced = {name: (value.mean(0), value.max(0), value.min(0)) for name, value in seen.items()}
        return {f"{name} {how}": v for name, values in reduced.items() for how, v in zip(SUMMARIES, values, strict=True)}

    return jax.lax.map(candidate, mg)


def _unit_days(
    graph: Graph, wanted: tuple[str, ...], into: str, squarings: int, points: int, rates: Rates, at_h: Array, cycle_h: Array
) -> Array:
    """Amounts on a settled day of 1 mg at each clock time, (clock times, wanted, points, people)."""
    matrix, step = graph.matrix(rates), cycle_h / points
    dose = jnp.zeros_like(matrix[:, :1]).at[graph.index(into)].set(1.0)
    after_dose = steady_amounts(propagator(matrix, cycle_h, squarings), dose)[:, 0]  # x = expm(A cycle) x + dose, just after it
    first = jnp.ceil(at_h / step)
    start = advance(matrix, after_dose, cycle_h, (first * step - at_h)[:, None], squarings, graph.stairs).transpose(1, 0, 2)
    forward = propagator(matrix, step, squarings)
    rows = jnp.array([graph.index(name) for name in wanted])
    later = jax.lax.scan(lambda x, _: (apply(forward, x), x[rows]), start, length=points)[1]  # (points, wanted, clocks, people)
    since = (jnp.arange(points)[:, None] - first.astype(int)) % points
    return jnp.stack([later[since[:, clock], :, clock] for clock in range(len(at_h))]).transpose(0, 2, 1, 3)
