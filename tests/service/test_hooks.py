"""Calls of CDS Hooks 2.0 go in; discovery, cards and refusals of the shape of the specification come out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.testclient import TestClient
from tests.service.calls import SIGN, bundle, hook, order

from openbaclofen import api
from openbaclofen.apps.web.app import application
from openbaclofen.apps.web.hooks.cards import marked, short
from openbaclofen.apps.web.settings import Settings, Trust
from openbaclofen.fhir.read import case_from_bundle

SELECT = "openbaclofen-order-select"
OPIOID = {
    "resourceType": "MedicationRequest",
    "id": "o1",
    "status": "draft",
    "intent": "order",
    "medicationCodeableConcept": {"text": "oxycodone 10 mg"},
    "dosageInstruction": [{"text": "1 tablet BID"}],
}


def called(client: TestClient, body: dict[str, Any], service: str = SIGN) -> list[dict[str, Any]]:
    answer = client.post(f"/cds-services/{service}", json=body)
    assert answer.status_code == 200, answer.text
    for card in answer.json()["cards"]:
        conforms(card)
    return answer.json()["cards"]


def conforms(card: dict[str, Any]) -> None:
    """The card of the specification, 2.0."""
    UUID(card["uuid"])
    assert 0 < len(card["summary"]) < 140
    assert card["indicator"] in ("info", "warning", "critical")
    assert card["source"]["label"]
    assert card["source"].get("url", "https://").startswith(("http://", "https://"))
    assert {"code", "system"} <= set(card["source"]["topic"])
    assert all({"code", "system", "display"} <= set(reason) for reason in card["overrideReasons"])
    if card.get("suggestions"):
        assert card["selectionBehavior"] in ("at-most-one", "any")
    for suggestion in card.get("suggestions", []):
        UUID(suggestion["uuid"])
        assert 0 < len(suggestion["label"]) < 80
        for action in suggestion["actions"]:
            assert action["description"]
            assert ("resource" in action) == (action["type"] in ("create", "update"))
            assert isinstance(action.get("resourceId"), str) == (action["type"] == "delete")
    assert filled(card)


def filled(found: Any) -> bool:
    """Nothing that is sent is null or empty, as the specification demands."""
    within = found.values() if isinstance(found, dict) else found if isinstance(found, list) else []
    return found not in (None, "", [], {}) and all(filled(each) for each in within)


def test_discovery(client: TestClient) -> None:
    services = client.get("/cds-services").json()["services"]
    assert {s["hook"] for s in services} == {"order-select", "order-sign"}
    for service in services:
        assert {"hook", "id", "title", "description", "prefetch"} <= set(service)
        assert service["prefetch"]["patient"] == "Patient/{{context.patientId}}"
        assert "http://loinc.org|2160-0" in service["prefetch"]["observations"]
        assert client.post(f"/cds-services/{service['id']}", json={**hook(), "hook": service["hook"]}).status_code == 200


def test_no_baclofen_no_card(client: TestClient) -> None:
    assert called(client, hook(OPIOID)) == []
    assert called(client, hook()) == []


def test_too_much_is_a_warning_with_a_lower_order_that_stands(client: TestClient) -> None:
    cards = called(client, hook(order(40, 3)))
    card = next(c for c in cards if "80 mg" in c["summary"])
    assert card["indicator"] == "warning"
    action = card["suggestions"][0]["actions"][0]
    assert action["type"] == "update"
    assert action["resource"]["id"] == "d1"
    kept = {k: v for k, v in action["resource"].items() if k != "dosageInstruction"}
    assert kept == {k: v for k, v in order(40, 3).items() if k != "dosageInstruction"}
    again = called(client, hook(action["resource"]))
    assert "warning" not in [c["indicator"] for c in again]


def test_failing_kidneys_are_critical_and_the_order_can_be_taken_away(client: TestClient) -> None:
    card = called(client, hook(order(10, 3), creatinine=3.0))[0]
    assert card["indicator"] == "critical"
    assert card["suggestions"][0]["actions"] == [
        {"type": "delete", "description": "Take this order away", "resourceId": "MedicationRequest/d1"}
    ]


def test_a_stop_is_answered_with_a_taper(client: TestClient) -> None:
    stop, taken = order(20, 3, "m1", "stopped"), order(20, 3, "m1", "active")
    card = called(client, hook(stop, taken=(taken,)))[0]
    assert "abrupt" in card["summary"] or "slowly" in card["summary"]
    create, delete = card["suggestions"][0]["actions"]
    assert (create["type"], delete["type"]) == ("create", "delete")
    resource = create["resource"]
    assert resource["status"] == "draft"
    assert "id" not in resource
    case = api.read_case({**case_from_bundle(bundle(PATIENT, resource)).case, "region": "INT"})
    daily = [phase.daily_mg for phase in case.therapy.regimen.phases]
    assert daily == sorted(daily, reverse=True)
    assert 0 < daily[-1] < daily[0] < 60


PATIENT = hook()["prefetch"]["patient"]


def test_an_opioid_chosen_on_baclofen_is_said_at_once(client: TestClient) -> None:
    body = {**hook(OPIOID, taken=(order(20, 3, "m1", "active"),)), "hook": "order-select"}
    body["context"]["selections"] = ["MedicationRequest/o1"]
    cards = called(client, body, SELECT)
    assert [c["indicator"] for c in cards] == ["warning"]
    assert "oxycodone" in cards[0]["detail"]
    body["context"]["selections"] = ["ServiceRequest/x"]
    assert called(client, body, SELECT) == []


def test_what_cannot_be_told_is_said_and_only_at_signing(client: TestClient) -> None:
    body = hook(order(5, 3), observations=None)
    cards = called(client, body)
    assert any("cannot tell" in c["summary"] and "creatinine" in c["detail"] for c in cards)
    assert not any("cannot tell" in c["summary"] for c in called(client, {**body, "hook": "order-select"}, SELECT))


def pointing(request: dict[str, Any], address: str) -> dict[str, Any]:
    """The same order, which points to its medicine."""
    kept = {key: value for key, value in request.items() if key != "medicationCodeableConcept"}
    return {**kept, "medicationReference": {"reference": address}}


@pytest.mark.parametrize("address", ["urn:uuid:0d7b2f6c-1f0c-4a43-8a39-0a0f2c5b8d11", "https://ehr.example/fhir/Medication/7"])
def test_a_medicine_is_found_under_the_address_of_its_entry(client: TestClient, address: str) -> None:
    medicine = {"resourceType": "Medication", "id": "other", "code": {"text": "oxycodone 10 mg"}}
    taken = bundle({**pointing(OPIOID, address), "status": "active"}, medicine)
    taken["entry"][1]["fullUrl"] = address
    said = "".join(c["detail"] for c in called(client, hook(order(5, 3), medications=taken)))
    assert "oxycodone" in said
    draft = hook(pointing(order(40, 3), address))
    entries = draft["context"]["draftOrders"]["entry"]
    entries.append({"fullUrl": address, "resource": {**medicine, "code": {"text": "baclofen 10 mg tablet"}}})
    assert any("80 mg" in c["summary"] for c in called(client, draft))


def test_what_is_sent_twice_counts_once(client: TestClient) -> None:
    body = hook(order(5, 3), taken=(OPIOID, OPIOID))
    assert called(client, body) == called(client, hook(order(5, 3), taken=(OPIOID,)))


ERROR = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "forbidden"}]}
WARNING = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "informational"}]}


@pytest.mark.parametrize(
    ("allergies", "known"),
    [
        (None, True),
        (bundle(), True),
        (bundle(WARNING), True),
        (ERROR, False),
        (bundle(ERROR), False),
        ({**ERROR, "issue": 3}, False),
    ],
)
def test_none_found_is_not_the_same_as_could_not_look(client: TestClient, allergies: Any, known: bool) -> None:
    open_ones = [c for c in called(client, hook(order(5, 3), allergies=allergies)) if "cannot tell" in c["summary"]]
    assert any("allergies" in c["detail"] for c in open_ones) != known


def test_a_list_of_which_only_a_page_was_sent_is_not_taken_as_whole(client: TestClient) -> None:
    page = {**bundle(), "link": [{"relation": "next", "url": "https://ehr.example/fhir?page=2"}]}
    whole, first = (called(client, hook(order(5, 3), medications=sent)) for sent in (bundle(), page))
    assert not any("the rest of medications" in c["summary"] + c["detail"] for c in whole)
    assert any("the rest of medications" in c["summary"] + c["detail"] for c in first)


def test_an_order_that_cannot_be_read_is_said(client: TestClient) -> None:
    unread = {**order(5, 3), "dosageInstruction": [{"text": "as told"}]}
    assert "not checked" in called(client, hook(unread))[0]["summary"]


def test_the_same_call_gives_the_same_cards(client: TestClient) -> None:
    assert called(client, hook(order(40, 3))) == called(client, hook(order(40, 3)))
    other = {**hook(order(40, 3)), "hookInstance": "another"}
    assert called(client, other)[0]["uuid"] != called(client, hook(order(40, 3)))[0]["uuid"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"prefetch": {}}, 412),
        ({"prefetch": {"patient": None}}, 412),
        ({"hook": "patient-view"}, 400),
        ({"context": {"userId": "x"}}, 422),
        ({"hookInstance": None}, 422),
        ({"prefetch": {"patient": "x"}}, 400),
        ({"context": {"userId": "x", "patientId": "y", "draftOrders": {"resourceType": "Bundle", "entry": [1]}}}, 400),
    ],
)
def test_what_is_refused(client: TestClient, change: dict[str, Any], status: int) -> None:
    answer = client.post(f"/cds-services/{SIGN}", json={**hook(order(5, 3)), **change})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_service_that_is_not_there(client: TestClient) -> None:
    assert client.post("/cds-services/other", json=hook()).status_code == 404
    assert client.post("/cds-services/other/feedback", json=FEEDBACK).status_code == 404


FEEDBACK = {
    "feedback": [
        {
            "card": "9368d37b-283f-44a0-93ea-547cebab93ed",
            "outcome": "overridden",
            "overrideReason": {
                "reason": {"code": "reviewed", "system": "urn:openbaclofen:override"},
                "userComment": "X agrees",
            },
            "outcomeTimestamp": "2026-11-22T10:00:00Z",
        },
        {"card": "y", "outcome": "accepted", "acceptedSuggestions": [{"id": "z"}], "outcomeTimestamp": "2026-11-22T10:00:00Z"},
    ]
}


def test_feedback_is_counted_and_its_words_forgotten(client: TestClient) -> None:
    before = client.get("/health").json()["feedback"]
    assert client.post(f"/cds-services/{SIGN}/feedback", json=FEEDBACK).status_code == 200
    after = client.get("/health").json()["feedback"]
    assert after["overridden: reviewed"] == before.get("overridden: reviewed", 0) + 1
    assert after["accepted"] == before.get("accepted", 0) + 1
    assert "agrees" not in json.dumps(after)
    assert client.post(f"/cds-services/{SIGN}/feedback", json={"feedback": []}).status_code == 422


def test_text_of_a_patient_is_no_markup(client: TestClient) -> None:
    evil = {**OPIOID, "medicationCodeableConcept": {"text": "morphine [x](https://evil) <img src=1> **b**"}}
    cards = called(client, hook(order(5, 3), evil))
    said = "\n".join(c["detail"] for c in cards)
    assert "morphine" in said
    assert "[x](" not in said
    assert " <img" not in said
    assert marked("a*b[c](d)<e>") == r"a\*b\[c\]\(d\)\<e\>"


def test_a_summary_is_cut_between_words() -> None:
    assert short("one two three", 9) == "one two…"
    assert short("one two", 9) == "one two"
    assert len(short("x" * 200, 139)) == 139


KEYS = ["resourceType", "entry", "resource", "status", "id", "code", "coding", "text"]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_no_resource_breaks_a_call(client: TestClient, data: st.DataObject) -> None:
    body = hook(order(5, 3), taken=(order(5, 3, "m1", "active"),))
    where = data.draw(st.sampled_from([*body["prefetch"], "draftOrders", "order", "patient"]))
    value = data.draw(values)
    if where == "draftOrders":
        body["context"]["draftOrders"] = value
    elif where == "order":
        key = data.draw(st.sampled_from(list(order(5, 3))))
        body["context"]["draftOrders"]["entry"][0]["resource"][key] = value
    else:
        body["prefetch"][where] = value
    assert client.post(f"/cds-services/{SIGN}", json=body).status_code in (200, 400, 412, 422)


AUDIENCE = "https://hospital.example/baclofen"
ISSUER = "https://ehr.example"
EC, OTHER = ec.generate_private_key(ec.SECP384R1()), ec.generate_private_key(ec.SECP384R1())
RSA = rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A service that lets in one record system with two keys."""
    file: Path = tmp_path_factory.mktemp("keys") / "jwks.json"
    keys = [
        json.loads(ECAlgorithm.to_jwk(EC.public_key())) | {"kid": "e", "alg": "ES384"},
        json.loads(RSAAlgorithm.to_jwk(RSA.public_key())) | {"kid": "r", "alg": "RS384"},
    ]
    file.write_text(json.dumps({"keys": keys}))
    trust = Trust((ISSUER,), file, AUDIENCE)
    return TestClient(application(Settings(trust=trust, origins=("https://sandbox.example",), warm=False)))


