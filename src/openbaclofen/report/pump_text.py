"""What is told about a pump goes in; eighty columns with ranges, grades and rule ids come out."""

from __future__ import annotations

from dataclasses import replace

from rich.console import Console
from rich.table import Table
from rich.text import Text

from openbaclofen.decide.pump_records import ACT_BEFORE, Failure, Line, Part, PumpPlan
from openbaclofen.report.plan_text import NOT_A_DEVICE, heading, indented
from openbaclofen.report.verdict_text import due_rows, verdict_block

HEADS = {"legs": "beside legs", "cisternal": "cisterns", "modified_ashworth": "tone"}
BEYOND = "beyond"
NEXT_TO_NOTHING = 0.5 / 100
HOW_TO_READ = "value (range); [grade; what it rests on]. Without a grade: arithmetic on what the case states."


def print_pump(plan: PumpPlan, console: Console) -> None:
    """Verdict first, then every part; what cannot be told stands in its part with what it needs."""
    console.print(Text(f"{plan.title}: {plan.programme}", style="bold"))
    console.print(verdict_block(plan.verdict))
    for line in due_rows(plan.verdict.advice):
        indented(console, line)
    console.print(Text(HOW_TO_READ, style="dim"))
    whole = len(plan.failures) == 1 or any(failure.happened for failure in plan.failures)
    for failure in plan.failures if whole else ():
        _print_failure(failure, console, whole)
    for part in plan.parts:
        heading(console, part.title)
        _print_body(part, console)
    for failure in () if whole else plan.failures:
        _print_failure(failure, console, whole)
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


def _print_body(part: Part | Failure, console: Console) -> None:
    """Lines, what must be stated, and notes."""
    if part.lines:
        indented(console, _table(part))
    if part.need:
        indented(console, Text.assemble(("cannot tell", "bold magenta"), f": need {', '.join(part.need)}"))
    for note in part.notes:
        indented(console, Text(note, style="dim"))


def _print_failure(failure: Failure, console: Console, whole: bool) -> None:
    """A failure with its hours; whole: with the course and the notes too."""
    title = f"{failure.title}: " + (f"on {failure.happened}, " if failure.happened else "" if whole else "what if, ")
    heading(console, f"{title}hours from then")
    if failure.gives:
        indented(console, Text(f"At the tip: {failure.gives}."))
    if whole and failure.course:
        indented(console, _course(failure))
    _print_body(failure if whole else replace(failure, notes=()), console)


def _course(failure: Failure) -> Table:
    """Some quantities by the hour: the middle of people, and 90 % of them below it."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("hour", header_style="dim", justify="right")
    for followed in failure.course:
        table.add_column(f"{HEADS.get(followed.quantity, followed.quantity)}\n{followed.unit.split()[0]}", header_style="dim")
    for i, hour in enumerate(failure.hours):
        cells = (f"{short(f.middle[i])}\n({short(f.low[i])}-{short(f.high[i])})" for f in failure.course)
        table.add_row(f"{hour:g}", *cells)
    return table


def short(value: float) -> str:
    """Two digits, no exponents; next to nothing is 0."""
    return "0" if value < NEXT_TO_NOTHING else f"{float(f'{value:.2g}'):g}"


def _table(part: Part | Failure) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(ratio=2, overflow="fold")
    table.add_column(ratio=3, overflow="fold")
    for line in part.lines:
        table.add_row(line.what, _said(line))
    return table


def value_of(line: Line) -> str:
    """The value of a line with its range, or its date."""
    if line.on:
        return line.on + (f" ({line.on_low} to {line.on_high})" if line.on_low else "")
    if line.value is None and line.low is None and line.high is None:
        return "not within what is followed"
    return _numbers(line)


def _said(line: Line) -> Text:
    """Value with range, what it means, and what it rests on."""
    body = Text(value_of(line), style="bold")
    if line.note:
        body.append(f"; {line.note}", style="not bold")
    shown = "; ".join(filter(None, ("" if line.grade == "arithmetic" else line.grade, ", ".join(line.rests_on))))
    if shown:
        body.append(f"  [{shown}]", style="not bold dim")
    return body


def _numbers(line: Line) -> str:
    """'0.5 (0.4 to 0.6) mL'; a bound that is not reached is said to lie beyond."""
    low, high = (BEYOND if end is None else _four(end) for end in (line.low, line.high))
    ranged = line.low is not None or line.high is not None
    if line.value is None and line.high is None:
        return f"{BEYOND} {low} {line.unit}" if line.what == ACT_BEFORE else f"{BEYOND} ({low} to {BEYOND}) {line.unit}"
    if line.value is None:
        return f"{low} to {high} {line.unit}"
    return _four(line.value) + (f" ({low} to {high})" if ranged and line.low != line.high else "") + f" {line.unit}"


def _four(value: float) -> str:
    """Four digits, without an exponent where it can be."""
    return f"{float(f'{value:.4g}'):g}"
