"""The knowledge base goes in; a record for every published figure of harm, alcohol use and reflux comes out.

A prediction is that for a study like the one that was published: its interval holds what is not known of the facts, the
spread between studies, and chance in as many people. Where a study had a placebo group, the drug starts from its own figure.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import EvidenceRow
from openbaclofen.infer.harm_predict import predicted
from openbaclofen.infer.reasons import missed_because, not_predicted_because
from openbaclofen.infer.validate import Compared, said

TABLES = ("outcomes", "outcomes_extra")
TOPICS = ("unwanted effects", "kidney", "overdose", "with other depressants", "alcohol use disorder", "other uses")
ALSO = ("outcomes:Durant2018_PKPD:time_of_peak_subjective/GH_effect",)
_TAIL = 0.5 / 10


def rows(kb: KnowledgeBase) -> list[EvidenceRow]:
    """Every row of harm, alcohol use and reflux that is fitted or held back, in the order of the tables."""
    return [
        row
        for row in kb.evidence.values()
        if row.role != "context" and ((row.table in TABLES and row.topic in TOPICS) or row.id in ALSO)
    ]


def compared(kb: KnowledgeBase) -> tuple[Compared, ...]:
    """Compare every row with the models as the facts stand now.

    Errors: InputError where a row has neither a prediction nor a reason for having none.
    """
    found = predicted(kb)
    return tuple(_of(row, found) for row in rows(kb))


def _of(row: EvidenceRow, found: Mapping[str, np.ndarray]) -> Compared:
    plain = (row.id, row.study, row.quantity, row.unit, said(row))
    figures = found.get(row.id)
    if figures is None:
        why = not_predicted_because(row.id)
        if why is None:
            raise InputError(f"{row.id} is neither predicted nor said why not", "evidence")
        return Compared(*plain, row.value, None, None, None, None, None, row.role, why)
    low, middle, high = (float(x) for x in np.quantile(figures, [_TAIL, 0.5, 1 - _TAIL]))
    least, most = (row.value, row.value) if row.value is not None else (row.low or 0.0, row.high or np.inf)
    observed = row.value if row.value is not None else (least + most) / 2
    fold = middle / observed if observed * middle > 0 else None
    inside = bool(low <= most and high >= least)
    why = row.reason if inside else f"{row.reason} Missed: {missed_because(row.id) or 'no reason is known'}."
    return Compared(*plain, observed, middle, low, high, fold, inside, row.role, why)
