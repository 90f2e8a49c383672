"""Published figures and prior beliefs go in; the most probable parameters, how sure they are, and what was fitted come out.

Maximum a posteriori: least squares on the log scale over the rows with the role fit, each with its standard error and the
spread between studies, and over the priors; derivatives through the exact engine. Uncertainty by Laplace: the covariance is
the inverse of J'J at the optimum, J the derivatives of all residuals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.log_estimate import LogEstimate
from openbaclofen.infer.measure import ANALYSES, Analysis
from openbaclofen.infer.observe import Predictor
from openbaclofen.population import Spread

_TOLERANCE = 1e-8
_COUNTS_FROM = 1 / 10
_ROUNDS_AT_MOST = 100
Progress = Callable[[int, float], None]


@dataclass(frozen=True)
class Fitted:
    """A fitted row: observed and predicted in its own unit, and its standard error on the log scale, all told."""

    row: str
    observed: float
    predicted: float
    log_error: float

    @property
    def fold(self) -> float:
        """Predicted over observed."""
        return self.predicted / self.observed


@dataclass(frozen=True)
class Calibration(LogEstimate):
    """The fit. log_values, prior_log, prior_sd (parameters,) and covariance, all on the log scale, in the order of `names`.

    slopes (rows, parameters): of the standardised residuals. cost: half the sum of squares of residuals and priors.
    """

    rows: tuple[Fitted, ...]
    slopes: np.ndarray
    cost: float
    rounds: int

    @property
    def learned(self) -> np.ndarray:
        """Share of each prior's standard deviation that the rows took away: 1 well identified, 0 not at all."""
        return 1 - self.log_sd / self.prior_sd

    def informs(self, name: str) -> list[str]:
        """The rows that a parameter rests on: those that a standard deviation of it moves by a tenth of their own or more."""
        j = self.names.index(name)
        return [r.row for r, s in zip(self.rows, self.slopes[:, j] * self.log_sd[j], strict=True) if abs(s) >= _COUNTS_FROM]

    @property
    def mean_fold_error(self) -> float:
        """Geometric mean fold error over the fitted rows."""
        return float(np.exp(np.mean([abs(np.log(r.fold)) for r in self.rows])))


@dataclass(frozen=True)
class Problem:
    """What is fitted to what, on the log scale. The rows are those of the predictor; seen, row_error: their logs and errors."""

    predictor: Predictor
    seen: np.ndarray
    row_error: np.ndarray
    prior_log: np.ndarray
    prior_sd: np.ndarray

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that are free."""
        return self.predictor.names

    def residuals(self, logs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Standardised residuals, rows and then priors, and their derivatives."""
        predicted, _, slopes = self.predictor.slopes(logs)
        rows = (predicted - self.seen) / self.row_error
        priors = (logs - self.prior_log) / self.prior_sd
        slope = np.concatenate([slopes / self.row_error[:, None], np.diag(1 / self.prior_sd)])
        return np.concatenate([rows, priors]), slope


def problem(kb: KnowledgeBase, analyses: Mapping[str, Analysis] = ANALYSES) -> Problem:
    """The fitting problem of a knowledge base. analyses: see `Predictor`.

    Errors: InputError where a row to fit cannot be predicted.
    """
    predictor = Predictor(kb, "fit", analyses)
    lost = [name for name in predictor.without if kb.evidence[name].role == "fit"]
    if lost:
        raise InputError(f"nothing in the model stands for {', '.join(lost)}", "evidence")
    believed = kb.parameters.values()
    return Problem(
        predictor=predictor,
        seen=np.log([t.observed for t in predictor.targets]),
        row_error=np.array([np.hypot(t.log_error, kb.value("calibration.study_error")) for t in predictor.targets]),
        prior_log=np.log([p.value for p in believed]),
        prior_sd=np.log([Spread("factor", p.factor).at(1.0, np.ones(1))[0] for p in believed]),
    )


def calibrate(kb: KnowledgeBase, progress: Progress | None = None) -> Calibration:
    """Fit the parameters of the knowledge base to its rows; the facts as they stand now play no part.

    progress: called with the round and half the sum of squares. Errors: InputError where a row to fit cannot be predicted, or
    the search does not converge.
    """
    return fit(problem(kb), progress)


def fit(of: Problem, progress: Progress | None = None, start: np.ndarray | None = None) -> Calibration:
    """Solve a fitting problem, from the priors or from other logs of the parameters; see `calibrate`."""
    known: dict[bytes, tuple[np.ndarray, np.ndarray]] = {}

    def at(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        key = x.tobytes()
        if key not in known:
            known[key] = of.residuals(x)
            if progress is not None:
                progress(len(known), float((known[key][0] ** 2).sum() / 2))
        return known[key]

    options: dict[str, Any] = {"jac": lambda x: at(x)[1], "xtol": _TOLERANCE, "ftol": _TOLERANCE, "gtol": _TOLERANCE}
    found = least_squares(lambda x: at(x)[0], of.prior_log if start is None else start, max_nfev=_ROUNDS_AT_MOST, **options)
    if not found.success:
        raise InputError(f"the fit did not converge: {found.message}", "calibration")
    number = len(of.seen)
    predicted = np.exp(of.seen + of.row_error * found.fun[:number])
    seen = [t.row.id for t in of.predictor.targets]
    rows = tuple(
        Fitted(*row) for row in zip(seen, *(a.tolist() for a in (np.exp(of.seen), predicted, of.row_error)), strict=True)
    )
    covariance = np.linalg.inv(found.jac.T @ found.jac)
    return Calibration(
        of.names, found.x, covariance, of.prior_log, of.prior_sd, rows, found.jac[:number], float(found.cost), len(known)
    )
