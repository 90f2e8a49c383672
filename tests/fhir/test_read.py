"""Bundles go in; the case a clinician would have written, or a clear error, is expected out."""

from __future__ import annotations

import copy
import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fhir.records import ICD, RXNORM, SNOMED, TODAY, bundle, concept, dose, observed, order, read

import openbaclofen as ob
from openbaclofen.case.write import case_text
from openbaclofen.dose.regimen import Phase, Regimen
from openbaclofen.errors import InputError
from openbaclofen.fhir.read import case_from_bundle


def regimen(*dosages: dict, medicine: dict | None = None) -> Regimen:
    said = order(medicine=medicine)
    said["dosageInstruction"] = list(dosages)
    return ob.read_case(read(said)).therapy.regimen


def test_the_same_case_as_one_written_by_hand() -> None:
    found = read(
        observed("2160-0", 124, "umol/L", "2026-11-01T08:00:00Z"),
        observed("29463-7", 62, "kg"),
        {"resourceType": "Condition", "code": concept(ICD, "G35.D")},
        order("active", concept(RXNORM, "1049621", "oxycodone 5 MG Oral Tablet")),
        order(**dose(1, "tablet", frequency=3, period=1, periodUnit="d")),
        region="US",
    )
    by_hand = ob.read_case(
        {
            "date": "2026-11-22",
            "patient": {
                "age": "46 a",
                "sex": "female",
                "weight": "62 kg",
                "kidney": [{"date": "2026-11-01", "creatinine": "124 umol/L"}],
                "conditions": ["multiple_sclerosis"],
                "medicines": ["oxycodone 5 MG Oral Tablet (RxNorm 1049621)"],
            },
            "therapy": "10 mg TID using 10 mg tablets",
            "current": "none",
            "region": "US",
        }
    )
    assert ob.read_case(found) == by_hand
    assert ob.read_case(case_text(found)) == by_hand
    assert "INT-OPIOID" in {f.rule for f in ob.check(by_hand).findings}


@pytest.mark.parametrize(
    ("said", "doses", "hours", "every", "days"),
    [
        (dose(10, frequency=3, period=1, periodUnit="d"), (10, 10, 10), (9, 14, 21), 1, None),
        (dose(10, frequency=1, period=8, periodUnit="h"), (10, 10, 10), (6, 14, 22), 1, None),
        (dose(10, frequency=1, period=2, periodUnit="d"), (10,), (9,), 2, None),
        (dose(10, frequency=1, period=1, periodUnit="wk"), (10,), (9,), 7, None),
        (dose(5, when=["HS"]), (5,), (21,), 1, None),
        (dose(5, when=["MORN", "HS"]), (5, 5), (9, 21), 1, None),
        (dose(5, timeOfDay=["07:30:00", "19:00:00"]), (5, 5), (7.5, 19), 1, None),
        (dose(0.01, "g", frequency=1, period=1, periodUnit="d"), (10,), (9,), 1, None),
        (dose(10, frequency=2, period=1, periodUnit="d", boundsDuration={"value": 1, "code": "wk"}), (10, 10), (9, 21), 1, 7),
        (dose(10, frequency=2, period=1, periodUnit="d", count=6), (10, 10), (9, 21), 1, 3),
        (
            dose(10, frequency=1, period=1, periodUnit="d", boundsPeriod={"start": "2026-12-01", "end": "2026-12-05"}),
            (10,),
            (9,),
            1,
            5,
        ),
        (dose(10) | {"timing": {"code": concept("", "TID")}}, (10,) * 3, (9, 14, 21), 1, None),
        (dose(10) | {"timing": {"code": concept("", "QOD")}}, (10,), (9,), 2, None),
    ],
)  # fmt: skip
def test_a_timing_means_these_doses(said: dict, doses: tuple, hours: tuple, every: int, days: float | None) -> None:
    assert regimen(said).phases == (Phase(doses, hours, days, every),)


