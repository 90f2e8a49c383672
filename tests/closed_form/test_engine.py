"""Small compartment systems with known solutions go in; the engine's amounts must be those of the textbook."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.linalg import expm
from tests.virtual import bodies, first, matrix, parameters

from openbaclofen.body.course import Task, run
from openbaclofen.body.cycle import settled
from openbaclofen.body.graph import Flow, Graph
from openbaclofen.body.oral import BODY
from openbaclofen.body.propagate import advance, propagator
from openbaclofen.body.schedule import SAME_TIME_H, TOGETHER, Doses, grid_of
from openbaclofen.body.series import squarings_needed
from openbaclofen.cascade import Observe, observe, simulate, steady_state
from openbaclofen.errors import InputError
from openbaclofen.traced import jnp

EVEN, UNEVEN = np.arange(0.0, 72.0), np.array([0.0, 0.3, 1.1, 2.0, 5.5, 11.7, 24.0, 47.9])
DAYS = (np.arange(3)[:, None] * 24 + np.array([8.0, 14.3, 20.0])).ravel()


def amounts_of(graph: Graph, rates: dict[str, list[float]], doses: Doses, times: np.ndarray) -> dict[str, np.ndarray]:
    held = {name: np.array(value) for name, value in rates.items()}
    return run(Task(graph, {name: (name, 1.0) for name in graph.compartments}, [held]), doses, times)


ONE = Graph(("central", "out"), (Flow("central", "out", "k"),))
ORAL = Graph(("gut", "central", "out"), (Flow("gut", "central", "ka"), Flow("central", "out", "k")))
TWO = Graph(
    ("gut", "central", "peripheral", "out"),
    (
        Flow("gut", "central", "ka"),
        Flow("central", "peripheral", "k12"),
        Flow("peripheral", "central", "k21"),
        Flow("central", "out", "k10"),
    ),
)


@pytest.mark.parametrize("times", [EVEN, UNEVEN])
def test_one_compartment_empties_exponentially(times: np.ndarray) -> None:
    k = [0.1, 0.5, 3.0]
    seen = amounts_of(ONE, {"k": k}, Doses(np.array([0.0]), np.array([10.0]), "central"), times)["central"]
    expected = 10 * np.exp(-np.outer(k, times))
    expected[:, 0] = 0.0  # a value at the time of a dose is before the dose
    assert seen == pytest.approx(expected, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("times", [EVEN, UNEVEN])
def test_bateman_also_where_absorption_and_elimination_coincide(times: np.ndarray) -> None:
    ka, k = [1.6, 0.4, 0.4, 0.4 + 1e-9], [0.2, 0.4, 2.0, 0.4]
    seen = amounts_of(ORAL, {"ka": ka, "k": k}, Doses(np.array([0.0]), np.array([10.0]), "gut"), times)["central"]
    for row, a, e in zip(seen, ka, k, strict=True):
        bateman = 10 * a / (a - e) * (np.exp(-e * times) - np.exp(-a * times)) if abs(a - e) > 1e-6 else None
        expected = 10 * a * times * np.exp(-(a + e) / 2 * times) if bateman is None else bateman
        assert row == pytest.approx(expected, rel=1e-11, abs=1e-14)


@pytest.mark.parametrize("length", [7, 8, 9, 15, 16])
def test_chains_of_any_length_are_those_of_erlang(length: int) -> None:
    """Also where compartments fill whole registers, and doses fall into the end of an interval."""
    names, k, at = tuple(f"c{i}" for i in range(length)), np.array([0.3, 2.5]), np.array([3.0, 3.21, 3.999, 11.5])
    graph = Graph(names, tuple(Flow(a, b, "k") for a, b in zip(names, (*names[1:], "out"), strict=True)))
    seen = amounts_of(graph, {"k": list(k)}, Doses(at, np.full(4, 5.0), names[0]), EVEN)
    for i, name in enumerate(names):
        gone = np.maximum(EVEN - at[:, None], 0.0)[None] * k[:, None, None]
        expected = (5 * gone**i / math.factorial(i) * np.exp(-gone) * (gone > 0)).sum(axis=1)
        assert seen[name] == pytest.approx(expected, rel=1e-12, abs=1e-13), name


def test_two_compartments_by_mouth_are_three_exponentials() -> None:
    ka, k12, k21, k10 = 1.64, 0.449, 0.657, 0.375
    seen = amounts_of(
        TWO, {"ka": [ka], "k12": [k12], "k21": [k21], "k10": [k10]}, Doses(np.array([0.0]), np.array([1.0]), "gut"), EVEN
    )
    both, root = k12 + k21 + k10, math.sqrt((k12 + k21 + k10) ** 2 - 4 * k21 * k10)
    alpha, beta = (both + root) / 2, (both - root) / 2
    parts = ((alpha, beta, ka), (beta, alpha, ka), (ka, alpha, beta))
    expected = sum(ka * (k21 - a) / ((b - a) * (c - a)) * np.exp(-a * EVEN) for a, b, c in parts)
    assert seen["central"][0] == pytest.approx(expected, rel=1e-11, abs=1e-14)


def test_doses_at_any_time_superpose() -> None:
    at, mg = np.array([0.37, 7.0, 7.51, 30.123456]), np.array([5.0, 10.0, 2.5, 20.0])
    rates = {"ka": [1.1, 0.7], "k": [0.3, 0.05]}
    together = amounts_of(ORAL, rates, Doses(at, mg, "gut"), EVEN)["central"]
    for row, ka, k in zip(together, rates["ka"], rates["k"], strict=True):
        since = np.clip(EVEN[None] - at[:, None], 0.0, None)
        apart = mg[:, None] * ka / (ka - k) * (np.exp(-k * since) - np.exp(-ka * since))
        assert row == pytest.approx(apart.sum(axis=0), rel=1e-12, abs=1e-13)


def test_steady_state_accumulates_as_one_over_one_minus_what_is_left() -> None:
    k, tau = np.array([0.05, 0.2]), 8.0
    found = settled(ONE, {"k": k}, Doses(np.array([0.0]), np.array([10.0]), "central"), tau)["central"]
    assert found == pytest.approx(10 * np.exp(-k * tau) / (1 - np.exp(-k * tau)), rel=1e-12)


def test_steady_state_is_what_long_repetition_reaches_and_repeats_itself() -> None:
    people, day = parameters(4), Doses(np.array([7.5, 13.0, 21.0]), np.array([10.0, 5.0, 20.0]))
    start = steady_state(people, day, 24.0)
    hours = np.arange(0.0, 24.25, 0.25)
    settled_day = simulate(people, day, hours, initial_mg=start)
    days = np.arange(40)[:, None] * 24.0
    long = simulate(people, Doses((days + day.at_h).ravel(), np.tile(day.mg, 40)), 39 * 24 + hours)
    assert settled_day.plasma_ng_per_ml == pytest.approx(long.plasma_ng_per_ml, rel=1e-9)
    assert settled_day.csf_ng_per_ml[:, -1] == pytest.approx(settled_day.csf_ng_per_ml[:, 0], rel=1e-11)


def random_rates(n: int, people: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    rate = (
        random.uniform(0, 1, (n, n, people))
        * (random.uniform(0, 1, (n, n, 1)) < 0.4)
        * 10.0 ** random.uniform(-3, 2, (n, n, 1))
    )
    rate[np.arange(n), np.arange(n)] = 0
    rate[np.arange(n), np.arange(n)] = -rate.sum(axis=0)
    return rate


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("hours", [1e-3, 1.0, 300.0])
def test_propagator_and_advance_agree_with_scipy(seed: int, hours: float) -> None:
    n, people = 5, 3
    rate = random_rates(n, people, seed)
    squarings = squarings_needed(float(-rate[np.arange(n), np.arange(n)].min()) * hours)
    found = np.asarray(propagator(jnp.asarray(rate), jnp.asarray(hours), squarings))
    start = np.random.default_rng(seed).uniform(0, 1, (n, people))
    part = np.array([[0.0], [0.2], [0.77], [1.0]]) * hours
    moved = np.asarray(
        advance(jnp.asarray(rate), jnp.asarray(start), jnp.asarray(hours), jnp.asarray(part), squarings, ((0, n),))
    )
    for person in range(people):
        assert found[:, :, person] == pytest.approx(expm(rate[:, :, person] * hours), rel=1e-8, abs=1e-11)
        for i, t in enumerate(part[:, 0]):
            assert moved[i, :, person] == pytest.approx(expm(rate[:, :, person] * t) @ start[:, person], rel=1e-8, abs=1e-11)


def test_propagator_has_full_relative_accuracy_where_rates_coincide() -> None:
    """A chain of equal rates has the entries t^k / k! exp(-t), down to amounts that subtraction would lose."""
    n, t = 6, 0.01
    rate = np.diag(-np.ones(n)) + np.diag(np.ones(n - 1), -1)
    found = np.asarray(propagator(jnp.asarray(rate)[:, :, None], jnp.asarray(t), squarings_needed(t)))[:, 0, 0]
    assert found == pytest.approx([t**k / math.factorial(k) * math.exp(-t) for k in range(n)], rel=1e-14)


def test_nothing_flows_without_rates_and_without_doses() -> None:
    none = amounts_of(ONE, {"k": [0.0, 0.0]}, Doses(np.array([0.0]), np.array([7.0]), "central"), UNEVEN)["central"]
    assert none[:, 1:] == pytest.approx(7.0)
    people = parameters(2)
    for times in (EVEN, UNEVEN, np.array([3.0])):
        assert not simulate(people, Doses(np.array([]), np.array([])), times).plasma_ng_per_ml.any()


@pytest.mark.parametrize(
    "times", [np.arange(-5.0, 80.0), np.sort(np.random.default_rng(5).uniform(-5, 80, 40)), np.array([0.0, 9.0, 33.0, 57.0])]
)
@pytest.mark.parametrize("kind", ["everyone", "clock", "each"])
def test_every_schedule_agrees_with_the_matrix_exponential(times: np.ndarray, kind: str) -> None:
    random, people = np.random.default_rng(2), 3
    shift = {
        "everyone": np.zeros((1, 1)),
        "clock": random.uniform(-3, 3, (people, 1)),
        "each": random.uniform(-3, 3, (people, 9)),
    }
    at = DAYS[None] + shift[kind]
    mg = random.uniform(5, 30, at.shape) * (random.uniform(0, 1, at.shape) < 0.8)
    doses = Doses(at[0], mg[0]) if kind == "everyone" else Doses(at, mg)
    who = parameters(people)
    changed = who.body._replace(renal_clearance=who.body.renal_clearance * 0.3, dialysis_clearance=np.full(people, 6.0))
    later = [(30.2, changed), (34.2, who.body), (60.0, changed)]
    for changes in ([], later):
        seen = observe(who, doses, times, Observe(("plasma",), ("gut1", "csf", "urine", "dialysate")), later=changes)
        for person in range(people):
            row = person if len(at) > 1 else 0
            expected = by_matrix_exponential(who.body, person, at[row], mg[row], times, changes)
            for name, column in (("gut1", 0), ("csf", 5), ("urine", 7), ("dialysate", 9)):
                assert seen[f"mg {name}"][person] == pytest.approx(expected[:, column], rel=1e-10, abs=1e-12)


def by_matrix_exponential(body, person: int, at: np.ndarray, mg: np.ndarray, times: np.ndarray, later: list) -> np.ndarray:
    """Amounts at each time, (times, compartments), one exponential from each happening to the next."""
    happens = [(t, 0, None) for t in times] + [(t, 1, m) for t, m in zip(at, mg, strict=True)] + [(t, 2, b) for t, b in later]
    amounts, now, rate, found = np.zeros(len(BODY.compartments)), min(t for t, *_ in happens), matrix(body, person), []
    for t, kind, value in sorted(happens, key=lambda h: h[:2]):
        amounts, now = expm(rate * (t - now)) @ amounts, t
        if kind == 0:
            found.append(amounts.copy())
        elif kind == 1:
            amounts[0] += value
        else:
            rate = matrix(value, person)
    return np.array(found)


@pytest.mark.parametrize("first", [-30.4, 0.0, 7.0])
@pytest.mark.parametrize("times", [EVEN, UNEVEN, np.array([3.0]), np.array([0.0, 1.0 + 1e-10, 60.0])])
def test_the_grid_holds_outputs_and_changes_and_is_never_coarse(times: np.ndarray, first: float) -> None:
    changes = ((-np.inf, 0), (-10.0, 1), (5.3, 2), (40.0, 1))
    grid = grid_of(times, first, changes, 0.7)
    assert grid.at_h[grid.outputs] == pytest.approx(times, abs=SAME_TIME_H)
    assert grid.at_h[0] <= min(first, times[0])
    assert np.diff(grid.at_h) == pytest.approx(grid.length_h[grid.kind[:-1]], abs=2 * SAME_TIME_H)
    assert grid.length_h.max() <= 0.7 + SAME_TIME_H
    for hour, _ in changes[1:]:
        assert (np.abs(grid.at_h - hour) < SAME_TIME_H).any() == (grid.at_h[0] < hour < times[-1])
    for hour, kind in zip(grid.at_h, grid.kind, strict=True):
        assert grid.physiology[kind] == [p for start, p in changes if start <= hour + SAME_TIME_H][-1]
    intervals = [number for start, count in zip(grid.first, grid.count, strict=True) for number in range(start, start + count)]
    assert intervals == list(range(len(grid.at_h) - 1))
    for start, count in zip(grid.first, grid.count, strict=True):
        assert 1 <= count <= TOGETHER
        assert len(set(grid.kind[start : start + count])) == 1


def test_blocks_of_the_grid_are_the_same_whoever_takes_something_earlier() -> None:
    changes = ((-np.inf, 0), (-50.3, 1), (5.5, 0))
    usual, long = (grid_of(EVEN, first, changes) for first in (-9.0, -100.0))
    starts = [grid.at_h[grid.first] for grid in (usual, long)]
    assert starts[0] == pytest.approx(starts[1][-len(starts[0]) :])


def test_exposure_and_half_life_follow_from_clearance_and_the_slow_rate() -> None:
    """AUC = F dose / CL, and the last decline is the slowest eigenvalue of A."""
    people, hours = parameters(5), np.arange(0.0, 400.0, 0.1)
    seen = simulate(people, Doses(np.array([0.0]), np.array([20.0])), hours)
    body = people.body
    cleared = np.asarray(body.renal_clearance) + np.asarray(body.nonrenal_clearance) + np.asarray(body.milk_clearance)
    area = np.trapezoid(seen.plasma_ng_per_ml, hours, axis=1)
    assert area == pytest.approx(1000 * 20 * np.asarray(body.bioavailability) / cleared, rel=1e-3)
    for person in range(5):
        slowest = max(v for v in np.linalg.eigvals(matrix(body, person)).real if v < -1e-12)
        late = seen.plasma_ng_per_ml[person, [600, 700]]
        assert math.log(late[0] / late[1]) / 10 == pytest.approx(-slowest, rel=1e-3)


def test_a_settled_spinal_fluid_is_the_ratio_times_plasma() -> None:
    people = first(parameters(3), 3)
    k = np.asarray(people.body.csf_rate)
    hours = np.arange(0.0, 49.0)
    seen = simulate(people, Doses(np.array([0.0]), np.array([20.0])), hours)
    fine = np.arange(0.0, 48.001, 0.001)
    plasma = simulate(people, Doses(np.array([0.0]), np.array([20.0])), fine).plasma_ng_per_ml
    for person in range(3):
        weight = np.exp(-k[person] * (48 - fine))
        expected = k[person] * np.asarray(people.body.csf_ratio)[person] * np.trapezoid(plasma[person] * weight, fine)
        assert seen.csf_ng_per_ml[person, -1] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("times", "doses", "said"),
    [
        (np.array([0.0, 0.0]), Doses(np.array([0.0]), np.array([1.0])), "rising"),
        (np.array([1.0, 0.0]), Doses(np.array([0.0]), np.array([1.0])), "rising"),
        (np.array([0.0, np.nan]), Doses(np.array([0.0]), np.array([1.0])), "rising"),
        (EVEN, Doses(np.array([0.0]), np.array([-1.0])), "not negative"),
        (EVEN, Doses(np.array([np.inf]), np.array([1.0])), "finite"),
        (EVEN, Doses(np.array([0.0, 1.0]), np.array([1.0])), "times"),
    ],
)
def test_nonsense_is_refused(times: np.ndarray, doses: Doses, said: str) -> None:
    with pytest.raises(InputError, match=said):
        simulate(parameters(1), doses, times)


@pytest.mark.parametrize("times", [np.arange(5.0, 80.0), np.array([5.0, 6.0, 30.0])])
@pytest.mark.parametrize("each", [False, True])
def test_known_amounts_are_those_at_the_first_time_also_of_someone_who_takes_nothing(times: np.ndarray, each: bool) -> None:
    people, amounts = parameters(2), {"central": np.array([3.0, 4.0])}
    doses = Doses(np.array([[7.0], [0.0]]), np.array([[10.0], [0.0]])) if each else Doses(np.array([2.0]), np.array([0.0]))
    seen = observe(people, doses, times, Observe((), ("central",)), initial_mg=amounts)["mg central"]
    assert seen[:, 0] == pytest.approx([3.0, 4.0])
    later = observe(people, Doses(np.zeros(0), np.zeros(0)), times - 5, Observe((), ("central",)), initial_mg=amounts)
    assert seen[1] == pytest.approx(later["mg central"][1], rel=1e-12)


def test_a_start_from_known_amounts_has_no_earlier_doses_and_volumes_stay() -> None:
    people, dose = parameters(1), Doses(np.array([-1.0]), np.array([5.0]))
    with pytest.raises(InputError, match="known amounts"):
        simulate(people, dose, EVEN, initial_mg={"central": np.ones(1)})
    with pytest.raises(InputError, match="central volume"):
        simulate(people, dose, EVEN, later=[(3.0, bodies(1, seed=9))])
    with pytest.raises(InputError, match="between 0 and 24"):
        steady_state(people, Doses(np.array([25.0]), np.array([5.0])), 24.0)
