"""Ids of rules, facts and evidence go in; numbered citations, and a table of what was used with its grade, come out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import Fact, Strict
from openbaclofen.facts.statement import source_rows, statement
from openbaclofen.report.document_record import Table

QUALITIES = {
    "A": "official text",
    "B": "copy of an official text",
    "C": "lower",
    "D": "a hint only",
    "-": "no page was found",
    "": "published figure",
}
GRADES = (
    "Evidence grades of predictions. calibrated: the model was fitted to published figures of it. extrapolated: figures of "
    "other people, doses or quantities were carried over. assumed: no figure was found, the choice is the program's."
)


class Citations:
    """Numbers sources in the order in which they are first cited."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb
        self._rows: dict[tuple[str, str], str] = {}

    def of(self, rows: Iterable[Mapping[str, str]]) -> str:
        """'[1] [4]' for these sources, '' where there are none."""
        numbers = []
        for row in rows:
            key = (row["title"], row.get("url", ""))
            self._rows.setdefault(key, row.get("quality", ""))
            numbers.append(list(self._rows).index(key) + 1)
        return " ".join(f"[{n}]" for n in sorted(set(numbers)))

    def of_ids(self, ids: Iterable[str]) -> str:
        """The sources of records by their ids."""
        return self.of([row for i in ids if (record := find(self.kb, i)) is not None for row in self.rows_of(record)])

    def rows_of(self, record: Strict) -> list[dict[str, str]]:
        """The sources of a record; of a fact also those of the rules and label entries it rests on."""
        rows = source_rows(self.kb, record)
        if isinstance(record, Fact):
            others = (self.kb.rules.get(i) or self.kb.labels.get(i) for i in record.evidence)
            rows += [row for other in others if other is not None for row in source_rows(self.kb, other)]
        return rows

    def table(self) -> Table:
        """Every source cited so far, in full."""
        rows = tuple(
            (str(n), title, url or "no address", f"{quality} {QUALITIES[quality]}".strip())
            for n, ((title, url), quality) in enumerate(self._rows.items(), start=1)
        )
        return Table("Sources in full", ("No.", "Source", "Address", "Quality"), rows, (1, 9, 9, 4))


def find(kb: KnowledgeBase, name: str) -> Strict | None:
    """The record an id names: a rule, fact, interaction, evidence row, label entry or product."""
    for section in (kb.rules, kb.facts, kb.interactions, kb.evidence, kb.labels, kb.products):
        if name in section:
            return section[name]
    return None


def ids_and_sources(ids: Sequence[str], citations: Citations) -> str:
    """'TAPER-US, WD-SIGNS [2] [5]'."""
    return " ".join(part for part in (", ".join(ids), citations.of_ids(ids)) if part)


def used(ids: Iterable[str], citations: Citations) -> Table:
    """What the document rests on: each rule and number, its value, how it was come by, and its sources."""
    rows = []
    for name in dict.fromkeys(ids):
        record = find(citations.kb, name)
        if record is None:
            continue
        said = statement(citations.kb, record)
        role = ", ".join(dict.fromkeys(x for x in (said.role, getattr(record, "grade", None), said.region) if x))
        value = "words, see the patient's page" if isinstance(getattr(record, "value", None), str) else said.value
        rows.append((name, said.title, value, role, citations.of(citations.rows_of(record))))
    header = ("Rule or fact", "What it says", "Value", "Kind, grade, region", "Sources")
    return Table("Rules and facts this document rests on", header, tuple(rows), (6, 9, 5, 4, 4))
