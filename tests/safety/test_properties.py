"""Random people and orders go in: never a crash, never a lower verdict for a worse case, the same for the same case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.safety.harness import KB, case, severity, verdict

from openbaclofen.case.read import read_case
from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.safety.check import check

MEDICINES = [
    "oxycodone 10 mg BID",
    "diazepam",
    "gabapentin",
    "ibuprofen",
    "naproxen",
    "lisinopril",
    "amlodipine",
    "gribblomycin",
    "warfarin",
    "N02AA05",
    "baclofen",
    "amitriptyline",
    "x",
]
DEPRESSANTS = ["oxycodone", "diazepam", "gabapentin", "zolpidem", "amitriptyline", "tizanidine", "diphenhydramine"]
SIGS = [
    "5 mg TID",
    "10 mg BID",
    "20 mg QID",
    "5 mg TID for 3 d, then 10 mg TID",
    "20 mg TID for 40 d, then stop",
    "none",
    "20 mg once",
    "10 mg TID for 2 d, then 5 mg TID for 2 d, then stop",
    "25 mg TID using 25 mg tablets",
    "2.5 mg TID using 1 mg/mL solution",
]
CONDITIONS = sorted(set(KB.conditions) - {"pregnancy", "lactation", "dialysis"})  # those have keys of their own
UNKNOWN = ["gribbles", "zonk disease", "ailment of the knee"]
REGIONS = ["US", "UK", "FR", "CA", "CH", "DE", "AT", "INT"]
maybe = st.sampled_from


def some(values: list[Any], most: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), max_size=most, unique=True)


people = st.fixed_dictionaries(
    {
        "age": st.one_of(st.just("not stated"), st.integers(0, 105).map(lambda a: f"{a} a")),
        "sex": maybe(["female", "male", "not stated"]),
        "weight": st.one_of(st.just("not stated"), st.integers(3, 160).map(lambda w: f"{w} kg")),
        "height": maybe(["not stated", "60 cm", "125 cm", "170 cm"]),
        "creatinine": st.one_of(st.just("not stated"), st.floats(0.2, 12).map(lambda c: f"{c:.2f} mg/dL")),
        "conditions": st.one_of(
            st.just("not stated"), st.tuples(some(CONDITIONS, 4), some(UNKNOWN)).map(lambda c: [*c[0], *c[1]])
        ),
        "allergies": maybe(["not stated", [], ["baclofen"], ["penicillin"]]),
        "medicines": st.one_of(st.just("not stated"), some(MEDICINES, 6)),
        "pregnant": st.just("not stated"),
        "breastfeeding": st.just("not stated"),
        "alcohol": maybe(["not stated", "none", "occasional", "daily"]),
        "dialysis": maybe(["not stated", "none", "three times a week"]),
        "spasticity_supports_function": maybe(["not stated", "yes", "no"]),
    }
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any person with any order of any region; the question follows from the rest."""
    current = draw(
        maybe(
            [
                "none",
                {"sig": "20 mg TID", "since": "2024-01-01"},
                {"sig": "10 mg BID"},
                {"route": "intrathecal", "programme": "200 ug/d continuous"},
            ]
        )
    )
    therapy = draw(maybe([*SIGS, "not stated", {"route": "intrathecal", "programme": "300 ug/d continuous"}]))
    events = draw(
        maybe([[], [{"ingestion": "600 mg"}], [{"ingestion": "20 mg"}], ["toxicity"], [{"missed": "3 doses"}], ["withdrawal"]])
    )
    by_mouth = any((isinstance(t, str) and t not in ("none", "not stated")) or "sig" in t for t in (current, therapy))
    if not by_mouth and events and "missed" in events[0]:
        events = []  # a dose missed of nothing is refused
    order = {"current": current, "therapy": therapy, "events": events}
    return case({"region": draw(maybe(REGIONS)), "question": "not stated", **order}, **draw(people))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(cases())
def test_never_a_crash_and_always_in_order(one: Case) -> None:
    found = check(one, KB)
    worst = ["contraindicated", "major", "moderate", "caution", "info"]
    ranks = [worst.index(f.severity) for f in found.findings]
    assert ranks == sorted(ranks)
    assert found.severity == (found.findings[0].severity if found.findings else "cannot tell" if found.cannot_tell else "clean")
    assert all(f.reason and f.action and f.rules and f.sources for f in found.findings)
    assert all(c.need and all(c.need) and c.would_say for c in found.cannot_tell)
    assert len({c.need for c in found.cannot_tell}) == len(found.cannot_tell)
    assert not any(f.hint and (f.blocks or worst.index(f.severity) < worst.index("caution")) for f in found.findings)
    assert found == check(one, KB)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.floats(0.4, 9), st.floats(1.01, 3), maybe(REGIONS), st.integers(18, 95), some(MEDICINES))
def test_worse_kidneys_never_lower_the_verdict(creatinine: float, factor: float, region: str, years: int, others: list) -> None:
    better, worse = (
        verdict({"region": region}, age=f"{years} a", medicines=others, creatinine=f"{c:.3f} mg/dL")
        for c in (creatinine, creatinine * factor)
    )
    assert severity(worse) >= severity(better)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(1, 40), st.integers(1, 40), maybe(REGIONS), st.integers(1, 95), maybe([0.7, 1.6]))
