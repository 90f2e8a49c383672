"""Loads and concentrations go in; breathing must have the values its equations give by hand, and keep their order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from openbaclofen.outcome.breathing import Breathing, Loads, danger, depression_index, drive_lost, over_time, settled
from openbaclofen.traced import jax, jnp

PERSON = Breathing(
    *(np.array([x]) for x in (74, 0.6, 1.25, 1, 0.83, 0.15, 0.146, 0.1, 0.15, 4.3, 42.4, 7.06, 0.08, 0.92, 0.6, 0.08))
)
NONE = np.zeros(1)


def ventilation(level: float, loads: Loads | None = None, adaptation: float = 0.0, of: Breathing = PERSON) -> float:
    return float(settled(of, drive_lost(of, depression_index(of, np.array([level]), loads, adaptation))).ventilation[0])


def test_without_drug_nothing_is_lost() -> None:
    assert float(drive_lost(PERSON, depression_index(PERSON, NONE))[0]) == 0
    assert ventilation(0.0) == 1
    rest = over_time(PERSON, np.zeros((10, 1)), np.arange(10.0))
    assert np.allclose(rest.ventilation, 1, atol=1e-12)
    assert np.allclose(rest.co2_mmhg, 42.4, atol=1e-12)


def test_half_the_drive_is_lost_at_one_unit_and_feedback_keeps_most_of_breathing() -> None:
    assert float(drive_lost(PERSON, depression_index(PERSON, np.array([74.0])))[0]) == pytest.approx(0.5)
    breath = settled(PERSON, np.array([0.5]))
    assert float(breath.ventilation[0]) == pytest.approx(0.5 ** (1 / 5.3))
    assert float(breath.ventilation[0] * breath.co2_mmhg[0]) == pytest.approx(42.4)
    feedback = float(breath.co2_mmhg[0] / 42.4) ** 4.3
    assert 0.5 * feedback == pytest.approx(float(breath.ventilation[0]))


@pytest.mark.parametrize("load", Loads._fields)
def test_two_are_worse_than_their_sum_and_only_by_the_interaction(load: str) -> None:
    part = getattr(PERSON, load)[0]
    both = float(depression_index(PERSON, np.array([37.0]), Loads(**{load: 1.0}))[0])
    assert both == pytest.approx(0.5 + part + 0.5 * part)
    alone = PERSON._replace(interaction=NONE)
    assert float(depression_index(alone, np.array([37.0]), Loads(**{load: 1.0}))[0]) == pytest.approx(0.5 + part)


def test_danger_of_the_combination_is_more_than_additive() -> None:
    def excess(level: float, loads: Loads) -> float:
        of = (
            settled(PERSON, drive_lost(PERSON, depression_index(PERSON, np.array([c]), taken)))
            for c, taken in ((level, loads), (0.0, Loads()))
        )
        with_drug, without = (float(danger(PERSON, breath.ventilation)[0]) for breath in of)
        return with_drug - without

    opioid, sedative, all_ = Loads(opioid=1.0), Loads(benzodiazepine=1.0), Loads(opioid=1.0, benzodiazepine=1.0)
    assert excess(37.0, opioid) > 1.5 * (excess(37.0, Loads()) + excess(0.0, opioid))
    assert excess(37.0, all_) > 1.2 * (excess(37.0, opioid) + excess(0.0, sedative))


def test_half_of_people_are_in_danger_at_the_failing_share() -> None:
    assert float(danger(PERSON, np.array([0.6]))[0]) == pytest.approx(0.5)
    assert float(danger(PERSON, np.array([1.0]))[0]) < 0.01


def test_course_settles_where_the_balance_says() -> None:
    minutes = np.arange(0.0, 600.0, 5.0)
    lost = np.full((len(minutes), 1), 0.7)
    seen, end = over_time(PERSON, lost, minutes), settled(PERSON, np.array([0.7]))
    assert float(seen.ventilation[0, 0]) == pytest.approx(0.3)  # at once, before carbon dioxide rises
    assert float(seen.ventilation[-1, 0]) == pytest.approx(float(end.ventilation[0]), rel=1e-4)
    assert float(seen.co2_mmhg[-1, 0]) == pytest.approx(float(end.co2_mmhg[0]), rel=1e-4)


def test_course_before_it_settles_agrees_with_a_general_solver() -> None:
    minutes = np.arange(0.0, 41.0)
    lost = 0.8 * np.minimum(minutes / 20, 1)

    def slope(t: float, state: np.ndarray) -> list[float]:
        left = (1 - 0.8 * min(t / 20, 1)) * (state[1] / 42.4) ** 4.3
        return [0.08 * (42.4 - left * state[0]), 0.92 * (state[0] - state[1])]

    found = solve_ivp(slope, (0, 40), [42.4, 42.4], t_eval=minutes, rtol=1e-9, atol=1e-9, max_step=0.5)
    seen = over_time(PERSON, lost[:, None], minutes)
    assert np.allclose(np.asarray(seen.co2_mmhg)[:, 0], found.y[0], rtol=1e-6)


def test_course_does_not_hang_on_the_grid() -> None:
    def at(step: float) -> float:
        minutes = np.arange(0.0, 60.0 + step / 2, step)
        lost = 0.6 * np.minimum(minutes / 30, 1)[:, None]
        return float(over_time(PERSON, lost, minutes).co2_mmhg[-1, 0])

    assert at(10.0) == pytest.approx(at(0.5), rel=1e-5)


def test_adaptation_takes_its_share_of_baclofen_alone() -> None:
    adapted = float(depression_index(PERSON, np.array([74.0]), Loads(opioid=1.0), 1.0)[0])
    assert adapted == pytest.approx(0.4 + 0.83 + 0.4 * 0.83)


def test_derivatives_stay_finite_without_drug() -> None:
    def of(level: jax.Array) -> jax.Array:
        return jnp.sum(settled(PERSON, drive_lost(PERSON, depression_index(PERSON, level))).ventilation)

    assert np.isfinite(jax.grad(of)(jnp.zeros(1)))


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 2000), st.floats(0, 3), st.floats(0, 3), st.floats(0.01, 500))
def test_more_of_anything_never_breathes_more(level: float, opioid: float, alcohol: float, more: float) -> None:
    loads = Loads(opioid=opioid, alcohol=alcohol)
    before, after = ventilation(level, loads), ventilation(level + more, loads)
    assert 0 < after <= before <= 1
    assert ventilation(level, loads._replace(opioid=opioid + more)) <= before
