"""Case files with a fault go in; an error with its line, its key and what was expected comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from openbaclofen.case.read import read_case
from openbaclofen.case.source import DEEPEST, LARGEST_BYTES, MOST_VALUES
from openbaclofen.errors import InputError

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
    "patient: {}\ntherapy: {route: intrathecal, programme: flex 8 mg/h from 06:00}": (
        2,
        "therapy.programme",
        "milligrams are oral",
    ),
    "patient: {}\ntherapy: {route: intrathecal, programme: flex 8 ug from 06:00}": (2, "therapy.programme", "ug/d or ug/h"),
    "patient: {}\ntherapy: {route: intrathecal, programme: flex 8 ug/h at 06:00}": (2, "therapy.programme", "from 06:00"),
    "patient: {}\ntherapy: {route: intrathecal, programme: flex 8 ug/h from 25:00}": (2, "therapy.programme", "00:00 to 23:59"),
    "patient: {}\ntherapy: {route: intrathecal, programme: flex 8 ug/h from 6:00 then 9 ug/h from 06:00}": (
        2,
        "programme",
        "same hour",
    ),
    "patient: {}\ntherapy: {route: intrathecal, programme: flex 0 ug/h from 06:00}": (2, "therapy.programme", "not possible"),
    "patient: {}\ntherapy: {route: intrathecal, programme: 4 boluses a day of 2 mg}": (
        2,
        "therapy.programme",
        "milligrams are oral",
    ),
    "patient: {}\ntherapy: {route: intrathecal, programme: 0 boluses a day of 20 ug}": (2, "therapy.programme", "at least one"),
    "patient: {}\ntherapy: {route: intrathecal, programme: 97 boluses a day of 2 ug}": (2, "therapy.programme", "1 to 96"),
    "patient: {}\ntherapy: {route: intrathecal, programme: 4 boluses a day of 0 ug}": (2, "therapy.programme", "above zero"),
    "patient: {}\ntherapy: {route: intrathecal, programme: 4 boluses a day of 20 ug over 6 h}": (
        2,
        "therapy.programme",
        "before the next",
    ),
    "patient: {}\ntherapy: {route: intrathecal, programme: 4 boluses a day of 20 ug over 5}": (
        2,
        "therapy.programme",
        "duration needs",
    ),
    "patient: {}\ntherapy: {route: intrathecal, programme: 4 boluses a day of 20 ug plus 50 mg/d}": (
        2,
        "therapy.programme",
        "milligrams",
    ),
    "patient: {}\ntherapy: {route: intrathecal, programme: 20 ug every 7 h}": (2, "therapy.programme", "no whole number"),
    "patient: {}\ntherapy: {route: intrathecal, programme: 20 ug every 6 h every 4 h}": (
        2,
        "therapy.programme",
        "stands twice",
    ),
    "patient: {}\ntherapy: {route: intrathecal, programme: 50 mg once}": (2, "therapy.programme", "milligrams are oral"),
    "patient: {}\ntherapy: {route: intrathecal, programme: 5000 ug once}": (2, "therapy.programme", "1 to 1000 ug"),
    "patient: {}\ntherapy: {route: intrathecal, programme: 50 ug once over 2 d}": (2, "therapy.programme", "0 to 12 h"),
    "patient: {}\ntherapy: {route: intrathecal, programme: 50 ug once, fill_volume: 20 mL}": (
        2,
        "therapy.fill_volume",
        "single bolus",
    ),
    "patient: {}\ncurrent: {route: intrathecal, programme: 50 ug once}": (2, "current", "goes on"),
    "patient: {}\ntherapy: {route: rectal, sig: 10 mg TID}": (2, "therapy.route", "expected one of"),
    "patient: {}\ntherapy: []": (2, "therapy", "at least one step"),
    "patient: {}\ntherapy: [{date: 2025-03-01}]": (2, "therapy[0]", "a date and a sig"),
    "patient: {}\ntherapy: stop": (2, "therapy", "nothing to stop"),
    "patient: {}\ntherapy: taper by 5 mg every week to stop": (2, "therapy", "the dose taken now"),
    "patient: {}\ncurrent: stop": (2, "current", "expected what is taken now"),
    "date: 2025-06-01\npatient: {}\ncurrent: {sig: 10 mg TID, since: 2025-07-01}": (3, "current.since", "after the date"),
    "patient: {}\ncurrent: {sig: 10 mg TID, since: 200 years}": (2, "current.since", "at most 70 years"),
    "patient: {}\ncurrent: {sig: 10 mg TID, since: long}": (2, "current.since", "expected a date"),
    "patient: {}\ncurrent: {sig: 10 mg TID, since: 01.07.2025}": (2, "current.since", "expected a date such as 2025-03-01"),
    "patient: {}\ncurrent: {sig: 10 mg TID, since: 1.5 fortnights}": (2, "current.since", "duration is given in"),
    "patient: {}\nquestion: stop": (2, "question", "taken now"),
    "patient: {}\nquestion: start\ncurrent: 10 mg TID": (2, "question", "already taken"),
    "patient: {}\nquestion: stop\ncurrent: 10 mg TID\ntherapy: 5 mg TID": (2, "question", "without end"),
    "patient: {}\nquestion: adjust\ncurrent: 10 mg TID\ntherapy: none": (2, "question", "is to stop"),
    "patient: {}\nquestion: ingestion": (2, "question", "no event"),
    "patient: {}\nquestion: why": (2, "question", "expected one of start"),
    "patient: {}\nregion: MARS": (2, "region", "US, UK, GB, FR"),
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
