"""Rows on reflex, tone, spasm and dose to fit, and beliefs, go in; the most probable facts and how sure they are come out.

One set of facts for tablets and pumps. Each fact is z standard deviations from its belief, so beliefs are least squares too;
uncertainty by Laplace; `infer.identify` makes profiles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from statistics import NormalDist
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import EvidenceRow
from openbaclofen.infer.outcome_intrathecal import bolus_course, spinal_concentration
from openbaclofen.infer.spasticity_people import CORD
from openbaclofen.infer.spasticity_predict import BOLUS_H, DRIFT, Predict, predicted
from openbaclofen.infer.typical import known_of
from openbaclofen.normals import normals
from openbaclofen.population import log_sd
from openbaclofen.pump import ARMS, LEGS
from openbaclofen.units import HOURS_PER_DAY, NG_PER_UG, UG_PER_MG, AbsoluteGFR, Volume

PRIOR = "spasticity.prior."
CORRELATION = "spasticity.correlation"
NINETY = NormalDist().inv_cdf(1 - 0.5 / 10)  # standard deviations to either end of 90 %
LEVELS = ("level oral", "level pump", "level pump arms")
_STEP = 1 / 1000
_EDGE = 1e-6  # of a belief between two ends
_NEVER = 10.0 * 1000  # stands for a dose that no level reaches
_OTHERS = (
    *("outcome.rating_noise", "outcome.placebo_half_life", "receptor.responders_spinal", "receptor.responders_cerebral_palsy"),
    *(
        f"spasticity.study.{name}"
        for name in ("pump_responders", "first_pump_dose", "later_pump_dose", "oral_failures", "pooled_responders")
    ),
    *("spasticity.study.initial_for_plateau", "spasticity.study.oral_dose"),
)


@dataclass(frozen=True)
class SpasticityFit:
    """z (facts,) from the beliefs, its covariance, the facts' values, and the rows: observed, predicted, standard error.

    slopes (rows, facts): of the standardised residuals.
    """

    names: tuple[str, ...]
    z: np.ndarray
    covariance: np.ndarray
    values: Mapping[str, float]
    rows: tuple[tuple[str, float, float, float], ...]
    slopes: np.ndarray
    cost: float

    @property
    def learned(self) -> dict[str, float]:
        """Share of each belief's standard deviation that the rows took away: 0 where they cannot tell."""
        return {name: float(1 - np.sqrt(v)) for name, v in zip(self.names, np.diag(self.covariance), strict=True)}


def fitted_names(kb: KnowledgeBase) -> tuple[str, ...]:
    """Facts that are fitted: those with a belief."""
    return tuple(name.removeprefix(PRIOR) for name in kb.facts if name.startswith(PRIOR))


