"""Claims of the source documents go in; a table with counts, or one claim at work with its figures, comes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pydantic import Field
from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from openbaclofen import facts
from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import Claim, Strict
from openbaclofen.facts.statement import source_rows, statement
from openbaclofen.report.why_text import line

STYLE = {"shown": "green", "pending": "yellow", "unsupported": "magenta"}
VERDICTS = ("agrees", "agrees in part", "contradicted", "not sourced")


class ClaimAtWork(Claim):
    """A claim as `--json` shows it. computed_now: the sentence that is computed for it; empty in the table of all."""

    computed_now: str = Field(default="", description="computed when one claim is asked for")


def records(claims: Sequence[Claim]) -> list[ClaimAtWork]:
    """The claims as documents: one with its sentence, computed now; all without, since that takes seconds."""
    sentence = computed(claims[0], facts.load()) if len(claims) == 1 else ""
    return [ClaimAtWork.model_validate({**c.model_dump(), "computed_now": sentence}) for c in claims]


def print_claims(claims: Sequence[Claim], console: Console) -> None:
    """Print one claim at work, or all in a table with the count of each status and verdict."""
    if len(claims) == 1:
        _print_one(claims[0], facts.load(), console)
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("claim", "status", "verdict", "text", "shown by, or waits for"):
        table.add_column(name, header_style="dim", overflow="fold", no_wrap=name in ("claim", "status"))
    for c in claims:
        table.add_row(c.id, Text(c.status, style=STYLE[c.status]), c.verdict, c.text, shown_by(c))
    console.print(table)
    for told in counts(claims):
        console.print(Text(told, style="bold"))


def shown_by(claim: Claim) -> str:
    """What answers a claim, in a few words: computed behaviours first; what it waits for; why it has no support."""
    names = [f"computed: {claim.computed.replace('_', ' ')}"] if claim.computed else []
    waits = [f"waits for: {claim.pending}"] if claim.pending else []
    return "; ".join([*names, *([", ".join(claim.by)] if claim.by else []), *waits]) or claim.note


def counts(claims: Sequence[Claim]) -> Iterator[str]:
    """How many claims have each status, and each verdict."""
    status, verdict = (Counter(getattr(c, field) for c in claims) for field in ("status", "verdict"))
    yield f"{len(claims)} claims: " + ", ".join(f"{status[s]} {s}" for s in STYLE if status[s])
    computed = sum(bool(c.computed) for c in claims)
    yield ", ".join([*(f"{verdict[v]} {v}" for v in VERDICTS if verdict[v]), f"{computed} answered by a computation"])


def record_of(kb: KnowledgeBase, name: str) -> Strict:
    """The rule, fact, entry or row of this name."""
    sections = (
        *(kb.rules, kb.facts, kb.interactions, kb.labels, kb.products, kb.evidence, kb.conditions, kb.kidney_equations),
        {n.id: n for n in kb.not_found},
    )
    return next(section[name] for section in sections if name in section)


def computed(claim: Claim, kb: KnowledgeBase) -> str:
    """The sentence that is computed for a claim, now; '' where nothing is."""
    if not claim.computed:
        return ""
    from openbaclofen.report.claims_at_work import COMPUTED

    return COMPUTED[claim.computed](kb)


def _print_one(claim: Claim, kb: KnowledgeBase, console: Console) -> None:
    status = Text.assemble(f"{claim.id}  ", (claim.status, STYLE[claim.status]), f"  {claim.verdict}" if claim.verdict else "")
    console.print(status, Text(f"“{claim.text}”", style="bold"))
    for told in (claim.note, f"Waits for: {claim.pending}" if claim.pending else ""):
        if told:
            console.print(Padding(Text(told), (0, 0, 0, 2)))
    if sentence := computed(claim, kb):
        _section("Computed now", console)
        console.print(Padding(Text(sentence, style="green"), (0, 0, 0, 2)))
    records = [record_of(kb, name) for name in claim.by]
    if records:
        _section("Answered by" if claim.status == "shown" else "What is known", console)
        for record in records:
            console.print(Padding(line(statement(kb, record), brief=True), (0, 0, 0, 2)))
    if claim.conflicts_with:
        _section("Contradicts", console)
        for other in (kb.claims[name] for name in claim.conflicts_with):
            console.print(Padding(Text(f"{other.id}  {other.text}  {other.verdict}"), (0, 0, 0, 2)))
    if sources := list(dict.fromkeys(f"{s['quality']}  {s['title']}  {s['url']}" for r in records for s in source_rows(kb, r))):
        _section("Sources", console)
        for told in sources:
            console.print(Padding(Text(told, style="dim", overflow="fold"), (0, 0, 0, 2)))


def _section(title: str, console: Console) -> None:
    console.print(Rule(Text(title, style="bold"), align="left", style="dim"))
