"""A first dose of a pump and the trial before it go in; a start that the trial does not bear is never clean, in any region."""

from __future__ import annotations

from typing import Any

import pytest
from tests.safety.harness import asked, case, told, verdict

from openbaclofen.decide.pump_case import PumpCase
from openbaclofen.decide.pump_dose import starting
from openbaclofen.facts import load

REGIONS = ("INT", "US", "UK", "CA", "CH", "FR", "DE", "AT")
STATED = {"screening_dose": "50 ug", "screening_lasted": "6 h"}


def start(region: str = "US", programme: str = "100 ug/d continuous", **trial: str) -> dict[str, Any]:
    order = {"route": "intrathecal", "programme": programme, "concentration": "500 ug/mL"} | trial
    return {"region": region, "therapy": order, "current": "none", "question": "start"}


@pytest.mark.parametrize("region", REGIONS)
def test_a_start_without_a_trial_is_never_clean(region: str) -> None:
    found = verdict(start(region))
    assert found.severity == "cannot tell"
    assert {need for row in found.cannot_tell for need in row.need} >= {"therapy.screening_dose", "therapy.screening_lasted"}
    for left_out in STATED:
        trial = {key: value for key, value in STATED.items() if key != left_out}
        assert f"therapy.{left_out}" in {need for row in verdict(start(region, **trial)).cannot_tell for need in row.need}


@pytest.mark.parametrize("region", REGIONS)
def test_a_pump_without_an_answer_is_forbidden(region: str) -> None:
    found = verdict(start(region, screening_dose="100 ug", screening_lasted="0 h"))
    assert found.severity == "contraindicated"
    assert found.stops
    assert "ITB-NO-ANSWER" in told(found)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize(("ug", "most"), [(25, 50), (50, 100), (75, 150), (100, 200)])
def test_no_more_than_twice_the_dose_that_worked(region: str, ug: int, most: int) -> None:
    trial = {"screening_dose": f"{ug} ug", "screening_lasted": "6 h"}
    assert verdict(start(region, f"{most} ug/d continuous", **trial)).severity == "clean"
    assert "ITB-START-MOST" in told(verdict(start(region, f"{most + 1} ug/d continuous", **trial)))


@pytest.mark.parametrize(("hours", "speaks"), [("8 h", False), ("8.5 h", True), ("12 h", True)])
def test_after_a_long_effect_no_more_than_the_dose_itself(hours: str, speaks: bool) -> None:
    found = verdict(start(programme="51 ug/d continuous", screening_dose="50 ug", screening_lasted=hours))
    assert ("ITB-START-LONG" in told(found)) is speaks
    assert verdict(start(programme="50 ug/d continuous", screening_dose="50 ug", screening_lasted=hours)).severity == "clean"


def test_a_pump_that_runs_is_not_asked_for_its_trial() -> None:
    runs = {"route": "intrathecal", "programme": "100 ug/d continuous", "since": "2024-01-01"}
    found = verdict(start() | {"current": runs, "question": "adjust"})
    assert not {"ITB-NO-ANSWER", "ITB-START-MOST"} & (told(found) | asked(found))


def test_no_first_dose_is_worked_out_from_a_trial_without_an_answer() -> None:
    part = starting(PumpCase(case(start(screening_dose="100 ug", screening_lasted="0 h")), load()))
    assert part is not None
    assert part.lines == ()
    assert "ITB-NO-ANSWER" in part.notes[0]


@pytest.mark.parametrize("condition", ["sepsis", "pump pocket infection", "meningitis"])
@pytest.mark.parametrize("programme", ["50 ug once", "100 ug/d continuous"])
def test_an_infection_is_never_clean_and_what_it_means_for_a_pump_is_told(condition: str, programme: str) -> None:
    trial = STATED if "continuous" in programme else {}
    order = {"route": "intrathecal", "programme": programme} | trial
    found = verdict({"therapy": order, "patient": {"conditions": ["spinal_cord_injury", condition]}})
    assert found.severity == "cannot tell"
    assert ("ITB-IMPLANT" in told(found)) is ("continuous" in programme)
