"""Faults of a pump go in; what its tip gives, levels and latest hours must be those worked by hand or got another way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import openbaclofen as ob
from openbaclofen.body.spine_delivery import Delivery
from openbaclofen.case.record import Event
from openbaclofen.decide.pump import pump_plan
from openbaclofen.decide.pump_case import PumpCase
from openbaclofen.decide.pump_failures import _act_before, _dated, failures, hours_to, hours_to_half
from openbaclofen.decide.pump_faults import Fault, happened, stopped, what_if
from openbaclofen.decide.pump_records import Failure, Line, PumpPlan, in_short
from openbaclofen.decide.pump_rescue import _by_mouth
from openbaclofen.dose.pump import lowered
from openbaclofen.errors import InputError
from openbaclofen.facts import load
from openbaclofen.infer.pump_what_if import PumpPeople, hours_of, latest, pump_people, typical_person
from openbaclofen.report.pump_text import value_of
from openbaclofen.units import IntrathecalConcentration, IntrathecalDose, Volume

KB = load()
STEADY = settings(derandomize=True, deadline=None)
ADULT: dict[str, Any] = {"age": "46 a", "weight": "62 kg", "height": "168 cm", "sex": "female", "creatinine": "0.8 mg/dL"}
PUMP: dict[str, Any] = {
    "route": "intrathecal",
    "programme": "250 ug/d continuous",
    "concentration": "500 ug/mL",
    "catheter_volume": "0.2 mL",
    "tubing_volume": "0.25 mL",
}


def pump_case(**other: Any) -> PumpCase:
    """A running pump of 250 ug/d of 500 ug/mL: 0.5 mL/d."""
    given = {"date": "2026-11-22", "patient": ADULT, "region": "US", "current": PUMP | other, "question": "check"}
    return PumpCase(ob.read_case(given), KB)


@cache
def typical() -> PumpPeople:
    of = pump_case()
    return typical_person(of.case, KB, of.order, 250.0)


def gives(fault: Fault) -> Delivery:
    assert fault.delivery is not None
    return fault.delivery(typical())


def rates(delivery: Delivery) -> list[tuple[float, float]]:
    """Hours and ug/d."""
    return list(zip(delivery.from_h.tolist(), (np.asarray(delivery.ug_per_h) * 24).tolist(), strict=True))


def told(kind: str, of: PumpCase | None = None, **event: Any) -> Fault:
    return happened(of or pump_case(), Event(kind, **event))


def test_a_wrong_solution_comes_once_the_dead_volume_is_through() -> None:
    """0.45 mL at 0.5 mL/d: 0.9 d = 21.6 h; then 0.5 mL/d of 2000 ug/mL: 1000 ug/d. Put right at hour 30: none flows."""
    fault = told("wrong_refill", concentration=IntrathecalConcentration(2000))
    assert rates(gives(fault)) == [(0, 250), (pytest.approx(21.6), pytest.approx(1000))]
    assert fault.towards == "overdose"
    assert fault.righted is not None
    assert rates(fault.righted(typical(), 30)) == [(0, 250), (pytest.approx(21.6), pytest.approx(1000)), (30, 0)]
    assert rates(fault.righted(typical(), 10)) == [(0, 250), (10, 0)]
    weak = told("wrong_refill", concentration=IntrathecalConcentration(50))
    assert (weak.towards, rates(gives(weak))[1][1]) == ("withdrawal", pytest.approx(25))
    unknown = PUMP | {"catheter_volume": None, "tubing_volume": None}
    at_once = told("wrong_refill", pump_case(**unknown), concentration=IntrathecalConcentration(2000))
    assert rates(gives(at_once)) == [(0, pytest.approx(1000))]
    assert "at once" in at_once.gives


def test_a_wrong_solution_comes_at_once_where_the_catheter_holds_another() -> None:
    """500 ug/mL run, 2000 are ordered and 500 filled in: the tip gives a quarter from the first hour on."""
    given_ = {"date": "2026-11-22", "patient": ADULT, "region": "US", "current": PUMP, "question": "adjust"}
    of = PumpCase(ob.read_case(given_ | {"therapy": PUMP | {"concentration": "2000 ug/mL"}}), KB)
    fault = told("wrong_refill", of, concentration=IntrathecalConcentration(500))
    assert rates(gives(fault)) == [(0.0, pytest.approx(62.5))]
    assert "taken as at once, since the catheter held another solution" in fault.gives


def test_a_catheter_flushed_or_drawn_empty() -> None:
    """0.2 mL of 500 ug/mL are 100 ug at once; drawn empty it is filled again after 0.2 / 0.5 d = 9.6 h."""
    flushed, drawn = gives(told("catheter_flushed")), told("catheter_aspirated")
    assert (flushed.bolus_ug.tolist(), flushed.bolus_ml.tolist()) == ([100], [0.2])
    assert rates(flushed) == [(0, 250)]
    assert rates(gives(drawn)) == [(0, 0), (pytest.approx(9.6), 250)]
    assert drawn.righted is not None
    assert rates(drawn.righted(typical(), 4)) == [(0, 0), (4, 250)]
    assert rates(drawn.righted(typical(), 40)) == [(0, 0), (pytest.approx(9.6), 250)]


def test_a_bolus_an_overfill_and_a_scan() -> None:
    """500 ug of 500 ug/mL are 1 mL; 2 mL too much at most 1000 ug; an hour in a scanner and 24 h more: 25 h."""
    bolus = gives(told("pump_bolus", dose=IntrathecalDose(500)))
    assert (bolus.bolus_ug.tolist(), bolus.bolus_ml.tolist()) == ([500], [1])
    assert gives(told("pump_overfilled", volume=Volume(2))).bolus_ug.tolist() == [1000]
    assert rates(gives(told("mri"))) == [(0, 0), (25, 250)]
    assert rates(gives(told("pump_empty"))) == [(0, 0)]


def test_what_if_names_each_fault_and_a_slip_is_tenfold() -> None:
    faults = {fault.kind: fault for fault in what_if(pump_case())}
    assert rates(gives(faults["dose_slip"])) == [(0, 2500)]
    assert gives(faults["pump_bolus"]).bolus_ug.tolist() == [500]
    assert [fault.towards for fault in what_if(pump_case()) if fault.kind == "wrong_refill"] == ["overdose", "withdrawal"]
    bare = {fault.kind: fault.need for fault in what_if(pump_case(**PUMP | {"catheter_volume": None, "concentration": None}))}
    assert bare["catheter_flushed"] == ("therapy.concentration", "therapy.catheter_volume")
    assert bare["wrong_refill"] == ("therapy.concentration",)
    assert bare["pump_stall"] == ()


def test_after_a_stall_is_what_settled_less_what_a_start_would_have_brought() -> None:
    """The fluid is linear: settled = stall + start, at every place and hour."""
    people, times = typical(), np.arange(0.0, 49.0)
    stalled = people.levels(people.given(0.0), times)
    started = people.levels(people.given(250.0), times, running=False)
    for place, level in stalled.items():
        assert (level + started[place])[0] == pytest.approx(np.full(49, level[0, 0]), rel=1e-6)


def test_a_bolus_adds_to_what_runs() -> None:
    people, times = typical(), hours_of(1, bolus=True)
    both = people.levels(people.bolus(100, 0.2, 250), times)
    alone = people.levels(people.bolus(100, 0.2, 0), times, running=False)
    for place, level in both.items():
        assert level[0] == pytest.approx(alone[place][0] + level[0, 0], rel=1e-6)


def test_four_times_the_rate_settles_at_four_times_the_level() -> None:
    fault = told("wrong_refill", concentration=IntrathecalConcentration(2000))
    legs = typical().levels(gives(fault), np.array([0.0, 21.0, 400.0]))["legs"][0]
    assert legs[1] == pytest.approx(legs[0])
    assert legs[2] == pytest.approx(4 * legs[0], rel=1e-3)


def test_spinal_fluid_from_tablets_is_the_mean_of_plasma_times_what_it_lets_through() -> None:
    """Over a settled day the mean of dC/dt = k (Kp Cp - C) is nought: C = Kp F dose / (CL 24 h)."""
    people = typical()
    body = people.of.parameters.body
    clearance = float((body.renal_clearance + body.nonrenal_clearance)[0])  # L/h
    plasma = 1000 * float(body.bioavailability[0]) * 80 / (clearance * 24)  # ng/mL
    assert float(_by_mouth(people, 20, 6)[0]) == pytest.approx(float(body.csf_ratio[0]) * plasma, rel=0.01)


def test_hours_to_half_are_read_between_hours() -> None:
    """100 falls to 60 in the first hour and to 40 in the second: 50 at 1.5 h. 10 never falls."""
    level = np.array([[100.0, 60.0, 40.0], [10.0, 10.0, 10.0]])
    assert hours_to_half(np.arange(3.0), level) == pytest.approx([1.5, np.inf])
    assert hours_to(np.arange(3.0), np.array([[0.0, 1.0, 2.0]]), 0.5) == pytest.approx([0.5])


@STEADY
@given(st.integers(0, 200), st.integers(1, 150))
def test_the_latest_safe_hour_is_the_last_of_those_tried_one_by_one(last: int, most: int) -> None:
    assert latest(lambda hour: hour <= last, most) == max(hour for hour in range(most + 1) if hour <= last)


def test_steps_down_by_hand() -> None:
    """300 to 50 in steps of at most 20 %: ln 6 / -ln 0.8 = 8.03, so 9 steps, each by 6^(-1/9) = 0.8195."""
    found = lowered(300, 0.2, 50)
    assert len(found) == 9
    assert found[0] == pytest.approx(245.84, abs=0.01)
    assert found[-1] == 50
    assert lowered(100, 0.5, 50) == (50,)
    assert lowered(50, 0.2, 50) == ()
    with pytest.raises(InputError, match="between 0 and 1"):
        lowered(300, 1, 50)


@STEADY
@given(st.floats(20, 2000), st.floats(0.05, 0.5), st.floats(10, 200))
def test_no_step_down_is_larger_than_allowed_and_no_way_is_shorter(dose: float, share: float, last: float) -> None:
    steps = (dose, *lowered(dose, share, last))
    falls = [1 - after / before for before, after in pairwise(steps)]
    assert all(fall <= share * (1 + 1e-6) for fall in falls)
    fewest = 0
    while dose * (1 - share) ** fewest > last * (1 + 1e-9):
        fewest += 1
    assert len(falls) == fewest


def test_a_restored_pump_keeps_withdrawal_away_only_up_to_the_hour_told() -> None:
    """The hour told is tried again: at it no more than one in twenty notices, an hour later more do."""
    of = pump_case()
    people = pump_people(of.case, KB, of.order, 250.0, 1)
    failure = failures(of, lambda: people, "pump_stall")[0]
    act = next(line for line in failure.lines if line.what == "act before")
    told_h = act.high  # of people like this one; the first hour told is no later, as it counts what is not known too
    assert told_h is not None
    assert act.value is not None
    assert act.value == act.low
    assert act.value <= told_h
    noticed, number = KB.value("withdrawal.noticed"), people.number

    def share(hour: float) -> float:
        seen = people.follow(people.changing([0, hour], [0, 250]), 4)
        return float((seen.outcomes["withdrawal"][:number].max(axis=1) >= noticed).mean())

    assert share(told_h) <= 0.05 < share(told_h + 1)


LIMITS = [((7, 4), (4.0, 4.0, 7.0)), ((4, 7), (4.0, 4.0, 4.0)), ((97, 4), (4.0, 4.0, None)), ((97, 97), (None, 96.0, None))]


@pytest.mark.parametrize(("limits", "shown"), LIMITS)
def test_the_hour_to_act_before_is_the_earlier_one(
    limits: tuple[int, int], shown: tuple[float | None, float, float | None]
) -> None:
    """(of people, of what is not known): the first number, and its clock time, is never the later; 96 h are followed."""
    fault = stopped(pump_case(), "pump_stall", "Pump stall")
    line = _act_before(fault, limits, typical(), "notice withdrawal")
    assert (line.value, line.low, line.high) == shown
    event = Event("pump_stall", on=date(2026, 11, 20), at_h=10.0)
    dated = _dated(line, event, typical())
    assert ("2026-11-20 14:00" in dated.note) is (shown[0] is not None)
    assert ("passed before the date of the case" in dated.note) is (shown[0] is not None)
    failure = Failure("pump_stall", "Pump stall", "2026-11-20 10:00", "withdrawal", "", lines=(line,))
    said = in_short(replace(planned(), failures=(failure,)))
    assert said == ("Pump stall: see its course." if shown[0] is None else f"Pump stall: act before hour {shown[0]:g}.")
    later = _dated(line, Event("pump_stall", on=date(2026, 11, 22), at_h=10.0), typical())
    assert "passed" not in later.note


def test_the_first_hour_is_at_once() -> None:
    act = Failure(
        "pump_stall", "Pump stall", "2026-11-20 10:00", "withdrawal", "", lines=(Line("act before", 0.0, "h", 0.0, 8.0),)
    )
    assert in_short(replace(planned(), failures=(act,))) == "Pump stall: act at once."


STALLED = {"events": [{"pump_stall": "2026-11-22 08:00"}]}
KNOWN_NOBODY = {key: value for key, value in ADULT.items() if key != "creatinine"}  # nobody to follow, so that it is quick


def planned(**more: Any) -> PumpPlan:
    given = {
        "date": "2026-11-22",
        "patient": KNOWN_NOBODY,
        "region": "US",
        "current": {key: value for key, value in PUMP.items() if "volume" not in key},
    }
    return pump_plan(ob.read_case(given | more), KB, 1)


@pytest.mark.parametrize("order", ["none", "20 mg QID"])
def test_a_stall_is_told_whatever_is_ordered_and_a_pump_that_stands_is_not_lowered(order: str) -> None:
    found = planned(therapy=order, **STALLED)
    assert [failure.kind for failure in found.failures] == ["pump_stall"]
    assert not any("Coming off" in part.title for part in found.parts)


def test_what_no_datum_would_tell_is_not_asked_for() -> None:
    infant = {"age": "0.5 a", "weight": "7 kg", "height": "66 cm", "sex": "male", "egfr": "90 mL/min/1.73 m2"}
    need = {key for part in planned(patient=infant).parts for key in part.need if "evidence" in key}
    assert need == {"other evidence (nothing is known about concentrations below 2 years of age)"}


def test_a_middle_that_is_not_reached_is_not_read_as_a_time_that_is_safe() -> None:
    noticed = Line("withdrawal noticed", None, "h", 12.0, None)
    assert value_of(noticed) == "beyond (12 to beyond) h"  # one in twenty by hour 12
    assert value_of(Line("act before", None, "h", 96.0, None)) == "beyond 96 h"


def test_failures_at_once_are_said_to_be_followed_alone() -> None:
    both = planned(events=[{"pump_stall": "2026-11-22 08:00"}, {"wrong_refill": "2000 ug/mL"}])
    assert any("followed alone" in note for note in both.notes)
    assert not any("followed alone" in note for note in planned(**STALLED).notes)


def test_what_was_observed_and_is_not_used_is_said() -> None:
    seen = planned(observations=[{"side_effect": "drowsiness", "grade": "severe", "date": "2026-11-20"}])
    assert any("not used for a pump" in note for note in seen.notes)
    assert not any("not used for a pump" in note for note in planned().notes)


def test_what_must_be_stated_is_named_where_the_case_would_state_it() -> None:
    runs, ordered = (
        planned(),
        planned(therapy={key: value for key, value in PUMP.items() if "volume" not in key}, current="none"),
    )
    need = {key for part in (*runs.parts, *runs.failures) for key in part.need}
    assert {"current.filled", "current.fill_volume", "current.catheter_volume", "patient.creatinine"} <= need
    assert not any(key.startswith("therapy.") for key in need)
    assert "therapy.catheter_volume" in {key for part in ordered.parts for key in part.need}
