"""What several tests ask about, made once: the fit of oral kinetics, and every row of its table beside what it predicts."""

from __future__ import annotations

import pytest

from openbaclofen.facts import load
from openbaclofen.infer.calibrate import Calibration, Problem, fit, problem
from openbaclofen.infer.validate import Validation, validate


@pytest.fixture(scope="session")
def posed() -> Problem:
    return problem(load())


@pytest.fixture(scope="session")
def calibration(posed: Problem) -> Calibration:
    return fit(posed)


@pytest.fixture(scope="session")
def compared() -> Validation:
    return validate(load())
