"""Numbers of numpy or jax go in; the library that computes with them comes out: only what jax follows is compiled by it.

Nothing here imports jax, which takes longer than a plan: where nobody else has, no number can be its.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from jax import Array

Numbers: TypeAlias = "Array | np.ndarray"
_tail = np.vectorize(math.erfc, otypes=[float])


def followed(value: Any) -> bool:
    """Whether it is of jax, or followed by it."""
    return isinstance(value, getattr(sys.modules.get("jax"), "Array", ()))


def library(*values: Any) -> Any:
    """jax.numpy where one of the values is of jax; else numpy."""
    if any(followed(value) for value in values):
        from openbaclofen.traced import jnp

        return jnp
    return np


def logistic(x: Any) -> Any:
    """1 / (1 + exp(-x))."""
    if followed(x):
        from openbaclofen.traced import jax

        return jax.nn.sigmoid(x)
    small = np.exp(-np.abs(x))  # of either sign: what is far out must not overflow
    return np.where(np.asarray(x) >= 0, 1.0, small) / (1 + small)


def normal_share(z: Any) -> Any:
    """The share of a standard normal distribution below z."""
    if followed(z):
        from openbaclofen.traced import jax

        return jax.scipy.special.ndtr(z)
    return _tail(-np.asarray(z) * math.sqrt(0.5)) / 2


def leaves(record: Any) -> Iterator[Any]:
    """The numbers of a record (a named tuple), of those within it in turn."""
    if isinstance(record, tuple):
        for part in record:
            yield from leaves(part)
    else:
        yield record


def number_by_number(of: Callable[..., Any], first: Any, *others: Any) -> Any:
    """A record whose numbers are made from those of records alike."""
    if not isinstance(first, tuple):
        return of(first, *others)
    parts = [number_by_number(of, *at) for at in zip(first, *others, strict=True)]
    return getattr(type(first), "_make", tuple)(parts)
