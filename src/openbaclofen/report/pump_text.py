"""What is told about a pump goes in; eighty columns with ranges, grades and rule ids come out."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from openbaclofen.decide.pump_records import Line, Part, PumpPlan
from openbaclofen.report.plan_text import NOT_A_DEVICE, heading, indented
from openbaclofen.report.verdict_text import due_rows, verdict_block

HOW_TO_READ = "value (range); [grade; what it rests on]. Without a grade: arithmetic on what the case states."


def print_pump(plan: PumpPlan, console: Console) -> None:
    """Verdict first, then every part; what cannot be told stands in its part with what it needs."""
    console.print(Text(f"{plan.title}: {plan.programme}", style="bold"))
    console.print(verdict_block(plan.verdict))
    for line in due_rows(plan.verdict.advice):
        indented(console, line)
    console.print(Text(HOW_TO_READ, style="dim"))
    for part in plan.parts:
        heading(console, part.title)
        if part.lines:
            indented(console, _table(part))
        if part.need:
            indented(console, Text.assemble(("cannot tell", "bold magenta"), f": need {', '.join(part.need)}"))
        for note in part.notes:
            indented(console, Text(note, style="dim"))
    advice = [a for a in plan.verdict.advice if a.every_days is None]
    if advice:
        heading(console, "Watch and tell")
        for one in advice:
            indented(console, Text.assemble("- ", one.text, (f"  [{one.rule}, {one.region}]", "dim")))
    for note in plan.notes:
        console.print(Text(f"Note: {note}"))
    about = f"openbaclofen {plan.version}, knowledge {plan.knowledge}, seed {plan.seed}, {plan.people} likenesses"
    console.print(Text(about, style="dim"))
    console.print(Text(NOT_A_DEVICE, style="dim"))


def _table(part: Part) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(ratio=2, overflow="fold")
    table.add_column(ratio=3, overflow="fold")
    for line in part.lines:
        table.add_row(line.what, _said(line))
    return table


def _said(line: Line) -> Text:
    """Value with range, what it means, and what it rests on."""
    if line.on:
        value = line.on + (f" ({line.on_low} to {line.on_high})" if line.on_low else "")
    elif line.value is None and line.low is None and line.high is None:
        value = "not within what is followed"
    else:
        value = _numbers(line)
    body = Text(value, style="bold")
    if line.note:
        body.append(f"; {line.note}", style="not bold")
    shown = "; ".join(filter(None, ("" if line.grade == "arithmetic" else line.grade, ", ".join(line.rests_on))))
    if shown:
        body.append(f"  [{shown}]", style="not bold dim")
    return body


def _numbers(line: Line) -> str:
    """'0.5 (0.4 to 0.6) mL'; a bound that is not reached is said to lie beyond."""
    low, high = ("beyond" if end is None else f"{end:.4g}" for end in (line.low, line.high))
    ranged = line.low is not None or line.high is not None
    if line.value is None:
        return f"{low} to {high} {line.unit}"
    return f"{line.value:.4g}" + (f" ({low} to {high})" if ranged and line.low != line.high else "") + f" {line.unit}"
