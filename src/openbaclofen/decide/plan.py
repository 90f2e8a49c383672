"""A case goes in; the plan comes out: verdict, what to do, what to expect, what to watch, and why."""

from __future__ import annotations

from importlib.metadata import version

from openbaclofen.case.record import Case, IntrathecalTherapy, OralTherapy
from openbaclofen.decide.foresee import foresee_dose, foresee_ingestion
from openbaclofen.decide.likeness import Likenesses, likenesses_of
from openbaclofen.decide.milk import infant_block, newborn_block, therapy_daily_mg
from openbaclofen.decide.products import supply
from openbaclofen.decide.records import Answer, Candidate, IfWrong, Plan, Proposal, Reason, Step
from openbaclofen.decide.start import TABLET, choose_dose
from openbaclofen.decide.stop import way_down
from openbaclofen.decide.wrong import if_wrong
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.typical import CannotTellError
from openbaclofen.safety.check import check
from openbaclofen.safety.situation import Situation, situation
from openbaclofen.safety.verdict import Advice, Verdict

SPASTICITY = "spasticity"
NO_SPASTICITY = (
    "no dose is proposed, since the benefit that is modelled is relief of spasticity and the case names no "
    "cause of it (need patient.conditions or patient.spasticity_origin). For other uses findings and advice stand alone."
)
NOT_MODELLED = (
    "tolerance, rebound after a stop, individual response and the pump; the rules above speak on stopping, the model does not",
)


class Draft:
    """What a plan is made of while it is being made."""

    def __init__(self, case: Case, kb: KnowledgeBase, seed: int) -> None:
        self.case, self.kb, self.seed = case, kb, seed
        self.situation: Situation = situation(case, kb)
        self.verdict: Verdict = check(case, kb)
        self.answer: Answer = "advice"
        self.summary = ""
        self.proposal: Proposal | None = None
        self.candidates: tuple[Candidate, ...] = ()
        self.stopping: tuple[Step, ...] = ()
        self.if_wrong: list[IfWrong] = []
        self.reasons: list[Reason] = []
        self.notes: list[str] = []
        self._likenesses: Likenesses | None = None

    def cannot_tell(self, why: str) -> None:
        """No answer without more data."""
        self.answer, self.summary = "cannot tell", f"Cannot tell: {why}"

    def likenesses(self) -> Likenesses:
        """The person's likenesses, made once."""
        if self._likenesses is None:
            self._likenesses = likenesses_of(self.case.patient, self.kb, self.seed, case=self.case)
        return self._likenesses


def plan(case: Case, kb: KnowledgeBase, seed: int) -> Plan:
    """The plan of a case. The same case, knowledge and seed give the same plan.

    Errors: InputError where the case asks for what this version does not plan (a pump).
    """
    if isinstance(case.therapy, IntrathecalTherapy) or (case.current and isinstance(case.current.therapy, IntrathecalTherapy)):
        raise InputError(
            "plans for pumps are not made yet; `openbaclofen check` applies the intrathecal rules", where="therapy"
        )
    draft = Draft(case, kb, seed)
    unknown = sorted({need for c in draft.verdict.cannot_tell for need in c.need if need.startswith("patient.")})
    try:
        ANSWERS[case.question](draft)
    except CannotTellError as error:
        draft.cannot_tell(f"{error.said}" + (f" (need {', '.join(error.need)})" if error.need else ""))
    _mother_and_child(draft)
    if unknown:
        draft.notes.append("stated nowhere: " + ", ".join(unknown))
    return _finished(draft)


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
    draft.proposal = foresee_dose(choice.proposal, choice.regimen, draft.likenesses())
    first, last = draft.proposal.steps[0], draft.proposal.steps[-1]
    top = f"{last.sig} ({last.daily_mg:g} mg/day)"
    rise = f"; rise to {top} from day {last.day_from}; stay on the lowest step that is enough." if last is not first else "."
    draft.summary = f"{'Go on with' if draft.case.current else 'Start'} {first.sig if last is not first else top}{rise}"
    down = way_down(choice.regimen, None, choice.supply, draft.kb, draft.case.region)
    draft.stopping = down.steps


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


