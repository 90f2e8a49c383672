"""What is told about a pump goes in; a section of the document for each part and each failure comes out."""

from __future__ import annotations

from openbaclofen.decide.pump_records import Failure, Line, Part, PumpPlan
from openbaclofen.report.document_record import Block, Section, Table, Text
from openbaclofen.report.pump_text import HEADS, HOW_TO_READ, short, value_of

HEADER, WIDTHS = ("What", "Value (range)", "Note", "Rests on"), (4, 3, 5, 3)


def sections(pump: PumpPlan) -> list[Section]:
    """A section for each failure that happened, each part, and each failure that may be."""
    happened = [_failure(f) for f in pump.failures if f.happened]
    may_be = [_failure(f) for f in pump.failures if not f.happened]
    notes = Section("Notes", (Text(HOW_TO_READ), *(Text(note, "small") for note in pump.notes)))
    return [*happened, *(Section(part.title, _body(part, part.title)) for part in pump.parts), *may_be, notes]


def _failure(failure: Failure) -> Section:
    when = f"on {failure.happened}" if failure.happened else "what if"
    blocks: list[Block] = [Text(f"At the tip: {failure.gives}.")] if failure.gives else []
    if failure.course:
        heads = ("hour", *(f"{HEADS.get(f.quantity, f.quantity)}, {f.unit}" for f in failure.course))
        rows = tuple(
            (f"{hour:g}", *(f"{short(f.middle[i])} ({short(f.low[i])} to {short(f.high[i])})" for f in failure.course))
            for i, hour in enumerate(failure.hours)
        )
        numeric = tuple(range(len(heads)))
        blocks.append(Table(f"{failure.title}: the middle, and 90 % of people", heads, rows, tuple(1 for _ in heads), numeric))
    return Section(f"{failure.title} ({when})", (*blocks, *_body(failure, f"{failure.title}: hours from then")))


def _body(part: Part | Failure, caption: str) -> tuple[Block, ...]:
    """The lines as a table, what must be stated, and the notes."""
    blocks: list[Block] = [Table(caption, HEADER, tuple(_row(line) for line in part.lines), WIDTHS)] if part.lines else []
    if part.need:
        blocks.append(Text(f"Cannot tell: need {', '.join(part.need)}.", "strong"))
    return (*blocks, *(Text(note, "small") for note in part.notes))


def _row(line: Line) -> tuple[str, str, str, str]:
    grade = "" if line.grade == "arithmetic" else line.grade
    return line.what, value_of(line), line.note, "; ".join(filter(None, (grade, ", ".join(line.rests_on))))
