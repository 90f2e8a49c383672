"""A typical person and a day's doses go in; which unknown parameter drives each prediction, and how far, comes out.

Variance-based indices (Sobol 1993; Saltelli and others, Comput. Phys. Commun. 181 (2010) 259): the share of the variance that
what is not known gives to a prediction, by parameter. Parameters that were calibrated together depend on each other and count
as one group. Between-people variability plays no part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from openbaclofen.cascade import settled_days
from openbaclofen.errors import InputError
from openbaclofen.population import Typical, supposed, unsure

TOGETHER = "calibrated together"
_EDGE = 1e-9  # keeps normal numbers finite
_RANGE = (0.5 / 10, 0.5, 1 - 0.5 / 10)  # ends and middle of 90 %


@dataclass(frozen=True)
class Driver:
    """Shares of a prediction's variance. first: by this parameter alone; total: with all it takes part in; half widths of 95 %
    intervals beside them."""

    parameter: str
    first: float
    first_error: float
    total: float
    total_error: float


@dataclass(frozen=True)
class Sensitivity:
    """What drives a prediction, largest first. spread: 5th, 50th and 95th percentile under what is not known."""

    quantity: str
    spread: tuple[float, float, float]
    drivers: tuple[Driver, ...]


def sensitivity(of: Typical, at_h: np.ndarray, mg: np.ndarray, *, draws: int, seed: int) -> dict[str, Sensitivity]:
    """By quantity of the cascade: what drives its mean over a settled day of doses mg (doses,) at clock hours at_h (doses,).

    draws: base sample, a power of two; the number of simulated days is (groups + 2) times it.
    Errors: InputError where draws is no power of two, or nothing is unknown.
    """
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    names = unsure(of)
    if draws < 2 or draws & (draws - 1):
        raise InputError(f"the base sample is a power of two, got {draws}", "draws")
    if not names:
        raise InputError("nothing is unknown about this person", "typical")
    problem = _problem(names, of.together[0])
    unit = sampling.sample(problem, draws, calc_second_order=False, seed=seed)
    z = norm.ppf(np.clip(unit, _EDGE, 1 - _EDGE))
    days = settled_days(supposed(of, dict(zip(names, z.T, strict=True))), at_h, np.atleast_2d(mg))
    found = {}
    for quantity, values in days.mean.items():
        spread = tuple(float(v) for v in np.quantile(values[0], _RANGE))
        drivers: tuple[Driver, ...] = ()
        if np.ptp(values[0]) > 0:
            centred = (values[0] - values[0].mean()) / values[0].std()
            drivers = _drivers(problem, analysis.analyze(problem, centred, calc_second_order=False, seed=seed))
        found[quantity] = Sensitivity(quantity, (spread[0], spread[1], spread[2]), drivers)
    return found


def _problem(names: tuple[str, ...], together: tuple[str, ...]) -> dict[str, Any]:
    groups = [TOGETHER if name in together else name for name in names]
    return {"num_vars": len(names), "names": list(names), "groups": groups, "bounds": [[0.0, 1.0]] * len(names)}


def _drivers(problem: dict[str, Any], indices: dict[str, np.ndarray]) -> tuple[Driver, ...]:
    groups = list(dict.fromkeys(problem["groups"]))
    columns = (indices[key].tolist() for key in ("S1", "S1_conf", "ST", "ST_conf"))
    found = [Driver(*row) for row in zip(groups, *columns, strict=True)]
    return tuple(sorted(found, key=lambda driver: (-driver.total, driver.parameter)))
