"""Fills worked by hand go in; each command tells the same last day for a refill, and none passes one that is overdue.

250 ug/d of 500 ug/mL are 0.5 mL/d: of 20 mL, 18 mL to an alarm at 2 mL last 36 days, and the refill is 3 days before it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.safety.harness import KB, case, told, verdict

from openbaclofen import api
from openbaclofen.safety.refill import Fill, due, fill, passed

RUNS = {"route": "intrathecal", "programme": "250 ug/d continuous", "concentration": "500 ug/mL", "since": "2024-01-10"}
ORDER = {key: value for key, value in RUNS.items() if key != "since"}


def of(now: dict[str, Any], order: dict[str, Any] | str = "not stated", today: str = "2026-11-22") -> dict[str, Any]:
    current = RUNS | now
    return {"date": today, "current": current, "therapy": order, "question": "not stated"}


def filled(on: str, **more: str) -> dict[str, str]:
    return {"filled": on, "fill_volume": "20 mL", **more}


def refill_due(changes: dict[str, Any]) -> str:
    (told_due,) = [a.due for a in verdict(changes).advice if a.rule == "ITB-REFILL-DUE"]
    return told_due


def test_a_refill_is_due_from_its_fill_and_not_from_the_date_of_the_case() -> None:
    assert refill_due(of(filled("2026-11-22"))) == "2026-12-25"  # 36 - 3 days
    assert refill_due(of(filled("2026-11-01"))) == "2026-12-04"
    assert refill_due(of(filled("2026-11-22", alarm_volume="4 mL"))) == "2026-12-21"  # 32 - 3 days
    slow = {"programme": "20 ug/d continuous"} | filled("2026-11-22")
    assert refill_due(of(slow)) == "2027-05-21"  # 450 days of flow, but no solution is kept for more than 180


@pytest.mark.parametrize("missing", ["filled", "fill_volume", "concentration"])
def test_without_a_fill_there_is_no_date_but_what_to_state(missing: str) -> None:
    changes = of(filled("2026-11-22"))
    changes["current"] = {key: value for key, value in changes["current"].items() if key != missing}
    assert refill_due(changes) == f"cannot tell: need current.{missing}"


@pytest.mark.parametrize(
    ("today", "late"),
    [("2026-02-02", False), ("2026-02-03", False), ("2026-02-04", True), ("2026-11-22", True)],
)
def test_every_command_takes_a_refill_that_has_passed_as_overdue(today: str, late: bool) -> None:
    asked = case(of(filled("2026-01-01"), today=today), creatinine="not stated")  # nobody to follow, so that it is quick
    assert passed(asked, KB) == (date(2026, 2, 3) if late else None)
    for found in (api.check(asked), api.pump(asked).verdict):
        assert ("ITB-ABRUPT" in told(found)) is late
        assert any("refill overdue since 2026-02-03" in finding.reason for finding in found.findings) is late


def test_a_refill_today_ends_it() -> None:
    order = ORDER | filled("2026-11-22") | {"concentration": "2000 ug/mL"}
    assert passed(case(of(filled("2026-01-01"), order)), KB) is None


@pytest.mark.parametrize("strength", ["500 ug/mL", "2000 ug/mL"])
def test_a_refill_planned_after_the_last_day_is_too_late(strength: str) -> None:
    planned = ORDER | {"concentration": strength}
    now = filled("2026-11-01")  # to be refilled by 2026-12-04
    assert passed(case(of(now, planned | filled("2026-12-04"))), KB) is None
    assert passed(case(of(now, planned | filled("2026-12-05"))), KB) == date(2026, 12, 4)


def test_an_order_that_states_no_fill_leaves_the_one_in_the_pump() -> None:
    order = ORDER | {"concentration": "2000 ug/mL"}
    assert passed(case(of(filled("2026-01-01"), order)), KB) == date(2026, 2, 3)


def test_a_case_without_a_date_has_nothing_overdue() -> None:
    changes = of(filled("2026-01-01"), today="not stated")
    assert passed(case(changes), KB) is None


def test_a_change_on_the_date_of_the_case_counts_from_then_on() -> None:
    order = ORDER | {"programme": "500 ug/d continuous"}
    found = fill(case(of(filled("2026-11-12"), order)), KB)
    assert isinstance(found, Fill)
    assert found.day(2, 1) == date(2026, 12, 5)  # 10 days take 5 mL, then 13 mL at 1 mL/d
    assert due(case(of(filled("2026-11-12"), order)), KB) == "2026-12-02"


BRIDGED = {"concentration": "2000 ug/mL", "catheter_volume": "0.2 mL", "tubing_volume": "0.25 mL"}


def test_a_bridge_to_a_stronger_solution_takes_its_volume_from_the_new_fill() -> None:
    """0.45 mL at 0.5 mL/d are through in 0.9 d; 20 - 0.45 - 2 mL at 0.125 mL/d last 140.4 d: 141 d, not 144, to the alarm."""
    bridged = case(of(filled("2026-09-01"), ORDER | BRIDGED | filled("2026-11-22")))
    found = fill(bridged, KB)
    assert isinstance(found, Fill)
    assert found.before == pytest.approx((0.9, 0.5))
    assert found.day(2, 1) == date(2027, 4, 12)
    assert due(bridged, KB) == "2027-04-09"


def test_an_unknown_tubing_is_taken_as_the_largest_for_the_refill() -> None:
    order = {key: value for key, value in (ORDER | BRIDGED).items() if key != "tubing_volume"}
    found = fill(case(of({}, order | filled("2026-11-22"))), KB)
    assert isinstance(found, Fill)
    assert found.before == pytest.approx((1.2, 0.5))  # 0.2 + 0.4 mL


@pytest.mark.parametrize("left_out", ["concentration", "catheter_volume"])
def test_without_a_bridge_the_new_flow_counts_from_the_fill(left_out: str) -> None:
    order = {key: value for key, value in (ORDER | BRIDGED).items() if key != left_out} | {"concentration": "2000 ug/mL"}
    now = {} if left_out != "concentration" else {"concentration": "1000 ug/mL", "programme": "100 ug/d continuous"}  # slower
    found = fill(case(of(now, order | filled("2026-11-22"))), KB)
    assert isinstance(found, Fill)
    assert found.before is None
