"""Dose events of regimens small enough to write down, and counts and sums that hold for all."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openbaclofen.dose.regimen import Phase, Regimen
from openbaclofen.errors import InputError

STEADY = settings(derandomize=True, deadline=None)  # the same examples every time, however slow the machine
TID = (9.0, 14.0, 21.0)


def regimen(*phases: Phase) -> Regimen:
    return Regimen(phases)


def test_two_phases_written_down() -> None:
    of = regimen(Phase((5, 5, 10), TID, 1), Phase((10,), (9,)))
    times, amounts = of.events(72)
    assert times.tolist() == [9, 14, 21, 33, 57]
    assert amounts.tolist() == [5, 5, 10, 10, 10]


def test_a_course_ends_and_a_pause_is_empty() -> None:
    of = regimen(Phase((5,), (9,), 1), Phase((), (), 2), Phase((10,), (9,), 1))
    assert of.events(1000)[0].tolist() == [9, 81]
    assert of.days == 4
    assert of.last_daily_mg == 0
    assert of.highest_daily_mg == 10


def test_every_other_day_and_the_daily_mean() -> None:
    phase = Phase((10,), (9,), None, 2)
    assert regimen(phase).events(24 * 7)[0].tolist() == [9, 57, 105, 153]
    assert phase.daily_mg == 5


def test_the_hour_asked_for_is_not_included() -> None:
    assert regimen(Phase((10,), (9,))).events(9)[0].size == 0
    assert regimen(Phase((10,), (9,))).events(9.01)[0].size == 1


def test_zero_is_not_taken_and_order_is_by_time() -> None:
    times, amounts = regimen(Phase((10, 0, 5), (21, 14, 9))).events(24)
    assert times.tolist() == [9, 21]
    assert amounts.tolist() == [5, 10]


def test_summaries() -> None:
    of = Regimen((Phase((20,), (9,), 1),), date(2025, 3, 1))
    assert of.single_dose
    assert of.start == date(2025, 3, 1)
    assert regimen(Phase((5, 5, 10), TID, 3), Phase((10, 10, 10), TID)).last_daily_mg == 30
    assert regimen(Phase((5, 5, 10), TID, 3), Phase((10, 10, 10), TID)).days is None
    assert regimen().highest_daily_mg == regimen().last_daily_mg == 0
    assert not regimen(Phase((20,), (9,), 2)).single_dose
    assert not regimen(Phase((20, 20), (9, 21), 1)).single_dose


@pytest.mark.parametrize(
    ("doses", "hours", "days", "every"),
    [
        ((-1,), (9,), None, 1),
        ((math.nan,), (9,), None, 1),
        ((math.inf,), (9,), None, 1),
        ((5,), (24,), None, 1),
        ((5,), (-1,), None, 1),
        ((5,), (math.nan,), None, 1),
        ((5, 5), (9,), None, 1),
        ((5,), (9,), 0, 1),
        ((5,), (9,), math.inf, 1),
        ((5,), (9,), None, 0),
        ((1e308, 1e308), (9, 10), None, 1),
    ],
)
def test_impossible_phases_are_refused(
    doses: tuple[float, ...], hours: tuple[float, ...], days: float | None, every: int
) -> None:
    with pytest.raises(InputError):
        Phase(doses, hours, days, every)


def test_only_the_last_phase_is_without_end() -> None:
    with pytest.raises(InputError, match="only the last"):
        regimen(Phase((5,), (9,)), Phase((5,), (9,)))


phases = st.builds(
    lambda doses, days, every: Phase(tuple(doses), tuple(float(h) for h in range(len(doses))), days, every),
    st.lists(st.floats(0.5, 50), max_size=4),
    st.integers(1, 9),
    st.integers(1, 3),
)


@STEADY
@given(st.lists(phases, min_size=1, max_size=4))
def test_amount_given_is_the_sum_over_dosing_days(found: list[Phase]) -> None:
    of = Regimen(tuple(found))
    times, amounts = of.events(24 * 100)
    expected = sum(sum(p.doses_mg) * math.ceil((p.days or 0) / p.every_days) for p in found)
    assert amounts.sum() == pytest.approx(expected)
    assert np.all(np.diff(times) > 0)
    assert times.size == 0 or times[-1] < 24 * (of.days or 0)
