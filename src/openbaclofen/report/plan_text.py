"""A plan goes in; eighty columns that a clinician can read from top to bottom come out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from openbaclofen.decide.records import Candidate, Expected, Plan, Reason, Step, WayOut
from openbaclofen.report.individual_text import TITLE, individual_parts
from openbaclofen.report.verdict_text import verdict_block

NOT_A_DEVICE = "Decision support for professionals, not a medical device; no plan is an order."
HOW_TO_READ = "middle (90 % of people like this one) ~ 90 % range of the middle itself over what is not known"
HOW_WEIGHED = (
    "relief: chance of a meaningful fall of the Ashworth score; limiting: of a dose-limiting side effect, beyond placebo"
)
HOW_SETTLED = (
    "chances of a person like this one, and of the same person without the drug: placebo gives that part too. A rating moves "
    "by whole grades, so that half a point of tone can show as one"
)
HOW_OUT = "> is the plan's; days count from day 1 of the way out; a longer taper than proposed is always allowed"
SOURCES_SHOWN = 10
COLUMNS = 4
PACE = "pace: "  # how the reason begins that stands beside the dose
CHANCES = ("probability", "1")
WHOLE_SHARE = "share of that without drug"
WHOLE = 1 / 10  # from here a chance is stated in whole per cent


def heading(console: Console, text: str) -> None:
    """A rule across the page with a title."""
    console.print(Rule(Text(text, style="bold"), align="left", style="dim"))


def said(expected: Expected) -> str:
    """One prediction in one cell. A share of likenesses has no range over people, so its range is stated once."""
    middle, low, high, unsure_low, unsure_high = (
        number(value, expected)
        for value in (expected.middle, expected.low, expected.high, expected.ignorance_low, expected.ignorance_high)
    )
    people = "" if expected.unit == "1" else f"({low} to {high}) "
    return f"{middle} {people}~{unsure_low} to {unsure_high}"


def number(value: float, of: Expected) -> str:
    """A number as it is read: chances in per cent."""
    if of.unit not in CHANCES:
        return f"{value:g}"
    return f"{value:.{0 if value >= WHOLE or not value else 1}%}"


def compared(expected: Expected) -> str:
    """What a prediction is compared with; nothing where it is not."""
    return "" if expected.against is None else f"; {number(expected.against, expected)} {expected.against_is}"


def unit_of(expected: Expected) -> str:
    """The unit as it stands after a quantity; chances and shares have none."""
    return "" if expected.unit in CHANCES else f", {expected.unit}"


def days(step: Step) -> str:
    """The days of a step."""
    if step.day_to is None:
        return f"day {step.day_from} on"
    return f"day {step.day_from}" if step.day_to == step.day_from else f"days {step.day_from}-{step.day_to}"


def step_table(steps: Iterable[Step]) -> Table:
    """When, what, how much a day, and what the patient takes."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("when", "dose", "mg/day", "taken as"):
        table.add_column(name, header_style="dim", justify="right" if name == "mg/day" else "left", overflow="fold")
    for step in steps:
        table.add_row(days(step), step.sig, f"{step.daily_mg:g}", step.take)
    return table


def course_table(steps: Sequence[Step]) -> Table:
    """The middle at each step, and both ranges at the last one, a row for each quantity."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", overflow="fold")
    earlier = before_last(steps)
    for step in earlier:
        table.add_column(f"{step.daily_mg:g}", header_style="dim", justify="right", no_wrap=True)
    table.add_column(f"{steps[-1].daily_mg:g} mg/day", header_style="dim", overflow="fold")
    for i, last in enumerate(steps[-1].expected):
        before = (number(s.expected[i].middle, last) for s in earlier)
        table.add_row(f"{last.quantity}{unit_of(last)}", *before, said(last))
    return table


def settled_table(steps: Sequence[Step]) -> Table:
    """What each dose does once settled: the middle of each, both ranges and the part there is without drug at the last."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", overflow="fold")
    earlier = before_last(steps)
    for step in earlier:
        table.add_column(f"{step.daily_mg:g}", header_style="dim", justify="right", no_wrap=True)
    table.add_column(f"{steps[-1].daily_mg:g} mg/day", header_style="dim", overflow="fold")
    table.add_column("else", header_style="dim", overflow="fold")
    for i, last in enumerate(steps[-1].settled):
        if unchanged(steps, i):
            continue
        before = (number(s.settled[i].middle, last) for s in earlier)
        table.add_row(last.quantity, *before, said(last), compared(last).removeprefix("; "))
    return table


