"""Programmes of every mode go in; they must be sums of what they are made of, and repeat where they say so."""

from __future__ import annotations

import numpy as np
import pytest
from tests.closed_form.test_pump import PATIENT, WHERE, people
from tests.closed_form.test_spine import body, spine
from tests.people_like import KB

import openbaclofen as ob
from openbaclofen.body.spine import CISTERNAL, PLASMA, Place, modes
from openbaclofen.body.spine_course import course, settled, settled_cord
from openbaclofen.body.spine_delivery import Delivery
from openbaclofen.body.spine_runs import Cord
from openbaclofen.dose.programme import continuous, parse_programme
from openbaclofen.errors import InputError
from openbaclofen.infer.pump import pump_course
from openbaclofen.infer.pump_programme import day_of, delivery_of, settled_on
from openbaclofen.infer.spine_typical import places
from openbaclofen.pump import ARMS, LEGS, LEVELS, LIMBS, Given, PumpCourse, simulate_pump
from openbaclofen.response import OF_LIMBS

TIP, NAMES = 0.55, ("legs", "arms", CISTERNAL, PLASMA)
CORD_RATE = np.array([0.1, 2.0])  # slower and faster than the fluid
MODES = (
    "200 ug/d continuous",
    "flex 6 ug/h from 06:00, 12 ug/h from 18:30, 0 ug/h from 23:00",
    "5 boluses a day of 40 ug over 4 min from 01:10",
    "3 boluses a day of 50 ug over 40 min from 07:30 plus 2 ug/h",
    "2 boluses a day of 60 ug plus 24 ug/d",
)
HOURS = np.concatenate([np.arange(0.0, 6.0, 0.1), np.arange(6.0, 54.0, 1.7)])


def levels(delivery: Delivery, hours: np.ndarray = HOURS, start: np.ndarray | None = None) -> dict[str, np.ndarray]:
    cord = Cord(CORD_RATE, (LEGS, ARMS))
    return course(modes(spine(2), body(2)), delivery, hours, WHERE, NAMES, cord=cord, start=start)


def case(programme: str, **more: object) -> ob.case.record.Case:
    therapy = {"route": "intrathecal", "programme": programme} | more
    return ob.read_case({"patient": PATIENT, "therapy": therapy, "current": "none", "region": "US"})


def simulated(programme: str, days: float, every_h: float = 1.0, **more: object) -> PumpCourse:
    return pump_course(case(programme, **more), KB, number=12, ignorance=3, seed=1, days=days, every_h=every_h)


@pytest.mark.parametrize("over", ["", " over 20 min"])
def test_a_train_of_boluses_is_the_sum_of_single_ones(over: str) -> None:
    train = delivery_of(parse_programme(f"6 boluses a day of 30 ug{over} from 02:00"), TIP, HOURS[-1], 0.01)
    seen = levels(train)
    each = [parse_programme(f"30 ug once{over} from {hour:02d}:00") for hour in range(2, 24, 4)]
    for name in seen:
        total = 0.0
        for single in each:
            for day in range(3):
                one = delivery_of(single, TIP, 24.0, 0.01)
                late = Delivery(
                    TIP, bolus_h=one.bolus_h + 24 * day, bolus_ug=one.bolus_ug, bolus_ml=one.bolus_ml, bolus_over_h=one.over_h
                )
                total = total + levels(late)[name]
        assert seen[name] == pytest.approx(total, rel=1e-9, abs=1e-9), name


def test_a_flex_day_of_equal_rates_is_a_continuous_one() -> None:
    flex = parse_programme("flex 10 ug/h from 05:00, 240 ug/d from 11:30, 10 ug/h from 20:00")
    assert flex.ug_per_day == pytest.approx(240.0, rel=1e-12)
    one, other = (levels(delivery_of(gives, TIP, HOURS[-1])) for gives in (flex, continuous(240.0)))
    for name in one:
        assert one[name] == pytest.approx(other[name], rel=1e-9, abs=1e-9), name
    who = people(3)
    first, second = (settled_on(who, gives, WHERE) for gives in (flex, continuous(240.0)))
    assert first.amplitudes == pytest.approx(second.amplitudes, rel=1e-8, abs=1e-8)
    for limb in LIMBS:
        assert first.cord[limb] == pytest.approx(second.cord[limb], rel=1e-9)
        for a, b in zip(first.sites[limb], second.sites[limb], strict=True):
            for x, y in zip(a, b, strict=True):
                assert np.asarray(x) == pytest.approx(np.asarray(y), rel=1e-6, abs=1e-9)


