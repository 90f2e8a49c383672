"""A rule that sets a ceiling and the order go in; what the order exceeds comes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from openbaclofen.facts.schema import Rule
from openbaclofen.safety.datum import Datum
from openbaclofen.safety.drafts import Draft, Open, draft, open_question
from openbaclofen.safety.evaluate import Judgement, both, either, leaf
from openbaclofen.safety.logic import Truth
from openbaclofen.safety.rulebook import RuleBook
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
