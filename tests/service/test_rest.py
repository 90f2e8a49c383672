"""Requests go in; the documents of the command line, limits and problems come out."""

from __future__ import annotations

import gzip
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tests.service.calls import CASE, PERSON

from openbaclofen import api
from openbaclofen.apps.web.curves import PERCENT, rounded
from openbaclofen.report import as_json

CASE_TEXT = json.dumps(CASE)
RUNS = {"route": "intrathecal", "programme": "250 ug/d continuous", "catheter_tip": "T10", "concentration": "500 ug/mL"}
PUMPED = {**CASE, "therapy": RUNS, "current": {**RUNS, "since": "2026-01-10"}}


def problem(answer: Any, status: int, kind: str) -> dict[str, Any]:
    found = answer.json()
    assert answer.status_code == status, found
    assert answer.headers["content-type"] == "application/problem+json"
    assert found["type"] == f"urn:openbaclofen:problem:{kind}"
    assert found["request_id"] == answer.headers["x-request-id"]
    return found


def test_a_check_is_that_of_the_command_line(client: TestClient) -> None:
    wanted = json.loads(as_json.text("verdict", api.check(api.read_case(CASE))))
    assert client.post("/v1/check", json={"case": CASE}).json() == wanted
    assert client.post("/v1/check", json={"text": CASE_TEXT}).json() == wanted


def test_a_plan_and_its_documents(client: TestClient) -> None:
    asked = {"case": {**CASE, "patient": {**PERSON, "allergies": ["baclofen"]}}, "seed": 3}  # nothing to simulate
    made = client.post("/v1/plan", json=asked)
    assert made.json() == json.loads(as_json.text("plan", api.plan(api.read_case(asked["case"]), seed=3)))
    page = client.post("/v1/plan", json=asked, headers={"Accept": "text/html"})
    assert "<html" in page.text[:200]
    assert "sandbox" in page.headers["content-security-policy"]
    assert client.post("/v1/plan", json=asked, headers={"Accept": "application/pdf"}).content.startswith(b"%PDF-")
    problem(client.post("/v1/plan", json=asked, headers={"Accept": "image/png"}), 406, "not-acceptable")


def test_a_course_for_plots_holds_the_quantiles_of_the_course(client: TestClient) -> None:
    asked = {"people": 101, "days": 2, "every_h": 1, "seed": 2}
    made = client.post("/v1/course", json={"case": CASE, "regimens": ["5 mg TID", "20 mg BID"], **asked}).json()
    for regimen, sig in zip(made["regimens"], ("5 mg TID", "20 mg BID"), strict=True):
        course = api.simulate(api.read_case({**CASE, "therapy": sig}), people=101, seed=2, days=2, every_h=1)
        assert regimen["sig"] == sig
        assert regimen["dose_mg"] == course.dose_mg.tolist()
        for name, values in course.named().items():
            for part, level in PERCENT.items():
                wanted = np.quantile(values, level / 100, axis=0)
                np.testing.assert_allclose(
                    regimen["curves"][name][part], wanted, rtol=1e-3, atol=1e-12, err_msg=f"{name} {part}"
                )
        for part, level in (("low", 0.05), ("high", 0.95)):
            wanted = np.quantile(course.named(ignorance=True)["sedation"], level, axis=0)
            np.testing.assert_allclose(regimen["curves"]["sedation"][part], wanted, rtol=1e-3, atol=1e-12)
    assert made["time_h"] == list(range(49))
    assert list(made["quantities"]) == list(course.named())


def test_a_course_of_the_case_itself_and_of_some_quantities(client: TestClient) -> None:
    asked = {"case": CASE, "people": 20, "days": 1, "quantities": ["sedation"]}
    made = client.post("/v1/course", json=asked).json()
    assert made["regimens"][0]["sig"] == "10 mg TID"
    assert list(made["regimens"][0]["curves"]) == ["sedation"]
    fault = problem(client.post("/v1/course", json={**asked, "quantities": ["mood"]}), 422, "bad-option")
    assert fault["errors"][0]["where"] == "quantities"
    fault = problem(client.post("/v1/course", json={**asked, "regimens": ["5 mg TID", "soup"]}), 422, "bad-case")
    assert fault["errors"][0]["where"] == "regimens[1]"


def test_regimens_by_mouth_can_be_looked_at_for_someone_with_a_pump(client: TestClient) -> None:
    asked = {"people": 20, "days": 1, "regimens": ["5 mg TID"], "quantities": ["plasma_ng_per_ml"]}
    made = client.post("/v1/course", json={"case": PUMPED, **asked}).json()
    assert made["regimens"][0]["sig"] == "5 mg TID, after pump, 250 ug/d continuous"
    liquid = {**CASE, "therapy": {"sig": "10 mg TID", "product": "5 mg/mL suspension"}}
    made = client.post("/v1/course", json={"case": liquid, **asked}).json()
    tablet = client.post("/v1/course", json={"case": CASE, **asked}).json()
    assert made["regimens"][0]["curves"] != tablet["regimens"][0]["curves"]


