"""Records shaped as Epic, Cerner, Synthea, German and British profiles send them go in; nothing of weight is lost unsaid."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fhir.records import ICD, LOINC, RXNORM, SNOMED, TODAY, bundle, concept, dose, observed, order, read

import openbaclofen as ob
from openbaclofen.apps.fhir import read_bundle
from openbaclofen.errors import InputError
from openbaclofen.fhir.read import FromBundle, case_from_bundle

ATC_DE, PZN = "http://fhir.de/CodeSystem/bfarm/atc", "http://fhir.de/CodeSystem/ifa/pzn"
NDC = "http://hl7.org/fhir/sid/ndc"
OID = "urn:oid:2.16.840.1.113883.6."
THRICE = {"frequency": 3, "period": 1, "periodUnit": "d"}
ASKED = ("Condition", "AllergyIntolerance", "MedicationRequest")
LOW = order(**dose(5, **THRICE))


def found(*resources: dict, **more: object) -> FromBundle:
    return case_from_bundle(bundle(*resources, **more), TODAY, region="US", asked=ASKED)


def rules(read: FromBundle) -> dict[str, str]:
    return {f.rule: f.severity for f in ob.check(ob.read_case(read.case)).findings}


def needs(read: FromBundle) -> str:
    return " ".join(need for c in ob.check(ob.read_case(read.case)).cannot_tell for need in c.need)


def allergy(code: dict | None, **more: object) -> dict:
    return {"resourceType": "AllergyIntolerance", "id": "a", **({"code": code} if code else {}), **more}


@pytest.mark.parametrize(
    "code",
    [
        concept(SNOMED, "387342009"),
        concept(RXNORM, "1292"),
        concept(RXNORM, "197391"),
        concept(f"{OID}88", "1292"),
        concept("http://www.whocc.no/atc", "M03BX01"),
        concept(ATC_DE, "M03BX01"),
        concept(NDC, "00527133001"),
        {"text": "Drug allergy", **concept(RXNORM, "1292", "baclofen")},
        {"text": "baclofen", **concept("urn:local", "716186003")},
    ],
)
def test_an_allergy_to_baclofen_by_code_alone_forbids_it(code: dict) -> None:
    assert rules(found(LOW, allergy(code)))["CI-HYPERSENS"] == "contraindicated"
    assert rules(found(LOW, allergy(None, reaction=[{"substance": code}])))["CI-HYPERSENS"] == "contraindicated"


@pytest.mark.parametrize("code", [None, {}, concept("urn:local", "4711"), concept(SNOMED, "999")])
def test_an_allergy_to_nobody_knows_what_is_no_absence_of_allergies(code: dict | None) -> None:
    held = found(LOW, allergy(code), allergy({"text": "penicillin"}))
    assert "patient.allergies" in needs(held)
    assert any("AllergyIntolerance/a" in said for said in held.left_out)
    assert "CI-HYPERSENS" in rules(found(LOW, allergy(code), allergy({"text": "Lioresal"})))


def test_no_known_allergy_is_none_and_one_that_is_over_is_named() -> None:
    assert found(LOW, allergy(concept(SNOMED, "716186003"))).case["patient"]["allergies"] == []
    past = found(LOW, allergy({"text": "baclofen"}, clinicalStatus=concept("", "inactive")))
    assert "CI-HYPERSENS" not in rules(past)
    assert "allergy to baclofen" in past.left_out[0]


FINE = ("2160-0", 0.8, "mg/dL", "2019-01-01")
NOW = "2026-11-20"
UCUM_GFR = "mL/min/{1.73_m2}"


@pytest.mark.parametrize(
    ("rows", "kidney", "egfr"),
    [
        ((FINE, ("98979-8", 12, UCUM_GFR, NOW)), [], f"12 {UCUM_GFR}"),
        ((FINE, ("14682-9", 400, "umol/L", NOW)), ["0.8 mg/dL", "400 umol/L"], None),
        ((FINE, ("2160-0", 0.4, "mmol/L", NOW)), [], None),
        ((("98979-8", 90, UCUM_GFR, "2019-01-01"), ("2160-0", 0.4, "mmol/L", NOW)), [], None),
        ((("2160-0", 4.4, "mg/dL", NOW), ("98979-8", 12, UCUM_GFR, NOW)), ["4.4 mg/dL"], None),
        ((("2160-0", 4.4, "mg/dL", f"{NOW}T18:00:00Z"), ("2160-0", 0.8, "mg/dL", f"{NOW}T06:00:00Z")), ["4.4 mg/dL"], None),
        (
            (("2160-0", 4.4, "mg/dL", f"{NOW}T07:00+02:00"), ("2160-0", 0.8, "mg/dL", f"{NOW}T04:00:00Z")),
            ["4.4 mg/dL"],
            None,
        ),
        ((("2160-0", 4.4, "mg/dL", "2026-11-23T08:00:00+11:00"),), ["4.4 mg/dL"], None),
        ((("62238-1", 12, UCUM_GFR, NOW),), [], f"12 {UCUM_GFR}"),
    ],
)
def test_the_kidneys_are_those_last_seen(rows: tuple, kidney: list[str], egfr: str | None) -> None:
    patient = found(*(observed(*row) for row in rows)).case["patient"]
    assert [row["creatinine"] for row in patient.get("kidney", [])] == kidney
    assert patient.get("egfr") == egfr


def test_a_bound_is_no_reason_to_take_an_older_value() -> None:
    high = observed("2160-0", None, "", "2026-11-20", valueQuantity={"value": 15, "unit": "mg/dL", "comparator": ">"})
    held = found(LOW, observed("2160-0", 0.8, "mg/dL", "2019-01-01"), high)
    assert "patient.creatinine" in needs(held)
    assert any("nothing older" in said for said in held.left_out)
    lost = observed("2160-0", None, "", "2026-11-20", dataAbsentReason=concept("", "error"))
    assert "kidney" in found(observed("2160-0", 0.8, "mg/dL", "2019-01-01"), lost).case["patient"]


@pytest.mark.parametrize(("status", "code"), [("in-progress", "302497006"), ("in-progress", "265764009")])
def test_dialysis_that_goes_on_is_one(status: str, code: str) -> None:
    done = {"resourceType": "Procedure", "id": "x", "status": status, "code": concept(SNOMED, code)}
    assert "dialysis" in read(done)["patient"]["conditions"]
    assert "Procedure/x" in found(done | {"status": "completed"}).left_out[0]


def test_pregnancy_is_read_where_it_is_observed() -> None:
    status = observed("82810-3", None, "", valueCodeableConcept=concept(SNOMED, "77386006"))
    assert "PREG-NEONATE" in rules(found(LOW, status))
    later = observed("82810-3", None, "", "2026-11-20", valueCodeableConcept=concept(SNOMED, "60001007"))
    assert "pregnant" not in found(LOW, status, later).case["patient"]
    assert "pregnant" not in found(LOW, status | {"effectiveDateTime": "2025-01-01"}).case["patient"]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"code": concept(ICD, "F20.9")}, {"schizophrenia", "severe_psychiatric_disorder"}),
        ({"code": concept(ICD, "F29"), "clinicalStatus": concept("", "remission")}, {"psychosis"}),
        ({"code": concept("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "G40.9")}, {"epilepsy"}),
        ({"code": concept(f"{OID}90", "G40.909")}, {"epilepsy"}),
        ({"code": {"text": "Epilepsy (HCC)"}}, {"epilepsy"}),
        ({"code": {"coding": [{"code": "1", "display": "Local 1"}, {"code": "2", "display": "Epilepsy"}]}}, {"epilepsy"}),
        ({"code": {"coding": [*concept(SNOMED, "44054006")["coding"], *concept(ICD, "N18.4")["coding"]]}}, {"diabetes", "ckd"}),
        ({"code": {"text": "Peptic ulcer"}, "clinicalStatus": concept("", "resolved")}, {"peptic_ulcer_history"}),
    ],
)
def test_a_problem_means_all_that_its_codes_and_words_mean(condition: dict, words: set[str]) -> None:
    assert words <= set(read({"resourceType": "Condition", **condition})["patient"]["conditions"])


def test_a_problem_without_a_name_is_not_passed_over() -> None:
    held = found(LOW, {"resourceType": "Condition", "id": "c", "clinicalStatus": concept("", "active")})
    assert "Condition/c" in needs(held)


def test_what_is_about_somebody_else_is_not_used() -> None:
    child = {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/child"}, "code": concept(ICD, "G40.909")}
    held = found(LOW, child)
    assert held.case["patient"]["conditions"] == []
    assert "Patient/child" in held.left_out[0]
    assert found(LOW, {"resourceType": "Contract", "subject": [{"reference": "Patient/child"}]}).left_out == []
    for mine in ("Patient/p", "https://ehr/fhir/Patient/p", "Patient/p/_history/3", "urn:uuid:1"):
        assert "epilepsy" in found(LOW, child | {"subject": {"reference": mine}}).case["patient"]["conditions"]


def requested(medicine: dict, status: str = "draft", **more: object) -> dict:
    said = order(status, **dose(10, **THRICE)) | more
    del said["medicationCodeableConcept"]
    return said | medicine


HELD = {"resourceType": "Medication", "id": "m", "code": concept(RXNORM, "1292")}


@pytest.mark.parametrize(
    "medicine",
    [
        {"medicationCodeableConcept": concept(f"{OID}88", "197391")},
        {"medicationCodeableConcept": concept(SNOMED, "387342009")},
        {"medicationCodeableConcept": concept(ATC_DE, "M03BX01")},
        {"medicationCodeableConcept": concept(NDC, "0527-1330-01")},
        {"medicationCodeableConcept": concept(NDC, "00527133001")},
        {"medicationCodeableConcept": {"text": "Order 1", **concept("urn:local", "1", "BACLOFEN 10 MG TABLET")}},
        {"medicationReference": {"reference": "https://ehr/fhir/Medication/7/_history/2"}},
        {"medicationReference": {"reference": "#m"}, "contained": [HELD]},
        {
            "medicationReference": {"reference": "#m"},
            "contained": [
                {
                    "resourceType": "Medication",
                    "id": "m",
                    "code": concept(PZN, "01234567"),
                    "ingredient": [{"itemCodeableConcept": concept(ATC_DE, "M03BX01", "Baclofen")}],
                }
            ],
        },
    ],
)
def test_baclofen_is_known_however_it_is_coded(medicine: dict) -> None:
    held = {"resourceType": "Medication", "id": "7", "code": concept(RXNORM, "197391")}
    assert "10 mg TID" in found(held, requested(medicine)).case["therapy"]


@pytest.mark.parametrize("medicine", [{}, {"medicationCodeableConcept": concept(PZN, "01234567")}])
def test_a_medicine_nobody_can_name_is_asked_about(medicine: dict) -> None:
    assert "patient.medicines" in needs(found(LOW, requested(medicine, "active")))


def test_an_order_of_another_version_or_of_unknown_meaning_is_refused() -> None:
    with pytest.raises(InputError, match="R5"):
        found(requested({"medication": {"concept": concept(RXNORM, "197391")}}))
    for changed in (LOW | {"modifierExtension": [{"url": "u"}]}, order(**dose(5, **THRICE), modifierExtension=[{"url": "u"}])):
        with pytest.raises(InputError, match="modifierExtension"):
            found(changed)


def test_an_order_not_to_give_or_that_is_over_is_not_taken() -> None:
    for status, more, said in (
        ("active", {"doNotPerform": True}, "not to be given"),
        (
            "active",
            {"dosageInstruction": [dose(20, **THRICE, boundsPeriod={"start": "2025-01-01", "end": "2025-02-01"})]},
            "ended",
        ),
    ):
        held = found(LOW, order(status) | more)
        assert held.case["current"] == "none"
        assert said in held.left_out[0]
    assert found(LOW | {"doNotPerform": True}).case.get("therapy") is None


def test_a_lone_draft_says_nothing_of_what_else_is_taken() -> None:
    alone = case_from_bundle(bundle(LOW), TODAY).case
    assert "current" not in alone
    assert "medicines" not in alone["patient"]


def test_two_records_of_one_medicine_are_one() -> None:
    request = order("active", **dose(10, **THRICE)) | {"authoredOn": "2026-03-01"}
    statement = {**request, "resourceType": "MedicationStatement", "effectivePeriod": {"start": "2025-12-24"}}
    statement["dosage"] = statement.pop("dosageInstruction")
    assert read(request, statement)["current"] == {"sig": "10 mg TID using 10 mg tablets", "since": "2025-12-24"}


def test_a_record_that_says_less_of_the_same_medicine_adds_nothing() -> None:
    request = order("active", **dose(10, **THRICE))
    loose = order("active", concept(RXNORM, "1292"), **dose(10, **THRICE))
    for pair in ((request, loose), (loose, request)):
        assert found(*pair).case["current"]["sig"] == "10 mg TID using 10 mg tablets"
    undosed = {
        "resourceType": "MedicationStatement",
        "id": "s",
        "status": "active",
        "medicationCodeableConcept": {"text": "baclofen"},
    }
    for both in ((request, undosed), (undosed, request)):
        held = found(*both)
        assert held.case["current"]["sig"] == "10 mg TID using 10 mg tablets"
        assert "MedicationStatement/s" in held.left_out[0]
    with pytest.raises(InputError, match="no dose"):
        found(undosed)
    with pytest.raises(InputError, match=r"10 mg TID.*20 mg daily"):
        found(request, order("active", **dose(20, frequency=1, period=1, periodUnit="d")))


def test_medicines_that_are_told_elsewhere_are_named() -> None:
    given = {"resourceType": "MedicationAdministration", "medicationCodeableConcept": {"text": "morphine"}}
    assert "MedicationAdministration" in found(LOW, given).left_out[0]


def doses(*dosages: dict, medicine: dict | None = None) -> tuple:
    said = order(medicine=medicine) | {"dosageInstruction": list(dosages)}
    return tuple(phase.doses_mg for phase in ob.read_case(read(said)).therapy.regimen.phases)


def several(*quantities: dict) -> dict:
    return {"doseAndRate": [{"doseQuantity": each} for each in quantities], "timing": {"repeat": THRICE}}


def test_doses_as_record_systems_write_them() -> None:
    ten = (10, 10, 10)
    mg, tablet = {"value": 10, "unit": "mg"}, {"value": 1, "unit": "tablet", "system": SNOMED, "code": "428673006"}
    assert doses(several(mg, tablet, mg)) == (ten,)
    assert doses(several({"value": 1, "unit": "Tablet(s)"})) == (ten,)
    assert doses(dose(10, frequency=1, period=0.5, periodUnit="d")) == ((10, 10),)
    assert doses(several(tablet), medicine={"text": "Baclofen 2,5 mg Tabletten"}) == ((2.5, 2.5, 2.5),)
    assert doses({"text": "10 mg TID", **dose(10, **THRICE)}) == (ten,)


@pytest.mark.parametrize(
    ("dosage", "words"),
    [
        (several({"value": 10, "unit": "mg"}, {"value": 20, "unit": "mg"}), "10 mg and 20 mg"),
        (dose(10, frequency=1, period=1.5, periodUnit="d"), "whole number of days"),
        (dose(10, frequency=1, period=4.5, periodUnit="h"), "whole number of hours"),
        (dose(10, frequency=1, period=1e308, periodUnit="wk"), "whole number of days"),
        (dose(10, **THRICE, when=["HS"]), "3 doses a day"),
        (dose(10, **THRICE, timeOfDay=["08:00:00"]), "3 doses a day"),
        ({"text": "20 mg TID", **dose(2, **THRICE)}, "text says"),
        ({"text": "10 mg TID for 3 d, then 40 mg TID", **dose(10, **THRICE)}, "text says"),
        (dose(10, **THRICE, boundsPeriod={"end": "2026-12-01"}), "no start"),
        ({"route": concept(SNOMED, "47625008", "Intravenous route"), **dose(10, **THRICE)}, "route"),
        ({"route": concept("http://standardterms.edqm.eu", "20042000"), **dose(0.05, **THRICE)}, "route"),
    ],
)
def test_a_dose_that_could_be_read_as_another_is_refused(dosage: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        doses(dosage)


def test_steps_with_a_gap_between_them_are_refused() -> None:
    first = {"sequence": 1, **dose(5, **THRICE, boundsPeriod={"start": "2026-11-22", "end": "2026-11-24"})}
    with pytest.raises(InputError, match="begins on"):
        doses(first, {"sequence": 2, **dose(10, **THRICE, boundsPeriod={"start": "2026-12-24"})})
    assert len(doses(first, {"sequence": 2, **dose(10, **THRICE, boundsPeriod={"start": "2026-11-25"})})) == 2


def test_a_product_for_the_spinal_fluid_is_never_one_by_mouth() -> None:
    syringe = concept(RXNORM, "1047437")
    with pytest.raises(InputError, match="intrathecal"):
        doses(dose(0.05, **THRICE), medicine=syringe)
    for given, programme in (
        (
            {"rateRatio": {"numerator": {"value": 240, "unit": "ug"}, "denominator": {"value": 24, "unit": "h"}}},
            "240 ug/d continuous",
        ),
        ({"doseQuantity": {"value": 50, "unit": "ug"}}, "50 ug once"),
    ):
        said = order(medicine=syringe) | {"dosageInstruction": [{"doseAndRate": [given], "timing": {"repeat": {"count": 1}}}]}
        assert read(said)["therapy"] == {"route": "intrathecal", "programme": programme}


def test_a_route_by_feeding_tube_or_in_words_is_by_mouth() -> None:
    for route in ({"text": "Oral"}, {"text": "PO"}, concept(SNOMED, "127490009", "Gastrostomy route"), {"text": "peroral"}):
        assert doses({"route": route, **dose(10, **THRICE)}) == ((10, 10, 10),)
    with pytest.raises(InputError, match="route"):
        doses({"route": {"text": "parenteral"}, **dose(10, **THRICE)})


@pytest.mark.parametrize(("value", "unit"), [(90, "mg/dL"), (0, "mg/dL"), (float("nan"), "mg/dL"), (1e9, "umol/L")])
def test_an_impossible_value_is_named_and_spoils_nothing_else(value: float, unit: str) -> None:
    held = found(
        LOW,
        allergy({"text": "baclofen"}),
        observed(*FINE),
        observed("2160-0", value, unit, NOW),
        observed("29463-7", 62000, "kg"),
    )
    assert "CI-HYPERSENS" in rules(held)
    assert "patient.creatinine" in needs(held)
    assert sum("is not used" in said for said in held.left_out) == 2


def test_a_value_is_of_the_day_of_its_issue_where_no_other_is_said() -> None:
    value = {key: held for key, held in observed("2160-0", 4.4, "mg/dL").items() if key != "effectiveDateTime"}
    assert read(value | {"issued": f"{NOW}T08:00:00Z"})["patient"]["kidney"][0]["date"] == NOW
    assert "no date" in found(value).left_out[0]


def test_one_patient_told_in_two_ways_is_refused() -> None:
    twin = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "2020-01-01"}
    with pytest.raises(InputError, match="found 2"):
        found(twin)
    assert found(twin | {"birthDate": "1980-05-02"}, patient={"modifierExtension": []}).case["patient"]["age"] == "46 a"
    assert found(LOW, patient={"modifierExtension": [{"url": "u"}]}).case["patient"]["age"] == "46 a"


def test_a_bundle_that_is_not_whole_says_so() -> None:
    page = bundle(LOW) | {"link": [{"relation": "next", "url": "https://ehr/page2"}]}
    assert "page" in case_from_bundle(page, TODAY).left_out[0]
    assert "looked up" in found(LOW, {"resourceType": "OperationOutcome", "issue": []}).left_out[0]


def test_a_status_that_nobody_knows_hides_nothing() -> None:
    odd = requested({"medicationCodeableConcept": {"text": "oxycodone"}}, "in-progress")
    assert "INT-OPIOID" in rules(found(LOW, odd))
    assert "'in-progress'" in found(LOW, odd).left_out[0]
    assert "INT-OPIOID" in rules(found(LOW, odd | {"status": "ACTIVE"}))
    assert found(LOW, odd | {"status": "Stopped"}).case["patient"]["medicines"] == []
    assert read(observed("2160-0", 4.4, "mg/dL", status="FINAL"))["patient"]["kidney"]


def test_what_is_measured_together_is_read_apart() -> None:
    part = {"code": concept(LOINC, "2160-0"), "valueQuantity": {"value": 4.4, "unit": "mg/dL"}}
    panel = {"resourceType": "Observation", "code": {"text": "BMP"}, "effectiveDateTime": NOW, "component": [part]}
    assert read(panel)["patient"]["kidney"] == [{"date": NOW, "creatinine": "4.4 mg/dL"}]


@pytest.mark.parametrize("unit", ["mL/min/1.73m*2", "mL/min/1.73m^2", "mL/min/1.73_m2", "ml/min/1.73 m2", UCUM_GFR])
def test_filtration_is_read_in_the_units_of_laboratories(unit: str) -> None:
    assert "RENAL-AJKD-LT30" in rules(found(LOW, observed("33914-3", 12, unit)))


def test_a_bundle_that_says_two_things_of_one_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bundle.json"
    file.write_text('{"resourceType": "Bundle", "entry": [], "entry": []}')
    with pytest.raises(InputError, match="'entry' stands twice"):
        read_bundle(str(file))


def test_the_codes_that_are_asked_for_are_those_that_are_read() -> None:
    weight = observed("3141-9", 40, "kg")
    assert read(weight)["patient"]["weight"] == "40 kg"
    assert LOINC in weight["code"]["coding"][0]["system"]
