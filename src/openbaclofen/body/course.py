"""People's rates and doses go in; what is wanted of their amounts at each asked time comes out.

The equations are solved in `kernel`, person by person. People are spread over threads; nobody's numbers depend on the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from openbaclofen.body.chunks import in_threads
from openbaclofen.body.graph import Graph, Numbers, Rates
from openbaclofen.body.schedule import Changes, Doses, Grid, grid_of
from openbaclofen.compilers import prepare
from openbaclofen.errors import InputError

WIDTH = 4**3  # people that a thread takes at a time
_AT_REST: Changes = ((-np.inf, 0),)


@dataclass(frozen=True)
class Task:
    """What to simulate. wanted: name to a compartment, and what one mg in it is read as (people,). rates: by physiology.

    changes: (from hour, physiology), the first from -inf.
    initial_mg: by compartment, (people,), at the first output time; with it no dose may be earlier. What is not named is empty.
    """

    graph: Graph
    wanted: Mapping[str, tuple[str, Numbers | float]]
    rates: Sequence[Rates]
    changes: Changes = _AT_REST
    initial_mg: Mapping[str, Numbers] = field(default_factory=dict)

    @property
    def people(self) -> int:
        """How many."""
        return len(np.asarray(next(iter(self.rates[0].values()))))


def run(task: Task, doses: Doses, times_h: np.ndarray) -> dict[str, np.ndarray]:
    """Each wanted quantity at each time, name to (people, times).

    Errors: InputError where times do not rise, doses are nonsense, or come before known amounts.
    """
    grid, fill = prepared(task, doses, times_h)
    found = np.empty((len(task.wanted), task.people, len(grid.outputs)))
    in_threads(lambda some: fill(some.start, found[:, some]), task.people, WIDTH)
    return dict(zip(task.wanted, found, strict=True))


Fill = Callable[[int, np.ndarray], None]


def prepared(task: Task, doses: Doses, times_h: np.ndarray, *, every: bool = False) -> tuple[Grid, Fill]:
    """The grid on which people are followed, from their first dose on, and a function that fills (wanted, people, outputs).

    It does so for the people from a number on; any thread may call it. every: at every time of the grid. Errors: as of `run`.
    """
    prepare()
    from openbaclofen.body import exponential, kernel, tables  # their compiler takes long to import

    (at, mg), graph = doses.in_order(), task.graph.part((*(name for name, _ in task.wanted.values()), doses.into))
    first = float(at[:, :1].min(initial=np.inf))
    if task.initial_mg and first < np.min(times_h, initial=np.inf):
        raise InputError("a start from known amounts cannot have doses before the first time", "doses")
    grid, each = grid_of(times_h, first, task.changes), exponential.each_of(len(graph.compartments))
    initial = np.zeros((task.people, len(each[0])))
    for name in set(task.initial_mg) & set(graph.compartments):
        initial[:, graph.index(name)] = task.initial_mg[name]
    wanted = kernel.Wanted(
        np.array([graph.index(name) for name, _ in task.wanted.values()]),
        np.array([np.broadcast_to(np.asarray(each, dtype=float), task.people) for _, each in task.wanted.values()]),
    )
    flows, time = _flows(graph, task.rates), _intervals(grid, np.arange(len(grid.at_h)) if every else grid.outputs)
    given = kernel.Given(np.ascontiguousarray(at), np.ascontiguousarray(mg), graph.index(doses.into))

    def fill(first: int, out: np.ndarray) -> None:
        room = tables.tables(each, len(wanted.rows), len(task.rates), at.shape[1])
        kernel.amounts(each, flows, time, given, initial, wanted, room, first, out)

    return grid, fill


def _flows(graph: Graph, rates: Sequence[Rates]):
    from openbaclofen.body.tables import Flows

    return Flows(
        np.array([graph.index(flow.source) for flow in graph.flows]),
        np.array([graph.index(flow.target) if flow.target in graph.compartments else -1 for flow in graph.flows]),
        np.array([flow.moves for flow in graph.flows]),
        np.array([[np.asarray(own[flow.rate], dtype=float) for flow in graph.flows] for own in rates]),
    )


def _intervals(grid: Grid, outputs: np.ndarray):
    from openbaclofen.body.tables import Intervals

    place = np.full(len(grid.kind), -1)
    place[outputs] = np.arange(len(outputs))
    most = np.zeros(len(grid.length_h), dtype=int)
    np.maximum.at(most, grid.kind[grid.first], grid.count)
    start, end = place[grid.first], place[grid.first + grid.count - 1]
    together = np.where((start >= 0) & (end - start == grid.count - 1), start, -1)
    return Intervals(grid.at_h, grid.kind, grid.length_h, grid.physiology, grid.first, grid.count, most, place, together)
