"""A plan and its calendar go in; the sections on what to take, what to watch, what was weighed and how to stop come out."""

from __future__ import annotations

from openbaclofen.decide.records import Candidate, Expected, Plan
from openbaclofen.dose.times import clock_text
from openbaclofen.report.calendar import Calendar, Due, Take, takes_of
from openbaclofen.report.calendar_words import column
from openbaclofen.report.document_record import Block, Item, Items, Section, Table, Text
from openbaclofen.report.document_sources import Citations, ids_and_sources
from openbaclofen.report.plan_text import HOW_WEIGHED

HOURS = "The hours are the usual ones for so many doses a day; an order that names its own stands before them."
FIRST_DAY = "Day 1 is {}, from the case. If the first dose is taken on another day, every date moves with it."
NO_DATE = "The case names no date, so days are counted: day 1 is the day of the first dose of this calendar."
NO_CALENDAR = "This document has no dose calendar."
NOTHING = "-"


def dose(plan: Plan, when: Calendar | None, citations: Citations) -> Section:
    """The proposal in one sentence, its limits, and the calendar; why there is none where nothing is proposed."""
    blocks: list[Block] = [Text(plan.summary, "strong")]
    if when is None:
        return Section("Dose", (*blocks, Text(NO_CALENDAR, "warning" if plan.verdict.stops else "strong")))
    blocks.append(calendar_table(when))
    blocks.append(Text(FIRST_DAY.format(when.on(1)) if when.start else NO_DATE, "small"))
    blocks.append(Text(HOURS, "small"))
    if plan.proposal is not None:
        ceiling = plan.proposal.ceiling_mg
        limit = f"Ceiling {ceiling:.3g} mg/day" if ceiling is not None else "No rule states a ceiling"
        items = [Item(limit, "; ".join(plan.proposal.limited_by)), Item("Pace", plan.proposal.pace_by)]
        blocks.append(Items(tuple(items)))
    return Section("Dose calendar", tuple(blocks))


def calendar_table(when: Calendar) -> Table:
    """A row a step: its number, days, dates, what is taken at each hour, milligrams a day, checks."""
    header = ("No.", "Days", *(["Dates"] if when.start else []), *map(column, when.hours), "mg/day", "On its first day")
    rows = []
    for row in when.rows:
        at = {take.hour: take.words if single(take) else f"{take.words} = {take.mg:g} mg" for take in row.takes}
        doses = [at.get(hour, NOTHING) for hour in when.hours]
        dates = [row.dates] if when.start else []
        checks = "; ".join(row.checks) or NOTHING
        rows.append((str(row.number), row.days, *dates, *doses, f"{row.daily_mg:g}", checks))
    widths = (2, 3, *([5] if when.start else []), *(4 for _ in when.hours), 3, 8)
    return Table("Dose calendar: what is taken when", header, tuple(rows), widths, (len(header) - 2,))


def single(take: Take) -> bool:
    """Whether a dose is one whole unit, whose words say the milligrams already."""
    return take.units == f"1 x {take.mg:g} mg"


def watch(found: tuple[Due, ...], citations: Citations) -> Section | None:
    """What to watch, with when it is due and the rule that says so."""
    if not found:
        return None
    rows = tuple((due.when, due.text, ids_and_sources(due.rests_on, citations)) for due in found)
    table = Table("What to watch, and when", ("Due", "What", "Rule and sources"), rows, (4, 8, 4))
    return Section("What to watch", (table,))


def weighed(plan: Plan) -> Section | None:
    """Every dose that was weighed, with its chances and why it was or was not taken."""
    if not plan.alternatives:
        return None
    proposed = plan.proposal.daily_mg if plan.proposal else None
    header = ("Dose", "mg/day", "Relief", "Limiting", "Net", "Why")
    rows = tuple(_weighed(c, c.daily_mg == proposed) for c in plan.alternatives)
    caption = "Doses weighed: chance, and in brackets its 90 % range over what is not known"
    return Section("Doses weighed", (Table(caption, header, rows, (5, 2, 5, 5, 2, 7), (1, 4)), Text(HOW_WEIGHED, "small")))


def _weighed(c: Candidate, taken: bool) -> tuple[str, ...]:
    net = NOTHING if c.net is None else f"{c.net:+.2f}"
    return (c.sig, f"{c.daily_mg:g}", share(c.relief), share(c.side_effect), net, f"proposed: {c.why}" if taken else c.why)


def share(e: Expected | None) -> str:
    """A chance with its range over what is not known."""
    return NOTHING if e is None else f"{e.middle:.0%} ({e.ignorance_low:.0%} to {e.ignorance_high:.0%})"


def stopping(plan: Plan, form: str) -> Section | None:
    """The way down from the dose proposed or taken; None where the calendar is that way."""
    if not plan.stopping or (plan.proposal is None and plan.answer == "proposal"):
        return None
    rows = []
    for step in plan.stopping:
        days = f"from {step.day_from} on" if step.day_to is None else f"{step.day_from} to {step.day_to}"
        taken = "; ".join(f"{clock_text(t.hour)} {t.words}" for t in takes_of(step, form)) or "no baclofen"
        rows.append((days, step.sig, f"{step.daily_mg:g}", taken))
    table = Table(
        "The way down",
        ("Days of coming down", "Dose", "mg/day", "Taken as"),
        tuple(rows),
        (3, 4, 2, 9),
        (2,),
    )
    intro = "Never stop at once. Days are counted from the day on which coming down begins."
    forbidden = plan.answer == "nothing permissible"
    return Section("The way down" if forbidden else "If it has to be stopped: the way down", (Text(intro), table))
