"""Names of documents go in; their places in the OpenAPI description, and the description as a whole, come out."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from openbaclofen.apps.web.problems import MEDIA
from openbaclofen.decide.pump_records import PumpPlan
from openbaclofen.decide.records import Plan
from openbaclofen.facts.search import WhyAnswer
from openbaclofen.report.as_json import name_of
from openbaclofen.report.course_record import CourseDocument
from openbaclofen.safety.verdict import Verdict

DOCUMENTS: dict[str, Any] = {"plan": Plan, "verdict": Verdict, "pump": PumpPlan, "course": CourseDocument, "why": WhyAnswer}
DESCRIPTION = "Decision support for professionals; no plan is an order. Nothing of a case is kept."
TEXTS = {"type": "array", "items": {"type": "string"}}
NUMBERS = {"type": "array", "items": {"type": "number"}}
SAID = {
    400: "bad request",
    404: "not found",
    406: "not acceptable",
    413: "too large",
    415: "not JSON",
    422: "cannot be read, or over a limit",
}
LATER = {401: "not known", 412: "data are missing", 500: "a fault", 503: "busy", 504: "took too long"}


def _record(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


TEXT, NUMBER = {"type": "string"}, {"type": "number"}
CURVE = _record(**dict.fromkeys(("median", "p5", "p25", "p75", "p95", "low", "high"), NUMBERS))
QUANTITY = _record(unit=TEXT, grade=TEXT)
RECORDS: dict[str, Any] = {
    "Problem": _record(
        type=TEXT,
        title=TEXT,
        status={"type": "integer"},
        detail=TEXT,
        errors=_list(_record(where=TEXT, said=TEXT, expected=TEXT)),
        request_id=TEXT,
    ),
    "Health": _record(
        status={"enum": ["warming", "ready", "failing"]},
        version=TEXT,
        knowledge=TEXT,
        workers=_list(_record(state={"enum": ["starting", "idle", "busy"]}, warmed={"type": "boolean"})),
        waiting={"type": "integer"},
        feedback={"type": "object", "additionalProperties": {"type": "integer"}},
    ),
    "Words": {
        **_record(
            schema={"const": "openbaclofen/words/1"}, conditions=_list(_record(key=TEXT, title=TEXT, words=TEXTS, origin=TEXT))
        ),
        "additionalProperties": True,
    },
    "Curves": _record(
        schema={"const": "openbaclofen/curves/1"},
        version=TEXT,
        knowledge=TEXT,
        people={"type": "integer"},
        seed={"type": "integer"},
        time_h=NUMBERS,
        quantities={"type": "object", "additionalProperties": QUANTITY},
        regimens=_list(
            _record(
                sig=TEXT,
                dose_time_h=NUMBERS,
                dose_mg=NUMBERS,
                curves={"type": "object", "additionalProperties": CURVE},
                said=TEXTS,
            )
        ),
        facts=TEXTS,
        server_ms=NUMBER,
    ),
    "Job": {
        **_record(
            id=TEXT,
            command=TEXT,
            state={"enum": ["queued", "running", "done", "failed", "cancelled"]},
            progress=_record(share=NUMBER, basis=TEXT),
            elapsed_s=NUMBER,
        ),
        "additionalProperties": True,
    },
    "Services": _record(services=_list(_record(hook=TEXT, id=TEXT, title=TEXT, description=TEXT, prefetch={"type": "object"}))),
    "Cards": _record(
        cards=_list(_record(uuid=TEXT, summary={**TEXT, "maxLength": 139}, indicator=TEXT, source=_record(label=TEXT)))
    ),
    "Thanks": {"type": "object"},
    "CaseBody": _record(case={"type": "object"}),
    "TextBody": _record(text=TEXT),
}


def answer(name: str, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """The response that holds a document."""
    return {status: {"description": name, "content": {"application/json": {"schema": _at(name)}}}}


def document_of(name: str) -> dict[int | str, dict[str, Any]]:
    """The response that holds a document, or a page to file."""
    found = answer(name)
    found[200]["content"] |= {"text/html": {"schema": TEXT}, "application/pdf": {"schema": {**TEXT, "format": "binary"}}}
    return found


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The responses that hold a problem."""
    said = SAID | LATER
    return {s: {"description": said[s], "content": {MEDIA: {"schema": _at("Problem")}}} for s in statuses}


def description(app: FastAPI, version: str) -> bytes:
    """The OpenAPI 3.1 description, encoded."""
    made = get_openapi(title="openbaclofen", version=version, description=DESCRIPTION, routes=app.routes)
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return json.dumps({**made, "components": {"schemas": {**schemas, **_schemas()}}}, allow_nan=False).encode()


def _at(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{_component(name)}"}


def _component(name: str) -> str:
    return (
        f"{name.capitalize()}Document" if name in DOCUMENTS else f"{name}Answer" if name in ("CaseBody", "TextBody") else name
    )


@lru_cache(maxsize=1)
def _schemas() -> dict[str, Any]:
    """Every component by its name."""
    found = {_component(name): shape for name, shape in RECORDS.items()}
    for name, record in DOCUMENTS.items():
        own = TypeAdapter(record).json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
        found |= own.pop("$defs", {})
        own["properties"] = {"schema": {"const": name_of(name)}, **own["properties"]}
        found[_component(name)] = {**own, "required": ["schema", *own.get("required", [])]}
    return found
