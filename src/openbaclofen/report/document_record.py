"""The parts a document is made of: sections of texts, tables, lists, findings and figures, and the patient's own pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str
    style: Literal["plain", "strong", "small", "warning"] = "plain"
    kind: Literal["text"] = "text"


@dataclass(frozen=True)
class Heading:
    """The title of a part of a section."""

    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True)
class Table:
    """A table with a caption and a head. widths: of the columns, relative; numeric: columns of numbers. The first column heads
    its row."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    numeric: tuple[int, ...] = ()
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Item:
    """A line of a list. small: what it rests on."""

    text: str
    small: str = ""


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[Item, ...]
    kind: Literal["list"] = "list"


@dataclass(frozen=True)
class Flag:
    """A finding: one line, then its reason and its details."""

    severity: str
    line: str
    reason: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flags:
    """Findings, worst first."""

    items: tuple[Flag, ...]
    kind: Literal["flags"] = "flags"


@dataclass(frozen=True)
class Figure:
    """A drawing. alt: what it shows, for who cannot see it."""

    svg: str
    alt: str
    caption: str
    kind: Literal["figure"] = "figure"


Block = Text | Heading | Table | Items | Flags | Figure


@dataclass(frozen=True)
class Section:
    """A titled part of the document."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Stage:
    """A step on the patient's page. cells: (when, what to take); ticks: days to tick off."""

    title: str
    cells: tuple[tuple[str, str], ...]
    ticks: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class PatientPages:
    """The patient's own calendar. advice: (title, text) pairs; blanks: lines to write on."""

    title: str
    subtitle: str
    stages: tuple[Stage, ...]
    advice: tuple[tuple[str, str], ...]
    blanks: tuple[str, ...]
    small: str


@dataclass(frozen=True)
class Document:
    """A whole document, for either format. paper: what it is printed on."""

    title: str
    subtitle: str
    disclaimer: str
    sections: tuple[Section, ...]
    patient: PatientPages | None
    foot: str
    paper: str
    lang: str = "en"
