"""Random people who take baclofen go in; how it ends, and what to do about a missed dose, may break no rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import openbaclofen as ob
from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.decide.draft import Draft
from openbaclofen.decide.missed import gap_of, what_now
from openbaclofen.decide.records import Plan
from openbaclofen.decide.start import choose_dose
from openbaclofen.decide.stopping import units_of, way_from
from openbaclofen.dose.sig import format_regimen
from openbaclofen.dose.tablets import make
from openbaclofen.facts import load
from openbaclofen.patient.person import DatedCreatinine, Patient
from openbaclofen.safety.check import check
from openbaclofen.units import Age, Creatinine, Height, Weight

KB = load()
REGIONS = ("US", "UK", "FR", "CA", "CH", "DE", "AT")
WITHDRAWING = ("stop", "withdrawal/taper")


def person(age: float, weight: float, creatinine: float, sex: str, condition: str) -> Patient:
    return Patient(
        age=Age(age),
        sex="female" if sex == "female" else "male",
        weight=Weight(weight),
        height=Height(165.0 if age > 12 else 120.0),
        creatinines=(DatedCreatinine(Creatinine(creatinine)),),
        conditions=frozenset({condition}),
        allergies=(),
        medicines=(),
        pregnant=False,
        breastfeeding=False,
        alcohol="none",
        dialysis="none",
        spasticity_supports_function=False,
    )


people = st.builds(
    person,
    age=st.floats(18, 95),
    weight=st.floats(40, 120),
    creatinine=st.just(0.8),
    sex=st.sampled_from(["female", "male"]),
    condition=st.sampled_from(["multiple_sclerosis", "spinal_cord_injury", "cerebral_palsy"]),
)


def case(patient: Patient, now: str, since: str, region: str, **more: object) -> Case:
    said = {"patient": {"age": "50 a"}, "therapy": now, "current": {"sig": now, "since": since}, "question": "check"}
    asked = ob.read_case({"date": "2026-11-22", "region": region, **said, **more})
    return replace(asked, patient=patient)


sigs = st.sampled_from(["5 mg TID", "10 mg BID", "10 mg TID", "20 mg TID", "20 mg QID", "10/10/20 mg", "5/10/15 mg"])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(people, sigs, st.sampled_from(["2026-11-12", "2026-01-01", "2020-01-01"]), st.sampled_from(REGIONS))
def test_a_way_down_falls_in_doses_that_can_be_made_and_is_slow_enough(
    patient: Patient, sig: str, since: str, region: str
) -> None:
    asked = case(patient, sig, since, region)
    draft = Draft(asked, KB, 1)
    taken = draft.taken
    assert taken is not None
    units = units_of(draft, taken)
    assert units is not None
    down = way_from(draft, taken.regimen, units)
    daily = [taken.regimen.last_daily_mg, *(step.daily_mg for step in down.steps)]
    assert daily[-1] == 0
    assert all(before > after for before, after in pairwise(daily))
    assert all(make(mg, units.products).portions is not None for step in down.steps for mg in step.doses_mg)
    assert all(a.day_to is not None and a.day_to + 1 == b.day_from for a, b in pairwise(down.steps))
    ordered = OralTherapy(down.regimen, "", format_regimen(down.regimen), form=taken.form, ends_in_stop=True)
    found = check(replace(asked, therapy=ordered, question="stop"), KB).findings
    assert not [f for f in found if f.topic in WITHDRAWING and f.severity in ("contraindicated", "major", "moderate")]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(sigs, st.floats(1, 80), st.sampled_from(REGIONS))
def test_advice_on_a_missed_dose_keeps_each_rule_and_never_doubles(sig: str, hours: float, region: str) -> None:
    patient = person(50, 70, 0.8, "male", "multiple_sclerosis")
    events = [{"missed": {"count": 1, "after": f"{hours:.2f} h"}}]
    asked = case(patient, sig, "2026-01-01", region, question="missed", events=events)
    gap, said = gap_of(asked), what_now(asked, KB)
    assert gap is not None
    assert gap.next_h > 0
    if not gap.missed:
        assert "No dose was due" in said
        return
    assert "never double" in said
    by = {now: said.find(words) for now, words in ((True, "ake one dose now"), (False, "eave the missed dose out"))}
    limit = KB.rules["MISSED-NHS"].numbers["skip_if_next_within"].value
    window = KB.rules["MISSED-1H"].numbers["take_if_within"].value
    assert limit is not None
    assert window is not None
    for rule, now in (("MISSED-NHS", gap.next_h >= limit), ("MISSED-1H", gap.late <= window)):
        assert 0 <= by[now] < said.index(rule)
        other = by[not now]
        assert other < 0 or not by[now] < other < said.index(rule)
    assert ("signs of withdrawal" in said) == (gap.hours >= 24)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(people, st.sampled_from(REGIONS), st.lists(st.floats(0.5, 4), min_size=4, max_size=4, unique=True))
def test_lowering_egfr_never_raises_the_dose(patient: Patient, region: str, creatinines: list[float]) -> None:
    doses = []
    for creatinine in sorted(creatinines):
        worse = replace(patient, creatinines=(DatedCreatinine(Creatinine(creatinine)),))
        asked = replace(case(worse, "5 mg TID", "2026-11-22", region), current=None, question="start")
        draft = Draft(asked, KB, 1)
        choice = choose_dose(asked, draft.situation, draft.verdict, KB, draft.likenesses)
        doses.append(choice.proposal.daily_mg if choice.proposal else 0.0)
    assert doses == sorted(doses, reverse=True)


@cache
def planned(question: str, condition: str = "multiple_sclerosis", creatinine: float = 0.8, *events: str) -> Plan:
    patient = person(50, 70, creatinine, "male", condition)
    told = [{kind: {"date": "2026-11-21"}} for kind in events]
    order = {"therapy": "none"} if question == "stop" else {}
    return ob.plan(case(patient, "20 mg TID", "2024-01-01", "UK", question=question, events=told, **order))


@pytest.mark.parametrize("question", ["adjust", "check"])
def test_what_must_not_go_on_is_left_in_steps_from_a_dose_the_kidneys_allow(question: str) -> None:
    plan = planned(question, "multiple_sclerosis", 3.5)
    assert plan.answer == "nothing permissible"
    assert plan.proposal is None
    assert plan.stopping[0].daily_mg == 20
    assert plan.stopping[-1].daily_mg == 0
    assert "Do not stop at once" in plan.summary
    assert any("abruptly" in block.event for block in plan.if_wrong)


def test_toxicity_ends_it_at_once_and_withdrawal_begins_it_again() -> None:
    toxic = planned("stop", "multiple_sclerosis", 0.8, "toxicity")
    assert "no further dose" in toxic.summary
    assert not toxic.stopping
    again = planned("stop", "multiple_sclerosis", 0.8, "withdrawal")
    assert again.stopping[0].daily_mg == 60
    assert again.stopping[1].daily_mg < 60
    assert again.answer == "advice"


@pytest.mark.parametrize("question", ["stop", "adjust", "check", "missed"])
@pytest.mark.parametrize("also", ["multiple_sclerosis", "peptic_ulcer"])
def test_an_allergy_ends_it_at_once_whatever_is_asked(question: str, also: str) -> None:
    patient = replace(person(50, 70, 0.8, "male", also), allergies=("baclofen",), spasticity_origin="spinal")
    told: list[dict[str, Any]] = [{"missed": "1 dose"}] if question == "missed" else []
    order = {"therapy": "none"} if question == "stop" else {}
    plan = ob.plan(case(patient, "20 mg TID", "2024-01-01", "UK", question=question, events=told, **order))
    assert "no further dose: allergy to baclofen" in plan.summary
    assert not plan.stopping


def test_a_stop_says_why_it_must_not_go_on_and_begins_where_the_kidneys_allow() -> None:
    plan = planned("stop", "multiple_sclerosis", 3.5)
    assert "eGFR below 30" in plan.summary
    assert [step.daily_mg for step in plan.stopping] == [step.daily_mg for step in planned("check", creatinine=3.5).stopping]
    again = planned("stop", "multiple_sclerosis", 3.5, "withdrawal")
    assert again.stopping[0].daily_mg == 20


@pytest.mark.parametrize("question", ["adjust", "switch", "check", "missed"])
def test_no_dose_is_proposed_while_there_are_signs_of_toxicity(question: str) -> None:
    told: list[dict[str, Any]] = [
        {"toxicity": "drowsy and confused"},
        *([{"missed": "1 dose"}] if question == "missed" else []),
    ]
    healthy = person(50, 70, 0.8, "male", "multiple_sclerosis")
    plan = ob.plan(case(healthy, "20 mg TID", "2024-01-01", "UK", question=question, events=told))
    assert (plan.answer, plan.proposal, plan.stopping) == ("nothing permissible", None, ())
    assert "no further dose: toxicity (drowsy and confused)" in plan.summary
    begun = ob.plan(replace(case(healthy, "5 mg TID", "2026-11-22", "UK", events=told), current=None, question="start"))
    assert (begun.answer, begun.proposal) == ("nothing permissible", None)
    assert "toxicity" in begun.summary


@pytest.mark.parametrize("question", ["start", "check"])
def test_after_signs_of_withdrawal_what_was_taken_before_is_asked_for(question: str) -> None:
    asked = case(person(50, 70, 0.8, "male", "multiple_sclerosis"), "5 mg TID", "2026-11-22", "UK", events=["withdrawal"])
    plan = ob.plan(replace(asked, current=None, question="start" if question == "start" else "check"))
    assert (plan.answer, plan.proposal) == ("cannot tell", None)
    assert "current" in plan.summary


def test_what_is_not_taken_gets_no_advice_on_taking_it() -> None:
    patient = replace(person(50, 70, 0.8, "male", "multiple_sclerosis"), allergies=("baclofen",))
    plan = ob.plan(replace(case(patient, "20 mg TID", "2026-01-01", "UK"), current=None, question="start"))
    assert plan.answer == "nothing permissible"
    assert (plan.monitoring, plan.if_wrong, plan.stopping, plan.reasons) == ((), (), (), ())


def test_that_no_rule_forbids_is_said_only_where_all_was_asked_and_none_speaks() -> None:
    asked = case(person(50, 70, 0.8, "male", "multiple_sclerosis"), "20 mg TID", "2024-01-01", "US")
    assert "No rule forbids it." in ob.plan(asked).summary
    open_ = ob.plan(replace(asked, patient=replace(asked.patient, medicines=None, allergies=None)))
    assert "as far as can be told" in open_.summary
    above = ob.plan(case(asked.patient, "30 mg QID", "2024-01-01", "US"))
    assert "No rule forbids" not in above.summary + open_.summary
    assert "It is not contraindicated" in above.summary


def test_an_order_that_goes_on_says_what_it_does() -> None:
    plan = planned("check")
    assert plan.order is not None
    assert {e.quantity for e in plan.order.settled} >= {"drowsiness", "tone falls by 1 point or more, by the drug"}
    assert date.fromisoformat(plan.as_of).year == 2026
    assert plan.stopping[-1].daily_mg == 0
