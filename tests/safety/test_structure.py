"""All rules go in; numbers in prose alone, or in no label entry, and pairs that contradict each other unsaid come out."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from itertools import combinations, product
from typing import Any

import pytest
from tests.safety.harness import KB

from openbaclofen.facts.schema import Condition, Rule
from openbaclofen.safety.drafts import is_hint

REGIONS = ("US", "UK", "FR", "CA", "CH", "DE", "AT", "INT")
UNITS = (1, 7, 1 / 7, 365.25 / 12, 100, 1 / 100, 24, 1 / 24)  # weeks, months, hours and days, fractions and per cent
NUMBER = re.compile(r"(?<![A-Za-z\d.])\d+(?:\.\d+)?")
A_YEAR = re.compile(r"\b(?:19|20)\d\d\b(?! micro)")
IN_WORDS = {  # numbers of a text that are said by a field of another form
    "PED-BAND-BNF": {12: "12 months is from_years 1"},
    "PED-BCCH": {8: "in the name max_daily_from_8_years"},
    "PED-HE2014": {17: "to 17 years is age_lt 18"},
    "RENAL-VLAV-MILD": {1: "1/3 is reduce_dose_by", 3: ""},
    "RENAL-VLAV-MODERATE": {1: "1/2 is reduce_dose_by", 2: ""},
    "RENAL-VLAV-SEVERE": {2: "2/3 is reduce_dose_by", 3: ""},
}
DERIVED = {  # numbers of a rule that its label entries do not state, and what they follow from
    "ITB-START-MOST": {200: "2 times 100 microgram", 24: "a day"},
    "ITB-START-LONG": {24: "a day"},
    "ITB-NO-ANSWER": {0: "no effect", 24: "24 h, in words"},
    "ITB-PACE-SPINAL": {24: "every 24 h, in words", 18: "adult"},
    "ITB-PACE-CEREBRAL": {24: "every 24 h, in words", 18: "adult"},
    "ITB-PACE-CHILD": {24: "every 24 h, in words", 18: "child"},
    "ITB-REFILL-SPINAL": {18: "adult"},
    "ITB-REFILL-CEREBRAL": {18: "child"},
    "ITB-USUAL-CEREBRAL": {12: "below 12 years another range"},
    "ITB-USUAL-LT12": {12: "below 12 years, in words"},
    "ITB-START-SCREENED": {4: "4-8 h, in words", 8: "4-8 h, in words"},
    "ITB-WEAN-ORAL": {24: "24 h, in words"},
    "ITB-KIDNEY": {60: "the cut-off of the rules for baclofen by mouth; the label says impaired"},
    "KIDNEY-DE": {60: "the cut-off of RENAL-AJKD-30-60; the leaflet says impaired"},
    "TAPER-CH-3W": {60.875: "2 months, the lower end of 2-3"},
    **{key: {18: "adult"} for key in ("ADULT-TITR-CH", "ADULT-MAX-CH", "ADULT-TITR-FR", "ADULT-MAX-FR", "ADULT-TITR-DE")},
    **{key: {18: "adult or child"} for key in ("ADULT-MAX-DE", "PED-FR-START", "PED-CH-START", "PED-CH-MAX-KG")},
}


def numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        yield from numbers(list(value.values()))
    elif isinstance(value, list):
        for inner in value:
            yield from numbers(inner)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def held_in(wanted: float, held: Iterable[float]) -> bool:
    return any(math.isclose(wanted * unit, h, rel_tol=1e-3) for h in held for unit in UNITS)


def only_in_prose(rule: Rule) -> list[float]:
    record = rule.model_dump(mode="json", exclude_defaults=True, exclude={"text", "note"})
    written = [float(n) for n in NUMBER.findall(A_YEAR.sub(" ", rule.text))]
    return [n for n in written if not held_in(n, numbers(record)) and n not in IN_WORDS.get(rule.id, {})]


@pytest.mark.parametrize("rule", KB.rules.values(), ids=lambda r: r.id)
def test_no_number_stands_in_prose_alone(rule: Rule) -> None:
    assert only_in_prose(rule) == []


SAID = re.compile(
    r"(?<![A-Za-z\d.-])(\d+(?:\.\d+)?)(?:(?: to |-)(\d+(?:\.\d+)?))? ?"
    r"(mg|microgram|mL|%|h\b|min\b|days?\b|d\b|weeks?\b|months?\b|years?\b|y\b)"
)
DIMENSION = {"mg": "mass", "microgram": "mass", "mL": "volume", "%": "share"}  # any other unit of SAID is a time
UNIT_OF_FIELD = (("percent", "share"), ("mg", "mass"), ("days", "time"), ("weeks", "time"), ("years", "time"))
UNIT_OF_FIELD += (("age", "time"), ("use_", "time"), ("dose", "mass"), ("reduce", "share"))
OTHERWISE_HELD = {  # numbers with a unit whose field has another, and why
    "PED-BCCH": "ages stand in the names of its numbers",
    "PED-HE2014": "ages stand in when",
}


def with_unit(value: Any, unit: str = "") -> Iterator[tuple[float, str]]:
    """Every number of a record with what it measures: by the unit of its amount, or by the name of its field."""
    if isinstance(value, dict):
        stated = str(value["unit"]) if "unit" in value else ""
        for key, inner in value.items():
            named = next((kind for part, kind in UNIT_OF_FIELD if part in key), unit)
            yield from with_unit(inner, _measures(stated) if stated else named)
    elif isinstance(value, list):
        for inner in value:
            yield from with_unit(inner, unit)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value), unit


def _measures(ucum: str) -> str:
    if ucum in ("h", "d", "wk", "mo", "a", "min"):
        return "time"
    if ucum in ("%", "mL"):
        return DIMENSION[ucum]
    return "mass" if ucum.startswith(("mg", "ug")) else "other"


def of_another_unit(rule: Rule) -> list[tuple[float, str]]:
    """Numbers that a text gives with a unit and no field holds with one that measures the same."""
    held = list(with_unit(rule.model_dump(mode="json", exclude_defaults=True, exclude={"text", "note", "severity"})))
    found = []
    for low, high, unit in SAID.findall(rule.text):
        measured = DIMENSION.get(unit, "time")
        for number in (float(n) for n in (low, high) if n):
            if not held_in(number, [h for h, kind in held if kind == measured]):
                found.append((number, unit))
    return [] if rule.id in OTHERWISE_HELD else found


@pytest.mark.parametrize("rule", KB.rules.values(), ids=lambda r: r.id)
def test_a_number_with_a_unit_is_held_with_that_unit(rule: Rule) -> None:
    assert of_another_unit(rule) == []


@pytest.mark.parametrize("numbers", [{}, {"skip_if_next_within": {"value": 2, "unit": "mg"}}], ids=["none", "of another unit"])
def test_a_number_of_another_unit_is_seen(numbers: dict[str, Any]) -> None:
    rule = Rule.model_validate({**KB.rules["MISSED-NHS"].model_dump(exclude_defaults=True), "numbers": numbers})
    assert of_another_unit(rule) == [(2.0, "h")]


IN_INTERACTIONS = {
    "INT-DANTROLENE": [2.0],
    "INT-MULTI-CNS": [],
}  # a share of hepatitis on dantrolene, shown and not computed with


@pytest.mark.parametrize("one", KB.interactions.values(), ids=lambda i: i.id)
def test_an_interaction_has_no_number_in_prose(one: Any) -> None:
    """An interaction has no field for a number, so none may hide in its words."""
    assert [float(n) for n in NUMBER.findall(f"{one.effect} {one.management}")] == IN_INTERACTIONS.get(one.id, [])


def test_a_number_in_prose_alone_is_seen() -> None:
    rule = KB.rules["MON-REVIEW"]
    assert only_in_prose(rule.model_copy(update={"monitor_every_days": None})) == [6]


@pytest.mark.parametrize("rule", [r for r in KB.rules.values() if r.labels], ids=lambda r: r.id)
def test_a_rule_made_from_label_entries_has_no_number_of_its_own(rule: Rule) -> None:
    stated = list(numbers([KB.labels[i].model_dump(mode="json")["numbers"] for i in rule.labels]))
    record = rule.model_dump(mode="json", exclude_defaults=True, include={"when", "numbers", "monitor_every_days"})
    assert [n for n in numbers(record) if not held_in(n, stated) and n not in DERIVED.get(rule.id, {})] == []


# Contradictions ------------------------------------------------------------------------------------------------------------

AXES = {
    "age": "age",
    "weight": "weight",
    "egfr": "kidney",
    "crcl": "kidney",
    "daily_dose": "dose",
    "intrathecal_daily_dose": "pump dose",
    "intrathecal_rise_percent": "rise",
    "intrathecal_fall_percent": "fall",
    "screening_dose": "screening dose",
    "screening_lasted": "screening effect",
    "start_over_screening": "start over screening",
}
LISTS = ("event", "dosage_form")
BARRED = "conditions that bar it"
EQUAL = (
    "sex",
    "pregnant",
    "trimester",
    "breastfeeding",
    "on_dialysis",
    "spasticity_origin",
    "route",
    "new_start",
    "pump_start",
    "single_bolus",
    "dose_rising",
    "on_baclofen",
    "egfr_fell",
    "spasticity_supports_function",
)


def branches(condition: Condition) -> list[dict[str, Any]]:
    """A condition as alternatives, each a mapping of keys that must all hold."""
    own = {k: v for k, v in vars(condition).items() if v is not None and k not in ("any_of", "not_")}
    inner = [b for c in condition.any_of or [] for b in branches(c)] or [{}]
    barred = set(condition.not_.any_condition or []) if condition.not_ else set()
    return [{**own, **b, BARRED: barred} for b in inner]


def span(branch: dict[str, Any], axis: str) -> tuple[float, float]:
    low, high = -math.inf, math.inf
    for key, value in branch.items():
        if _axis(key) == axis:
            end = key.rpartition("_")[2]
            low, high = (max(low, value), high) if end in ("gt", "gte") else (low, min(high, value))
    return low, high


def overlap(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Whether one person can be meant by both. Different conditions can be had together."""
    if any(a[k] != b[k] for k in EQUAL if k in a and k in b):
        return False
    if any(not set(a[k]) & set(b[k]) for k in LISTS if k in a and k in b):
        return False
    if any(set(x.get("any_condition", [])) <= y[BARRED] and "any_condition" in x for x, y in ((a, b), (b, a))):
        return False
    spans = [(span(a, axis), span(b, axis)) for axis in set(AXES.values())]
    return all(max(low, low2) < min(high, high2) for (low, high), (low2, high2) in spans)


