"""Random cases and changes to them go in: a line more never makes them safer, a line less never clean, other words nothing."""

from __future__ import annotations

import copy
import datetime
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.safety.harness import KB

from openbaclofen.case.read import read_case
from openbaclofen.errors import InputError
from openbaclofen.safety.check import check
from openbaclofen.safety.verdict import WORST_FIRST, Verdict

RANK = ("clean", "cannot tell", *reversed(WORST_FIRST))
CONDITIONS = sorted(set(KB.conditions) - {"pregnancy", "lactation", "dialysis"})  # those have keys of their own
MEDICINES = ["oxycodone", "diazepam", "gabapentin", "ibuprofen", "lisinopril", "levodopa", "cetirizine", "morphine"]
NOW = [
    "none",
    "",
    {"sig": "20 mg TID", "since": "2024-01-01"},
    {"sig": "10 mg BID"},
    {"sig": "40 mg TID", "since": "2020-02-29"},
]
NOW += [{"route": "intrathecal", "programme": "200 ug/d continuous"}]
ORDERS = ["", "none", "5 mg TID", "20 mg QID", "none for 3 d, then 10 mg TID", "20 mg TID for 40 d, then stop", "20 mg once"]
ORDERS += [{"route": "intrathecal", "programme": "300 ug/d continuous"}]
EVENTS = ["", "toxicity", "withdrawal", "surgery", {"ingestion": "600 mg"}, {"ingestion": "20 mg"}, {"missed": "3 doses"}]
EVENTS += [{"date": "2026-10-01", "creatinine": "0.6 mg/dL"}, {"date": "2026-11-20", "dialysis_session": "4 h"}]
AGES = ["3 d", "2 mo", "3 a", "10 a", "17 a", "46 a", "82 a", ""]
QUESTIONS = ["", "", "start", "adjust", "stop", "missed", "switch", "ingestion", "check"]
few = settings(max_examples=30, deadline=None, derandomize=True)
one_of = st.sampled_from


