"""A value that may not have been stated goes in; a datum comes out that holds it, or the words to ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True)
class Datum(Generic[Value]):
    """One thing a rule can ask for. value None: cannot tell. said: the value as the reader knows it, with unit and method.

    need: what to state, in the words of the case file, so that it can be told.
    """

    value: Value | None
    said: str = ""
    need: tuple[str, ...] = ()


def known(value: Value, said: str = "") -> Datum[Value]:
    """A datum that is stated, or follows from what is stated."""
    return Datum(value, said)


def missing(*need: str) -> Datum[Any]:
    """A datum that cannot be told."""
    return Datum(None, "", need)
