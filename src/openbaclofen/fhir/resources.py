"""FHIR R4 JSON goes in; the few resources and elements that a case needs come out, typed. What is not listed is passed over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from openbaclofen.errors import InputError

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
SYSTEMS: Mapping[str, str] = {  # what a terminology is called by FHIR, and here
    SNOMED: "snomed",
    RXNORM: "rxnorm",
    "http://hl7.org/fhir/sid/icd-10-cm": "icd10cm",
    "http://hl7.org/fhir/sid/icd-10": "icd10cm",
    "http://www.whocc.no/atc": "atc",
    "http://loinc.org": "loinc",
    "http://hl7.org/fhir/sid/ndc": "ndc",
}


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
    def code(self) -> str:
        """The first code, such as a status."""
        return next((c.code for c in self.coding if c.code), "")


class Measure(Part):
    """A quantity: value, comparator, unit in words, UCUM code."""

    value: float | None = None
    comparator: str = ""
    unit: str = ""
    code: str = ""


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


class Patient(Resource):
    """Who."""

    gender: str = ""
    birth_date: str = ""
    deceased_boolean: bool = False
    deceased_date_time: str = ""


class Observation(Resource):
    """Something measured."""

    status: str = ""
    code: CodeableConcept = CodeableConcept()
    effective_date_time: str = ""
    effective_instant: str = ""
    effective_period: Period = Period()
    value_quantity: Measure | None = None

    @property
    def when(self) -> str:
        """The time it speaks of, as written; '' where it does not say."""
        return self.effective_date_time or self.effective_instant or self.effective_period.end or self.effective_period.start


class Condition(Resource):
    """A problem or diagnosis."""

    clinical_status: CodeableConcept = CodeableConcept()
    verification_status: CodeableConcept = CodeableConcept()
    code: CodeableConcept = CodeableConcept()


class AllergyIntolerance(Resource):
    """What is not tolerated."""

    clinical_status: CodeableConcept = CodeableConcept()
    verification_status: CodeableConcept = CodeableConcept()
    code: CodeableConcept = CodeableConcept()


class Medication(Resource):
    """A medicine that an order points to."""

    code: CodeableConcept = CodeableConcept()


class Medicine(Resource):
    """An order for a medicine, or the statement that it is taken."""

    status: str = ""
    intent: str = ""
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


class Bundle(Resource):
    """A collection of resources."""

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