def _axis(key: str) -> str:
    name, _, end = key.rpartition("_")
    return AXES.get(name, key) if end in ("gt", "gte", "lt", "lte") else key


def subjects(branch: dict[str, Any]) -> frozenset[str]:
    """What a branch is about; a rule about more is narrower, and refines the other."""
    found = {_axis(key) for key in branch if key not in ("any_condition", "all_condition", BARRED)}
    return frozenset(found | {c for key in ("any_condition", "all_condition") for c in branch.get(key, [])})


def differ(a: Any, b: Any) -> bool:
    """Whether two statements of one thing exclude each other. Lists are ranges."""
    if isinstance(a, list) and isinstance(b, list):
        return max(min(a), min(b)) > min(max(a), max(b))
    return bool(a != b)


def _numbers_contradict(a: Rule, b: Rule) -> bool:
    if a.reduce_dose_by is not None and b.reduce_dose_by is not None and a.reduce_dose_by != b.reduce_dose_by:
        return True
    skip = ("steps", "bands", "slower_option")
    for one, other in ((a.limits, b.limits), (a.taper, b.taper), (a.schedule, b.schedule)):
        if one is not None and other is not None:
            both = (k for k in vars(one) if k not in skip and getattr(one, k) is not None and getattr(other, k) is not None)
            if any(differ(getattr(one, k), getattr(other, k)) for k in both):
                return True
    return False


