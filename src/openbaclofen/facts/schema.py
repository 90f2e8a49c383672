"""The shape of everything the knowledge base holds; a key that is not named here is refused."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from openbaclofen.facts.base import Amount, Country, Datum, Event, Form, Grade, Kind, Quality, Raiser, Region, Severity, Strict
from openbaclofen.facts.rule import Band, Condition, Ingredient, Interaction, Limits, Rule, Schedule, Taper

__all__ = [
    "Amount",
    "Band",
    "Claim",
    "Code",
    "Condition",
    "ConditionTerm",
    "Country",
    "Datum",
    "Event",
    "EvidenceRow",
    "Fact",
    "Form",
    "Grade",
    "Ingredient",
    "Interaction",
    "KidneyEquation",
    "Kind",
    "LabelEntry",
    "Limits",
    "MedicineTerm",
    "NotFound",
    "Product",
    "Quality",
    "Raiser",
    "Region",
    "Rule",
    "Schedule",
    "Severity",
    "Source",
    "Spread",
    "Strict",
    "Taper",
]


class Source(Strict):
    """Where something was read. quality: A official, B copy, C lower, D hint only, - none."""

    key: str
    title: str
    url: str
    quality: Quality


class Spread(Strict):
    """A spread about a value. form: normal (sd in the value's unit), lognormal (cv, a fraction), factor (90 % lies within
    value/factor to value*factor), uniform (low to high)."""

    form: Literal["normal", "lognormal", "factor", "uniform"]
    sd: float | None = None
    cv: float | None = None
    factor: float | None = None
    low: float | None = None
    high: float | None = None
    kind: Kind
    source: list[str] = Field(default=[])
    why: str = ""


class Fact(Strict):
    """A number (or statement) the program uses or shows, with where it comes from.

    value: what is used (None: nothing is used, the fact is only shown). kind: how it was come by. evidence: the rows or
    entries it rests on; disagree: those that say otherwise; why: the choice between them.
    between_people: variability; ignorance: how badly the typical value itself is known.
    """

    id: str
    title: str
    words: list[str] = Field(default=[])
    symbol: str = ""
    unit: str = "1"
    value: float | list[float] | dict[str, float] | str | None = None
    kind: Kind
    grade: Grade | None = None
    region: Region = "INT"
    between_people: Spread | None = None
    ignorance: Spread | None = None
    evidence: list[str] = Field(default=[])
    disagree: list[str] = Field(default=[])
    sources: list[str] = Field(default=[])
    why: str = ""
    note: str = ""


class EvidenceRow(Strict):
    """One published figure. role: fit, validate or context, set once with a reason.

    A bound or a range stands in low and high, words in said (value None); same_as: the row that tells the same figure.
    arm: active, placebo, comparator or difference, where the study had arms.
    """

    id: str
    table: Literal["oral_pk", "intrathecal", "outcomes", "outcomes_extra", "mechanism"]
    topic: str = ""
    study: str
    quantity: str
    arm: str = ""
    population: str = ""
    setting: str = ""
    n: float | None = None
    n_control: float | None = None
    dose: str = ""
    time: str = ""
    statistic: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    spread: float | None = None
    spread_type: str = ""
    said: str = ""
    unit: str = ""
    url: str
    note: str = ""
    role: Literal["fit", "validate", "context"]
    reason: str
    same_as: str = ""


class LabelEntry(Strict):
    """A statement of a label, formulary or manual with its numbers (intrathecal_rules, label_extra)."""

    id: str
    topic: str
    region: Country = "INT"
    route: Literal["oral", "intrathecal", "rectal", "any"] = "any"
    population: str = ""
    text: str
    numbers: dict[str, Amount] = Field(default={})
    sources: list[str]
    claims: list[str] = Field(default=[])
    note: str = ""
    use: Literal["rule", "hint"] = "rule"


class NotFound(Strict):
    """Something that was looked for and not found, so that nobody takes silence for safety."""

    id: str
    text: str


class Product(Strict):
    """Something a pharmacy can hand out. strength_mg: by tablet or packet; the other strengths: by mL."""

    id: str
    form: Form
    strength_mg: float | None = None
    strength_mg_per_ml: float | None = None
    strength_ug_per_ml: float | None = None
    pack_ml: float | None = None
    scored: bool | None = Field(default=None, description="None: not known, so never halved")
    names: list[str] = Field(default=[])
    regions: list[Region] = Field(default=[])
    codes: list[str] = Field(default=[])
    source: str
    verified: bool
    note: str = ""


class Code(Strict):
    """One code of a terminology."""

    system: Literal["snomed", "icd10cm", "rxnorm", "atc", "loinc", "ucum", "ndc", "fhir"]
    code: str
    display: str
    concept: str = Field(default="", description="our word: a condition, an observation, an adverse event, an ingredient")
    group: str = Field(default="", description="condition, observation, adverse_event, product, ingredient, route, timing ...")
    billable: bool | None = Field(default=None, description="ICD-10-CM only")
    source: str = ""
    verified: bool
    note: str = ""


class ConditionTerm(Strict):
    """A condition word of a case file, with what people also call it."""

    key: str
    title: str
    words: list[str] = Field(default=[])
    implies: list[str] = Field(default=[], description="conditions that hold whenever this one does")
    spasticity_origin: Literal["spinal", "cerebral"] | None = None
    note: str = ""


class MedicineTerm(Strict):
    """What a medicine is called, and its ATC codes (of its group where it has none; of a class, the group itself).

    brands, also: names that were read; not_read: names given without a source. parts: what a combination consists of;
    group: whether it is a class of medicines.
    """

    name: str
    synonyms: list[str] = Field(default=[])
    brands: list[str] = Field(default=[])
    also: list[str] = Field(default=[])
    not_read: list[str] = Field(default=[])
    parts: list[str] = Field(default=[])
    atc: list[str] = Field(default=[])
    rxcui: str = ""
    group: bool = False
    sources: list[str] = Field(default=[])
    verified: bool
    note: str = ""


class Claim(Strict):
    """A statement of the four source documents. shown: how the program answers it; pending: the issue that will.

    by: rules, facts, entries or evidence rows that answer it; computed: the behaviour that is computed to answer it.
    """

    id: str
    seed: str
    line: str
    topic: str
    text: str
    kind: str
    conflicts_with: list[str] = Field(default=[])
    how: str
    status: Literal["shown", "pending", "unsupported"]
    by: list[str] = Field(default=[])
    computed: str = Field(default="", description="a name among the computed behaviours")
    test: str = Field(default="", description="the test that computes it: file::name")
    pending: str = ""
    verdict: Literal["agrees", "agrees in part", "contradicted", "not sourced", ""] = ""
    note: str = ""


class KidneyEquation(Strict):
    """A kidney equation: coefficients, validity and a published check value."""

    id: str
    title: str
    formula: str
    coefficients: dict[str, float | dict[str, float]]
    creatinine_unit: str
    result_unit: str
    min_age: float | None = None
    max_age: float | None = None
    check: dict[str, Any]
    sources: list[str]
    verified: bool
    note: str = ""
