"""Likelihoods and weights go in; each must be what it is by hand, by a conjugate form or by counting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from openbaclofen.infer.reweight import (
    Likelihood,
    Weights,
    effective,
    of_level,
    of_report,
    of_score,
    quantiles,
    resample,
    weigh,
)
from openbaclofen.outcome.spasticity import MODIFIED

STEADY = settings(derandomize=True, deadline=None)
GRADES = tuple(float(g) for g in MODIFIED)
SOME = st.lists(st.floats(-30, 0), min_size=2, max_size=50)


def test_two_likenesses_by_hand() -> None:
    """Of two, one predicts a level that is one standard deviation off and the other two: odds e^(-1/2) to e^(-2)."""
    found = weigh([of_level(100.0, np.array([100 * np.exp(0.2), 100 * np.exp(-0.4)]), 0.2)], 2)
    assert found.weight[0] / found.weight[1] == pytest.approx(np.exp(1.5))
    assert found.effective == pytest.approx(1 / (found.weight**2).sum())
    report = weigh([of_report(True, np.array([0.3, 0.1])), of_report(False, np.array([0.5, 0.25]))], 2)
    assert report.weight == pytest.approx([0.3 * 0.5 / (0.3 * 0.5 + 0.1 * 0.75), 0.1 * 0.75 / (0.3 * 0.5 + 0.1 * 0.75)])


def test_a_level_updates_as_the_conjugate_normal_does() -> None:
    """Logarithms of levels N(m, s) and error N(0, e): the posterior has precision 1/s^2 + 1/e^2."""
    m, s, e, seen = np.log(150.0), 0.4, 0.2, 260.0
    z = norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    logs = m + s * z
    found = weigh([of_level(seen, np.exp(logs), e)], len(z))
    precision = 1 / s**2 + 1 / e**2
    mean = (m / s**2 + np.log(seen) / e**2) / precision
    assert float(found.weight @ logs) == pytest.approx(mean, abs=1e-4)
    assert float(found.weight @ (logs - mean) ** 2) == pytest.approx(1 / precision, rel=1e-3)
    low, high = quantiles(logs, found.weight, (0.05, 0.95))
    assert [low, high] == pytest.approx(norm.ppf([0.05, 0.95], mean, precision**-0.5), abs=1e-3)


def test_a_level_below_the_limit_is_the_chance_of_that() -> None:
    predicted = np.array([5.0, 10.0, 40.0])
    below = of_level(10.0, predicted, 0.3, below=True)
    assert np.exp(below.log) == pytest.approx(norm.cdf(np.log(10.0 / predicted) / 0.3))
    assert below.tail == pytest.approx(np.exp(below.log).mean())


def test_a_grade_is_the_chance_of_the_ordinal_scale_and_all_grades_make_one() -> None:
    level, noise = np.array([0.4, 1.3, 2.6]), np.full(3, 0.15)
    chances = np.exp([of_score(g, level, noise, GRADES).log for g in GRADES])
    assert chances.sum(axis=0) == pytest.approx(1)
    by_hand = 1 / (1 + np.exp(-(1.3 - 1.25) / 0.15)) - 1 / (1 + np.exp(-(1.3 - 1.75) / 0.15))
    assert chances[GRADES.index(1.5), 1] == pytest.approx(by_hand)
    between = of_score(1.2, level, noise, GRADES).log
    assert between.argmax() == 1
    z = (1.2 - 1.3) / 0.15
    assert np.exp(between[1]) == pytest.approx(np.exp(-z) / (1 + np.exp(-z)) ** 2 / 0.15)


@given(SOME)
@STEADY
def test_effective_number_lies_between_one_and_all(logs: list[float]) -> None:
    found = weigh([Likelihood(np.array(logs), 1.0)], len(logs))
    assert found.weight.sum() == pytest.approx(1)
    assert 1 - 1e-9 <= found.effective <= len(logs) + 1e-9
    assert found.effective == pytest.approx(effective(3 * found.weight))


@given(st.floats(-50, 0), st.integers(2, 40))
@STEADY
def test_what_says_nothing_leaves_all_equal(same: float, number: int) -> None:
    found = weigh([Likelihood(np.full(number, same), 1.0)], number)
    assert (found.weight == weigh([], number).weight).all()
    assert found.effective == pytest.approx(number)


@given(SOME, st.floats(1.0, 20.0))
@STEADY
def test_too_few_are_widened_just_enough(logs: list[float], least: float) -> None:
    least = min(least, len(logs) - 0.5)
    whole = weigh([Likelihood(np.array(logs), 1.0)], len(logs))
    found = weigh([Likelihood(np.array(logs), 1.0)], len(logs), least)
    assert found.effective >= min(whole.effective, least) - 1e-6
    assert (found.power == 1) == (whole.effective >= least)
    if found.power < 1:
        assert found.effective == pytest.approx(least, rel=1e-3)
        assert (np.argsort(found.weight, kind="stable") == np.argsort(whole.weight, kind="stable")).all() or len(
            set(logs)
        ) < len(logs)


def test_the_ends_of_what_is_expected_are_seen_as_such() -> None:
    predicted = np.exp(norm.ppf((np.arange(2000) + 0.5) / 2000) * 0.4 + np.log(150))
    assert of_level(150.0, predicted, 0.2).tail == pytest.approx(1, abs=0.01)
    spread = (0.4**2 + 0.2**2) ** 0.5
    assert of_level(150 * np.exp(3 * spread), predicted, 0.2).tail == pytest.approx(2 * norm.sf(3), rel=0.1)


def test_resampling_keeps_the_weights_and_quantiles_those_of_the_sample() -> None:
    weight = np.array([0.5, 0.25, 0.125, 0.125])
    assert np.bincount(resample(weight, 800)).tolist() == [400, 200, 100, 100]
    values = np.random.default_rng(1).normal(size=4001)
    assert quantiles(values, np.ones(4001), (0.05, 0.5, 0.95)) == pytest.approx(
        np.quantile(values, [0.05, 0.5, 0.95]), abs=0.01
    )


def test_no_observation_is_no_weight() -> None:
    assert isinstance(weigh([], 3), Weights)
    assert weigh([], 3).weight.tolist() == [1 / 3] * 3
