"""Doses and likenesses go in; what each does once settled, wanted and unwanted, comes out, with both ranges and a grade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from openbaclofen.cascade import SettledDays
from openbaclofen.decide.depressants import Others
from openbaclofen.decide.expect import expected, significant
from openbaclofen.decide.likeness import Likenesses
from openbaclofen.decide.records import Expected
from openbaclofen.decide.weigh import WITHOUT_DRUG
from openbaclofen.dose.regimen import Phase
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.typical import GRADES
from openbaclofen.outcome.breathing import Loads, danger, depression_index, drive_lost, settled
from openbaclofen.outcome.encephalopathy import admission
from openbaclofen.safety.situation import Situation

WITHOUT_BACLOFEN = "without baclofen"
SHOWN = ("dizziness", "weakness", "nausea", "confusion", "hypotension")
USED_TO = 1.0  # a settled dose is one the brain has got used to


@dataclass(frozen=True)
class Row:
    """One quantity of everyone (people and then draws), and what it is compared with, a number for each or for all."""

    quantity: str
    unit: str
    value: np.ndarray
    grade: str
    against: np.ndarray | None = None
    against_is: str = ""


def effects(
    phases: Sequence[Phase], likenesses: Likenesses, situation: Situation, others: Others | None, kb: KnowledgeBase
) -> tuple[tuple[Expected, ...], ...]:
    """The rows of each phase, in the order of the phases."""
    days = likenesses.settled(phases)
    found = []
    for i in range(len(phases)):
        rows = [_strength(likenesses, days, i), *_unwanted(likenesses, days, i)]
        rows += _encephalopathy(likenesses, days, i, situation, kb)
        rows += breathing_rows(likenesses, days.highest["csf"][i], others.loads, USED_TO) if others else []
        found.append(tuple(summed(row, likenesses) for row in rows))
    return tuple(found)


def summed(row: Row, likenesses: Likenesses) -> Expected:
    """A row as a prediction: people apart from draws; a number derived from levels is graded no better than plasma."""
    people, draws = row.value[: likenesses.number], row.value[likenesses.number :]
    grade = max(row.grade, likenesses.typical.grades["plasma"], key=GRADES.index)
    made = expected(row.quantity, row.unit, people, draws, grade)
    if row.against is None:
        return made
    beside = np.broadcast_to(row.against, row.value.shape)[: likenesses.number]
    return replace(made, against=significant(float(np.median(beside))), against_is=row.against_is)


def grade_of(kb: KnowledgeBase, fact: str) -> str:
    """The grade of the fact that sets the size of a number."""
    return kb.facts[fact].grade or GRADES[-1]


def _strength(of: Likenesses, days: SettledDays, i: int) -> Row:
    unit = "share of that without drug"
    return Row("voluntary strength, of that without drug", unit, days.mean["strength"][i], of.typical.grades["strength"])


def _unwanted(of: Likenesses, days: SettledDays, i: int) -> list[Row]:
    """Drowsiness by grade and the lesser effects. All answer the same felt concentration, so each rises by its own multiple of
    what drowsiness rises by, on the scale of log-odds."""
    harms, kb = of.harms_of_everyone, of.kb
    drowsy = of.everyone.response.sedation
    any_ = days.mean["sedation"][i]
    without = np.asarray(drowsy.baseline)
    size = of.typical.grades["sedation"]
    rows = [Row("drowsiness", "probability", any_, size, without, WITHOUT_DRUG)]
    for name, cut in (("moderate", harms.sedation.moderate), ("severe", harms.sedation.severe)):
        title = f"drowsiness, {name}{' or worse' if name == 'moderate' else ''}"
        both = (_share(_log_odds(p) - cut) for p in (any_, without))
        rows.append(Row(title, "probability", next(both), grade_of(kb, f"effect.{name}"), next(both), WITHOUT_DRUG))
    rise = _log_odds(any_) - _log_odds(without)
    for name in SHOWN:
        effect = harms.effects[name]
        relative = effect.slope / harms.sedation.any.slope
        base = np.asarray(effect.baseline)
        found = _share(_log_odds(base) + relative * rise)
        rows.append(Row(name, "probability", found, grade_of(kb, f"effect.{name}_relative"), base, WITHOUT_DRUG))
    return rows


def _encephalopathy(of: Likenesses, days: SettledDays, i: int, situation: Situation, kb: KnowledgeBase) -> list[Row]:
    """Shown where age or kidneys are those of the people whose hazard it is."""
    egfr = situation.egfr.value
    if egfr is None or (egfr >= kb.value("decision.kidneys_shown") and of.age <= kb.value("decision.old_age")):
        return []
    brain = days.mean["csf"][i]
    model = of.harms_of_everyone.encephalopathy
    found, none = (admission(model, level, np.asarray(egfr)) for level in (brain, np.zeros_like(brain)))
    grade = grade_of(kb, "encephalopathy.hazard")
    return [Row("encephalopathy, admission in 30 days", "probability", found, grade, none, WITHOUT_DRUG)]


def breathing_rows(of: Likenesses, level: np.ndarray, loads: Loads, used_to: float) -> list[Row]:
    """Ventilation and danger at a level of baclofen, with the other depressants, against those alone."""
    model = of.harms_of_everyone.breathing
    both = []
    for brain in (level, np.zeros_like(level)):
        breath = settled(model, drive_lost(model, depression_index(model, brain, loads, used_to)))
        both.append((np.asarray(breath.ventilation), np.asarray(danger(model, breath.ventilation))))
    (air, needs), (air_none, needs_none) = both
    size, assumed = grade_of(of.kb, "breathing.half"), grade_of(of.kb, "breathing.failing")
    return [
        Row("ventilation with the other depressants", "share of that at rest", air, size, air_none, WITHOUT_BACLOFEN),
        Row("breathing needs support, with them", "probability", needs, assumed, needs_none, WITHOUT_BACLOFEN),
    ]


def _log_odds(share: np.ndarray) -> np.ndarray:
    return np.log(share) - np.log1p(-share)


def _share(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))