def test_a_course_of_the_text_of_a_case(client: TestClient) -> None:
    asked = {"people": 20, "days": 1, "regimens": ["5 mg TID"], "quantities": ["sedation"]}
    of_text, of_case = (client.post("/v1/course", json={**of, **asked}).json() for of in ({"text": CASE_TEXT}, {"case": CASE}))
    assert of_text["regimens"] == of_case["regimens"]


def test_four_digits() -> None:
    assert rounded(np.array([0.0, 1234.56, 0.000123456, -9.87654, 123456.0])) == [0.0, 1235.0, 0.0001235, -9.877, 123500.0]


def test_simulate_pump_and_why(client: TestClient) -> None:
    course = client.post("/v1/simulate", json={"case": CASE, "people": 20, "days": 1, "every_h": 1}).json()
    assert course["schema"] == "openbaclofen/course/1"
    assert len(course["time_h"]) == 25
    fault = problem(client.post("/v1/pump", json={"case": CASE}), 422, "bad-case")
    assert "pump" in fault["detail"]
    fault = problem(client.post("/v1/pump", json={"case": PUMPED, "failure": "soup"}), 422, "bad-option")
    assert (fault["errors"][0]["where"], "pump_stall" in fault["detail"]) == ("failure", True)
    made = client.post("/v1/pump", json={"case": PUMPED, "failure": "pump_stall"}).json()
    assert made == json.loads(as_json.text("pump", api.pump(api.read_case(PUMPED), failure="pump_stall")))
    assert [failure["kind"] for failure in made["failures"]] == ["pump_stall"]
    why = client.get("/v1/why", params={"text": "half-life"}).json()
    assert why == json.loads(as_json.text("why", api.why("half-life").to_dict()))


def test_a_case_file_is_read_and_written(client: TestClient) -> None:
    text = client.post("/v1/case/write", json={"case": CASE}).json()["text"]
    assert client.post("/v1/case/read", json={"text": text}).json() == {"case": CASE}
    awkward = {
        **CASE,
        "title": 'no: "12:30" # 010\n- x',
        "patient": {**PERSON, "notes": ["no", "010", "~", "null", "12:30", "ü\u2028"]},
    }
    text = client.post("/v1/case/write", json={"case": awkward}).json()["text"]
    assert client.post("/v1/case/read", json={"text": text}).json() == {"case": awkward}
    fault = problem(client.post("/v1/case/write", json={"case": {"patient": {"age": "6"}}}), 422, "bad-case")
    assert fault["errors"][0]["where"] == "patient.age"


def test_a_text_is_never_the_name_of_a_file(client: TestClient, tmp_path: Any) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(CASE_TEXT)
    for path in ("check", "case/read"):
        fault = problem(client.post(f"/v1/{path}", json={"text": str(file)}), 422, "bad-case")
        assert "expected a mapping" in fault["detail"]


def test_words_hold_what_a_form_offers(client: TestClient) -> None:
    words = client.get("/v1/words").json()
    assert {"key", "title", "words", "origin"} <= set(words["conditions"][0])
    assert {"US", "INT"} <= set(words["regions"])
    assert "plasma_ng_per_ml" in [q["name"] for q in words["quantities"]]
    assert words["bounds"]["weight"]["unit"] == "kg"
    answer = client.post(
        "/v1/check", json={"case": {**CASE, "patient": {**PERSON, "conditions": [c["key"] for c in words["conditions"]][:5]}}}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("path", "extra", "limit"),
    [
        ("simulate", {"people": 10001}, "people"),
        ("simulate", {"people": 10000, "days": 30}, "people x times"),
        ("simulate", {"days": 5000}, "days"),
        ("course", {"people": 9000, "days": 100}, "people x times"),
        ("course", {"regimens": ["5 mg TID"] * 5}, "regimens"),
        ("check", {"case": None, "text": "x" * 100001}, "text"),
    ],
)
def test_a_limit_is_named(client: TestClient, path: str, extra: dict[str, Any], limit: str) -> None:
    body = {key: value for key, value in {"case": CASE, **extra}.items() if value is not None}
    fault = problem(client.post(f"/v1/{path}", json=body), 422, "limit")
    assert fault["errors"][0]["where"] == limit
    assert "at most" in fault["detail"]


def test_an_order_of_years_does_not_slip_past_the_limit(client: TestClient) -> None:
    case = {**CASE, "therapy": "10 mg TID for 1000 d"}
    fault = problem(client.post("/v1/simulate", json={"case": case, "people": 1000}), 422, "limit")
    assert fault["errors"][0]["where"] == "people x times"


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "bad-request", 400),
        (b"[1]", "bad-option", 422),
        (b"", "bad-option", 422),
        (b"{}", "bad-option", 422),
        (b"\xff", "bad-request", 400),
    ],
)
def test_what_is_no_request(client: TestClient, content: bytes, kind: str, status: int) -> None:
    problem(client.post("/v1/check", content=content, headers={"Content-Type": "application/json"}), status, kind)