def test_a_higher_dose_never_lowers_the_verdict(first: int, more: int, region: str, years: int, creatinine: float) -> None:
    """Whole milligrams of a liquid, so that what can be made of tablets does not come into it."""
    orders = ({"region": region, "therapy": f"{mg} mg TID using 1 mg/mL solution"} for mg in (first, first + more))
    lower, higher = (verdict(o, age=f"{years} a", height="125 cm", creatinine=f"{creatinine} mg/dL") for o in orders)
    assert severity(higher) >= severity(lower)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(some(DEPRESSANTS, 4), maybe(DEPRESSANTS), maybe(["none", "occasional", "daily"]), maybe(REGIONS), st.booleans())
def test_one_more_depressant_never_lowers_the_verdict(before: list, one: str, alcohol: str, region: str, new: bool) -> None:
    taken = {} if new else {"current": {"sig": "5 mg TID", "since": "2026-01-01"}, "question": "check"}
    fewer, more = (verdict({"region": region, **taken}, medicines=m, alcohol=alcohol) for m in (before, [*before, one]))
    assert severity(more) >= severity(fewer)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_lists_does_not_matter(one: Case, chance: Any) -> None:
    def shuffled(values: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if values is None else tuple(chance.sample(values, len(values)))

    patient = replace(
        one.patient,
        medicines=shuffled(one.patient.medicines),
        allergies=shuffled(one.patient.allergies),
        unknown_conditions=shuffled(one.patient.unknown_conditions) or (),
    )
    events = tuple(chance.sample(one.events, len(one.events)))
    assert check(replace(one, patient=patient, events=events), KB) == check(one, KB)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(people, maybe(SIGS), maybe(REGIONS), st.randoms(use_true_random=False))
def test_the_order_of_keys_and_lists_in_a_case_file_does_not_matter(person: dict, sig: str, region: str, chance: Any) -> None:
    def mixed(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: mixed(value[k]) for k in chance.sample(list(value), len(value))}
        return chance.sample(value, len(value)) if isinstance(value, list) else value

    stated = {k: v for k, v in person.items() if v != "not stated"}
    whole = {
        "date": "2026-11-22",
        "region": region,
        "patient": stated,
        "events": ["toxicity", {"missed": "2 doses"}],
        "current": {"sig": "10 mg TID", "since": "2026-01-01"},
        "therapy": "15 mg TID" if sig == "none" else sig,
    }
    assert check(read_case(mixed(whole)), KB) == check(read_case(whole), KB)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.floats(0.4, 6))
def test_units_do_not_matter(creatinine: float) -> None:
    american = verdict(creatinine=f"{creatinine} mg/dL")
    other = verdict(creatinine=f"{creatinine * 88.4} umol/L", weight="62000 g")
    assert [f.rules for f in american.findings] == [f.rules for f in other.findings]
    assert american.severity == other.severity


def test_synonyms_do_not_matter() -> None:
    expected = verdict(medicines=["oxycodone"], conditions=["multiple_sclerosis", "epilepsy"])
    for same in ("oxycodone", "OXYCODONE 10 mg BID", "rxnorm 7804", "N02AA05"):
        found = verdict(medicines=[same], conditions=["MS", "epilepsy"])
        assert [(f.rules, f.severity) for f in found.findings] == [(f.rules, f.severity) for f in expected.findings]


@pytest.mark.parametrize("term", KB.conditions.values(), ids=lambda t: t.key)
def test_every_word_of_a_condition_says_the_same(term: Any) -> None:
    sex = {"pregnant": "not stated", "breastfeeding": "not stated", "dialysis": "not stated"}
    expected = verdict(conditions=["spasticity", term.key], **sex)
    for word in (term.title, *term.words):
        for said in (word, word.upper()):
            assert verdict(conditions=[said, "spasticity"], **sex) == expected, said


@pytest.mark.parametrize("one", KB.interactions.values(), ids=lambda i: i.id)
def test_a_name_and_its_codes_say_the_same(one: Any) -> None:
    """Every ingredient by name, in capitals with a dose, and by RxNorm code."""
    for ingredient in one.ingredients:
        names = [ingredient.name, f"{ingredient.name.upper()} 10 mg daily"]
        names += [f"rxnorm {ingredient.rxcui}"] if ingredient.rxcui else []
        said = {tuple((f.rules, f.severity) for f in verdict(medicines=[name]).findings) for name in names}
        assert len(said) == 1, names


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("5 mg TID", "5 mg three times a day"),
        ("5 mg TID", "5 mg tds"),
        ("20 mg QID", "20 mg q6h"),
        ("5 mg TID for 3 d, then 10 mg TID", "5 mg TID for 3 days then 10 mg TID"),
    ],
)
def test_ways_to_write_an_order_say_the_same(one: str, same: str) -> None:
    def said(sig: str) -> list[Any]:
        changes = {"therapy": sig}
        found = verdict(changes, creatinine="1.4 mg/dL").findings
        order = case(changes).therapy
        assert isinstance(order, OralTherapy)
        return [order.regimen.highest_daily_mg, *((f.rules, f.severity) for f in found)]

    assert said(one) == said(same)


@pytest.mark.parametrize(("one", "same"), [("US", "us"), ("UK", "GB")])
def test_ways_to_write_a_region_say_the_same(one: str, same: str) -> None:
    assert verdict({"region": one}, creatinine="1.4 mg/dL") == verdict({"region": same}, creatinine="1.4 mg/dL")
