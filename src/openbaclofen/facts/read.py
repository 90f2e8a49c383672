"""The bytes of one knowledge file go in; checked records, or every fault with file, record and key, come out."""

from __future__ import annotations

import csv
import io
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from openbaclofen.facts.schema import Strict
from openbaclofen.facts.sections import Section, section_of


class Faults(list[str]):
    """What is wrong, one line a fault, each beginning with the file."""


def read_file(name: str, text: bytes, faults: Faults) -> tuple[Section, list[Strict]] | None:
    """Read one file. Faults are added to the list; None where the file belongs to no section."""
    section = section_of(name)
    if section is None:
        faults.append(f"{name}: no section of the knowledge base is kept in this file")
        return None
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        faults.append(f"{name}: not UTF-8 ({error})")
        return None
    raw = _csv_rows(name, section, decoded, faults) if name.endswith(".csv") else _yaml_rows(name, decoded, faults)
    records = [_record(name, section, row, strict=name.endswith(".yaml"), faults=faults) for row in raw]
    return section, [r for r in records if r is not None]


def _yaml_rows(name: str, text: str, faults: Faults) -> list[dict[str, Any]]:
    try:
        rows = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        faults.append(f"{name}: {' '.join(str(error).split())}")
        return []
    if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        faults.append(f"{name}: a list of records is expected")
        return []
    return rows


def _csv_rows(name: str, section: Section, text: str, faults: Faults) -> list[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="more values than columns", strict=True)
    try:
        columns = reader.fieldnames or []
        faults.extend(f"{name}: the header: {c}: no such column" for c in columns if c not in section.record.model_fields)
        faults.extend(f"{name}: the header: {c}: given twice" for c in set(columns) if columns.count(c) > 1)
        lists = {c for c, field in section.record.model_fields.items() if field.annotation == list[str]}
        return [{k: v.split("; ") if k in lists else v for k, v in row.items() if v not in ("", None)} for row in reader]
    except csv.Error as error:
        faults.append(f"{name}: line {reader.line_num}: {error}")
        return []


def _record(name: str, section: Section, row: dict[str, Any], strict: bool, faults: Faults) -> Strict | None:
    try:
        return section.record.model_validate(row, strict=strict)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            key = ".".join(str(part) for part in fault["loc"]) or "the record"
            faults.append(f"{name}: {section.id_of(row) or 'a record without a name'}: {key}: {fault['msg']}")
        return None
