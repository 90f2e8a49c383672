"""A draft of a plan goes in; it comes out answered: what to do, what that does, by the question that was asked."""

from __future__ import annotations

from dataclasses import replace

from openbaclofen.case.record import OralTherapy
from openbaclofen.decide.depressants import USUAL
from openbaclofen.decide.draft import Draft
from openbaclofen.decide.drinking import CONDITION, drinking_block
from openbaclofen.decide.foresee import foresee_dose
from openbaclofen.decide.likeness import TABLET, Likenesses
from openbaclofen.decide.milk import infant_block, newborn_block, therapy_daily_mg
from openbaclofen.decide.missed import missed_blocks
from openbaclofen.decide.overdose import foresee_ingestion
from openbaclofen.decide.products import supply
from openbaclofen.decide.records import Expected, Reason
from openbaclofen.decide.settled import effects
from openbaclofen.decide.spread import phase
from openbaclofen.decide.start import Choice, choose_dose
from openbaclofen.decide.stop import way_down
from openbaclofen.decide.stopped import ABRUPT, INDEX, NOTICED, OPPONENT, Way, abrupt_block, ways_out
from openbaclofen.dose.regimen import Regimen
from openbaclofen.infer.history import Taken
from openbaclofen.infer.typical import CannotTellError

SPASTICITY = "spasticity"
NO_SPASTICITY = (
    "no dose is proposed, since the benefit that doses are weighed by is relief of spasticity and the case names no "
    "cause of it (need patient.conditions or patient.spasticity_origin). For other uses findings and advice stand alone."
)
RELIEF = "tone falls by {:g} point or more, by the drug"
COMPARED = "chances that it needs support are to be compared with one another, not taken as they stand"
SMALLEST = "{} is the smallest dose that can be made, so it cannot be lowered in steps: leave it out."


def _start(draft: Draft) -> None:
    """Propose steps, unless a rule forbids or the kidneys are not known."""
    if draft.situation.egfr.value is None and not draft.verdict.stops:
        draft.cannot_tell("no dose is proposed without " + ", ".join(draft.situation.egfr.need))
        return
    if draft.situation.spasticity_origin.value is None and SPASTICITY not in draft.case.patient.conditions:
        draft.cannot_tell(NO_SPASTICITY)
        return
    choice = choose_dose(draft.case, draft.situation, draft.verdict, draft.kb, draft.likenesses)
    draft.candidates, draft.proposal = choice.candidates, choice.proposal
    draft.reasons += choice.reasons
    if choice.proposal is None or choice.regimen is None or choice.supply is None:
        worst = next((f for f in draft.verdict.findings if f.severity == "contraindicated" or f.blocks), None)
        why = f"{worst.action} ({worst.reason})" if worst is not None else choice.why
        draft.answer, draft.summary = "nothing permissible", f"No dose is proposed: {why}"
        return
    draft.answer = "proposal"
    of = draft.likenesses(choice.supply.form)
    settled = _settled(draft, choice, of)
    draft.proposal = foresee_dose(choice.proposal, choice.regimen, of, draft.before(), settled)
    first, last = draft.proposal.steps[0], draft.proposal.steps[-1]
    top = f"{last.sig} ({last.daily_mg:g} mg/day)"
    rise = f"; rise to {top} from day {last.day_from}; stay on the lowest step that is enough." if last is not first else "."
    draft.summary = f"{'Go on with' if draft.case.current else 'Start'} {first.sig if last is not first else top}{rise}"
    down = way_down(choice.regimen, None, choice.supply, draft.kb, draft.case.region)
    draft.stopping = down.steps
    kept = Taken(of.cycle(choice.regimen.phases[-1]))
    draft.if_wrong.append(abrupt_block(kept, of, draft.kb, last.sig))


def _settled(draft: Draft, choice: Choice, of: Likenesses) -> dict[float, tuple[Expected, ...]]:
    """What each daily dose of the ladder does once settled, the chance of relief first."""
    rows = effects([phase(r.doses_mg, None) for r in choice.ladder], of, draft.situation, draft.others, draft.kb)
    needed = draft.kb.value("decision.meaningful_relief")
    found = {}
    for rung, candidate, more in zip(choice.ladder, choice.candidates, rows, strict=True):
        relief = (replace(candidate.relief, quantity=RELIEF.format(needed)),) if candidate.relief else ()
        chances = tuple(e for e in (candidate.response, candidate.leaving) if e is not None)
        found[rung.daily_mg] = (*relief, *chances, *more)
    if draft.others is not None:
        text = f"breathing: one usual dose of each is assumed ({', '.join(draft.others.said)}); {COMPARED}"
        draft.reasons.append(Reason(text, (USUAL, "breathing.half", "breathing.failing")))
    return found


def _keep(draft: Draft) -> None:
    """What is taken goes on: verdict, advice, what to expect."""
    therapy = draft.case.therapy or (draft.case.current.therapy if draft.case.current else None)
    sig = therapy.text if isinstance(therapy, OralTherapy) else "nothing"
    draft.answer = "nothing permissible" if draft.verdict.stops else "no change"
    missed = draft.case.question == "missed"
    mind = "What to do about the missed dose stands below, by region." if missed else "The findings above say what to mind."
    draft.summary = f"The order in question is {sig}. " + (
        f"It must not stand: {draft.verdict.findings[0].action}" if draft.verdict.stops else mind
    )
    if missed and draft.taken is not None:
        _missed(draft, draft.taken)