def token(key: Any = EC, algorithm: str = "ES384", kid: str = "e", **changes: Any) -> str:
    now = int(time.time())
    here = f"{AUDIENCE}/cds-services/{SIGN}"
    said = {"iss": ISSUER, "aud": here, "iat": now, "exp": now + 200, "jti": f"{time.monotonic_ns()}"}
    claims = {k: v for k, v in {**said, **changes}.items() if v is not None}
    return jwt.encode(claims, key, algorithm, headers={"kid": kid})


def with_token(client: TestClient, said: str) -> int:
    answer = client.post(f"/cds-services/{SIGN}", json=hook(), headers={"Authorization": f"Bearer {said}"})
    assert (answer.headers.get("www-authenticate") == "Bearer") == (answer.status_code == 401)
    return answer.status_code


def test_a_token_of_a_known_system_is_let_in_once(guarded: TestClient) -> None:
    good = token()
    assert with_token(guarded, good) == 200
    assert with_token(guarded, good) == 401
    assert with_token(guarded, token(RSA, "RS384", "r")) == 200
    assert with_token(guarded, token(aud=AUDIENCE)) == 200
    assert guarded.get("/cds-services").status_code == 200


@pytest.mark.parametrize(
    "bad",
    [
        lambda: token(OTHER),
        lambda: token(iss="https://other.example"),
        lambda: token(aud="https://other.example"),
        lambda: token(exp=int(time.time()) - 100),
        lambda: token(exp=int(time.time()) + 4000),
        lambda: token(exp=str(int(time.time()) + 4000)),
        lambda: token(iat=int(time.time()) + 1000, exp=int(time.time()) + 1100),
        *(lambda name=name: token(**{name: None}) for name in ("iss", "aud", "exp", "iat", "jti")),
        lambda: token(kid="x"),
        lambda: token(RSA, "RS256", "r"),
        lambda: jwt.encode({"iss": ISSUER}, None, "none", headers={"kid": "e"}),
        lambda: "x.y.z",
        lambda: "",
    ],
)
def test_any_other_token_is_refused(guarded: TestClient, bad: Callable[[], str]) -> None:
    assert with_token(guarded, bad()) == 401


