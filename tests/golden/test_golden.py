"""The examples go in; their plans must read as they did when a pharmacist reviewed them."""

from __future__ import annotations

import pytest
from tests.golden.files import HERE, NAMES, REVIEWED, kept, plan_text, review


def test_every_example_is_reviewed_and_every_review_has_an_example() -> None:
    assert {path.stem for path in HERE.glob("*.md")} == set(NAMES)
    assert len(NAMES) >= 28


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_reads_as_it_was_reviewed(name: str) -> None:
    assert REVIEWED in review(name)
    assert plan_text(name) == kept(name)
