"""The case file: everything it may say, every fault with its line and key, and no input that does anything else."""

from __future__ import annotations

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openbaclofen.case.read import KEYS, read_case
from openbaclofen.case.record import Case, IntrathecalTherapy, OralTherapy
from openbaclofen.case.source import DEEPEST, LARGEST_BYTES, MOST_VALUES
from openbaclofen.errors import InputError
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
- {pump_alarm: reservoir empty, at: 08:00}
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
    missed, creatinine, surgery, ingestion, dialysis, alarm = case.events
    assert (missed.kind, missed.count, missed.on) == ("missed", 3, date(2025, 5, 20))
    assert creatinine.creatinine == Creatinine(2.1)
    assert (surgery.kind, surgery.note) == ("surgery", "hip replacement")
    assert (ingestion.amount, ingestion.on, ingestion.at_h) == (OralDose(600), date(2025, 5, 30), 14.5)
    assert ingestion.charcoal
    assert (dialysis.kind, dialysis.lasts, dialysis.note) == ("dialysis_session", Duration.parse("4 h"), "first session")
    assert (alarm.kind, alarm.note, alarm.at_h) == ("pump_alarm", "reservoir empty", 8)
    level, score, effect = case.observations
    assert (level.level, level.after) == (Concentration(350), Duration.parse("2 h"))
    assert (score.kind, score.value) == ("ashworth", 3)
    assert (effect.kind, effect.note) == ("side_effect", "drowsy")


def test_nothing_stated_is_not_no() -> None:
    patient = read_case("patient: {}").patient
    assert (patient.pregnant, patient.allergies, patient.medicines, patient.dialysis, patient.creatinine) == (None,) * 5
    assert read_case("patient: {weight: , allergies: ~}").patient == patient
    case = read_case("patient: {}")
    assert (case.therapy, case.current, case.question, case.region) == (None, None, "check", "INT")
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
    assert order == IntrathecalTherapy(
        IntrathecalRate(250), "250 mcg/day simple continuous", "continuous", "T10", IntrathecalConcentration(2000)
    )


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


