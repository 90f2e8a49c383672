"""A pump that stops, or that something befell, goes in; its course never shows it running on without a word."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.safety.harness import case

from openbaclofen import api
from openbaclofen.decide.pump import pump_plan
from openbaclofen.decide.pump_case import PumpCase
from openbaclofen.facts import load
from openbaclofen.report.course import Course

RUNS = {"route": "intrathecal", "programme": "250 ug/d continuous", "concentration": "500 ug/mL", "since": "2024-01-10"}

ORDER = {"route": "intrathecal", "programme": "300 ug/d continuous", "concentration": "500 ug/mL"}


def course(**more: Any) -> Course:
    asked = case({"current": RUNS, "therapy": "not stated", "question": "not stated"} | more)
    return api.simulate(asked, people=20, days=2, every_h=6)


def test_a_question_about_a_stop_is_the_stop_that_an_order_of_nothing_is() -> None:
    asked, ordered = course(question="stop"), course(therapy="none")
    assert asked.sig == ordered.sig == "stop, after pump, 250 ug/d continuous"
    np.testing.assert_array_equal(asked.csf_ng_per_ml, ordered.csf_ng_per_ml)
    assert (asked.csf_ng_per_ml[:, -1] < 0.5 * asked.csf_ng_per_ml[:, 0]).all()
    assert np.median(asked.outcomes["withdrawal"].max(axis=1)) > 0


def test_a_question_about_a_stop_is_answered_with_a_way_down() -> None:
    assert PumpCase(case({"current": RUNS, "therapy": "not stated", "question": "stop"}), load()).ends


@pytest.mark.parametrize(
    ("event", "more", "said"),
    [
        ({"pump_stall": "2026-11-21 10:00"}, {"therapy": ORDER}, "pump stall on 2026-11-21"),
        ({"wrong_refill": "2000 ug/mL"}, {"question": "stop"}, "wrong refill with 2000 ug/mL"),
        ({"ingestion": "200 mg"}, {"question": "ingestion"}, "ingestion of 200 mg"),
    ],
    ids=str,
)
def test_what_a_course_leaves_out_is_told_with_it(event: dict[str, str], more: dict[str, Any], said: str) -> None:
    seen = course(events=[event], **more)
    assert f"not in this course, as if it had not happened: {said}" in seen.said[0]


def test_a_reservoir_that_must_be_empty_is_told_too() -> None:
    seen = course(current=RUNS | {"filled": "2026-01-01", "fill_volume": "20 mL"})
    assert "refill overdue since 2026-02-03" in seen.said[0]


def test_a_tip_that_is_assumed_is_told_with_the_levels_that_rest_on_it() -> None:
    said = "tip is not stated: levels are those of one at T10"
    assert any(said in told for told in course().said)
    assert any(
        said in told
        for told in pump_plan(case({"current": RUNS, "therapy": "not stated", "question": "not stated"}), load(), 1).notes
    )
    stated = RUNS | {"catheter_tip": "T8"}
    assert not any("tip is" in told for told in course(current=stated).said)
