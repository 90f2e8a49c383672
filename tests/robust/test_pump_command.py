"""Cases with pumps go in; the command's text and JSON, its dates, its refusals and what it cannot tell come out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import openbaclofen as ob
from openbaclofen import api
from openbaclofen.apps.cli import run
from openbaclofen.cascade import Course
from openbaclofen.decide import pump as decide
from openbaclofen.decide.pump_case import PumpCase
from openbaclofen.decide.pump_change import concentration_change, priming, wrong_concentration
from openbaclofen.decide.pump_dose import starting, titration
from openbaclofen.decide.pump_records import Line, Part
from openbaclofen.decide.pump_stall import hours_to_half, stall
from openbaclofen.errors import InputError
from openbaclofen.facts import load
from openbaclofen.report import schemas

KB = load()
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "pump"
ADULT: dict[str, Any] = {"age": "46 a", "weight": "62 kg", "height": "168 cm", "sex": "female", "creatinine": "0.8 mg/dL"}
PUMP: dict[str, Any] = {"route": "intrathecal", "programme": "250 ug/d continuous"}
FULL = PUMP | {"concentration": "2000 ug/mL", "filled": "2026-11-22", "fill_volume": "20 mL", "alarm_volume": "2 mL"}


def case(therapy: Any, current: Any = None, **said: Any) -> PumpCase:
    """A case of an adult with disease of the cord on 2026-11-22."""
    given = {"date": "2026-11-22", "patient": ADULT | {"spasticity_origin": "spinal"}, "region": "US"} | said
    return PumpCase(ob.read_case(given | {"therapy": therapy, "current": current or "none"}), KB)


def calendar(of: PumpCase) -> Part:
    fill = of.fill()
    return decide.calendar(of, fill, decide._refill_passed(of, fill))


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
    monkeypatch.setattr(decide, "stall", lambda of, seed: None)
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


def test_priming_and_a_wrong_fill() -> None:
    """0.2 mL of 2000 ug/mL hold 400 ug; unprimed 0.2 / 0.125 d = 38.4 h. 500 for 2000 ug/mL gives a quarter."""
    of = case(FULL | {"catheter_volume": "0.2 mL", "tubing_volume": "0.25 mL"})
    found = priming(of)
    assert "400 ug" in line(found, "catheter alone").note
    assert line(found, "not primed").value == pytest.approx(38.4)
    wrong = line(wrong_concentration(of), "500 ug/mL for 2000")
    assert (wrong.value, wrong.rests_on) == (62.5, ("ITB-WD-SIGNS",))
    assert "from hour 86.4" in wrong.note


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


def test_hours_to_half_are_read_between_hours() -> None:
    """100 falls to 60 in the first hour and to 40 in the second: 50 at 1.5 h. 10 never falls."""
    level = np.array([[100.0, 60.0, 40.0], [10.0, 10.0, 10.0]])
    course = Course(np.array([0.0, 1.0, 2.0]), level, level, {})
    assert hours_to_half(course) == pytest.approx([1.5, np.inf])


def test_a_stop_without_kidneys_cannot_be_told() -> None:
    patient = {key: value for key, value in ADULT.items() if key != "creatinine"}
    assert any("creatinine" in need for need in stall(case(FULL, patient=patient), seed=1).need)


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
        case(therapy).fill()


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda p: p.stem)
def test_examples_give_a_valid_document_and_text(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pump", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    jsonschema.validate(found, schemas.schema("pump"))
    hours = {entry["what"]: entry for part in found["parts"] for entry in part["lines"]}
    lows = [entry["low"] for what, entry in hours.items() if what.startswith("withdrawal noticed")]
    assert len(lows) == 2
    assert hours["act before"]["value"] == min(lows) < hours["withdrawal noticed"]["value"]
    assert hours["level beside the legs at half"]["value"] < hours["act before"]["value"]
    assert run(["pump", str(path)]) == 0
    text = capsys.readouterr().out
    assert "ITB-FALL" in text
    assert "cannot tell" in text if path.stem == "pump-start" else "21.6 h" in text
