"""A plan that learnt from observations goes in; the section that shows what it learnt comes out."""

from __future__ import annotations

from openbaclofen.decide.records import Plan
from openbaclofen.report.document_record import Section, Table, Text
from openbaclofen.report.individual_text import (
    DOSES,
    OBSERVED,
    SHARE,
    SHIFTED,
    TITLE,
    Row,
    dose_rows,
    observed_rows,
    shifted_rows,
    status,
)
from openbaclofen.report.plan_text import HOW_TO_READ, said


def individual(plan: Plan) -> Section | None:
    """What was seen, and what it moved; None where nothing that was seen could be used."""
    of = plan.individual
    if of is None:
        return None
    blocks: list[Text | Table] = [
        Text(status(of)),
        Table("What was seen", _head(OBSERVED), tuple(observed_rows(of, said)), (5, 3, 6)),
    ]
    if of.before:
        rows = tuple(dose_rows(of.before, plan.alternatives))
        blocks += [Table("Each dose, without and with it", _head(DOSES), rows, (5, 4, 4, 4)), Text(SHARE, "small")]
    if of.shifted:
        rows = tuple(shifted_rows(of, said))
        blocks += [Table("What the present dose does", _head(SHIFTED), rows, (5, 5, 5)), Text(HOW_TO_READ, "small")]
    return Section(TITLE, tuple(blocks))


def _head(names: Row) -> Row:
    return tuple(name.capitalize() for name in names)
