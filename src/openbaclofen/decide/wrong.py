"""Rules about missed doses, sudden stop, overdose and failing kidneys go in; what a plan says about each comes out."""

from __future__ import annotations

from openbaclofen.decide.records import IfWrong, Reason
from openbaclofen.facts import KnowledgeBase
from openbaclofen.safety.drafts import is_hint

THINGS = (
    ("a dose is missed", "missed dose", "", ("start", "adjust", "switch", "check", "missed")),
    ("it has to be stopped", "withdrawal/taper", "finding", ("start", "adjust", "switch", "check", "missed", "stop")),
    ("too much was taken", "overdose", "finding", ("start", "adjust", "switch", "check", "missed", "ingestion")),
)
KIDNEYS_FAIL = ("the kidneys get worse", "RENAL-AKI")


def if_wrong(kb: KnowledgeBase, region: str, question: str) -> tuple[IfWrong, ...]:
    """What the sourced rules of the region (or of any, where it has none) say, a block for each thing that may go wrong.

    Conflicting advice is shown side by side with its region.
    """
    blocks = []
    for event, topic, role, questions in THINGS:
        if question not in questions:
            continue
        rules = [
            r
            for r in kb.rules.values()
            if r.topic == topic and r.route != "intrathecal" and not is_hint(r, kb) and role in ("", r.role)
        ]
        own = [r for r in rules if r.region in (region, "INT")] or rules
        if own:
            blocks.append(IfWrong(event, tuple(Reason(f"{r.text} [{r.region}]", (r.id,)) for r in own)))
    event, rule = KIDNEYS_FAIL
    blocks.append(IfWrong(event, (Reason(kb.rules[rule].text, (rule,)),)))
    return tuple(blocks)
