"""The knowledge base goes in; the fit again with another structure or another choice, beside the one in use, comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.study import Parameter
from openbaclofen.infer.calibrate import Calibration, Fitted, fit, problem
from openbaclofen.infer.compare_structures import DEEP, ONE, PERIPHERAL, THREE
from openbaclofen.infer.measure import ANALYSES, Analysis, by_samples
from openbaclofen.infer.observe import Predictor

_NOT_IN_ONE = "oral_pk:Kochak1985:alpha"
_STUDY = "Simon2018"
_TRANSIT = ("variability.transit_time_adult", "variability.transit_time_child")
_ABSORPTION = ("variability.absorption_rate", *_TRANSIT)
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Alternative:
    """Another way to fit. idle: parameters that it does not use; they keep what was believed and cost nothing."""

    name: str
    kb: KnowledgeBase
    analyses: Mapping[str, Analysis]
    idle: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refit:
    """A fit of an alternative. held_back: its rows of the role validate, which took no part.

    evidence: log of the chance of the fitted rows given the model, parameters integrated out by Laplace.
    """

    name: str
    calibration: Calibration
    idle: tuple[str, ...]
    held_back: tuple[Fitted, ...]

    @property
    def free(self) -> int:
        """Number of parameters."""
        return len(self.calibration.names) - len(self.idle)

    @property
    def chi_square(self) -> float:
        """Sum of squared standardised residuals of the fitted rows."""
        return float(sum((np.log(r.fold) / r.log_error) ** 2 for r in self.calibration.rows))

    @property
    def akaike(self) -> float:
        """AIC, but for a constant of the rows: chi-square + 2 parameters."""
        return self.chi_square + 2 * self.free

    @property
    def schwarz(self) -> float:
        """BIC, but for a constant of the rows: chi-square + log(rows) parameters."""
        return self.chi_square + float(np.log(len(self.calibration.rows))) * self.free

    @property
    def evidence(self) -> float:
        """Log marginal likelihood: -cost + log det(C)/2 - sum log(prior sd) - sum log(row error sqrt(2 pi))."""
        c = self.calibration
        rows = np.log([r.log_error for r in c.rows]) + np.log(2 * np.pi) / 2
        return float(-c.cost + np.linalg.slogdet(c.covariance)[1] / 2 - np.log(c.prior_sd).sum() - rows.sum())

    @property
    def far(self) -> list[Fitted]:
        """Fitted rows outside the limits of bioequivalence, 0.8 to 1.25."""
        return [r for r in self.calibration.rows if abs(np.log(r.fold)) > np.log(1 + 0.5**2)]

    @property
    def mean_held_back(self) -> float:
        """Geometric mean fold error of the rows that were held back."""
        return float(np.exp(np.mean([abs(np.log(r.fold)) for r in self.held_back])))

    def shifts(self, other: Calibration) -> dict[str, float]:
        """By how many of the other fit's standard deviations each shared parameter moved."""
        own = dict(zip(self.calibration.names, self.calibration.log_values, strict=True))
        pairs = zip(other.names, other.log_values, other.log_sd, strict=True)
        return {name: float((own[name] - x) / sd) for name, x, sd in pairs if name in own and name not in self.idle}


def changed(kb: KnowledgeBase, **sections: Mapping[str, Any]) -> KnowledgeBase:
    """The knowledge base with some records of some sections in other words; the original is left alone."""
    other = copy(kb)
    for name, records in sections.items():
        vars(other)[name] = {**getattr(kb, name), **records}
    return other


def structures(kb: KnowledgeBase) -> list[Alternative]:
    """One, two and three compartments; and two without the row that one compartment cannot predict, to compare with one."""
    without = changed(kb, evidence={_NOT_IN_ONE: kb.evidence[_NOT_IN_ONE].model_copy(update={"role": "context"})})
    deep = {name: _believed(kb, name) for name in DEEP}
    return [
        Alternative("two compartments", kb, ANALYSES),
        Alternative("three compartments", changed(kb, parameters=deep), THREE),
        Alternative("two compartments, alpha of Kochak1985 left out", without, ANALYSES),
        Alternative("one compartment, alpha of Kochak1985 left out", without, ONE, PERIPHERAL),
    ]


def _believed(kb: KnowledgeBase, name: str) -> Parameter:
    fact = kb.facts[name]
    factor = fact.ignorance.factor if fact.ignorance else None
    return Parameter(
        id=name, title=fact.title, unit=fact.unit, value=kb.value(name), factor=factor or 0, kind="assumed", why=""
    )


def choices(kb: KnowledgeBase) -> list[Alternative]:
    """The choices of decision 5 that were made after first fits, each made the other way, one at a time."""
    return [
        Alternative("as it is", kb, ANALYSES),
        Alternative("Simon2018 every 8 h", changed(kb, studies=_even(kb)), ANALYSES),
        Alternative("peaks without error in the samples", kb, {**ANALYSES, "samples": _exact_peaks}),
        Alternative("one spread of transit for all ages", kb, {k: _alike(a) for k, a in ANALYSES.items()}, _TRANSIT[1:]),
        Alternative("narrower belief about spread of absorption", changed(kb, parameters=_narrow(kb)), ANALYSES),
    ]


def _even(kb: KnowledgeBase) -> dict[str, Any]:
    every = kb.value("calibration.even_interval")
    study = kb.studies[_STUDY]
    times = [t for t in study.sampling_h if t <= every]
    return {_STUDY: study.model_copy(update={"every_h": every, "sampling_h": times})}


def _exact_peaks(values: Mapping[str, Any], design: Any, z: Any) -> Any:
    """Peaks with a tenth of the error of a sample, which leaves the search something to differentiate."""
    return by_samples({**values, "variability.residual": values["variability.residual"] / 10}, design, z)


def _alike(analysis: Analysis) -> Analysis:
    return lambda values, design, z: analysis({**values, _TRANSIT[1]: values[_TRANSIT[0]]}, design, z)


def _narrow(kb: KnowledgeBase) -> dict[str, Any]:
    factor = kb.value("calibration.usual_factor")
    return {name: kb.parameters[name].model_copy(update={"factor": factor}) for name in _ABSORPTION}


def refit(one: Alternative, held_back: bool = True) -> Refit:
    """Fit an alternative from its priors, and predict what was held back."""
    found = fit(problem(one.kb, one.analyses))
    return Refit(one.name, found, one.idle, _held_back(one, found) if held_back else ())


def _held_back(one: Alternative, found: Calibration) -> tuple[Fitted, ...]:
    predictor = Predictor(one.kb, "validate", one.analyses)
    logs = predictor.many(found.log_values[None])[0]
    return tuple(
        Fitted(t.row.id, t.observed, float(np.exp(log)), t.log_error) for t, log in zip(predictor.targets, logs, strict=True)
    )


def compare(alternatives: list[Alternative], progress: Progress | None = None) -> list[Refit]:
    """Fit every alternative. progress: called with the name of each before it starts."""
    found: list[Refit] = []
    for one in alternatives:
        if progress is not None:
            progress(one.name)
        found.append(refit(one))
    return found
