"""A record goes in; a JSON document of a documented, versioned schema comes out."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from openbaclofen.facts.schema import Strict

VERSION = 1


def name_of(kind: str) -> str:
    """The schema name that stands in every document: 'openbaclofen/plan/1'."""
    return f"openbaclofen/{kind}/{VERSION}"


def plain(value: object) -> Any:
    """Records, tuples, dates and sets as JSON values; a number that is not finite becomes null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Strict):
        return plain(value.model_dump(by_alias=True))
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(v) for v in value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def document(kind: str, record: object) -> dict[str, Any]:
    """The record under its schema name."""
    return {"schema": name_of(kind), **plain(record)}


def text(kind: str, record: object) -> str:
    """The document as indented JSON; the same record gives the same bytes."""
    return json.dumps(document(kind, record), indent=2, ensure_ascii=False, allow_nan=False)
