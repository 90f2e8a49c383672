"""Sobol indices against their closed form: the mean level of a day is F D / (24 h CL), a product of log-normal numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm
from tests.people_like import like

from openbaclofen.errors import InputError
from openbaclofen.infer.sensitivity import TOGETHER, sensitivity
from openbaclofen.population import Known, Spread, Typical

AT_H, MG = np.array([8.0, 20.0]), np.array([10.0, 10.0])


@pytest.fixture(scope="module")
def person() -> Typical:
    return like()


def only(of: Typical, **spreads: Spread) -> Typical:
    known = {name: Known(k.value, spreads.get(name), k.effect) for name, k in of.known.items()}
    return replace(of, known=known | {"creatinine_clearance": Known(0.0)}, together=((), np.eye(0)))


def test_a_product_of_lognormals_shares_its_variance_as_the_closed_form_says(person: Typical) -> None:
    cv = {"nonrenal_clearance": 0.5, "bioavailability": 0.2}
    found = sensitivity(only(person, **{n: Spread("lognormal", s) for n, s in cv.items()}), AT_H, MG, draws=1024, seed=1)
    whole = np.prod([1 + s**2 for s in cv.values()]) - 1  # relative variance of a product of independent log-normal numbers
    drivers = {d.parameter: d for d in found["plasma"].drivers}
    for name, s in cv.items():
        assert drivers[name].first == pytest.approx(s**2 / whole, abs=0.03)
        rest = np.prod([1 + o**2 for n, o in cv.items() if n != name]) - 1
        assert drivers[name].total == pytest.approx(1 - rest / whole, abs=0.03)
    assert [d.parameter for d in found["plasma"].drivers] == ["nonrenal_clearance", "bioavailability"]
    clearance, f = (person.known[name].value for name in cv)
    middle = f * MG.sum() / (24 * clearance) * 1000  # ng/mL
    wide = norm.ppf(0.95) * np.sqrt(np.log1p(np.square(list(cv.values()))).sum())
    assert found["plasma"].spread == pytest.approx(middle * np.exp([-wide, 0.0, wide]), rel=0.03)


def test_what_a_prediction_does_not_depend_on_has_no_share(person: Typical) -> None:
    spreads = {"nonrenal_clearance": Spread("lognormal", 0.3), "drowsiness_slope": Spread("factor", 3.0)}
    found = sensitivity(only(person, **spreads), AT_H, MG, draws=256, seed=1)
    shares = {d.parameter: d.total for d in found["plasma"].drivers}
    assert shares["drowsiness_slope"] == pytest.approx(0.0, abs=1e-9)
    assert max(found["sedation"].drivers, key=lambda d: d.total).parameter == "drowsiness_slope"


def test_what_was_calibrated_together_is_one_group(person: Typical) -> None:
    assert len(person.together[0]) > 1
    names = [d.parameter for d in sensitivity(person, AT_H, MG, draws=16, seed=1)["plasma"].drivers]
    assert TOGETHER in names
    assert not set(names) & set(person.together[0])


def test_a_base_sample_that_is_no_power_of_two_is_refused(person: Typical) -> None:
    with pytest.raises(InputError, match="power of two"):
        sensitivity(person, AT_H, MG, draws=100, seed=1)
