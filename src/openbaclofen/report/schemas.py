"""The name of a document goes in; the JSON Schema of what `--json` prints comes out, made from the records themselves."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from openbaclofen.decide.pump_records import PumpPlan
from openbaclofen.decide.records import Plan
from openbaclofen.errors import InputError
from openbaclofen.facts.search import WhyAnswer
from openbaclofen.infer.validate_tables import Tables
from openbaclofen.report.as_json import name_of
from openbaclofen.report.claims_text import ClaimAtWork
from openbaclofen.report.course_record import CourseDocument
from openbaclofen.report.dose_response import DoseResponse
from openbaclofen.report.ways_down_record import StopDocument
from openbaclofen.safety.verdict import Verdict


def schema(kind: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of a document. Errors: InputError where there is no such document."""
    records: dict[str, Any] = {
        "plan": Plan,
        "pump": PumpPlan,
        "verdict": Verdict,
        "course": CourseDocument,
        "why": WhyAnswer,
        "claims": None,
        "validation": Tables,
        "doses": DoseResponse,
        "stop": StopDocument,
    }
    if kind not in records:
        raise InputError(f"no document is called {kind!r}; there are {', '.join(records)}")
    body = TypeAdapter(records[kind]).json_schema(mode="serialization") if records[kind] else _claims()
    body["properties"] = {"schema": {"const": name_of(kind)}, **body["properties"]}
    body["required"] = ["schema", *body.get("required", [])]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"openbaclofen {kind}", **body}


def _claims() -> dict[str, Any]:
    inner = TypeAdapter(list[ClaimAtWork]).json_schema(mode="serialization")
    definitions = inner.pop("$defs", {})
    return {"type": "object", "properties": {"claims": inner}, "required": ["claims"], "$defs": definitions}


def text(kind: str) -> str:
    """The schema as indented JSON."""
    return json.dumps(schema(kind), indent=2, ensure_ascii=False)