def test_boluses_without_a_break_are_an_infusion() -> None:
    """12 boluses of 10 ug, each over nearly all of its 2 hours, are 5 ug an hour; so is a bolus over its whole length."""
    boluses = Delivery(
        TIP, bolus_h=np.arange(0.0, 60.0, 2.0), bolus_ug=np.full(30, 10.0), bolus_ml=np.zeros(30), bolus_over_h=np.full(30, 2.0)
    )
    one, other = levels(boluses), levels(delivery_of(continuous(120.0), TIP, 60.0))
    for name in one:
        assert one[name] == pytest.approx(other[name], rel=1e-9, abs=1e-9), name


def test_a_bolus_over_a_moment_is_one_at_once() -> None:
    short, none = (delivery_of(parse_programme(f"50 ug once{over}"), TIP, 24.0) for over in (" over 0.0001 min", ""))
    for name, value in levels(short).items():
        assert value[:, 1:] == pytest.approx(levels(none)[name][:, 1:], rel=1e-4, abs=1e-6), name


def test_a_bolus_that_runs_over_midnight_is_cut_there_and_nothing_is_lost() -> None:
    gives = parse_programme("2 boluses a day of 60 ug over 60 min from 11:30")
    day = day_of(gives, TIP)
    assert day.bolus_h == pytest.approx([0.0, 11.5, 23.5])
    assert day.bolus_ug == pytest.approx([30.0, 60.0, 30.0])
    assert day.over_h == pytest.approx([0.5, 1.0, 0.5])
    assert float(day.infused(np.array([24.0]))[0]) == pytest.approx(120.0, rel=1e-12)


@pytest.mark.parametrize("said", MODES)
def test_what_is_delivered_by_midnight_is_the_daily_dose(said: str) -> None:
    gives = parse_programme(said)
    given = delivery_of(gives, TIP, 72.0)
    assert given.infused(np.array([24.0, 48.0, 72.0])) == pytest.approx(gives.ug_per_day * np.array([1, 2, 3]), rel=1e-12)


@pytest.mark.parametrize("said", MODES)
def test_the_course_of_a_settled_programme_repeats_itself(said: str) -> None:
    who, gives = people(3), parse_programme(said)
    before, hours = settled_on(who, gives, WHERE, 1 / 500), np.arange(0.0, 97.0, 0.5)
    given = Given(
        delivery_of(gives, float(WHERE["tip"].low), hours[-1], 1 / 500), before.amplitudes, before.sites, cord=before.cord
    )
    seen, _ = simulate_pump(who, given, hours, WHERE, LIMBS)
    for name, value in seen.quantities().items():
        assert value[:, 48:96] == pytest.approx(value[:, :48], rel=2e-3, abs=1e-6), name
        assert value[:, 96:144] == pytest.approx(value[:, 48:96], rel=2e-3, abs=1e-6), name
    for name in ("plasma", *(f"csf_{at}" for at in LEVELS)):
        value = seen.quantities()[name]
        assert value[:, 144:193] == pytest.approx(value[:, :49], rel=1e-9), name


def test_the_cord_beside_one_well_mixed_pool_is_that_of_two_exponentials() -> None:
    """Levels fall as exp(-k t): the cord is k_c / (k_c - k) (exp(-k t) - exp(-k_c t)) of the first level."""
    mixed = modes(spine(2, mixing=1e7, cranial_exchange=1e7), body(2, clearance=1e7))
    given = Delivery(0.3, bolus_h=np.zeros(1), bolus_ug=np.array([50.0]), bolus_ml=np.zeros(1))
    hours = np.array([0.0, 0.4, 1.0, 3.0, 9.0])
    seen = course(mixed, given, hours, WHERE, ["legs"], cord=Cord(CORD_RATE, (LEGS,)))
    volume = 60.0 * 1.4 + 80.0
    k, rate = (25.0 + 20.0) / volume, CORD_RATE[:, None]
    expected = 1000 * 50.0 / volume * rate / (rate - k) * (np.exp(-k * hours) - np.exp(-rate * hours))
    assert seen["cord legs"] == pytest.approx(expected, rel=1e-4, abs=1e-6)
    fluid = modes(spine(2), body(2))
    always = settled(fluid, TIP, 5.0)
    beside = np.einsum("pnm,pm->pn", fluid.reads(WHERE, ["legs"]), always)
    day = delivery_of(continuous(120.0), TIP, 24.0)
    assert settled_cord(fluid, day, 24.0, WHERE, Cord(CORD_RATE, (LEGS,)), always) == pytest.approx(beside, rel=1e-9)


