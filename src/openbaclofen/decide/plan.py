"""A case goes in; the plan comes out: verdict, what to do, what to expect, what to watch, and why."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.metadata import version

from openbaclofen.case.record import Case, IntrathecalTherapy
from openbaclofen.decide.answers import ANSWERS, drinking, mother_and_child
from openbaclofen.decide.draft import Draft
from openbaclofen.decide.kidneys_lower import kidneys
from openbaclofen.decide.pump import pump_plan
from openbaclofen.decide.pump_records import in_short
from openbaclofen.decide.records import Plan, Reason
from openbaclofen.decide.session_timing import session_timing
from openbaclofen.decide.stopping import settled_by_signs
from openbaclofen.decide.wrong import MISSED, if_wrong
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.typical import CannotTellError
from openbaclofen.safety.verdict import Advice, Verdict

DAY = re.compile(r"\d{4}-\d\d-\d\d")
DOSING = ("start", "adjust", "switch")  # without a proposal these end what is taken
BESIDE_PUMP = (
    "a pump is in place: the levels told are of what was swallowed, the pump's drug comes on top of them; whether the pump "
    "goes on is for those who treat the overdose, and one that is stopped brings withdrawal within hours to days (see `pump`)"
)
NOT_MODELLED = (
    "full updating by this person's own course: what was observed weighs the likenesses where the question is adjust; else "
    "predictions are for people like this one",
)


def plan(case: Case, kb: KnowledgeBase, seed: int) -> Plan:
    """The plan of a case; of a pump, its verdict and everything told of it. The same case, knowledge and seed give the same.

    Errors: InputError where the case asks for what cannot be planned.
    """
    pump = any(isinstance(t, IntrathecalTherapy) for t in (case.therapy, case.current and case.current.therapy))
    if pump and case.question != "ingestion":
        return _of_pump(case, kb, seed)
    draft = Draft(case, kb, seed)
    if pump:
        draft.notes.append(BESIDE_PUMP)
    unknown = sorted({need for c in draft.verdict.cannot_tell for need in c.need if need.startswith("patient.")})
    try:
        if not settled_by_signs(draft):
            ANSWERS[case.question](draft)
    except CannotTellError as error:
        draft.cannot_tell(f"{error.said}" + (f" (need {', '.join(error.need)})" if error.need else ""))
    kidneys(draft)
    session_timing(draft)
    mother_and_child(draft)
    drinking(draft)
    if unknown:
        draft.notes.append("stated nowhere: " + ", ".join(unknown))
    return _finished(draft)


def _of_pump(case: Case, kb: KnowledgeBase, seed: int) -> Plan:
    """The plan of a pump, in a pump's own parts; no dose by mouth is proposed."""
    found = pump_plan(case, kb, seed)
    draft = Draft(case, kb, seed)
    draft.verdict, draft.answer, draft.summary = found.verdict, "advice", in_short(found)
    draft.notes += found.notes
    made = _finished(draft)
    return replace(made, if_wrong=(), not_modelled=(), pump=found)


def _finished(draft: Draft) -> Plan:
    case, kb, verdict = draft.case, draft.kb, _dated(draft)
    found = {i for f in verdict.findings for i in (f.rule, *f.rules)}
    blocks = (*draft.if_wrong, *(if_wrong(kb, draft.situation, case, found) if _taken(draft) else ()))
    shown_elsewhere = {i for b in blocks for x in b.advice for i in x.rests_on}
    monitoring = tuple(
        Reason(_advised(a), (a.rule,)) for a in verdict.advice if _told(draft, a) and a.rule not in shown_elsewhere
    )
    used = [i for r in (*draft.reasons, *monitoring, *(x for b in blocks for x in b.advice)) for i in r.rests_on]
    return Plan(
        title=case.title or "case",
        question=case.question,
        region=case.region,
        as_of=case.as_of.isoformat() if case.dated else "",
        answer=draft.answer,
        summary=draft.summary,
        verdict=verdict,
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
        ways_out=draft.ways_out,
        order=draft.order,
        individual=draft.individual,
    )


def _taken(draft: Draft) -> bool:
    """Whether baclofen is taken, has been, or is to be: where not, how to take and to watch it is no help."""
    return draft.proposal is not None or draft.case.current is not None or draft.case.question == "ingestion"


def _told(draft: Draft, advice: Advice) -> bool:
    """Whether advice is for what is planned: none where nothing is taken or too much was, and of a way down what to watch."""
    question = draft.case.question
    if question == "ingestion" or not _taken(draft):
        return False
    leaving = question == "stop" or draft.answer == "nothing permissible" or (draft.proposal is None and question in DOSING)
    return draft.kb.rules[advice.rule].topic != MISSED and (not leaving or advice.kind == "monitor")


def _dated(draft: Draft) -> Verdict:
    """The verdict; where the case has no date, without days that would be counted from the day it is read on."""
    if draft.case.dated:
        return draft.verdict
    return replace(
        draft.verdict, advice=tuple(replace(a, due="" if DAY.fullmatch(a.due) else a.due) for a in draft.verdict.advice)
    )


def _advised(advice: Advice) -> str:
    every = [f"every {advice.every_days:.0f} days"] if advice.every_days else []
    next_ = [f"next on {advice.due}" if every else advice.due] if advice.due else []
    due = f" ({', '.join([*every, *next_])})" if every or next_ else ""
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