def before_last(steps: Sequence[Step]) -> Sequence[Step]:
    """The steps that a table has room for beside the last one: all, or some that are as far apart as each other."""
    earlier = steps[:-1]
    apart = -(-len(earlier) // COLUMNS)
    return earlier if apart <= 1 else earlier[::-apart][::-1]


def unchanged(steps: Sequence[Step], row: int) -> bool:
    """Whether a share of what there is without drug stays whole at every step, to the precision shown."""
    rows = [step.settled[row] for step in steps]
    return rows[-1].unit == WHOLE_SHARE and all(round(e.low, 2) == 1 == round(e.ignorance_low, 2) for e in rows)


def ways_table(ways: Sequence[WayOut]) -> Table:
    """Ways to stop, least withdrawal first: a column for each, a row for each number."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", overflow="fold")
    for way in ways:
        table.add_column(f"{'> ' if way.proposed else ''}{way.name}, {way.days:g} d", header_style="dim", overflow="fold")
    for title in dict.fromkeys(e.quantity for way in ways for e in way.predicted):
        cells = [{e.quantity: e for e in way.predicted}.get(title) for way in ways]
        unit = next(unit_of(e) for e in cells if e is not None)
        table.add_row(f"{title}{unit}", *("" if e is None else said(e) for e in cells))
    return table


def graded(expected: Iterable[Expected]) -> str:
    """Each evidence grade with the quantities it belongs to."""
    by_grade: dict[str, list[str]] = {}
    for e in expected:
        by_grade.setdefault(e.grade, []).append(e.quantity)
    return "; ".join(f"{grade}: {' / '.join(names)}" for grade, names in by_grade.items())


def alternatives_table(candidates: Iterable[Candidate], proposed_mg: float | None) -> Table:
    """Each dose weighed: chance of relief against excess chance of drowsiness."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("", "dose", "relief", "limiting", "net", "why"):
        table.add_column(name, header_style="dim", overflow="fold")
    for c in candidates:
        table.add_row(
            ">" if c.daily_mg == proposed_mg else "",
            c.sig,
            "" if c.relief is None else f"{c.relief.middle:.0%}",
            "" if c.side_effect is None else f"{c.side_effect.middle:+.0%}",
            "" if c.net is None else f"{c.net:+.2f}",
            Text(c.why, style="" if c.allowed else "dim"),
        )
    return table


def reason_lines(reasons: Iterable[Reason]) -> list[Text]:
    """Sentences with what they rest on."""
    return [Text.assemble("- ", r.text, (f"  [{', '.join(r.rests_on)}]" if r.rests_on else "", "dim")) for r in reasons]


def indented(console: Console, body: RenderableType) -> None:
    """Print two columns in."""
    console.print(Padding(body, (0, 0, 0, 2)))


def _proposal(plan: Plan, console: Console) -> None:
    if plan.proposal is None:
        return
    indented(console, step_table(plan.proposal.steps))
    ceiling = plan.proposal.ceiling_mg
    lines = [Text(f"ceiling {ceiling:.3g} mg/day" if ceiling is not None else "no ceiling stated by any rule")]
    lines += [*reason_lines(limits(plan)), Text(f"pace: {plan.proposal.pace_by}")]
    for line in lines:
        indented(console, line)
    if any(s.expected for s in plan.proposal.steps):
        heading(console, "Expected course")
        indented(console, course_table(plan.proposal.steps))
        indented(console, Text(HOW_TO_READ, style="dim"))
        indented(console, Text(f"evidence grade: {graded(plan.proposal.steps[-1].expected)}", style="dim"))
    _settled(plan.proposal.steps, console)


def _settled(steps: Sequence[Step], console: Console) -> None:
    """What a dose does once settled, where that is known."""
    if not any(s.settled for s in steps):
        return
    heading(console, "What the dose does, once settled")
    indented(console, settled_table(steps))
    if not any(s.expected for s in steps):
        indented(console, Text(HOW_TO_READ, style="dim"))
    indented(console, Text(HOW_SETTLED, style="dim"))
    shown = [e for i, e in enumerate(steps[-1].settled) if not unchanged(steps, i)]
    indented(console, Text(f"evidence grade: {graded(shown)}", style="dim"))


def limits(plan: Plan) -> tuple[Reason, ...]:
    """The reasons that limit the dose, which stand beside it."""
    return tuple(r for r in plan.reasons if plan.proposal is not None and r.text in plan.proposal.limited_by)


def other_reasons(plan: Plan) -> tuple[Reason, ...]:
    """The reasons that are not said beside the dose already."""
    beside = limits(plan)
    pace = plan.proposal.pace_by if plan.proposal is not None else ""
    return tuple(r for r in plan.reasons if r not in beside and not (pace and r.text.removeprefix(PACE) in pace))


def print_plan(plan: Plan, console: Console) -> None:
    """Print the whole plan."""
    dated = f" · as of {plan.as_of}" if plan.as_of else " · not dated"
    console.print(Text(plan.title, style="bold"))
    console.print(Text(f"{plan.question} · rules of {plan.region}{dated}", style="dim"))
    console.print(verdict_block(plan.verdict))
    heading(console, "Plan")
    indented(console, Text(plan.summary, style="bold"))
    _proposal(plan, console)
    if plan.order is not None:
        _settled([plan.order], console)
    if plan.alternatives:
        heading(console, "Doses weighed")
        indented(console, alternatives_table(plan.alternatives, plan.proposal.daily_mg if plan.proposal else None))
        indented(console, Text(HOW_WEIGHED, style="dim"))
    if plan.individual is not None:
        heading(console, TITLE)
        for part in individual_parts(plan.individual, plan.alternatives, said):
            indented(console, part)
    for title, reasons in (("Watch", plan.monitoring), ("Why", other_reasons(plan))):
        if title == "Why" and plan.stopping:
            heading(console, "Stopping")
            indented(console, step_table(plan.stopping))
        if title == "Why" and plan.ways_out:
            heading(console, "Ways to stop, the least withdrawal first")
            indented(console, ways_table(plan.ways_out))
            indented(console, Text(HOW_TO_READ, style="dim"))
            indented(console, Text(HOW_OUT, style="dim"))
            indented(console, Text(f"evidence grade: {graded(plan.ways_out[0].predicted)}", style="dim"))
        if title == "Why":
            for case in plan.if_wrong:
                heading(console, f"If: {case.event}")
                for line in reason_lines(case.advice):
                    indented(console, line)
                for e in case.predicted:
                    indented(console, Text(f"- predicted {e.quantity}{unit_of(e)}: {said(e)}{compared(e)} ({e.grade})"))
        if reasons:
            heading(console, title)
            for line in reason_lines(reasons):
                indented(console, line)
    _footer(plan, console)


def _footer(plan: Plan, console: Console) -> None:
    heading(console, "Sources")
    for source in plan.sources[:SOURCES_SHOWN]:
        indented(console, Text(f"{source['quality']}  {source['title']}", style="dim", overflow="fold"))
    if len(plan.sources) > SOURCES_SHOWN:
        indented(
            console,
            Text(
                f"and {len(plan.sources) - SOURCES_SHOWN} more; addresses with --json, or `openbaclofen why RULE`", style="dim"
            ),
        )
    for text in plan.notes:
        console.print(Text(f"Note: {text}"))
    for text in plan.not_modelled:
        console.print(Text(f"Not modelled yet: {text}", style="dim"))
    console.print(
        Text(
            f"openbaclofen {plan.version}, knowledge {plan.knowledge}, seed {plan.seed}, {plan.people} likenesses", style="dim"
        )
    )
    console.print(Text(NOT_A_DEVICE, style="dim"))
