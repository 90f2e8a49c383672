"""People with doses of their own, at any times, go in; what was observed of each at each asked time comes out.

Amounts are made by `kernel` for a chunk of people and observed while they are in the cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from openbaclofen.body.chunks import WIDTH, columns_of, each_chunk, padded, slice_of
from openbaclofen.body.engine import observed
from openbaclofen.body.kernel import Given, Intervals, amounts
from openbaclofen.body.schedule import BLOCK, SHORT_H, Doses, Grid, grid_of

if TYPE_CHECKING:
    from openbaclofen.body.chunks import Task

_BLOCKS_AT_ONCE = 2 * 4
_SMALLEST, _LARGE, _APART = 2 * 3, 2 * 4, 4  # compartments: smaller graphs use the program of 6, large ones one of 8, 12, ...


def run_each(task: Task, doses: Doses, times_h: np.ndarray) -> tuple[dict[str, np.ndarray], Any]:
    """As `chunks.run_on`, for doses (people, doses). Errors: InputError where times do not rise, or doses are nonsense."""
    grid = grid_of(times_h, doses.first(), task.changes, min(task.longest_h, SHORT_H))
    leaves, tree = jax.tree.flatten(task.carried)
    seen = np.arange(len(grid.kind)) if leaves else grid.outputs
    wanted = grid.outputs if leaves else np.arange(len(seen))
    hours = np.diff(grid.at_h[seen], prepend=grid.at_h[seen[0]])
    people, table = len(jax.tree.leaves(task.people)[0]), doses.rows()
    found: dict[str, np.ndarray] = {}
    after = [np.empty(people) for _ in leaves]

    def one(columns: slice) -> None:
        mg = _amounts(task, doses.into, grid, seen, [a if len(a) == 1 else a[columns] for a in table], columns)
        own, carried = jax.tree.map(lambda a: columns_of(a, columns, WIDTH), (task.people, task.carried))
        if leaves:
            own, carried = jax.device_put((own, carried))
        for rows in _stretches(mg.shape[1]):
            since = padded(hours[rows], 0, rows.stop - rows.start)
            follow: Any = partial(observed, task.observe) if leaves else task.observe  # what needs no scan needs no compiler
            values, carried = follow(own, mg[:, rows], carried, since)
            some = slice(*np.searchsorted(wanted, [rows.start, rows.stop]))
            places = slice_of(wanted[some] - rows.start)
            for name, value in values.items():
                if name not in found:
                    found.setdefault(name, np.empty((len(wanted), people)))
                found[name][some, columns] = np.asarray(value)[places, : columns.stop - columns.start]
        for to, leaf in zip(after, jax.tree.leaves(carried), strict=True):
            to[columns] = np.asarray(leaf)[: columns.stop - columns.start]

    each_chunk(one, people, (task.observe, tree, task.wanted, task.graph, len(seen) < BLOCK * _BLOCKS_AT_ONCE))
    return {name: value.T for name, value in found.items()}, jax.tree.unflatten(tree, after)


def _amounts(task: Task, into: str, grid: Grid, seen: np.ndarray, doses: list[np.ndarray], columns: slice) -> np.ndarray:
    """mg (wanted, outputs, WIDTH) of some people at places of the grid; the last output and person fill it up."""
    graph, people, (at_h, mg) = task.graph.part((*task.wanted, into)), columns.stop - columns.start, doses
    n = len(graph.compartments)
    whole = max(n, _SMALLEST) if n < _LARGE else -(-n // _APART) * _APART
    matrix, initial = np.zeros((len(task.rates), whole, whole, people)), np.zeros((whole, people))
    for number, rates in enumerate(task.rates):
        matrix[number, :n, :n] = graph.table({name: np.asarray(rate)[columns] for name, rate in rates.items()})
    for name in set(task.initial_mg) & set(graph.compartments):
        initial[graph.index(name)] = np.asarray(task.initial_mg[name])[columns]
    place = np.full(len(grid.kind), -1)
    place[seen] = np.arange(len(seen))
    rows = np.array([graph.index(name) for name in task.wanted])
    found = np.empty((len(rows), -(-len(seen) // BLOCK) * BLOCK, WIDTH))
    time, given = Intervals(grid.at_h, grid.kind, grid.length_h, grid.physiology), Given(at_h, mg, graph.index(into))
    amounts((1,) * whole, matrix, time, given, initial, rows, place, found)
    found[:, :, people:] = found[:, :, people - 1 : people]
    found[:, len(seen) :] = found[:, len(seen) - 1 : len(seen)]
    return found


def _stretches(outputs: int) -> Iterator[slice]:
    """Many blocks at a time as long as there are many, then one at a time: so there are two programs."""
    start = 0
    while start < outputs:
        stop = start + BLOCK * (_BLOCKS_AT_ONCE if outputs - start >= BLOCK * _BLOCKS_AT_ONCE else 1)
        yield slice(start, stop)
        start = stop
