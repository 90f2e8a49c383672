"""Observations in every wrong shape go in; a case or one error of one line comes out, absurd units with exit status 2."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.robust.test_case import STEADY
from tests.robust.test_case_garbled import holds

from openbaclofen.apps.cli import run
from openbaclofen.case.observed import GRADES, side_effect
from openbaclofen.case.read import read_case

KINDS = ("level", "ashworth", "spasms", "penn", "side_effect", "creatinine")
DETAILS = ("value", "baseline", "grade", "present", "after", "at", "date", "note", "doses", "kind")
NUMBERS = (
    "2",
    "1+",
    "1.5",
    "-1",
    "5",
    "1e9",
    "nan",
    "350 ng/mL",
    "< 10 ng/mL",
    "<",
    "0 ng/mL",
    "350 ug/mL",
    "2 h",
    "30 d",
    "-2 h",
)
NAMES = ("drowsiness", "rash", "mild", "severe", "yes", "no", "none", "2026-11-20", "2027-01-01", "25:00", "", "ng/mL")
WORDS = st.sampled_from((*NUMBERS, *NAMES))
entries = st.dictionaries(
    st.sampled_from(KINDS + DETAILS), WORDS | st.none() | st.dictionaries(st.sampled_from(DETAILS), WORDS)
)


@settings(STEADY, max_examples=300)
@given(st.lists(entries | WORDS, max_size=3) | entries | WORDS)
def test_no_observation_does_anything_else(seen: Any) -> None:
    holds({"date": "2026-11-22", "patient": {}, "observations": seen})


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ("- {level: 350 ug/mL, after: 2 h}", "not possible"),
        ("- {level: 350 umol/L, after: 2 h}", "ng/mL"),
        ("- {level: 350 mg, after: 2 h}", "ng/mL"),
        ("- {level: 0 ng/mL, after: 2 h}", "< 10 ng/mL"),
        ("- {level: 350, after: 2 h}", "unit"),
        ("- {ashworth: 7}", "0 to 4"),
        ("- {spasms: 2.5}", "whole number"),
        ("- {side_effect: nausea, grade: awful}", "mild"),
        ("- {side_effect: nausea, grade: mild, present: no}", "contradicts"),
        ("- {date: 2026-12-24, ashworth: 2}", "lies after"),
        ("- {level: 300 ng/mL, grade: mild}", "does not belong"),
        ("- {spasms:}", "value"),
    ],
)
def test_what_cannot_be_ends_with_status_2_and_names_the_place(
    seen: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(f"date: 2026-11-22\npatient: {{}}\ncurrent: 10 mg TID\nquestion: adjust\nobservations:\n  {seen}\n")
    assert run(["check", str(file)]) == 2
    error = capsys.readouterr().err
    assert "observations" in error
    assert said in " ".join(error.split())


def test_words_of_people_find_the_effect() -> None:
    said = {"drowsy all afternoon": "drowsiness", "Muscle weakness": "weakness", "feels sick": "nausea", "itching": ""}
    assert {words: side_effect(words) for words in said} == said
    assert set(GRADES) == {"none", "present", "mild", "moderate", "severe"}


def test_everything_an_observation_can_say() -> None:
    seen = [
        {"date": "2026-11-20", "level": "0.35 mg/L", "after": "2 h", "at": "10:00"},
        {"level": "below 10 ng/mL", "after": "8 h"},
        {"date": "2026-11-21", "ashworth": "1+", "baseline": "3"},
        {"penn": "1", "baseline": "4"},
        {"side_effect": "sleepy", "grade": "moderate"},
        {"side_effect": {"note": "nausea", "present": "no"}},
    ]
    found = read_case({"date": "2026-11-22", "patient": {}, "observations": seen}).observations
    assert [o.kind for o in found] == ["level", "level", "ashworth", "spasms", "side_effect", "side_effect"]
    assert found[0].level is not None
    assert (found[0].level.value, found[0].below, found[1].below) == (350, False, True)
    assert [(o.value, o.baseline) for o in found[2:4]] == [(1.5, 3), (1, 4)]
    assert [(o.effect, o.grade) for o in found[4:]] == [("drowsiness", "moderate"), ("nausea", "none")]
