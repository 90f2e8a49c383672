"""A draft of a plan goes in; it comes out answered: what to do, what that does, by the question that was asked."""

from __future__ import annotations

from openbaclofen.case.record import OralTherapy
from openbaclofen.decide.adjust import adjust_observed
from openbaclofen.decide.draft import Draft
from openbaclofen.decide.drinking import CONDITION, drinking_block
from openbaclofen.decide.foresee import foresee_dose
from openbaclofen.decide.kidneys_lower import lower_for_kidneys
from openbaclofen.decide.ladder import Rung
from openbaclofen.decide.milk import infant_block, newborn_block, therapy_daily_mg
from openbaclofen.decide.missed import doubled_block, missed_blocks, what_now
from openbaclofen.decide.not_working import not_working
from openbaclofen.decide.overdose import foresee_ingestion
from openbaclofen.decide.records import Candidate, Step
from openbaclofen.decide.settled_doses import settled_doses
from openbaclofen.decide.start import choose_dose
from openbaclofen.decide.stop import way_down
from openbaclofen.decide.stopped import abrupt_block
from openbaclofen.decide.stopping import leave, stop, units_of, way_from
from openbaclofen.decide.switch import switch
from openbaclofen.decide.weigh import weigh
from openbaclofen.infer.history import Taken
from openbaclofen.infer.typical import CannotTellError
from openbaclofen.safety.verdict import Finding, Verdict
from openbaclofen.units import DAYS_PER_WEEK

SPASTICITY = "spasticity"
OVERDOSE = "overdose"
EXTRA = (
    "{:g} mg is no more than a single dose, so no rule calls it an overdose. More drowsiness is likely for some hours: no "
    "driving. Take the next dose as ordered, unless still very drowsy. Any sign of too much, as below: treat as an overdose."
)
NO_SPASTICITY = (
    "no dose is proposed, since the benefit that doses are weighed by is relief of spasticity and the case names no "
    "cause of it (need patient.conditions or patient.spasticity_origin). For other uses findings and advice stand alone."
)


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
    if choice.proposal is None or choice.regimen is None or choice.supply is None:
        worst = next((f for f in draft.verdict.findings if f.severity == "contraindicated" or f.blocks), None)
        draft.reasons += choice.reasons if worst is None else ()
        leave(draft, f"No dose is proposed: {_forbidden(worst) if worst is not None else choice.why}")
        return
    draft.reasons += choice.reasons
    draft.answer = "proposal"
    of = draft.likenesses(choice.supply.form)
    settled = settled_doses(draft, choice.ladder, choice.candidates, of)
    draft.proposal = foresee_dose(choice.proposal, choice.regimen, of, draft.before(), settled)
    first, last = draft.proposal.steps[0], draft.proposal.steps[-1]
    top = f"{last.sig} ({last.daily_mg:g} mg/day)"
    rise = f"; rise to {top} from day {last.day_from}; stay on the lowest step that is enough." if last is not first else "."
    draft.summary = f"{_verb(draft, first.daily_mg)} {first.sig if last is not first else top}{rise}"
    down = way_down(choice.regimen, None, choice.supply, draft.kb, draft.case.region)
    draft.stopping = down.steps
    kept = Taken(of.cycle(choice.regimen.phases[-1]))
    draft.if_wrong += [not_working(draft.proposal.steps, draft.case, draft.kb), abrupt_block(kept, of, draft.kb, last.sig)]


def _verb(draft: Draft, daily_mg: float) -> str:
    """What the first step is, beside what is taken now."""
    now = draft.taken.regimen.last_daily_mg if draft.taken else 0.0
    if not now:
        return "Start"
    return "Lower to" if daily_mg < now else "Go on with"


def _forbidden(finding: Finding) -> str:
    """Why, and by whose rule."""
    return f"{finding.action.rstrip('.')} [{finding.region}]"


def _adjust(draft: Draft) -> None:
    """By what was observed, where that can be; else as from a start."""
    if not adjust_observed(draft) and not lower_for_kidneys(draft):
        _start(draft)


