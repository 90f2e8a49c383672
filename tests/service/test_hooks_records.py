"""Calls as record systems make them, with what is missing, renamed or doubled, go in; no danger may pass without a card."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.service.calls import SIGN, bundle, hook, order

from openbaclofen.apps.web.hooks.asked import Asked
from openbaclofen.apps.web.hooks.cards import cards
from openbaclofen.safety.verdict import Verdict

SELECT = "openbaclofen-order-select"
ALLERGY = {"resourceType": "AllergyIntolerance", "id": "a", "code": {"text": "baclofen"}}
FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}


def asked(client: TestClient, body: dict[str, Any], service: str = SIGN, status: int = 200) -> list[dict[str, Any]]:
    answer = client.post(f"/cds-services/{service}", json=body | {"hook": service.removeprefix("openbaclofen-")})
    assert answer.status_code == status, answer.text
    return answer.json().get("cards", [])


def topics(cards: list[dict[str, Any]]) -> list[str]:
    return [card["source"]["topic"]["code"] for card in cards]


def details(cards: list[dict[str, Any]]) -> str:
    return "\n".join(card["detail"] for card in cards)


def without(resource: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in resource.items() if key not in keys}


def another(words: str, name: str = "m1", status: str = "draft") -> dict[str, Any]:
    return order(10, 3, name, status) | {"medicationCodeableConcept": {"text": words}}


def test_what_holds_whatever_the_dose_is_said_before_there_is_one(client: TestClient) -> None:
    chosen = without(order(10, 3), "dosageInstruction")
    assert topics(asked(client, hook(chosen, allergies=bundle(ALLERGY)), SELECT)) == ["CI-HYPERSENS"]
    assert topics(asked(client, hook(chosen, creatinine=8), SELECT)) == ["RENAL-AJKD-LT30"]
    assert topics(asked(client, hook(chosen, allergies=bundle(ALLERGY))))[:2] == ["unread", "CI-HYPERSENS"]
    two = hook(order(5, 3), order(10, 1, "d2"), allergies=bundle(ALLERGY))
    assert topics(asked(client, two))[:2] == ["unread", "CI-HYPERSENS"]


@pytest.mark.parametrize("status", ["active", "unknown", None])
def test_an_order_not_yet_signed_is_a_draft_whatever_it_is_called(client: TestClient, status: str | None) -> None:
    said = order(30, 4) | {"status": status} if status else without(order(30, 4), "status")
    found, wanted = asked(client, hook(said)), asked(client, hook(order(30, 4)))
    assert topics(found) == topics(wanted)
    assert found[0]["suggestions"][0]["actions"][0]["type"] == "update"


@pytest.mark.parametrize("prefetch", [{}, {"medications": bundle()}, {"medications": FAILED}])
@pytest.mark.parametrize("status", ["stopped", "on-hold", "completed"])
def test_an_order_that_ends_tells_by_itself_what_was_taken(client: TestClient, status: str, prefetch: dict[str, Any]) -> None:
    body = hook(order(30, 3, "m9", status), **prefetch)
    if not prefetch:
        del body["prefetch"]["medications"]
    assert "TAPER" in topics(asked(client, body))[0]


LOOSE = {"dosageInstruction": [{"text": "per clinic"}]}


@pytest.mark.parametrize("service", [SIGN, SELECT])
def test_a_stop_of_what_cannot_be_read_is_still_a_stop(client: TestClient, service: str) -> None:
    two = (order(10, 3, "a", "active"), order(20, 1, "b", "active"))
    pump = another("Lioresal intrathecal", "p", "active") | LOOSE
    for body, topic in (
        (hook(order(20, 1, "b", "stopped"), order(10, 3, "a", "stopped"), taken=two, creatinine=8), ("TAPER-US", "STOP-CH")),
        (hook(pump | {"status": "stopped"}, taken=(pump,)), ("ITB-ABRUPT",)),
        (hook(pump | {"status": "on-hold"}), ("ITB-ABRUPT",)),
    ):
        found = asked(client, body, service)
        assert topics(found)[-1] in topic
        assert ("unread" in topics(found)) == (service == SIGN)
        assert "suggestions" not in found[-1]
    dead = {"resourceType": "Patient", "id": "p1", "deceasedBoolean": True}
    assert "TAPER" not in str(topics(asked(client, hook(order(5, 3, "a", "stopped"), taken=two, patient=dead), service)))


def test_an_order_not_to_give_is_a_stop_for_who_takes_it_and_nothing_for_who_does_not(client: TestClient) -> None:
    refused = order(30, 3) | {"doNotPerform": True}
    assert "TAPER" in topics(asked(client, hook(refused, taken=(order(30, 3, "m9", "active"),))))[0]
    assert asked(client, hook(refused)) == []
    assert asked(client, hook(order(30, 3, status="cancelled"))) == []


def test_a_lower_dose_under_the_same_id_is_a_fall_from_what_is_taken(client: TestClient) -> None:
    found = asked(client, hook(order(5, 3, "m9"), taken=(order(30, 3, "m9", "active"),)))
    assert "falls from 90 to 15 mg" in details(found)


def test_a_second_order_beside_the_first_is_said(client: TestClient) -> None:
    taken = (order(20, 4, "m9", "active"),)
    assert "doses add up" in details(asked(client, hook(order(20, 4), taken=taken)))
    for replaces in (order(20, 4, "m9"), order(20, 4) | {"priorPrescription": {"reference": "MedicationRequest/m9"}}):
        assert "doses add up" not in details(asked(client, hook(replaces, taken=taken)))


def test_baclofen_of_the_past_is_nothing_another_order_could_meet(client: TestClient) -> None:
    past = (order(10, 3, "m9", "completed"),)
    assert asked(client, hook(another("morphine 10 mg"), taken=past)) == []


@pytest.mark.parametrize("statements", [None, bundle()])
@pytest.mark.parametrize("medications", [FAILED, "not sent"])
def test_statements_alone_do_not_tell_what_is_ordered(client: TestClient, medications: Any, statements: Any) -> None:
    body = hook(order(5, 3), statements=statements, medications=medications)
    if medications == "not sent":
        del body["prefetch"]["medications"]
    assert "patient.medicines" in details(asked(client, body)).replace("\\", "")


def test_two_entries_of_one_id_both_count(client: TestClient) -> None:
    listed = bundle(another("oxycodone 5 mg", "x", "active"), another("paracetamol", "x", "active"))
    assert "INT-OPIOID" in topics(asked(client, hook(order(5, 3), medications=listed)))


@pytest.mark.parametrize(
    "medicine",
    [
        {"medicationCodeableConcept": {"coding": [{"system": "http://fhir.de/CodeSystem/ifa/pzn", "code": "01234567"}]}},
        {"medicationReference": {"reference": "Medication/77"}},
        {},
    ],
)
def test_an_order_nobody_can_name_is_said_not_to_be_checked(client: TestClient, medicine: dict[str, Any]) -> None:
    said = without(order(10, 3), "medicationCodeableConcept") | medicine
    assert topics(asked(client, hook(said))) == ["nameless"]
    assert asked(client, hook(said), SELECT) == []
    assert asked(client, hook(another("amoxicillin"))) == []


def test_the_patient_is_the_one_of_the_context(client: TestClient) -> None:
    other = {"resourceType": "Patient", "id": "p2", "gender": "male", "birthDate": "2020-01-01"}
    asked(client, hook(order(5, 3), patient=other), status=400)
    for drafts in (order(5, 3), another("morphine")):
        body = without(hook(drafts), "prefetch") | {"fhirServer": "https://ehr.example/fhir"}
        asked(client, body, status=412)


def test_an_order_of_another_version_is_refused(client: TestClient) -> None:
    said = without(order(10, 3), "medicationCodeableConcept")
    asked(client, hook(said | {"medication": {"concept": {"text": "baclofen"}}}), status=400)


def test_what_was_not_used_is_said_even_where_nothing_is_open() -> None:
    clean = Verdict("clean", (), (), (), "US", ())
    heard = Asked(None, left_out=("Observation/x: creatinine is not used",), notes=("weight is that of 2026-01-01",))
    (card,) = cards(heard, clean, SIGN.removeprefix("openbaclofen-"), "i", {})
    assert "creatinine is not used" in card["summary"]
    assert cards(Asked(None, notes=heard.notes), clean, SIGN.removeprefix("openbaclofen-"), "i", {}) == []


def test_a_product_for_the_pump_without_a_route_breaks_nothing(client: TestClient) -> None:
    syringe = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1047437"}]}
    assert topics(asked(client, hook(order(10, 3) | {"medicationCodeableConcept": syringe})))[0] == "unread"


def test_no_prefetch_is_no_fault_of_form(client: TestClient) -> None:
    asked(client, hook(order(5, 3)) | {"prefetch": None}, status=412)
