"""A verdict goes in; what a reader in a hurry needs comes out: worst first, action and reason each, then what is missing."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from openbaclofen.safety.refill import REFILL
from openbaclofen.safety.verdict import Advice, CannotTell, Finding, Verdict

COLOUR = {
    "contraindicated": "bold white on red",
    "major": "bold red",
    "moderate": "bold yellow",
    "caution": "yellow",
    "info": "dim",
    "clean": "bold green",
    "cannot tell": "bold magenta",
}


def headline(verdict: Verdict) -> Text:
    """The worst severity and how much there is to read."""
    counts = f"{len(verdict.findings)} finding{'' if len(verdict.findings) == 1 else 's'}"
    if verdict.cannot_tell:
        counts += f", {len(verdict.cannot_tell)} thing{'' if len(verdict.cannot_tell) == 1 else 's'} it cannot tell"
    return Text.assemble(
        "Verdict: ", (f" {verdict.severity.upper()} ", COLOUR[verdict.severity]), f"  {counts}  (rules of {verdict.region})"
    )


def cited(finding: Finding) -> str:
    """Rule ids with region and the best source quality."""
    best = min((s["quality"] for s in finding.sources), key="ABCD-".index, default="-")
    others = f" +{len(finding.rules) - 1}" if len(finding.rules) > 1 else ""
    return f"{finding.rule}{others}, {finding.region}, source {best}{', HINT ONLY' if finding.hint else ''}"


def finding_rows(findings: tuple[Finding, ...]) -> Table:
    """A row each: severity, action, reason."""
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for f in findings:
        body = Text.assemble(f.action, "\n", (f"because {f.reason}", "italic"), (f"  [{cited(f)}]", "dim"))
        if f.note:
            body.append("\n" + f.note, style="dim")
        table.add_row(Text(f.severity.upper(), style=COLOUR[f.severity]), body)
    return table


def cannot_tell_rows(rows: tuple[CannotTell, ...]) -> Table:
    """A row each: what is needed and what it would decide."""
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for row in rows:
        need = ", ".join(row.need)
        table.add_row(
            Text("CANNOT TELL", style=COLOUR["cannot tell"]),
            Text.assemble(
                (f"need {need}", "bold"), f": would decide {row.would_say}", (f"  [{_named(row)}, up to {row.severity}]", "dim")
            ),
        )
    return table


def _named(row: CannotTell, most: int = 3) -> str:
    """The worst rule and some others that wait for the same data."""
    others = [r for r in row.rules if r != row.rule]
    more = f" +{len(others) - most}" if len(others) > most else ""
    return ", ".join((row.rule, *others[:most])) + more


def verdict_block(verdict: Verdict) -> RenderableType:
    """The whole verdict."""
    parts: list[RenderableType] = [headline(verdict)]
    if verdict.findings:
        parts.append(Padding(finding_rows(verdict.findings), (0, 0, 0, 2)))
    if verdict.cannot_tell:
        parts.append(Padding(cannot_tell_rows(verdict.cannot_tell), (0, 0, 0, 2)))
    return Group(*parts)


def due_rows(advice: tuple[Advice, ...]) -> list[Text]:
    """A line for each thing to be watched that a source gives an interval for: when it is due next."""
    return [
        Text.assemble(
            (f"DUE {a.due}", "bold"),
            f"  {a.text}",
            (f"  [{a.every_days:.0f} days {_counted(a)}; {a.rule}, {a.region}]", "dim"),
        )
        for a in advice
        if a.every_days is not None
    ]


def _counted(advice: Advice) -> str:
    return "after the fill at the latest" if advice.rule == REFILL else "from the date of the case"


def print_verdict(verdict: Verdict, console: Console) -> None:
    """Print the verdict, what falls due, and where to read more."""
    console.print(verdict_block(verdict))
    for line in due_rows(verdict.advice):
        console.print(Padding(line, (0, 0, 0, 2)))
    if verdict.findings:
        console.print(Text("details and sources of one: openbaclofen why " + verdict.findings[0].rule, style="dim"))
