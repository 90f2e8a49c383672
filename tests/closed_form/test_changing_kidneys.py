"""Dated creatinines, sessions of dialysis and a half-full gut go in; what theory on paper gives must come out."""

from __future__ import annotations

from datetime import date

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
from openbaclofen.infer.physiology import dialysed, kidney_steps, physiology
from openbaclofen.infer.release import fed, released
from openbaclofen.infer.typical import known_of
from openbaclofen.patient.kidney import cockcroft_gault
from openbaclofen.population import course
from openbaclofen.removal import GUT, Removal, simulate_removing
from openbaclofen.units import Age, Creatinine, Weight

PERSON = {"age": "60 a", "sex": "male", "weight": "70 kg", "height": "175 cm", "conditions": ["multiple_sclerosis"]}
FIRST = date(2026, 11, 23)  # a Monday


def case(creatinine: object = "1.0 mg/dL", events: list[dict[str, object]] | None = None, **more: object) -> Case:
    kidneys = {"kidney": creatinine} if isinstance(creatinine, list) else {"creatinine": creatinine}
    order = more.pop("therapy", "10 mg TID")
    said = {"patient": {**PERSON, **kidneys, **more}, "therapy": order, "current": "10 mg TID", "question": "check"}
    return ob.read_case({**said, "date": str(FIRST), "events": events or [], "region": "UK"})


def mean_level(creatinine: float) -> float:
    """dose F / (24 CL), with CL = nonrenal + slope * Cockcroft-Gault, in ng/mL."""
    equation = KB.kidney_equations["COCKCROFT-GAULT-SI"]
    rate = cockcroft_gault(equation, Creatinine(creatinine), Age(60), Weight(70), "male").to("mL/min")
    clearance = KB.value("clearance.nonrenal") + KB.value("clearance.renal_slope") * rate
    return 30 * KB.value("oral.bioavailability") / (24 * clearance * 60 / 1000) * 1000


def test_failing_kidneys_raise_the_mean_to_what_clearance_says_and_recovery_brings_it_back() -> None:
    events = [{"creatinine": "4 mg/dL", "date": "2026-11-27"}, {"creatinine": "1 mg/dL", "date": "2026-12-11"}]
    of = case(events=events)
    found = physiology(of, KB, "tablet", FIRST, 40 * 24.0)
    assert [hour for hour, _ in found.later] == [4 * 24.0, 18 * 24.0]
    at = np.concatenate([[9.0, 14.0, 21.0] + 24 * np.arange(40)[:, None]]).ravel()
    doses, times = Doses(at, np.full(at.shape, 10.0)), np.arange(0.0, 40 * 24 + 0.1, 0.1)
    people = middle(found.typical)
    later = [(hour, middle(typical).body) for hour, typical in found.later]
    plasma = simulate(people, doses, times, later=later).plasma_ng_per_ml[0]
    for day, creatinine in ((3, 1.0), (17, 4.0), (38, 1.0)):
        inside = (times >= day * 24 - 1e-9) & (times <= day * 24 + 24 + 1e-9)
        assert np.trapezoid(plasma[inside], times[inside]) / 24 == pytest.approx(mean_level(creatinine), rel=0.01), day


def test_the_public_simulation_follows_a_creatinine() -> None:
    seen = ob.simulate(case(events=[{"creatinine": "4 mg/dL", "date": "2026-11-27"}]), people=50, seed=1, days=12)
    means = np.median(seen.plasma_ng_per_ml, axis=0).reshape(-1)[:-1].reshape(12, 48).mean(axis=1)
    assert means[3] == pytest.approx(means[0], rel=1e-3)
    assert means[11] == pytest.approx(means[0] * mean_level(4.0) / mean_level(1.0), rel=0.06)
    assert "day 5" in seen.said[-1]


def test_only_the_last_past_value_counts_and_each_later_one_from_its_own_day() -> None:
    past = [{"date": f"2026-11-{day}", "creatinine": f"{value} mg/dL"} for day, value in (("01", 3.0), ("20", 1.2))]
    coming = [{"creatinine": "2 mg/dL", "date": "2026-11-25", "at": "14:00"}, {"creatinine": "5 mg/dL", "date": "2027-11-25"}]
    steps = kidney_steps(case(past, coming), FIRST, 240.0)
    assert [(hour, p.creatinine.value) for hour, p in steps if p.creatinine] == [(0.0, 1.2), (48.0, 2.0)]
    stated = kidney_steps(case(past, coming, egfr="50 mL/min/1.73m2"), FIRST, 240.0)
    assert stated[0][1].reported_egfr is not None
    assert [(hour, p.reported_egfr) for hour, p in stated[1:]] == [(48.0, None)]


