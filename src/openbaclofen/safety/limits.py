"""A rule that sets a ceiling and the order go in; what the order exceeds comes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from openbaclofen.facts.schema import Rule
from openbaclofen.safety.datum import Datum
from openbaclofen.safety.drafts import Draft, Open, draft, is_hint, open_question
from openbaclofen.safety.evaluate import Judgement, Reason, both, either, leaf
from openbaclofen.safety.logic import Truth
from openbaclofen.safety.rulebook import EVERYWHERE, RuleBook, holding
from openbaclofen.safety.situation import Situation
from openbaclofen.safety.verdict import Severity

ABOVE_USUAL: Severity = "caution"  # above what is usual, but not above the ceiling


def judge_limit(rule: Rule, judgement: Judgement, now: Situation, book: RuleBook, stands_in: bool) -> Iterator[Draft | Open]:
    """What a ceiling says of the order: nothing where it is kept."""
    limits = rule.limits
    if limits is None:
        return
    hard = either(
        (
            _exceeds("dose", now.daily_mg, limits.daily_mg),
            _exceeds("dose", now.largest_mg, limits.single_mg),
            _exceeds("weight", now.daily_mg_per_kg, limits.daily_mg_per_kg),
        )
    )
    usual = _exceeds("dose", now.daily_mg, limits.usual_daily_mg)
    each: tuple[tuple[Judgement, Severity], ...] = ((hard, rule.severity), (usual, ABOVE_USUAL))
    for exceeded, severity in each:
        whole = both((exceeded, _without_age(judgement)))
        if whole.truth is Truth.TRUE:
            yield draft(rule, whole, book.kb, stands_in, severity)
            return
        if whole.truth is Truth.CANNOT_TELL:
            yield open_question(rule, whole, severity)
            return


def _exceeds(subject: str, ordered: Datum[float], ceiling: float | None) -> Judgement:
    if ceiling is None:
        return Judgement(Truth.FALSE)
    return leaf(subject, ordered, lambda value: value > ceiling, f"is above {ceiling:g}")


def _without_age(judgement: Judgement) -> Judgement:
    """That a ceiling is for adults need not be said; that it is for dialysis must."""
    return replace(judgement, reasons=tuple(r for r in judgement.reasons if r.subject != "age"))


def above_all(now: Situation, book: RuleBook) -> Iterator[Draft]:
    """Where the age is not stated: an order above the highest ceiling that any age, in any region, could have."""
    if now.age.value is not None or not now.daily_mg.value:
        return
    sourced = tuple(r for r in (*book.applied, *book.others) if r.covers == "ceiling" and not is_hint(r, book.kb))
    possible = [(r.limits.daily_mg, r) for r, _ in holding(sourced, now, book) if r.limits and r.limits.daily_mg is not None]
    ceiling, rule = max(possible, key=lambda pair: (pair[0], pair[1].region == book.region, pair[1].id), default=(None, None))
    if ceiling is not None and rule is not None and now.daily_mg.value > ceiling:
        reason = Reason("dose", now.daily_mg.said, f"is above {ceiling:g}, the highest for any age")
        stands_in = rule.region not in (book.region, EVERYWHERE)
        yield draft(rule, Judgement(Truth.TRUE, (reason,)), book.kb, stands_in)
