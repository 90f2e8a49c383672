"""Hand-worked ladders and shares of a day, and what must hold for every one of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openbaclofen.decide.ladder import Bounds, rungs, titration
from openbaclofen.decide.pace import Pace
from openbaclofen.decide.spread import daily_total, spread, written

US = Pace("ADULT-TITR-US", "US", start_mg=15, increment_mg=15, interval_days=3, times=3, target_mg=80, text="")


@pytest.mark.parametrize(
    ("daily", "unit", "times", "largest", "doses"),
    [
        (15, 5, 3, 20, (5, 5, 5)),
        (20, 5, 3, 20, (5, 5, 10)),
        (80, 5, 3, 20, (20, 20, 20, 20)),
        (5, 5, 3, 20, (5,)),
        (7, 0.5, 4, None, (1.5, 1.5, 2, 2)),
    ],
)
def test_a_day_is_shared_as_worked_by_hand(
    daily: float, unit: float, times: int, largest: float | None, doses: tuple[float, ...]
) -> None:
    assert spread(daily, unit, times, largest) == doses


def test_the_us_schedule_climbs_to_the_ceiling() -> None:
    ladder = rungs(US, Bounds(ceiling_mg=80, single_mg=20, part=1), 5, 3)
    assert [r.sig for r in ladder] == ["5 mg TID", "10 mg TID", "15 mg TID", "20 mg TID", "15/20/20/20 mg"]


def test_half_the_kidneys_give_half_the_ladder() -> None:
    ladder = rungs(US, Bounds(ceiling_mg=40, single_mg=20, part=0.5), 5, 3)
    assert [r.daily_mg for r in ladder] == [5, 15, 20, 30, 35]


def test_nothing_fits_below_the_smallest_unit() -> None:
    assert rungs(US, Bounds(ceiling_mg=4, single_mg=20, part=1), 5, 3) == ()


def test_titration_holds_each_rung_for_the_interval() -> None:
    ladder = rungs(US, Bounds(80, 20, 1), 5, 3)
    climb = titration(ladder, ladder[2], US)
    assert [(p.daily_mg, p.days) for p in climb.phases] == [(15, 3), (30, 3), (45, None)]


@given(
    units=st.integers(1, 200),
    unit=st.sampled_from([0.5, 2.5, 5, 10, 25]),
    times=st.integers(1, 4),
    largest=st.none() | st.floats(25, 100),
)
def test_a_share_keeps_the_total_and_the_largest_dose(units: int, unit: float, times: int, largest: float | None) -> None:
    doses = spread(units * unit, unit, times, largest)
    assert sum(doses) == pytest.approx(units * unit)
    assert all(d > 0 and d % unit == 0 for d in doses)
    assert list(doses) == sorted(doses)
    if largest is not None:
        assert max(doses) <= largest + unit
    assert written(doses).endswith(("mg", "daily", "BID", "TID", "QID"))


@given(
    ceiling=st.floats(1, 200),
    part=st.floats(0.1, 1),
    unit=st.sampled_from([0.5, 5, 10]),
    start=st.floats(1, 30),
    step=st.floats(1, 30),
)
def test_no_rung_is_above_the_ceiling_and_they_rise(
    ceiling: float, part: float, unit: float, start: float, step: float
) -> None:
    pace = Pace("X", "US", start, step, 3, 3, None, "")
    ladder = rungs(pace, Bounds(ceiling * part, None, part), unit, 3)
    daily = [r.daily_mg for r in ladder]
    assert daily == sorted(set(daily))
    assert all(mg <= ceiling * part + 1e-9 for mg in daily)
    assert not daily or daily[0] <= max(start * part, daily_total(ceiling * part, unit)) + 1e-9
