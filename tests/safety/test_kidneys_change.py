"""A new creatinine on a steady dose goes in; the course and the dose that fits must follow the clearance, and break no rule."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from tests.safety.test_adjust import KB, broken

import openbaclofen as ob
from openbaclofen.apps.web import usual
from openbaclofen.decide.draft import Draft
from openbaclofen.decide.kidneys_changed import from_the_change, kidney_change
from openbaclofen.decide.records import Expected, Plan
from openbaclofen.errors import InputError
from openbaclofen.infer.individual import individual

PERSON = {k: v for k, v in usual.PERSON.items() if k != "creatinine"}


def case(old: float, new: float, sig: str = "20 mg TID", *, event: bool = True, **more: Any) -> ob.Case:
    dated = [{"date": "2026-11-10", "creatinine": f"{old} mg/dL"}]
    today = {"date": "2026-11-22", "creatinine": f"{new} mg/dL"}
    return ob.read_case(
        {
            "date": "2026-11-22",
            "region": "US",
            "question": "adjust",
            "therapy": sig,
            "current": {"sig": sig, "since": "2025-03-01"},
            "patient": PERSON | {"kidney": dated if event else [*dated, today]} | more.pop("patient", {}),
            "events": [today] if event else [],
            **more,
        }
    )


@cache
def planned(old: float, new: float, sig: str = "20 mg TID") -> Plan:
    return ob.plan(case(old, new, sig))


def block(plan: Plan, words: str) -> dict[str, Expected]:
    return {e.quantity: e for b in plan.if_wrong if words in b.event for e in b.predicted}


def clearance(creatinine: float) -> float:
    """Typical clearance, L/h, by the sum of the two parts."""
    asked = case(creatinine, creatinine)
    known = individual(asked.patient, KB, "tablet").known
    size = known["clearance_size"].value
    return known["nonrenal_clearance"].value * size + known["renal_slope"].value * known["creatinine_clearance"].value


def test_the_level_settles_at_the_inverse_of_the_clearance() -> None:
    for old, new in ((0.7, 1.2), (1.2, 0.7)):
        rows = block(planned(old, new), "the kidneys")
        last = rows["plasma, mean, day 7"]
        assert last.against is not None
        assert last.middle / last.against == pytest.approx(clearance(old) / clearance(new), rel=0.04)
        days = [rows[f"plasma, mean, day {d}"].middle for d in (1, 2, 3, 7)]
        assert days == sorted(days, reverse=old > new)


def test_failing_kidneys_lower_the_dose_today_to_the_level_of_before() -> None:
    plan = planned(0.8, 1.4)
    assert plan.proposal is not None
    assert plan.proposal.daily_mg < 60
    assert plan.proposal.steps[0].day_from == 1
    assert not broken(plan, case(0.8, 1.4))
    assert any("no abrupt reduction" in r.text for r in plan.reasons)
    before = block(plan, "the kidneys")["spinal fluid, mean, day 1"].against
    after = next(e for e in plan.proposal.steps[-1].expected if e.quantity == "spinal fluid, mean")
    assert before is not None
    assert after.middle < 1.15 * before


def test_worse_kidneys_never_leave_a_higher_dose() -> None:
    left = [p.proposal.daily_mg if (p := planned(0.8, new)).proposal else 0.0 for new in (1.0, 1.2, 1.4, 1.7, 2.6)]
    assert left == sorted(left, reverse=True)
    assert left[-1] == 0
    assert planned(0.8, 2.6).stopping


def test_the_course_of_the_new_dose_starts_from_the_kidneys_of_before() -> None:
    draft = Draft(case(0.8, 1.4), KB, 1)
    plain = draft.likenesses()
    assert plain.changing is not None
    changed = from_the_change(plain, draft)
    assert changed.changing is not None
    start, now = changed.changing(0.0, 48.0), plain.changing(0.0, 48.0)
    assert start.later[0][0] == 0
    assert start.typical.known["creatinine_clearance"].value > now.typical.known["creatinine_clearance"].value
    assert start.later[0][1].known["creatinine_clearance"] == now.typical.known["creatinine_clearance"]


def test_an_event_and_a_dated_value_say_the_same() -> None:
    one, other = (ob.plan(case(0.8, 1.4, event=e)) for e in (True, False))
    assert one.proposal == other.proposal
    assert one.if_wrong == other.if_wrong


def test_what_does_not_count_is_no_change() -> None:
    for asked in (case(0.8, 0.85), case(0.8, 2.0, patient={"dialysis": "Mon Wed Fri 4 h"})):
        assert kidney_change(asked, Draft(asked, KB, 1)) is None


def test_two_creatinines_of_one_day_are_refused() -> None:
    with pytest.raises(InputError, match="date the older one"):
        case(0.8, 1.4, patient={"creatinine": "0.9 mg/dL"})


def on_dialysis(schedule: str) -> Plan:
    patient = {"dialysis": schedule, "creatinine": "7 mg/dL", "kidney": []}
    said = {"date": "2026-11-22", "region": "CA", "question": "check", "patient": usual.PERSON | patient}
    return ob.plan(ob.read_case({**said, "current": {"sig": "5 mg daily", "since": "2025-03-01"}}))


def test_a_dose_after_the_session_keeps_its_level_and_one_before_loses_it() -> None:
    rows = block(on_dialysis("Mon Wed Fri 4 h"), "dialysis")
    mean = rows["plasma, mean of the week"]
    assert mean.against is not None
    assert mean.middle > 1.05 * mean.against
    longer = block(on_dialysis("Mon Wed Fri 8 h"), "dialysis")["plasma, mean of the week"]
    assert longer.against is not None
    assert longer.middle / longer.against > mean.middle / mean.against
    assert not block(on_dialysis("yes"), "once a day")
    assert not block(on_dialysis("CAPD"), "once a day")
