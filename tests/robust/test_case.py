"""The case file: everything it may say, in each of the ways it may say it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from openbaclofen.case.read import read_case
from openbaclofen.case.record import IntrathecalTherapy, OralTherapy
from openbaclofen.dose.programme import continuous
from openbaclofen.patient import DatedCreatinine
from openbaclofen.units import (
    Age,
    Concentration,
    Creatinine,
    Duration,
    Gestation,
    Height,
    IndexedGFR,
    IntrathecalConcentration,
    IntrathecalRate,
    OralDose,
    Weight,
)

STEADY = settings(derandomize=True, deadline=None)  # the same examples every time, however slow the machine
FULL = """\
title: everything a case can say
date: 2025-06-01
patient:
  age: 46 a
  sex: female
  weight: 62 kg
  height: 168 cm
  creatinine: 1.4 mg/dL
  egfr: 47 mL/min/1.73m2
  kidney: [{date: 2025-03-01, creatinine: 1.1 mg/dL}, {date: 2024-03-01, creatinine: 88.4 umol/L}]
  conditions: [MS, Peptic ulcer in the past, foot drop]
  allergies: []
  medicines: [oxycodone 10 mg BID]
  pregnant: no
  breastfeeding: no
  alcohol: occasional
  dialysis: none
  spasticity_supports_function: yes
  ashworth: 1+
  notes: walks with a stick
therapy: {sig: 5 mg TID for 3 d then 10 mg TID, form: oral suspension, product: 5 mg/mL}
current: {sig: 10 mg daily, since: 2025-05-01}
question: adjust
region: uk
events:
- {date: 2025-05-20, missed: 3 doses}
- {date: 2025-05-21, creatinine: 2.1 mg/dL}
- surgery: hip replacement
  date: 2025-05-22
