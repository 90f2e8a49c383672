"""The same people in other company, other chunks and other threads go in; their numbers must be the same to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from tests.virtual import first, parameters

from openbaclofen import cascade
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import simulate
from openbaclofen.normals import normals
from openbaclofen.population import Known, Spread, Typical, _differ, _not_known, likenesses

MANY = 600
HOURS = np.arange(0.0, 60.0)
DAYS = (np.arange(2)[:, None] * 24 + np.array([8.0, 14.2, 20.0])).ravel()


def doses(kind: str, people: int) -> Doses:
    random = np.random.default_rng(0)
    mg = np.full(len(DAYS), 20.0)
    if kind == "everyone":
        return Doses(DAYS, mg)
    at = DAYS[None] + random.uniform(-2, 2, (MANY, 1 if kind == "clock" else len(DAYS)))
    return Doses(at[:people], np.broadcast_to(mg, at.shape)[:people])


@pytest.mark.parametrize("kind", ["everyone", "clock", "each"])
def test_numbers_do_not_depend_on_company_or_chunks(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = parameters(MANY)
    alone = {n: simulate(first(everybody, n), doses(kind, n), HOURS, amounts=("urine",)) for n in (1, 7, 300, MANY)}
    monkeypatch.setattr(cascade, "WIDTH", 40)
    alone[-1] = simulate(everybody, doses(kind, MANY), HOURS, amounts=("urine",))
    for n, course in alone.items():
        for name, value in course.quantities().items():
            assert np.array_equal(value, alone[MANY].quantities()[name][: n if n > 0 else MANY]), (n, name)
        assert np.array_equal(course.amounts_mg["urine"], alone[MANY].amounts_mg["urine"][: n if n > 0 else MANY])


def test_a_random_number_belongs_to_seed_name_and_index() -> None:
    few, many = normals(3, ["a", "b"], 5), normals(3, ["b", "c", "a"], 700)
    assert np.array_equal(few[0], many[2, :5])
    assert np.array_equal(few[1], many[0, :5])
    assert not np.array_equal(few, normals(4, ["a", "b"], 5))
    assert abs(many.mean()) < 0.06
    assert many.std() == pytest.approx(1, abs=0.05)
    assert abs(np.corrcoef(many)[0, 1]) < 0.1


TYPICAL = Typical(
    {
        "bioavailability": Known(0.74, Spread("uniform", 0, 0.7, 0.85)),
        "clearance": Known(8.0, Spread("factor", 2.0), "clearance"),
        "volume": Known(30.0, Spread("lognormal", 0.3), "volume"),
        "shift": Known(1.0, Spread("normal", 0.5)),
    },
    {"clearance": 0.25, "volume": 0.4},
    np.array([[1.0, 0.6], [0.6, 1.0]]),
)


def test_people_differ_as_stated_and_with_the_stated_correlation() -> None:
    values = {name: np.full(20000, k.value) for name, k in TYPICAL.known.items()}
    seen = _differ(TYPICAL, values, 1)
    logs = np.log(np.stack([seen["clearance"] / 8.0, seen["volume"] / 30.0]))
    assert np.cov(logs) == pytest.approx(TYPICAL.covariance, abs=0.004)
    assert (seen["bioavailability"] == 0.74).all()


def test_draws_have_the_stated_spread() -> None:
    seen = _not_known(TYPICAL, 20000, 1)
    assert np.quantile(seen["clearance"], [0.05, 0.5, 0.95]) == pytest.approx([4.0, 8.0, 16.0], rel=0.03)
    assert np.quantile(seen["bioavailability"], [0.0, 0.5, 1.0]) == pytest.approx([0.7, 0.775, 0.85], abs=0.003)
    assert seen["volume"].std() / seen["volume"].mean() == pytest.approx(0.3, abs=0.01)
    assert (seen["shift"].mean(), seen["shift"].std()) == pytest.approx((1.0, 0.5), abs=0.02)


def test_likenesses_are_people_under_draws() -> None:
    from openbaclofen.facts import load
    from openbaclofen.infer import typical
    from openbaclofen.patient.kidney import kidney_function
    from openbaclofen.patient.person import Patient
    from openbaclofen.population import draws, people
    from openbaclofen.units import Age, Height, IndexedGFR, Weight

    kb = load()
    patient = Patient(age=Age(40), sex="male", weight=Weight(70), height=Height(175), reported_egfr=IndexedGFR(100))
    person = typical(patient, kidney_function(patient, kb.kidney_equations), kb)
    found, draw = likenesses(person, 5, 4, seed=2)
    assert draw.tolist() == [0] * 4 + [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4
    drawn, differing = draws(person, 5, 2), people(person, 20, 2)
    assert np.array_equal(found.body.bioavailability, drawn.body.bioavailability[draw])
    known = person.known["csf_ratio"].value
    expected = drawn.body.csf_ratio[draw] * differing.body.csf_ratio / known
    assert found.body.csf_ratio == pytest.approx(expected, rel=1e-12)
