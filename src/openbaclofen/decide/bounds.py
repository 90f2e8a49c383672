"""The rules and a person go in; how high the dose may go, and which rules say so, comes out."""

from __future__ import annotations

from openbaclofen.decide.ladder import Bounds
from openbaclofen.decide.records import Reason
from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import Rule
from openbaclofen.safety.drafts import is_hint
from openbaclofen.safety.logic import Truth
from openbaclofen.safety.rulebook import holding, rulebook, standing_in
from openbaclofen.safety.situation import Situation


def bounds(situation: Situation, kb: KnowledgeBase, region: str) -> tuple[Bounds, tuple[Reason, ...]]:
    """The strictest ceilings that hold for this person, and the part of a usual dose the kidney rules leave.

    Hints never bound a plan. Where the region has no ceiling of its own the strictest of any region stands in.
    """
    book = rulebook(kb, region)
    holds = [rule for rule, judgement in holding(book.applied, situation, book) if judgement.truth is Truth.TRUE]
    stand_in = [rule for rule, judgement in standing_in(situation, book) if judgement.truth is Truth.TRUE]
    rules = [r for r in (*holds, *stand_in) if not is_hint(r, kb)]
    weight = situation.weight.value
    daily = [(mg, r) for r in rules if (mg := _daily(r, weight)) is not None]
    daily += [(mg, r) for r in rules if r.role == "plan" and r.region == region and (mg := _maintenance(r, weight)) is not None]
    single = [r.limits.single_mg for r in rules if r.limits is not None and r.limits.single_mg is not None]
    cuts = [(r.reduce_dose_by, r) for r in rules if r.reduce_dose_by is not None]
    part = 1 - max((cut for cut, _ in cuts), default=0.0)
    ceiling = min((mg for mg, _ in daily), default=None)
    reasons = [Reason(f"{r.text} [{r.region}]", (r.id,)) for mg, r in daily if mg == ceiling]
    reasons += [Reason(f"{r.text} [{r.region}]", (r.id,)) for cut, r in cuts if 1 - cut == part]
    return Bounds(None if ceiling is None else ceiling * part, min(single, default=None), part), tuple(reasons)


def _maintenance(rule: Rule, weight: float | None) -> float | None:
    """The top of the maintenance range that a rule of the region gives by weight."""
    target = rule.schedule.target_mg_per_kg_per_day if rule.schedule is not None else None
    return max(target) * weight if target is not None and weight is not None else None


def _daily(rule: Rule, weight: float | None) -> float | None:
    """The highest daily dose a plan may propose under a ceiling: what is usual, where the rule says so."""
    if rule.limits is None:
        return None
    per_kg = rule.limits.daily_mg_per_kg
    stated = (
        rule.limits.usual_daily_mg,
        rule.limits.daily_mg,
        per_kg * weight if per_kg is not None and weight is not None else None,
    )
    return min((mg for mg in stated if mg is not None), default=None)
