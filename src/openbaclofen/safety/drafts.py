"""A rule that holds, or cannot be told, goes in; a draft of what it says, or an open question, comes out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import Rule
from openbaclofen.safety.evaluate import Judgement, Missing, Reason
from openbaclofen.safety.verdict import WORST_FIRST, Severity

HINT_AT_MOST: Severity = "caution"  # a weak source never says more than this, and never blocks
STOP, OVERDOSE, KIDNEY, DOSE, TITRATION, DEPRESSANT = "stop", "overdose", "kidney", "dose", "titration", "depressant"
_EVENT_FAMILIES = {
    "stop": STOP,
    "taper": STOP,
    "reduce": STOP,
    "withdrawal": STOP,
    "stop_or_refill_overdue": STOP,
    "ingestion": OVERDOSE,
    "toxicity": OVERDOSE,
    "itb_overdose": OVERDOSE,
}
_FIGURES = {"rise": TITRATION, "dose": DOSE}
_LEADING = (KIDNEY, "allergy", "form", "pregnancy", "breastfeeding", "posture")


@dataclass(frozen=True)
class Draft:
    """What one rule, or several that were counted together, say. Drafts of one family become one finding.

    rules: all ids it stands for, the leading one first. conflicts_with: ids of rules that say otherwise.
    """

    rules: tuple[str, ...]
    family: str
    severity: Severity
    action: str
    reasons: tuple[Reason, ...]
    region: str
    topic: str
    sources: tuple[str, ...]
    blocks: bool = False
    hint: bool = False
    stands_in: bool = False
    covers: bool = False
    conflicts_with: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[int, bool, bool, bool, bool, str]:
        """Worst first, then what blocks, what no one is to be without, the region's own; hints last; then by id."""
        return rank(self.severity), not self.blocks, self.hint, not self.covers, self.stands_in, self.rules[0]


@dataclass(frozen=True)
class Open:
    """A statement that could not be judged, and what is missing."""

    rule: str
    severity: Severity
    missing: tuple[Missing, ...]
    would_say: str


def rank(severity: Severity) -> int:
    """0 is the worst."""
    return WORST_FIRST.index(severity)


def is_hint(rule: Rule, kb: KnowledgeBase) -> bool:
    """Whether a rule rests on no source, or only on untrusted ones."""
    return rule.use == "hint" or only_weak(rule.sources, kb)


def only_weak(sources: Iterable[str], kb: KnowledgeBase) -> bool:
    """Whether none of the sources can be trusted (also where there are none)."""
    return all(kb.sources[key].quality in ("D", "-") for key in sources)


def family_of(rule: Rule, reasons: Iterable[Reason]) -> str:
    """What a rule is about: the event, the dose, the kidneys, a condition ... that made it hold."""
    subjects = [r.subject for r in reasons]
    for subject in subjects:
        if subject.startswith("event:"):
            return _EVENT_FAMILIES.get(subject.removeprefix("event:"), subject)
    leading = next((s for s in _LEADING if s in subjects), None)
    if leading is None and rule.limits is not None:
        return DOSE
    condition = next((s for s in subjects if s.startswith("condition:")), None)
    figure = next((family for subject, family in _FIGURES.items() if subject in subjects), None)
    return leading or condition or figure or (subjects[0] if subjects else rule.topic)


def draft(
    rule: Rule,
    judgement: Judgement,
    kb: KnowledgeBase,
    stands_in: bool = False,
    severity: Severity | None = None,
    action: str = "",
    family: str = "",
) -> Draft:
    """What a rule that holds says. severity, action, family: where they are not the rule's own."""
    hint, said = is_hint(rule, kb), severity or rule.severity
    if hint and rank(said) < rank(HINT_AT_MOST):
        said = HINT_AT_MOST
    return Draft(
        rules=(rule.id,),
        family=family or family_of(rule, judgement.reasons),
        severity=said,
        action=action or rule.text,
        reasons=judgement.reasons,
        region=f"from {rule.region}" if stands_in else rule.region,
        topic=rule.topic,
        sources=tuple(rule.sources),
        blocks=rule.blocks and not hint,
        hint=hint,
        stands_in=stands_in,
        covers=rule.covers is not None,
        conflicts_with=tuple(rule.conflicts_with),
    )


def open_question(rule: Rule, judgement: Judgement, severity: Severity | None = None) -> Open:
    """What a rule that cannot be told would say."""
    said = severity or rule.severity
    if rule.use == "hint" and rank(said) < rank(HINT_AT_MOST):
        said = HINT_AT_MOST
    return Open(rule.id, said, judgement.missing, rule.text)
