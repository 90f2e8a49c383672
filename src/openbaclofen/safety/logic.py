"""True, false and cannot tell go in; their and, or and not (Kleene's strong logic) come out."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Truth(IntEnum):
    """Ordered false < cannot tell < true, so that 'and' is the least, 'or' the greatest and 'not' the mirror image."""

    FALSE = 0
    CANNOT_TELL = 1
    TRUE = 2


def truth(value: bool | None) -> Truth:
    """None is cannot tell."""
    if value is None:
        return Truth.CANNOT_TELL
    return Truth.TRUE if value else Truth.FALSE


def all_of(values: Iterable[Truth]) -> Truth:
    """And: false as soon as one is false, whatever cannot be told; true of nothing."""
    return min(values, default=Truth.TRUE)


def any_of(values: Iterable[Truth]) -> Truth:
    """Or: true as soon as one is true, whatever cannot be told; false of nothing."""
    return max(values, default=Truth.FALSE)


def negated(value: Truth) -> Truth:
    """Not: what cannot be told stays so."""
    return Truth(Truth.TRUE - value)
