"""Rules about missed doses, sudden stop, overdose and failing kidneys go in; what a plan says about each comes out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from openbaclofen.case.record import Case
from openbaclofen.decide.records import IfWrong, Reason
from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import Rule
from openbaclofen.safety.datum import known, missing
from openbaclofen.safety.drafts import is_hint
from openbaclofen.safety.evaluate import judge
from openbaclofen.safety.happenings import Happening
from openbaclofen.safety.logic import Truth
from openbaclofen.safety.situation import Situation

MISSED = "missed dose"  # two rules that conflict, so both are told everywhere
THINGS = (
    ("a dose is missed", MISSED, "", ("start", "adjust", "switch", "check", "missed")),
    ("it has to be stopped", "withdrawal/taper", "finding", ("start", "adjust", "switch", "check", "missed", "stop")),
    ("too much was taken", "overdose", "finding", ("start", "adjust", "switch", "check", "missed", "ingestion")),
)
KIDNEYS_FAIL = ("the kidneys get worse", "RENAL-AKI")


def if_wrong(kb: KnowledgeBase, now: Situation, case: Case, found: Collection[str]) -> tuple[IfWrong, ...]:
    """What the sourced rules of the region (or of any, where it has none) say, a block for each thing that may go wrong.

    found: rules that the verdict states already. Rules for other people are left out; conflicting advice is shown side by side.
    """
    blocks = []
    for event, topic, role, questions in THINGS:
        if case.question not in questions:
            continue
        rules = [
            r
            for r in kb.rules.values()
            if r.topic == topic and r.route != "intrathecal" and not is_hint(r, kb) and role in ("", r.role)
        ]
        own = rules if topic == MISSED else [r for r in rules if r.region in (case.region, "INT")] or rules
        told = tuple(Reason(f"{r.text} [{r.region}]", (r.id,)) for r in own if r.id not in found and _concerns(r, now))
        if told:
            blocks.append(IfWrong(event, told))
    event, rule = KIDNEYS_FAIL
    if rule not in found and case.question != "ingestion" and _concerns(kb.rules[rule], now):
        blocks.append(IfWrong(event, (Reason(kb.rules[rule].text, (rule,)),)))
    return tuple(blocks)


def _concerns(rule: Rule, now: Situation) -> bool:
    """Whether a rule may hold for this person once the thing has happened."""
    events = {kind: (Happening(kind),) for kind in rule.when.event or ()}
    known_use = now.days_of_use if now.on_baclofen.value else missing("current")
    happened = replace(
        now, events={**now.events, **events}, days_of_use=known_use, on_baclofen=known(True), egfr_fell=known(True)
    )
    return judge(rule.when, happened).truth is not Truth.FALSE
