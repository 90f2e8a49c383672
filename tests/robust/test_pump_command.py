"""Cases with pumps go in; the command's text and JSON, its dates, its refusals and what it cannot tell come out."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.golden.pumps import pump_of

import openbaclofen as ob
from openbaclofen import api
from openbaclofen.apps.cli import run
from openbaclofen.decide import plan as planned
from openbaclofen.decide import pump as decide
from openbaclofen.decide.pump_case import PumpCase
from openbaclofen.decide.pump_change import concentration_change, priming
from openbaclofen.decide.pump_dose import starting, titration
from openbaclofen.decide.pump_records import Line, Part, PumpPlan
from openbaclofen.decide.pump_rescue import tablets
from openbaclofen.errors import InputError
from openbaclofen.facts import load
from openbaclofen.report import as_json, schemas
from openbaclofen.safety.refill import fill, passed

KB = load()
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "pump"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.yaml"))
ADULT: dict[str, Any] = {"age": "46 a", "weight": "62 kg", "height": "168 cm", "sex": "female", "creatinine": "0.8 mg/dL"}
PUMP: dict[str, Any] = {"route": "intrathecal", "programme": "250 ug/d continuous"}
FULL = PUMP | {"concentration": "2000 ug/mL", "filled": "2026-11-22", "fill_volume": "20 mL", "alarm_volume": "2 mL"}


def case(therapy: Any, current: Any = None, **said: Any) -> PumpCase:
    """A case of an adult with disease of the cord on 2026-11-22."""
    given = {"date": "2026-11-22", "patient": ADULT | {"spasticity_origin": "spinal"}, "region": "US"} | said
    return PumpCase(ob.read_case(given | {"therapy": therapy, "current": current or "none"}), KB)


def calendar(of: PumpCase) -> Part:
    return decide.calendar(of, fill(of.case, of.kb), passed(of.case, of.kb))


def line(part: Part | None, what: str) -> Line:
    assert part is not None
    return next(line for line in part.lines if line.what.startswith(what))


def test_dates_of_a_fill() -> None:
    """144 d to the alarm from 2026-11-22: 2027-04-15; 3-5 d before it 04-10 to 04-12. At 1.15: 125.2 d, 2027-03-27.

    At 0.85: 169.4 d, 2027-05-10. Empty at 1 mL: 19 / 0.125 = 152 d, 2027-04-23.
    """
    found = calendar(case(FULL))
    alarm, refill = line(found, "low-reservoir"), line(found, "refill by")
    assert (alarm.on, alarm.on_low, alarm.on_high) == ("2027-04-15", "2027-03-27", "2027-05-10")
    assert (refill.on_low, refill.on) == ("2027-04-10", "2027-04-12")
    assert "2027-03-27" in refill.note
    assert line(found, "no more").on == "2027-04-23"


def test_a_slow_pump_is_refilled_when_its_solution_has_been_kept_long_enough() -> None:
    """50 ug/d: 720 d to the alarm, but 180 d from 2026-11-22 are 2027-05-21."""
    assert line(calendar(case(FULL | {"programme": "50 ug/d continuous"})), "refill by").on == "2027-05-21"


def test_a_dose_raised_on_the_way_brings_the_alarm_forward() -> None:
    """Filled on 2026-10-13, 40 d at 250 ug/d: 5 mL; 13 mL at 500 ug/d, 0.25 mL/d: 52 d from 2026-11-22, 2027-01-13."""
    found = calendar(case(PUMP | {"programme": "500 ug/d continuous"}, FULL | {"filled": "2026-10-13"}, question="adjust"))
    assert line(found, "low-reservoir").on == "2027-01-13"


def test_a_refill_that_has_passed_is_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "failures", lambda of, people, asked: ())
    monkeypatch.setattr(decide, "rescue", lambda of, people: None)
    late = {
        "date": "2026-11-22",
        "patient": ADULT,
        "region": "US",
        "current": FULL | {"filled": "2026-05-01"},
        "question": "check",
    }
    found = api.pump(ob.read_case(late))
    assert "ITB-ABRUPT" in [f.rule for f in found.verdict.findings]
    assert found.verdict.stops
    in_time = api.pump(ob.read_case(late | {"current": FULL}))
    assert "ITB-ABRUPT" not in [f.rule for f in in_time.verdict.findings]


@pytest.mark.parametrize(
    ("left_out", "need"),
    [("filled", "therapy.filled"), ("fill_volume", "therapy.fill_volume"), ("concentration", "therapy.concentration")],
)
def test_without_a_datum_no_date_is_guessed(left_out: str, need: str) -> None:
    found = calendar(case({key: value for key, value in FULL.items() if key != left_out}))
    assert found.need == (need,)
    assert not found.lines


def test_a_bridge_needs_both_solutions_and_the_catheter() -> None:
    old = PUMP | {"concentration": "500 ug/mL"}
    assert concentration_change(case(FULL, PUMP)) == Part("Change of concentration: bridge", need=("current.concentration",))
    assert concentration_change(case(FULL, old)) == Part("Change of concentration: bridge", need=("therapy.catheter_volume",))
    assert concentration_change(case(FULL, FULL)) is None
    assert "current.concentration" in calendar(case(FULL, PUMP)).need


def test_a_bridge_states_its_range_where_the_tubing_is_not_stated() -> None:
    """0.2 mL of catheter and 0.2 (0.05 to 0.4) mL of tubing: 0.4 (0.25 to 0.6) mL at 0.5 mL/d are 19.2 (12 to 28.8) h."""
    found = concentration_change(case(FULL | {"catheter_volume": "0.2 mL"}, PUMP | {"concentration": "500 ug/mL"}))
    bridge = line(found, "bridge: for")
    assert (bridge.value, bridge.low, bridge.high) == pytest.approx((19.2, 12, 28.8))
    assert bridge.rests_on == ("pump.tubing_volume",)
    assert "1000 ug/d" in line(found, "if the dead volume is smaller").note


def test_priming() -> None:
    """0.2 mL of 2000 ug/mL hold 400 ug; unprimed 0.2 / 0.125 d = 38.4 h."""
    found = priming(case(FULL | {"catheter_volume": "0.2 mL", "tubing_volume": "0.25 mL"}))
    assert "400 ug" in line(found, "catheter alone").note
    assert line(found, "not primed").value == pytest.approx(38.4)


def test_days_from_the_alarm_to_empty() -> None:
    """2 mL at the alarm, 1 mL (0 to 4) stays: 1 / 0.125 d = 8 d; nothing stays and 0.85: 2 / 0.10625 = 18.8 d; 4 mL: none."""
    found = line(calendar(case(FULL)), "from the alarm")
    assert (found.value, found.low, found.high) == pytest.approx((8, 0, 18.8235294))


def test_a_start_by_both_labels() -> None:
    found = starting(case(FULL | {"screening_dose": "50 ug", "screening_lasted": "10 h"}))
    assert [entry.value for entry in found.lines] == [50, 100] if found else False
    missing = starting(case(FULL))
    assert missing is not None
    assert missing.need == ("therapy.screening_dose", "therapy.screening_lasted")
    assert starting(case(FULL, FULL)) is None


def test_limits_follow_age_and_origin() -> None:
    """Spinal adult: 10-30 % of 250 is 275 to 325; child: 5-15 %, 262.5 to 287.5; lower by 10-20 %: 200 to 225."""
    adult, child = titration(case(FULL)), titration(case(FULL, patient=ADULT | {"age": "9 a"}))
    assert (line(adult, "raise by 10-30").low, line(adult, "raise by 10-30").high) == (275, 325)
    assert line(child, "raise by 5-15").rests_on == ("ITB-PACE-CHILD",)
    assert (line(adult, "lower").low, line(adult, "lower").high) == (200, 225)
    assert not [entry for entry in child.lines if "ITB-PACE-SPINAL" in entry.rests_on]
    unknown = titration(case(FULL, patient=ADULT))
    assert unknown.need == ("patient.spasticity_origin",)
    assert [entry.rests_on for entry in unknown.lines] == [("ITB-FALL",), ("itb.titration.increase_EU",)]


@pytest.mark.parametrize(
    ("therapy", "said"),
    [
        (FULL | {"fill_volume": "20"}, "unit"),
        (FULL | {"fill_volume": "2000 mL"}, "not possible"),
        (FULL | {"alarm_volume": "20 mL"}, "at or above"),
        (FULL | {"catheter_volume": "20 mL"}, "not possible"),
        (FULL | {"screening_dose": "50 mg"}, "milligrams"),
        (FULL | {"programme": "0.25 mg/d continuous"}, "milligrams"),
        (FULL | {"filled": "1026-11-22"}, "years"),
        ("10 mg TID", "pump programme"),
    ],
)
def test_slips_are_refused(therapy: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        fill(case(therapy).case, KB)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"pump_bolus": "5 mg"}, "milligrams"),
        ({"pump_bolus": "500"}, "unit"),
        ({"wrong_refill": "yes", "date": "2026-11-20"}, "the concentration of wrong_refill"),
        ({"wrong_refill": "2000 mg/mL"}, "not possible"),
        ({"pump_overfilled": "2 ug"}, "volume"),
        ({"pump_stall": "on Tuesday"}, "time such as"),
        ({"pump_stall": "2026-11-20 25:00"}, "25:00"),
        ({"pump_stahl": "2026-11-20"}, "pump_stall"),
    ],
)
def test_faults_that_are_told_badly_are_refused(
    event: Any, said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told = {"date": "2026-11-22", "patient": ADULT, "current": FULL, "question": "check", "events": [event]}
    path = tmp_path / "case.json"
    path.write_text(json.dumps(told))
    assert run(["pump", str(path)]) == 2
    assert said in capsys.readouterr().err


def test_a_failure_that_has_no_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for extra in ([], ["--plot", "x.svg"]):
        assert run(["pump", str(EXAMPLES / "pump-bridge.yaml"), "--failure", "tired", *extra]) == 2
        assert "pump_stall" in capsys.readouterr().err


def plan_of(name: str) -> PumpPlan:
    """An example, planned once."""
    return pump_of(f"pump/{name}")


@pytest.mark.parametrize("name", NAMES)
def test_examples_give_a_valid_document(name: str) -> None:
    document = json.loads(as_json.text("pump", plan_of(name)))
    jsonschema.validate(document, schemas.schema("pump"))
    for failure in document["failures"]:
        assert failure["need"] or len(failure["hours"]) == len(failure["course"][0]["middle"])


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("pump-screening", "pump-explant")])
def test_what_a_failure_brings_is_in_order(name: str) -> None:
    for failure in plan_of(name).failures:
        if failure.need:
            continue
        lines = {line.what: line for line in failure.lines}
        act = lines.get("act before")
        if failure.towards == "withdrawal":
            half, noticed = lines["level beside the legs at half"], lines["withdrawal noticed"]
            assert act is not None
            assert half.value is not None
            assert half.value < (noticed.value or 1e9)
            assert act.value is None or noticed.low is None or act.value <= noticed.low + 4
        else:
            deep, either = lines["chance of deep coma"], lines["chance of coma, light or deep"]
            assert (deep.value or 0) <= (either.value or 0)
        assert act is None or act.value is None or (act.low or 0) <= act.value


def test_the_command_prints_and_draws(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decide, "pump_plan", lambda *_: plan_of("pump-stall"))
    path = tmp_path / "spine.svg"
    assert run(["pump", str(EXAMPLES / "pump-stall.yaml"), "--plot", str(path)]) == 1
    text = capsys.readouterr().out
    assert "Pump stall: on 2026-03-04 10:00" in text
    assert "act before" in text
    assert "tip, T10" in text
    assert "ng/mL: " in path.read_text()
    half = plan_of("pump-stall").failures[0].lines[0]
    assert half.value is not None
    assert f"{datetime(2026, 3, 4, 10) + timedelta(hours=half.value):%Y-%m-%d %H:%M}" in text


def test_a_plan_of_a_pump_is_its_pump_and_not_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`therapy: none` on a running pump: forbidden at once, and the way down instead."""
    monkeypatch.setattr(planned, "pump_plan", lambda *_: plan_of("pump-explant"))
    page = tmp_path / "plan.html"
    assert run(["plan", str(EXAMPLES / "pump-explant.yaml"), "--json", "--html", str(page)]) == 1
    found = json.loads(capsys.readouterr().out)
    jsonschema.validate(found, schemas.schema("plan"))
    assert found["summary"].startswith("Do not stop at once: come down in 10 steps")
    assert "ITB-ABRUPT" in [rule for finding in found["verdict"]["findings"] for rule in finding["rules"]]
    steps = [line for line in found["pump"]["parts"][0]["lines"] if line["what"].startswith("pump from")]
    assert [step["value"] for step in steps[-2:]] == [50, 0]
    assert "Coming off the pump" in page.read_text()


