"""Brain concentration and adaptation go in; the grades of drowsiness and the chances of other unwanted effects come out.

Each chance has a part without drug and a rise of its log-odds with the concentration, which levels off as receptors fill:
log-odds = base + b C' / (1 + C'/half), C' = C sensitivity (1 - adapting A), A the adaptation of the brain from 0 to 1.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from openbaclofen.arrays import Numbers, library, logistic

GRADES = ("none", "mild", "moderate", "severe")


class SideEffect(NamedTuple):
    """One value for each person, shape (people,)."""

    baseline: Numbers  # probability without drug
    slope: Numbers  # log-odds per ng/mL in the brain, at low concentrations
    half: Numbers  # ng/mL at which the log-odds have made half of their largest rise
    sensitivity: Numbers  # 1 in a young adult; multiplies the concentration
    adapting: Numbers  # share of the concentration that full adaptation makes void


class Sedation(NamedTuple):
    """Drowsiness at all, and how much rarer the worse grades are. (people,)."""

    any: SideEffect
    moderate: Numbers  # log-odds by which moderate or worse lies below any
    severe: Numbers  # log-odds by which severe lies below any


class Sensitivity(NamedTuple):
    """How much more the brain answers in old age: 1 up to the age `begins`, `factor` from the age `full` on. (people,)."""

    factor: Numbers
    begins: Numbers  # years
    full: Numbers  # years


class SedationGrades(NamedTuple):
    """Chance of each grade; they add up to 1."""

    none: Any
    mild: Any
    moderate: Any
    severe: Any


def log_odds(effect: SideEffect, brain_ng_per_ml: Numbers, adaptation: Numbers | float = 0.0) -> Any:
    """Log-odds of an unwanted effect, (..., people). adaptation: 0 before the first dose to 1, same shape or one."""
    felt = brain_ng_per_ml * effect.sensitivity * (1 - effect.adapting * adaptation)
    of = library(effect.baseline)
    without = of.log(effect.baseline) - of.log1p(-effect.baseline)
    return without + effect.slope * felt / (1 + felt / effect.half)


def chance(effect: SideEffect, brain_ng_per_ml: Numbers, adaptation: Numbers | float = 0.0) -> Any:
    """Probability that the effect is reported, the part without drug included, (..., people)."""
    return logistic(log_odds(effect, brain_ng_per_ml, adaptation))


def sedation_grades(sedation: Sedation, brain_ng_per_ml: Numbers, adaptation: Numbers | float = 0.0) -> SedationGrades:
    """Cumulative logit: P(grade or worse) = logistic(log-odds of any drowsiness - cut of the grade)."""
    odds = log_odds(sedation.any, brain_ng_per_ml, adaptation)
    any_, moderate, severe = (logistic(odds - cut) for cut in (0.0, sedation.moderate, sedation.severe))
    return SedationGrades(1 - any_, any_ - moderate, moderate - severe, severe)


def sensitivity_at(sensitivity: Sensitivity, age_years: Numbers | float) -> Any:
    """factor^w, w rising evenly from 0 to 1 between the two ages."""
    share = (age_years - sensitivity.begins) / (sensitivity.full - sensitivity.begins)
    w = library(share).clip(share, 0.0, 1.0)
    return sensitivity.factor**w
