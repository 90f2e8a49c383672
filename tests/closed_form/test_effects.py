"""Concentrations go in; the read-outs of receptor, reflex and outcomes must have the values and slopes of their equations."""

from __future__ import annotations

import numpy as np
import pytest
from tests.virtual import parameters

from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import simulate
from openbaclofen.receptor.site import active_concentration, postsynaptic_conductance, presynaptic_release
from openbaclofen.response import before_treatment
from openbaclofen.response_stages import respond
from openbaclofen.traced import jax

PEOPLE = parameters(1)


def at(umol_per_l: float) -> np.ndarray:
    """Racemate in ng/mL that holds this much R-baclofen."""
    return np.array([umol_per_l * 213.66 / 0.5])


def effects(ng_per_ml: np.ndarray) -> dict[str, np.ndarray]:
    """Effects of the first moment, (1,): nothing has adapted."""
    seen, _ = respond(PEOPLE.response, ng_per_ml[:, None], ng_per_ml[:, None], before_treatment(1), np.zeros(1))
    return {name: value[:, 0] for name, value in seen.items()}


def test_without_drug_nothing_changes() -> None:
    expected = {
        **dict.fromkeys(("presynaptic_release", "receptor_number", "reflex_gain", "strength", "brain_excitability"), 1.0),
        "postsynaptic_conductance": 0.0,
        "withdrawal": 0.0,
        "spasms": 3.0,
        "sedation": 0.28,
        "modified_ashworth": 2.957,
    }
    assert {name: float(value[0]) for name, value in effects(at(0.0)).items()} == pytest.approx(expected, abs=1e-3)


def test_half_of_each_effect_is_at_its_half_concentration() -> None:
    r = active_concentration(PEOPLE.response.receptor, at(0.75))
    assert float(r[0]) == pytest.approx(0.75)
    assert float(presynaptic_release(PEOPLE.response.receptor, r)[0]) == pytest.approx((1 - 0.8 / 2) ** 4)
    assert float(postsynaptic_conductance(PEOPLE.response.receptor, r)[0]) == pytest.approx(0.5)
    assert float(postsynaptic_conductance(PEOPLE.response.receptor, r, 0.6)[0]) == pytest.approx(0.3)


def test_more_drug_means_less_spasticity_less_strength_and_more_drowsiness_within_the_scales() -> None:
    seen = [effects(at(c)) for c in np.geomspace(1e-4, 1e3, 60)]
    falling = ("presynaptic_release", "reflex_gain", "modified_ashworth", "spasms", "strength", "brain_excitability")
    for name, sign in (*((name, -1) for name in falling), ("postsynaptic_conductance", 1), ("sedation", 1)):
        assert (sign * np.diff([float(s[name][0]) for s in seen]) >= -1e-15).all(), name
    assert all(0 <= float(s[name][0]) <= 4 for s in seen for name in ("modified_ashworth", "spasms"))
    assert all(0 <= float(s[name][0]) <= 1 for s in seen for name in ("sedation", "strength"))


def test_strength_is_spared_where_the_reflex_is_not() -> None:
    pump = effects(at(0.75 / 2))
    assert float(pump["reflex_gain"][0]) < 0.4
    assert float(pump["strength"][0]) > 0.95


def test_drowsiness_levels_off_as_receptors_fill() -> None:
    chance = np.array([float(effects(np.array([c]))["sedation"][0]) for c in (0.0, 10.0, 85.0)])
    odds = np.log(chance / (1 - chance))
    assert odds[1:] - odds[0] == pytest.approx([0.06 * 10 / (1 + 10 / 85), 0.06 * 85 / 2], rel=1e-9)


def test_gradients_are_finite_also_without_drug() -> None:
    for c in (0.0, 1e-9, 5.0):
        for name in ("reflex_gain", "modified_ashworth", "sedation", "brain_excitability"):
            assert np.isfinite(jax.grad(lambda x, name=name: effects(x[None])[name][0])(c))


def test_a_course_holds_every_quantity_and_its_unit() -> None:
    course = simulate(PEOPLE, Doses(np.array([1.0]), np.array([10.0])), np.arange(30.0))
    assert course.quantities().keys() == course.units.keys()
    assert all(value.shape == (1, 30) and np.isfinite(value).all() for value in course.quantities().values())
