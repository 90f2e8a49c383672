"""The knowledge base goes in; a record for every published figure of reflex, tone, spasm, dose and withdrawal comes out.

An interval holds what is not known of the facts (those fitted together, the others each by itself), how the study was done as
far as that is assumed, and the error of the figure with the spread between studies.
"""

from __future__ import annotations

import numpy as np

from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import EvidenceRow
from openbaclofen.infer.reasons import missed_because, not_predicted_because
from openbaclofen.infer.spasticity_fit import as_written, deviates, error, fitted_names, observed, on_log, values_of
from openbaclofen.infer.spasticity_predict import Predict, predicted
from openbaclofen.infer.validate import Compared, said
from openbaclofen.infer.withdrawal_course import Withdrawal, stop_oral
from openbaclofen.normals import normals

_TOPICS = ("efficacy", "withdrawal", "tolerance")
_PUMP = (
    "Ashworth",
    "spasm_score",
    "reflex_score",
    "HM_",
    "ED_HM",
    "dose_",
    "effective_",
    "responder_",
    "tolerance_percent",
    "n_needing",
)
_TIMES = ("onset_bolus", "time_peak_effect_bolus", "duration_bolus", "onset_infusion", "time_max_effect_infusion")
_ONSET = {
    "outcomes:DAleo2007:hours_from_last_oral_dose_to_visual_hallucinations": 0,
    "outcomes:DAleo2007:hours_from_last_oral_dose_to_visual_hallucinations:3": 0,
    "outcomes:PalliativeStop_case:hours_from_last_dose_to_jaw_clonus/rebound_spasticity": 0,
    "outcomes:ITB_delirium2009:onset_after_reduction/stop": 4 * 10,
}
_BEGIN = "0 h"
_LONG_D, _AFTER_D = 100, 4
_DRAWS, _SEED = 2 * 100, 3
_TAIL = 0.5 / 10


def rows(kb: KnowledgeBase) -> list[EvidenceRow]:
    """Every row on these that is fitted or held back, in the order of the tables."""
    return [
        row
        for row in kb.evidence.values()
        if row.role != "context" and _ours(row) and not row.id.endswith("peak_subjective/GH_effect")
    ]


def _ours(row: EvidenceRow) -> bool:
    if row.table in ("outcomes", "outcomes_extra"):
        return row.topic in _TOPICS or row.quantity.startswith("mean Ashworth")
    return row.table == "intrathecal" and row.quantity.startswith((*_PUMP, *_TIMES))


def compared(kb: KnowledgeBase) -> tuple[Compared, ...]:
    """Compare every row with the model as the facts stand now.

    Errors: InputError where a row has neither a prediction nor a reason for having none.
    """
    best, covariance = as_written(kb)
    names = [f"fitted {name}" for name in fitted_names(kb)]
    z = best + normals(_SEED, names, _DRAWS).T @ np.linalg.cholesky(covariance).T
    unsure = deviates(kb, _DRAWS, _SEED)
    z, unsure = (np.concatenate([first, rest]) for first, rest in ((best[None], z), (np.zeros((1, unsure.shape[1])), unsure)))
    every = predicted(kb, values_of(kb, z, unsure))  # the facts as they stand first, so that one pass serves both
    of, middle = {name: value[1:] for name, value in every.items()}, {name: float(value[0]) for name, value in every.items()}
    return tuple(_of(kb, row, of, middle) for row in rows(kb))


def _of(kb: KnowledgeBase, row: EvidenceRow, of: Predict, middle: dict[str, float]) -> Compared:
    plain = (row.id, row.study, row.quantity, row.unit, said(row))
    if row.id in _ONSET:
        return _onset(kb, row)
    if row.id not in of and row.time == _BEGIN:
        return Compared(*plain, row.value, None, None, None, None, None, row.role, "from here its later figure is predicted")
    if row.id not in of:
        why = not_predicted_because(row.id)
        if why is None:
            raise InputError(f"{row.id} is neither predicted nor said why not", "evidence")
        return Compared(*plain, row.value, None, None, None, None, None, row.role, why)
    wide = error(kb, row) * normals(_SEED, [f"figure {row.id}"], _DRAWS)[0]
    drawn = of[row.id] * np.exp(wide) if on_log(row) else of[row.id] + wide
    drawn = np.where(np.isnan(drawn), np.inf, drawn)
    low, high = (float(x) for x in np.quantile(drawn, [_TAIL, 1 - _TAIL], method="nearest"))
    return _record(row, middle[row.id], low, high)


def _record(row: EvidenceRow, middle: float, low: float, high: float) -> Compared:
    told = observed(row)
    least, most = (told, told) if row.value is not None else (row.low if row.low is not None else -np.inf, row.high or np.inf)
    if row.value is None and row.low is None:
        least = -np.inf
    inside = bool(low <= most and high >= least)
    fold = middle / told if told * middle > 0 else None
    why = row.reason if inside else f"{row.reason} Missed: {missed_because(row.id) or 'no reason is known'}."
    return Compared(row.id, row.study, row.quantity, row.unit, said(row), told, middle, low, high, fold, inside, row.role, why)


def _onset(kb: KnowledgeBase, row: EvidenceRow) -> Compared:
    """Hours from the last dose to a noticed excess, after long; the interval by how much must be noticed (half, double)."""
    daily = float(row.dose.split()[0]) if row.dose else 2.0 * _ONSET[row.id]
    course = stop_oral(kb, [(_LONG_D, daily)], _AFTER_D)
    noticed = kb.value("withdrawal.noticed")
    low, middle, high = (_reached(course, noticed * factor) for factor in (0.5, 1, 2))
    return _record(row, middle, low, high)


def _reached(course: Withdrawal, noticed: float) -> float:
    late = course.hours >= 0
    above = course.severity[late] >= noticed
    return float(course.hours[late][np.argmax(above)]) if above.any() else float("inf")
