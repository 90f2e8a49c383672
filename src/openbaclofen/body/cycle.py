"""Doses repeated every cycle go in; amounts at its start, and over it, once they repeat themselves, come out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from openbaclofen.body.course import Task, run
from openbaclofen.body.graph import Graph, Rates
from openbaclofen.body.schedule import Doses
from openbaclofen.errors import InputError


def settled(graph: Graph, rates: Rates, doses: Doses, cycle_h: float) -> dict[str, np.ndarray]:
    """Amounts in mg, (people,), before any dose of the cycle, for what a dose passes on its way to plasma and back.

    Solves (I - expm(A cycle)) x = what the doses of one cycle leave at its end. Errors: InputError for doses outside the cycle.
    """
    return settled_each(graph, rates, [doses], cycle_h)[0]


def settled_each(graph: Graph, rates: Rates, cycles: Sequence[Doses], cycle_h: float) -> list[dict[str, np.ndarray]]:
    """The same for several cycles of doses into one place, of the same length. Errors: as `settled`."""
    for at, mg in (doses.rows() for doses in cycles):
        if ((at < 0) | (at >= cycle_h))[mg > 0].any():
            raise InputError(f"doses of a cycle lie between 0 and {cycle_h:g} h", "doses")
    names = graph.part(("central", cycles[0].into)).compartments
    end = {name: (name, 1.0) for name in names}

    def after(doses: Doses, initial: dict[str, float]) -> np.ndarray:
        """(people, compartments) a cycle later."""
        given = {name: np.full(len(next(iter(rates.values()))), mg) for name, mg in initial.items()}
        return np.stack([a[:, 1] for a in run(Task(graph, end, [rates], initial_mg=given), doses, times).values()], axis=-1)

    times, none = np.array([0.0, cycle_h]), Doses(np.zeros(0), np.zeros(0), cycles[0].into)
    kept = np.stack([after(none, {name: 1.0}) for name in names], axis=-1)
    entered = np.stack([after(doses, {}) for doses in cycles], axis=-1)
    found = np.linalg.solve(np.eye(len(names)) - kept, entered)
    return [{name: found[:, i, c] for i, name in enumerate(names)} for c in range(len(cycles))]
