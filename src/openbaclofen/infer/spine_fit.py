"""Beliefs and rows on spinal fluid go in; the most probable parameters, and how sure they are, come out.

Maximum a posteriori on the log scale, as `infer.calibrate`; ends of ranges are extremes of people who differ. Uncertainty by
Laplace: the covariance is the inverse of J'J at the optimum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from openbaclofen.body.oral import Body
from openbaclofen.body.spine import Spine
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.spine_measure import Measured
from openbaclofen.infer.spine_rows import SpineTarget, targets
from openbaclofen.infer.spine_typical import CALIBRATED, EFFECTS, relative_sizes
from openbaclofen.infer.typical import known_of, typical
from openbaclofen.patient.kidney import KidneyFunction
from openbaclofen.patient.person import Patient
from openbaclofen.population import log_sd, parameters
from openbaclofen.units import AbsoluteGFR, Age, Weight

FITTED = {  # calibrated fact -> belief before fitting
    **{fact: f"spine.prior.{fact.partition('.')[2]}" for fact, _ in CALIBRATED.values()},
    "variability.spine_clearance": "spine.prior.clearance_spread",
    "variability.spine_mixing": "spine.prior.mixing_spread",
}
NAMES = tuple(FITTED)
_STEP = 1 / 1000
_TOLERANCE = 1e-6
_HELD = 1e-6  # log-scale deviation of what is held


@dataclass(frozen=True)
class SpineFit:
    """log_values, prior_log, prior_sd (parameters,) and covariance on the log scale, in the order of NAMES.

    slopes (rows, parameters): of the logs of predicted figures. error (rows,): of the figures. cost: half the sum of squares.
    """

    log_values: np.ndarray
    covariance: np.ndarray
    prior_log: np.ndarray
    prior_sd: np.ndarray
    targets: tuple[SpineTarget, ...]
    predicted: np.ndarray
    slopes: np.ndarray
    error: np.ndarray
    cost: float

    @property
    def values(self) -> dict[str, float]:
        """Most probable values by fact."""
        return dict(zip(NAMES, np.exp(self.log_values).tolist(), strict=True))

    @property
    def log_sd(self) -> np.ndarray:
        """Standard deviations on the log scale."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def learned(self) -> np.ndarray:
        """Share of each belief's standard deviation that the rows took away: 1 well identified, 0 not at all."""
        return 1 - self.log_sd / self.prior_sd


