"""The knowledge base goes in; a record for every published figure of oral doses, observed and predicted, comes out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import EvidenceRow
from openbaclofen.infer.joint import correlation_of
from openbaclofen.infer.observe import Predictor, Target, figure_of, rows
from openbaclofen.infer.reasons import missed_because
from openbaclofen.infer.special_rows import Special, special_rows
from openbaclofen.population import log_sd

_NINETY_PERCENT = NormalDist().inv_cdf(1 - 0.5 / 10)


@dataclass(frozen=True)
class Compared:
    """A row. predicted, low, high: the prediction and its 90 % interval for a study like this; None where there is none.

    fold: predicted over observed (the geometric middle of a range, the bound where there is one). inside: the interval holds
    the figure, or meets the range. why: why the row has its role, or why it is not predicted.
    """

    row: str
    study: str
    quantity: str
    unit: str
    said: str
    observed: float | None
    predicted: float | None
    low: float | None
    high: float | None
    fold: float | None
    inside: bool | None
    role: str
    why: str


@dataclass(frozen=True)
class Validation:
    """All rows, and how they fare. close: the fold within which a fitted row must lie; mean_close: the mean allowed."""

    rows: tuple[Compared, ...]
    mean_fold_error: float
    mean_fold_error_validated: float
    inside_validated: float
    close: float
    mean_close: float

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and dictionaries, for JSON."""
        return asdict(self)


def validate(kb: KnowledgeBase) -> Validation:
    """Compare every row with the model as the facts stand now."""
    predictor = Predictor(kb)
    names, correlation = correlation_of(kb)
    facts = [kb.facts[name] for name in names]
    sd = np.array([log_sd(f.ignorance.cv) if f.ignorance and f.ignorance.cv else 0.0 for f in facts])
    predicted, spread, slopes = predictor.slopes(np.log([kb.value(name) for name in names]))
    known = np.einsum("ri,ij,rj->r", slopes, correlation * np.outer(sd, sd), slopes)
    found: dict[str, Compared] = {}
    for target, log, cv, variance in zip(predictor.targets, predicted, spread, known, strict=True):
        total = float(np.sqrt(variance + _sampling(target, float(cv)) ** 2 + kb.value("calibration.study_error") ** 2))
        found[target.row.id] = _compared(target, float(log), total)
    special = special_rows(kb)
    every = tuple(
        found.get(row.id) or _special(row, special.get(row.id)) or _not_predicted(row, predictor.without[row.id])
        for row in rows(kb)
    )
    checks = [r for r in every if r.role == "validate" and r.fold is not None]
    return Validation(
        every,
        _mean_fold(r for r in every if r.role == "fit"),
        _mean_fold(checks),
        float(np.mean([bool(r.inside) for r in checks])),
        kb.value("calibration.fold_close"),
        kb.value("calibration.mean_fold_close"),
    )


def _sampling(target: Target, cv: float) -> float:
    """Standard error of a study's figure: by its people's spread and number where only the number is known, else as fitted."""
    row = target.row
    return log_sd(cv) / float(np.sqrt(row.n)) if row.n and not row.spread_type and target.how != "between" else target.log_error


def _compared(target: Target, log: float, sd: float) -> Compared:
    low, high = (float(np.exp(log + z * sd)) for z in (-_NINETY_PERCENT, _NINETY_PERCENT))
    return _beside(target.row, float(np.exp(log)), low, high)


def _special(row: EvidenceRow, found: Special | None) -> Compared | None:
    """Rows of dialysis and milk: people as they differ under draws of what is not known."""
    return found and _beside(row, found.predicted, found.low, found.high)


def _beside(row: EvidenceRow, predicted: float, low: float, high: float) -> Compared:
    least, most = (row.value, row.value) if row.value is not None else (row.low or 0.0, row.high or np.inf)
    figure = figure_of(row)
    inside = bool(low <= most and high >= least)
    return Compared(
        row.id,
        row.study,
        row.quantity,
        row.unit,
        said(row),
        figure,
        predicted,
        low,
        high,
        predicted / figure,
        inside,
        row.role,
        row.reason if inside else f"{row.reason} Missed: {missed_because(row.id) or 'no reason is known'}.",
    )


def _not_predicted(row: EvidenceRow, why: str) -> Compared:
    return Compared(
        row.id, row.study, row.quantity, row.unit, said(row), row.value, None, None, None, None, None, row.role, why
    )


def said(row: EvidenceRow) -> str:
    """What the study published, in its own unit."""
    if row.value is not None:
        return f"{row.value:g}"
    if row.low is None or row.high is None:
        return f"<{row.high:g}" if row.high is not None else f">{row.low:g}" if row.low is not None else row.said
    return f"{row.low:g}-{row.high:g}"


def _mean_fold(compared: Any) -> float:
    folds = [abs(np.log(r.fold)) for r in compared if r.fold]
    return float(np.exp(np.mean(folds)))
