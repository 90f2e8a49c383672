"""A plan, its case and its calendar go in; what is expected comes out as a section with drawings and numbers."""

from __future__ import annotations

from dataclasses import replace

from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.decide.foresee import SETTLED_DAYS
from openbaclofen.decide.records import Expected, Plan, Step, WayOut
from openbaclofen.dose.sig import format_regimen
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.typical import CannotTellError
from openbaclofen.report import document_figure
from openbaclofen.report.calendar import Calendar, form_of
from openbaclofen.report.course import Course, simulate_case
from openbaclofen.report.document_record import Block, Item, Items, Section, Table, Text
from openbaclofen.report.document_sources import GRADES
from openbaclofen.report.plan_text import CHANCES, WHOLE

EVERY_H = 0.5
RANGES = ("90 % of people", "90 % range of the middle, over what is not known")
SHARES = CHANCES
REFERENCE = "drug.therapeutic_range"
TWO_RANGES = (
    "Two ranges are kept apart: how far people like this one differ from each other, and how badly the middle itself is known."
)
SETTLED = (
    "What each dose does once settled; the ranges are those at {:g} mg/day, and the last column is the part without the drug"
)
WAYS = "Ways to stop, the least withdrawal first; days count from day 1 of the way out"


def expected(plan: Plan, case: Case, kb: KnowledgeBase, when: Calendar | None) -> tuple[Section | None, tuple[str, ...]]:
    """The section, and the ids of the facts the drawings used; where nothing is proposed, what the order in question does."""
    if when is None:
        order = Section("What the dose does, once settled", (settled_table((plan.order,)),)) if plan.order else None
        return order, ()
    blocks: list[Block] = [Text(TWO_RANGES)]
    steps = plan.proposal.steps if plan.proposal is not None else ()
    if steps and steps[-1].expected:
        blocks.append(expected_table(steps))
    if steps and steps[-1].settled:
        blocks.append(settled_table(steps))
    if plan.ways_out:
        blocks.append(ways_table(plan.ways_out))
    try:
        course = simulated(plan, case, kb, when)
    except CannotTellError as error:
        return Section("Expected course", (*blocks, Text(f"No course is drawn: {error.said}", "strong"))), ()
    bounds = kb.facts[REFERENCE].value
    if not isinstance(bounds, list):
        raise AssertionError(f"{REFERENCE} holds a low and a high value")
    days = last_day(when)
    blocks.append(document_figure.by_day(course, days, bounds))
    if not when.down:
        blocks.append(document_figure.by_hour(course, days, bounds))
    if course.said:
        blocks.append(Items(tuple(Item(text) for text in course.said)))
    blocks.append(Text(GRADES, "small"))
    return Section("Expected course", tuple(blocks)), (*course.facts, REFERENCE)


def last_day(when: Calendar) -> int:
    """The last day that is drawn: some days into the last step."""
    return when.rows[-1].first_day - 1 + SETTLED_DAYS


def simulated(plan: Plan, case: Case, kb: KnowledgeBase, when: Calendar) -> Course:
    """The course of the calendar for people like this one. Errors: CannotTellError where a datum the model needs is missing."""
    regimen = when.regimen()
    sig = format_regimen(regimen)
    therapy = OralTherapy(regimen, sig, sig, form=form_of(plan, case), ends_in_stop=when.down)
    ordered = replace(case, therapy=therapy)
    return simulate_case(ordered, kb, people=plan.people, seed=plan.seed, days=float(last_day(when)), every_h=EVERY_H)


def expected_table(steps: tuple[Step, ...]) -> Table:
    """The middle on the last day of each step, and both ranges at the last step, a row a quantity."""
    last = steps[-1]
    header = ("Quantity", *(f"{s.daily_mg:g} mg/day" for s in steps), *RANGES, "Grade")
    rows = []
    for i, e in enumerate(last.expected):
        unit = "" if e.unit in SHARES else f", {e.unit}"
        middles = [value(s.expected[i].middle, e.unit) for s in steps]
        rows.append((f"{e.quantity}{unit}", *middles, *ranges(e), e.grade))
    numeric = tuple(range(1, len(steps) + 1))
    caption = f"Expected on the last day of each step; the ranges are those at {last.daily_mg:g} mg/day"
    return Table(caption, header, tuple(rows), (8, *(4 for _ in steps), 6, 6, 5), numeric)


def settled_table(steps: tuple[Step, ...]) -> Table:
    """The middle of each dose once settled, both ranges at the last, and what it is compared with."""
    last = steps[-1]
    header = ("Quantity", *(f"{s.daily_mg:g} mg/day" for s in steps), *RANGES, "Else", "Grade")
    rows = [
        (e.quantity, *(value(s.settled[i].middle, e.unit) for s in steps), *ranges(e), beside(e), e.grade)
        for i, e in enumerate(last.settled)
    ]
    widths = (8, *(4 for _ in steps), 6, 6, 6, 5)
    return Table(SETTLED.format(last.daily_mg), header, tuple(rows), widths, tuple(range(1, len(steps) + 1)))


def ways_table(ways: tuple[WayOut, ...]) -> Table:
    """A row for each number of each way out."""
    rows = [
        (f"{way.name}, {way.days:g} d{' (proposed)' if way.proposed else ''}", *_row(e), e.grade)
        for way in ways
        for e in way.predicted
    ]
    return Table(WAYS, ("Way out", "Predicted", "Middle", *RANGES, "Grade"), tuple(rows), (6, 8, 4, 6, 6, 5), (2,))


def _row(e: Expected) -> tuple[str, ...]:
    return f"{e.quantity}{'' if e.unit in ('1', *SHARES) else f', {e.unit}'}", value(e.middle, e.unit), *ranges(e)


def beside(e: Expected) -> str:
    """What a number is compared with."""
    return "" if e.against is None else f"{value(e.against, e.unit)} {e.against_is}"


def predicted_table(event: str, rows: tuple[Expected, ...]) -> Table:
    """Predictions with both ranges, a row each."""
    header = ("Predicted", "Middle", *RANGES, "Else", "Grade")
    cells = tuple((*_row(e), beside(e), e.grade) for e in rows)
    return Table(f"Predicted if: {event}", header, cells, (8, 4, 6, 6, 5, 5), (1,))


def ranges(e: Expected) -> tuple[str, str]:
    """The range over people, and that of the middle over what is not known."""
    unit = e.unit
    people = "a share of them" if unit == "1" else f"{value(e.low, unit)} to {value(e.high, unit)}"
    return people, f"{value(e.ignorance_low, unit)} to {value(e.ignorance_high, unit)}"


def value(number: float, unit: str) -> str:
    """A number as it is read: chances in per cent."""
    return f"{number:.{0 if number >= WHOLE or not number else 1}%}" if unit in SHARES else f"{number:g}"
