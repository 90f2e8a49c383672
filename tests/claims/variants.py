"""Changes of the typical person go in; columns of one simulation, and whether a behaviour holds without a part, come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import pytest
from tests.people_like import like

from openbaclofen.cascade import Parameters
from openbaclofen.parameters import parameters

WHOLE = "nothing"  # is taken out
Values = Mapping[str, float]
NOTHING: Values = MappingProxyType({})


def person(changes: Values = NOTHING, clearance: float = 100.0, age: float = 40.0) -> dict[str, float]:
    """Values of the typical adult who responds by mouth, changed."""
    return {name: known.value for name, known in like(clearance, age).known.items()} | {"responding": 1.0} | dict(changes)


def columns(*people: Values) -> Parameters:
    """One column for each person."""
    return parameters({name: np.array([of[name] for of in people]) for name in people[0]})


def without(*parts: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test with the whole model and without each of these parts."""
    return pytest.mark.parametrize("without", [WHOLE, *parts])


def must(without: str, facts: Mapping[str, bool]) -> None:
    """Every fact holds for the whole model; without the part, some does not."""
    missed = [name for name, holds in facts.items() if not holds]
    assert bool(missed) is (without != WHOLE), missed or f"all holds without {without}"
