"""Pump programmes go in, sound and garbled; rates, boluses and the daily dose come out, or one error of one line."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.robust.test_case import STEADY
from tests.robust.test_case_garbled import holds

import openbaclofen as ob
from openbaclofen import api
from openbaclofen.case.read import read_case
from openbaclofen.case.record import IntrathecalTherapy
from openbaclofen.dose.programme import Bolus, Programme, Rate, continuous, parse_programme
from openbaclofen.errors import InputError

READ = {
    "250 ug/d continuous": (continuous(250.0), 250.0),
    "250 mcg/day simple continuous": (continuous(250.0), 250.0),
    "250 micrograms/day continuous": (continuous(250.0), 250.0),
    "10 mcg/hr continuous": (continuous(240.0), 240.0),
    "10 ug/h continuous": (continuous(240.0), 240.0),
    "flex 8 ug/h from 06:00, 12 ug/h from 18:00": (
        Programme("flex", (Rate(6.0, 192.0), Rate(18.0, 288.0))),
        240.0,  # 12 x 8 + 12 x 12
    ),
    "flex 12 ug/h from 18:00 then 240 ug/d from 0:00; 0 ug/h from 23:30": (
        Programme("flex", (Rate(0.0, 240.0), Rate(18.0, 288.0), Rate(23.5, 0.0))),
        246.0,  # 18 x 10 + 5.5 x 12
    ),
    "4 boluses a day of 50 ug over 6 min": (
        Programme("boluses", (Rate(0.0, 0.0),), tuple(Bolus(hour, 50.0, 0.1) for hour in (0.0, 6.0, 12.0, 18.0))),
        200.0,
    ),
    "3 boluses per day of 50 mcg from 20:00 plus 24 ug/d": (
        Programme("boluses", (Rate(0.0, 24.0),), tuple(Bolus(hour, 50.0, 0.0) for hour in (4.0, 12.0, 20.0))),
        174.0,
    ),
    "40 ug over 30 min every 12 h with 1 ug/h from 07:30": (
        Programme("boluses", (Rate(0.0, 24.0),), (Bolus(7.5, 40.0, 0.5), Bolus(19.5, 40.0, 0.5))),
        104.0,
    ),
    "1 bolus a day of 100 ug": (Programme("boluses", (Rate(0.0, 0.0),), (Bolus(0.0, 100.0, 0.0),)), 100.0),
    "50 ug once": (Programme("once", (), (Bolus(0.0, 50.0, 0.0),)), 50.0),
    "75 ug bolus once over 3 min at 8:00": (Programme("once", (), (Bolus(8.0, 75.0, 0.05),)), 75.0),
}


@pytest.mark.parametrize(("said", "expect"), READ.items())
def test_a_programme_and_its_daily_dose(said: str, expect: tuple[Programme, float]) -> None:
    read = parse_programme(said)
    for kind in ("rates", "boluses"):
        found, wanted = getattr(read, kind), getattr(expect[0], kind)
        assert len(found) == len(wanted), kind
        for one, other in zip(found, wanted, strict=True):
            assert one == pytest.approx(other, rel=1e-12), kind
    assert read.mode == expect[0].mode
    assert read.ug_per_day == pytest.approx(expect[1], rel=1e-12)
    assert read.scaled(2.0).ug_per_day == pytest.approx(2 * expect[1], rel=1e-12)
    case = read_case({"patient": {}, "therapy": {"route": "intrathecal", "programme": said}})
    assert isinstance(case.therapy, IntrathecalTherapy)
    assert (case.therapy.gives, case.therapy.rate.value, case.therapy.mode) == (read, read.ug_per_day, read.mode)


@STEADY
@given(st.integers(1, 10_000))
def test_a_daily_dose_is_not_rounded(ug: int) -> None:
    assert parse_programme(f"{ug} ug/d continuous").ug_per_day == ug


SAID = (
    "flex|continuous|simple|from|at|over|every|plus|with|once|then|,|;|bolus|boluses a day of|8 ug/h|250 ug/d|50 ug|3 mg|06:00"
    "|24:00|5 min|6 h|7 h|0 ug|4|1e400 ug|-2 ug/h|nan ug|mcg"
)
WORDS = st.sampled_from(re.split(r"\|", SAID))


@STEADY
@given(st.lists(WORDS | st.text(max_size=5), max_size=10).map(" ".join))
def test_no_garbled_programme_does_anything_else(said: str) -> None:
    holds({"patient": {}, "therapy": {"route": "intrathecal", "programme": said}})
    try:
        read = parse_programme(said)
    except InputError:
        return
    assert read.ug_per_day >= 0
    assert all(0 <= hour < 24 for hour, *_ in (*read.rates, *read.boluses))


PATIENT = {"age": "46 a", "sex": "female", "weight": "62 kg", "height": "168 cm", "creatinine": "0.8 mg/dL"}


@pytest.mark.parametrize(
    "said", ["flex 5 ug/h from 06:00, 9 ug/h from 20:00", "3 boluses a day of 40 ug over 5 min", "50 ug once"]
)
def test_a_course_tells_levels_along_the_cord_and_each_limb(said: str) -> None:
    case = read_case({"patient": PATIENT, "therapy": {"route": "intrathecal", "programme": said}, "current": "none"})
    course = ob.simulate(case, people=5, days=1, every_h=2)
    assert course.levels == ("cisternal", "arms", "trunk", "legs", "lumbar")
    assert course.csf_by_level.shape == (5, 5, 13)
    assert (course.csf_by_level[:, 3] == course.csf_ng_per_ml).all()
    for name in ("reflex_gain", "modified_ashworth", "strength"):
        assert (course.outcomes[f"{name}_legs"] == course.outcomes[name]).all()
        assert course.outcomes[f"{name}_arms"].shape == (5, 13)
    table = course.summary()
    assert {"csf_cisternal_ng_per_ml", "modified_ashworth_trunk"} <= set(table["quantity"])
    document = dataclasses.asdict(course.to_dict())
    assert set(document["csf_by_level"]) == set(course.levels)
    assert all(of["unit"] == "ng/mL" and of["grade"] == "assumed" for of in document["csf_by_level"].values())


def test_a_course_by_mouth_has_no_levels_along_the_cord() -> None:
    course = ob.simulate(
        read_case({"patient": PATIENT, "therapy": "10 mg TID", "current": "none"}), people=2, days=1, every_h=6
    )
    assert (course.levels, course.to_dict().csf_by_level) == ((), {})
    with pytest.raises(InputError, match="along the cord"):
        _ = course.csf_by_level


def test_a_single_bolus_is_a_screening_trial_and_not_planned_while_a_pump_runs() -> None:
    bolus = {"route": "intrathecal", "programme": "50 ug once"}
    now = {"route": "intrathecal", "programme": "200 ug/d continuous"}
    with pytest.raises(InputError, match="while a pump runs"):
        api.pump(read_case({"patient": PATIENT, "therapy": bolus, "current": now, "question": "adjust"}))
