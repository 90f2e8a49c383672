"""People, their rates and doses go in; what was observed of each at each asked time comes out.

People are cut into chunks whose propagators stay in the cache of a core, and chunks are spread over threads. All chunks have
the same width, so that a person's numbers do not depend on who else is simulated, to the last bit. Other sizes are padded to a
few, so that different questions meet programs that are already compiled.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import jax
import numpy as np

from openbaclofen.body.engine import Observe, Program, prepare, run_blocks, run_steps, squarings_for
from openbaclofen.body.graph import Graph, Numbers, Rates
from openbaclofen.body.schedule import Blocks, Doses, Steps, plan
from openbaclofen.errors import InputError

WIDTH = 2 * 3 * 4 * 10  # people at a time; a multiple of what a processor adds at once, and of `kernel.LANES`
_FINE = 4  # sizes of the other axes are padded by at most a quarter
_compiled: set[tuple[Any, ...]] = set()


@dataclass(frozen=True)
class Task:
    """What to simulate. people: a tree of (people,) arrays for `observe`; rates: by physiology.

    observe(people, amounts (wanted, times, people), carried, hours (times,)) -> name to (times, people), and carried. It is
    called for some output times after others; hours: since the output before, 0 for the very first. carried: a tree of
    (people,) arrays, here as before the first output, then handed from call to call: states that follow the amounts slowly.
    It also sees times nobody asked for: back to anyone's first dose (so what rests without drug must rest to the last bit,
    x + share * (target - x), lest people depend on each other), changes of physiology, and none longer apart than longest_h.
    changes: (from hour, physiology), the first from -inf.
    initial_mg: by compartment, (people,), at the first output time; with it no dose may be earlier. What is not named is empty.
    """

    graph: Graph
    wanted: tuple[str, ...]
    observe: Observe
    people: Any
    rates: Sequence[Rates]
    changes: Sequence[tuple[float, int]] = ((-np.inf, 0),)
    initial_mg: Mapping[str, np.ndarray] = field(default_factory=dict)
    carried: Any = ()
    longest_h: float = np.inf


def run(task: Task, doses: Doses, times_h: np.ndarray) -> dict[str, np.ndarray]:
    """Each observed quantity at each time, name to (people, times).

    Errors: InputError where times do not rise, or doses are not finite.
    """
    return run_on(task, doses, times_h)[0]


def run_on(task: Task, doses: Doses, times_h: np.ndarray) -> tuple[dict[str, np.ndarray], Any]:
    """As `run`, and what is carried after the last time: the `carried` of a task that goes on from there."""
    prepare()
    if task.initial_mg and doses.first() < np.min(times_h, initial=np.inf):
        raise InputError("a start from known amounts cannot have doses before the first time", "doses")
    if doses.of_each:
        from openbaclofen.body.personal import run_each  # its compiler takes long to import

        return run_each(task, doses, times_h)
    schedule = plan(times_h, doses, task.changes, task.longest_h)
    blocks = isinstance(schedule, Blocks)
    longest = schedule.step_h if blocks else float(schedule.grid.length_h.max())
    graph = task.graph.part((*task.wanted, doses.into))
    between = not blocks or bool(schedule.offset_h.any())
    program = Program(graph, task.wanted, task.observe, doses.into, squarings_for(longest, task.rates), between)
    people = len(jax.tree.leaves(task.people)[0])
    initial = np.stack([task.initial_mg.get(name, np.zeros(people)) for name in graph.compartments])
    tables = _block_tables(schedule) if blocks else _step_tables(schedule)
    outputs = slice_of(schedule.outputs if blocks else schedule.grid.outputs)
    rates = task.rates[0] if blocks else tuple(task.rates)
    leaves, tree = jax.tree.flatten(task.carried)

    def simulate(columns: slice, width: int) -> dict[Any, Numbers]:
        own = jax.tree.map(lambda a: columns_of(a, columns, width), (task.people, rates, initial, task.carried))
        seen, carried = (run_blocks if blocks else run_steps)(program, *own, **tables)
        after = {i: leaf[None] for i, leaf in enumerate(jax.tree.leaves(carried))}
        return {name: np.asarray(value)[outputs] for name, value in seen.items()} | after

    found = over_chunks(simulate, people, slice(None), (program, tree, *(np.shape(t) for t in tables.values())))
    return found, jax.tree.unflatten(tree, [found.pop(i)[:, 0] for i in range(len(leaves))])


def slice_of(outputs: np.ndarray) -> slice | np.ndarray:
    """The same places, as a slice where they are next to each other, which needs no copy."""
    together = len(outputs) > 0 and outputs[-1] - outputs[0] == len(outputs) - 1
    return slice(int(outputs[0]), int(outputs[-1]) + 1) if together else outputs


def _block_tables(schedule: Blocks) -> dict[str, Any]:
    count, places = schedule.mg.shape
    return {
        "step_h": np.float64(schedule.step_h),
        "last": np.int64(schedule.outputs[-1]),
        "interval": padded(schedule.interval, 0, size(places)),
        "offset_h": padded(schedule.offset_h, 0, size(places)),
        "mg": padded(padded(schedule.mg, 0, size(count)), 1, size(places)),
    }


def _step_tables(schedule: Steps) -> dict[str, Any]:
    """The dose after the last is 'none'."""
    grid, given = schedule.grid, len(schedule.dose_mg)
    intervals, kinds, doses = size(len(grid.kind)), size(len(grid.length_h)), size(given)
    slot = np.full((intervals, schedule.slot.shape[1]), doses, dtype=np.int32)
    slot[: len(schedule.slot)] = np.where(schedule.slot == given, doses, schedule.slot)
    return {
        "kind": padded(grid.kind, 0, intervals),
        "hours": padded(np.append(0.0, grid.length_h[grid.kind[:-1]]), 0, intervals),
        "length_h": padded(grid.length_h, 0, kinds),
        "physiology": padded(grid.physiology, 0, kinds),
        "dose_mg": padded(schedule.dose_mg, 0, doses),
        "left_h": padded(schedule.left_h, 0, doses),
        "dose_physiology": padded(schedule.dose_physiology, 0, doses),
        "slot": slot,
    }


def size(needed: int) -> int:
    """The next of a few sizes, at most a quarter larger."""
    unit = 1
    while needed > 2 * _FINE * unit:
        unit *= 2
    return -(-needed // unit) * unit


def padded(table: np.ndarray, axis: int, length: int) -> np.ndarray:
    """The table with zeros behind it."""
    added = [(0, length - n if i == axis else 0) for i, n in enumerate(table.shape)]
    return np.pad(table, added)


def columns_of(array: Numbers, columns: slice, width: int) -> np.ndarray:
    """These people's columns (the last axis), the last one repeated up to the width."""
    part = np.asarray(array)[..., columns]
    short = width - part.shape[-1]
    return np.concatenate([part, np.repeat(part[..., -1:], short, axis=-1)], axis=-1) if short else part


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="openbaclofen")


