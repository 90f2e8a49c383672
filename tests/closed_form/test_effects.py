"""Concentrations go in; the read-outs of receptor, reflex and outcome must have the values and slopes of their equations."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from tests.virtual import parameters

from openbaclofen.body.engine import prepare
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import effects, simulate
from openbaclofen.outcome.scales import meaningful_response
from openbaclofen.receptor.site import active_concentration, postsynaptic_conductance, presynaptic_release

prepare()
PEOPLE = parameters(1)


def at(umol_per_l: float) -> np.ndarray:
    """Racemate in ng/mL that holds this much R-baclofen."""
    return np.array([umol_per_l * 213.66 / 0.5])


def test_without_drug_nothing_changes() -> None:
    seen = {name: float(value[0]) for name, value in effects(PEOPLE, at(0.0)).items()}
    expected = {
        "presynaptic_release": 1,
        "postsynaptic_conductance": 0,
        "reflex_gain": 1,
        "modified_ashworth": 3,
        "sedation": 0.23,
    }
    assert seen == pytest.approx(expected, abs=1e-12)


def test_half_of_each_effect_is_at_its_half_concentration() -> None:
    r = active_concentration(PEOPLE.receptor, at(0.75))
    assert float(r[0]) == pytest.approx(0.75)
    assert float(presynaptic_release(PEOPLE.receptor, r)[0]) == pytest.approx((1 - 0.8 / 2) ** 4)
    assert float(postsynaptic_conductance(PEOPLE.receptor, r)[0]) == pytest.approx(0.5)


def test_more_drug_means_less_spasticity_and_more_drowsiness_within_the_scales() -> None:
    seen = [effects(PEOPLE, at(c)) for c in np.geomspace(1e-4, 1e3, 60)]
    for name, sign in (
        ("presynaptic_release", -1),
        ("postsynaptic_conductance", 1),
        ("reflex_gain", -1),
        ("modified_ashworth", -1),
    ):
        assert (sign * np.diff([float(s[name][0]) for s in seen]) >= 0).all()
    assert all(0 <= float(s["modified_ashworth"][0]) <= 3 for s in seen)
    assert all(0 <= float(s["sedation"][0]) <= 1 for s in seen)


def test_drowsiness_is_linear_in_log_odds() -> None:
    chance = [float(effects(PEOPLE, np.array([c]))["sedation"][0]) for c in (0.0, 10.0, 20.0)]
    odds = np.log(np.array(chance) / (1 - np.array(chance)))
    assert np.diff(odds) == pytest.approx([0.5, 0.5])


def test_a_meaningful_response_is_even_where_the_expected_fall_is_just_meaningful() -> None:
    assert float(meaningful_response(PEOPLE.outcome, np.array([2.0]))[0]) == pytest.approx(0.5)
    assert float(meaningful_response(PEOPLE.outcome, np.array([3.0]))[0]) == pytest.approx(0.0999, abs=1e-3)


def test_gradients_are_finite_also_without_drug() -> None:
    for c in (0.0, 1e-9, 5.0):
        for name in ("reflex_gain", "modified_ashworth", "sedation"):
            assert np.isfinite(jax.grad(lambda x, name=name: effects(PEOPLE, x[None])[name][0])(c))


def test_a_course_holds_every_quantity_and_its_unit() -> None:
    course = simulate(PEOPLE, Doses(np.array([1.0]), np.array([10.0])), np.arange(30.0))
    assert course.quantities().keys() == course.units.keys()
    assert all(value.shape == (1, 30) and np.isfinite(value).all() for value in course.quantities().values())
