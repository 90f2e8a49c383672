"""Doses into a vein, meals, body weight and milk go in; amounts and spreads that can be worked out on paper come out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm
from tests.people_like import KB, like, middle
from tests.virtual import matrix, parameters

import openbaclofen as ob
from openbaclofen.body.oral import BODY
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import simulate
from openbaclofen.case.record import Case
from openbaclofen.errors import InputError
from openbaclofen.infer.infusion import infused
from openbaclofen.infer.physiology import physiology
from openbaclofen.infer.release import fed
from openbaclofen.population import draws

PERSON = {"age": "40 a", "sex": "female", "weight": "62 kg", "height": "168 cm", "creatinine": "0.8 mg/dL"}
CENTRAL = BODY.index("central")


def case(**more: Any) -> Case:
    patient = {**PERSON, **more.pop("patient", {})}
    said = {"patient": patient, "therapy": "10 mg TID", "current": "none", "region": "UK", "date": "2026-11-23", **more}
    return ob.read_case(said)


def test_an_infusion_is_exact_and_no_milligram_is_lost() -> None:
    """x(t) = integral of expm(A (t - s)) rate ds, as one expm of [[A, rate], [0, 0]], two physiologies after each other."""
    people, times = parameters(3, seed=2), np.array([0.0, 0.7, 1.3, 2.5, 3.1, 4.0, 6.25, 20.0])
    worse = people.body._replace(renal_clearance=people.body.renal_clearance / 5)
    doses = infused(np.array([0.5, 3.0]), np.array([12.0, 8.0]), 2.2, np.union1d(times, [2.0]))
    seen = simulate(people, doses, times, later=[(2.0, worse)], amounts=BODY.compartments)
    rate = {0.5: 12 / 2.2, 2.7: -12 / 2.2, 3.0: 8 / 2.2, 5.2: -8 / 2.2}
    for person in range(3):
        x, now, running, n = np.zeros(len(BODY.compartments)), 0.0, 0.0, len(BODY.compartments)
        for at in sorted({*times, *rate, 2.0}):
            whole = np.zeros((n + 1, n + 1))
            whole[:n, :n] = matrix(people.body if now < 2.0 else worse, person)
            whole[CENTRAL, n] = running
            x, now = (expm(whole * (at - now)) @ np.append(x, 1.0))[:n], at
            running += rate.get(at, 0.0)
            if at in times:
                i = int(np.flatnonzero(times == at)[0])
                found = np.array([seen.amounts_mg[name][person, i] for name in BODY.compartments])
                assert found == pytest.approx(x, rel=1e-9, abs=1e-9)
                given = np.clip((at - 0.5) / 2.2, 0, 1) * 12 + np.clip((at - 3.0) / 2.2, 0, 1) * 8
                assert found.sum() == pytest.approx(given, abs=1e-9)


def test_a_vein_is_a_route_of_a_case_that_is_simulated_and_not_judged() -> None:
    bolus, slow = (
        ob.simulate(case(therapy={"route": "iv", "sig": "5 mg daily", **over}), people=30, seed=1, days=1)
        for over in ({}, {"over": "2 h"})
    )
    mouth = ob.simulate(case(therapy="5 mg daily"), people=30, seed=1, days=1)
    at_ten = int(np.flatnonzero(slow.time_h == 10.0)[0])
    assert (bolus.plasma_ng_per_ml[:, at_ten] > slow.plasma_ng_per_ml[:, at_ten]).all()
    area = [np.trapezoid(np.median(c.plasma_ng_per_ml, axis=0), c.time_h) for c in (bolus, slow, mouth)]
    assert area[1] / area[2] == pytest.approx(1 / KB.value("oral.bioavailability"), rel=0.1)
    assert slow.sig == "5 mg daily into a vein over 2 h"
    for judge in (ob.check, ob.plan):
        with pytest.raises(InputError, match="no rule speaks of baclofen into a vein"):
            judge(case(therapy={"route": "iv", "sig": "5 mg daily"}))


@pytest.mark.parametrize(
    ("therapy", "said"),
    [
        ({"route": "iv"}, "expected 'sig'"),
        ({"route": "iv", "sig": "5 mg daily", "over": "1 mg"}, "duration"),
        ({"route": "iv", "sig": "5 mg daily", "over": "30 d"}, "not possible"),
        ({"route": "iv", "sig": "5 mg daily", "food": "with"}, "does not belong"),
        ({"sig": "5 mg daily", "over": "1 h"}, "route: intravenous"),
        ({"sig": "5 mg daily", "food": "maybe"}, "expected one of with, without"),
    ],
)
def test_what_a_vein_or_a_meal_cannot_be_is_refused(therapy: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        case(therapy=therapy)
    with pytest.raises(InputError, match="what is taken now goes in by mouth or by a pump"):
        case(current={"route": "iv", "sig": "5 mg daily"})


def test_food_in_a_case_delays_the_peak_keeps_the_area_and_is_graded_as_assumed() -> None:
    empty, full = (
        ob.simulate(case(therapy={"sig": "20 mg daily", "food": f}), people=50, seed=1, days=2, every_h=0.25)
        for f in ("without", "with")
    )
    inside = (empty.time_h >= 9) & (empty.time_h <= 33)
    levels = [np.median(c.plasma_ng_per_ml, axis=0)[inside] for c in (empty, full)]
    assert levels[1].argmax() > levels[0].argmax()
    assert levels[1].max() < levels[0].max()
    assert np.trapezoid(levels[1]) == pytest.approx(np.trapezoid(levels[0]), rel=0.02)
    assert (empty.grade("plasma_ng_per_ml"), full.grade("plasma_ng_per_ml")) == ("calibrated", "assumed")
    unsure = [
        np.ptp(np.quantile(c.named(ignorance=True)["plasma_ng_per_ml"][:, inside].max(axis=1), (0.05, 0.95)))
        for c in (empty, full)
    ]
    assert unsure[1] > unsure[0]


def test_the_power_of_weight_is_drawn_and_means_nothing_at_the_reference_weight() -> None:
    """log of the spread of (weight/70)^a is |log(weight/70)| times the spread of a."""
    small, usual = (like(100.0, age=10, weight=weight).known["clearance_size"] for weight in (25.0, 70.0))
    assert small.value == pytest.approx((25 / 70) ** KB.value("clearance.weight_exponent"))
    ignorance = KB.facts["clearance.weight_exponent"].ignorance
    assert ignorance is not None
    assert ignorance.sd is not None
    z = np.array([-1.0, 0.0, 1.0])
    assert np.log(small.drawn(z) / small.value) == pytest.approx(z * ignorance.sd * np.log(25 / 70))
    assert usual.drawn(z) == pytest.approx(np.ones(3))
    child = draws(like(100.0, age=10, weight=25.0), 400, 1).body
    adult = draws(like(100.0, age=30, weight=70.0), 400, 1).body
    wider = [np.log(np.asarray(b.nonrenal_clearance)).std() for b in (adult, child)]
    assert wider[1] > wider[0]
    assert np.asarray(child.central_volume).mean() < np.asarray(adult.central_volume).mean()


def test_a_breastfeeding_woman_clears_into_milk_without_being_asked_to() -> None:
    first = case().as_of
    found, without = (physiology(case(patient={"breastfeeding": b}), KB, "tablet", first, 24.0) for b in ("yes", "no"))
    litres = KB.value("milk.plasma_ratio") * KB.value("milk.infant_intake") / 1000 * KB.value("milk.infant_weight") / 24
    assert float(middle(found.typical).body.milk_clearance[0]) == pytest.approx(litres)
    assert float(middle(without.typical).body.milk_clearance[0]) == 0
    assert any("breastfed" in said for said in found.said)
    one = Doses(np.zeros(1), np.array([20.0]))
    amounts = simulate(middle(found.typical), one, np.array([0.0, 200.0]), amounts=BODY.compartments).amounts_mg
    assert amounts["milk"][0, -1] / amounts["urine"][0, -1] == pytest.approx(
        litres / float(middle(found.typical).body.renal_clearance[0])
    )
    assert sum(v[0, -1] for v in amounts.values()) == pytest.approx(20.0)


def test_grades_follow_what_a_level_rests_on() -> None:
    first = case().as_of
    on_hd = physiology(case(patient={"dialysis": "MWF 4 h"}), KB, "tablet", first, 200.0)
    acute = physiology(case(events=[{"dialysis_session": "4 h", "at": "2026-11-24 08:00"}]), KB, "tablet", first, 200.0)
    filtered = physiology(case(patient={"dialysis": "CVVH"}), KB, "tablet", first, 200.0)
    grades = [p.typical.grades["plasma"] for p in (on_hd, acute, filtered)]
    assert grades == ["assumed", "extrapolated", "assumed"]
    assert {of.grades["plasma"] for _, of in acute.later} == {"extrapolated"}
    assert physiology(case(), KB, "tablet", first, 24.0).typical.grades["plasma"] == "calibrated"
    assert physiology(case(), KB, "oral_solution", first, 24.0).typical.grades["plasma"] == "assumed"
    assert fed(like(100.0), KB).grades["csf"] == "assumed"