def test_without_a_token(guarded: TestClient) -> None:
    assert guarded.post(f"/cds-services/{SIGN}", json=hook()).status_code == 401
    assert guarded.post(f"/cds-services/{SIGN}/feedback", json=FEEDBACK).status_code == 401


def test_only_pages_that_are_named_may_call_and_only_the_hooks(guarded: TestClient, client: TestClient) -> None:
    asks = {"Origin": "https://sandbox.example", "Access-Control-Request-Method": "POST"}
    answer = guarded.options(f"/cds-services/{SIGN}", headers=asks)
    assert answer.headers["access-control-allow-origin"] == "https://sandbox.example"
    tells = {**asks, "Access-Control-Request-Headers": "authorization,content-type"}
    for path in ("/cds-services", f"/cds-services/{SIGN}", f"/cds-services/{SIGN}/feedback"):
        answer = guarded.options(path, headers=tells)
        assert answer.status_code == 200
        assert "authorization" in answer.headers["access-control-allow-headers"]
    refused = guarded.post(f"/cds-services/{SIGN}", json=hook(), headers={"Origin": "https://sandbox.example"})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "https://sandbox.example"
    assert (
        "access-control-allow-origin"
        not in guarded.options(f"/cds-services/{SIGN}", headers={**asks, "Origin": "https://x"}).headers
    )
    assert "access-control-allow-origin" not in guarded.options("/v1/check", headers=asks).headers
    assert "access-control-allow-origin" not in client.options(f"/cds-services/{SIGN}", headers=asks).headers
