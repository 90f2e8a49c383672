"""The falls of a dose go in; a taper or a reduction that is faster than any source, or its region, allows comes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from openbaclofen.facts.schema import Rule
from openbaclofen.safety.drafts import STOP, Draft, draft, is_hint
from openbaclofen.safety.evaluate import Judgement, Reason
from openbaclofen.safety.happenings import Happening
from openbaclofen.safety.logic import Truth
from openbaclofen.safety.ordered import ORAL, Descent, Level, said_days, said_mg_per_day
from openbaclofen.safety.rulebook import RuleBook, holding
from openbaclofen.safety.situation import Situation
from openbaclofen.safety.verdict import Severity

SLIGHT: Severity = "caution"
CLEAR: Severity = "moderate"
AS_ONE_STOP: Severity = "major"


@dataclass(frozen=True)
class Fastest:
    """The fastest way down that any source gives: steps in mg a day, and the days between two of them."""

    rule: Rule
    step: float
    smallest: float
    days: float

    @property
    def words(self) -> str:
        """As the end of a reason."""
        source = f"{self.rule.id}, {self.rule.region}"
        return f"faster than {self.step:g} mg/d every {said_days(self.days)}, the fastest of any source ({source})"


def taper(situation: Situation, book: RuleBook) -> Iterator[Draft]:
    """All that is too large or too fast on the way down. A stop at once is a rule's own matter."""
    fastest = _fastest(book)
    for descent in situation.descents:
        if fastest is not None and not descent.at_once:
            yield from (_to_zero if descent.ends_at_zero else _to_less)(descent, fastest, situation, book)


def as_if_stopping(situation: Situation) -> Situation:
    """The same situation for rules about stopping, which also say how to taper and how to come down."""
    if not situation.descents:
        return situation
    down = (Happening("the dose comes down", ORAL),)
    return replace(situation, events={**situation.events, "stop": down, "reduce": down})


def _tapers(book: RuleBook) -> tuple[Rule, ...]:
    rules = (*book.applied, *book.others)
    return tuple(r for r in rules if r.taper is not None and r.route == ORAL and not is_hint(r, book.kb))


def _fastest(book: RuleBook) -> Fastest | None:
    given = [(r, t.step_mg_per_day, t.interval_days) for r in _tapers(book) if (t := r.taper)]
    found = [Fastest(r, max(steps), min(steps), min(days)) for r, steps, days in given if steps and days]
    return max(found, key=lambda f: (f.step / f.days, f.rule.id), default=None)


def _to_zero(descent: Descent, fastest: Fastest, situation: Situation, book: RuleBook) -> Iterator[Draft]:
    """A taper: against the fastest fall of any source, then against the time its region asks for."""
    fall, days = max(_falls(descent.levels), key=lambda f: f[0] / f[1])
    if fall / days > fastest.step / fastest.days:
        said = f"the dose falls by {said_mg_per_day(fall)} within {said_days(days)},"
        yield _too_fast(said, fastest, situation, book, AS_ONE_STOP)
    elif (wanted := _duration(situation, book)) is not None and descent.days < wanted[1]:
        rule, at_least, stands_in = wanted
        reason = Reason(
            "event:taper",
            f"the taper from {said_mg_per_day(descent.from_mg)} takes {said_days(descent.days)},",
            f"less than {said_days(at_least)}",
        )
        yield draft(rule, Judgement(Truth.TRUE, (reason,)), book.kb, stands_in, CLEAR, family=STOP)


def _to_less(descent: Descent, fastest: Fastest, situation: Situation, book: RuleBook) -> Iterator[Draft]:
    """A lower dose that goes on: against the largest step of any source; down to one step or less counts as a stop."""
    for (before, after), (fall, days) in zip(pairwise(descent.levels), _falls(descent.levels), strict=True):
        if fall > fastest.step:
            said = f"the dose falls from {before.daily_mg:g} to {said_mg_per_day(after.daily_mg)} in one step,"
            severity = AS_ONE_STOP if after.daily_mg <= fastest.smallest else CLEAR if fall > 2 * fastest.step else SLIGHT
            yield _too_fast(said, fastest, situation, book, severity)
        elif fall / days > fastest.step / fastest.days:
            said = f"the dose falls by {said_mg_per_day(fall)} and again after {said_days(days)},"
            yield _too_fast(said, fastest, situation, book, CLEAR)


def _falls(levels: tuple[Level, ...]) -> list[tuple[float, float]]:
    """Each fall in mg a day, with the days until the next; a fall to zero: since the last; the end of a reduction: no limit."""
    falls = []
    for before, after in pairwise(levels):
        days = before.days if after.daily_mg == 0 else after.days if after is not levels[-1] else None
        falls.append((before.daily_mg - after.daily_mg, days or float("inf")))
    return falls


def _too_fast(said: str, fastest: Fastest, situation: Situation, book: RuleBook, severity: Severity) -> Draft:
    """What is faster than any source allows: the stopping rule of the region speaks, or the one that stands in."""
    held = holding((*book.applied, *book.others), as_if_stopping(situation), book)
    stopping = [r for r, _ in held if r.covers == "stop" and r.route == ORAL]
    rule = min(stopping, key=lambda r: (r.region != book.region, r.id), default=fastest.rule)
    judgement = Judgement(Truth.TRUE, (Reason("event:taper", said, fastest.words),))
    return draft(rule, judgement, book.kb, rule.region != book.region, severity, family=STOP)


def _duration(situation: Situation, book: RuleBook) -> tuple[Rule, float, bool] | None:
    """The shortest taper that the region allows this person; of the strictest other region where it says nothing."""

    def of(rules: tuple[Rule, ...]) -> list[tuple[Rule, float]]:
        asked = tuple(r for r in rules if r in tapers)
        held = [r for r, j in holding(asked, as_if_stopping(situation), book) if j.truth is Truth.TRUE]
        return [(r, d) for r in held if (d := _days(r)) is not None]

    tapers = _tapers(book)
    if own := of(book.applied):
        return *min(own, key=lambda pair: (pair[1], pair[0].id)), False
    return (*max(others, key=lambda pair: (pair[1], pair[0].id)), True) if (others := of(book.others)) else None


def _days(rule: Rule) -> float | None:
    taper = rule.taper
    if taper is None:
        return None
    if taper.at_least_days is not None:
        return taper.at_least_days
    return min(taper.duration_days) if taper.duration_days else None
