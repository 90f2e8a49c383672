"""FHIR R4 JSON goes in; the few resources and elements that a case needs come out, typed. What is not listed is passed over."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from openbaclofen.errors import InputError

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"


class Part(BaseModel):
    """An element of a resource."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True)


class Coding(Part):
    """A code of a terminology."""

    system: str = ""
    code: str = ""
    display: str = ""


class CodeableConcept(Part):
    """The same thing in several terminologies, and in words."""

    coding: tuple[Coding, ...] = ()
    text: str = ""

    @property
    def words(self) -> str:
        """The text, else the first display, else the first code."""
        displays = [c.display for c in self.coding if c.display] or [c.code for c in self.coding if c.code]
        return (self.text or (displays[0] if displays else "")).strip()

    @property
    def said(self) -> tuple[str, ...]:
        """All words for it: the text and every display."""
        return tuple(dict.fromkeys(word.strip() for word in (self.text, *(c.display for c in self.coding)) if word.strip()))

    def has(self, codes: Collection[str]) -> bool:
        """Whether one of its codes is among these, such as those of a status."""
        return any(c.code in codes for c in self.coding)


class Measure(Part):
    """A quantity: value, comparator, unit in words, and as a code, mostly of UCUM."""

    value: float | None = None
    comparator: str = ""
    unit: str = ""
    system: str = ""
    code: str = ""

    @property
    def units(self) -> tuple[str, ...]:
        """What its unit is called: by the code of UCUM first, by another code last."""
        both = (self.code, self.unit) if self.system in ("", UCUM) else (self.unit, self.code)
        return tuple(dict.fromkeys(unit.strip() for unit in both if unit.strip()))


class Ratio(Part):
    """A rate as two quantities."""

    numerator: Measure = Measure()
    denominator: Measure = Measure()


class Reference(Part):
    """Where another resource is."""

    reference: str = ""
    display: str = ""


class Period(Part):
    """From when to when."""

    start: str = ""
    end: str = ""


class Repeat(Part):
    """When a dose recurs."""

    bounds_duration: Measure | None = None
    bounds_period: Period | None = None
    bounds_range: dict[str, Any] | None = None
    count: int | None = None
    frequency: int | None = None
    frequency_max: int | None = None
    period: float | None = None
    period_max: float | None = None
    period_unit: str = ""
    day_of_week: tuple[str, ...] = ()
    time_of_day: tuple[str, ...] = ()
    when: tuple[str, ...] = ()


class Timing(Part):
    """When doses are taken."""

    repeat: Repeat = Repeat()
    code: CodeableConcept = CodeableConcept()


class DoseAndRate(Part):
    """How much is taken."""

    dose_quantity: Measure | None = None
    dose_range: dict[str, Any] | None = None
    rate_quantity: Measure | None = None
    rate_ratio: Ratio | None = None


class Dosage(Part):
    """One dosing instruction."""

    modifier_extension: tuple[dict[str, Any], ...] = ()
    sequence: int | None = None
    text: str = ""
    patient_instruction: str = ""
    as_needed_boolean: bool = False
    as_needed_codeable_concept: CodeableConcept | None = None
    route: CodeableConcept = CodeableConcept()
    timing: Timing = Timing()
    dose_and_rate: tuple[DoseAndRate, ...] = ()


class Resource(Part):
    """What all resources have."""

    resource_type: str
    id: str = ""


class Record(Resource):
    """What resources about somebody have."""

    modifier_extension: tuple[dict[str, Any], ...] = ()
    subject: Reference = Reference()
    patient: Reference = Reference()

    @property
    def about(self) -> str:
        """The reference to whom it is about; '' where it does not say."""
        return self.subject.reference or self.patient.reference


class Patient(Resource):
    """Who."""

    gender: str = ""
    birth_date: str = ""
    deceased_boolean: bool = False
    deceased_date_time: str = ""


class Component(Part):
    """One of several things measured together."""

    code: CodeableConcept = CodeableConcept()
    value_quantity: Measure | None = None
    value_string: str = ""


class Observation(Record):
    """Something measured."""

    status: str = ""
    code: CodeableConcept = CodeableConcept()
    effective_date_time: str = ""
    effective_instant: str = ""
    effective_period: Period = Period()
    issued: str = ""
    value_quantity: Measure | None = None
    value_string: str = ""
    value_codeable_concept: CodeableConcept = CodeableConcept()
    component: tuple[Component, ...] = ()

    @property
    def when(self) -> str:
        """The time it speaks of, else of its issue, as written; '' where it does not say."""
        lasted = self.effective_period
        return self.effective_date_time or self.effective_instant or lasted.end or lasted.start or self.issued


class Condition(Record):
    """A problem or diagnosis."""

    clinical_status: CodeableConcept = CodeableConcept()
    verification_status: CodeableConcept = CodeableConcept()
    code: CodeableConcept = CodeableConcept()


class Procedure(Record):
    """Something done."""

    status: str = ""
    code: CodeableConcept = CodeableConcept()


class Reaction(Part):
    """What happened after a substance."""

    substance: CodeableConcept = CodeableConcept()


class AllergyIntolerance(Record):
    """What is not tolerated."""

    clinical_status: CodeableConcept = CodeableConcept()
    verification_status: CodeableConcept = CodeableConcept()
    code: CodeableConcept = CodeableConcept()
    reaction: tuple[Reaction, ...] = ()


class Ingredient(Part):
    """What a medicine consists of."""

    item_codeable_concept: CodeableConcept = CodeableConcept()


class Medication(Resource):
    """A medicine that an order points to."""

    code: CodeableConcept = CodeableConcept()
    ingredient: tuple[Ingredient, ...] = ()


class Medicine(Record):
    """An order for a medicine, or the statement that it is taken."""

    status: str = ""
    intent: str = ""
    do_not_perform: bool = False
    medication: dict[str, Any] | None = Field(default=None, description="of FHIR R5, which is not read")
    medication_codeable_concept: CodeableConcept | None = None
    medication_reference: Reference | None = None
    contained: tuple[dict[str, Any], ...] = ()
    authored_on: str = ""
    effective_date_time: str = ""
    effective_period: Period = Period()
    dosage_instruction: tuple[Dosage, ...] = ()
    dosage: tuple[Dosage, ...] = Field(default=(), description="of a MedicationStatement")

    @property
    def dosages(self) -> tuple[Dosage, ...]:
        """Its dosing instructions."""
        return self.dosage_instruction or self.dosage

    @property
    def since(self) -> str:
        """The day it was taken from, as written: the beginning of its effect, else the day of the order."""
        return self.effective_period.start or self.effective_date_time or self.authored_on


class Entry(Part):
    """One entry of a bundle."""

    full_url: str = ""
    resource: dict[str, Any] | None = None


class Link(Part):
    """Where more of a bundle is."""

    relation: str = ""


class Bundle(Resource):
    """A collection of resources."""

    link: tuple[Link, ...] = ()

    type: str = ""
    entry: tuple[Entry, ...] = ()


_R = TypeVar("_R", bound=Resource)


def parse(kind: type[_R], found: object, where: str) -> _R:
    """A resource. Errors: InputError naming the element that is not as FHIR has it."""
    try:
        return kind.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in (where, *first["loc"]))
        raise InputError(f"not as FHIR R4 has it: {first['msg']}", place) from error