def _missed(draft: Draft, taken: OralTherapy) -> None:
    """What the gap does before the next dose, where levels can be told."""
    if draft.situation.egfr.value is None:
        draft.notes.append("no consequence is predicted without " + ", ".join(draft.situation.egfr.need))
        return
    try:
        before, of = draft.before(), draft.likenesses(taken.form)
    except CannotTellError as error:
        draft.notes.append(f"the consequence is not predicted: {error.said}")
        return
    if before is not None:
        draft.if_wrong += missed_blocks(draft.case, before, of, draft.kb)
        draft.if_wrong.append(abrupt_block(before, of, draft.kb, taken.text))


def _stop(draft: Draft) -> None:
    """A way down in units that exist; at once only where a serious reaction forces it."""
    current = draft.taken
    if current is None:
        draft.cannot_tell("need current (what is taken now) to plan a way down")
        return
    units = supply(draft.kb, draft.case.region, current.form if current.form else TABLET, needs_liquid=False)
    if units is None:
        draft.answer, draft.summary = "nothing permissible", f"No product of the form {current.form} is known to taper with"
        return
    down = way_down(current.regimen, draft.situation.days_of_use.value, units, draft.kb, draft.case.region)
    draft.answer, draft.stopping = "proposal", down.steps
    draft.reasons += down.reasons
    days = down.steps[-1].day_from - 1
    way = f"Come down over {days} days in {len(down.steps)} steps; go back a step if signs of withdrawal appear."
    draft.summary = f"Do not stop at once. {way}" if days else SMALLEST.format(current.text)
    if draft.situation.egfr.value is None:
        draft.notes.append("no withdrawal is predicted without " + ", ".join(draft.situation.egfr.need))
        return
    before = draft.before()
    if before is None:
        return
    ways = [Way(ABRUPT, Regimen(()), proposed=not days)]
    if days:
        longer = way_down(current.regimen, draft.situation.days_of_use.value, units, draft.kb, draft.case.region, 2)
        ways += [Way("the proposed taper", down.regimen, proposed=True), Way("a taper twice as long", longer.regimen)]
    draft.ways_out = ways_out(ways, before, draft.likenesses(current.form), draft.kb)
    draft.reasons.append(Reason(INDEX, (NOTICED, OPPONENT)))


def drinking(draft: Draft) -> None:
    """What is expected of drinking, where the person has alcohol use disorder."""
    if CONDITION not in draft.case.patient.conditions or draft.case.question in ("stop", "ingestion"):
        return
    if draft.situation.egfr.value is None:
        draft.notes.append("no effect on drinking is predicted without " + ", ".join(draft.situation.egfr.need))
        return
    therapy = draft.case.therapy if isinstance(draft.case.therapy, OralTherapy) else draft.taken
    if therapy is None:
        return
    try:
        block = drinking_block(draft.case, draft.likenesses(therapy.form), draft.kb)
    except CannotTellError as error:
        draft.notes.append(f"drinking is not predicted: {error.said}")
        return
    draft.if_wrong += [block] if block is not None else []


def mother_and_child(draft: Draft) -> None:
    """What an infant gets with the milk, and how a newborn clears its share, where the mother's levels can be told."""
    daily_mg = draft.proposal.daily_mg if draft.proposal is not None else therapy_daily_mg(draft.case)
    concerned = draft.case.patient.breastfeeding or draft.case.patient.pregnant
    if not concerned or daily_mg <= 0 or draft.case.question == "ingestion" or draft.situation.egfr.value is None:
        return
    try:
        likenesses = draft.likenesses()
    except CannotTellError as error:
        draft.notes.append(f"milk and newborn are not predicted: {error.said}")
        return
    blocks = (infant_block(draft.case, daily_mg, likenesses, draft.kb), newborn_block(draft.case, likenesses, draft.kb))
    draft.if_wrong += [block for block in blocks if block is not None]


def _ingestion(draft: Draft) -> None:
    """Predicted concentrations after what was swallowed, beside what the rules say."""
    taken = next((e for e in draft.case.events if e.kind == "ingestion" and e.amount is not None), None)
    if taken is None or taken.amount is None:
        draft.cannot_tell("need events.ingestion.amount")
        return
    draft.answer = "advice"
    draft.summary = f"{taken.amount} swallowed: treat by the findings above; the levels below are predicted, not measured."
    if draft.situation.egfr.value is None:
        draft.notes.append("no levels are predicted without " + ", ".join(draft.situation.egfr.need))
        return
    draft.if_wrong += foresee_ingestion(taken.amount.value, draft.likenesses(), draft.kb, draft.case, draft.others)


ANSWERS = {
    "start": _start,
    "adjust": _start,
    "switch": _start,
    "check": _keep,
    "missed": _keep,
    "stop": _stop,
    "ingestion": _ingestion,
}
