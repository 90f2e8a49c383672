"""Cases that differ in one thing go in; what a plan predicts may only move the way that thing pushes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from tests.examples import planned
from tests.people_like import KB

import openbaclofen as ob
from openbaclofen.decide.likeness import Likenesses, likenesses_of
from openbaclofen.decide.records import Expected, Plan
from openbaclofen.decide.settled import breathing_rows, effects
from openbaclofen.decide.spread import phase
from openbaclofen.dose.sig import parse_sig
from openbaclofen.outcome.breathing import Loads
from openbaclofen.report import as_json
from openbaclofen.safety.situation import situation

PATIENT = {
    "age": "50 a",
    "sex": "male",
    "weight": "70 kg",
    "height": "175 cm",
    "creatinine": "0.9 mg/dL",
    "conditions": ["multiple_sclerosis"],
    "allergies": [],
    "medicines": [],
    "alcohol": "none",
    "dialysis": "none",
    "spasticity_supports_function": "no",
}


def case(question: str, therapy: object, current: object = "none", patient: object = None, **more: object) -> ob.Case:
    said = {"date": "2026-11-22", "region": "UK", "question": question, "therapy": therapy, "current": current, **more}
    return ob.read_case({**said, "patient": PATIENT | (patient if isinstance(patient, dict) else {})})


def example(name: str) -> Plan:
    return planned(name)[1]


@cache
def stopping(sig: str, region: str = "US") -> Plan:
    return ob.plan(case("stop", "none", {"sig": sig, "since": "2024-11-22"}, region=region))


def at_creatinine(mg_per_dl: float) -> Likenesses:
    return likenesses_of(case("start", "5 mg TID", patient={"creatinine": f"{mg_per_dl} mg/dL"}).patient, KB, 1)


def by_name(rows: tuple[Expected, ...]) -> dict[str, Expected]:
    return {e.quantity: e for e in rows}


def block(plan: Plan, words: str) -> dict[str, Expected]:
    return by_name(next(b.predicted for b in plan.if_wrong if words in b.event and b.predicted))


def test_worse_kidneys_never_lower_what_is_unwanted_at_the_same_dose() -> None:
    doses = [phase((10.0, 10.0, 10.0), None)]
    found = []
    for creatinine in (0.8, 1.6, 3.0):
        of = at_creatinine(creatinine)
        asked = case("start", "5 mg TID", patient={"creatinine": f"{creatinine} mg/dL"})
        rows = by_name(effects(doses, of, situation(asked, KB), None, KB)[0])
        found.append([rows[n].middle for n in ("drowsiness", "drowsiness, severe", "dizziness", "confusion", "hypotension")])
        assert [rows["drowsiness"].against, rows["nausea"].against] == [pytest.approx(0.278), 0.04]
        assert ("encephalopathy, admission in 30 days" in rows) == (creatinine > 1)
    assert (np.diff(found, axis=0) > 0).all()


def test_more_depressants_never_better_ventilation() -> None:
    of = at_creatinine(0.9)
    level = of.settled([phase((20.0, 20.0, 20.0), None)]).highest["csf"][0]
    taken = [
        Loads(),
        Loads(opioid=1.0),
        Loads(opioid=1.0, alcohol=1.0),
        Loads(1.0, 1.0, 1.0, 1.0, 1.0),
        Loads(2.0, 1.0, 1.0, 1.0, 1.0),
    ]
    air, needs = np.array([[row.value for row in breathing_rows(of, level, loads, 1.0)] for loads in taken]).transpose(1, 0, 2)
    assert (np.diff(air, axis=0) < 0).all()
    assert (np.diff(needs, axis=0) >= 0).all()
    alone = breathing_rows(of, level, Loads(opioid=1.0), 1.0)[0]
    assert alone.against is not None
    assert (alone.value < alone.against).all()


def test_a_depressant_among_the_medicines_is_counted_and_said_to_be_assumed() -> None:
    plan = example("elderly-opioid")
    assert plan.proposal is not None
    rows = by_name(plan.proposal.steps[-1].settled)
    ventilation = rows["ventilation with the other depressants"]
    assert ventilation.against is not None
    assert ventilation.middle < ventilation.against < 1
    assert any("morphine" in r.text and "assumed" in r.text for r in plan.reasons)
    alone = example("ms-adult").proposal
    assert alone is not None
    assert "ventilation with the other depressants" not in by_name(alone.steps[-1].settled)


@pytest.mark.parametrize("sig", ["20 mg QID", "10 mg TID"])
def test_a_longer_way_down_never_gives_more_rebound(sig: str) -> None:
    ways = sorted(stopping(sig).ways_out, key=lambda way: way.days)
    assert [way.name for way in ways] == ["abrupt stop", "the proposed taper", "a taper twice as long"]
    for title in ("rebound, highest", "withdrawal severity, highest"):
        found = [by_name(way.predicted)[title] for way in ways]
        assert all(a.middle > b.middle and a.high > b.high for a, b in pairwise(found))
    shown = [by_name(way.predicted)["withdrawal severity, highest"].middle for way in stopping(sig).ways_out]
    assert shown == sorted(shown)


def test_a_short_use_that_is_stated_is_followed_from_its_first_day() -> None:
    short = ob.plan(case("stop", "none", {"sig": "20 mg QID", "since": "2026-11-18"}, region="US"))
    abrupt = [by_name(next(w for w in p.ways_out if not w.days).predicted) for p in (short, stopping("20 mg QID"))]
    assert abrupt[0]["rebound, highest"].middle < 0.6 * abrupt[1]["rebound, highest"].middle


def test_the_smallest_dose_that_can_be_made_is_left_out() -> None:
    plan = stopping("5 mg daily", "UK")
    assert (plan.answer, [s.daily_mg for s in plan.stopping]) == ("proposal", [0.0])
    assert [(w.name, w.proposed) for w in plan.ways_out] == [("abrupt stop", True)]
    assert "cannot be lowered in steps" in plan.summary


def test_steps_carry_the_doses_and_hours_that_their_words_say() -> None:
    for plan in (example("ms-adult"), example("child-cp-24kg"), example("abrupt-stop-80mg")):
        for step in [*(plan.proposal.steps if plan.proposal else ()), *plan.stopping]:
            said = parse_sig(step.sig).regimen.phases[0] if step.daily_mg else None
            assert (step.doses_mg, step.hours) == ((said.doses_mg, said.at_h) if said else ((), ()))


def test_a_new_step_goes_on_from_what_is_taken() -> None:
    first = [
        ob.plan(case(question, "15 mg TID", current, region="US")).proposal
        for question, current in (("adjust", {"sig": "10 mg TID", "since": "2026-01-01"}), ("start", "none"))
    ]
    adjusted, started = (p.steps for p in first if p is not None)
    again = next(s for s in started if s.daily_mg == adjusted[0].daily_mg)
    shown = [by_name(step.expected)["plasma, lowest"].middle for step in (adjusted[0], again)]
    assert shown[0] == pytest.approx(shown[1], rel=0.1)
    used_to = [by_name(step.expected)["chance of drowsiness"].middle for step in (adjusted[0], again)]
    assert used_to[0] < used_to[1] - 0.02
    assert adjusted[0].settled == again.settled


def test_more_missed_doses_leave_less_and_rebound_more() -> None:
    def gap(count: int) -> dict[str, Expected]:
        now = {"sig": "20 mg TID", "since": "2025-01-10"}
        return block(ob.plan(case("missed", "20 mg TID", now, events=[{"missed": {"count": count}}])), "missed, by simulation")

    one, three = gap(1), gap(3)
    before = "plasma before the next dose"
    assert three[before].middle < one[before].middle < (one[before].against or 0)
    worst = "withdrawal severity before the next dose, highest"
    assert three[worst].middle > one[worst].middle >= (one[worst].against or 0)
    doubled = block(example("missed-doses"), "doubled")["plasma, highest"]
    assert doubled.against is not None
    assert 1.3 < doubled.middle / doubled.against < 2


def test_more_swallowed_is_deeper_and_dialysis_and_charcoal_shorten() -> None:
    def swallowed(amount: str, creatinine: str = "0.9 mg/dL") -> Plan:
        return ob.plan(
            case("ingestion", "none", patient={"creatinine": creatinine}, events=[{"ingestion": {"amount": amount}}])
        )

    less, more, sick = swallowed("200 mg"), swallowed("800 mg"), swallowed("200 mg", "5 mg/dL")
    for name in ("deep coma", "ventilation", "seizure"):
        assert block(less, "swallowed")[name].middle < block(more, "swallowed")[name].middle
        assert block(less, "swallowed")[name].middle < block(sick, "swallowed")[name].middle
    hours = "hours in deep coma, of those who fall into it"
    as_it_is = block(more, "swallowed")[hours].middle
    assert block(more, "dialysis")[hours].middle < as_it_is
    assert block(more, "charcoal")[hours].middle < as_it_is
    assert any("too short" in r.text for b in more.if_wrong for r in b.advice)


def test_drinking_is_set_beside_placebo_without_a_dose_for_spasticity() -> None:
    alike = {"egfr": "90 mL/min/1.73m2"}  # equal kidneys: what differs is the answer of the sexes

    def drinking(sex: str, sig: str) -> tuple[Plan, dict[str, Expected]]:
        plan = ob.plan(case("start", sig, patient={"sex": sex, "conditions": ["alcohol_use_disorder"], **alike}, region="FR"))
        return plan, block(plan, "alcohol use disorder")

    plan, women = drinking("female", "10 mg TID")
    _, men = drinking("male", "10 mg TID")
    days = "days without alcohol, at 30 mg/day as ordered"
    assert plan.proposal is None
    assert plan.answer == "cannot tell"
    assert (men[days].against or 0) < men[days].middle < women[days].middle
    assert any("conflict" in r.text for b in plan.if_wrong for r in b.advice)


def test_without_kidneys_nothing_is_predicted() -> None:
    patient = {k: v for k, v in PATIENT.items() if k != "creatinine"}
    said = {"date": "2026-11-22", "region": "UK", "question": "stop", "therapy": "none", "patient": patient}
    plan = ob.plan(ob.read_case({**said, "current": {"sig": "20 mg TID", "since": "2025-01-01"}}))
    assert plan.stopping
    assert plan.ways_out == ()
    assert any("creatinine" in note for note in plan.notes)


def test_an_undated_case_gives_the_same_plan_on_any_day() -> None:
    dated, plan = planned("child-cp-24kg")
    one, other = (
        as_json.text("plan", ob.plan(replace(dated, dated=False, as_of=day))) for day in (date(2026, 11, 22), date(2031, 1, 1))
    )
    assert one == other
    assert "2027-05-24" in as_json.text("plan", plan)


def test_a_liquid_is_predicted_as_a_liquid() -> None:
    patient = case("start", "5 mg TID").patient
    tablet, liquid = (
        likenesses_of(patient, KB, 1, form).settled([phase((10.0, 10.0, 10.0), None)]) for form in ("tablet", "oral_solution")
    )
    assert np.median(liquid.highest["plasma"]) > 1.02 * np.median(tablet.highest["plasma"])
    steps = example("child-cp-24kg").proposal
    assert steps is not None
    assert {e.grade for e in steps.steps[-1].expected} == {"assumed"}  # the absorption of liquids is
