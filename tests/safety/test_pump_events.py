"""What befell a pump goes in; it meets the rules on pumps, or is refused where it contradicts the rest, and never passes."""

from __future__ import annotations

from typing import Any

import pytest
from tests.safety.harness import asked, told, verdict

from openbaclofen.errors import InputError

PUMP = {"route": "intrathecal", "programme": "250 ug/d continuous", "concentration": "500 ug/mL", "since": "2024-01-10"}
NO_STRENGTH = {key: value for key, value in PUMP.items() if key != "concentration"}


def pump(*events: Any, current: Any = PUMP, **more: Any) -> dict[str, Any]:
    """The plain person with a pump and no order."""
    return {"therapy": "not stated", "current": current, "question": "not stated", "events": list(events), **more}


@pytest.mark.parametrize("strength", ["50 ug/mL", "2000 ug/mL"])
def test_a_wrong_refill_of_an_unknown_solution_is_not_clean(strength: str) -> None:
    found = verdict(pump({"wrong_refill": strength}, current=NO_STRENGTH))
    assert found.severity == "cannot tell"
    assert {need for row in found.cannot_tell for need in row.need} == {"current.concentration"}
    assert {"ITB-OD", "ITB-WD-TREAT"} <= asked(found)


def test_a_catheter_drawn_empty_gives_nothing_and_is_not_clean() -> None:
    assert {"ITB-WD-SIGNS", "ITB-WD-TREAT"} <= told(verdict(pump("catheter_aspirated")))


def test_toxicity_and_withdrawal_are_those_of_the_pump_that_runs_whatever_is_ordered() -> None:
    toxic = told(verdict(pump("toxicity", therapy="5 mg TID")))
    assert {"ITB-OD", "OD-PICTURE"} <= toxic
    assert "OD-TREAT" not in toxic  # charcoal does nothing for what a pump gave
    assert "ITB-WD-TREAT" in told(verdict(pump("withdrawal", therapy="20 mg QID")))


def test_toxicity_of_tablets_is_that_of_tablets_though_a_pump_is_ordered() -> None:
    order = {key: value for key, value in PUMP.items() if key != "since"}
    found = told(verdict(pump("toxicity", current={"sig": "20 mg QID", "since": "2024-01-10"}, therapy=order)))
    assert "OD-TREAT" in found
    assert "ITB-OD" not in found


def test_what_is_swallowed_beside_a_pump_meets_the_rules_on_swallowing() -> None:
    assert {"OD-TREAT", "OD-PICTURE"} <= told(verdict(pump({"ingestion": "200 mg"})))


SIZED = ({"pump_overfilled": "1 mL"}, {"wrong_refill": "2000 ug/mL"}, {"pump_bolus": "500 ug"})
BARE = ["pump_alarm", "refill_overdue", "pump_removal", "pump_stall", "pump_empty", "catheter_kink", "catheter_disconnected"]
OF_A_PUMP = (*BARE, "catheter_flushed", "catheter_aspirated", *SIZED)


@pytest.mark.parametrize("event", OF_A_PUMP, ids=str)
@pytest.mark.parametrize("current", [{"sig": "10 mg TID", "since": "2026-01-01"}, "none"], ids=["tablets", "nothing"])
def test_an_event_of_a_pump_that_is_not_there_is_refused(event: Any, current: Any) -> None:
    with pytest.raises(InputError, match="belongs to a pump, and none is stated"):
        verdict(pump(event, current=current))


def test_a_screening_bolus_is_no_pump() -> None:
    with pytest.raises(InputError, match="belongs to a pump"):
        verdict(pump("pump_stall", current="none", therapy={"route": "intrathecal", "programme": "50 ug once"}))


REFUSED: dict[str, dict[str, Any]] = {
    "lies after the date of the case": pump({"pump_stall": "2027-01-01 10:00"}),
    "lies before 'current' began": pump({"pump_stall": "2023-01-01 10:00"}),
    "is what the pump is told": pump({"wrong_refill": "0.5 mg/mL"}),
    "doses are missed by mouth": pump({"missed": "3 doses"}),
    "a single bolus while a pump runs": pump(therapy={"route": "intrathecal", "programme": "50 ug once"}),
    "'sacral' is no vertebra": pump(current=PUMP | {"catheter_tip": "sacral"}),
    "'T10/11' is no vertebra": pump(current=PUMP | {"catheter_tip": "T10/11"}),
    "a fill to come belongs to 'therapy'": pump(current=PUMP | {"filled": "2027-03-01", "fill_volume": "20 mL"}),
}


@pytest.mark.parametrize("said", REFUSED)
def test_a_contradiction_is_refused_in_one_line(said: str) -> None:
    with pytest.raises(InputError, match=said) as error:
        verdict(REFUSED[said])
    assert "\n" not in str(error.value)


def test_a_scan_to_come_is_no_contradiction() -> None:
    assert "ITB-MRI" in told(verdict(pump({"mri": "2027-01-01 10:00"})))
