"""The examples of pumps go in; what is told of them must read as it did when it was reviewed."""

from __future__ import annotations

import pytest
from tests.golden.files import HERE, REVIEWED, kept, review
from tests.golden.pumps import PUMPS, pump_text


def test_every_example_of_a_pump_is_reviewed() -> None:
    assert {f"pump/{path.stem}" for path in (HERE / "pump").glob("*.md")} == set(PUMPS)
    assert len(PUMPS) >= 6


@pytest.mark.parametrize("name", PUMPS)
def test_a_pump_reads_as_it_was_reviewed(name: str) -> None:
    assert REVIEWED in review(name)
    assert pump_text(name) == kept(name)
