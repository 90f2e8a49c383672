"""A fit goes in: samples of its posterior must tell the uncertainty that the fit states, and tell where it is wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from openbaclofen.infer.calibrate import Calibration, Problem
from openbaclofen.infer.posterior import Sampled, sample
from openbaclofen.report.validate_alternatives import markdown, posterior_rows

CHAINS, STEPS = 16, 60


def off(sampled: Sampled) -> np.ndarray:
    return np.maximum(sampled.ratio, 1 / sampled.ratio)


def test_samples_tell_the_uncertainty_that_laplace_states(calibration: Calibration, posed: Problem) -> None:
    """Facts keep Laplace's standard deviations: half or twice the truth would be seen here in every parameter."""
    seen = sample(posed, calibration, chains=CHAINS, steps=STEPS)
    assert dict(zip(seen.names, off(seen), strict=True)) == pytest.approx(dict.fromkeys(seen.names, 1.0), abs=0.3)
    assert np.abs(seen.shift).max() < 0.6
    assert seen.settled.max() < 1.3
    table = markdown(posterior_rows(seen))
    assert all(f"| {name} |" in table for name in calibration.names)


class Known:
    """Predicts two rows that are straight in two parameters, so that the posterior is normal and known."""

    def many(self, logs: np.ndarray) -> np.ndarray:
        return logs @ np.array([[1.0, 0.5], [-0.3, 2.0]])


@pytest.mark.parametrize(("factor", "agrees"), [(1.0, True), (2.0, False), (0.5, False)])
def test_a_wrong_standard_deviation_is_named(calibration: Calibration, posed: Problem, factor: float, agrees: bool) -> None:
    """Of a normal posterior, whose covariance is (J'J)^-1, stated rightly, twice too wide and twice too narrow."""
    slope = np.concatenate([np.array([[1.0, -0.3], [0.5, 2.0]]) / 0.2, np.eye(2)])
    true = np.linalg.inv(slope.T @ slope)
    small = replace(
        posed, predictor=Known(), seen=np.zeros(2), row_error=np.full(2, 0.2), prior_log=np.zeros(2), prior_sd=np.ones(2)
    )
    claimed = replace(calibration, names=("a", "b"), log_values=np.zeros(2), covariance=true * factor**2)
    seen = sample(small, claimed, chains=64, steps=400)
    assert seen.sd == pytest.approx(np.sqrt(np.diag(true)), rel=0.05)
    assert seen.disagree == ([] if agrees else ["a", "b"])
    assert sample(small, claimed, chains=4, steps=20).sd.tolist() == sample(small, claimed, chains=4, steps=20).sd.tolist()
