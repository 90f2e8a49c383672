"""Numbers go in; the exponentials and logarithms of the compiled course must be those of numpy, to the last few bits."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from openbaclofen.body.elementary import exp, log2, over4


@njit
def _all(x: np.ndarray, found: np.ndarray) -> None:
    for i in range(len(x)):
        found[0, i] = exp(x[i])
        found[1, i], found[2, i] = log2(x[i], 1 + x[i])
        found[3, i], _, _, found[4, i] = over4(x[i], 3.0, 1e-20, 1 + x[i])


def of(x: np.ndarray) -> np.ndarray:
    found = np.empty((5, len(x)))
    _all(x, found)
    return found


def test_exponentials_and_logarithms_are_right_to_the_last_bits() -> None:
    random = np.random.default_rng(0)
    x = np.concatenate([random.uniform(-705, 705, 2000), random.uniform(-1, 1, 2000), [0.0]])
    assert np.max(np.abs(of(x)[0] / np.exp(x) - 1)) < 1e-15
    assert of(np.array([0.0]))[0, 0] == 1
    x = np.concatenate([np.geomspace(1e-300, 1e300, 4000), 1 + random.uniform(-0.3, 0.5, 4000), np.nextafter(1, [0, 2])])
    off = np.abs(of(x)[1] - np.log(x))
    assert np.max(off / np.maximum(np.abs(np.log(x)), 1e-300)) < 1e-15
    assert of(np.array([1.0]))[1, 0] == 0


def test_beyond_the_range_they_stay_finite_and_what_is_no_number_stays_none() -> None:
    far = of(np.array([-1e9, -1000.0, 1000.0, np.inf]))[0]
    assert (np.abs(far[:2] - 1e-300) < 1e-300).all()
    assert (far[2:] > 1e300).all()
    assert np.isfinite(far).all()
    none = of(np.array([np.nan, -1.0]))
    assert np.isnan(none[0, 0])
    assert np.isnan(none[1]).all()
    assert of(np.array([0.0]))[1, 0] < -700


def test_shared_divisions_are_divisions() -> None:
    x = np.geomspace(1e-30, 1e30, 200)
    assert of(x)[3] == pytest.approx(1 / x, rel=1e-15)
    assert of(x)[4] == pytest.approx(1 / (1 + x), rel=1e-15)