def values_of(kb: KnowledgeBase, z: np.ndarray, unsure: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Values by fact for z (draws, facts) of the fitted facts; unsure (draws, others): deviates of the others."""
    names, others = fitted_names(kb), other_names(kb)
    beyond = np.zeros((len(z), len(others) + len(LEVELS))) if unsure is None else unsure
    found = {name: known_of(kb, PRIOR + name).drawn(z[:, i]) for i, name in enumerate(names)}
    found |= {name: known_of(kb, name).drawn(beyond[:, i]) for i, name in enumerate(others)}
    oral, pump, apart = (np.exp(level.cv * beyond[:, len(others) + i]) for i, level in enumerate(levels(kb)))
    every, legs, arms = levels(kb)
    found["level oral"] = oral * every.of[0]
    for of, more, where in ((legs, pump, ""), (arms, pump * apart, " arms")):
        found[f"level pump{where}"] = more * of.of[0]
        found |= {f"level bolus {h:g}{where}": more * x for h, x in zip(BOLUS_H, of.of[1:], strict=True)}
    return found


def other_names(kb: KnowledgeBase) -> tuple[str, ...]:
    """Facts that predictions need and the rows do not fit."""
    fitted = fitted_names(kb)
    return tuple(name for name in (*CORD, *_OTHERS) if name not in fitted)


@dataclass(frozen=True)
class Levels:
    """Levels in spinal fluid for each unit of dose, and how badly they are known (a log-scale standard deviation)."""

    of: tuple[float, ...]
    cv: float


@lru_cache(maxsize=2)
def _levels(key: int, kb: KnowledgeBase) -> tuple[Levels, Levels, Levels]:
    del key
    clearance = kb.value("clearance.renal_slope") * kb.value("spasticity.study.clearance") + kb.value("clearance.nonrenal")
    per_hour = kb.value("oral.bioavailability") * UG_PER_MG * NG_PER_UG / HOURS_PER_DAY
    oral = per_hour / (AbsoluteGFR(clearance).to("L/h") / Volume(1.0).to("L")) * kb.value("csf.plasma_ratio")
    unsure = kb.facts["csf.plasma_ratio"].ignorance
    legs, arms = (spinal_concentration(kb, 1.0, limb) for limb in (LEGS, ARMS))
    return (
        Levels((oral,), log_sd(unsure.cv or 0.0) if unsure else 0.0),
        Levels((float(legs.typical), *_delayed(kb, LEGS)), float(np.std(np.log(legs.draws)))),
        Levels((float(arms.typical), *_delayed(kb, ARMS)), float(np.std(np.log(arms.draws / legs.draws)))),
    )


def _delayed(kb: KnowledgeBase, limb: str) -> list[float]:
    """Levels in the cord hours after a bolus of 1 ug: those of the fluid, followed with a half-life."""
    hours = np.linspace(0, BOLUS_H[-1], 100 + 1)
    fluid = np.asarray(bolus_course(kb, 1.0, hours, limb).typical)
    kept = np.exp2(-(hours[1] - hours[0]) / kb.value("adaptation.cord_half_life"))
    cord = [0.0]
    for before, after in pairwise(fluid):
        cord.append(cord[-1] * kept + (before + after) / 2 * (1 - kept))
    return [float(np.interp(h, hours, cord)) for h in BOLUS_H]


def levels(kb: KnowledgeBase) -> tuple[Levels, Levels, Levels]:
    """By mouth for each mg of racemate a day; beside legs and beside arms for each ug a day of a pump, or in a bolus.

    What is not known of the arms is that beyond the legs.
    """
    return _levels(id(kb), kb)


def observed(row: EvidenceRow) -> float:
    """The figure of a row, the middle of its range."""
    ends = [row.value] if row.value is not None else [x for x in (row.low, row.high) if x is not None]
    sign = -1.0 if row.quantity.startswith("TNmAS-MAL decrease") and ends[0] > 0 else 1.0
    return sign * float(np.mean(ends))


def on_log(row: EvidenceRow) -> bool:
    """Doses are compared by their logarithm, scores and shares as they are."""
    return row.unit in ("ug/day", "months", "years")


def error(kb: KnowledgeBase, row: EvidenceRow) -> float:
    """Standard error of a row, in its unit or on the log scale: of its figure and of studies about one another."""
    if on_log(row):
        return kb.value(f"spasticity.study.{'dose' if row.quantity.startswith('ED_') else 'plateau'}_error")
    if row.id == DRIFT:
        return kb.value("spasticity.study.drift_error")
    drug = kb.value("spasticity.study.effect_error") * abs(observed(row)) if row.arm == "difference" else 0.0
    if row.quantity.startswith("HM_"):
        return 100 * kb.value("spasticity.study.share_error")
    if row.unit == "fraction":
        share = observed(row)
        return float(np.hypot(np.sqrt(share * (1 - share) / row.n) if row.n else 0.0, kb.value("spasticity.study.share_error")))
    if row.arm == "active" and row.quantity.startswith("TNmAS"):
        drug = kb.value("spasticity.study.trial_error")
    return float(np.hypot(_own_error(kb, row), max(drug, kb.value("spasticity.study.score_error"))))


def _own_error(kb: KnowledgeBase, row: EvidenceRow) -> float:
    if row.spread_type == "95%CI" and row.low is not None and row.high is not None:
        return (row.high - row.low) / 4
    if row.spread_type.startswith("SD") and row.spread and row.n:
        return row.spread / float(np.sqrt(row.n))
    return kb.value("spasticity.study.figure_error")


def to_fit(kb: KnowledgeBase, of: Predict) -> list[EvidenceRow]:
    """The predicted rows with the role fit, in the order of the tables."""
    return [row for row in kb.evidence.values() if row.role == "fit" and row.id in of]


def calibrate_spasticity(
    kb: KnowledgeBase, held: Mapping[str, float] | None = None, start: Mapping[str, float] | None = None
) -> SpasticityFit:
    """Fit; held: z of facts that are kept there (a profile); start: z to search from, if not the beliefs.

    Errors: InputError where the search does not converge.
    """
    names = fitted_names(kb)
    rows = to_fit(kb, predicted(kb, values_of(kb, np.zeros((1, len(names))))))
    free = [i for i, name in enumerate(names) if name not in (held or {})]
    base = np.array([(held or {}).get(name, 0.0) for name in names])
    errors = np.array([error(kb, row) for row in rows])
    logs = np.array([on_log(row) for row in rows])
    seen = np.array([observed(row) for row in rows])

    def at(x: np.ndarray) -> np.ndarray:
        """Residuals of rows and beliefs for x (draws, free): (draws, rows + facts)."""
        z = np.tile(base, (len(x), 1))
        z[:, free] = x
        of = predicted(kb, values_of(kb, z))
        found = np.stack([np.nan_to_num(of[row.id], nan=_NEVER) for row in rows], axis=1)
        return np.concatenate([np.where(logs, np.log(np.where(logs, found / seen, 1.0)), found - seen) / errors, z], axis=1)

    def slopes(x: np.ndarray) -> np.ndarray:
        moved = at(np.concatenate([x + _STEP * np.eye(len(x)), x - _STEP * np.eye(len(x))]))
        return ((moved[: len(x)] - moved[len(x) :]) / (2 * _STEP)).T

    options: dict[str, Any] = {"jac": slopes, "xtol": 1e-6, "ftol": 1e-6}
    begin = np.array([(start or {}).get(names[i], 0.0) for i in free])
    found = least_squares(lambda x: at(x[None])[0], begin, **options)
    if not found.success:
        raise InputError(f"the fit did not converge: {found.message}", "spasticity")
    z = base.copy()
    z[free] = found.x
    values, of = values_of(kb, z[None]), predicted(kb, values_of(kb, z[None]))
    told = tuple((row.id, observed(row), float(of[row.id][0]), float(e)) for row, e in zip(rows, errors, strict=True))
    covariance = np.linalg.inv(found.jac.T @ found.jac)
    return SpasticityFit(
        tuple(names[i] for i in free),
        found.x,
        covariance,
        {n: float(values[n][0]) for n in names},
        told,
        found.jac[: len(rows)],
        float(found.cost),
    )


def as_written(kb: KnowledgeBase) -> tuple[np.ndarray, np.ndarray]:
    """The fit that the facts state: z (facts,) and its covariance, by `fitted_names`."""
    names = fitted_names(kb)
    z, sd = np.array([_deviation(kb, name) for name in names]).T
    written = kb.facts[CORRELATION].value
    found = np.eye(len(names))
    for pair, r in (written if isinstance(written, dict) else {}).items():
        i, j = (names.index(name) for name in pair.split())
        found[i, j] = found[j, i] = r
    return z, found * np.outer(sd, sd)


def _deviation(kb: KnowledgeBase, name: str) -> tuple[float, float]:
    """How many standard deviations of its belief a fact lies from it, and how well that is known."""
    belief, spread = kb.facts[PRIOR + name], kb.facts[name].ignorance
    known = belief.ignorance
    if known is None or spread is None:
        raise InputError("the belief and the fact must say what is not known", name)
    if known.form == "uniform":
        least, width = known.low or 0.0, (known.high or 1.0) - (known.low or 0.0)
        at = [(x - least) / width for x in (kb.value(name), spread.low or 0.0, spread.high or 1.0)]
        middle, low, high = (NormalDist().inv_cdf(min(max(x, _EDGE), 1 - _EDGE)) for x in at)
        return middle, (high - low) / (2 * NINETY)
    one = np.log(known.factor or 1.0) / NINETY
    return float(np.log(kb.value(name) / kb.value(PRIOR + name)) / one), float(np.log(spread.factor or 1.0) / NINETY / one)


def deviates(kb: KnowledgeBase, number: int, seed: int) -> np.ndarray:
    """Deviates of what is not fitted, (draws, others and levels)."""
    names = [f"ignorance {name}" for name in (*other_names(kb), *LEVELS)]
    return normals(seed, names, number).T
