"""The service's own description goes in; calls made from it, and answers held against it, come out."""

from __future__ import annotations

import json

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from tests.service.calls import Server

from openbaclofen.apps.web.app import inner
from openbaclofen.apps.web.openapi import description
from openbaclofen.apps.web.settings import Settings

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
    negative_data_rejection,
]


schema = schemathesis.openapi.from_dict(json.loads(description(inner(Settings()), "0")))


@schema.parametrize()
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_call_made_from_the_description_fails(case: Case, served: Server) -> None:
    case.call_and_validate(base_url=served.url, timeout=300, checks=CHECKS)


def test_the_description_names_every_route(served: Server) -> None:
    with served.client() as client:
        found = client.get("/openapi.json").json()
    assert found["openapi"].startswith("3.1")
    paths = ("check", "plan", "pump", "simulate", "course", "why", "words", "case/read", "case/write", "jobs")
    assert {f"/v1/{path}" for path in paths} | {"/health", "/cds-services"} <= set(found["paths"])
    for path, methods in found["paths"].items():
        for method in methods.values():
            assert method["summary"] or path
            assert all("$ref" in str(r) for s, r in method["responses"].items() if int(s) >= 400)
