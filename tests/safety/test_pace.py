"""Orders that rise or fall go in: too large, too fast, or a stop in disguise must be told, and a sound schedule left alone."""

from __future__ import annotations

import pytest
from tests.safety.harness import finding, told, verdict

LONG = {"sig": "20 mg TID", "since": "2023-11-22"}


@pytest.mark.parametrize(
    ("therapy", "severity"),
    [
        ("5 mg TID", None),
        ("10 mg daily", "caution"),
        ("10 mg TID", "caution"),
        ("15 mg TID", "moderate"),
        ("5 mg TID for 2 d, then 10 mg TID", "caution"),
        ("5 mg TID for 3 d, then 15 mg TID", "caution"),
        ("5 mg TID for 2 d, then 15 mg TID", "moderate"),
        ("5 mg TID for 3 d, then 20 mg TID", "moderate"),
        ("5 mg TID for 3 d, then 10 mg TID for 3 d, then 15 mg TID for 3 d, then 20 mg TID", None),
    ],
)
def test_on_the_way_up(therapy: str, severity: str | None) -> None:
    found = [f.severity for f in verdict({"therapy": therapy}).findings if f.rule == "ADULT-TITR-US"]
    assert found == ([severity] if severity else [])


def test_a_rise_is_judged_from_what_is_taken_now() -> None:
    change = {"current": {"sig": "10 mg TID", "since": "2026-01-01"}, "question": "adjust"}
    assert "ADULT-TITR-US" not in told(verdict({**change, "therapy": "15 mg TID"}))
    assert "from 30 to 60 mg/d" in finding(verdict({**change, "therapy": "20 mg TID"}), "ADULT-TITR-US").reason


def test_a_child_without_weight_is_asked_for_it() -> None:
    child = {"age": "5 a", "height": "108 cm", "creatinine": "0.4 mg/dL", "conditions": ["cerebral_palsy"]}
    found = verdict({"therapy": "10 mg TID"}, weight="not stated", **child)
    assert any("patient.weight" in c.need and "PED-UTD-2-8" in c.rules for c in found.cannot_tell)


@pytest.mark.parametrize(
    ("therapy", "rule", "severity"),
    [
        ("none", "TAPER-US", "major"),
        ("10 mg TID for 2 d, then stop", "TAPER-US", "major"),
        ("15 mg TID for 1 d, then 10 mg TID for 1 d, then 5 mg TID for 1 d, then stop", "TAPER-US", "major"),
        ("15 mg TID for 4 d, then 10 mg TID for 4 d, then 5 mg TID for 4 d, then stop", "TAPER-US-PDR-2W", "moderate"),
        ("15 mg TID for 5 d, then 10 mg TID for 5 d, then 5 mg TID for 5 d, then stop", None, None),
        ("20 mg TID for 7 d, then stop", "TAPER-US", "major"),
    ],
)
def test_ways_to_stop(therapy: str, rule: str | None, severity: str | None) -> None:
    found = verdict({"current": LONG, "therapy": therapy, "question": "stop"})
    assert [(f.rule, f.severity) for f in found.findings] == ([(rule, severity)] if rule else [])


@pytest.mark.parametrize(
    ("therapy", "severity"),
    [
        ("15 mg TID", None),
        ("10 mg TID", "caution"),
        ("5 mg TID", "moderate"),
        ("5 mg BID", "major"),
        ("15 mg TID for 1 d, then 10 mg TID", "moderate"),
        ("15 mg TID for 2 d, then 10 mg TID", None),
    ],
)
def test_ways_to_come_down(therapy: str, severity: str | None) -> None:
    found = verdict({"current": LONG, "therapy": therapy, "question": "adjust"})
    assert [f.severity for f in found.findings] == ([severity] if severity else [])


def test_a_course_that_stops_at_once_is_an_abrupt_stop() -> None:
    assert finding(verdict({"therapy": "5 mg TID for 40 d, then stop"}), "TAPER-US").severity == "major"
    assert "TAPER-US" not in told(verdict({"therapy": "5 mg once"}))


def test_a_pause_is_a_stop_too() -> None:
    paused = "20 mg TID for 7 d, then nothing for 7 d, then 20 mg TID"
    found = verdict({"current": LONG, "therapy": paused, "question": "adjust"})
    assert finding(found, "TAPER-US").severity == "major"


def test_what_follows_an_order_with_an_end_is_asked() -> None:
    (line,) = verdict({"therapy": "5 mg TID for 3 d, then 10 mg TID for 7 d"}).cannot_tell
    assert "what follows its last step" in line.need[0]
    assert line.severity == "major"


def test_from_mouth_to_pump_asks_how_the_oral_dose_is_withdrawn() -> None:
    pump = {"route": "intrathecal", "programme": "100 ug/d continuous"}
    found = verdict({"current": LONG, "therapy": pump, "question": "switch"})
    assert any("withdrawn" in need for c in found.cannot_tell for need in c.need)
