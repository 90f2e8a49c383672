"""Resources as record systems send them, for the tests of what is read from them."""

from __future__ import annotations

from datetime import date

from openbaclofen.fhir.read import case_from_bundle

TODAY = date(2026, 11, 22)
LOINC, RXNORM = "http://loinc.org", "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD, SNOMED = "http://hl7.org/fhir/sid/icd-10-cm", "http://snomed.info/sct"


def concept(system: str, code: str, display: str = "") -> dict:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def bundle(*resources: dict, patient: dict | None = None) -> dict:
    person = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1980-05-02", **(patient or {})}
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in (person, *resources)]}


def observed(code: str, value: float | None, unit: str, on: str = "2026-11-01", **more: object) -> dict:
    quantity = {"valueQuantity": {"value": value, "unit": unit}} if value is not None else {}
    return (
        {"resourceType": "Observation", "status": "final", "code": concept(LOINC, code), "effectiveDateTime": on}
        | quantity
        | more
    )


def order(status: str = "draft", medicine: dict | None = None, **dosage: object) -> dict:
    return {
        "resourceType": "MedicationRequest",
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": medicine or concept(RXNORM, "197391", "baclofen 10 MG Oral Tablet"),
        "dosageInstruction": [dosage] if dosage else [{"text": "10 mg TID"}],
    }


def dose(value: float, unit: str = "mg", **repeat: object) -> dict:
    return {"doseAndRate": [{"doseQuantity": {"value": value, "unit": unit}}], "timing": {"repeat": repeat}}


def read(*resources: dict, **more: object) -> dict:
    return case_from_bundle(bundle(*resources), TODAY, **more).case