def _stop(draft: Draft) -> None:
    """A way down in units that exist; at once only where a serious reaction forces it."""
    current = draft.case.current.therapy if draft.case.current else None
    if not isinstance(current, OralTherapy):
        draft.cannot_tell("need current (what is taken now) to plan a way down")
        return
    units = supply(draft.kb, draft.case.region, current.form if current.form else TABLET, needs_liquid=False)
    if units is None:
        draft.answer, draft.summary = "nothing permissible", f"No product of the form {current.form} is known to taper with"
        return
    down = way_down(current.regimen, draft.situation.days_of_use.value, units, draft.kb, draft.case.region)
    days = down.steps[-1].day_from - 1
    draft.answer, draft.stopping = "proposal", down.steps
    way = f"Come down over {days} days in {len(down.steps)} steps; go back a step if signs of withdrawal appear."
    draft.summary = f"Do not stop at once. {way}"
    draft.reasons += down.reasons


def _mother_and_child(draft: Draft) -> None:
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
    draft.if_wrong.append(foresee_ingestion(taken.amount.value, draft.likenesses(), draft.kb, draft.case))


ANSWERS = {
    "start": _start,
    "adjust": _start,
    "switch": _start,
    "check": _keep,
    "missed": _keep,
    "stop": _stop,
    "ingestion": _ingestion,
}


def _finished(draft: Draft) -> Plan:
    case, kb = draft.case, draft.kb
    blocks = (*draft.if_wrong, *if_wrong(kb, case.region, case.question))
    shown_elsewhere = {i for b in blocks for x in b.advice for i in x.rests_on}
    advice = () if case.question == "ingestion" else draft.verdict.advice
    monitoring = tuple(Reason(_advised(a), (a.rule,)) for a in advice if a.rule not in shown_elsewhere)
    used = [i for r in (*draft.reasons, *monitoring) for i in r.rests_on]
    return Plan(
        title=case.title or "case",
        question=case.question,
        region=case.region,
        as_of=case.as_of.isoformat(),
        answer=draft.answer,
        summary=draft.summary,
        verdict=draft.verdict,
        proposal=draft.proposal,
        alternatives=draft.candidates,
        monitoring=monitoring,
        stopping=draft.stopping,
        if_wrong=blocks,
        reasons=tuple(dict.fromkeys(draft.reasons)),
        sources=_sources(draft, used),
        not_modelled=NOT_MODELLED,
        seed=draft.seed,
        people=int(kb.value("decision.people")),
        version=version("openbaclofen"),
        knowledge=kb.version,
        notes=tuple(draft.notes),
    )


def _advised(advice: Advice) -> str:
    every = f"every {advice.every_days:.0f} days, next on " if advice.every_days else ""
    due = f" ({every}{advice.due})" if advice.due else ""
    weak = "; a hint, from a weak source" if all(s["quality"] in ("D", "-") for s in advice.sources) else ""
    return f"{advice.text}{due} [{advice.region}{weak}]"


def _sources(draft: Draft, ids: list[str]) -> tuple[dict[str, str], ...]:
    """Every source of the findings and of the rules and facts used, best first, each once."""
    kb = draft.kb
    keys = [k for i in ids if (r := kb.rules.get(i) or kb.facts.get(i)) is not None for k in r.sources]
    rows = [dict(s) for f in draft.verdict.findings for s in f.sources]
    rows += [
        {"title": s.title, "url": s.url, "quality": s.quality}
        for k in dict.fromkeys(keys)
        if (s := kb.sources.get(k)) is not None
    ]
    unique = {
        (r["title"], r.get("url", "")): {"title": r["title"], "url": r.get("url", ""), "quality": r["quality"]} for r in rows
    }
    return tuple(sorted(unique.values(), key=lambda r: ("ABCD-".index(r["quality"]), r["title"])))