def _keep(draft: Draft) -> None:
    """What is taken goes on: what it does, how it would end; of a missed dose, what to do now."""
    therapy = draft.case.therapy or (draft.case.current.therapy if draft.case.current else None)
    sig = therapy.text if isinstance(therapy, OralTherapy) else "nothing"
    if draft.verdict.stops:
        worst = draft.verdict.findings[0]
        leave(draft, f"The order in question is {sig}. It must not stand: {_forbidden(worst)}")
        return
    draft.answer = "no change"
    if draft.case.question == "missed":
        draft.summary = what_now(draft.case, draft.kb)
        if draft.taken is not None:
            _missed(draft, draft.taken)
        return
    draft.summary = f"The order in question is {sig}. {_not_forbidden(draft.verdict)}"
    if isinstance(therapy, OralTherapy):
        _going_on(draft, therapy)


def _not_forbidden(verdict: Verdict) -> str:
    """That an order may stand, no more strongly than the verdict has it."""
    if not verdict.findings and not verdict.cannot_tell:
        return "No rule forbids it."
    told = ", as far as can be told" if verdict.cannot_tell else ""
    mind = " The findings above say what to mind." if verdict.findings else ""
    return f"It is not contraindicated{told}.{mind}"


def _going_on(draft: Draft, therapy: OralTherapy) -> None:
    """What an order that goes on does once settled, and how it would end."""
    last = therapy.regimen.phases[-1] if therapy.regimen.phases else None
    if last is None or last.days is not None or last.daily_mg <= 0:
        return
    units = units_of(draft, therapy)
    draft.stopping = way_from(draft, therapy.regimen, units).steps if units is not None else ()
    weeks = draft.case.patient.gestation
    if weeks is not None and draft.stopping:
        ends = weeks.value + (draft.stopping[-1].day_from - 1) / DAYS_PER_WEEK
        draft.summary += f" A way down as under Stopping, begun today, ends at {ends:.0f} weeks of pregnancy."
    if draft.situation.egfr.value is None:
        draft.notes.append("no effect is predicted without " + ", ".join(draft.situation.egfr.need))
        return
    of = draft.likenesses(therapy.form)
    rung = Rung(last.doses_mg, last.daily_mg, therapy.text)
    stiff = draft.situation.spasticity_origin.value is not None or SPASTICITY in draft.case.patient.conditions
    weighed = weigh([rung], {}, of, draft.kb) if stiff else (Candidate(rung.sig, rung.daily_mg, True, None, None, None, ""),)
    rows = settled_doses(draft, [rung], weighed, of)[rung.daily_mg]
    draft.order = Step(1, None, therapy.text, last.daily_mg, "", last.doses_mg, last.at_h, settled=rows)
    draft.if_wrong.append(abrupt_block(Taken(of.cycle(last)), of, draft.kb, therapy.text))


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
    if not any(f.topic == OVERDOSE for f in draft.verdict.findings):
        _extra(draft, taken.amount.value)
        return
    draft.summary = f"{taken.amount} swallowed: treat by the findings above; the levels below are predicted, not measured."
    if draft.situation.egfr.value is None:
        draft.notes.append("no levels are predicted without " + ", ".join(draft.situation.egfr.need))
        return
    draft.if_wrong += foresee_ingestion(taken.amount.value, draft.likenesses(), draft.kb, draft.case, draft.others)


def _extra(draft: Draft, amount_mg: float) -> None:
    """No more than a dose of what is ordered was taken on top of it."""
    draft.summary = EXTRA.format(amount_mg)
    before = draft.before() if draft.situation.egfr.value is not None else None
    if before is not None and draft.taken is not None:
        of = draft.likenesses(draft.taken.form)
        draft.if_wrong.append(doubled_block(draft.taken.regimen.phases[-1], amount_mg, before, of, draft.kb))


ANSWERS = {
    "start": _start,
    "adjust": _adjust,
    "switch": switch,
    "check": _keep,
    "missed": _keep,
    "stop": stop,
    "ingestion": _ingestion,
}
