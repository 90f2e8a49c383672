"""Tables of a schedule, people's rates and a function to observe amounts with go in; what was observed over time comes out.

For doses of everyone; `kernel` is for doses of each. One flat scan over time with people as the vector axis. No result of a
person depends on another person.
"""

from __future__ import annotations

import os
import platform
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from platformdirs import user_cache_path

from openbaclofen.body.graph import Graph, Rates
from openbaclofen.body.propagate import advance, apply, apply_stairs, power, product, propagator, squarings_needed, total
from openbaclofen.body.schedule import BLOCK

_USUAL_RATE = 100.0  # 1/h; faster rates than this take another program
_TABLE_AT_MOST = 100  # propagators kept at once; with more kinds of interval each is made when it is used
_BRANCHES_AT_MOST = 10  # kinds of interval that are compiled apart, which is faster than looking them up
Observe = Callable[[Any, Array, Any, Array], tuple[dict[str, Array], Any]]
Stepped = tuple[list[Array], Any]  # amounts by row ranges, and what is carried


@dataclass(frozen=True)
class Program:
    """What is compiled; `observe` must be hashable and is described by `chunks.Task`."""

    graph: Graph
    wanted: tuple[str, ...]
    observe: Observe
    into: str
    squarings: int
    between: bool = True  # some doses are taken between outputs


@lru_cache(maxsize=1)
def prepare() -> None:
    """64-bit numbers, and compiled programs, also those of numba, kept between processes in `cache_folder`. Idempotent, cheap.

    A cache folder that jax or numba already has is left alone; where none can be made, each process compiles programs anew.
    """
    jax.config.update("jax_enable_x64", True)
    folder = cache_folder()
    if folder is None:
        return
    os.environ.setdefault("NUMBA_CACHE_DIR", str(folder))  # read when numba is imported
    if getattr(jax.config, "jax_compilation_cache_dir", None) is not None:
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


@lru_cache(maxsize=1)
def cache_folder() -> Path | None:
    """Where compiled programs for this kind of processor are kept for this user; None where no folder can be made."""
    folder = user_cache_path("openbaclofen") / f"compiled-{_machine()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder


def _machine() -> str:
    """A name for this kind of processor: code compiled for one may not run on another that shares the home folder."""
    described = platform.machine() + platform.processor()
    processors = Path("/proc/cpuinfo")
    if processors.exists():
        described += next((line for line in processors.read_text().splitlines() if line.startswith(("flags", "Features"))), "")
    return f"{zlib.crc32(described.encode()):x}"


def squarings_for(longest_h: float, rates: Sequence[Rates]) -> int:
    """Squarings for the longest interval: the same for all usual people, so that nobody's numbers depend on the others."""
    fastest = max(float(sum(np.max(r) for r in each.values())) for each in rates)
    return squarings_needed(max(longest_h, 0.0) * max(fastest, _USUAL_RATE))


