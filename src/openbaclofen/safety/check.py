"""A case and the knowledge base go in; the verdict comes out: findings worst first, what cannot be told, advice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from openbaclofen.case.record import Case, IntravenousTherapy
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import Rule
from openbaclofen.safety import merge
from openbaclofen.safety.drafts import STOP, Draft, Open, draft, open_question, rank
from openbaclofen.safety.evaluate import Judgement, Missing, Reason, judge
from openbaclofen.safety.happenings import Happening
from openbaclofen.safety.interactions import interactions
from openbaclofen.safety.limits import above_all, above_maintenance, judge_limit
from openbaclofen.safety.logic import Truth
from openbaclofen.safety.makeable import makeable
from openbaclofen.safety.ordered import ORAL, said_mg_per_day
from openbaclofen.safety.refill import REFILL, due, with_overdue
from openbaclofen.safety.rulebook import RuleBook, holding, rulebook, standing_in
from openbaclofen.safety.situation import Situation, situation
from openbaclofen.safety.taper import as_if_stopping, taper
from openbaclofen.safety.titration import titration
from openbaclofen.safety.verdict import Advice, CannotTell, Finding, Severity, Verdict

Overall = Severity | Literal["clean", "cannot tell"]
KEPT: dict[Severity, Severity] = {"moderate": "caution"}  # of a rule that asks for less, where the order is as low already
BESIDE_A_STOP: Severity = "caution"
TIMES = ("h", "d", "wk", "mo", "a")  # of a number that says when, so that no interval is missed
NO_INTERVAL = "no interval in any source read"
ADVICE = ("counsel", "monitor")
STOPS, STOPPED = ("stop", "boxed_warning"), {"stop", "stop_or_refill_overdue"}
Held = list[tuple[Rule, Judgement, bool]]  # rule, its judgement, whether it stands in for a region without its own


def check(case: Case, kb: KnowledgeBase) -> Verdict:
    """Judge a case by the rules of its region, of everywhere, and of other regions where its own have a gap.

    Errors: InputError for an order into a vein, of which no rule speaks.
    """
    if isinstance(case.therapy, IntravenousTherapy):
        raise InputError("no rule speaks of baclofen into a vein; such an order can be simulated and exported", "therapy.route")
    book, case = rulebook(kb, case.region), with_overdue(case, kb)
    now = situation(case, kb)
    held = _held(now, book)
    if "ingestion" in now.events:
        now = _with_overdose(now, held)
        held = _held(now, book)
    said = [
        *_rules(held, now, book),
        *above_all(now, book),
        *above_maintenance(now, book),
        *interactions(case, now, book),
        *titration(now, book),
        *taper(now, book),
        *makeable(case, book),
        *_conditions_not_known(case, now, book),
        *_reason_to_stop(now, book),
    ]
    stopping = as_if_stopping(now)
    drafts = [d for d in said if isinstance(d, Draft)]
    findings = merge.findings(drafts, kb, lambda r: _spoken_of(r, book) and judge(r.when, stopping).truth is Truth.TRUE)
    cannot_tell = merge.cannot_tell(q for q in said if isinstance(q, Open))
    return Verdict(
        _severity(findings, cannot_tell),
        findings,
        cannot_tell,
        _advice(held, kb, case),
        case.region,
        tuple(sorted({r for f in findings for r in f.rules} | {r for c in cannot_tell for r in c.rules})),
    )


def stop_of_unknown_dose(route: str, region: str, kb: KnowledgeBase) -> Verdict:
    """What is said of baclofen that ends at once, where it is not known how much is taken.

    The stopping rule of the region speaks, else the worst of any other.
    """
    asked = [r for r in kb.rules.values() if r.route == route and r.covers in STOPS and STOPPED & set(r.when.event or ())]
    rule = min(asked, key=lambda r: (r.region != region, rank(r.severity), r.id))
    reason = Reason("event:stop", "an order of baclofen is to end, and how much is taken could not be read")
    said = draft(rule, Judgement(Truth.TRUE, (reason,)), kb, rule.region != region)
    findings = merge.findings([said], kb, lambda _: False)
    return Verdict(rule.severity, findings, (), (), region, (rule.id,))


def _spoken_of(rule: Rule, book: RuleBook) -> bool:
    """Whether a rule that says otherwise is told: how another region raises or tapers a dose is not."""
    return rule.role != "plan" or rule in book.applied


def _held(now: Situation, book: RuleBook) -> Held:
    return [*((r, j, False) for r, j in holding(book.applied, now, book)), *((r, j, True) for r, j in standing_in(now, book))]


def _rules(held: Held, now: Situation, book: RuleBook) -> Iterator[Draft | Open]:
    for rule, judgement, stands_in in held:
        if rule.role == "limit":
            yield from judge_limit(rule, judgement, now, book, stands_in)
        elif rule.role == "finding" and judgement.truth is Truth.TRUE:
            yield draft(rule, judgement, book.kb, stands_in, KEPT.get(rule.severity) if _cut_is_kept(rule, now, held) else None)
        elif judgement.truth is Truth.CANNOT_TELL and (rule.role == "finding" or (rule.role in ADVICE and _goes_on(now))):
            yield open_question(rule, judgement)


def _goes_on(now: Situation) -> bool:
    """Whether baclofen is ordered or taken, so that advice on taking it is asked for: not where some was only swallowed."""
    return any(level.daily_mg > 0 for level in now.levels) or now.routes != {ORAL}


def _cut_is_kept(rule: Rule, now: Situation, held: Held) -> bool:
    """Whether the order already leaves out the fraction that a rule asks for, of the lowest ceiling that holds."""
    ceilings = [
        r.limits.daily_mg
        for r, j, _ in held
        if r.covers == "ceiling" and j.truth is Truth.TRUE and r.limits and r.limits.daily_mg is not None
    ]
    ordered = now.daily_mg.value
    if rule.reduce_dose_by is None or ordered is None or not ceilings:
        return False
    return 0 < ordered <= (1 - rule.reduce_dose_by) * min(ceilings)


def _severity(findings: tuple[Finding, ...], cannot_tell: tuple[CannotTell, ...]) -> Overall:
    if findings:
        return findings[0].severity
    return "cannot tell" if cannot_tell else "clean"


def _advice(held: Held, kb: KnowledgeBase, case: Case) -> tuple[Advice, ...]:
    """Counselling and monitoring that hold for this person, with when it is due, in the order of the knowledge base."""
    return tuple(
        Advice(
            r.id,
            "monitor" if _watched(r) else "counsel",
            r.text,
            r.region,
            tuple(merge.cited(k, kb) for k in r.sources),
            r.monitor_every_days,
            due(case, kb) if r.id == REFILL else _due(r, case.as_of),
        )
        for r, j, _ in held
        if (r.role == "counsel" or _watched(r)) and j.truth is Truth.TRUE
    )


def _watched(rule: Rule) -> bool:
    """Whether something is to be looked at again; a way down that gives an interval asks for it too."""
    return rule.role == "monitor" or rule.monitor_every_days is not None


def _due(rule: Rule, today: date) -> str:
    """When something to be watched is due next; that no source says how often, where none does."""
    if not _watched(rule):
        return ""
    if rule.monitor_every_days is not None:
        return (today + timedelta(days=round(rule.monitor_every_days))).isoformat()
    timed = any(amount.unit in TIMES for amount in rule.numbers.values())
    return "" if timed else NO_INTERVAL


def _with_overdose(now: Situation, held: Held) -> Situation:
    """An ingestion of no more than one dose of the order, or the largest single dose that a ceiling allows, is an extra dose;
    any other is an overdose, said beside the highest daily dose."""
    swallowed = now.events["ingestion"]
    ceilings = [r for r, j, _ in held if r.covers == "ceiling" and j.truth is Truth.TRUE and r.limits is not None]
    singles = [r.limits.single_mg for r in ceilings if r.limits and r.limits.single_mg is not None]
    most = max(min(singles, default=0), now.largest_mg.value or 0)
    if all(h.amount_mg is not None for h in swallowed) and sum(h.amount_mg or 0 for h in swallowed) <= most:
        events = {k: v for k, v in now.events.items() if k != "ingestion"}
        return replace(now, events={**events, "extra dose": swallowed})
    dailies = [(r.limits.daily_mg, r.id) for r in ceilings if r.limits and r.limits.daily_mg is not None]
    if not dailies:
        return now
    daily, rule = min(dailies)
    return replace(now, events={**now.events, "ingestion": tuple(_beside(h, daily, rule) for h in swallowed)})


def _beside(happening: Happening, daily: float, rule: str) -> Happening:
    if happening.amount_mg is None or happening.amount_mg <= daily:
        return happening
    times = f"{happening.amount_mg / daily:.2g} times the highest daily dose of {said_mg_per_day(daily)} ({rule})"
    return replace(happening, said=f"{happening.said}, {times}")


def _conditions_not_known(case: Case, now: Situation, book: RuleBook) -> Iterator[Open]:
    """Conditions whose words mean nothing to the program: no rule was asked about them."""
    unknown = case.patient.unknown_conditions
    asking = [r for r in book.applied if r.when.any_condition and r.role == "finding"]
    if unknown and asking and now.takes:
        worst = min(asking, key=lambda r: (rank(r.severity), r.id))
        need = tuple(f"patient.conditions: {text!r} is not known to the program" for text in sorted(unknown))
        yield Open(worst.id, worst.severity, (Missing("condition names", need),), "whether a rule speaks of it")


def _reason_to_stop(now: Situation, book: RuleBook) -> Iterator[Draft]:
    """An allergy, told beside a stop: the serious reaction for which labels allow one at once. It forbids no stop."""
    if now.takes or "stop" not in now.events:
        return
    for rule in book.applied:
        if rule.when.allergy and (judgement := judge(rule.when, now)).truth is Truth.TRUE:
            yield replace(draft(rule, judgement, book.kb, severity=BESIDE_A_STOP, family=STOP), blocks=False)
