"""People and doses go in; a general solver of the whole chain, written out anew, must find the same quantities.

The error of a quantity is relative to the person's largest value of it over the course; of the withdrawal index, which is near
0 where nothing is stopped, to a gain of 1.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from tests.virtual import parameters

from openbaclofen.body.oral import NG_PER_ML
from openbaclofen.body.schedule import Doses, Grid
from openbaclofen.cascade import UNITS, Parameters, simulate, steady_sites, steady_state
from openbaclofen.receptor.adaptation import END, MIDDLE, TURN, Inside
from openbaclofen.response import Sites, before_treatment, last
from openbaclofen.response_course import QUANTITIES, Followed, Own, own
from openbaclofen.response_stages import respond
from openbaclofen.traced import jax, jnp

DAYS, MG = 3, 20.0
HOURS = np.arange(DAYS * 24 + 1.0)
TID = (np.arange(DAYS)[:, None] * 24 + np.array([9.0, 14.0, 21.0])).ravel()
GRADES = (0, 1, 1.5, 2, 3, 4)
CLOSE = 1e-5


def effects(r: Any, number: Any, csf: Any) -> tuple[Any, ...]:
    """umol/L and release at both sites, conductance, and what is left of the gain, at receptor numbers (2, ...) and ng/mL."""
    q, level = r.receptor, np.maximum(csf, 0.0)
    active = [level * s * q.active_fraction / q.molar_mass for s in (r.sensitivity, 1.0)]
    release = [
        (1 - q.presynaptic_maximum * n * x / (x + q.presynaptic_ec50)) ** q.release_power
        for n, x in zip(number, active, strict=True)
    ]
    hill = active[0] ** q.postsynaptic_hill
    conductance = number[0] * hill / (hill + q.postsynaptic_ec50**q.postsynaptic_hill)
    gain = (release[0] * (1 - r.reflex.shunt * conductance)) ** r.reflex.gain_power
    return active, release, conductance, gain


def slopes(b: Any, r: Any, _t: float, y: np.ndarray) -> list[float]:
    gut1, gut2, gut3, central, peripheral, csf, n1, n2, m1, m2 = y
    plasma, a = central / b.central_volume, r.adaptation
    into = b.csf_rate * (b.csf_volume * b.csf_ratio * plasma - csf)
    exchange = b.distribution_clearance * (plasma - peripheral / b.peripheral_volume)
    lost = (b.renal_clearance + b.nonrenal_clearance + b.milk_clearance + b.dialysis_clearance) * plasma
    active, release, _, gain = effects(r, (n1, n2), csf * NG_PER_ML / b.csf_volume)
    return [
        -b.transit_rate * gut1,
        b.transit_rate * (gut1 - gut2),
        b.transit_rate * gut2 - b.absorption_rate * gut3,
        b.bioavailability * b.absorption_rate * gut3 - lost - exchange - into,
        exchange,
        into,
        *(a.recovery_rate * (1 - n) - a.loss_rate * n * x / (x + a.affinity) for n, x in zip((n1, n2), active, strict=True)),
        a.opponent_rate * (1 - gain - m1),
        a.opponent_rate * (1 - release[1] - m2),
    ]


def solved(b: Any, r: Any, at: np.ndarray, mg: np.ndarray, hours: np.ndarray) -> np.ndarray:
    """The six amounts, receptor number and opponent of both sites at these hours, (10, hours)."""
    y, found = np.array([0.0] * 6 + [1.0, 1.0, 0.0, 0.0]), np.zeros((10, len(hours)))
    found[6:8] = 1.0
    edges = np.concatenate([[hours[0]], at, [hours[-1]]])
    for start, end, dose in zip(edges[:-1], edges[1:], np.append(0.0, mg), strict=True):
        y[0] += dose
        inside = (start < hours) & (end >= hours)
        seen = np.union1d(hours[inside], end)
        moved = solve_ivp(partial(slopes, b, r), (start, end), y, "DOP853", seen, rtol=1e-10, atol=1e-12)
        found[:, inside], y = moved.y[:, : inside.sum()], moved.y[:, -1].copy()
    return found


def quantities(b: Any, r: Any, y: np.ndarray) -> dict[str, np.ndarray]:
    csf, number, opponent = y[5] * NG_PER_ML / b.csf_volume, y[6:8], y[8:10]
    _, release, conductance, left = effects(r, number, csf)
    gain = left * (1 + opponent[0] * r.spinal.opponent + (1 - number[0]) * r.spinal.tone)
    brain = release[1] * (1 + opponent[1] * r.brain.opponent + (1 - number[1]) * r.brain.tone)
    of, tone = r.spasticity, (gain - 1) * r.spasticity.slope + r.spasticity.tone
    steps = pairwise(GRADES)
    used = np.minimum(opponent[1] / np.maximum(1 - release[1], 1e-30), 1)
    felt = csf * r.sedation.sensitivity * (1 - r.sedation.adapting * used)
    odds = np.log(r.sedation.baseline / (1 - r.sedation.baseline)) + r.sedation.slope * felt / (1 + felt / r.sedation.half)
    return {
        "plasma": y[3] * NG_PER_ML / b.central_volume,
        "csf": csf,
        "presynaptic_release": release[0],
        "postsynaptic_conductance": conductance,
        "receptor_number": number[0],
        "reflex_gain": gain,
        "modified_ashworth": sum((high - low) / (1 + np.exp(((low + high) / 2 - tone) / of.noise)) for low, high in steps),
        "spasms": np.clip((gain - 1) * of.spasm_slope + of.spasms, 0, 4),
        "strength": 1 / (1 + (conductance / r.strength.half) ** r.strength.power),
        "sedation": 1 / (1 + np.exp(-odds)),
        "brain_excitability": brain,
        "withdrawal": np.maximum(gain - 1, 0) + np.maximum(brain - 1, 0),
    }


def one(people: Parameters, person: int) -> Parameters:
    return jax.tree.map(lambda value: float(np.asarray(value)[person]), people)


def differ(seen: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> dict[str, float]:
    scale = {name: 1.0 if name == "withdrawal" else np.max(np.abs(value)) for name, value in expected.items()}
    return {name: float(np.max(np.abs(seen[name] - expected[name])) / scale[name]) for name in UNITS}


@pytest.mark.parametrize("regimen", ["everyone", "any time", "now and then"])
def test_every_quantity_agrees_with_a_solver(regimen: str) -> None:
    """Within 1e-5; doses of everyone on the hour, about three a day at any time, and at random with long gaps."""
    people, random = parameters(3, seed=3), np.random.default_rng(3)
    at = {
        "everyone": np.tile(TID, (3, 1)),
        "any time": TID + random.uniform(-2, 2, (3, len(TID))),
        "now and then": np.sort(random.uniform(0, HOURS[-1], (3, 4)), axis=1),
    }[regimen]
    mg = np.full(at.shape, MG)
    seen = simulate(people, Doses(at[0], mg[0]) if regimen == "everyone" else Doses(at, mg), HOURS).quantities()
    for person in range(3):
        of = one(people, person)
        expected = quantities(*of, solved(*of, at[person], mg[person], HOURS))
        off = differ({name: value[person] for name, value in seen.items()}, expected)
        assert max(off.values()) < CLOSE, off


def test_rebound_after_a_stop_agrees_with_a_solver_whatever_is_asked_for() -> None:
    """Outputs days apart, doses before the first of them: what lies between is followed all the same."""
    people, hours = parameters(2, seed=5), np.array([20.0, 90.0, 96.0, 97.0, 120.0, 200.0])
    mg = np.full(len(TID), 40.0)
    seen = simulate(people, Doses(TID, mg), hours).quantities()
    for person in range(2):
        of = one(people, person)
        whole = np.append(0.0, hours)
        found = quantities(*of, solved(*of, TID, mg, whole))
        off = differ({name: value[person] for name, value in seen.items()}, {name: v[1:] for name, v in found.items()})
        assert max(off.values()) < CLOSE, off
    assert (seen["withdrawal"][:, 3] > 0.01).all()


def followed(people: Own, sites: Sites, mg: np.ndarray, hours: np.ndarray) -> tuple[np.ndarray, Sites]:
    """What the kernel makes of amounts (3, times, people), each time put out."""
    none, every = np.zeros(0, dtype=int), np.arange(len(hours))
    course = Followed(people, sites, Grid(np.cumsum(hours), none, none, none, every, none, none), QUANTITIES)
    course.follow(0, np.ascontiguousarray(mg.transpose(0, 2, 1)))
    return course.seen, course.end()


def test_the_compiled_course_is_that_of_the_equations() -> None:
    """The kernel rearranges `respond`: to rounding the same, for people who differ in everything, at any steps and levels."""
    many, times, random = 70, 60, np.random.default_rng(0)
    people = jax.tree.map(lambda value: value * np.exp(0.1 * random.standard_normal(many)), parameters(many, seed=1))
    body, of = people.body, people.response._replace(sensitivity=random.uniform(0.2, 1, many))
    hours = np.append(0.0, random.choice([0.0, 0.25, 1.0], times - 1))
    csf, central = random.uniform(0, 0.03, (times, many)), random.uniform(0, 3, (times, many))
    csf[:5], central[:5] = 0.0, 0.0
    mean = np.vstack([csf[:1], (csf[1:] + csf[:-1]) / 2 * random.uniform(0.9, 1.1, (times - 1, many))])
    area = np.cumsum(mean * hours[:, None], axis=0)
    slope = body.csf_rate * (body.csf_ratio * central * body.csf_volume / body.central_volume - csf)
    ends = END * (csf[1:] + csf[:-1]) + TURN * hours[1:, None] * (slope[:-1] - slope[1:])
    held = np.diff(area, axis=0) / np.where(hours[1:] > 0, hours[1:], 1.0)[:, None]
    middle = np.vstack([csf[:1], np.maximum((held - ends) / MIDDLE, 0.0)])
    per_mg, start = NG_PER_ML / body.csf_volume, before_treatment(many)
    within = Inside(jnp.asarray(middle * per_mg), jnp.asarray(slope * per_mg))
    seen, sites = respond(of, csf * per_mg, csf * per_mg, start, hours, (within, within))
    found, after = followed(own(body, of), start, np.stack([csf, central, area]), hours)
    for name, value in zip(QUANTITIES[2:], found[2:], strict=True):
        assert value == pytest.approx(np.asarray(seen[name]), rel=1e-12, abs=1e-13), name
    for ours, theirs in zip(jax.tree.leaves(after), jax.tree.leaves(last(sites)), strict=True):
        assert ours == pytest.approx(np.asarray(theirs), rel=1e-12, abs=1e-14)
    few = jax.tree.map(lambda value: value[:3], (own(body, of), start))
    alone, _ = followed(*few, np.stack([csf, central, area])[:, :, :3], hours)
    assert np.array_equal(alone, found[:, :, :3])
    assert np.array_equal(found[:, 4], found[:, 0])  # without drug everything rests to the last bit


def test_a_settled_start_stays_settled() -> None:
    people, day = parameters(3, seed=2), Doses(np.array([9.0, 14.3, 21.0]), np.full(3, MG))
    start = steady_state(people, day, 24.0)
    sites = steady_sites(people, day, 24.0, start)
    after = simulate(people, day, np.array([0.0, 24.0]), initial_mg=start, sites=sites).sites
    for before, later in zip(jax.tree.leaves(sites), jax.tree.leaves(after), strict=True):
        assert later == pytest.approx(np.asarray(before), abs=1e-6)
