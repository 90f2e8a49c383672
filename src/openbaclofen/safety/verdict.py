"""What the rules say about a case, as records: findings, what cannot be told, advice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["contraindicated", "major", "moderate", "caution", "info"]
WORST_FIRST: tuple[Severity, ...] = ("contraindicated", "major", "moderate", "caution", "info")


@dataclass(frozen=True)
class Finding:
    """One line of a verdict. rule: its id (the first, where several were merged; all stand in rules).

    reason: the condition in this person's own data. region: the region whose rule it is ('from US' where it stands in
    for a region without its own). sources: titles with url and quality. hint: weak source, never a basis for a plan.
    """

    rule: str
    severity: Severity
    reason: str
    action: str
    sources: tuple[dict[str, str], ...]
    region: str
    rules: tuple[str, ...] = ()
    topic: str = ""
    blocks: bool = False
    hint: bool = False
    stands_in: bool = False
    conflicts_with: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class CannotTell:
    """Rules that could not be judged for want of the same data. need: these, in the words of the case file.

    rule: the worst, which would say would_say; rules: the ids of all, the worst first.
    """

    rule: str
    severity: Severity
    need: tuple[str, ...]
    would_say: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Advice:
    """Counselling or monitoring that belongs in a plan but is not a finding.

    every_days: an interval that a source gives. due: the date it falls on next, counted from the date of the case (of a
    refill from the fill, or what to state for it); of monitoring without an interval or a time of its own, the words that no
    source read gives one.
    """

    rule: str
    kind: Literal["counsel", "monitor"]
    text: str
    region: str
    sources: tuple[dict[str, str], ...]
    every_days: float | None = None
    due: str = ""


@dataclass(frozen=True)
class Verdict:
    """All that the rules say. severity: of the worst finding, 'clean' when there is none and nothing was unknown,
    'cannot tell' when there is no finding but something could not be judged."""

    severity: Severity | Literal["clean", "cannot tell"]
    findings: tuple[Finding, ...]
    cannot_tell: tuple[CannotTell, ...]
    advice: tuple[Advice, ...]
    region: str
    facts_used: tuple[str, ...] = ()

    @property
    def stops(self) -> bool:
        """Whether a finding is contraindicated or its rule blocks (exit status 1)."""
        return any(f.severity == "contraindicated" or f.blocks for f in self.findings)
