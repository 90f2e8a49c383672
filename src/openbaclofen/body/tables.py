"""Rates of a person and kinds of interval go in; propagators and what is seen of them come out, for compiled code.

Tables of a kind are made when they are first needed, and kept until another kind needs their place.
"""

from __future__ import annotations

import threading
from typing import NamedTuple

import numpy as np

from openbaclofen.body.eight import EIGHT, above, load, store
from openbaclofen.body.exponential import Each, compiled, exponential, product
from openbaclofen.body.series import terms_needed

KINDS_HELD = 4**2  # kinds of interval whose tables are kept at once
CELLS = 4  # of an interval, for doses; `_powers` squares twice to get from one to the other
LONGEST = 2 * 4  # q times a cell for the series of a dose
MOST_TERMS = -(-terms_needed(LONGEST) // 4) * 4  # of it
MOST_POWERS = EIGHT + 1  # of a propagator, from the one that changes nothing on
NOTHING = 1e-280  # mg; less is none, since a processor is slow with numbers next to the smallest


class Flows(NamedTuple):
    """From source[f] to target[f] (-1: to nowhere that is followed) at rate[physiology, f, person], 1/h; see `graph.Flow`."""

    source: np.ndarray
    target: np.ndarray
    moves: np.ndarray
    rate: np.ndarray


class Intervals(NamedTuple):
    """Interval t, from at_h[t], is of kind[t] and lasts length_h[kind] in physiology[kind]; the last has no end.

    first, size (blocks,): intervals of each block, the last interval left out; most (kinds,): of the longest block.
    place (intervals,): where the start of each is put out, -1 not; together (blocks,): where a whole block is, -1 not.
    """

    at_h: np.ndarray
    kind: np.ndarray
    length_h: np.ndarray
    physiology: np.ndarray
    first: np.ndarray
    size: np.ndarray
    most: np.ndarray
    place: np.ndarray
    together: np.ndarray


class Tables(NamedTuple):
    """What is kept of each kind of interval, by slot.

    held, series_held: the kind, plus one. powers: 1, E, E^2, ... cell: expm(A h / 4). seen: rows of E^k, k side by
    side, zeros ahead. series: of a dose, so many terms, from the start of each cell; see `entering`.
    """

    held: np.ndarray
    powers: np.ndarray
    cell: np.ndarray
    seen: np.ndarray
    series_held: np.ndarray
    series: np.ndarray
    terms: np.ndarray
    rate: np.ndarray  # of the person, q by physiology
    shifted: np.ndarray  # A + qI
    state: np.ndarray  # amounts at the start of the block and at its end, which change places
    interval: np.ndarray  # of each dose, and behind them the last,
    tau: np.ndarray  # the time from it to its end,
    entered: np.ndarray  # and what is left then,
    factor: np.ndarray  # times this
    now: np.ndarray
    work: np.ndarray


_own = threading.local()


def tables(each: Each, rows: int, physiologies: int, doses: int) -> Tables:
    """Room to work in, for one call at a time of this thread."""
    wanted = (each, rows, physiologies, doses)
    if getattr(_own, "wanted", None) != wanted:
        _own.wanted, _own.tables = wanted, _made(*wanted)
    return _own.tables


def _made(each: Each, rows: int, physiologies: int, doses: int) -> Tables:
    n, size, kinds = len(each[0]), len(each[0]) ** 2, KINDS_HELD
    return Tables(
        held=_room(kinds).view(np.int64),
        powers=_room(kinds * MOST_POWERS * size),
        cell=_room(kinds * size),
        seen=_room(kinds * rows * n * 2 * EIGHT),
        series_held=_room(kinds).view(np.int64),
        series=_room(kinds * CELLS * MOST_TERMS * n),
        terms=_room(kinds).view(np.int64),
        rate=_room(physiologies),
        shifted=_room(physiologies * size).reshape(physiologies, size),
        state=_room(2 * n),
        interval=_room(doses + 1).view(np.int64),
        tau=_room(doses),
        entered=_room(doses * n),
        factor=_room(doses),
        now=_room(EIGHT),
        work=_room(2 * 4 * size),
    )


def _room(numbers: int) -> np.ndarray:
    """Zeros that share no line of a cache with what another thread writes, and that eight at a time are within one."""
    found = np.zeros(numbers + 2 * EIGHT)
    first = -found.ctypes.data // found.itemsize % EIGHT
    return found[first : first + numbers]


@compiled
def shift(each: Each, flows: Flows, physiology: int, person: int, found: np.ndarray) -> float:
    """Fill found with A + qI, transposed, and return q = max(-A_ii)."""
    n, q = len(each[0]), 0.0
    found[:] = 0.0
    for f in range(len(flows.source)):
        source, target, rate = flows.source[f], flows.target[f], flows.rate[physiology, f, person]
        if flows.moves[f]:
            found[source * n + source] -= rate
        if target >= 0:
            found[source * n + target] += rate
    for i in range(n):
        q = max(q, -found[i * n + i])
    for i in range(n):
        found[i * n + i] += q
    return q


@compiled
def held(each: Each, time: Intervals, kind: int, rows: np.ndarray, kept: Tables) -> int:
    """The slot of the tables of a kind of interval, which are made if they are not there."""
    slot, p = kind % KINDS_HELD, time.physiology[kind]
    if kept.held[slot] != kind + 1:
        _powers(each, kept.shifted[p], kept.rate[p], time.length_h[kind], time.most[kind], slot, rows, kept)
        kept.held[slot] = kind + 1
    return slot


@compiled
def _powers(
    each: Each, shifted: np.ndarray, q: float, hours: float, most: int, slot: int, rows: np.ndarray, kept: Tables
) -> None:
    """The powers of expm(A h) up to the longest block of this kind, and what is seen of them."""
    n = len(each[0])
    first = (slot * MOST_POWERS + 1) * n * n
    exponential(each, shifted, q, hours / CELLS, kept.work, n * n)
    for i in range(n * n):
        kept.cell[slot * n * n + i] = kept.work[n * n + i]
    product(each, kept.work, n * n, kept.work, n * n, kept.work, 0)
    product(each, kept.work, 0, kept.work, 0, kept.work, n * n)
    for i in range(n):
        kept.powers[first - n * n + i * (n + 1)] = 1.0
    for k in range(most):
        if k:
            product(each, kept.powers, first + (k - 1) * n * n, kept.powers, first, kept.work, n * n)
        for i in range(0, n * n, EIGHT):
            store(kept.powers, first + k * n * n + i, above(load(kept.work, n * n + i), NOTHING))
    for r in range(len(rows)):
        for j in range(n):
            to = ((slot * len(rows) + r) * n + j) * 2 * EIGHT + EIGHT
            kept.seen[to] = 1.0 if rows[r] == j else 0.0
            for k in range(1, most):
                kept.seen[to + k] = kept.powers[first + (k - 1) * n * n + j * n + rows[r]]