def test_steps_follow_their_sequence_and_those_of_one_sequence_hold_together() -> None:
    week = {"boundsDuration": {"value": 7, "code": "d"}}
    found = regimen(
        {"sequence": 2, **dose(20, when=["HS"])},
        {"sequence": 1, **dose(5, when=["MORN"], **week)},
        {"sequence": 1, **dose(10, when=["HS"], **week)},
    )
    assert found.phases == (Phase((5, 10), (9, 21), 7), Phase((20,), (21,), None))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (dose(10), "how often"),
        (dose(10, "ug", frequency=1, period=1, periodUnit="d"), "micrograms"),
        (dose(10, "mL", frequency=1, period=1, periodUnit="d"), "strength of one mL"),
        (dose(10, frequency=2, period=2, periodUnit="d"), "how often"),
        (dose(10, frequency=1, frequencyMax=3, period=1, periodUnit="d"), "range"),
        (dose(10, frequency=1, period=1, periodUnit="d", dayOfWeek=["mon"]), "days of the week"),
        (dose(10, timeOfDay=["25:00:00"]), "time of day"),
        (dose(10, when=["PHS"]), "'PHS'"),
        (dose(-10, frequency=1, period=1, periodUnit="d"), "zero or more"),
        ({"doseAndRate": [{"doseRange": {"low": {"value": 5}}}]}, "range"),
        ({"text": "as directed"}, "text:"),
        ({"timing": {"repeat": "often"}}, "not as FHIR R4 has it"),
        ({"route": {"coding": [{"system": SNOMED, "code": "72607000"}]}, "text": "250 mcg a day"}, "rateQuantity"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(said: dict, words: str) -> None:
    with pytest.raises(InputError, match="MedicationRequest") as error:
        read(order(**said))
    assert words in str(error.value)


def test_tablets_and_liquids_by_their_strength() -> None:
    daily = {"frequency": 1, "period": 1, "periodUnit": "d"}
    assert regimen(dose(2, "{tablet}", **daily)).phases[0].doses_mg == (20,)
    words = {"text": "baclofen 10 mg/5 mL oral solution"}
    assert regimen(dose(5, "mL", **daily), medicine=words).phases[0].doses_mg == (10,)
    assert regimen(dose(1, "tab", **daily), medicine={"text": "Lioresal 25 mg"}).phases[0].doses_mg == (25,)
    assert regimen(dose(3, "{pill}", **daily), medicine={"text": "Baclofen 10 MG Oral Tablet"}).phases[0].doses_mg == (30,)


def test_a_pump_is_a_programme_in_micrograms() -> None:
    intrathecal = {"route": concept(SNOMED, "72607000"), "doseAndRate": [{"rateQuantity": {"value": 250, "unit": "ug/d"}}]}
    case = ob.read_case(read(order("active", **intrathecal)))
    assert case.current is not None
    assert case.current.therapy.rate.value == 250
    with pytest.raises(InputError, match="milligrams are oral"):
        read(order(**intrathecal | {"doseAndRate": [{"rateQuantity": {"value": 0.25, "unit": "mg/d"}}]}))


def test_what_is_over_wrong_or_in_the_future_does_not_count() -> None:
    found = case_from_bundle(
        bundle(
            {"resourceType": "Condition", "clinicalStatus": concept("", "resolved"), "code": concept(ICD, "K26.9")},
            {"resourceType": "Condition", "clinicalStatus": concept("", "resolved"), "code": concept(ICD, "G40.909")},
            {"resourceType": "Condition", "clinicalStatus": concept("", "resolved"), "code": {"text": "Otitis (disorder)"}},
            {"resourceType": "Condition", "verificationStatus": concept("", "refuted"), "code": concept(ICD, "F20.9")},
            {"resourceType": "Condition", "code": concept(ICD, "I63.512")},
            observed("2160-0", 1.1, "mg/dL", "2026-01-01"),
            observed("2160-0", 9.9, "mg/dL", "2026-12-01"),
            observed("2160-0", 8.8, "mg/dL", "2026-11-02", status="entered-in-error"),
            observed("2160-0", 7.7, "mg", "2026-11-03"),
            observed("2160-0", None, "", "2026-11-04"),
            observed("2160-0", 0.2, "mg/dL", "2026-11-05", valueQuantity={"value": 0.2, "comparator": "<", "unit": "mg/dL"}),
            order("stopped", **dose(99, frequency=1, period=1, periodUnit="d")),
        ),
        TODAY,
    )
    assert found.case["patient"]["conditions"] == ["peptic_ulcer_history", "seizure_history", "stroke"]
    assert "kidney" not in found.case["patient"]  # the newest creatinine cannot be used, and no older one stands in for it
    assert found.case["current"] == "none"
    assert "therapy" not in found.case
    said = "\n".join(found.notes)
    for words in ("2026-12-01 lies after", "'mg'", "no number", "only a bound", "over, and not counted: Otitis"):
        assert words in said


def test_what_was_not_asked_for_is_not_stated() -> None:
    silent = case_from_bundle(bundle(), TODAY).case
    assert set(silent["patient"]) == {"sex", "age"}
    assert "current" not in silent
    told = case_from_bundle(bundle(), TODAY, asked=("Condition", "AllergyIntolerance", "MedicationRequest")).case
    assert told["patient"] | {"conditions": [], "allergies": [], "medicines": []} == told["patient"]
    assert told["current"] == "none"


def test_a_medicine_that_is_not_in_the_bundle_stays_unknown_to_the_checker() -> None:
    lost = order("active")
    del lost["medicationCodeableConcept"]
    lost["medicationReference"] = {"reference": "Medication/7"}
    case = ob.read_case(read(lost, order()))
    assert any("Medication/7" in need for c in ob.check(case).cannot_tell for need in c.need)
    held = {"resourceType": "Medication", "id": "7", "code": concept(RXNORM, "1292", "baclofen")}
    assert read(lost, held)["current"] == {"sig": "10 mg TID"}


def test_two_different_baclofen_orders_are_refused_and_a_repeated_one_is_not() -> None:
    assert read(order(), order())["therapy"] == "10 mg TID"
    with pytest.raises(InputError, match="more than one order"):
        read(order(), order(**dose(5, frequency=1, period=1, periodUnit="d")))


@pytest.mark.parametrize(
    ("born", "age"),
    [("2024-11-22", "2 a"), ("2024-11-23", "24.0 mo"), ("2026-11-12", "10 d"), ("1980-11-23", "45 a"), ("1980", "46 a")],
)
def test_age_on_the_day_of_the_case(born: str, age: str) -> None:
    assert case_from_bundle(bundle(patient={"birthDate": born}), TODAY).case["patient"]["age"] == age


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"birthDate": "2027-01-01"}, "born on"),
        ({"birthDate": "2027-13-01"}, "expected a date"),
        ({"deceasedBoolean": True}, "deceased"),
        ({"gender": 5}, "not as FHIR R4"),
    ],
)
def test_an_impossible_person_is_refused(change: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        case_from_bundle(bundle(patient=change), TODAY)


def test_one_patient_is_needed() -> None:
    for people in ([], ["a", "b"]):
        entries = [{"resource": {"resourceType": "Patient", "id": name}} for name in people]
        with pytest.raises(InputError, match=f"found {len(people)}"):
            case_from_bundle({"resourceType": "Bundle", "entry": entries}, TODAY)


_WHOLE = bundle(
    observed("2160-0", 124, "umol/L"),
    {"resourceType": "Condition", "code": concept(ICD, "G35.D")},
    {"resourceType": "AllergyIntolerance", "code": {"text": "penicillin"}},
    order("active", concept(RXNORM, "1049621", "oxycodone")),
    order(**dose(10, frequency=3, period=1, periodUnit="d", boundsDuration={"value": 3, "code": "d"})),
)
_JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 10**9),
    st.floats(),
    st.text(max_size=12),
    st.just([]),
    st.just({}),
    st.just([{}]),
)


def _places(node: object, path: tuple = ()) -> list[tuple]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, value in inner for place in _places(value, (*path, key)))]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(place=st.sampled_from([p for p in _places(_WHOLE) if p]), junk=_JUNK)
def test_a_garbled_bundle_is_read_or_refused(place: tuple, junk: object) -> None:
    garbled = copy.deepcopy(_WHOLE)
    at = garbled
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = junk
    with suppress(InputError):
        ob.check(ob.read_case(case_from_bundle(garbled, TODAY).case))


def test_a_bundle_is_a_case_for_python() -> None:
    case = ob.read_case(json.loads(json.dumps(_WHOLE)))
    assert case.patient.conditions == {"multiple_sclerosis"}
    assert case.patient.allergies == ("penicillin",)
