"""The rows of unwanted effects with the role fit, and beliefs, go in; calibrated facts with their uncertainty come out.

Most probable values by least squares, each row on the scale of its link (log-odds of a share, logarithm of a hazard or a ratio)
with its standard error and the spread between studies, each parameter with its prior on the log scale; uncertainty by Laplace.
Facts that are not fitted stay as they are, and what is not known of them is not part of the covariance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy.optimize import least_squares

from openbaclofen.compilers import prepare
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.harm_exposure import amounts, kind_of_people, settled_brain_per_mg, single_per_mg, told
from openbaclofen.infer.harms import Harms, as_known, harms
from openbaclofen.infer.log_estimate import LogEstimate
from openbaclofen.infer.typical import known_of
from openbaclofen.outcome.alcohol import abstinent_days, effect_share
from openbaclofen.outcome.breathing import Loads, danger, depression_index, drive_lost, settled
from openbaclofen.outcome.encephalopathy import admission
from openbaclofen.outcome.limiting import leaving
from openbaclofen.outcome.overdose import coma_chance, event_chance
from openbaclofen.outcome.side_effects import log_odds
from openbaclofen.population import Typical, log_sd, parameters, people

PRIOR = "prior."
FITTED = (
    *("effect.drowsiness_odds", "effect.drowsiness_slope"),
    *("outcome.limiting_placebo", "outcome.limiting_hazard", "outcome.limiting_power"),
    *("encephalopathy.hazard", "encephalopathy.power"),
    *("overdose.coma_level", "overdose.ventilation_level", "breathing.half"),
    *("alcohol.abstinent_gain", "alcohol.relapse_fall"),
)
CONFIDENT = 2 * NormalDist().inv_cdf(1 - 0.5 / 10 / 2)  # a 95 % interval in standard errors
_PEOPLE, _AMOUNTS, _SEED = 100, 4 * 10, 1
LABEL = "outcomes:US_label_oral:transient_drowsiness"
LEAVING = "outcomes:OS440_3004_NCT03290131:withdrawal_due_to_adverse_event"
KIDNEY = "outcomes:Muanda2019_CKD:encephalopathy_hospitalisation_30_d_"
SERIES = "outcomes:Gdansk_Warsaw2005:"
OPIOID = "outcomes:Li2020_opioid:opioid_overdose_baclofen+opioid_vs_opioid_alone"
POOLED = "outcomes:Cochrane2023_AUD:"


@dataclass(frozen=True)
class Exposure:
    """Brain concentrations the fit needs. adult, by_kidney: ng/mL for each mg a day; peak: after each mg at once, (people,)."""

    adult: float
    by_kidney: Mapping[float, float]
    peak: np.ndarray


@dataclass(frozen=True)
class Seen:
    """A fitted figure on the scale of its link, its standard error, and the model's figure as a function of Harms."""

    row: str
    observed: float
    error: float
    predicted: Callable[[Harms], float]


@dataclass(frozen=True)
class HarmFit(LogEstimate):
    """log_values, prior_log, prior_sd (facts,) and covariance, by FITTED, on the log scale. rows: standardised misses.

    slopes (rows, facts): of those misses.
    """

    rows: Mapping[str, float]
    slopes: np.ndarray
    cost: float

    @property
    def learned(self) -> dict[str, float]:
        """Share of each prior's standard deviation that the rows took away."""
        return dict(zip(self.names, (1 - self.log_sd / self.prior_sd).tolist(), strict=True))


def exposure(kb: KnowledgeBase) -> Exposure:
    """Of the typical adult, of the typical old person by kidney function, and of adults who differ."""
    prepare()
    adult = kind_of_people(kb, kb.value("harms.adult_clearance"), kb.value("harms.adult_age"))
    groups = {float(rate): kind_of_people(kb, float(rate), kb.value("harms.kidney_age")) for rate in kidney_groups(kb)}

    def middle(of: Typical) -> float:
        typical_one = parameters({name: np.array([known.value]) for name, known in of.known.items()})
        return float(settled_brain_per_mg(typical_one)[0])

    peak = single_per_mg(people(adult, _PEOPLE, _SEED)).brain_peak
    return Exposure(middle(adult), {rate: middle(of) for rate, of in groups.items()}, peak)


def kidney_groups(kb: KnowledgeBase) -> dict[str, float]:
    """Share of the kidney cohort by the middle eGFR of its groups."""
    groups = kb.facts["harms.kidney_groups"].value
    return groups if isinstance(groups, dict) else {}