FAULTS = {  # what is wrong: (line, path, words)
    "patient: {wieght: 62 kg}": (1, "patient.wieght", "did you mean 'weight'"),
    "{patient: {}, therapy: 5 mg TID x3d, then 10 mg TID}": (1, "then 10 mg TID", "needs quotes"),
    "patient: {}\ntherapie: 5 mg TID": (2, "therapie", "did you mean 'therapy'"),
    "therapy: 5 mg TID": (1, "", "expected 'patient:'"),
    "patient: 46": (1, "patient", "expected a mapping"),
    "patient: [46]": (1, "patient", "expected a mapping"),
    "- patient": (1, "", "expected a mapping"),
    "patient:\n  age: 46": (2, "patient.age", "needs a number with a unit (a or"),
    "patient:\n  age: 130 a": (2, "patient.age", "expected 0 to 120 a"),
    "patient:\n  weight: 62": (2, "patient.weight", "kg"),
    "patient:\n  weight: [62 kg]": (2, "patient.weight", "needs a number"),
    "patient:\n  weight: ''": (2, "patient.weight", "needs a number"),
    "patient:\n  weight: 6200 kg": (2, "patient.weight", "not possible"),
    "patient:\n  height: 1.68 cm": (2, "patient.height", "not possible"),
    "patient:\n  creatinine: 120 mg/dL": (2, "patient.creatinine", "expected 0.1 to 30 mg/dL"),
    "patient:\n  egfr: 38 mL/min": (2, "patient.egfr", "indexed"),
    "patient:\n  sex: femal": (2, "patient.sex", "did you mean 'female'"),
    "patient:\n  alcohol: often": (2, "patient.alcohol", "none, no, occasional, daily"),
    "patient:\n  pregnant: maybe": (2, "patient.pregnant", "yes or no"),
    "patient:\n  pregnant: 60 weeks": (2, "patient.pregnant", "expected 1 to 44 wk"),
    "patient:\n  ashworth: 7": (2, "patient.ashworth", "0 to 4"),
    "patient:\n  pregnant: no\n  conditions: [pregnancy]": (2, "patient.pregnant", "contradicts the condition pregnancy"),
    "patient:\n  dialysis: none\n  conditions: [dialysis]": (2, "patient.dialysis", "contradicts the condition dialysis"),
    "patient:\n  sex: male\n  pregnant: yes": (3, "patient.pregnant", "contradicts 'sex: male'"),
    "patient:\n  sex: male\n  conditions: [pregnant]": (3, "patient.conditions", "contradicts 'sex: male'"),
    "patient:\n  kidney: [{creatinine: 1 mg/dL}]": (2, "patient.kidney[0]", "a date and a creatinine"),
    "patient:\n  conditions:\n  - {}": (3, "patient.conditions[0]", "expected a text"),
    "patient: {}\ntherapy: 10 mg TID PRN": (2, "therapy", "column 11: found 'PRN'"),
    "patient: {}\ntherapy: 50 ug TID": (2, "therapy", "intrathecal unit"),
    "patient: {}\ntherapy:\n  sig: 10 mg": (3, "therapy.sig", "how often"),
    "patient: {}\ntherapy: {dose: 10 mg}": (2, "therapy.dose", "unknown key 'dose'"),
    "patient: {}\ntherapy: {form: tablets}": (2, "therapy", "expected 'sig'"),
    "patient: {}\ntherapy: {sig: 10 mg TID, programme: 250 ug/d}": (2, "therapy.programme", "intrathecal"),
    "patient: {}\ntherapy: {sig: 10 mg TID using 10 mg tablets, product: 25 mg}": (2, "therapy.product", "contradicts"),
    "patient: {}\ntherapy: {sig: 10 mg TID, form: rectal}": (2, "therapy.form", "expected a product"),
    "patient: {}\ntherapy: {route: intrathecal, sig: 10 mg TID}": (2, "therapy.sig", "oral order"),
    "patient: {}\ntherapy: {route: intrathecal}": (2, "therapy", "programme"),
    "patient: {}\ntherapy: {route: intrathecal, programme: 60 mg/d continuous}": (2, "therapy.programme", "ug/d"),
    "patient: {}\ntherapy: {route: intrathecal, programme: 250 ug/d flex}": (2, "therapy.programme", "continuous"),
    "patient: {}\ntherapy: {route: rectal, sig: 10 mg TID}": (2, "therapy.route", "expected one of"),
    "patient: {}\ntherapy: []": (2, "therapy", "at least one step"),
    "patient: {}\ntherapy: [{date: 2025-03-01}]": (2, "therapy[0]", "a date and a sig"),
    "patient: {}\ntherapy: stop": (2, "therapy", "nothing to stop"),
    "patient: {}\ntherapy: taper by 5 mg every week to stop": (2, "therapy", "the dose taken now"),
    "patient: {}\ncurrent: stop": (2, "current", "expected what is taken now"),
    "date: 2025-06-01\npatient: {}\ncurrent: {sig: 10 mg TID, since: 2025-07-01}": (3, "current.since", "after the date"),
    "patient: {}\ncurrent: {sig: 10 mg TID, since: 200 years}": (2, "current.since", "at most 70 years"),
    "patient: {}\ncurrent: {sig: 10 mg TID, since: long}": (2, "current.since", "duration needs"),
    "patient: {}\nquestion: stop": (2, "question", "taken now"),
    "patient: {}\nquestion: start\ncurrent: 10 mg TID": (2, "question", "already taken"),
    "patient: {}\nquestion: stop\ncurrent: 10 mg TID\ntherapy: 5 mg TID": (2, "question", "without end"),
    "patient: {}\nquestion: adjust\ncurrent: 10 mg TID\ntherapy: none": (2, "question", "is to stop"),
    "patient: {}\nquestion: ingestion": (2, "question", "no event"),
    "patient: {}\nquestion: why": (2, "question", "expected one of start"),
    "patient: {}\nregion: DE": (2, "region", "US, UK, FR"),
    "patient: {}\ndate: 2025-02-30": (2, "date", "no such day"),
    "patient: {}\ndate: yesterday": (2, "date", "2025-03-01"),
    "patient: {}\nevents: [{date: 2025-03-01}]": (2, "events[0]", "one kind of entry"),
    "patient: {}\nevents: [{missed: 2, surgery: yes}]": (2, "events[0]", "got 2"),
    "patient: {}\nevents: [{missed: few}]": (2, "events[0].missed", "3 doses"),
    "patient: {}\nevents: [{ingestion: 600}]": (2, "events[0].ingestion", "mg"),
    "patient: {}\nevents: [{ingestion: {amount: 600 mg, doses: 2}}]": (2, "events[0].ingestion.doses", "unknown key"),
    "patient: {}\nevents: [{surgery: yes, charcoal: no}]": (2, "events[0].charcoal", "does not belong"),
    "patient: {}\nevents: [{kind: creatinine}]": (2, "events[0]", "expected the value"),
    "patient: {}\nevents: [{surgery: hip, at: noonish}]": (2, "events[0].at", "14:30"),
    "patient: {}\nevents: [{surgery: hip, at: 2025-03-01 08:00, date: 2025-03-01}]": (2, "events[0].at", "twice"),
    "patient: {}\nobservations: [{level: 350 mg}]": (2, "observations[0].level", "ng/mL"),
    "patient: {age: 46 a, age: 47 a}": (1, "patient", "'age' stands twice"),
    "patient: &p {age: 46 a}": (1, "patient", "anchor"),
    "patient: {}\ntitle: *p": (2, "title", "anchor"),
    "patient: !!python/object:os.system {}": (1, "patient", "tag"),
    "patient: {}\n---\npatient: {}": (2, "", "second document"),
    "patient: {? [a]: b}": (1, "patient", "a key must be a word"),
    "patient:\n\tage: 46 a": (2, "", "not YAML"),
    "patient: {age: 46 a": (1, "", "not YAML"),
    "patient: " + "[" * (DEEPEST + 2) + "]" * (DEEPEST + 2): (1, "patient", "deep"),
}


