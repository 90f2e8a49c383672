"""Many people go in, held a few at a time; quantiles, people and measurements must be those of all at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.people_like import KB, like

import openbaclofen as ob
from openbaclofen import population
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import simulate
from openbaclofen.errors import InputError
from openbaclofen.normals import normals
from openbaclofen.population import people, summary
from openbaclofen.quantiles import RELATIVE_ERROR, Counts

LEVELS = (0.05, 0.5, 0.95)


def test_quantiles_of_chunks_are_those_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    person, times = like(110.0), np.arange(0.0, 48.0)
    drug = Doses(np.array([1.0, 9.0, 17.0]), np.full(3, 20.0))
    monkeypatch.setattr(population, "HELD", 48 * 512)  # three chunks, the last one short
    found = summary(person, drug, times, 1300, 7, LEVELS, ("plasma", "modified_ashworth"))
    everyone = simulate(people(person, 1300, 7), drug, times)
    for name, values in (("plasma", everyone.plasma_ng_per_ml), ("modified_ashworth", everyone.outcomes["modified_ashworth"])):
        exact = np.quantile(values, LEVELS, axis=0)
        assert np.max(np.abs(found[name] - exact) / np.maximum(exact, 1e-9)) < RELATIVE_ERROR, name
        assert np.mean(np.abs(found[name] - exact) / np.maximum(exact, 1e-9)) < RELATIVE_ERROR / 3, name


def test_a_person_is_the_same_in_any_chunk() -> None:
    assert np.array_equal(normals(3, ["a"], 700)[:, 300:], normals(3, ["a"], 400, first=300))


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1, max_size=60), st.floats(0, 1))
def test_any_numbers_have_their_quantile(values: list[float], level: float) -> None:
    counts = Counts(1)
    for value in values:
        counts.add(np.array([[value]]))
    exact = float(np.quantile(values, level))
    assert counts.quantiles([level])[0, 0] == pytest.approx(exact, rel=RELATIVE_ERROR, abs=2e-12)


def test_what_cannot_be_counted_is_refused() -> None:
    for bad in (-1.0, np.nan, np.inf):
        with pytest.raises(InputError):
            Counts(1).add(np.array([[bad]]))
    with pytest.raises(InputError):
        Counts(1).quantiles([0.5])


def test_measurements_are_a_layer_of_their_own() -> None:
    case = ob.read_case("examples/ms-adult.yaml")
    course = ob.simulate(case, people=400, seed=1, days=1, every_h=2)
    read, again, other = course.measured(5), course.measured(5), course.measured(6)
    assert np.array_equal(read, again)
    assert not np.array_equal(read, other)
    true = course.plasma_ng_per_ml
    after = true.min(axis=0) > 0
    ratio = read[:, after] / true[:, after]
    assert ratio.std() == pytest.approx(KB.value("variability.residual"), rel=0.05)
    assert ratio.mean() == pytest.approx(1.0, abs=0.02)
    assert abs(np.corrcoef(ratio[:, 0], ratio[:, 1])[0, 1]) < 0.15
    assert np.array_equal(ob.simulate(case, people=400, seed=1, days=1, every_h=2).plasma_ng_per_ml, true)
