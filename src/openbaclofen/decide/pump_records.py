"""What is told about a pump, as records: lines with value, range, dates and grade, in parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from openbaclofen.safety.verdict import Verdict

ACT_BEFORE, STEP, REFILL = "act before", "pump from ", "refill by"
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
class Followed:
    """A quantity at the hours of a failure: the middle and 90 % of people, and 90 % of what is not known of the typical one."""

    quantity: str
    unit: str
    grade: How
    middle: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    ignorance_low: tuple[float, ...]
    ignorance_high: tuple[float, ...]


@dataclass(frozen=True)
class Failure:
    """A failure of a pump and what follows, in hours from then.

    kind: as an event of the case is called. happened: when, where it did; empty: what if. gives: what the tip gives meanwhile.
    """

    kind: str
    title: str
    happened: str
    towards: Literal["withdrawal", "overdose"]
    gives: str
    hours: tuple[float, ...] = ()
    course: tuple[Followed, ...] = ()
    lines: tuple[Line, ...] = ()
    need: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PumpPlan:
    """A pump's programme: what the rules say, and parts in the order in which they are read.

    failures: those that happened, else what would follow each. people: likenesses that are followed.
    """

    title: str
    region: str
    as_of: str
    programme: str
    verdict: Verdict
    parts: tuple[Part, ...]
    failures: tuple[Failure, ...]
    notes: tuple[str, ...]
    seed: int
    people: int
    version: str
    knowledge: str


def in_short(plan: PumpPlan) -> str:
    """One line: what is most pressing of a pump."""
    lines = [(failure.title, line) for failure in plan.failures if failure.happened for line in failure.lines]
    urgent = next(((title, line) for title, line in lines if line.what == ACT_BEFORE), None)
    if urgent is not None:
        title, line = urgent
        when = f"{ACT_BEFORE} hour {line.value:g}" if line.value else "act at once" if line.value == 0 else "see its course"
        return f"{title}: {when}."
    steps = [line for part in plan.parts for line in part.lines if line.what.startswith(STEP)]
    if steps:
        return f"Do not stop at once: come down in {len(steps)} steps; the last begins on {steps[-1].what.removeprefix(STEP)}."
    refill = next((line for part in plan.parts for line in part.lines if line.what == REFILL), None)
    return f"{plan.programme}: refill by {refill.on}." if refill is not None else f"{plan.programme}."