@pytest.mark.parametrize(("text", "expect"), FAULTS.items())
def test_faults_name_line_key_and_what_was_expected(text: str, expect: tuple[int, str, str], tmp_path: Path) -> None:
    line, path, words = expect
    file = tmp_path / "case.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as error:
        read_case(file)
    where, said = error.value.where or "", error.value.said
    assert (where.startswith(f"{file}:{line}"), path in where, words in said) == (True, True, True), f"{where} | {said}"
    with pytest.raises(InputError):
        read_case(text + "\n")


def no_such_file(folder: Path) -> Path:
    return folder / "none.yaml"


def written(data: bytes) -> Any:
    def write(folder: Path) -> Path:
        (folder / "case.yaml").write_bytes(data)
        return folder / "case.yaml"

    return write


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (no_such_file, "No such file"),
        (lambda folder: folder, "directory"),
        (written(b""), "empty"),
        (written(b"  \n\n"), "empty"),
        (written(b"\xff\xfe\x00p"), "UTF-8"),
        (written(b"patient: {title: \x00\x01}"), "not YAML"),
        (written(b"\x7fELF" + bytes(range(256))), "UTF-8"),
        (written(b"patient: {}\n#" + b"x" * LARGEST_BYTES), "larger"),
        (written(b"patient: {conditions: [" + b"a," * (MOST_VALUES + 1) + b"]}"), "values"),
        (written(b"[" * 100_000), "deep"),
        (written(b'patient: {notes: "\\U99999999"}'), "not YAML"),
        (lambda _: 5, "not int"),
        (lambda _: None, "not NoneType"),
        (lambda _: {1: 2}, "key"),
        (lambda _: {"patient": {"age": object()}}, "cannot be read"),
        (lambda _: {"patient": {"age": b"46 a"}}, "cannot be read"),
        (lambda _: {"patient": {"age": 10**400}}, "needs a number"),
        (lambda _: {"patient": {"weight": float("nan")}}, "needs a number"),
        (lambda _: "", "empty"),
        (lambda _: "x" * 5000, "cannot be read"),
    ],
)
def test_what_is_no_case_at_all(make: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_case(make(tmp_path))
    assert words in str(error.value)


def test_a_mapping_that_holds_itself_is_refused() -> None:
    mapping: dict[str, Any] = {}
    mapping["patient"] = mapping
    with pytest.raises(InputError, match="deep"):
        read_case(mapping)


def holds(source: Any) -> None:
    """A case, or an InputError with a message of one line."""
    message = ""
    try:
        assert isinstance(read_case(source), Case)
    except InputError as error:
        message = str(error)
    assert "\n" not in message


@settings(STEADY, max_examples=300)
@given(st.data())
def test_no_garbled_case_does_anything_else(data: st.DataObject) -> None:
    text = FULL
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        how = data.draw(st.sampled_from(["delete", "insert", "double", "cut"]))
        size = data.draw(st.integers(1, 30))
        if how == "delete":
            text = text[:at] + text[at + size :]
        elif how == "insert":
            text = text[:at] + data.draw(st.text("{}[]:,-&*!|>'\"%@`#?\n\t 09aé\x00\ud800~=<", max_size=4)) + text[at:]
        elif how == "double":
            text = text[:at] + text[at : at + size] * 2 + text[at + size :]
        else:
            text = text[:at]
        text = text or " "
    holds(text + "\n")


@STEADY
@given(st.text(max_size=80))
def test_no_text_does_anything_else(text: str) -> None:
    holds(text + "\n")
    holds("patient: " + text + "\n")
    holds({"patient": {}, "therapy": text, "current": text})


leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.dates()
    | st.sampled_from(["46 a", "62 kg", "yes", "no", "none", "5 mg TID", "stop", "34 weeks", "2025-03-01", "600 mg", "US"])
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["sig", "date", "since", "route", "programme", "kind", "missed", "ingestion", "amount", "at", "age"]
            )
            | st.text(max_size=5),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
PATIENT = st.dictionaries(
    st.sampled_from(
        ["age", "sex", "weight", "creatinine", "egfr", "kidney", "conditions", "pregnant", "dialysis", "ashworth", "notes"]
    ),
    values,
    max_size=4,
)


@STEADY
@given(st.fixed_dictionaries({"patient": PATIENT | values}, optional={key: values for key in KEYS if key != "patient"}))
def test_no_mapping_does_anything_else(mapping: dict[str, Any]) -> None:
    before = copy.deepcopy(mapping)
    holds(mapping)
    assert repr(mapping) == repr(before)
