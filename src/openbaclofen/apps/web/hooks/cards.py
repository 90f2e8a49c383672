"""A verdict goes in; the cards of CDS Hooks 2.0 come out: what is severe each on its own, the rest together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from openbaclofen.apps.web.hooks.asked import Asked
from openbaclofen.apps.web.hooks.offered import SELECT
from openbaclofen.safety.verdict import CannotTell, Finding, Verdict

LONGEST = 139
LONGEST_LABEL = 79
REASONS = {
    "reviewed": "Reviewed: the benefit outweighs the risk",
    "known": "Already known and followed up",
    "not-this-patient": "Does not apply to this patient",
    "data-wrong": "The data are wrong or out of date",
}
REASON_SYSTEM = "urn:openbaclofen:override"
RULE_SYSTEM = "urn:openbaclofen:rule"
OWN = {"label": "openbaclofen"}
_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")
_WEB = re.compile(r"https?://[^\s<>\"]+")
Card = dict[str, Any]


def cards(asked: Asked, verdict: Verdict | None, hook: str, instance: str, suggestions: Mapping[str, list[Any]]) -> list[Card]:
    """Cards, worst first. suggestions: by the first rule of a finding. At order-select only what is severe is said."""
    first = [_unread(asked, instance)] if (asked.unread or asked.nameless) and hook != SELECT else []
    if verdict is None:
        return first
    severe = [f for f in verdict.findings if indicator(f) != "info"]
    made = first + [_of_finding(f, instance, suggestions.get(f.rule, [])) for f in severe]
    if hook == SELECT:
        return made
    mild = [f for f in verdict.findings if indicator(f) == "info"]
    if len(mild) == 1:
        made.append(_of_finding(mild[0], instance, []))
    elif mild:
        made.append(_together(mild, instance))
    if verdict.cannot_tell or asked.rest or asked.left_out:
        made.append(_open(verdict.cannot_tell, asked, instance))
    return made


def indicator(finding: Finding) -> str:
    """critical: contraindicated or blocked; warning: major or moderate; else info."""
    if finding.severity == "contraindicated" or finding.blocks:
        return "critical"
    return "warning" if finding.severity in ("major", "moderate") else "info"


def _of_finding(finding: Finding, instance: str, suggestions: list[Any]) -> Card:
    head = f"Baclofen: {finding.action or finding.reason}"
    detail = [_line(finding), *_cited(finding.sources)]
    card = _card(indicator(finding), head, detail, _source(finding), finding.rules or (finding.rule,), instance)
    if suggestions:
        card |= {"suggestions": suggestions, "selectionBehavior": "at-most-one"}
    return card


def _together(findings: Sequence[Finding], instance: str) -> Card:
    rules = [rule for f in findings for rule in f.rules or (f.rule,)]
    detail = [text for f in findings for text in (f"- {_line(f)}", *(f"  {cited}" for cited in _cited(f.sources)))]
    head = f"Baclofen, {len(findings)} things to keep in mind: {'; '.join(f.action or f.reason for f in findings)}"
    return _card("info", head, detail, _source(findings[0]), rules, instance)


def _open(questions: Sequence[CannotTell], asked: Asked, instance: str) -> Card:
    """What could not be judged, and what is missing for it."""
    needs = list(dict.fromkeys((*(need for q in questions for need in q.need), *asked.rest)))
    detail = [f"- {marked(', '.join(q.need))}: {marked(q.would_say)} ({marked(q.rule)})" for q in questions]
    detail += [f"- {marked(rest)}: only the first page was sent" for rest in asked.rest]
    detail += [f"- note: {marked(note)}" for note in dict.fromkeys((*asked.left_out, *asked.notes))]
    head = f"Baclofen: cannot tell without {', '.join(needs)}" if needs else f"Baclofen: {'; '.join(asked.left_out)}"
    return _card("info", head, detail, OWN, [q.rule for q in questions] or ("incomplete",), instance)


def _unread(asked: Asked, instance: str) -> Card:
    """An order that cannot be read is said, lest silence be taken for safety."""
    if asked.nameless:
        detail = [
            f"- {marked(where)}: neither words nor a code that is known; whether it is baclofen is not known"
            for where in asked.nameless
        ]
        return _card(
            "info",
            "An order names no medicine that is known here: not checked for baclofen",
            detail,
            OWN,
            ("nameless",),
            instance,
        )
    detail = [marked(asked.unread)]
    if asked.case is not None:
        detail.append("What holds whatever the dose is said beside this.")
    what = "This baclofen order" if asked.drafts else "Baclofen that is taken"
    return _card("warning", f"{what} was not checked: it cannot be read", detail, OWN, ("unread",), instance)


def _card(level: str, head: str, detail: Iterable[str], source: Mapping[str, Any], rules: Sequence[str], instance: str) -> Card:
    text = "\n".join(detail)
    return {
        "uuid": str(uuid5(NAMESPACE_URL, "\n".join((instance, level, *rules, text)))),
        "summary": short(head, LONGEST),
        "detail": text,
        "indicator": level,
        "source": {**source, "topic": {"system": RULE_SYSTEM, "code": rules[0], "display": rules[0]}},
        "overrideReasons": [{"code": code, "system": REASON_SYSTEM, "display": said} for code, said in REASONS.items()],
    }


def _line(finding: Finding) -> str:
    said = f"**{finding.severity}** ({marked(finding.region)}): {marked(finding.reason)}."
    note = f" {marked(finding.note)}" if finding.note else ""
    return f"{said} {marked(finding.action)}{note} Rule {marked(', '.join(finding.rules or (finding.rule,)))}."


def _cited(sources: Iterable[Mapping[str, str]]) -> list[str]:
    """Titles with their addresses."""
    return [
        f"- [{marked(s['title'])}](<{s['url']}>)" if _WEB.fullmatch(s["url"]) else f"- {marked(s['title'])}" for s in sources
    ]


def _source(finding: Finding) -> dict[str, Any]:
    """The best source: sources stand in that order."""
    if not finding.sources:
        return dict(OWN)
    first = finding.sources[0]
    return {"label": first["title"], **({"url": first["url"]} if _WEB.fullmatch(first["url"]) else {})}


def marked(text: str) -> str:
    """A text in which no letter is taken for a mark of GitHub-flavoured Markdown."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def short(text: str, most: int) -> str:
    """At most so many letters, cut between words."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut else cut}…"