@partial(jax.jit, static_argnames="observe")
def observed(observe: Observe, people: Any, amounts: Array, carried: Any, hours: Array) -> tuple[dict[str, Array], Any]:
    """Name to (outputs, people), and what is carried after the last: BLOCK outputs at a time, while they are in the cache.

    amounts: (wanted, outputs, people); hours: since the output before, (outputs,); outputs a multiple of BLOCK.
    """
    wanted, outputs, width = amounts.shape
    blocks = amounts.reshape(wanted, outputs // BLOCK, BLOCK, width).swapaxes(0, 1)

    def block(carried: Any, given: tuple[Array, Array]) -> tuple[Any, dict[str, Array]]:
        seen, carried = observe(people, given[0], carried, given[1])
        return carried, seen

    carried, seen = jax.lax.scan(block, carried, (blocks, hours.reshape(-1, BLOCK)))
    return {name: value.reshape(outputs, width) for name, value in seen.items()}, carried


@partial(jax.jit, static_argnames="program")
def run_blocks(
    program: Program,
    people: Any,
    rates: Rates,
    initial: Array,
    carried: Any,
    step_h: Array,
    last: Array,
    interval: Array,
    offset_h: Array,
    mg: Array,
) -> tuple[dict[str, Array], Any]:
    """Observe at every step of a `Blocks` schedule: name to (blocks * BLOCK, people), and what was carried.

    initial: (n, people) mg.
    """
    graph = program.graph
    rows = jnp.array([graph.index(name) for name in program.wanted])
    matrix = graph.matrix(rates)
    forward = propagator(matrix, step_h, program.squarings)
    dose = jnp.zeros_like(initial).at[graph.index(program.into)].set(1.0)
    if program.between:
        left_h = (step_h - offset_h)[:, None]
        entered = advance(matrix, dose, step_h, left_h, program.squarings, graph.stairs).transpose(1, 0, 2)
    else:
        entered = jnp.broadcast_to(apply(forward, dose)[:, None], (len(dose), len(offset_h), dose.shape[1]))

    def within(carry: tuple[Array, Array], position: Array) -> tuple[tuple[Array, Array], Array]:
        dosed, row = carry
        later = apply(forward, dosed) + jnp.where((interval == position)[:, None], entered, 0.0)
        return (later, product(row, forward)), jnp.concatenate([row, dosed[rows]], axis=1)

    start = (jnp.zeros_like(entered), jnp.broadcast_to(jnp.eye(len(initial))[rows][:, :, None], (len(rows), *initial.shape)))
    (dosed_end, _), responses = jax.lax.scan(within, start, jnp.arange(BLOCK))
    seen_from = responses.transpose(2, 1, 0, 3)  # (source, wanted, BLOCK, people); sources: amounts at the start, doses
    end_from = jnp.concatenate([power(forward, BLOCK), dosed_end], axis=1)

    def block(state: tuple[Array, Array, Any], given: tuple[Array, Array]) -> tuple[tuple[Array, Array, Any], dict[str, Array]]:
        (x, held, carried), (now, number) = state, given
        sources = jnp.concatenate([x, jnp.broadcast_to(now[:, None], (len(now), x.shape[1]))])
        amounts, output = _combined(seen_from, sources), number * BLOCK + jnp.arange(BLOCK)
        if jax.tree.leaves(carried):
            amounts, held = _until(last, output, amounts, held)
        hours = jnp.where((output > 0) & (output <= last), step_h, 0.0)
        seen, carried = program.observe(people, amounts, carried, hours)
        return (apply(end_from, sources), held, carried), seen

    (_, _, carried), seen = jax.lax.scan(block, (initial, initial[rows], carried), (mg, jnp.arange(len(mg))))
    return {name: value.reshape(-1, value.shape[-1]) for name, value in seen.items()}, carried


def _until(last: Array, output: Array, amounts: Array, held: Array) -> tuple[Array, Array]:
    """Amounts (wanted, outputs, people), those after the last output replaced by those at the last, which are also returned."""
    at_last = amounts[:, jnp.clip(last - output[0], 0, len(output) - 1)]
    held = jnp.where(last >= output[0], at_last, held)
    return jnp.where((output <= last)[:, None], amounts, held[:, None]), held


def _combined(responses: Array, sources: Array) -> Array:
    """Sum over sources of response (source, wanted, times, people) times source (source, people)."""
    return total(responses[source] * sources[source] for source in range(len(sources)))


@partial(jax.jit, static_argnames="program")
def run_steps(
    program: Program,
    people: Any,
    rates: Sequence[Rates],
    initial: Array,
    carried: Any,
    kind: Array,
    hours: Array,
    length_h: Array,
    physiology: Array,
    dose_mg: Array,
    left_h: Array,
    dose_physiology: Array,
    slot: Array,
) -> tuple[dict[str, Array], Any]:
    """Observe at the start of every interval of a `Steps` schedule: name to (intervals, people), and what was carried.

    initial: (n, people) mg. hours: since the start before, 0 for the first and after the last.
    """
    graph, stairs = program.graph, program.graph.stairs
    matrices = jnp.stack([graph.matrix(each) for each in rates])
    over = _propagators(program, matrices, length_h, physiology)
    entered = _entered(program, matrices, jnp.max(length_h), dose_mg, left_h, dose_physiology)

    carrying = bool(jax.tree.leaves(carried))

    def step(state: Stepped, given: tuple[Array, Array, Array, Array]) -> tuple[Stepped, dict[str, Array]]:
        (x, carried), (which, ending, since, until) = state, given
        wanted = jnp.stack([_row(x, stairs, graph.index(name)) for name in program.wanted])
        seen, carried = program.observe(people, wanted[:, None], carried, since[None])
        doses = [total(part[s] for s in ending) for part in entered]
        later = [moved + added for moved, added in zip(over(which, x), doses, strict=True)]
        if carrying:
            later = [jnp.where(until > 0, new, old) for new, old in zip(later, x, strict=True)]
        return (later, carried), {name: value[0] for name, value in seen.items()}

    start = ([initial[a:b] for a, b in stairs], carried)
    (_, carried), seen = jax.lax.scan(step, start, (kind, slot, hours, jnp.append(hours[1:], 0.0)))
    return seen, carried


def _row(parts: Sequence[Array], stairs: Sequence[tuple[int, int]], index: int) -> Array:
    return next(part[index - start] for part, (start, end) in zip(parts, stairs, strict=True) if start <= index < end)


def _propagators(
    program: Program, matrices: Array, length_h: Array, physiology: Array
) -> Callable[[Array, list[Array]], list[Array]]:
    """A function from a kind of interval and the amounts at its start to the amounts at its end."""
    stairs = program.graph.stairs

    def make(which: Array) -> Array:
        return propagator(matrices[physiology[which]], length_h[which], program.squarings)

    kinds = len(length_h)
    if kinds > _TABLE_AT_MOST:
        return lambda which, x: apply_stairs(make(which), x, stairs)
    table = jax.lax.map(make, jnp.arange(kinds))
    if kinds > _BRANCHES_AT_MOST:
        return lambda which, x: apply_stairs(table[which], x, stairs)
    branches = [partial(apply_stairs, table[k], stairs=stairs) for k in range(kinds)]
    return lambda which, x: branches[0](x) if kinds == 1 else jax.lax.switch(which, branches, x)


def _entered(program: Program, matrices: Array, longest: Array, mg: Array, left_h: Array, physiology: Array) -> list[Array]:
    """Amounts at the end of its interval from each dose, by row ranges (doses + 1, rows, people); the last dose is none."""
    graph = program.graph
    _, n, _, people = matrices.shape
    dose = jnp.zeros((n, people)).at[graph.index(program.into)].set(1.0)
    entered = jnp.zeros((len(mg), n, people))
    for which, matrix in enumerate(matrices):
        amount = jnp.where(physiology == which, mg, 0.0)[:, None, None]
        if len(mg):
            entered = entered + amount * advance(matrix, dose, longest, left_h[:, None], program.squarings, graph.stairs)
    entered = jnp.concatenate([entered, jnp.zeros((1, n, people))])
    return [entered[:, a:b] for a, b in graph.stairs]
