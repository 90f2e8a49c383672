"""A file, a text or a mapping goes in; a tree of plain values that know their line and path comes out.

YAML 1.2 (JSON is a part of it), read event by event: every scalar stays the text that was written (`no`, `010` and `12:30`
are never turned into something else), and anchors, tags, repeated keys and deep nesting are refused.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from openbaclofen.errors import InputError

LARGEST_BYTES = 1000 * 1000
DEEPEST = 10
MOST_VALUES = 10 * 1000
_EMPTY = "empty; expected a case that begins with 'patient:'"
_PLAIN = re.compile(r"[\w -]{1,30}", re.ASCII)
_NULL = ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True)
class Node:
    """A value of a case: None (not stated), a text, a list or a mapping. file, line and path say where it stands."""

    value: str | tuple[Node, ...] | dict[str, Node] | None
    path: str = ""
    file: str = ""
    line: int | None = None

    @property
    def where(self) -> str:
        """'case.yaml:3: patient.weight', as far as it is known."""
        line = (f":{self.line}" if self.file else f"line {self.line}") if self.line else ""
        place = self.file + line
        return ": ".join(part for part in (place, self.path) if part)

    def error(self, said: str) -> InputError:
        """An error at this place."""
        return InputError(said, self.where or None)


def read_source(source: object) -> Node:
    """The tree of a path, a YAML or JSON text, or a mapping. Errors: InputError."""
    if isinstance(source, Mapping):
        return _Count().plain(source, "", 0)
    if isinstance(source, bytes):
        return _parse(_decoded(source, ""), "")
    if isinstance(source, str) and not _is_path(source):
        return _parse(source, "")
    if isinstance(source, str | os.PathLike):
        return _read_file(Path(os.fsdecode(source)))
    raise InputError(f"a case is a file, a text or a mapping, not {type(source).__name__}")


def _is_path(text: str) -> bool:
    """Whether a text names a file: one line, and not YAML or JSON itself."""
    stripped = text.strip()
    return bool(stripped) and not (
        "\n" in text or "\0" in text or stripped.startswith(("{", "[", "#", "---")) or ": " in text or stripped.endswith(":")
    )


def _read_file(path: Path) -> Node:
    name = str(path)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", name) from error
    return _parse(_decoded(data, name), name)


def _decoded(data: bytes, name: str) -> str:
    if len(data) > LARGEST_BYTES:
        raise InputError(f"larger than {LARGEST_BYTES} bytes, which no case is", name or None)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"not a text in UTF-8 (byte {error.start})", f"{name}:{line}" if name else f"line {line}") from error


def _parse(text: str, name: str) -> Node:
    if len(text) > LARGEST_BYTES:
        raise InputError(f"larger than {LARGEST_BYTES} characters, which no case is", name or None)
    if not text.strip():
        raise InputError(_EMPTY, name or None)
    try:
        return _Tree(YAML(typ="safe", pure=True).parse(text), name).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(str(part) for part in (error.context, error.problem) if part)
        raise Node(None, "", name, mark.line + 1 if mark else None).error(f"not YAML: {said}") from error
    except (YAMLError, ValueError, OverflowError) as error:  # characters no text may hold, escapes out of range
        if isinstance(error, InputError):
            raise
        raise InputError(f"not YAML: {' '.join(str(error).split())}", name or None) from error


class _Count:
    """Counts values, so that no input grows without end."""

    def __init__(self) -> None:
        self.values = 0

    def node(self, value: Any, path: str, depth: int, file: str = "", line: int | None = None) -> Node:
        node = Node(value, path, file, line)
        self.values += 1
        if depth > DEEPEST:
            raise node.error(f"nested more than {DEEPEST} deep, which no case is")
        if self.values > MOST_VALUES:
            raise node.error(f"more than {MOST_VALUES} values, which no case has")
        return node

    def plain(self, value: object, path: str, depth: int) -> Node:
        """A Python value. Booleans become yes and no, numbers and dates their text."""
        at = self.node(None, path, depth)
        if value is None:
            return at
        if isinstance(value, Mapping):
            keys = [key.isoformat() if isinstance(key, date) else key for key in value]
            if not all(isinstance(key, str) for key in keys):
                raise at.error("every key must be a text")
            return Node({k: self.plain(v, _join(path, k), depth + 1) for k, v in zip(keys, value.values(), strict=True)}, path)
        if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str | bytes):
            return Node(tuple(self.plain(v, f"{path}[{i}]", depth + 1) for i, v in enumerate(value)), path)
        text = _text(value)
        if text is None:
            raise at.error(f"{type(value).__name__} cannot be read; expected a text such as '62 kg'")
        return Node(text, path)


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Integral):
        return str(int(value)) if abs(int(value)) < LARGEST_BYTES**2 else "a very large number"
    return repr(float(value)) if isinstance(value, Real) else None


def _join(path: str, key: str) -> str:
    """The path of a key; one that is no plain word is shown as a quoted text, cut short."""
    shown = key if _PLAIN.fullmatch(key) else repr(key[: 3 * 10])
    return f"{path}.{shown}" if path else shown


class _Tree(_Count):
    """Builds nodes from YAML events."""

    def __init__(self, events: Iterator[Event], file: str) -> None:
        super().__init__()
        self.events, self.file = events, file

    def document(self) -> Node:
        """The only document of the text."""
        if not any(isinstance(event, DocumentStartEvent) for event in self.events):
            raise Node(None, "", self.file).error(_EMPTY)
        root = self._value(self._next(), "", 0)
        for later in self.events:
            if isinstance(later, DocumentStartEvent):
                raise self._at(later, "").error("a second document; expected one case a file")
        return root

    def _value(self, event: Event, path: str, depth: int) -> Node:
        self._refuse(event, path)
        line = event.start_mark.line + 1
        node = self.node(None, path, depth, self.file, line)
        if isinstance(event, ScalarEvent):
            null = event.style is None and event.value in _NULL
            return Node(None if null else event.value, path, self.file, line)
        if isinstance(event, SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(event := self._next(), SequenceEndEvent):
                items.append(self._value(event, f"{path}[{len(items)}]", depth + 1))
            return Node(tuple(items), path, self.file, line)
        if isinstance(event, MappingStartEvent):
            return Node(self._mapping(path, depth), path, self.file, line)
        raise node.error("not YAML that can be read")

    def _mapping(self, path: str, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        while not isinstance(event := self._next(), MappingEndEvent):
            at = self._at(event, path)
            self._refuse(event, path)
            if not isinstance(event, ScalarEvent):
                raise at.error("a key must be a word")
            if event.value in found:
                raise at.error(f"the key {event.value!r} stands twice, first on line {found[event.value].line}")
            value = self._value(self._next(), _join(path, event.value), depth + 1)
            found[event.value] = value
        return found

    def _refuse(self, event: Event, path: str) -> None:
        """Anchors and aliases can unfold without end, tags can make anything: neither has a place in a case."""
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            raise self._at(event, path).error("an anchor or alias (& or *); expected the value itself, quoted if it begins so")
        if getattr(event, "tag", None) is not None:
            raise self._at(event, path).error("a tag (!); expected the value itself, quoted if it begins so")

    def _at(self, event: Event, path: str) -> Node:
        return Node(None, path, self.file, event.start_mark.line + 1)

    def _next(self) -> Event:
        return next(self.events)
