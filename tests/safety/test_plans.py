"""Random patients go in; no plan that breaks a rule, and no higher dose for worse kidneys, may come out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import EXAMPLES, planned

from openbaclofen import api
from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.decide.plan import BESIDE_PUMP
from openbaclofen.decide.records import Plan
from openbaclofen.dose.regimen import Regimen
from openbaclofen.dose.sig import format_regimen, parse_sig
from openbaclofen.patient.person import DatedCreatinine, Patient
from openbaclofen.units import Age, Creatinine, Height, Weight

CASES = sorted(EXAMPLES.glob("*.yaml"))
BAD = ("contraindicated", "major", "moderate")


def person(
    age: float, weight: float, creatinine: float, sex: str, conditions: frozenset[str], medicines: tuple[str, ...]
) -> Patient:
    return Patient(
        age=Age(age),
        sex="female" if sex == "female" else "male",
        weight=Weight(weight),
        height=Height(165.0 if age > 12 else 120.0),
        creatinines=(DatedCreatinine(Creatinine(creatinine)),),
        conditions=conditions,
        allergies=(),
        medicines=medicines,
        pregnant=False,
        breastfeeding=False,
        alcohol="none",
        dialysis="none",
        spasticity_supports_function=False,
    )


def start(patient: Patient, region: str) -> Case:
    sig = parse_sig("5 mg TID")
    return Case(patient, OralTherapy(sig.regimen, "5 mg TID", str(sig)), None, "start", region, date(2026, 11, 22))


patients = st.builds(
    person,
    age=st.floats(2, 95),
    weight=st.floats(12, 130),
    creatinine=st.floats(0.3, 4),
    sex=st.sampled_from(["female", "male"]),
    conditions=st.frozensets(st.sampled_from(["epilepsy", "diabetes", "depression", "stroke_history"]), max_size=2).map(
        lambda c: c | {"multiple_sclerosis"}
    ),
    medicines=st.sampled_from([(), ("oxycodone 10 mg BID",), ("diazepam", "morphine"), ("ibuprofen",)]),
)


@settings(max_examples=25, deadline=None)
@given(patients, st.sampled_from(["US", "UK", "FR", "CA", "CH", "DE", "AT"]))
def test_no_proposal_adds_a_finding_to_its_own_first_step(patient: Patient, region: str) -> None:
    case = start(patient, region)
    plan = api.plan(case)
    if plan.proposal is None:
        assert plan.answer in ("nothing permissible", "cannot tell")
        assert plan.summary
        return
    steps = plan.proposal.steps
    text = ", then ".join(f"{s.sig} for {s.day_to - s.day_from + 1} d" if s.day_to else s.sig for s in steps)
    whole, first = (parse_sig(t).regimen for t in (text, steps[0].sig))
    form = "oral_solution" if "mL" in steps[0].take else "tablet"

    def found(regimen: Regimen) -> set[tuple[str, str]]:
        sig = format_regimen(regimen)
        verdict = api.check(replace(case, therapy=OralTherapy(regimen, sig, sig, form=form)))
        assert not verdict.stops
        return {(f.rule, f.severity) for f in verdict.findings if f.severity in BAD and not f.hint}

    assert found(whole) <= found(first)
    assert [s.daily_mg for s in steps] == sorted(s.daily_mg for s in steps)
    assert plan.proposal.daily_mg == steps[-1].daily_mg


@pytest.mark.parametrize("region", ["US", "UK", "CA", "DE"])
def test_worse_kidneys_never_raise_the_dose(region: str) -> None:
    base = person(50, 70, 0.8, "male", frozenset({"multiple_sclerosis"}), ())
    doses = []
    for creatinine in (0.8, 1.1, 1.4, 1.7, 2.0, 2.3, 2.8, 4.0):
        plan = api.plan(start(replace(base, creatinines=(DatedCreatinine(Creatinine(creatinine)),)), region))
        doses.append(plan.proposal.daily_mg if plan.proposal else 0.0)
    assert doses == sorted(doses, reverse=True)
    assert doses[0] > doses[-1]


@pytest.mark.parametrize("path", CASES[::4], ids=lambda p: p.stem)  # the golden plans hold all of them to their bytes
def test_the_same_case_gives_the_same_plan_and_a_valid_document(path: Path) -> None:
    import jsonschema

    from openbaclofen.report import as_json, schemas

    case, plan = planned(path.stem)
    first, second = (as_json.text("plan", of) for of in (plan, api.plan(case)))
    assert first == second
    jsonschema.validate(json.loads(first), schemas.schema("plan"))


def test_without_kidneys_nothing_is_proposed() -> None:
    patient = replace(person(50, 70, 0.8, "male", frozenset({"multiple_sclerosis"}), ()), creatinines=())
    plan = api.plan(start(patient, "US"))
    assert plan.proposal is None
    assert "creatinine" in plan.summary


def test_a_long_user_comes_down_longer_than_the_label_minimum() -> None:
    _, plan = planned("abrupt-stop-80mg")
    assert plan.proposal is None
    assert plan.stopping[-1].daily_mg == 0
    assert plan.stopping[-1].day_from - 1 >= 28
    assert [s.daily_mg for s in plan.stopping] == sorted((s.daily_mg for s in plan.stopping), reverse=True)


def test_without_a_weight_the_verdict_stands_and_the_plan_says_what_it_needs() -> None:
    patient = replace(person(50, 70, 0.8, "male", frozenset({"multiple_sclerosis"}), ()), weight=None)
    plan = api.plan(start(patient, "US"))
    assert plan.answer == "cannot tell"
    assert "weight" in plan.summary


def test_a_contraindication_is_named_even_where_kidneys_are_not_known() -> None:
    patient = replace(
        person(50, 70, 0.8, "male", frozenset({"multiple_sclerosis"}), ()), creatinines=(), allergies=("baclofen",)
    )
    plan = api.plan(start(patient, "US"))
    assert plan.answer == "nothing permissible"
    assert "hypersensitivity" in plan.summary


def blocks(plan: Plan) -> dict[str, dict[str, float]]:
    return {b.event: {e.quantity: e.middle for e in b.predicted} for b in plan.if_wrong if b.predicted}


def test_a_breastfeeding_mother_is_told_what_the_infant_gets() -> None:
    mother = replace(person(31, 60, 0.7, "female", frozenset({"multiple_sclerosis"}), ()), breastfeeding=True)
    plan = api.plan(start(mother, "US"))
    assert plan.proposal is not None
    milk = blocks(plan)["the infant drinks the milk"]
    assert milk["infant gets"] > 0
    assert "the infant drinks the milk" not in blocks(api.plan(start(replace(mother, breastfeeding=False), "US")))


def test_failing_kidneys_raise_the_expected_levels() -> None:
    well = DatedCreatinine(Creatinine(0.8), date(2026, 11, 20))
    failed = DatedCreatinine(Creatinine(3.0), date(2026, 11, 24))
    patient = person(50, 70, 0.8, "male", frozenset({"multiple_sclerosis"}), ())

    def level(*creatinines: DatedCreatinine) -> float:
        course = api.simulate(start(replace(patient, creatinines=creatinines), "US"), people=20, days=14)
        return float(course.plasma_ng_per_ml[:, -1].mean())

    assert level(well, failed) > 1.5 * level(well)


def test_charcoal_shortens_and_bad_kidneys_lengthen_an_overdose() -> None:
    def hours_above(extra: str, creatinine: str) -> float:
        case = api.read_case(
            f"patient: {{age: 50 a, sex: male, weight: 70 kg, height: 175 cm, creatinine: {creatinine} mg/dL, conditions: [], "
            "allergies: [], medicines: [], alcohol: none}\ntherapy: none\ncurrent: none\nquestion: ingestion\nregion: UK\n"
            f"date: 2026-11-22\nevents:\n  - ingestion: {{amount: 600 mg{extra}}}\n"
        )
        predicted = next(b for b in api.plan(case).if_wrong if b.predicted).predicted
        return next(e.middle for e in predicted if "1100" in e.quantity)

    assert hours_above(", charcoal: 1 h", "0.9") < hours_above("", "0.9")
    assert hours_above("", "6") > hours_above("", "0.9")


def test_an_overdose_beside_a_pump_is_answered_as_an_overdose(tmp_path: Path) -> None:
    """What was swallowed comes first, and the pump is named: its drug is in no level that is told."""
    text = (EXAMPLES / "overdose-600mg.yaml").read_text()
    pump = "route: intrathecal, programme: 100 ug/d continuous, catheter_tip: T10, concentration: 500 ug/mL, since: 2026-01-01"
    (tmp_path / "alone.yaml").write_text(text)
    (tmp_path / "pump.yaml").write_text(text.replace("current: none", f"current: {{{pump}}}"))
    alone, beside = (api.plan(api.read_case(tmp_path / name)) for name in ("alone.yaml", "pump.yaml"))
    events = [block.event for block in alone.if_wrong if block.predicted]
    assert events
    assert [block.event for block in beside.if_wrong if block.predicted] == events
    assert BESIDE_PUMP in beside.notes
    assert BESIDE_PUMP not in alone.notes
