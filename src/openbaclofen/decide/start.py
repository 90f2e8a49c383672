"""A case that asks for a dose goes in; the ladder, what the rules strike out, the doses weighed and the proposal come out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.decide.bounds import bounds
from openbaclofen.decide.ladder import Bounds, Rung, rungs, titration
from openbaclofen.decide.likeness import Likenesses
from openbaclofen.decide.pace import Pace, paces
from openbaclofen.decide.products import Supply, supply
from openbaclofen.decide.records import Candidate, Proposal, Reason
from openbaclofen.decide.stop import steps_of
from openbaclofen.decide.weigh import choose, weigh
from openbaclofen.dose.regimen import Regimen
from openbaclofen.dose.sig import format_regimen
from openbaclofen.facts import KnowledgeBase
from openbaclofen.safety.check import check
from openbaclofen.safety.situation import Situation
from openbaclofen.safety.verdict import Verdict

CAUTIOUS_TOPICS = ("elderly", "renal")  # of a finding; of advice, which says the same softly, the first alone
TABLET = "tablet"


@dataclass(frozen=True)
class Choice:
    """What came of weighing. proposal None: nothing is permissible, `why` says why."""

    proposal: Proposal | None
    candidates: tuple[Candidate, ...]
    ladder: tuple[Rung, ...]
    regimen: Regimen | None
    supply: Supply | None
    reasons: tuple[Reason, ...]
    why: str


def choose_dose(
    case: Case, situation: Situation, verdict: Verdict, kb: KnowledgeBase, likenesses: Callable[[str], Likenesses]
) -> Choice:
    """The lowest dose whose net benefit is near the best, among those that break no rule. likenesses: of a form, if needed."""
    pace = gentlest(case, situation, verdict, kb)
    if pace is None:
        return _nothing("no sourced rule says how to start and raise the dose for this person in this region")
    limit, limits = bounds(situation, kb, case.region)
    units = _supply(case, verdict, kb, pace, limit)
    if units is None:
        return _nothing("no product of a form that fits is known")
    times = max(pace.times, int(kb.value("decision.doses_per_day")))
    liquid = units.strength_mg_per_ml is not None
    ladder = rungs(pace, limit, units.unit_mg, times, equal=liquid, from_mg=_taken_now(case))
    if not ladder:
        return _nothing(f"the smallest dose that can be made ({units.unit_mg:g} mg) is above what the rules leave", limits)
    struck = struck_out(case, ladder, pace, units, kb)
    if ladder[0].daily_mg in struck:
        return _nothing(f"even {ladder[0].sig} is {struck[ladder[0].daily_mg]}", limits)
    candidates = weigh(ladder, struck, likenesses(units.form), kb)
    chosen, candidates = choose(candidates, kb)
    if chosen is None:
        return _nothing("every dose of the ladder breaks a rule", limits)
    top = next(r for r in ladder if r.daily_mg == chosen.daily_mg)
    regimen = titration(ladder, top, pace)
    proposal = Proposal(
        steps_of(regimen, units),
        top.daily_mg,
        limit.ceiling_mg,
        tuple(r.text for r in limits),
        f"{pace.text} [{pace.rule}, {pace.region}]",
    )
    reasons = (Reason(f"pace: {pace.text}", (pace.rule,)), *limits, Reason(f"dosed with {units.why}"))
    return Choice(proposal, candidates, ladder, regimen, units, reasons, "")


def gentlest(case: Case, situation: Situation, verdict: Verdict, kb: KnowledgeBase) -> Pace | None:
    """The gentlest pace that the rules give this person; None where they give none."""
    return next(iter(paces(situation, kb, case.region, cautious=_careful(verdict, kb))), None)


def _careful(verdict: Verdict, kb: KnowledgeBase) -> bool:
    """Whether age, kidneys, spasticity of cerebral origin or any major finding ask for the gentlest pace."""
    advised = any(kb.rules[a.rule].topic == CAUTIOUS_TOPICS[0] for a in verdict.advice)
    return advised or any(f.topic in CAUTIOUS_TOPICS or (f.severity == "major" and not f.hint) for f in verdict.findings)


def struck_out(case: Case, ladder: Sequence[Rung], pace: Pace, units: Supply, kb: KnowledgeBase) -> dict[float, str]:
    """Daily doses that the checker forbids, or at which it finds more than at the lowest, with what it says."""
    struck: dict[float, str] = {}
    base: frozenset[tuple[str, str]] | None = None
    for rung in ladder:
        verdict = check(ordered(case, titration(tuple(ladder), rung, pace), units), kb)
        found = frozenset((f.rule, f.severity) for f in verdict.findings if not f.hint)
        stop = next((f for f in verdict.findings if f.severity == "contraindicated" or f.blocks), None)
        base = found if base is None else base
        new = next(
            (
                f
                for f in verdict.findings
                if (f.rule, f.severity) in found - base and f.severity in ("contraindicated", "major", "moderate")
            ),
            None,
        )
        worst = stop or new
        if worst is not None:
            struck[rung.daily_mg] = f"struck out: {worst.severity} finding {worst.rule}"
    return struck


def ordered(case: Case, regimen: Regimen, units: Supply) -> Case:
    """The case with this regimen as its order."""
    sig = format_regimen(regimen)
    strength = units.strength_mg_per_ml
    return replace(case, therapy=OralTherapy(regimen, sig, sig, form=units.form, strength_mg_per_ml=strength))


def _supply(case: Case, verdict: Verdict, kb: KnowledgeBase, pace: Pace, limit: Bounds) -> Supply | None:
    """The form ordered; a liquid where a rule finds tablets unfit, or a dose by weight is finer than the smallest tablet."""
    order = case.therapy if isinstance(case.therapy, OralTherapy) else None
    form, strength = (order.form, order.strength_mg_per_ml) if order else (TABLET, None)
    units = supply(kb, case.region, form, needs_liquid=False, strength=strength)
    unfit = form == TABLET and any(f.topic == "formulation" for f in verdict.findings)
    too_coarse = units is not None and pace.by_weight and units.unit_mg > pace.start_mg * limit.part / pace.times
    return supply(kb, case.region, form, needs_liquid=True) if unfit or too_coarse else units


def _taken_now(case: Case) -> float:
    current = case.current.therapy if case.current is not None else None
    return current.regimen.last_daily_mg if isinstance(current, OralTherapy) else 0.0


def _nothing(why: str, reasons: tuple[Reason, ...] = ()) -> Choice:
    return Choice(None, (), (), None, None, reasons, why)
