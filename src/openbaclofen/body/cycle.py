"""Doses repeated every cycle go in; the amounts at the start of a cycle, once they repeat themselves, come out."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from openbaclofen.body.chunks import columns_of, over_chunks
from openbaclofen.body.engine import prepare, squarings_for
from openbaclofen.body.graph import Graph, Rates
from openbaclofen.body.propagate import advance, propagator, steady_amounts
from openbaclofen.body.schedule import Doses
from openbaclofen.errors import InputError


def settled(graph: Graph, rates: Rates, doses: Doses, cycle_h: float) -> dict[str, np.ndarray]:
    """Amounts in mg, (people,), before any dose of the cycle, for what a dose passes on its way to plasma and back.

    Solves (I - expm(A cycle)) x = what the doses of one cycle leave at its end. Errors: InputError for doses outside the cycle.
    """
    prepare()
    part = graph.part(("central", doses.into))
    at, mg = (table.T for table in doses.rows())
    if (at < 0).any() or (at >= cycle_h).any():
        raise InputError(f"doses of a cycle lie between 0 and {cycle_h:g} h", "doses")
    squarings = squarings_for(cycle_h, [rates])

    def solve(columns: slice, width: int) -> dict[str, Array]:
        tables = [a if a.shape[-1] == 1 else columns_of(a, columns, width) for a in (at, mg)]
        own = {name: columns_of(rate, columns, width) for name, rate in rates.items()}
        return _solve(part, doses.into, squarings, own, *tables, np.float64(cycle_h))

    people = len(next(iter(rates.values())))
    found = over_chunks(solve, people, slice(None), (part, doses.into, squarings, at.shape, mg.shape))
    return {name: value[:, 0] for name, value in found.items()}


@partial(jax.jit, static_argnames=("graph", "into", "squarings"))
def _solve(graph: Graph, into: str, squarings: int, rates: Rates, at_h: Array, mg: Array, cycle_h: Array) -> dict[str, Array]:
    matrix = graph.matrix(rates)
    dose = jnp.zeros_like(matrix[0]).at[graph.index(into)].set(1.0)
    left = advance(matrix, dose, cycle_h, cycle_h - at_h, squarings, graph.stairs)
    inflow = (left * mg[:, None]).sum(0)
    return dict(zip(graph.compartments, steady_amounts(propagator(matrix, cycle_h, squarings), inflow[:, None]), strict=True))
