"""The knowledge base goes in; every fitted or held-back figure of every table, once, beside its prediction, comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer import mechanism_rows, outcome_harms, outcome_intrathecal, outcome_spasticity
from openbaclofen.infer.validate import Compared, validate

TABLES = ("oral_pk", "outcomes", "outcomes_extra", "mechanism", "intrathecal")
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Fared:
    """How the rows of a table and a role fare. predicted, inside: how many; mean_fold_error: of those that have a fold."""

    table: str
    role: str
    rows: int
    predicted: int
    inside: int
    mean_fold_error: float | None


@dataclass(frozen=True)
class Tables:
    """Rows in the order of the tables, and how each table fares by role."""

    rows: tuple[Compared, ...]
    fared: tuple[Fared, ...]

    @property
    def missed(self) -> tuple[Compared, ...]:
        """Rows outside their interval."""
        return tuple(row for row in self.rows if row.inside is False)

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and dictionaries, for JSON."""
        return asdict(self)


def validate_tables(kb: KnowledgeBase, which: Sequence[str] = TABLES, progress: Progress | None = None) -> Tables:
    """Compare the rows with the role fit or validate of these tables, each once: where two models meet a row, the one that
    predicts it speaks. progress: called with what is being compared.

    Errors: InputError for a table that is not there, or a row that no model tells of.
    """
    if unknown := sorted(set(which) - set(TABLES)):
        raise InputError(f"no table is called {unknown[0]!r}; there are {', '.join(TABLES)}", "--table")
    found: dict[str, Compared] = {}
    for name, (tables, compare) in _PARTS.items():
        if set(tables) & set(which):
            if progress is not None:
                progress(name)
            for row in compare(kb):
                if row.row not in found or (found[row.row].predicted is None and row.predicted is not None):
                    found[row.row] = row
    wanted = [row for row in kb.evidence.values() if row.table in which and row.role != "context"]
    if lost := [row.id for row in wanted if row.id not in found]:
        raise InputError(f"nothing is said of {', '.join(lost)}", "evidence")
    rows = tuple(found[row.id] for table in TABLES for row in wanted if row.table == table)
    return Tables(rows, tuple(_fared(rows, table, role) for table in TABLES if table in which for role in ("fit", "validate")))


def table_of(row: Compared) -> str:
    """The table a row stands in."""
    return row.row.partition(":")[0]


def _fared(rows: Iterable[Compared], table: str, role: str) -> Fared:
    of = [row for row in rows if table_of(row) == table and row.role == role]
    folds = [abs(np.log(row.fold)) for row in of if row.fold is not None]
    return Fared(
        table,
        role,
        len(of),
        sum(row.predicted is not None for row in of),
        sum(bool(row.inside) for row in of),
        float(np.exp(np.mean(folds))) if folds else None,
    )


_OUTCOMES = ("outcomes", "outcomes_extra")
_PARTS: dict[str, tuple[tuple[str, ...], Callable[[KnowledgeBase], Iterable[Compared]]]] = {
    "oral pharmacokinetics": (("oral_pk",), lambda kb: validate(kb).rows),
    "reflex and spasticity": ((*_OUTCOMES, "intrathecal"), outcome_spasticity.compared),
    "unwanted effects": (_OUTCOMES, outcome_harms.compared),
    "receptor and synapse": (("mechanism",), mechanism_rows.compared),
    "spinal fluid": (("intrathecal",), outcome_intrathecal.compared),
}
