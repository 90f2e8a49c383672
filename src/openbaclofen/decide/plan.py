"""A case goes in; the plan comes out: verdict, what to do, what to expect, what to watch, and why."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.metadata import version

from openbaclofen.case.record import Case, IntrathecalTherapy
from openbaclofen.decide.answers import ANSWERS, drinking, mother_and_child
from openbaclofen.decide.draft import Draft
from openbaclofen.decide.records import Plan, Reason
from openbaclofen.decide.wrong import if_wrong
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.typical import CannotTellError
from openbaclofen.safety.verdict import Advice, Verdict

DAY = re.compile(r"\d{4}-\d\d-\d\d")
NOT_MODELLED = (
    "pumps (see `openbaclofen pump`), and learning from this person's own levels, scores and unwanted effects: predictions are "
    "for people like this one",
)


def plan(case: Case, kb: KnowledgeBase, seed: int) -> Plan:
    """The plan of a case. The same case, knowledge and seed give the same plan.

    Errors: InputError where the case asks for what this version does not plan (a pump).
    """
    if isinstance(case.therapy, IntrathecalTherapy) or (case.current and isinstance(case.current.therapy, IntrathecalTherapy)):
        raise InputError(
            "a plan is for doses by mouth; `openbaclofen pump` answers for a pump, `openbaclofen check` applies its rules",
            where="therapy",
        )
    draft = Draft(case, kb, seed)
    unknown = sorted({need for c in draft.verdict.cannot_tell for need in c.need if need.startswith("patient.")})
    try:
        ANSWERS[case.question](draft)
    except CannotTellError as error:
        draft.cannot_tell(f"{error.said}" + (f" (need {', '.join(error.need)})" if error.need else ""))
    mother_and_child(draft)
    drinking(draft)
    if unknown:
        draft.notes.append("stated nowhere: " + ", ".join(unknown))
    return _finished(draft)


def _finished(draft: Draft) -> Plan:
    case, kb, verdict = draft.case, draft.kb, _dated(draft)
    blocks = (*draft.if_wrong, *if_wrong(kb, case.region, case.question))
    shown_elsewhere = {i for b in blocks for x in b.advice for i in x.rests_on}
    advice = () if case.question == "ingestion" else verdict.advice
    monitoring = tuple(Reason(_advised(a), (a.rule,)) for a in advice if a.rule not in shown_elsewhere)
    used = [i for r in (*draft.reasons, *monitoring) for i in r.rests_on]
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
    )


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