def test_the_shares_that_notice_a_stop_fall_with_steps_and_tablets() -> None:
    lines = {line.what: line.value for line in plan_of("pump-explant").parts[0].lines if "notice" in line.what}
    at_once, stepped, covered, both = lines.values()
    assert at_once is not None
    assert covered is not None
    assert stepped is not None
    assert both is not None
    assert at_once >= stepped >= both
    assert at_once > covered >= both


def test_tablets_do_not_reach_the_pump() -> None:
    """A settled 400 ug/d give many times the level of the highest dose by mouth that the rules allow."""
    found = next(part for part in plan_of("pump-stall").parts if part.title.startswith("What can stand in"))
    pump, most, needed = (line(found, what).value for what in ("the pump", "tablets, the most", "by mouth for"))
    assert pump is not None
    assert most is not None
    assert needed is not None
    assert pump > 10 * most
    assert needed == pytest.approx(80 * pump / most, rel=0.25)  # of middles, and 80 mg/d is the most
    hours = [entry.value or 0 for entry in found.lines if "lumbar puncture holds" in entry.what]
    assert 1 < hours[0] < hours[1] < hours[2] < 10


def test_no_one_is_given_more_tablets_than_the_rules_leave() -> None:
    """The rule on a stopped pump names 80 mg a day; a child is left less, and someone without kidneys nothing."""
    young = tablets(PumpCase(ob.read_case(EXAMPLES / "pump-start.yaml"), KB))
    assert young.most_mg is not None
    assert 0 < young.daily_mg == young.most_mg < young.rule_mg == 80
    assert sum(young.regimen().phases[0].doses_mg) == pytest.approx(young.most_mg)
    none = tablets(case(FULL, FULL, question="check", patient=ADULT | {"dialysis": "three times a week"}))
    assert none.daily_mg == 0
    assert none.rests_on


