"""The first dose and the rises of an order go in; what is larger or faster than the schedules of the region allow comes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from openbaclofen.facts.schema import Rule
from openbaclofen.safety.drafts import TITRATION, Draft, Open, draft, is_hint, open_question
from openbaclofen.safety.evaluate import Judgement, Missing, Reason
from openbaclofen.safety.logic import Truth
from openbaclofen.safety.ordered import ORAL, Level, said_days, said_mg_per_day
from openbaclofen.safety.rulebook import EVERYWHERE, RuleBook, holding
from openbaclofen.safety.situation import Situation
from openbaclofen.safety.verdict import Severity

SLIGHT: Severity = "caution"
CLEAR: Severity = "moderate"
Found = list[tuple["Pace", Severity, Reason]]


@dataclass(frozen=True)
class Pace:
    """What one schedule allows this person, in milligrams a day; None where it does not say."""

    rule: Rule
    start: float | None
    start_single: float | None
    rise: float | None
    interval: float | None


def titration(situation: Situation, book: RuleBook) -> Iterator[Draft | Open]:
    """All that is too large or too fast on the way up."""
    rises = [(before, after) for before, after in pairwise(situation.levels) if 0 < before.daily_mg < after.daily_mg]
    begun = [level for level in situation.levels if level.daily_mg > 0]  # "none for 3 d, then ..." begins after these days
    starts = begun[:1] if situation.new_start.value is not False else []
    if situation.route.value != ORAL or not situation.takes or not (rises or starts):
        return
    schedules = _schedules(situation, book)
    known, unweighed = [], []
    for rule, judgement in schedules:
        if judgement.truth is Truth.TRUE:
            pace = _pace(rule, situation.weight.value)
            known.append(pace) if pace else unweighed.append(rule)
    starting = [p for p in known if p.start is not None]
    rising = [p for p in known if p.rise is not None and p.interval is not None]
    first = [f for level in starts for f in _start(level, starting)]
    found = [*first, *(f for pair in rises for f in _rise(*pair, rising))]
    unjudged = bool((starts and not starting) or (rises and not rising))
    if unweighed and (found or unjudged):
        yield Open(unweighed[0].id, SLIGHT, (Missing("weight", situation.weight.need),), unweighed[0].text)
        return
    if unjudged:
        yield from (open_question(r, j, SLIGHT) for r, j in schedules if j.truth is Truth.CANNOT_TELL)
    if situation.new_start.value is None:
        yield from (Open(p.rule.id, s, (Missing("start", situation.new_start.need),), p.rule.text) for p, s, _ in first)
        found = [f for f in found if f not in first]
    for pace, severity, reason in found:
        stands_in = pace.rule.region not in (book.region, EVERYWHERE)
        yield draft(pace.rule, Judgement(Truth.TRUE, (reason,)), book.kb, stands_in, severity, family=TITRATION)


def _schedules(situation: Situation, book: RuleBook) -> list[tuple[Rule, Judgement]]:
    """Schedules for this person: of the region and of everywhere; of any region where it has none with an interval itself.
    A slower option allows what it says, and forbids nothing that is faster."""

    def of(rules: tuple[Rule, ...]) -> list[tuple[Rule, Judgement]]:
        wanted = tuple(r for r in rules if r.schedule and r.role == "plan" and not is_hint(r, book.kb))
        return list(holding(wanted, situation, book))

    own = of(book.applied)
    if any(EVERYWHERE != r.region == book.region and _paces_all(r) for r, _ in own):
        return own
    return [*own, *of(book.others)]


def _paces_all(rule: Rule) -> bool:
    return rule.schedule is not None and rule.schedule.interval_days is not None and not rule.schedule.slower_option


def _pace(rule: Rule, weight: float | None) -> Pace | None:
    """A schedule in milligrams a day; None where that takes a weight that is not stated."""
    s = rule.schedule
    if s is None:
        return None
    times = max(s.doses_per_day or [1])
    per_kg = (s.start_mg_per_kg_per_day, s.increment_mg_per_kg_per_day)
    if weight is None and any(v is not None for v in per_kg):
        return None
    start, rise = (v * (weight or 0) if v is not None else None for v in per_kg)
    if start is None:
        start = s.start_mg_per_day if s.start_mg_per_day is not None else _times(s.start_mg_per_dose, times)
    if rise is None:
        rise = max(s.increment_mg_per_day) if s.increment_mg_per_day else _times(s.increment_mg_per_dose, times)
    single = s.start_mg_per_dose if s.start_mg_per_dose is not None else s.start_single_mg_at_most
    return Pace(rule, start, single, rise, s.interval_days[0] if s.interval_days else None)


def _times(per_dose: float | None, times: int) -> float | None:
    return None if per_dose is None else per_dose * times


def _start(first: Level, paces: list[Pace]) -> Found:
    """The first dose against the highest start that any schedule allows."""

    def kept(p: Pace) -> bool:
        return first.daily_mg <= (p.start or 0) and (p.start_single is None or first.largest_mg <= p.start_single)

    if not paces or any(kept(p) for p in paces):
        return []
    most = max(paces, key=lambda p: (p.start or 0, p.rule.id))
    allowed = most.start or 0
    second = allowed + (most.rise or allowed)
    words = f"is above the start of {allowed:g}" + (f" ({most.start_single:g} mg a dose)" if most.start_single else "")
    said = f"the first {said_mg_per_day(first.daily_mg)}, up to {first.largest_mg:g} mg a dose,"
    return [(most, CLEAR if first.daily_mg > second else SLIGHT, Reason(TITRATION, said, words))]


def _rise(before: Level, after: Level, paces: list[Pace]) -> Found:
    """A rise against the largest and fastest that any schedule allows."""
    rise, days = after.daily_mg - before.daily_mg, before.days

    def kept(p: Pace) -> bool:
        return rise <= (p.rise or 0) and (days is None or days >= (p.interval or 0))

    if not paces or any(kept(p) for p in paces):
        return []
    most = max(paces, key=lambda p: ((p.rise or 0) / (p.interval or 1), p.rule.id))
    allowed, interval = most.rise or 0, most.interval or 0
    larger, faster = rise > allowed, days is not None and days < interval
    after_days = f" after {said_days(days)}" if days is not None else ""
    reason = Reason(
        TITRATION,
        f"the rise from {before.daily_mg:g} to {said_mg_per_day(after.daily_mg)}{after_days}",
        f"is more than {allowed:g} mg/d every {said_days(interval)}",
    )
    return [(most, CLEAR if (larger and faster) or rise > 2 * allowed else SLIGHT, reason)]
