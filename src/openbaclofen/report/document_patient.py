"""A plan, its case and its calendar go in; the patient's own pages come out: what to take when, in plain words."""

from __future__ import annotations

from openbaclofen.case.record import Case
from openbaclofen.decide.records import Plan
from openbaclofen.facts import KnowledgeBase
from openbaclofen.report.calendar import Calendar, Row
from openbaclofen.report.calendar_words import column
from openbaclofen.report.document_record import PatientPages, Stage

PREFIX = "patient_words."
ALWAYS = (  # fact, title on the page
    ("never_stop", "Never stop suddenly"),
    ("no_change", "Keep to this calendar"),
    ("missed_dose", "If you forget a dose"),
    ("overdose", "If too much was taken"),
    ("withdrawal", "When to get help at once"),
    ("drowsiness", "Sleepiness"),
    ("driving", "Driving and machines"),
    ("alcohol", "Alcohol"),
    ("food", "Food"),
    ("other_medicines", "Other medicines"),
)
LIQUID = ("liquid", "Measuring the liquid")
BLANKS = ("The team that looks after you", "Telephone, by day", "Telephone, at night and at weekends")
MOST_TICKS = 31
UP, DOWN = "Your baclofen calendar", "Your calendar for coming off baclofen"
KEEP_ON = "Stay on this dose until your next visit."
ENOUGH = "If the dose of the step before was enough for you, ask before you go up."
STOPPED = "No baclofen from this day on."


def pages(plan: Plan, case: Case, kb: KnowledgeBase, when: Calendar | None) -> PatientPages | None:
    """The patient's pages; None where there is no calendar."""
    if when is None:
        return None
    names = [*ALWAYS, *([LIQUID] if any(" mL " in t.units for row in when.rows for t in row.takes) else [])]
    said = tuple((title, words(kb, name)) for name, title in names)
    start = "" if when.start else " Day 1 is the day of your first dose of this calendar."
    return PatientPages(
        DOWN if when.down else UP,
        f"{plan.title}.{start}",
        tuple(_stage(row, when) for row in when.rows),
        said,
        BLANKS,
        f"From the plan of openbaclofen {plan.version}, knowledge {plan.knowledge}, seed {plan.seed}. "
        f"Its sentences are facts of the knowledge base ({PREFIX}*), each with its source.",
    )


def facts_of(when: Calendar | None) -> tuple[str, ...]:
    """Ids of what the pages say."""
    return tuple(PREFIX + name for name, _ in (*ALWAYS, LIQUID)) if when is not None else ()


def disagreements(kb: KnowledgeBase, when: Calendar | None) -> tuple[str, ...]:
    """What the pages say and another source says otherwise, for the clinician."""
    facts = [kb.facts[name] for name in facts_of(when)]
    return tuple(
        f"{f.title}: as {', '.join(f.evidence)} says; otherwise {', '.join(f.disagree)}. {f.why}" for f in facts if f.disagree
    )


def words(kb: KnowledgeBase, name: str) -> str:
    """A sentence for patients from the knowledge base. Errors: AssertionError where it is not one."""
    said = kb.facts[PREFIX + name].value
    if not isinstance(said, str):
        raise AssertionError(f"{PREFIX + name} holds words")
    return said


def _stage(row: Row, when: Calendar) -> Stage:
    cells = tuple((column(take.hour), take.words) for take in row.takes)
    if not cells:
        note = STOPPED
    elif row.last_day is None:
        note = KEEP_ON
    else:
        note = "" if row.number == 1 or when.down else ENOUGH
    return Stage(f"Step {row.number}: {row.dates}", cells, _ticks(row, when), note)


def _ticks(row: Row, when: Calendar) -> tuple[str, ...]:
    """A box a day; none where the step has no end or is too long."""
    if row.last_day is None or row.last_day - row.first_day >= MOST_TICKS:
        return ()
    days = range(row.first_day, row.last_day + 1)
    return tuple(when.short(day) for day in days)