def test_arms_answer_their_own_segments_as_legs_would() -> None:
    who, hours = people(4), np.arange(0.0, 30.0, 0.5)
    given = Given(delivery_of(parse_programme(MODES[2]), 0.5, 30.0))
    seen, _ = simulate_pump(who, given, hours, WHERE, LIMBS)
    swapped, _ = simulate_pump(who, given, hours, WHERE | {LEGS: WHERE[ARMS], ARMS: WHERE[LEGS]}, LIMBS)
    for name in OF_LIMBS:
        assert seen.outcomes[f"{name}_{ARMS}"] == pytest.approx(swapped.outcomes[name], rel=1e-9, abs=1e-12), name
        assert np.array_equal(seen.outcomes[f"{name}_{LEGS}"], seen.outcomes[name]), name
    assert not np.allclose(seen.outcomes["reflex_gain_arms"], seen.outcomes["reflex_gain_legs"], rtol=1e-2)


def test_a_tip_at_the_neck_serves_the_arms_and_one_at_the_loins_the_legs() -> None:
    falls = {}
    for tip in ("C5", "T10", "L3"):
        seen = simulated(MODES[0], 2, catheter_tip=tip)
        falls[tip] = {limb: float(np.median(1 - seen.outcomes[f"reflex_gain_{limb}"][:, -1])) for limb in LIMBS}
        at = {level: float(np.median(seen.csf_by_level[:, i, -1])) for i, level in enumerate(seen.levels)}
        falls[tip]["cisternal"] = at[CISTERNAL]
    assert falls["C5"][ARMS] > falls["T10"][ARMS] > falls["L3"][ARMS]
    assert falls["L3"][LEGS] > falls["C5"][LEGS]
    assert falls["C5"]["cisternal"] > falls["T10"]["cisternal"] > falls["L3"]["cisternal"]
    with pytest.raises(InputError, match="T13"):
        simulated(MODES[1], 1, catheter_tip="T13")


def test_the_spacing_of_outputs_changes_no_output() -> None:
    hourly, seldom = (simulated(MODES[3], 2, every_h) for every_h in (1.0, 6.0))
    assert np.array_equal(seldom.time_h, hourly.time_h[::6])
    for name, value in seldom.quantities().items():
        assert value == pytest.approx(hourly.quantities()[name][:, ::6], rel=1e-12, abs=1e-15), name


def test_a_single_bolus_goes_in_by_needle_and_is_gone_in_two_days() -> None:
    seen = simulated("50 ug once over 1 min at 08:00", 3)
    assert (seen.csf_ng_per_ml[:, :9] == 0).all()
    lumbar = seen.csf_by_level[:, seen.levels.index("lumbar")]
    assert (lumbar[:, 9] > seen.csf_ng_per_ml[:, 9]).all()  # given at L3, below the segments of the legs
    assert (seen.csf_ng_per_ml[:, -1] < 0.01 * seen.csf_ng_per_ml.max(axis=1)).all()
    high = simulated("50 ug once over 1 min at 08:00", 1, catheter_tip="T4")
    arms = seen.levels.index("arms")
    assert np.median(high.csf_by_level[:, arms, 9]) > 1.2 * np.median(seen.csf_by_level[:, arms, 9])


def test_tablets_go_on_beside_a_screening_bolus() -> None:
    said = {"patient": PATIENT, "therapy": {"route": "intrathecal", "programme": "50 ug once"}, "region": "US"}
    with_, without = (
        pump_course(ob.read_case(said | {"current": now}), KB, number=4, ignorance=2, seed=1, days=2)
        for now in ("20 mg TID", "none")
    )
    added = with_.plasma_ng_per_ml - without.plasma_ng_per_ml
    assert (added > 20).all()
    assert added[:, 24:48] == pytest.approx(added[:, :24], rel=1e-6)
    running = said | {"current": {"route": "intrathecal", "programme": MODES[0]}}
    with pytest.raises(InputError, match="while a pump runs"):
        pump_course(ob.read_case(running), KB, number=1, ignorance=1, seed=1, days=1)


def test_the_volume_of_a_bolus_spreads_it() -> None:
    """The weaker the solution, the further a bolus reaches at once."""
    near = Place(TIP, TIP)
    small, large = (
        course(
            modes(spine(1, nearest=0.0), body(1)),
            delivery_of(parse_programme("50 ug once"), TIP, 1.0, ml),
            np.array([0.001]),
            {"x": near},
            ["x"],
        )["x"][0, 0]
        for ml in (0.0, 1 / 50)
    )
    assert large < small / 3
    assert large == pytest.approx(1000 * 50 / 10.0, rel=0.05)  # 1 mL mixes with 10 mL
    assert float(places(KB, tip="C5")["tip"].low) < float(places(KB, tip="T10")["tip"].low)