def test_sessions_fall_on_their_days_and_equal_people_are_one_object() -> None:
    found = physiology(case(dialysis="Mon Wed Fri 4 h at 10:00"), KB, "tablet", FIRST, 14 * 24.0)
    starts = [s[0] for s in found.sessions]
    assert starts == [24.0 * day + 10 for day in (0, 2, 4, 7, 9, 11)]
    assert len({id(of) for _, of in found.later}) == 2
    moved = physiology(
        case(dialysis="HD 3x/week", events=[{"dialysis_session": "3 h", "at": "2026-11-23 09:00"}]), KB, "tablet", FIRST, 100.0
    )
    assert [s[:2] for s in moved.sessions] == [(9.0, 12.0), (56.0, 60.0)]
    twice = [{"dialysis_session": "3 h", "at": f"2026-11-23 {hour}"} for hour in ("09:00", "10:00")]
    overlapping = case(dialysis="yes", events=twice)
    with pytest.raises(InputError, match="overlap"):
        physiology(overlapping, KB, "tablet", FIRST, 100.0)


def test_a_session_of_a_settled_infusion_like_level_falls_as_an_exponential_and_mass_balances() -> None:
    """One compartment (no exchange): C(t) = C0 exp(-(CLr + CLnr + CLd) t / V) in a session; dialysate takes its share."""
    person = like(10.0)
    on = dialysed(person, known_of(KB, "dialysis.haemodialysis_clearance", times=0.06), "x")
    off, session = (
        middle(of)._replace(body=middle(of).body._replace(distribution_clearance=np.zeros(1), csf_ratio=np.zeros(1)))
        for of in (person, on)
    )
    times = np.arange(0.0, 20.0, 0.25)
    drug = Doses(np.array([0.0]), np.array([20.0]), into="central")
    seen = simulate(off, drug, times[1:], later=[(8.0, session.body), (12.0, off.body)], amounts=BODY.compartments)
    body = session.body
    own = float((body.renal_clearance + body.nonrenal_clearance)[0])
    extra, volume = float(np.asarray(body.dialysis_clearance)[0]), float(body.central_volume[0])
    mg = dict(zip(seen.time_h, seen.amounts_mg["central"][0], strict=True))
    assert extra == pytest.approx(KB.value("dialysis.haemodialysis_clearance") * 0.06)
    assert mg[12.0] / mg[8.0] == pytest.approx(np.exp(-(own + extra) * 4 / volume), rel=1e-9)
    taken = seen.amounts_mg["dialysate"][0]
    assert taken[-1] == pytest.approx((mg[8.0] - mg[12.0]) * extra / (own + extra), rel=1e-9)
    assert sum(seen.amounts_mg.values())[0] == pytest.approx(20.0)


def test_removal_from_the_gut_is_exact_and_conserves_mass() -> None:
    """Against one matrix exponential from each happening to the next."""
    people, share = parameters(3, seed=5), np.array([0.0, 0.4, 1.0])
    worse = people.body._replace(renal_clearance=people.body.renal_clearance / 4)
    times = np.array([1.0, 1.5, 2.0, 2.25, 3.0, 7.0, 11.0])
    doses = Doses(np.array([0.25, 2.0, 6.0]), np.array([100.0, 60.0, 20.0]))
    removals = [Removal(6.5, 0.5), Removal(2.0, share)]
    seen = simulate_removing(people, doses, times, removals, later=[(3.5, worse)], amounts=BODY.compartments)
    for person in range(3):
        expected = _by_hand(person, people.body, worse, share[person])
        found = np.array([seen.amounts_mg[name][person] for name in BODY.compartments]).T
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)
        assert found.sum(axis=1) == pytest.approx([100.0, 100.0, 100.0, 160.0, 160.0, 180.0, 180.0])
    alone = simulate(people, doses, times, later=[(3.5, worse)])
    none = simulate_removing(people, doses, times, [], later=[(3.5, worse)])
    assert none.plasma_ng_per_ml == pytest.approx(alone.plasma_ng_per_ml)


