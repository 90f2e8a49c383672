"""A case file's text goes in and its mapping comes out, or the other way round; either way it can be read as a case."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML

from openbaclofen.case.read import read_case
from openbaclofen.case.source import Node, read_source

Source = Mapping[str, Any] | bytes
WIDTH = 120


def source_of(text: str) -> bytes:
    """The bytes of a text that a caller sent. A text as such might be taken for the name of a file; bytes never are."""
    return text.encode("utf-8", "surrogatepass")


def as_mapping(source: Source) -> dict[str, Any]:
    """What a source states, texts only. Errors: InputError where it is no mapping."""
    found = _plain(read_source(source))
    return found if isinstance(found, dict) else {}


def read(text: str) -> dict[str, Any]:
    """The mapping of a case file's text. Errors: InputError where it is no case."""
    read_case(source_of(text))
    return as_mapping(source_of(text))


def write(case: Mapping[str, Any]) -> str:
    """A case file for a mapping. Errors: InputError where it is no case."""
    read_case(case)
    yaml, out = YAML(pure=True), io.StringIO()
    yaml.width = WIDTH
    yaml.dump(as_mapping(case), out)
    text = out.getvalue()
    read_case(source_of(text))
    return text


def _plain(node: Node) -> Any:
    """The values of a tree; what is not stated is left out."""
    if isinstance(node.value, dict):
        return {key: _plain(value) for key, value in node.value.items() if value.value is not None}
    if isinstance(node.value, tuple):
        return [_plain(item) for item in node.value if item.value is not None]
    return node.value
