"""What is told about a pump, as records: lines with value, range, dates and grade, in parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from openbaclofen.safety.verdict import Verdict

How = Literal["arithmetic", "rule", "label", "calibrated", "extrapolated", "assumed"]


@dataclass(frozen=True)
class Line:
    """One thing told. low, high (and on_low, on_high): its range; on: a date.

    grade: arithmetic, where nothing but what the case states goes in; rule or label, whose ids stand in rests_on; else the
    grade of the weakest fact in it.
    """

    what: str
    value: float | None = None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    on: str = ""
    on_low: str = ""
    on_high: str = ""
    grade: How = "arithmetic"
    rests_on: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Part:
    """Lines under a title. need: what must be stated before the rest of it can be told, in the words of the case file."""

    title: str
    lines: tuple[Line, ...] = ()
    need: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PumpPlan:
    """A pump's programme: what the rules say, and parts in the order in which they are read. people: likenesses that stall."""

    title: str
    region: str
    as_of: str
    programme: str
    verdict: Verdict
    parts: tuple[Part, ...]
    notes: tuple[str, ...]
    seed: int
    people: int
    version: str
    knowledge: str
