"""Logarithms of parameters and their covariance go in; values, deviations and correlations come out, for every fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class LogEstimate:
    """Most probable parameters by fact. log_values, prior_log, prior_sd (parameters,) and covariance, on the log scale."""

    names: tuple[str, ...]
    log_values: np.ndarray
    covariance: np.ndarray
    prior_log: np.ndarray
    prior_sd: np.ndarray

    @property
    def values(self) -> dict[str, float]:
        """Most probable values by fact."""
        return {name: float(np.exp(x)) for name, x in zip(self.names, self.log_values, strict=True)}

    @property
    def log_sd(self) -> np.ndarray:
        """Standard deviations on the log scale."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def correlation(self) -> np.ndarray:
        """Correlations between the logarithms of the parameters."""
        return self.covariance / np.outer(self.log_sd, self.log_sd)
