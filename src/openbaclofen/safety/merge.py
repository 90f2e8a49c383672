"""Drafts and open questions go in; findings, one a thing, and what cannot be told, one line a missing datum, come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import Rule
from openbaclofen.safety.drafts import Draft, Open, is_hint, rank
from openbaclofen.safety.evaluate import Missing
from openbaclofen.safety.verdict import CannotTell, Finding

Applies = Callable[[Rule], bool]


def findings(drafts: Iterable[Draft], kb: KnowledgeBase, applies: Applies) -> tuple[Finding, ...]:
    """One finding a family, worst first. applies: whether a rule (of any region) would hold for this person."""
    merged = [(group[0].order, _finding(group, kb, applies)) for group in _families(sorted(drafts, key=lambda d: d.order))]
    return tuple(finding for _, finding in sorted(merged, key=lambda pair: pair[0]))


def _families(drafts: list[Draft]) -> list[list[Draft]]:
    """Drafts of one family, and families whose rules conflict, together. Sorted drafts stay sorted."""
    family = {d.rules[0]: d.family for d in drafts}
    joined = {d.family: d.family for d in drafts}  # one rule may speak in two families
    for d in drafts:
        for other in d.conflicts_with:
            if other in family and joined[family[other]] != joined[d.family]:
                old, new = sorted((joined[family[other]], joined[d.family]), reverse=True)
                joined = {f: new if j == old else j for f, j in joined.items()}
    groups: dict[str, list[Draft]] = {}
    for d in drafts:
        groups.setdefault(joined[d.family], []).append(d)
    return list(groups.values())


def _finding(group: list[Draft], kb: KnowledgeBase, applies: Applies) -> Finding:
    lead = group[0]
    rules = _unique(r for d in group for r in d.rules)
    conflicts = _unique(c for d in group for c in d.conflicts_with if c in kb.rules)
    others = [kb.rules[c] for c in conflicts if c not in rules and not is_hint(kb.rules[c], kb) and applies(kb.rules[c])]
    return Finding(
        rule=lead.rules[0],
        severity=lead.severity,
        reason=_reason(group),
        action=lead.action,
        sources=tuple(cited(key, kb) for key in _unique(s for d in group for s in d.sources)),
        region=", ".join(_unique(d.region for d in group)),
        rules=rules,
        topic=lead.topic,
        blocks=any(d.blocks for d in group),
        hint=all(d.hint for d in group),
        stands_in=lead.stands_in,
        conflicts_with=tuple(c for c in conflicts if c in rules[1:] or kb.rules[c] in others),
        note=_note(group, others),
    )


def _reason(group: list[Draft]) -> str:
    """The leading draft's data, and those of the others that it does not already name."""
    words: dict[str, list[str]] = {}
    for i, d in enumerate(group):
        before = set(words) if i else set()
        for r in d.reasons:
            if r.said and r.said not in before:
                told = words.setdefault(r.said, [])
                told += [r.words] if r.words and r.words not in told else []
    return "; ".join(f"{said} {' and '.join(told)}".strip() for said, told in words.items())


def _note(group: list[Draft], others: list[Rule]) -> str:
    """What the other sources say, with region and id; 'otherwise' where they conflict with what leads."""
    said = {group[0].action}
    lines: list[str] = []
    against = set(group[0].conflicts_with)
    for d in group[1:]:
        if d.action not in said:
            said.add(d.action)
            how = "Otherwise" if d.rules[0] in against else "Also"
            lines.append(f"{how} {d.region} {d.rules[0]} ({d.severity}{', a hint only' if d.hint else ''}): {d.action}")
    lines += [f"Otherwise {r.region} {r.id}: {r.text}" for r in others]
    return "\n".join(lines)


def cited(key: str, kb: KnowledgeBase) -> dict[str, str]:
    """A source, or what a product was read from, as a verdict shows it."""
    if key in kb.products:
        product = kb.products[key]
        return {"title": product.source, "url": "", "quality": "B" if product.verified else "-"}
    source = kb.sources[key]
    return {"title": source.title, "url": source.url, "quality": source.quality}


def _unique(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


def cannot_tell(questions: Iterable[Open]) -> tuple[CannotTell, ...]:
    """One line a missing datum: what to state, and all that it would decide, worst first."""
    by_subject: dict[str, list[tuple[Open, Missing]]] = {}
    for question in sorted(questions, key=lambda o: (rank(o.severity), o.rule)):
        for missing in dict.fromkeys(question.missing):
            by_subject.setdefault(missing.subject, []).append((question, missing))
    by_need: dict[tuple[str, ...], list[Open]] = {}
    for rows in by_subject.values():
        by_need.setdefault(_unique(n for _, m in rows for n in m.need), []).extend(o for o, _ in rows)
    lines = [_line(need, sorted(asked, key=lambda o: (rank(o.severity), o.rule))) for need, asked in by_need.items()]
    return tuple(sorted(lines, key=lambda c: (rank(c.severity), c.need)))


def _line(need: tuple[str, ...], asked: list[Open]) -> CannotTell:
    worst = asked[0]
    return CannotTell(worst.rule, worst.severity, need, worst.would_say, _unique(o.rule for o in asked))