def test_other_faults_are_problems_too(client: TestClient) -> None:
    problem(client.get("/v1/nothing"), 404, "not-found")
    problem(client.get("/v1/check"), 405, "method")
    problem(
        client.post("/v1/check", content="a=b", headers={"Content-Type": "application/x-www-form-urlencoded"}), 415, "media"
    )
    problem(client.post("/v1/check", content=b"x" * 1000001), 413, "too-large")
    problem(client.post("/v1/check", json={"case": CASE, "text": CASE_TEXT}), 422, "bad-option")
    problem(client.post("/v1/check", json={"case": CASE, "seed": 1}), 422, "bad-option")
    problem(client.get("/v1/why"), 422, "bad-option")


def test_a_body_without_a_length_is_counted(client: TestClient) -> None:
    def parts():
        for _ in range(11):
            yield b"x" * 100000

    problem(client.post("/v1/check", content=parts(), headers={"Content-Type": "application/json"}), 413, "too-large")


def test_where_and_what_was_expected(client: TestClient) -> None:
    fault = problem(client.post("/v1/check", json={"case": {**CASE, "region": "XX"}}), 422, "bad-case")
    assert fault["errors"][0]["where"] == "region"
    assert "US" in fault["errors"][0]["expected"]
    fault = problem(client.post("/v1/check", json={"text": "patient:\n  age: 4\n"}), 422, "bad-case")
    assert fault["errors"][0]["where"] == "line 2: patient.age"


@pytest.mark.parametrize("path", ["/", "/health", "/v1/nothing", "/openapi.json", "/assets/none.js"])
def test_headers_forbid_much(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"X-Request-Id": "abc-1"})
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-request-id"] == "abc-1"
    assert answer.headers["x-openbaclofen-version"] == "0.1.0"
    assert "set-cookie" not in answer.headers
    assert client.get(path, headers={"X-Request-Id": "a b\t"}).headers["x-request-id"] != "a b\t"


def test_the_page_says_how_to_build_it(tmp_path: Any) -> None:
    from openbaclofen.apps.web.app import application
    from openbaclofen.apps.web.settings import Settings

    bare = TestClient(application(Settings(static=tmp_path, warm=False)))
    assert "make serve" in bare.get("/").text
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "a-1.js").write_text("1")
    (tmp_path / "index.html").write_text("built")
    assert bare.get("/").text == "built"
    assert "immutable" in bare.get("/assets/a-1.js").headers["cache-control"]
    assert bare.get("/assets/../index.html").status_code in (200, 404)
    assert bare.get("/assets/%2e%2e/index.html").status_code == 404


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*CASE, *PERSON, "x"]), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(case=st.dictionaries(st.sampled_from([*CASE, "events", "observations", "question", "title"]), json_values, max_size=6))
def test_no_mapping_breaks_a_check(client: TestClient, case: dict[str, Any]) -> None:
    content = json.dumps({"case": {**CASE, **case}})
    answer = client.post("/v1/check", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 400, 422), answer.text


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    text=st.text(st.characters(codec=None), max_size=60)
    | st.binary(max_size=60).map(lambda b: CASE_TEXT[: len(b)] + b.decode("latin-1"))
)
def test_no_text_breaks_reading(client: TestClient, text: str) -> None:
    answer = client.post("/v1/case/read", content=json.dumps({"text": text}), headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 422), answer.text


def test_words_that_mean_nothing_are_no_fault_of_a_case(client: TestClient) -> None:
    found = problem(client.get("/v1/why", params={"text": "zzzzqqq"}), 422, "bad-option")
    assert found["errors"][0]["where"] == "text"


def test_a_balancer_may_ask_for_health_without_a_body(client: TestClient) -> None:
    answer = client.head("/health")
    assert answer.status_code == 200
    assert not answer.content


TWICE = '{"case": {"patient": {"age": "46 a", "allergies": ["baclofen"], "allergies": []}, "therapy": "5 mg TID"}}'


@pytest.mark.parametrize(
    "path", ["/v1/check", "/v1/plan", "/v1/jobs", "/v1/case/write", "/cds-services/openbaclofen-order-sign"]
)
def test_a_key_that_stands_twice_is_refused(client: TestClient, path: str) -> None:
    found = problem(client.post(path, content=TWICE, headers={"Content-Type": "application/json"}), 400, "bad-request")
    assert "'allergies' stands twice" in found["detail"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "not JSON"),
        (b'{"text": "\xff"}', "UTF-8"),
        (gzip.compress(b'{"text": "a"}', mtime=0), "not compressed"),
        (b'{"case": ' + b"[" * 100000 + b"]" * 100000 + b"}", "nested without end"),
        (b'{"case": {"patient": {"age": ' + b"9" * 5000 + b"}}}", "number without end"),
    ],
    ids=("cut off", "another encoding", "compressed", "nested", "long number"),
)
def test_a_body_that_is_no_json_says_why(client: TestClient, body: bytes, words: str) -> None:
    found = problem(client.post("/v1/check", content=body, headers={"Content-Type": "application/json"}), 400, "bad-request")
    assert words in found["detail"]


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"text"', b"1"])
def test_a_body_is_an_object(client: TestClient, body: bytes) -> None:
    found = problem(client.post("/v1/check", content=body, headers={"Content-Type": "application/json"}), 422, "bad-option")
    assert found["detail"] == "expected a JSON object"