def seen(kb: KnowledgeBase, at: Exposure) -> list[Seen]:
    """Every row with the role fit, with the function that stands for it."""
    return [*_drowsiness(kb, at), *_leaving(kb, at), *_kidney(kb, at), *_series(kb, at), *_opioid(kb, at), *_alcohol(kb, at)]


def figure(kb: KnowledgeBase, row: str) -> float:
    """The published figure of a row that holds one."""
    value = kb.evidence[row].value
    if value is None:
        raise TypeError(f"{row} holds no single figure")
    return value


def logit(share: float | np.ndarray) -> float | np.ndarray:
    """ln(p / (1 - p))."""
    return np.log(share) - np.log1p(-share)


def _drowsiness(kb: KnowledgeBase, at: Exposure) -> list[Seen]:
    drug, placebo = figure(kb, LABEL), figure(kb, f"{LABEL}:2")
    n, between = kb.value("harms.drowsy_share"), kb.value("harms.study_spread")
    variance = [1 / (n * p * (1 - p)) for p in (drug, placebo)]
    brain = np.array([at.adult * told(kb, "harms.trial_dose", "US_label_oral")])

    def without(of: Harms) -> float:
        return float(log_odds(of.sedation.any, np.zeros(1))[0])

    return [
        Seen(f"{LABEL}:2", float(logit(placebo)), float(np.hypot(np.sqrt(variance[1]), between)), without),
        Seen(
            LABEL,
            float(logit(drug) - logit(placebo)),
            float(np.sqrt(sum(variance))),
            lambda of: float(log_odds(of.sedation.any, brain)[0]) - without(of),
        ),
    ]


def susceptibility(kb: KnowledgeBase) -> np.ndarray:
    """How many times the middle hazard of leaving people have, evenly over them, (people,)."""
    between = kb.facts["outcome.limiting_hazard"].between_people
    z = np.array([NormalDist().inv_cdf((i + 0.5) / _PEOPLE) for i in range(_PEOPLE)])
    return np.exp(log_sd(between.cv or 0.0 if between else 0.0) * z)


def _leaving(kb: KnowledgeBase, at: Exposure) -> list[Seen]:
    found, factors = [], susceptibility(kb)
    for suffix, dose in ((":3", 0.0), ("", _dose(kb, "OS440_low")), (":2", _dose(kb, "OS440_high"))):
        row = kb.evidence[LEAVING + suffix]
        p, n = figure(kb, row.id), row.n or row.n_control or 1.0

        def share(of: Harms, dose: float = dose) -> float:
            differing = of.limiting._replace(hazard=of.limiting.hazard * factors)
            return _log_hazard(float(np.mean(leaving(differing, of.limiting_placebo, np.array([at.adult * dose])))))

        found.append(Seen(row.id, _log_hazard(p), _hazard_error(p, n), share))
    return found


def _kidney(kb: KnowledgeBase, at: Exposure) -> list[Seen]:
    found, groups = [], kidney_groups(kb)
    for suffix, name, of_n in ((">=20_mg/d", "Muanda_high", "n"), ("<20_mg/d", "Muanda_low", "n_control")):
        row, dose = kb.evidence[KIDNEY + suffix], _dose(kb, name)
        p, n = figure(kb, row.id), getattr(row, of_n)

        def share(of: Harms, dose: float = dose) -> float:
            own = of.encephalopathy._replace(sensitivity=np.ones(1))  # these are the people whose hazard it is
            by = [w * admission(own, np.array(at.by_kidney[float(g)] * dose), np.array(float(g))) for g, w in groups.items()]
            return _log_hazard(float(np.sum(by)))

        error = np.hypot(_hazard_error(p, n), kb.value("harms.cohort_spread"))
        found.append(Seen(row.id, _log_hazard(p), float(error), share))
    return found


def _series(kb: KnowledgeBase, at: Exposure) -> list[Seen]:
    peaks = np.outer(amounts(kb, _AMOUNTS), at.peak)

    def of_row(name: str, share: Callable[[Harms], float]) -> Seen:
        row = kb.evidence[SERIES + name]
        p, n = figure(kb, row.id), row.n or 1.0
        return Seen(row.id, float(logit(p)), float(1 / np.sqrt(n * p * (1 - p))), lambda of: float(logit(share(of))))

    return [
        of_row("deep_coma_Matthew_III-IV", lambda of: float(np.mean(coma_chance(of.overdose, peaks)))),
        of_row("mechanical_ventilation", lambda of: float(np.mean(event_chance(of.overdose, "ventilation", peaks)))),
    ]