def _by_hand(person: int, body: object, worse: object, share: float) -> np.ndarray:
    """Amounts before whatever happens at each output time."""
    gut, index = [BODY.compartments.index(name) for name in GUT], BODY.compartments.index
    x, now, found = np.zeros(len(BODY.compartments)), 0.0, []
    happens = [(t, 0, t) for t in (1.0, 1.5, 2.0, 2.25, 3.0, 7.0, 11.0)]
    happens += [(0.25, 2, 100.0), (2.0, 2, 60.0), (6.0, 2, 20.0), (2.0, 1, share), (6.5, 1, 0.5), (3.5, 3, 0.0)]
    changed = False
    for at, kind, amount in sorted(happens):
        x, now = expm(matrix(worse if changed else body, person) * (at - now)) @ x, at  # pyright: ignore[reportArgumentType]
        if kind == 0:
            found.append(x.copy())
        elif kind == 1:
            x[index("removed")] += amount * x[gut].sum()
            x[gut] *= 1 - amount
        elif kind == 2:
            x[index("gut1")] += amount
        else:
            changed = True
    return np.array(found)


def test_charcoal_lowers_the_area_by_its_share_of_what_is_left() -> None:
    """AUC = F (dose - removed) / CL."""
    people, times = middle(like(100.0)), np.arange(0.0, 120.0, 0.05)
    drug = Doses(np.array([0.0]), np.array([600.0]))
    seen = simulate_removing(people, drug, times, [Removal(1.0, 0.47)], amounts=("removed",))
    body = people.body
    clearance = float((body.renal_clearance + body.nonrenal_clearance)[0])
    removed = seen.amounts_mg["removed"][0, -1]
    k, ka = float(body.transit_rate[0]), float(body.absorption_rate[0])
    two = np.exp(-k) * (1 + k)  # still in the two transit steps after an hour
    third = (k**2 / (k - ka) ** 2) * (np.exp(-ka) - np.exp(-k) * (1 + (k - ka)))
    assert removed == pytest.approx(600 * 0.47 * (two + third), rel=1e-9)
    area = np.trapezoid(seen.plasma_ng_per_ml[0], times) / 1000
    assert area == pytest.approx(float(body.bioavailability[0]) * (600 - removed) / clearance, rel=1e-3)


def test_a_vein_gives_the_whole_dose_a_meal_keeps_the_area_and_delays_the_peak() -> None:
    person, times = like(100.0), np.arange(0.0, 100.0, 0.05)
    people = middle(person)
    clearance = float((people.body.renal_clearance + people.body.nonrenal_clearance)[0])
    vein = simulate(people, Doses(np.array([0.0]), np.array([20.0]), into="central"), times[1:]).plasma_ng_per_ml[0]
    first = 20 / float(people.body.central_volume[0]) * 1000
    assert np.trapezoid(np.append(first, vein), times) / 1000 == pytest.approx(20 / clearance, rel=2e-3)
    drug = Doses(np.array([0.0]), np.array([20.0]))
    fasted, eaten = (simulate(middle(of), drug, times).plasma_ng_per_ml[0] for of in (person, fed(person, KB)))
    assert np.trapezoid(eaten, times) == pytest.approx(np.trapezoid(fasted, times), rel=1e-4)
    assert times[eaten.argmax()] > times[fasted.argmax()] + 0.5


@pytest.mark.parametrize("form", ["extended_release", "gastroretentive"])
def test_extended_release_loses_no_milligram_and_wraps_round_its_cycle(form: str) -> None:
    doses = Doses(np.array([8.0, 20.0]), np.array([40.0, 20.0]))
    out = released(doses, form, KB)
    assert out.doses.mg.sum() + out.lost_mg.sum() == pytest.approx(60.0)
    assert (np.diff(out.doses.at_h) >= 0).all()
    hours = KB.facts["oral.release_hours"].value
    assert isinstance(hours, dict)
    assert out.doses.at_h.max() < 20.0 + hours[form]
    round_the_clock = released(doses, form, KB, 24.0)
    assert round_the_clock.doses.at_h.max() < 24.0
    assert round_the_clock.doses.mg.sum() == pytest.approx(out.doses.mg.sum())
    assert released(doses, "tablet", KB).doses is doses


def test_a_course_takes_charcoal_with_its_own_ignorance_and_people_apart() -> None:
    share = known_of(KB, "ingestion.charcoal_share")
    drug, times = Doses(np.zeros(1), np.array([600.0])), np.arange(0.0, 30.0)
    few = {"number": 5, "ignorance": 20, "seed": 3}
    with_it = course(like(100.0), drug, times, **few, amounts=("removed",), removals=[(1.0, share)])
    without = course(like(100.0), drug, times, **few)
    assert (with_it.plasma_ng_per_ml[:, 2:] < without.plasma_ng_per_ml[:, 2:]).all()
    assert with_it.ignorance is not None
    assert np.ptp(with_it.ignorance.amounts_mg["removed"][:, -1]) > 50