def test_tablets_stopped_at_once_are_noticed_by_more_than_tablets_withdrawn() -> None:
    part = next(part for part in plan_of("pump-from-tablets").parts if part.title == "From tablets to the pump")
    daily = [entry.value for entry in part.lines if entry.what.startswith("tablets from day")]
    assert daily == [60, 45, 30, 15, 0]
    at_once, fast, slow = (line(part, what).value or 0 for what in ("tablets stopped at once", "steps of 50", "steps of 25"))
    assert at_once >= fast >= slow


def test_a_screening_trial_stands_alone() -> None:
    found = plan_of("pump-screening")
    assert [part.title for part in found.parts] == ["Screening trial"]
    assert [entry.value for entry in found.parts[0].lines if "lumbar" in entry.what] == [50, 75, 100]
    assert not found.failures
    child = ADULT | {"age": "6 a", "weight": "20 kg", "height": "115 cm", "creatinine": "0.4 mg/dL"}
    therapy = {"route": "intrathecal", "programme": "25 ug once"}
    young = api.pump(ob.read_case({"date": "2026-11-22", "patient": child, "therapy": therapy, "current": "none"}))
    assert next(entry.value for entry in young.parts[0].lines if "lumbar" in entry.what) == 25


def test_a_screening_bolus_is_drawn_from_its_needle_and_nothing_stalls() -> None:
    seen = api.pump_figure(ob.read_case(EXAMPLES / "pump-screening.yaml"))
    assert [one.title for one in seen.maps] == ["50 ug once over 1 min, begun at hour 0"]
    assert seen.tip[0] == str(KB.facts["spine.tip_needle"].value)
    at_two_hours = {place: level for _, place, hour, level in seen.rows() if hour == 2}
    assert max(at_two_hours, key=lambda place: at_two_hours[place]) == f"tip, {seen.tip[0]}"
    assert len(seen.figure().axes) == 2  # the map and its scale of colours
