"""Doses, solutions and volumes of pumps go in; flow, days, bridge, priming and start must be those worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openbaclofen.dose.pump import Before, bridge, days_to, delivered, flow, starting_dose, wrongly_filled
from openbaclofen.errors import InputError

STEADY = settings(derandomize=True, deadline=None)
DOSES = st.floats(10, 2000)
STRENGTHS = st.floats(50, 4000)
VOLUMES = st.floats(0.05, 40)
RATIOS = st.floats(0.85, 1.15)


def test_250_ug_a_day_from_20_ml() -> None:
    """250 ug/d of 2000 ug/mL: 250 / 2000 = 0.125 mL/d. 20 mL to the alarm at 2 mL: 18 mL / 0.125 mL/d = 144 d.

    A pump that gives 15 % more: 144 / 1.15 = 125.217 d.
    """
    assert flow(250, 2000) == 0.125
    assert days_to(2, 20, 0.125) == 144
    assert days_to(2, 20, 0.125, 1.15) == pytest.approx(125.2173913)
    assert days_to(2, 1.5, 0.125) == 0


def test_a_dose_raised_on_the_way() -> None:
    """Filled with 20 mL of 500 ug/mL at 200 ug/d = 0.4 mL/d; after 10 d (4 mL) raised to 250 ug/d = 0.5 mL/d.

    To 2 mL: 18 - 4 = 14 mL are left, 14 / 0.5 = 28 d; 10 + 28 = 38 d. With a ratio of 1.1: 4.4 mL in 10 d,
    then 13.6 / 0.55 = 24.727 d. To 17 mL: 3 mL / 0.4 = 7.5 d, before the change.
    """
    before = Before(10, 0.4)
    assert days_to(2, 20, 0.5, before=before) == pytest.approx(38)
    assert days_to(2, 20, 0.5, 1.1, before) == pytest.approx(34.7272727)
    assert days_to(17, 20, 0.5, before=before) == pytest.approx(7.5)


def test_a_bridge_to_a_stronger_solution() -> None:
    """500 to 2000 ug/mL at 250 ug/d with 0.45 mL of dead volume.

    It holds 0.45 x 500 = 225 ug, which last 225 / 250 = 0.9 d = 21.6 h at the old 0.5 mL/d. At the new flow of 0.125 mL/d the
    tip would give 0.125 x 500 = 62.5 ug/d, a quarter, for 0.45 / 0.125 = 3.6 d. If only 0.35 mL are there, the new solution
    comes 0.1 / 0.5 = 0.2 d too early, at 0.5 x 2000 = 1000 ug/d; if 0.55, the old one stays 0.1 / 0.125 = 0.8 d at 62.5 ug/d.
    """
    found = bridge(0.45, 500, 2000, 250, 250)
    assert found.old_ug == 225
    assert (found.ml_per_day, found.days) == pytest.approx((0.5, 0.9))
    assert (found.unbridged_ug_per_day, found.unbridged_days) == pytest.approx((62.5, 3.6))
    assert found.misjudged(0.35, 2000) == pytest.approx((1000, 0.2))
    assert found.misjudged(0.55, 2000) == pytest.approx((62.5, 0.8))


def test_a_bridge_to_a_weaker_solution_with_another_dose() -> None:
    """2000 to 500 ug/mL, 300 then 200 ug/d, 0.3 mL: 600 ug last 600 / 300 = 2 d at 0.15 mL/d.

    Unbridged, the flow of the new programme, 200 / 500 = 0.4 mL/d, gives 0.4 x 2000 = 800 ug/d, four times 200, for 0.75 d.
    """
    found = bridge(0.3, 2000, 500, 300, 200)
    assert (found.old_ug, found.ml_per_day, found.days) == pytest.approx((600, 0.15, 2))
    assert (found.unbridged_ug_per_day, found.unbridged_days) == pytest.approx((800, 0.75))


def test_a_wrong_fill() -> None:
    """Told 500 ug/mL for 250 ug/d it runs 0.5 mL/d; with 2000 ug/mL that is 1000 ug/d, 2000 / 500 = 4 times."""
    assert wrongly_filled(250, 500, 2000) == (1000, 4)
    assert wrongly_filled(250, 2000, 500) == (62.5, 0.25)


def test_a_start_after_screening() -> None:
    """75 ug that worked for 8 h: twice, 150 ug/d; for 10 h: as much, 75 ug/d by a threshold of 8 h, 150 ug/d by one of 12 h."""
    assert starting_dose(75, 8, 8, 2, 1) == 150
    assert starting_dose(75, 10, 8, 2, 1) == 75
    assert starting_dose(75, 10, 12, 2, 1) == 150


@STEADY
@given(DOSES, STRENGTHS)
def test_mass_is_concentration_times_volume(dose: float, strength: float) -> None:
    assert delivered(flow(dose, strength), strength) == pytest.approx(dose)


@STEADY
@given(DOSES, STRENGTHS, VOLUMES)
def test_twice_the_concentration_halves_the_flow_and_doubles_the_days(dose: float, strength: float, ml: float) -> None:
    assert flow(dose, 2 * strength) == pytest.approx(flow(dose, strength) / 2)
    assert days_to(0, ml, flow(dose, 2 * strength)) == pytest.approx(2 * days_to(0, ml, flow(dose, strength)))


@STEADY
@given(DOSES, DOSES, STRENGTHS, VOLUMES, VOLUMES, RATIOS, st.floats(0, 400))
def test_a_higher_dose_is_never_refilled_later(
    dose: float, more: float, strength: float, ml: float, alarm: float, ratio: float, days: float
) -> None:
    low, high = sorted((dose, more))
    before = Before(days, flow(dose, strength))
    assert days_to(alarm, ml, flow(high, strength), ratio) <= days_to(alarm, ml, flow(low, strength), ratio)
    early, late = (days_to(alarm, ml, flow(d, strength), ratio, before) for d in (high, low))
    assert early <= late * (1 + 1e-9)


@STEADY
@given(VOLUMES, VOLUMES, DOSES, STRENGTHS, RATIOS, st.floats(0, 400))
def test_what_was_filled_in_is_what_ran_out_and_what_is_left(
    alarm: float, ml: float, dose: float, strength: float, ratio: float, days: float
) -> None:
    now, before = flow(dose, strength), Before(days, flow(dose, strength) / 2)
    until = days_to(alarm, ml, now, ratio, before)
    ran = ratio * (min(until, days) * before.ml_per_day + max(until - days, 0) * now)
    assert ran == pytest.approx(max(ml - alarm, 0), abs=1e-9)


@STEADY
@given(st.floats(0.05, 1), STRENGTHS, STRENGTHS, DOSES, DOSES)
def test_a_bridge_gives_the_old_daily_dose_until_the_dead_volume_is_through(
    dead: float, old: float, new: float, before: float, after: float
) -> None:
    found = bridge(dead, old, new, before, after)
    assert found.days * found.ml_per_day == pytest.approx(dead)
    assert found.old_ug / found.days == pytest.approx(before)
    assert found.unbridged_ug_per_day * found.unbridged_days == pytest.approx(found.old_ug)


@pytest.mark.parametrize("numbers", [(0, 500), (250, 0), (-1, 500)])
def test_what_is_not_above_zero_is_refused(numbers: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="above zero"):
        flow(*numbers)
