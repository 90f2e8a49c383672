"""A knowledge base and a region go in; the rules that hold there come out, with those that stand in for a gap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import Condition, Region, Rule
from openbaclofen.safety.drafts import is_hint, rank
from openbaclofen.safety.evaluate import Judgement, judge
from openbaclofen.safety.logic import Truth
from openbaclofen.safety.ordered import ORAL
from openbaclofen.safety.situation import Situation

EVERYWHERE = "INT"
REGIONS: tuple[str, ...] = get_args(Region)
NEVER_WITHOUT = ("ceiling", "stop", "boxed_warning", "ulcer", "overdose", "surgery", "newborn")


@dataclass(frozen=True)
class RuleBook:
    """Rules by use. applied: of the region and of everywhere; others: of other regions; about_events: ids of rules that ask
    for an event, so that they hold also where nothing is to be taken."""

    kb: KnowledgeBase
    region: str
    applied: tuple[Rule, ...]
    others: tuple[Rule, ...]
    about_events: frozenset[str]


@lru_cache(maxsize=10)
def rulebook(kb: KnowledgeBase, region: str) -> RuleBook:
    """The rules of a region."""
    rules = tuple(kb.rules.values())
    applied = tuple(r for r in rules if r.region in (region, EVERYWHERE))
    others = tuple(r for r in rules if r.region not in (region, EVERYWHERE))
    return RuleBook(kb, region, applied, others, frozenset(r.id for r in rules if asks_event(r.when)))


def asks_event(condition: Condition) -> bool:
    """Whether an event is part of a condition."""
    inner = [*(condition.any_of or ()), *([condition.not_] if condition.not_ else ())]
    return bool(condition.event) or any(asks_event(c) for c in inner)


def concerns(rule: Rule, situation: Situation, book: RuleBook) -> bool:
    """Whether a rule is about this route, and (unless it asks for an event) about someone who is to take baclofen."""
    if rule.id in book.about_events:
        return rule.route in ("any", *situation.routes)
    return situation.takes and rule.route in ("any", situation.route.value or ORAL)


def holding(rules: tuple[Rule, ...], situation: Situation, book: RuleBook) -> Iterator[tuple[Rule, Judgement]]:
    """Rules that concern the case, each with its judgement; those that are false are left out."""
    for rule in rules:
        if concerns(rule, situation, book):
            judgement = judge(rule.when, situation, rule.route)
            if judgement.truth is not Truth.FALSE:
                yield rule, judgement


def standing_in(situation: Situation, book: RuleBook) -> tuple[tuple[Rule, Judgement], ...]:
    """For each thing no one is to be without: where no rule of the region itself covers it for this person, the strictest
    rule of any region that does."""
    found: list[tuple[Rule, Judgement]] = []
    candidates = tuple(r for r in (*book.applied, *book.others) if r.covers and not is_hint(r, book.kb))
    everywhere = list(holding(candidates, situation, book))
    for thing in NEVER_WITHOUT:
        covering = [(r, j) for r, j in everywhere if r.covers == thing]
        if not covering or any(r.region == book.region for r, _ in covering):
            continue
        strictest = min(covering, key=_strictness)
        if strictest[0] in book.others:
            found.append(strictest)
    return tuple(found)


def _strictness(pair: tuple[Rule, Judgement]) -> tuple[int, int, float, int, str]:
    """What is certain before what cannot be told, then by severity, then the lowest ceiling; of equals by region."""
    rule, judgement = pair
    lowest = rule.limits.daily_mg if rule.limits and rule.limits.daily_mg is not None else float("inf")
    return -judgement.truth, rank(rule.severity), lowest, REGIONS.index(rule.region), rule.id
