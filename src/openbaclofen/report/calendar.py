"""A plan and its case go in; the dose calendar comes out: each step with its days, dates, doses, units and checks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.decide.records import Plan, Reason, Step
from openbaclofen.dose.regimen import Phase, Regimen
from openbaclofen.facts import KnowledgeBase
from openbaclofen.report.calendar_words import day_words, plain_units, short_day, span_words
from openbaclofen.units import Duration

TABLET = "tablet"
PROPOSED, STOP = "proposal", "stop"
EACH_STEP = {"MON-SEDATION": "check drowsiness", "DRIVE": "no driving until the effect is known"}  # rules that say so
EACH_STEP_DOWN = {"WD-SIGNS": "look for signs of withdrawal"}
ENOUGH, ALWAYS = "is the last step enough? Then stay on it", "while it is taken"
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
REVIEW = "review_after"  # the number of a rule: how long on the highest dose until a decision is due


@dataclass(frozen=True)
class Take:
    """One dose. hour: of the day; units: as the plan states them; words: as a patient reads them."""

    hour: float
    mg: float
    units: str
    words: str


@dataclass(frozen=True)
class Row:
    """One step. last_day None: from then on. first, last: dates, where the case has one. checks: when the step begins."""

    number: int
    first_day: int
    last_day: int | None
    first: date | None
    last: date | None
    sig: str
    daily_mg: float
    takes: tuple[Take, ...]
    checks: tuple[str, ...]

    @property
    def days(self) -> str:
        """'1 to 3', '4' or 'from 10 on'."""
        if self.last_day is None:
            return f"from {self.first_day} on"
        return str(self.first_day) if self.last_day == self.first_day else f"{self.first_day} to {self.last_day}"

    @property
    def dates(self) -> str:
        """'Sun 22 Nov 2026 to Tue 24 Nov 2026'; the days where there is no date."""
        if self.first is None:
            return f"Day {self.days}" if self.last_day == self.first_day else f"Days {self.days}"
        return span_words(self.first, self.last) if self.last is not None else f"from {day_words(self.first)} on"


@dataclass(frozen=True)
class Calendar:
    """Steps up, or down to a stop. hours: every hour of the day at which a step has a dose. start: the date of day 1."""

    rows: tuple[Row, ...]
    hours: tuple[float, ...]
    start: date | None
    down: bool

    def on(self, day: int) -> str:
        """The date of a day, or 'day 10' where there is none."""
        return day_words(self.start + timedelta(days=day - 1)) if self.start else f"day {day}"

    def short(self, day: int) -> str:
        """The date of a day without its year, or 'day 10'."""
        return short_day(self.start + timedelta(days=day - 1)) if self.start else f"day {day}"

    def regimen(self) -> Regimen:
        """What the calendar says to take, to be simulated."""
        phases = [
            Phase(tuple(t.mg for t in r.takes), tuple(t.hour for t in r.takes), r.last_day and r.last_day - r.first_day + 1)
            for r in self.rows
            if r.takes or r.last_day is not None
        ]
        return Regimen(tuple(phases), self.start)


@dataclass(frozen=True)
class Due:
    """Something to watch. day: the first day it is due, where a rule gives one; when: in words."""

    when: str
    text: str
    rests_on: tuple[str, ...]
    day: int | None = None


def start_of(case: Case) -> date | None:
    """The date of day 1: the one the order states, else that of the case; None where the case file has neither."""
    ordered = case.therapy.regimen.start if isinstance(case.therapy, OralTherapy) else None
    return ordered or (case.as_of if case.dated else None)


def calendar(plan: Plan, case: Case) -> Calendar | None:
    """The calendar of what the plan proposes; None where it proposes nothing."""
    steps = plan.proposal.steps if plan.proposal is not None else plan.stopping
    if plan.answer != PROPOSED or not steps:
        return None
    start, down = start_of(case), plan.question == STOP
    rows = tuple(_row(n, step, start, form_of(plan, case), _checks(plan, n, down)) for n, step in enumerate(steps, start=1))
    hours = sorted({take.hour for row in rows for take in row.takes})
    return Calendar(rows, tuple(hours), start, down)


def form_of(plan: Plan, case: Case) -> str:
    """What a counted unit is of: the form ordered, or the one being taken where the question is how to stop."""
    current = case.current.therapy if case.current else None
    therapy = current if plan.question == STOP else case.therapy
    return therapy.form if isinstance(therapy, OralTherapy) else TABLET


def takes_of(step: Step, form: str) -> tuple[Take, ...]:
    """The doses of a day of a step, in order, each with its units. The units of equal doses are stated once."""
    if step.daily_mg <= 0:
        return ()
    units = dict(zip(dict.fromkeys(step.doses_mg), step.take.split("; "), strict=True))
    doses = sorted(zip(step.hours, step.doses_mg, strict=True))
    return tuple(Take(hour, mg, units[mg], plain_units(units[mg], form)) for hour, mg in doses)


def _row(number: int, step: Step, start: date | None, form: str, checks: tuple[str, ...]) -> Row:
    first = start and start + timedelta(days=step.day_from - 1)
    last = start and step.day_to and start + timedelta(days=step.day_to - 1)
    takes = takes_of(step, form)
    return Row(number, step.day_from, step.day_to, first, last or None, step.sig, step.daily_mg, takes, checks)


def _checks(plan: Plan, number: int, down: bool) -> tuple[str, ...]:
    """What falls on the first day of a step: the rules that name each step, and that the lowest step that is enough is kept."""
    said = _ids(plan)
    asked = EACH_STEP_DOWN if down else EACH_STEP
    found = [text for rule, text in asked.items() if rule in said]
    return tuple([ENOUGH, *found] if number > 1 and not down else found)


def _ids(plan: Plan) -> set[str]:
    reasons = (*plan.monitoring, *plan.reasons, *(r for block in plan.if_wrong for r in block.advice))
    return {i for r in reasons for i in r.rests_on} | {i for f in plan.verdict.findings for i in (f.rule, *f.rules)}


def dues(plan: Plan, kb: KnowledgeBase, when: Calendar | None) -> tuple[Due, ...]:
    """Everything the plan says to watch, what has a date first, in order of date."""
    periodic = tuple(
        r
        for r in plan.reasons
        for i in r.rests_on
        if i in kb.rules and kb.rules[i].monitor_every_days and kb.rules[i].region in (plan.region, "INT")
    )
    found = [_due(reason, plan, kb, when) for reason in (*plan.monitoring, *periodic)]
    return tuple(sorted(dict.fromkeys(found), key=lambda d: (d.day is None, d.day or 0)))


def _due(reason: Reason, plan: Plan, kb: KnowledgeBase, when: Calendar | None) -> Due:
    rule = next((kb.rules[i] for i in reason.rests_on if i in kb.rules), None)
    if rule is None:
        return Due(ALWAYS, reason.text, reason.rests_on)
    review = rule.numbers.get(REVIEW)
    if rule.monitor_every_days:
        every = round(rule.monitor_every_days)
        day = _next(reason, plan, when) or 1 + every
        first = f"{when.on(day)}, then every {every} days" if when else f"every {every} days"
        return Due(first, reason.text, reason.rests_on, day if when else None)
    if review is not None and review.value is not None and when and not when.down:
        day = when.rows[-1].first_day + round(Duration.of(review.value, review.unit).value)
        return Due(f"{when.on(day)} ({review.value:g} {review.unit} on the last dose)", reason.text, reason.rests_on, day)
    if rule.id in (*EACH_STEP, *EACH_STEP_DOWN) and when:
        days = ", ".join(when.short(row.first_day) for row in when.rows)
        return Due(f"at each step: {days}", reason.text, reason.rests_on, 1)
    return Due(ALWAYS, reason.text, reason.rests_on)


def _next(reason: Reason, plan: Plan, when: Calendar | None) -> int | None:
    """The day of the calendar on which the verdict says that this falls due next, where both have dates."""
    due = next((a.due for a in plan.verdict.advice if a.rule in reason.rests_on and _DATE.fullmatch(a.due)), None)
    return (date.fromisoformat(due) - when.start).days + 1 if due and when and when.start else None
