"""Patients of an independent generator go in, whole and damaged; a case with their figures, or a clear error, comes out."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from importlib import import_module
from types import ModuleType

import pytest

import openbaclofen as ob
from openbaclofen.errors import InputError
from openbaclofen.fhir.read import case_from_bundle

TODAY = date(2026, 1, 1)
CREATININE, WEIGHT = "2160-0", "29463-7"
PROFILES = ("anaemia", "ckd_stage3", "healthy", "hypertension", "type2_diabetes")


def generator() -> ModuleType:
    """Imported when it is needed: it takes a second, and every worker collects these tests."""
    return import_module("carebundle")


def made(profile: str, seed: int) -> dict:
    carebundle = generator()
    return json.loads(carebundle.to_json(carebundle.generate_bundle(profile=profile, seed=seed, reference_date=TODAY)))


def values(bundle: dict, loinc: str) -> list[float]:
    found = [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Observation"]
    return [
        r["valueQuantity"]["value"]
        for r in found
        if any(c["code"] == loinc for c in r["code"]["coding"]) and "valueQuantity" in r
    ]


def test_every_profile_of_the_generator_is_tried() -> None:
    assert sorted(generator().PROFILES) == list(PROFILES)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("seed", range(4))
def test_the_case_holds_the_figures_of_the_bundle(profile: str, seed: int) -> None:
    bundle = made(profile, seed)
    case = ob.read_case(case_from_bundle(bundle, TODAY, "US").case)
    patient = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient")
    assert case.patient.sex == patient["gender"]
    assert case.patient.age is not None
    assert abs(case.patient.age.value - (TODAY - date.fromisoformat(patient["birthDate"])).days / 365.25) < 1
    if kidneys := values(bundle, CREATININE):
        assert case.patient.creatinines[-1].creatinine.value == pytest.approx(kidneys[-1])
    if weights := values(bundle, WEIGHT):
        assert case.patient.weight is not None
        assert case.patient.weight.value == pytest.approx(weights[-1])
    assert len(case.patient.medicines or ()) == len({json.dumps(m["medicationCodeableConcept"]) for m in _medicines(bundle)})


def _medicines(bundle: dict) -> list[dict]:
    return [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "MedicationRequest"]


@pytest.mark.parametrize("seed", range(30))
def test_a_damaged_record_is_read_or_refused(seed: int) -> None:
    """Nothing but a clear error may come of fields, values, days and code systems that are missing or wrong."""
    carebundle = generator()
    mess = carebundle.Imperfection(0.1, 0.1, 0.1, 0.1, 0.1)
    damaged, defects = carebundle.inject_defects(made("type2_diabetes", seed), mess, seed=seed)
    assert defects
    with suppress(InputError):
        ob.check(ob.read_case(case_from_bundle(damaged, TODAY).case))
