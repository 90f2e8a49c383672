"""Courses of concentration go in; coma, its depth and length must be those that the thresholds of people give by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openbaclofen.outcome.overdose import (
    EVENTS,
    Overdose,
    coma_chance,
    coma_hours,
    coma_hours_of,
    depth,
    event_chance,
    felt,
    reach,
    share_below,
)

PERSON = Overdose(*(np.array([x]) for x in (300, 0.6, 3, 0.25, 450, 500, 600, 1000, 1, 0.4)))
HOURS = np.linspace(0, 48, 481)
RATE = np.log(2) / 5


def falling(peak: float) -> np.ndarray:
    """A rise over two hours, then a fall by half every five."""
    return (peak * np.minimum(HOURS / 2, 1) * np.exp(-RATE * np.maximum(HOURS - 2, 0)))[:, None]


def test_half_fall_into_coma_at_the_level_and_none_without_drug() -> None:
    assert float(coma_chance(PERSON, np.array([300.0]))[0]) == pytest.approx(0.5)
    assert float(coma_chance(PERSON, np.zeros(1))[0]) == 0
    assert float(coma_chance(PERSON, np.array([600.0]))[0]) == pytest.approx(8 / 9)


def test_each_event_has_its_level() -> None:
    for event, level in zip(EVENTS, (450, 500, 600, 1000), strict=True):
        assert float(event_chance(PERSON, event, np.array([float(level)]))[0]) == pytest.approx(0.5)


def test_the_typical_person_wakes_at_a_quarter_of_the_threshold() -> None:
    """Peak 600: asleep from 300 on the way up (1 h), awake below 75, three halvings after the peak (2 + 15 h)."""
    assert float(coma_hours_of(PERSON, falling(600.0), HOURS, 0.5)[0]) == pytest.approx(16, abs=0.2)
    at_once = PERSON._replace(wake_share=np.ones(1))
    assert float(coma_hours_of(at_once, falling(600.0), HOURS, 0.5)[0]) == pytest.approx(1 + 5, abs=0.2)
    assert float(coma_hours_of(PERSON, falling(200.0), HOURS, 0.5)[0]) == 0


def test_reach_follows_each_threshold() -> None:
    """Against one person after another, each falling asleep above and waking below a quarter of their own threshold."""
    random = np.random.default_rng(3)
    level = np.abs(np.cumsum(random.normal(size=400))) * 30
    reached = np.asarray(reach(level[:, None], np.array([0.25])))[:, 0]
    for threshold in (20.0, 90.0, 250.0, 600.0):
        asleep, told = False, []
        for c in level:
            asleep = c > threshold or (asleep and c / 0.25 > threshold)
            told.append(asleep)
        assert (reached > threshold).tolist() == told


def test_mean_hours_are_those_of_many_people() -> None:
    level = falling(400.0)
    quantiles = (np.arange(2000) + 0.5) / 2000
    each = np.array([float(coma_hours_of(PERSON, level, HOURS, q)[0]) for q in quantiles[::20]])
    assert float(coma_hours(PERSON, level, HOURS)[0]) == pytest.approx(each[each > 0].mean(), rel=0.03)


def test_old_brains_feel_more_and_adapted_ones_less() -> None:
    level = np.array([200.0])
    assert float(felt(PERSON._replace(sensitivity=np.array([1.5])), level)[0]) == 300
    assert float(felt(PERSON, level, 1.0)[0]) == pytest.approx(120)


@settings(max_examples=50, deadline=None)
@given(st.floats(1, 3000), st.floats(0.05, 1))
def test_states_add_up_and_depth_never_exceeds_the_peak(peak: float, wake: float) -> None:
    person = PERSON._replace(wake_share=np.array([wake]))
    seen = depth(person, falling(peak))
    assert np.allclose(seen.none + seen.light + seen.deep, 1)
    assert all(np.min(state) >= -1e-12 for state in seen)
    assert float(np.max(seen.deep)) == pytest.approx(
        float(share_below(np.array(falling(peak).max()), np.array(300.0), np.array(3.0)))
    )