def some(values: list[str], most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(one_of(values), max_size=most, unique=True)


people = st.fixed_dictionaries(
    {
        "age": one_of(AGES),
        "sex": one_of(["female", "male"]),
        "weight": one_of(["4 kg", "14 kg", "62 kg", ""]),
        "height": one_of(["55 cm", "125 cm", "170 cm"]),
        "creatinine": one_of(["0.3 mg/dL", "0.9 mg/dL", "1.4 mg/dL", "3.3 mg/dL", ""]),
        "conditions": some(CONDITIONS, 3),
        "allergies": one_of([[], [], ["penicillin"], ["baclofen"], ["unknown"]]),
        "medicines": some(MEDICINES, 3),
        "alcohol": one_of(["none", "none", "occasional", "daily", ""]),
        "dialysis": one_of(["none", "none", "Mon Wed Fri 4 h", ""]),
        "spasticity_supports_function": one_of(["yes", "no"]),
    }
)
regions = one_of(["US", "UK", "FR", "CA", "CH", "DE", "AT", "INT"])


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    """A case that can be read: where its question contradicts the rest, what the rest implies is asked."""
    person = {key: value for key, value in draw(people).items() if value != ""}
    order = {"current": draw(one_of(NOW)), "therapy": draw(one_of(ORDERS)), "question": draw(one_of(QUESTIONS))}
    event = draw(one_of(EVENTS))
    found = {"date": "2026-11-22", "region": draw(regions), "patient": person, "events": [event] if event else []}
    found |= {key: value for key, value in order.items() if value != ""}
    for drop in ((), ("question",), ("question", "events"), ("question", "events", "therapy")):
        kept = {key: value for key, value in found.items() if key not in drop}
        if judged(kept) is not None:
            return kept
    raise AssertionError(found)


def judged(case: Any) -> Verdict | None:
    """The verdict; None where the case contradicts itself."""
    try:
        return check(read_case(case), KB)
    except InputError:
        return None


def rank(verdict: Verdict) -> int:
    return RANK.index(verdict.severity)


def without(case: dict[str, Any], key: str, within: str = "") -> dict[str, Any]:
    changed = copy.deepcopy(case)
    (changed[key] if within else changed).pop(within or key, None)
    return changed


@settings(max_examples=100, deadline=None, derandomize=True)
@given(cases(), st.data())
def test_a_line_less_is_never_what_makes_a_case_clean(case: dict[str, Any], data: st.DataObject) -> None:
    whole = judged(case)
    assert whole is not None
    for path in (
        ("patient", data.draw(one_of(sorted(case["patient"])))),
        ("current",),
        ("therapy",),
        ("question",),
        ("events",),
    ):
        less = judged(without(case, *path))
        assert less is None or less.severity != "clean" or whole.severity == "clean", path


ADDED: dict[str, Callable[[dict[str, Any]], object]] = {
    "an opioid": lambda patient: patient["medicines"].append("oxycodone 5 mg PRN"),
    "a sedative": lambda patient: patient["medicines"].append("sleeping tablets"),
    "an unknown medicine": lambda patient: patient["medicines"].append("zonkomycin"),
    "an allergy": lambda patient: patient["allergies"].append("Lioresal"),
    "an unread allergy": lambda patient: patient["allergies"].append("?"),
    "an ulcer": lambda patient: patient["conditions"].append("peptic ulcer"),
    "a seizure disorder": lambda patient: patient["conditions"].append("Epilepsy"),
    "an unknown condition": lambda patient: patient["conditions"].append("zonks"),
    "alcohol": lambda patient: patient.update(alcohol="daily"),
    "dialysis": lambda patient: patient.update(dialysis="HD"),
}


@pytest.mark.parametrize("what", ADDED)
@settings(max_examples=10, deadline=None, derandomize=True)
@given(cases())
def test_a_line_more_never_lowers_the_verdict(what: str, case: dict[str, Any]) -> None:
    changed = copy.deepcopy(case)
    ADDED[what](changed["patient"])
    before, after = judged(case), judged(changed)
    assert before is not None
    assert after is not None
    assert rank(after) >= rank(before)
    assert after.severity != "clean" or case.get("therapy") == "none"  # nothing is taken: only a stop is spoken of


@few
@given(cases(), one_of([1, -1, 37, 1461, -365]))
def test_the_day_all_of_it_happens_does_not_matter(case: dict[str, Any], days: int) -> None:
    def later(found: re.Match[str]) -> str:
        return (datetime.date.fromisoformat(found.group()) + datetime.timedelta(days=days)).isoformat()

    moved = judged(json.loads(re.sub(r"\d{4}-\d\d-\d\d", later, json.dumps(case))))
    whole = judged(case)
    assert whole is not None
    assert moved is not None
    assert (moved.severity, moved.findings, moved.cannot_tell) == (whole.severity, whole.findings, whole.cannot_tell)


@few
@given(cases())
def test_a_mapping_its_json_and_other_words_say_the_same(case: dict[str, Any]) -> None:
    assert judged(json.dumps(case)) == judged(case)
    changed = copy.deepcopy(case)
    patient = changed["patient"]
    patient["conditions"] = [KB.conditions[key].title.upper() for key in patient["conditions"]]
    patient["medicines"] = [f"  {name.upper()} 10 mg  " for name in patient["medicines"]]
    patient["allergies"] = [f" {name.upper()} " for name in patient["allergies"]]
    patient["sex"] = patient["sex"][0].upper()
    if "age" in patient and patient["age"].endswith(" a"):
        patient["age"] = f"{int(patient['age'].split()[0]) * 12} months"
    if "weight" in patient:
        patient["weight"] = f"{float(patient['weight'].split()[0]) * 1000:g} g"
    changed["region"] = changed["region"].lower()
    whole, said = judged(case), judged(changed)
    assert whole is not None
    assert said is not None
    assert [(f.rules, f.severity) for f in said.findings] == [(f.rules, f.severity) for f in whole.findings]
    assert [c.rules for c in said.cannot_tell] == [c.rules for c in whole.cannot_tell]


@few
@given(people, regions, one_of([100, 70, 59, 49, 35]), one_of([29, 14, 5]))
def test_a_lower_egfr_never_lowers_the_verdict(person: dict[str, Any], region: str, more: int, less: int) -> None:
    stated = {key: value for key, value in person.items() if value != "" and key != "creatinine"}
    order = {"date": "2026-11-22", "region": region, "therapy": "5 mg TID", "current": "none"}
    better, worse = (judged(order | {"patient": stated | {"egfr": f"{e} mL/min/1.73m2"}}) for e in (more, less))
    assert better is not None
    assert worse is not None
    assert rank(worse) >= rank(better)


@pytest.mark.parametrize("question", ["start", "adjust", "missed", "switch", "ingestion", "check"])
@pytest.mark.parametrize("order", ["", "5 mg TID"])
@settings(max_examples=6, deadline=None, derandomize=True)
@given(people, regions)
def test_no_question_hides_an_allergy(question: str, order: str, person: dict[str, Any], region: str) -> None:
    stated = {key: value for key, value in person.items() if value != ""} | {"allergies": ["Lioresal"]}
    case = {"date": "2026-11-22", "region": region, "patient": stated, "question": question}
    case |= {"therapy": order} if order else {}
    case |= {"current": "none" if question == "start" else "5 mg TID"}
    happened = {"ingestion": [{"ingestion": "5 mg"}], "missed": [{"missed": "1 dose"}]}.get(question)
    case |= {"events": happened} if happened else {}
    found = judged(case)
    assert found is not None
    assert found.severity == "contraindicated"
