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
    names, people = graph.part(("central", cycles[0].into)).compartments, len(next(iter(rates.values())))
    wanted, times = {name: (name, 1.0) for name in names}, np.array([0.0, cycle_h])
    one = np.repeat(np.eye(len(names)), people, axis=1)  # of the first compartment to everybody, then of the second, ...
    task = Task(graph, wanted, [tiled(rates, len(names))], initial_mg=dict(zip(names, one, strict=True)))
    kept = _apart(run(task, Doses(np.zeros(0), np.zeros(0), cycles[0].into), times), people)
    entered = _apart(run(Task(graph, wanted, [tiled(rates, len(cycles))]), in_turn(cycles, people), times), people)
    found = np.linalg.solve(np.eye(len(names)) - kept, entered)
    return [{name: found[:, i, c] for i, name in enumerate(names)} for c in range(len(cycles))]


def tiled(rates: Rates, number: int) -> Rates:
    """The same people again and again."""
    return {name: np.tile(np.asarray(rate), number) for name, rate in rates.items()}


def in_turn(cycles: Sequence[Doses], people: int) -> Doses:
    """The first doses for everybody, then the second, ...: for people who are `tiled`. All enter at one place."""
    most = max(np.size(doses.mg) for doses in cycles)
    tables = [[np.broadcast_to(a, (people, a.shape[-1])) for a in doses.rows()] for doses in cycles]
    at, mg = (np.concatenate([np.pad(each[i], [(0, 0), (0, most - each[i].shape[1])]) for each in tables]) for i in range(2))
    return Doses(at, mg, cycles[0].into)


def _apart(seen: dict[str, np.ndarray], people: int) -> np.ndarray:
    """Amounts at the last time, (people, compartments, turns)."""
    return np.stack([amount[:, -1].reshape(-1, people).T for amount in seen.values()], axis=1)
