"""Concentrations go in; unwanted effects, leaving, encephalopathy, alcohol use and reflux must follow their equations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openbaclofen.outcome.alcohol import Alcohol, abstinent_days, relapse
from openbaclofen.outcome.encephalopathy import Encephalopathy, admission, frailty
from openbaclofen.outcome.limiting import Limiting, dose_limiting, leaving
from openbaclofen.outcome.reflux import Reflux, relaxations_left
from openbaclofen.outcome.side_effects import (
    Sedation,
    Sensitivity,
    SideEffect,
    chance,
    log_odds,
    sedation_grades,
    sensitivity_at,
)


def of(*values: float) -> list[np.ndarray]:
    return [np.array([value]) for value in values]


EFFECT = SideEffect(*of(0.25, 0.06, 85, 1, 0.6))
DROWSY = Sedation(EFFECT, *of(1.5, 4))


def logit(p: float) -> float:
    return float(np.log(p / (1 - p)))


def test_placebo_has_its_own_chance_at_any_adaptation() -> None:
    assert float(chance(EFFECT, np.zeros(1))[0]) == pytest.approx(0.25)
    assert float(chance(EFFECT, np.zeros(1), 1.0)[0]) == pytest.approx(0.25)


def test_log_odds_rise_by_half_of_their_most_at_half() -> None:
    rise = float(log_odds(EFFECT, np.array([85.0]))[0]) - logit(0.25)
    assert rise == pytest.approx(0.06 * 85 / 2)
    assert float(log_odds(EFFECT, np.array([1e9]))[0]) - logit(0.25) == pytest.approx(0.06 * 85)


def test_age_multiplies_and_adaptation_takes_away() -> None:
    old = EFFECT._replace(sensitivity=np.array([1.5]))
    assert float(log_odds(old, np.array([20.0]))[0]) == pytest.approx(float(log_odds(EFFECT, np.array([30.0]))[0]))
    assert float(log_odds(EFFECT, np.array([20.0]), 0.5)[0]) == pytest.approx(float(log_odds(EFFECT, np.array([14.0]))[0]))


def test_sensitivity_rises_between_its_ages_only() -> None:
    sensitivity = Sensitivity(*of(1.5, 60, 80))
    assert [float(sensitivity_at(sensitivity, age)[0]) for age in (20, 60, 70, 80, 99)] == pytest.approx(
        [1, 1, 1.5**0.5, 1.5, 1.5]
    )


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1000), st.floats(0, 1), st.floats(0, 100))
def test_grades_add_up_and_worsen_with_the_level(level: float, adaptation: float, more: float) -> None:
    before, after = (np.ravel(sedation_grades(DROWSY, np.array([c]), adaptation)) for c in (level, level + more))
    assert before.sum() == pytest.approx(1)
    assert (before >= 0).all()
    assert (np.cumsum(after)[:-1] <= np.cumsum(before)[:-1] + 1e-12).all()


def test_grades_at_a_usual_level() -> None:
    grades = sedation_grades(DROWSY, np.array([20.0]))
    odds = logit(0.25) + 0.06 * 20 / (1 + 20 / 85)
    assert float(grades.severe[0]) == pytest.approx(1 / (1 + np.exp(4 - odds)))
    assert float(grades.none[0]) == pytest.approx(1 / (1 + np.exp(odds)))


def test_leaving_joins_both_hazards() -> None:
    limiting, placebo = Limiting(*of(0.067, 37, 2.25)), np.array([0.0638])
    assert leaving(limiting, placebo, np.zeros(1))[0] == pytest.approx(1 - np.exp(-0.0638))
    both = leaving(limiting, placebo, np.array([37.0]))[0]
    assert 1 - both == pytest.approx((1 - dose_limiting(limiting, np.array([37.0]))[0]) * np.exp(-0.0638))
    assert leaving(limiting, placebo, np.array([37.0]), 0.5)[0] == pytest.approx(1 - np.sqrt(1 - both))


def test_encephalopathy_doubles_with_lost_filtration_and_follows_exposure() -> None:
    person = Encephalopathy(*of(0.0006, 0.004, 20, 1, 1, 60, 20))
    assert frailty(person, np.array([90.0, 60.0, 40.0, 20.0])) == pytest.approx([1, 1, 2, 4])
    assert admission(person, np.zeros(1), np.array([30.0]))[0] == pytest.approx(-np.expm1(-0.0006))
    assert admission(person, np.array([40.0]), np.array([40.0]))[0] == pytest.approx(-np.expm1(-0.0006 - 0.016))


def test_alcohol_levels_off_and_women_need_less() -> None:
    people = Alcohol(*of(50, 10, 0.8, -0.16, 6, 3, 10))
    assert abstinent_days(people, np.array([6.0]), np.zeros(1))[0] == pytest.approx(55)
    assert abstinent_days(people, np.array([3.0]), np.ones(1))[0] == pytest.approx(55)
    assert relapse(people, np.array([6.0]), np.zeros(1))[0] == pytest.approx(0.8 * np.exp(-0.08))
    low, high = (abstinent_days(people, np.array([c]), np.array([0.3]))[0] - 50 for c in (14.0, 35.0))
    assert high < 1.3 * low, "two and a half times the dose, hardly more effect"
    assert abstinent_days(people._replace(abstinent=np.array([97.0])), np.array([60.0]), np.zeros(1))[0] == 100


def test_relaxations_halve_at_half() -> None:
    assert np.asarray(relaxations_left(Reflux(*of(475)), np.array([0.0, 475.0]))).tolist() == [1, 0.5]