def _refuses_what_the_other_allows(blocking: Rule, milder: Rule) -> bool:
    if not blocking.blocks or milder.severity == "contraindicated":
        return False
    pairs = product(branches(blocking.when), branches(milder.when))
    return any(overlap(x, y) and _about(x, y) for x, y in pairs)


def _about(blocking: dict[str, Any], milder: dict[str, Any]) -> bool:
    """The same subject, or one of the conditions that block by itself."""
    one = {**milder, "any_condition": [c for c in milder.get("any_condition", []) if c in blocking.get("any_condition", [])]}
    return bool(subjects(milder)) and (
        subjects(blocking) == subjects(milder) or (bool(one["any_condition"]) and subjects(blocking) == subjects(one))
    )


def contradictions(rules: Iterable[Rule]) -> set[tuple[str, str]]:
    """Pairs of rules that contradict each other in one region and do not say so."""
    sound = [r for r in rules if r.role in ("finding", "limit", "plan") and not is_hint(r, KB)]
    found = set()
    for region in REGIONS:
        for a, b in combinations([r for r in sound if r.region in (region, "INT")], 2):
            if "any" not in (a.route, b.route) and a.route != b.route:
                continue
            meet = any(overlap(x, y) for x, y in product(branches(a.when), branches(b.when)))
            refused = _refuses_what_the_other_allows(a, b) or _refuses_what_the_other_allows(b, a)
            if ((meet and _numbers_contradict(a, b)) or refused) and b.id not in a.conflicts_with:
                found.add((a.id, b.id))
    return found


def test_rules_that_contradict_each_other_in_a_region_say_so() -> None:
    assert contradictions(KB.rules.values()) == set()


@pytest.mark.parametrize(
    ("one", "other", "change"),
    [
        ("ADULT-TITR-US", "ADULT-SLOW-UTD", {"conflicts_with": []}),
        ("CI-ULCER-UK", "PREC-ULCER-ACTIVE", {"conflicts_with": []}),
        ("RENAL-VLAV-SEVERE", "RENAL-AJKD-LT30", {"conflicts_with": []}),
        ("RENAL-VLAV-MILD", "RENAL-VLAV-MODERATE", {"when": Condition(crcl_lt=60)}),
        ("ADULT-MAX-UK", "PED-UK-MAX-GE8", {"when": Condition(age_gte=16)}),
        ("TAPER-UK-1-2W", "TAPER-CA-1-2W", {"region": "CA", "taper": KB.rules["TAPER-US-PDR-2W"].taper}),
    ],
)
def test_an_unsaid_contradiction_is_seen(one: str, other: str, change: dict[str, Any]) -> None:
    rules = {**KB.rules, one: KB.rules[one].model_copy(update=change)}
    if "conflicts_with" in change:
        rules[other] = KB.rules[other].model_copy(update=change)
    if "taper" in change:
        twin = KB.rules["TAPER-CA-1-2W"].taper
        assert twin is not None
        rules[one] = rules[one].model_copy(update={"taper": twin.model_copy(update={"duration_days": [21, 28]})})
    assert frozenset((one, other)) in {frozenset(pair) for pair in contradictions(rules.values())}
