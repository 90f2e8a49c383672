"""What the program knows of something goes in; the value used, all others, who disagrees and the sources come out as text."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from openbaclofen.facts.search import WhyAnswer
from openbaclofen.facts.statement import Statement

SECTIONS = (
    ("used", "Used by the program"),
    ("disagree", "Disagree"),
    ("others", "Other figures and statements"),
    ("rules", "Rules"),
    ("conflicts", "Contradicted by"),
    ("claims", "Claims of the source documents"),
    ("not_found", "Looked for and not found"),
)


BRIEF = ("others", "rules", "claims")  # sections cut to a line each and a few lines, unless all is asked for
SHOWN = 6
BEST = "ABC"


def print_why(answer: WhyAnswer, console: Console, everything: bool = False) -> None:
    """Print the answer, section by section. everything: all statements with their reasons, and all sources."""
    if answer.record is not None:
        console.print(Text(answer.asked, style="bold"))
        console.print(Padding(record_table(answer.record), (0, 0, 0, 2)))
    for field, title in SECTIONS:
        statements: tuple[Statement, ...] = getattr(answer, field)
        if statements:
            console.print(Rule(Text(f"{title} ({len(statements)})", style="bold"), align="left", style="dim"))
            brief = field in BRIEF and not everything
            for s in statements[:SHOWN] if brief else statements:
                console.print(Padding(line(s, brief), (0, 0, 0, 2)))
            if brief and len(statements) > SHOWN:
                console.print(Padding(Text(f"and {len(statements) - SHOWN} more: --all", style="dim"), (0, 0, 0, 2)))
    if answer.sources:
        console.print(Rule(Text("Sources", style="bold"), align="left", style="dim"))
        for s in answer.sources:
            console.print(
                Padding(Text(f"{s['quality']}  {s['title']}  {s['url']}", style="dim", overflow="fold"), (0, 0, 0, 2))
            )


def record_table(record: dict[str, Any]) -> Table:
    """Every stated field of a record."""
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    for key, value in record.items():
        if value not in (None, "", [], {}, ()):
            table.add_row(key.rstrip("_").replace("_", " "), Text(shown(value)))
    return table


def shown(value: object) -> str:
    """A field's value on one line."""
    if isinstance(value, dict):
        return ", ".join(f"{k}: {shown(v)}" for k, v in value.items() if v not in (None, "", [], {}))
    if isinstance(value, list | tuple):
        return ", ".join(shown(v) for v in value)
    return str(value)


def line(s: Statement, brief: bool = False) -> Text:
    """One statement: what, how much, how it was come by, why (unless brief)."""
    role = f"  {s.role}" if s.role else ""
    region = f", {s.region}" if s.region and s.region != "INT" else ""
    text = Text.assemble((s.value + "  " if s.value else "", "bold"), s.title, (f"{role}  [{s.id}{region}]", "dim"))
    for extra in ("" if brief else s.why, "" if brief else s.note, "HINT ONLY: weak source" if s.hint else ""):
        if extra:
            text.append(f"\n  {extra}", style="dim")
    return text