class SpinePredictor:
    """Predicts rows from logs of the parameters, for adults of the reference height."""

    def __init__(self, kb: KnowledgeBase, which: list[SpineTarget]) -> None:
        self.kb, self.targets = kb, which
        self._fixed = {name: log_sd(kb.value(f"variability.{name}")) for name in EFFECTS if f"variability.{name}" not in FITTED}

    @cached_property
    def body(self) -> Body:
        """Blood of an adult with healthy kidneys, one person."""
        healthy = AbsoluteGFR(self.kb.value("calibration.healthy_clearance"))
        kidney = KidneyFunction(absolute=healthy, cockcroft_gault=healthy)
        weight = Weight(self.kb.value("clearance.reference_weight"))
        like = typical(Patient(age=Age(self.adult), weight=weight), kidney, self.kb)
        return parameters({name: np.array([k.value]) for name, k in like.known.items()}).body

    @property
    def adult(self) -> float:
        """Age of the people of studies: none of what depends on age has begun."""
        return self.kb.value("spine.cranial_growth_from")

    def __call__(self, logs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """At logs (points, parameters): logs of predicted figures (points, rows), and between-people deviations of the same."""
        points = len(logs)
        sd = np.stack([self._deviations(x) for x in logs])  # (points, effects)
        wanted = np.concatenate([np.zeros((1, len(EFFECTS))), np.eye(len(EFFECTS))])  # nobody differs, then one effect each
        spine = self._spine(np.repeat(logs, len(wanted), axis=0), (sd[:, None] * wanted).reshape(-1, len(EFFECTS)))
        measured = Measured.of(self.kb, spine, self.body)
        found = np.log(np.stack([t.measure(measured, t.row) for t in self.targets], axis=1))
        found = found.reshape(points, len(wanted), -1)
        between = np.sqrt(((found[:, 1:] - found[:, :1]) ** 2).sum(axis=1))
        total = np.hypot(between, [0.0 if t.geometry else self._level for t in self.targets])
        return found[:, 0] + total * np.array([t.away() for t in self.targets]), total

    @property
    def _level(self) -> float:
        return log_sd(self.kb.value("spine.study.level_error"))

    def slopes(self, logs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Predicted logs (rows,), deviations between people (rows,), and derivatives of the first (rows, parameters)."""
        steps = _STEP * np.concatenate([np.zeros((1, len(logs))), np.eye(len(logs)), -np.eye(len(logs))])
        predicted, spread = self(logs + steps)
        up, down = predicted[1 : len(logs) + 1], predicted[len(logs) + 1 :]
        return predicted[0], spread[0], ((up - down) / (2 * _STEP)).T

    def error(self, spread: np.ndarray) -> np.ndarray:
        """Standard errors of the figures, on the log scale, from spread between people and between studies."""
        level, size = (self.kb.value(f"spine.study.{name}_error") for name in ("fold", "size"))
        study = np.array([size if t.geometry else level for t in self.targets])
        return np.hypot(np.array([t.scatter() for t in self.targets]) * spread, study)

    def _deviations(self, logs: np.ndarray) -> np.ndarray:
        cv = dict(zip(NAMES, np.exp(logs), strict=True))
        return np.array([self._fixed.get(e) or log_sd(cv[f"variability.{e}"]) for e in EFFECTS])

    def _spine(self, logs: np.ndarray, effect: np.ndarray) -> Spine:
        """Adults of the reference height with these parameters and log-scale effects, (people, ...)."""
        value = dict(zip(NAMES, np.exp(logs).T, strict=True))
        of: dict[str, np.ndarray] = dict(zip(EFFECTS, np.exp(effect).T, strict=True))
        known = {name: value[fact] * of[e] for name, (fact, e) in CALIBRATED.items()}
        length = relative_sizes(self.kb, self.adult, self.kb.value("spine.reference_height"))["length"]
        rest = {name: np.full(len(logs), self.kb.value(f"spine.{name}")) for name in ("injection_mixing", "nearest")}
        return Spine(length=length * of["spine_length"], **rest, **known)


def beliefs(kb: KnowledgeBase) -> tuple[np.ndarray, np.ndarray]:
    """Logs of the values believed before fitting, and their standard deviations."""
    known = [known_of(kb, belief) for belief in FITTED.values()]
    logs = np.log([k.value for k in known])
    return logs, np.log([k.drawn(np.ones(1))[0] for k in known]) - logs


def fit(kb: KnowledgeBase, *, leave_out: str = "", held: Mapping[str, float] | None = None) -> SpineFit:
    """Fit to the rows with the role fit.

    To see what the rows tell: leave_out, a quantity whose rows are not used; held, values of facts that are not fitted.

    Errors: InputError where the search does not converge.
    """
    every = [t for t in targets(kb)[0] if t.row.role == "fit" and t.row.quantity != leave_out]
    predictor = SpinePredictor(kb, every)
    prior, sd = beliefs(kb)
    for name, value in (held or {}).items():
        prior[NAMES.index(name)], sd[NAMES.index(name)] = np.log(value), _HELD
    seen = np.log([t.observed for t in every])
    error = predictor.error(predictor(prior[None])[1][0])  # of the beliefs, so that the fit cannot widen its own errors

    known: dict[bytes, tuple[np.ndarray, np.ndarray]] = {}

    def at(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if x.tobytes() not in known:
            predicted, _, slope = predictor.slopes(x)
            known[x.tobytes()] = (
                np.concatenate([(predicted - seen) / error, (x - prior) / sd]),
                np.concatenate([slope / error[:, None], np.diag(1 / sd)]),
            )
        return known[x.tobytes()]

    options: dict[str, Any] = {"jac": lambda x: at(x)[1], "xtol": _TOLERANCE, "ftol": _TOLERANCE, "gtol": _TOLERANCE}
    found = least_squares(lambda x: at(x)[0], prior, **options)
    if not found.success:
        raise InputError(f"the fit did not converge: {found.message}", "calibration")
    predicted, _, slope = predictor.slopes(found.x)
    covariance = np.linalg.inv(found.jac.T @ found.jac)
    return SpineFit(found.x, covariance, prior, sd, tuple(every), predicted, slope, error, float(found.cost))