- ingestion: {amount: 600 mg, at: 2025-05-30 14:30, charcoal: yes}
- {kind: dialysis, lasts: 4 h, on: 2025-05-31, note: first session}
- {withdrawal: sees things, at: 08:00}
observations:
- {date: 2025-05-25, level: 350 ng/mL, after: 2 h}
- {date: 2025-05-25, ashworth: 3}
- side_effect: drowsy
"""


def test_everything_a_case_can_say() -> None:
    case = read_case(FULL)
    patient = case.patient
    assert (case.title, case.as_of, case.question, case.region) == (
        "everything a case can say",
        date(2025, 6, 1),
        "adjust",
        "UK",
    )
    assert (patient.age, patient.sex, patient.weight, patient.height) == (Age(46), "female", Weight(62), Height(168))
    assert patient.creatinines == (
        DatedCreatinine(Creatinine(1.0), date(2024, 3, 1)),
        DatedCreatinine(Creatinine(1.1), date(2025, 3, 1)),
        DatedCreatinine(Creatinine(2.1), date(2025, 5, 21)),
        DatedCreatinine(Creatinine(1.4)),
    )
    assert patient.reported_egfr == IndexedGFR(47)
    assert patient.conditions == {"multiple_sclerosis", "peptic_ulcer_history"}
    assert patient.unknown_conditions[0].startswith("foot drop")
    assert (patient.allergies, patient.medicines) == ((), ("oxycodone 10 mg BID",))
    assert (patient.pregnant, patient.breastfeeding, patient.alcohol, patient.dialysis) == (False, False, "occasional", "none")
    assert (patient.spasticity_origin, patient.spasticity_supports_function, patient.ashworth) == ("spinal", True, 1.5)
    assert patient.notes == ("walks with a stick",)
    assert isinstance(case.therapy, OralTherapy)
    assert case.therapy.text == "5 mg TID for 3 d, then 10 mg TID as 5 mg/mL suspension"
    assert (case.therapy.form, case.therapy.strength_mg_per_ml, case.therapy.ends_in_stop) == ("oral_suspension", 5, False)
    assert case.current is not None
    assert (case.current.since, case.current.duration) == (date(2025, 5, 1), Duration(31))
    missed, creatinine, surgery, ingestion, dialysis, withdrawal = case.events
    assert (missed.kind, missed.count, missed.on) == ("missed", 3, date(2025, 5, 20))
    assert creatinine.creatinine == Creatinine(2.1)
    assert (surgery.kind, surgery.note) == ("surgery", "hip replacement")
    assert (ingestion.amount, ingestion.on, ingestion.at_h) == (OralDose(600), date(2025, 5, 30), 14.5)
    assert ingestion.charcoal
    assert (dialysis.kind, dialysis.lasts, dialysis.note) == ("dialysis_session", Duration.parse("4 h"), "first session")
    assert (withdrawal.kind, withdrawal.note, withdrawal.at_h) == ("withdrawal", "sees things", 8)
    level, score, effect = case.observations
    assert (level.level, level.after) == (Concentration(350), Duration.parse("2 h"))
    assert (score.kind, score.value) == ("ashworth", 3)
    assert (effect.kind, effect.note) == ("side_effect", "drowsy")


def test_nothing_stated_is_not_no() -> None:
    patient = read_case("patient: {}").patient
    assert (patient.pregnant, patient.allergies, patient.medicines, patient.dialysis, patient.creatinine) == (None,) * 5
    assert read_case("patient: {weight: , allergies: ~}").patient == patient
    case = read_case("patient: {}")
    assert (case.therapy, case.current, case.question, case.region) == (None, None, "start", "INT")
    assert case.as_of == date.today()


def test_path_text_json_and_mapping_agree(tmp_path: Path) -> None:
    case = read_case(FULL)
    file = tmp_path / "case.yaml"
    file.write_text(FULL)
    assert read_case(file) == read_case(str(file)) == read_case(FULL.encode()) == case
    mapping: dict[str, Any] = {
        "date": date(2025, 6, 1),
        "patient": {"age": "46 a", "pregnant": False, "conditions": ["MS"], "ashworth": 3},
        "therapy": "5 mg TID",
        "current": None,
    }
    written = {**mapping, "date": "2025-06-01"}
    assert read_case(mapping) == read_case(json.dumps(written)) == read_case(json.dumps(written, indent=1))


def therapy(text: str, current: str = "none") -> Any:
    return read_case(f"date: 2025-06-01\npatient: {{}}\ntherapy: {text}\ncurrent: {current}\n")


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ('"20 mg TID for 40 d, then stop"', "20 mg TID for 40 d, then stop"),
        (
            "[{date: 2025-03-01, sig: 5 mg TID}, {date: 2025-03-04, sig: 10 mg TID}]",
            "2025-03-01: 5 mg TID for 3 d, then 10 mg TID",
        ),
        ("{2025-03-01: 5 mg TID, 2025-03-04: 10 mg TID}", "2025-03-01: 5 mg TID for 3 d, then 10 mg TID"),
        ("\n- 2025-03-01: 5 mg TID\n- 2025-03-04: 10 mg TID", "2025-03-01: 5 mg TID for 3 d, then 10 mg TID"),
        ("{sig: 25 mg daily, product: using 25 mg tablets}", "25 mg daily using 25 mg tablets"),
        ("{sig: 25 mg daily, form: oral_granules}", "25 mg daily using granules"),
        ("{route: oral, sig: 10 mg TID using 10 mg tablets, form: tablets}", "10 mg TID using 10 mg tablets"),
    ],
)
def test_oral_orders(text: str, canonical: str) -> None:
    order = therapy(text).therapy
    assert isinstance(order, OralTherapy)
    assert order.text == canonical


def test_a_pump_programme() -> None:
    text = "{route: intrathecal, programme: 250 mcg/day simple continuous, catheter_tip: T10, concentration: 2 mg/mL}"
    order = therapy(text).therapy
    assert order == IntrathecalTherapy(continuous(250), "250 mcg/day simple continuous", "T10", IntrathecalConcentration(2000))
    assert (order.rate, order.mode) == (IntrathecalRate(250), "continuous")


def test_taken_now() -> None:
    assert therapy("none").current is None
    assert therapy("none").therapy is None
    now = therapy("taper by 10 mg every week to stop", "{sig: 10 mg TID, since: 3 years}")
    assert now.question == "stop"
    assert now.therapy.text == "10 mg BID for 7 d, then 10 mg at bedtime for 7 d, then stop"
    assert now.current.duration == Duration.parse("3 years")
    stopped = therapy("none", "20 mg QID")
    assert (stopped.question, stopped.therapy.ends_in_stop, stopped.therapy.regimen.phases) == ("stop", True, ())
    pump = therapy("none", "{route: intrathecal, programme: 250 ug/d continuous, since: 2020-01-01}")
    assert (pump.question, pump.current.since) == ("stop", date(2020, 1, 1))


@pytest.mark.parametrize(
    ("rest", "question"),
    [
        ("therapy: 5 mg TID", "start"),
        ("therapy: 10 mg TID\ncurrent: 5 mg TID", "adjust"),
        ("therapy: stop\ncurrent: 5 mg TID", "stop"),
        ("current: 5 mg TID", "check"),
        ("therapy: {route: intrathecal, programme: 250 ug/d continuous}\ncurrent: 20 mg TID", "switch"),
        ("therapy: {route: intrathecal, programme: 50 ug once}\ncurrent: 20 mg TID", "check"),
        ("events: [{ingestion: 600 mg}]\ncurrent: 20 mg TID", "ingestion"),
        ("events: [{missed: 2}]\ncurrent: 20 mg TID", "missed"),
        ("question: start", "start"),
        ("question: check\ntherapy: 10 mg TID\ncurrent: 5 mg TID", "check"),
        ("question: stop\ncurrent: 5 mg TID", "stop"),
    ],
)
def test_the_question_is_derived_or_as_stated(rest: str, question: str) -> None:
    assert read_case("patient: {}\n" + rest).question == question


def test_a_check_without_an_order_is_about_what_is_taken_now() -> None:
    case = read_case("patient: {}\ncurrent: 5 mg TID")
    assert case.current is not None
    assert case.therapy == case.current.therapy


@pytest.mark.parametrize(
    ("patient", "expect"),
    [
        ("pregnant: 34 weeks", {"pregnant": True, "gestation": Gestation(34), "conditions": {"pregnancy"}}),
        ("conditions: [pregnant]", {"pregnant": True, "conditions": {"pregnancy"}}),
        ("breastfeeding: yes", {"breastfeeding": True, "conditions": {"lactation"}}),
        ("dialysis: Mon Wed Fri", {"dialysis": "Mon Wed Fri", "conditions": {"dialysis", "ckd"}}),
        ("conditions: haemodialysis", {"dialysis": "yes", "conditions": {"dialysis", "ckd"}}),
        ("conditions: none", {"conditions": set()}),
        ("conditions: [stroke, MS]", {"spasticity_origin": None}),
        ("conditions: [stroke, MS], spasticity_origin: spinal", {"spasticity_origin": "spinal"}),
        ("conditions: [CEREBRAL-PALSY]", {"conditions": {"cerebral_palsy"}, "spasticity_origin": "cerebral"}),
        ("conditions: [schizophrenia]", {"conditions": {"schizophrenia", "psychosis", "severe_psychiatric_disorder"}}),
        ("medicines: none, allergies: none", {"medicines": (), "allergies": ()}),
    ],
)
def test_statements_that_say_the_same_agree(patient: str, expect: dict[str, Any]) -> None:
    found = read_case(f"patient: {{{patient}}}").patient
    assert {key: getattr(found, key) for key in expect} == expect


def test_a_later_creatinine_is_not_the_present_one() -> None:
    case = read_case("date: 2025-06-01\npatient: {creatinine: 1 mg/dL}\nevents: [{date: 2025-06-05, creatinine: 3 mg/dL}]")
    assert [c.creatinine for c in case.patient.creatinines] == [Creatinine(1)]
    assert case.events[0].creatinine == Creatinine(3)
