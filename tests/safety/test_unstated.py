"""Cases that leave something unsaid go in: an empty list is an answer, a missing key is a question, and neither is a stop."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.safety.harness import KB, asked, case, finding, told, verdict

from openbaclofen.safety.check import check
from openbaclofen.safety.verdict import Verdict

PUMP = {"route": "intrathecal", "programme": "200 ug/d continuous", "since": "2024-01-01"}
LONG = {"sig": "20 mg TID", "since": "2023-11-22"}


def needs(found: Verdict) -> set[tuple[str, ...]]:
    return {c.need for c in found.cannot_tell}


def test_an_empty_list_of_conditions_means_none() -> None:
    none, unsaid = verdict(conditions=[]), verdict(conditions="not stated")
    assert ("patient.conditions",) not in needs(none)
    assert ("patient.conditions",) in needs(unsaid)
    assert "PREC-EPILEPSY" not in told(none) | asked(none)
    assert "PREC-EPILEPSY" in asked(unsaid)


def test_what_another_key_says_does_not_close_the_list() -> None:
    found = verdict(conditions="not stated", pregnant="yes", dialysis="three times a week")
    assert {"PREG-US", "RENAL-AJKD-LT30"} <= told(found)
    assert "PREC-EPILEPSY" in asked(found)


def test_nothing_taken_now_must_be_said() -> None:
    """One line, with all that waits for it; a new start that is said (by the question too) asks nothing."""
    unsaid = verdict({"therapy": "10 mg TID", "current": "not stated", "question": "not stated"}, medicines=["gabapentin"])
    (line,) = [c for c in unsaid.cannot_tell if c.need == ("current",)]
    assert {"ADULT-TITR-US", "TOL"} <= set(line.rules)
    assert line.would_say
    assert "ADULT-TITR-US" not in told(unsaid)
    for said in ({"current": "none", "question": "not stated"}, {"current": "not stated", "question": "start"}):
        found = verdict({"therapy": "10 mg TID", **said}, medicines=["gabapentin"])
        assert not found.cannot_tell
        assert "ADULT-TITR-US" in told(found)


@pytest.mark.parametrize(
    ("current", "question", "stops"),
    [
        (LONG, "adjust", False),
        (LONG, "switch", None),
        (LONG, "stop", True),
        (PUMP, "adjust", False),
        (PUMP, "switch", None),
        (PUMP, "stop", True),
    ],
)
def test_only_the_question_of_stopping_makes_a_stop_of_no_order(current: dict, question: str, stops: bool | None) -> None:
    rule = "ITB-ABRUPT" if "route" in current else "TAPER-US"
    found = verdict({"current": current, "therapy": "not stated", "question": question})
    assert (rule in told(found), rule in asked(found)) == {True: (True, False), False: (False, False), None: (False, True)}[
        stops
    ]


def test_an_order_of_nothing_stops_whatever_the_question() -> None:
    stop = case({"current": LONG, "therapy": "none", "question": "stop"})
    for question in ("adjust", "switch", "stop"):
        assert "TAPER-US" in told(check(replace(stop, question=question), KB))


def test_a_day_of_missed_doses_is_asked_about_and_no_stop() -> None:
    found = verdict({"current": LONG, "therapy": "not stated", "question": "missed", "events": [{"missed": "4 doses"}]})
    assert "TAPER-US" in asked(found) - told(found)
    (line,) = found.cannot_tell
    assert "no source says how many" in line.need[0]


def test_a_rule_that_asks_for_less_is_quieter_where_the_order_is_as_low() -> None:
    low, high = (
        verdict({"therapy": sig, "current": LONG, "question": "check"}, creatinine="1.0 mg/dL")
        for sig in ("15 mg TID", "20 mg TID")
    )
    assert [finding(v, "RENAL-VLAV-MILD").severity for v in (low, high)] == ["caution", "moderate"]
    assert (
        finding(verdict({"therapy": "5 mg daily"}, creatinine="2.6 mg/dL"), "RENAL-VLAV-SEVERE").severity == "contraindicated"
    )


def test_the_french_cap_leads_in_france_and_says_that_it_was_annulled() -> None:
    found = verdict({"region": "FR", "therapy": "30 mg TID"}, conditions=["alcohol_use_disorder"])
    cap = finding(found, "AUD-FR-80")
    assert (cap.rule, cap.severity, cap.stands_in) == ("AUD-FR-80", "moderate", False)
    assert "annulled" in cap.action
    assert "AUD-FR-2021" in cap.note
    assert "ADULT-MAX-US" not in told(found)


def test_what_a_pump_needs_is_told_beside_what_the_mouth_needs() -> None:
    found = verdict(
        {"current": PUMP, "therapy": {"route": "intrathecal", "programme": "290 ug/d continuous"}, "question": "adjust"}
    )
    one = finding(found, "ITB-PACE-SPINAL")
    assert set(one.rules) == {"ITB-REFILL-SPINAL", "ITB-PACE-SPINAL"}
    assert one.severity == "moderate"
    assert "from 200 to 290 ug/d, by 45 %, is above 40" in one.reason