def each_chunk(one: Callable[[slice], None], people: int, key: tuple[Any, ...]) -> None:
    """Call for every chunk of people, in threads. key: what makes a program; its first call is made alone: it compiles."""
    chunks = [slice(start, min(start + WIDTH, people)) for start in range(0, people, WIDTH)]
    alone = 0 if key in _compiled and len(chunks) > 1 else 1
    for columns in chunks[:alone]:
        one(columns)
    _compiled.add(key)
    if len(chunks) > alone:
        for _ in _threads().map(one, chunks[alone:]):
            pass


def over_chunks(
    simulate: Callable[[slice, int], Mapping[Any, Numbers]], people: int, outputs: slice | np.ndarray, key: tuple[Any, ...]
) -> dict[Any, np.ndarray]:
    """Call for every chunk (columns of people, padded width) and put the chunks side by side: name to (people, outputs).

    key: see `each_chunk`.
    """
    if people <= WIDTH:
        return {name: np.asarray(v)[outputs, :people].T for name, v in simulate(slice(0, people), WIDTH).items()}
    found: dict[Any, np.ndarray] = {}

    def one(columns: slice) -> None:
        for name, value in simulate(columns, WIDTH).items():
            seen = np.asarray(value)[outputs, : columns.stop - columns.start]
            found.setdefault(name, np.empty((len(seen), people)))[:, columns] = seen

    each_chunk(one, people, key)
    return {name: value.T for name, value in found.items()}
