"""Three-valued logic against Kleene's tables, and its laws on random values."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openbaclofen.safety.logic import Truth, all_of, any_of, negated, truth

F, U, T = Truth.FALSE, Truth.CANNOT_TELL, Truth.TRUE
AND = {(F, F): F, (F, U): F, (F, T): F, (U, F): F, (U, U): U, (U, T): U, (T, F): F, (T, U): U, (T, T): T}
OR = {(F, F): F, (F, U): U, (F, T): T, (U, F): U, (U, U): U, (U, T): T, (T, F): T, (T, U): T, (T, T): T}
truths = st.sampled_from(Truth)


@pytest.mark.parametrize(("a", "b"), [*product(Truth, repeat=2)])
def test_tables(a: Truth, b: Truth) -> None:
    assert all_of((a, b)) is AND[a, b]
    assert any_of((a, b)) is OR[a, b]


def test_not_and_nothing() -> None:
    assert [negated(v) for v in (F, U, T)] == [T, U, F]
    assert [truth(v) for v in (False, None, True)] == [F, U, T]
    assert all_of(()) is T
    assert any_of(()) is F


@settings(derandomize=True)
@given(st.lists(truths, max_size=5))
def test_de_morgan(values: list[Truth]) -> None:
    assert negated(all_of(values)) is any_of(negated(v) for v in values)


@settings(derandomize=True)
@given(st.lists(truths, min_size=1, max_size=5), st.data())
def test_telling_the_untold_never_untells(values: list[Truth], data: st.DataObject) -> None:
    """Where one value becomes known, 'and' and 'or' keep what they already told."""
    known = [data.draw(st.sampled_from([F, T])) if v is U else v for v in values]
    for join in (all_of, any_of):
        before = join(values)
        assert before is U or join(known) is before


@settings(derandomize=True)
@given(st.lists(truths, min_size=1, max_size=5), st.integers(0, 4))
def test_monotone(values: list[Truth], which: int) -> None:
    higher = [max(v, T) if i == which % len(values) else v for i, v in enumerate(values)]
    assert all_of(higher) >= all_of(values)
    assert any_of(higher) >= any_of(values)