def opioid_ratio(of: Harms, brain_ng_per_ml: np.ndarray, adaptation: float) -> np.ndarray:
    """Danger of depressed breathing on an opioid with baclofen, over that without it, (people,)."""
    with_drug, alone = (
        danger(
            of.breathing,
            settled(
                of.breathing, drive_lost(of.breathing, depression_index(of.breathing, level, Loads(opioid=1.0), adaptation))
            ).ventilation,
        )
        for level in (brain_ng_per_ml, np.zeros_like(brain_ng_per_ml))
    )
    return np.asarray(with_drug / alone)


def _opioid(kb: KnowledgeBase, at: Exposure) -> list[Seen]:
    row = kb.evidence[OPIOID]
    brain = np.array([at.adult * _dose(kb, "Li2020_opioid")])
    adapted = told(kb, "harms.trial_adaptation", "Li2020_opioid")
    error = np.log((row.high or 1.0) / (row.low or 1.0)) / CONFIDENT
    return [
        Seen(
            OPIOID,
            float(np.log(figure(kb, OPIOID))),
            float(error),
            lambda of: float(np.log(opioid_ratio(of, brain, adapted))[0]),
        )
    ]


def _alcohol(kb: KnowledgeBase, at: Exposure) -> list[Seen]:
    gain, risk = (kb.evidence[POOLED + name] for name in ("%_days_abstinent", "relapse_to_any_drinking"))
    brain, women = np.array([at.adult * _dose(kb, "Cochrane2023_AUD")]), np.array([kb.value("harms.alcohol_women")])
    ends = [x for row in (gain, risk) for x in (row.low or 0.0, row.high or 0.0)]
    return [
        Seen(
            gain.id,
            figure(kb, gain.id),
            (ends[1] - ends[0]) / CONFIDENT,
            lambda of: float((abstinent_days(of.alcohol, brain, women) - of.alcohol.abstinent)[0]),
        ),
        Seen(
            risk.id,
            float(np.log(figure(kb, risk.id))),
            float(np.log(ends[3] / ends[2]) / CONFIDENT),
            lambda of: float((of.alcohol.relapse_log_ratio * effect_share(of.alcohol, brain, women))[0]),
        ),
    ]


def calibrate_harms(
    kb: KnowledgeBase,
    at: Exposure | None = None,
    fixed: Mapping[str, float] | None = None,
    start: Mapping[str, float] | None = None,
) -> HarmFit:
    """Fit FITTED to the rows. fixed: facts held at other values than the knowledge base has (a profile); may name a fitted one.
    start: values to search from, if not the beliefs.

    Errors: InputError where a prior is missing.
    """
    rows, held = seen(kb, at or exposure(kb)), dict(fixed or {})
    names = tuple(name for name in FITTED if name not in held)
    believed = [known_of(kb, PRIOR + name) for name in names]
    prior_log = np.log([known.value for known in believed])
    prior_sd = np.array([float(np.log(known.drawn(np.ones(1))[0] / known.value)) for known in believed])
    base = {**as_known(kb), **{name: np.array([value]) for name, value in held.items()}}
    age = kb.value("harms.adult_age")

    def misses(logs: np.ndarray) -> np.ndarray:
        of = harms({**base, **{name: np.array([np.exp(x)]) for name, x in zip(names, logs, strict=True)}}, age)
        return np.array([(row.predicted(of) - row.observed) / row.error for row in rows] + list((logs - prior_log) / prior_sd))

    begin = prior_log if start is None else np.log([start[name] for name in names])
    found = least_squares(misses, begin, x_scale=prior_sd, jac="3-point")
    return HarmFit(
        names,
        found.x,
        np.linalg.inv(found.jac.T @ found.jac),
        prior_log,
        prior_sd,
        {row.row: float(miss) for row, miss in zip(rows, found.fun, strict=False)},
        found.jac[: len(rows)],
        float(found.cost),
    )


def profile(kb: KnowledgeBase, fact: str, values: Sequence[float], at: Exposure | None = None) -> list[float]:
    """Half the sum of squares with a fact held at each value and the others fitted again: flat where the rows are silent."""
    levels = at or exposure(kb)
    return [calibrate_harms(kb, levels, {fact: value}).cost for value in values]


def _dose(kb: KnowledgeBase, name: str) -> float:
    return told(kb, "harms.trial_dose", name)


def _log_hazard(share: float) -> float:
    """ln(-ln(1 - p))."""
    return float(np.log(-np.log1p(-share)))


def _hazard_error(share: float, n: float) -> float:
    """Standard error of ln(-ln(1 - p)) of a counted share."""
    return float(np.sqrt(share / (n * (1 - share))) / -np.log1p(-share))
