"""A fitting problem and its solution go in; samples of the true posterior, beside what Laplace said of it, come out.

Metropolis and Hastings in the coordinates that Laplace makes round, many chains at once. Even steps propose from Laplace's
normal distribution whatever the place, odd steps walk from the place: the first are quick where Laplace is right, the second
find what lies where it is wrong. Both leave the posterior as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from openbaclofen.infer.calibrate import Calibration, Problem

_NINETY_PERCENT = (0.5 / 10, 1 - 0.5 / 10)
_STRIDE = 1 + 0.5 * 3 - 1 / 10  # of a walk, over the root of the number of parameters (Roberts, Gelman and Gilks 1997)
_START = 2  # chains start this much wider than Laplace
CHAINS, STEPS, SEED = 2 * 4**2, 100, 1
ALLOWED = 1 + 0.5**2  # ratio of standard deviations that still counts as agreement
Progress = Callable[[int, int, float], None]
Found = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Sampled:
    """The posterior on the log scale, each (parameters,) in the order of `names`; the first fifth of each chain is left out.

    mode, laplace_sd: of the fit. mean, sd, low, high: of the samples, the last two holding 90 %. effective: independent samples
    they are worth. settled: Gelman and Rubin's ratio, 1 where all chains tell the same. accepted: by kind of step.
    """

    names: tuple[str, ...]
    mode: np.ndarray
    laplace_sd: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    low: np.ndarray
    high: np.ndarray
    effective: np.ndarray
    settled: np.ndarray
    accepted: tuple[float, float]

    @property
    def ratio(self) -> np.ndarray:
        """Standard deviation of the samples over Laplace's."""
        return self.sd / self.laplace_sd

    @property
    def shift(self) -> np.ndarray:
        """Mean of the samples less the most probable value, in Laplace's standard deviations."""
        return (self.mean - self.mode) / self.laplace_sd

    @property
    def laplace_interval(self) -> Found:
        """What Laplace takes to hold 90 %."""
        low, high = (self.mode + NormalDist().inv_cdf(p) * self.laplace_sd for p in _NINETY_PERCENT)
        return low, high

    @property
    def disagree(self) -> list[str]:
        """The parameters of which Laplace's standard deviation is too wide or too narrow by more than ALLOWED."""
        off = np.maximum(self.ratio, 1 / self.ratio)
        return [name for name, x in zip(self.names, off, strict=True) if x > ALLOWED]


def log_density(of: Problem, logs: np.ndarray) -> np.ndarray:
    """Log of the posterior, but for a constant, at many sets of logs of the parameters (sets, parameters)."""
    rows = (of.predictor.many(logs) - of.seen) / of.row_error
    priors = (logs - of.prior_log) / of.prior_sd
    return -((rows**2).sum(axis=1) + (priors**2).sum(axis=1)) / 2


def sample(
    of: Problem,
    found: Calibration,
    progress: Progress | None = None,
    chains: int = CHAINS,
    steps: int = STEPS,
    seed: int = SEED,
) -> Sampled:
    """Sample the posterior of a fit. progress: called with the step, all steps, and the share accepted so far."""
    root, random = np.linalg.cholesky(found.covariance), np.random.default_rng(seed)

    def density(u: np.ndarray) -> np.ndarray:
        return log_density(of, found.log_values + u @ root.T)

    u = _START * random.standard_normal((chains, len(root)))
    here = density(u)
    kept, accepted = np.empty((steps, *u.shape)), np.zeros(steps)
    for step in range(steps):
        u, here, accepted[step] = _moved(u, here, step, density, random)
        kept[step] = u
        if progress is not None:
            progress(step + 1, steps, float(accepted[: step + 1].mean()))
    return _described(found, found.log_values + kept[steps // (4 + 1) :] @ root.T, accepted)


def _moved(
    u: np.ndarray, here: np.ndarray, step: int, density: Callable[[np.ndarray], np.ndarray], random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, float]:
    """Every chain one step on: places, log densities, and the share that moved."""
    z = random.standard_normal(u.shape)
    anew = step % 2 == 0
    there = z if anew else u + _STRIDE / np.sqrt(u.shape[1]) * z
    found = density(there)
    weight = found - here + (((there**2).sum(axis=1) - (u**2).sum(axis=1)) / 2 if anew else 0.0)
    goes = np.log(random.random(len(u))) < weight
    return np.where(goes[:, None], there, u), np.where(goes, found, here), float(goes.mean())


def _described(found: Calibration, x: np.ndarray, accepted: np.ndarray) -> Sampled:
    """Moments and quantiles of samples (steps, chains, parameters)."""
    each, within = x.mean(axis=0), x.var(axis=0, ddof=1).mean(axis=0)
    between, whole = each.var(axis=0, ddof=1), x.var(axis=(0, 1))
    low, high = np.quantile(x, _NINETY_PERCENT, axis=(0, 1))
    return Sampled(
        found.names,
        found.log_values,
        found.log_sd,
        x.mean(axis=(0, 1)),
        np.sqrt(whole),
        low,
        high,
        whole / between * x.shape[1],
        np.sqrt((within + between) / within),
        (float(accepted[::2].mean()), float(accepted[1::2].mean())),
    )
