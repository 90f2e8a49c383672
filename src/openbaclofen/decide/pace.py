"""The schedules of the rules and a person go in; the pace at which the dose may start and rise comes out, with its rule."""

from __future__ import annotations

from dataclasses import dataclass

from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import Rule, Schedule
from openbaclofen.safety.evaluate import judge
from openbaclofen.safety.logic import Truth
from openbaclofen.safety.situation import Situation


@dataclass(frozen=True)
class Pace:
    """How to start and rise. Daily milligrams; increment_mg a step; interval_days between steps; times doses a day."""

    rule: str
    region: str
    start_mg: float
    increment_mg: float
    interval_days: float
    times: int
    target_mg: float | None
    text: str
    by_weight: bool = False


def paces(situation: Situation, kb: KnowledgeBase, region: str, cautious: bool) -> tuple[Pace, ...]:
    """Every pace that the rules of the region (or, where it has none, any region's) give for this person, gentlest first.

    cautious: age or kidneys ask for care, so the international ones count too. A rule without a way to rise, or of weak
    source, gives none.
    """
    found = [(rule, pace) for rule in kb.rules.values() if (pace := pace_of(rule, situation)) is not None]
    own = [pace for rule, pace in found if rule.region == region]
    everywhere = [pace for rule, pace in found if rule.region == "INT"]
    chosen = [*own, *everywhere] if cautious else own or everywhere
    return tuple(
        sorted(chosen or [pace for _, pace in found], key=lambda p: (p.start_mg, p.increment_mg / p.interval_days, p.rule))
    )


def pace_of(rule: Rule, situation: Situation) -> Pace | None:
    """The pace a rule gives this person; None where it does not apply, is a hint, or does not say how to rise."""
    schedule = rule.schedule
    if schedule is None or rule.role != "plan" or rule.use == "hint" or rule.route == "intrathecal":
        return None
    if judge(rule.when, situation, "oral").truth is not Truth.TRUE or schedule.interval_days is None:
        return None
    weight = situation.weight.value
    times = max(schedule.doses_per_day or [1])
    start, increment = _start(schedule, times, weight), _increment(schedule, times, weight)
    if start is None:
        return None
    return Pace(
        rule.id,
        rule.region,
        start,
        increment or start,
        max(schedule.interval_days),
        times,
        _target(schedule, weight),
        rule.text,
        schedule.start_mg_per_kg_per_day is not None,
    )


def _start(schedule: Schedule, times: int, weight: float | None) -> float | None:
    if schedule.start_mg_per_dose is not None:
        return schedule.start_mg_per_dose * times
    if schedule.start_mg_per_day is not None:
        return schedule.start_mg_per_day
    if schedule.start_mg_per_kg_per_day is None or weight is None:
        return None
    start = schedule.start_mg_per_kg_per_day * weight
    return start if schedule.start_single_mg_at_most is None else min(start, schedule.start_single_mg_at_most * times)


def _increment(schedule: Schedule, times: int, weight: float | None) -> float | None:
    """Daily milligrams a step; None where the schedule leaves it open (a step then is as large as the start)."""
    if schedule.increment_mg_per_dose is not None:
        return schedule.increment_mg_per_dose * times
    if schedule.increment_mg_per_day is not None:
        return min(schedule.increment_mg_per_day)
    if schedule.increment_mg_per_kg_per_day is None or weight is None:
        return None
    return schedule.increment_mg_per_kg_per_day * weight


def _target(schedule: Schedule, weight: float | None) -> float | None:
    if schedule.target_mg_per_day is not None:
        return max(schedule.target_mg_per_day)
    if schedule.target_mg_per_kg_per_day is not None and weight is not None:
        return max(schedule.target_mg_per_kg_per_day) * weight
    return None
