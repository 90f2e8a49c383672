"""A function of some people goes in; what it finds for all of them comes out, worked on in threads.

People are cut into chunks that stay in the cache of a core, of one width, so that a person's numbers do not depend on who else
is simulated, to the last bit. Other sizes are padded to a few, so that different questions meet programs that are compiled.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

import numpy as np

from openbaclofen.body.graph import Numbers

WIDTH = 2 * 3 * 4 * 10  # people at a time; a multiple of what a processor adds at once
TOGETHER = 2 * 4  # numbers on a line of the caches
_FINE = 4  # sizes of the other axes are padded by at most a quarter


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


def on_lines(*shape: int) -> np.ndarray:
    """Room for numbers that begins on a line of the caches."""
    size = math.prod(shape)
    found = np.empty(size + TOGETHER)
    first = -found.ctypes.data // found.itemsize % TOGETHER
    return found[first : first + size].reshape(shape)


def columns_of(array: Numbers, columns: slice, width: int) -> np.ndarray:
    """These people's columns (the last axis), the last one repeated up to the width."""
    part = np.asarray(array)[..., columns]
    short = width - part.shape[-1]
    return np.concatenate([part, np.repeat(part[..., -1:], short, axis=-1)], axis=-1) if short else part


def in_threads(one: Callable[[slice], None], people: int, width: int) -> None:
    """Call for some people after others, at most this many at a time."""
    some = [slice(start, min(start + width, people)) for start in range(0, people, width)]
    if len(some) > 1:
        list(_threads().map(one, some))
    elif some:
        one(some[0])


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="openbaclofen")


def over_chunks(simulate: Callable[[slice, int], Mapping[Any, np.ndarray]], people: int) -> dict[Any, np.ndarray]:
    """Call for every chunk (columns of people, padded width) and put the chunks side by side: name to (people, outputs)."""
    found: dict[Any, np.ndarray] = {}

    def one(columns: slice) -> None:
        for name, value in simulate(columns, WIDTH).items():
            found.setdefault(name, np.empty((len(value), people)))[:, columns] = value[:, : columns.stop - columns.start]

    in_threads(one, people, WIDTH)
    return {name: value.T for name, value in found.items()}
