"""Monitoring goes in: a date where a source gives an interval, the words that none does where none does."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from rich.console import Console
from tests.safety.harness import KB, case, verdict

from openbaclofen.decide.plan import plan
from openbaclofen.report.verdict_text import print_verdict
from openbaclofen.safety.check import NO_INTERVAL, TIMES
from openbaclofen.safety.verdict import Verdict

CHILD: dict[str, Any] = {
    "region": "UK",
    "therapy": "2.5 mg TID using 1 mg/mL solution",
    "patient": {
        "age": "9 a",
        "weight": "28 kg",
        "height": "130 cm",
        "creatinine": "0.4 mg/dL",
        "conditions": ["cerebral_palsy"],
    },
}
PUMP: dict[str, Any] = {
    "current": {"route": "intrathecal", "programme": "20 ug/d continuous", "concentration": "500 ug/mL", "since": "2024-01-01"},
    "therapy": {
        "route": "intrathecal",
        "programme": "20 ug/d continuous",
        "concentration": "500 ug/mL",
        "filled": "2026-11-22",
        "fill_volume": "20 mL",
    },
    "question": "check",
}
FROM_HIGH: dict[str, Any] = {
    "region": "FR",
    "current": {"sig": "40 mg TID", "since": "2024-01-01"},
    "therapy": "35 mg TID",
    "question": "adjust",
    "patient": {"conditions": ["alcohol_use_disorder"]},
}


def due(found: Verdict) -> dict[str, str]:
    return {a.rule: a.due for a in found.advice if a.due}


def printed(found: Verdict) -> str:
    out = io.StringIO()
    print_verdict(found, Console(file=out, width=200))
    return out.getvalue()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [(CHILD, "MON-REVIEW"), (PUMP, "ITB-REFILL-DUE"), (FROM_HIGH, "TAPER-FR-10-15")],
    ids=lambda c: str(c)[:12],
)
def test_an_interval_gives_a_date(changes: dict[str, Any], rule: str) -> None:
    found, days = verdict(changes), KB.rules[rule].monitor_every_days
    assert days is not None
    expected = (date(2026, 11, 22) + timedelta(days=round(days))).isoformat()
    assert due(found)[rule] == expected
    assert f"DUE {expected}" in printed(found)


def test_a_plan_says_it_too() -> None:
    watch = [r.text for r in plan(case(CHILD), KB, seed=1).monitoring]
    assert any("every 183 days, next on 2027-05-24" in text for text in watch)
    assert any(NO_INTERVAL in text for text in watch)


def test_where_no_source_gives_an_interval_that_is_said() -> None:
    told = due(verdict())
    assert {told["MON-SEDATION"], told["MON-RENAL-AGAIN"]} == {NO_INTERVAL}
    assert "DUE" not in printed(verdict())
    for rule in KB.rules.values():
        if rule.role == "monitor" and rule.monitor_every_days is None:
            assert any(a.unit in TIMES for a in rule.numbers.values()) or rule.id in {
                "MON-SEDATION",
                "MON-RENAL-AGAIN",
                "MON-EARLY-CH",
            }


def test_a_refill_that_is_overdue_has_no_date_to_come() -> None:
    assert "ITB-REFILL-DUE" not in due(verdict({**PUMP, "events": [{"refill_overdue": "2026-11-20"}]}))


def test_counselling_has_no_date() -> None:
    assert not any(a.due for a in verdict().advice if a.kind == "counsel")
