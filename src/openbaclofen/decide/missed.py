"""Doses missed, or one doubled, of what is taken for long go in; what that does until the next dose comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Course
from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.decide.expect import expected, significant
from openbaclofen.decide.likeness import Likenesses
from openbaclofen.decide.records import Expected, IfWrong, Reason
from openbaclofen.decide.stopped import NOTICED, PEOPLE
from openbaclofen.dose.regimen import Phase
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.history import Taken
from openbaclofen.outcome.withdrawal import rebound_points
from openbaclofen.units import HOURS_PER_DAY

USUALLY, REBOUND = "usually", "rebound"
How = Callable[[np.ndarray], np.ndarray]
MOST = 100  # doses of a calendar that a gap is looked for in
NOT_SAID = "How long ago the last dose was is not stated (events: missed: {after: 6 h}); the rules stand below."
LONG = (
    "Nothing was taken for a day or more: look for signs of withdrawal, and ask the prescriber at once where there are any. "
    "No source read says after how many missed doses to begin again lower."
)


@dataclass(frozen=True)
class Gap:
    """Doses not taken. last: which dose of a day was the last one taken; hours: since then. late: hours since the latest dose
    that was missed was due; next_h: until the next one is."""

    last: int
    hours: float
    missed: int
    late: float
    next_h: float


def gap_of(case: Case) -> Gap | None:
    """What the case says of a gap; None where it does not say how long ago the last dose was. Where it does not say which dose
    that was, the first of a day that fits the number missed."""
    event = next((e for e in case.events if e.kind == "missed"), None)
    current = case.current.therapy if case.current else None
    if event is None or event.after is None or not isinstance(current, OralTherapy) or not current.regimen.phases:
        return None
    hours, _ = _calendar(current.regimen.phases[-1], MOST)
    gap, found = event.after.hours, []
    for last in range(len(current.regimen.phases[-1].at_h)):
        now = hours[last] + gap
        due = hours[(hours > hours[last]) & (hours <= now)]
        coming = hours[hours > now]
        late = now - due[-1] if len(due) else 0.0
        found.append(Gap(last, gap, len(due), float(late), float(coming[0] - now) if len(coming) else 0.0))
    return min(found, key=lambda g: (abs(g.missed - (event.count or 1)), g.last))


def what_now(case: Case, kb: KnowledgeBase) -> str:
    """What the rules say to do now; rules that disagree are named."""
    gap, rules = gap_of(case), {r.id: r for r in kb.rules.values() if r.topic == "missed dose"}
    if gap is None:
        return f"Never double a dose. {NOT_SAID}"
    if not gap.missed:
        return f"No dose was due in the {gap.hours:g} h since the last: take the next one in {gap.next_h:g} h."
    said = []
    for rule in rules.values():
        skip, take = rule.numbers.get("skip_if_next_within"), rule.numbers.get("take_if_within")
        now = gap.next_h >= (skip.value or 0) if skip else gap.late <= ((take and take.value) or 0)
        said.append((now, f"{rule.region} [{rule.id}]"))
    answers = {True: "take one dose now", False: "leave the missed dose out"}
    told = [
        f"{answers[now]} by {' and '.join(w for n, w in said if n is now)}"
        for now in (True, False)
        if any(n is now for n, _ in said)
    ]
    text = f"{'; or '.join(told)}. Then go on as usual, the next dose in {gap.next_h:g} h; never double a dose."
    return text[0].upper() + text[1:] + (f" {LONG}" if gap.hours >= HOURS_PER_DAY else "")


def missed_blocks(case: Case, before: Taken, likenesses: Likenesses, kb: KnowledgeBase) -> tuple[IfWrong, ...]:
    """Two blocks: the doses missed, up to now or to the next one due; and the first dose of a day taken twice."""
    current = case.current.therapy if case.current else None
    if not isinstance(current, OralTherapy):
        return ()
    phase = current.regimen.phases[-1]
    gap = gap_of(case)
    first = _until_now(phase, gap) if gap is not None else _until_next(phase, _count(case))
    missed = _followed(first.given, first.end, before, likenesses, kb)
    usual = _followed(first.usual, first.end, before, likenesses, kb)
    rows = tuple(_row(title.format(first.when), name, how, missed, usual, likenesses) for title, name, how in GAP)
    return (
        IfWrong(f"{first.title}, by simulation", (Reason(first.words, (NOTICED,)),), rows),
        doubled_block(phase, None, before, likenesses, kb),
    )


def doubled_block(phase: Phase, more_mg: float | None, before: Taken, likenesses: Likenesses, kb: KnowledgeBase) -> IfWrong:
    """The first dose of a day with so much more (None: the same again), and the day after it."""
    hours, mg = _calendar(phase, len(phase.at_h) + 1)
    end = hours[0] + HOURS_PER_DAY
    twice = np.concatenate([mg[:1] + (mg[0] if more_mg is None else more_mg), mg[1:]])
    doubled = _followed(Doses(hours, twice), end, before, likenesses, kb)
    once = _followed(Doses(hours, mg), end, before, likenesses, kb)
    rows = tuple(_row(*row, doubled, once, likenesses) for row in DOUBLE)
    text = f"{twice[0]:g} mg instead of {mg[0]:g} mg at {hours[0]:g}:00, the other doses as usual, over the 24 h from then"
    return IfWrong("a dose is doubled, by simulation", (Reason(text),), rows)


@dataclass(frozen=True)
class _Missing:
    """Doses with the gap and as usual, to an hour. when: what that hour is."""

    title: str
    words: str
    when: str
    given: Doses
    usual: Doses
    end: float


def _until_now(phase: Phase, gap: Gap) -> _Missing:
    hours, mg = _calendar(phase, int(gap.hours // HOURS_PER_DAY + 2) * len(phase.at_h))
    taken = slice(0, gap.last + 1)
    words = (
        f"the dose at {hours[gap.last]:g}:00 is taken as the last one, which fits {gap.missed} missed; each number is that now"
    )
    given, usual = Doses(hours[taken], mg[taken]), Doses(hours, mg)
    return _Missing(f"nothing is taken for {gap.hours:g} h", words, "now", given, usual, float(hours[gap.last] + gap.hours))


def _until_next(phase: Phase, count: int) -> _Missing:
    hours, mg = _calendar(phase, count + len(phase.at_h) + 1)
    usual_gap = _last_gap(phase)
    which = f"the first {count if count > 1 else 'one'} of a day"
    words = (
        f"which doses is not stated: {which} is taken as missed, so {hours[count] - hours[0] + usual_gap:g} h pass without a "
        f"dose where {usual_gap:g} h are usual; each number is that just before the next dose, or the highest until then"
    )
    title = f"{count} doses are missed" if count > 1 else "one dose is missed"
    given, usual = Doses(hours[count:], mg[count:]), Doses(hours, mg)
    return _Missing(title, words, "before the next dose", given, usual, float(hours[count]))


def _count(case: Case) -> int:
    return sum(e.count or 1 for e in case.events if e.kind == "missed") or 1


def _at_end(values: np.ndarray) -> np.ndarray:
    return values[:, -1]


def _highest(values: np.ndarray) -> np.ndarray:
    return values.max(axis=1)


GAP = (
    ("plasma {}", "plasma", _at_end),
    ("modified Ashworth {}", "modified_ashworth", _at_end),
    ("rebound {}, highest", REBOUND, _highest),
    ("withdrawal severity {}, highest", "withdrawal", _highest),
)
DOUBLE = (
    ("plasma, highest", "plasma", _highest),
    ("spinal fluid, highest", "csf", _highest),
    ("chance of drowsiness, highest", "sedation", _highest),
)


def _calendar(phase: Phase, at_least: int) -> tuple[np.ndarray, np.ndarray]:
    """Hours and milligrams of so many doses or more, from the first of a dosing day on."""
    days = at_least // max(len(phase.at_h), 1) + 1
    taken = sorted(zip(phase.at_h, phase.doses_mg, strict=True))
    hours = [day * phase.every_days * HOURS_PER_DAY + at for day in range(days) for at, _ in taken]
    return np.array(hours), np.tile([mg for _, mg in taken], days)


def _last_gap(phase: Phase) -> float:
    """Hours from the last dose of a cycle to the first of the next."""
    return min(phase.at_h) + phase.every_days * HOURS_PER_DAY - max(phase.at_h)


def _followed(doses: Doses, until_h: float, before: Taken, likenesses: Likenesses, kb: KnowledgeBase) -> Course:
    times = np.linspace(0.0, until_h, 2 * int(np.ceil(until_h)) + 1)
    return likenesses.course(doses, times, before, number=int(kb.value(PEOPLE)))


def _row(title: str, name: str, how: How, found: Course, usual: Course, likenesses: Likenesses) -> Expected:
    if found.ignorance is None:
        raise AssertionError("a course for a plan carries its ignorance")
    slope = np.asarray(likenesses.everyone.response.spasticity.slope)
    people = _values(found, name, slope[: len(found.plasma_ng_per_ml)], how)
    draws = _values(found.ignorance, name, slope[likenesses.number :], how)
    beside = _values(usual, name, slope[: len(usual.plasma_ng_per_ml)], how)
    unit = "points of tone above those without drug" if name == REBOUND else found.units[name]
    made = expected(title, unit, people, draws, found.grades["withdrawal" if name == REBOUND else name])
    return replace(made, against=significant(float(np.median(beside))), against_is=USUALLY)


def _values(course: Course, name: str, slope: np.ndarray, how: How) -> np.ndarray:
    if name == REBOUND:
        return how(rebound_points(course.outcomes["reflex_gain"], slope[:, None]))
    return how(course.quantities()[name])
