"""The id of a published figure goes in; why it is not predicted, or why it is missed, as reasons.yaml says, comes out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

FILE = Path(__file__).with_suffix(".yaml")


@cache
def reasons() -> Mapping[str, Mapping[str, str]]:
    """not_predicted and missed: part of a row's id -> why."""
    return YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))


def not_predicted_because(row: str) -> str | None:
    """Why a row is not predicted; None where it should be."""
    return _longest(reasons()["not_predicted"], row)


def missed_because(row: str) -> str | None:
    """Why a prediction misses its row; None where nobody knows."""
    return _longest(reasons()["missed"], row)


def _longest(of: Mapping[str, str], row: str) -> str | None:
    fitting = [part for part in of if part in row]
    return of[max(fitting, key=len)] if fitting else None
