"""A rule that sets a ceiling and the order go in; what the order exceeds comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from openbaclofen.facts.rule import Band
from openbaclofen.facts.schema import Rule
from openbaclofen.safety.datum import Datum
from openbaclofen.safety.drafts import DOSE, Draft, Open, draft, is_hint, open_question
from openbaclofen.safety.evaluate import Judgement, Missing, Reason, both, either, leaf
from openbaclofen.safety.logic import Truth
from openbaclofen.safety.ordered import ORAL
from openbaclofen.safety.rulebook import EVERYWHERE, RuleBook, holding
from openbaclofen.safety.situation import Situation
from openbaclofen.safety.verdict import Severity

ABOVE_USUAL: Severity = "caution"  # above what is usual, but not above the ceiling
FAR_ABOVE_USUAL: Severity = "moderate"
HIGHEST = "the highest maintenance of any schedule"


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


def above_maintenance(now: Situation, book: RuleBook) -> Iterator[Draft | Open]:
    """An order by mouth above what every schedule by weight keeps up for this person: of the region and of everywhere, or
    where these give none, of any region. More than twice as much is more than a caution."""
    held = _that_hold(_by_weight, book.applied, now, book) or _that_hold(_by_weight, book.others, now, book)
    if not now.daily_mg.value or now.route.value != ORAL or not held:
        return
    if now.weight.value is None:
        missing = Judgement(Truth.CANNOT_TELL, (), (Missing("weight", now.weight.need),))
        yield from (open_question(r, missing, ABOVE_USUAL) for r in held)
        return
    weight, years = now.weight.value, now.age.value
    possible = [(max(s.target_mg_per_kg_per_day) * weight, r) for r in held if (s := r.schedule) and s.target_mg_per_kg_per_day]
    possible += [(max(b.mg_per_day), r) for r, b in _bands(years, now, book) if b.mg_per_day]
    most, rule = max(possible, key=lambda pair: (pair[0], pair[1].id))
    if now.daily_mg.value > most:
        reason = Reason("weight", f"{now.daily_mg.said} at {now.weight.said}", f"is above {most:g} mg/d, {HIGHEST}")
        severity = FAR_ABOVE_USUAL if now.daily_mg.value > 2 * most else ABOVE_USUAL
        stands_in = rule.region not in (book.region, EVERYWHERE)
        yield draft(rule, Judgement(Truth.TRUE, (reason,)), book.kb, stands_in, severity, family=DOSE)


def _that_hold(wanted: Callable[[Rule], bool], rules: tuple[Rule, ...], now: Situation, book: RuleBook) -> list[Rule]:
    """The sourced rules of a kind that hold for this person beyond doubt."""
    sourced = tuple(r for r in rules if r.role == "plan" and wanted(r) and not is_hint(r, book.kb))
    return [r for r, j in holding(sourced, now, book) if j.truth is Truth.TRUE]


def _by_weight(rule: Rule) -> bool:
    return rule.schedule is not None and rule.schedule.target_mg_per_kg_per_day is not None


def _bands(years: float | None, now: Situation, book: RuleBook) -> Iterator[tuple[Rule, Band]]:
    """The bands by age that hold."""
    for rule in _that_hold(lambda r: r.schedule is not None and bool(r.schedule.bands), book.applied, now, book):
        for band in (rule.schedule.bands if rule.schedule else None) or ():
            if years is not None and (band.from_years or 0) <= years < (band.to_years or float("inf")):
                yield rule, band
