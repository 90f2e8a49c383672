"""People with doses of their own at any times go in; amounts must be exact, add up, and be nobody else's business."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm
from tests.virtual import bodies, matrix, parameters

from openbaclofen.body.course import Task, run
from openbaclofen.body.graph import Flow, Graph
from openbaclofen.body.oral import BODY, Body
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Observe, observe
from openbaclofen.traced import jax

ALL = Observe((), BODY.compartments)
EVEN, UNEVEN = np.arange(0.0, 50.0), np.sort(np.random.default_rng(5).uniform(-5, 50, 20))


def own_doses(people: int, number: int = 9, seed: int = 3) -> Doses:
    """Some at outputs, some within a second of one another, some before the first output and after the last; unsorted."""
    random = np.random.default_rng(seed)
    at = random.uniform(-6, 55, (people, number))
    at[:, 0], at[:, 1] = 8 + 13 / 60, at[:, 2] + 1e-4
    at[:, 3] = 17.0
    return Doses(at, random.choice([0.0, 5.0, 12.5, 600.0], at.shape))


def failing(body: Body) -> list[tuple[float, Body]]:
    """Kidneys that fail, a session, kidneys that recover."""
    worse = body._replace(renal_clearance=body.renal_clearance * 0.2)
    dialysed = worse._replace(dialysis_clearance=np.full(len(body.renal_clearance), 9.0))
    return [(10.3, worse), (20.0, dialysed), (24.01, worse), (40.7, body)]


@pytest.mark.parametrize("times", [EVEN, UNEVEN])
@pytest.mark.parametrize("changing", [False, True])
def test_all_amounts_are_those_of_a_solver(times: np.ndarray, changing: bool) -> None:
    """DOP853 at rtol 1e-12 from happening to happening; relative to the person's largest value of each amount."""
    people = parameters(2, seed=4)
    doses, later = own_doses(2), failing(people.body) if changing else []
    seen = observe(people, doses, times, ALL, later=later)
    for person in range(2):
        expected = solved(people.body, person, doses.at_h[person], doses.mg[person], times, later)
        for column, name in enumerate(BODY.compartments):
            largest = np.abs(expected[:, column]).max()
            assert seen[f"mg {name}"][person] == pytest.approx(expected[:, column], abs=1e-9 * largest), name


def solved(
    body: Body, person: int, at: np.ndarray, mg: np.ndarray, times: np.ndarray, later: list[tuple[float, Body]]
) -> np.ndarray:
    happens = [(t, 0, None) for t in times] + [(t, 1, m) for t, m in zip(at, mg, strict=True)] + [(t, 2, b) for t, b in later]
    now, rate, y, found = min(t for t, *_ in happens), matrix(body, person), np.zeros(len(BODY.compartments)), []
    for t, kind, value in sorted(happens, key=lambda h: h[:2]):
        if t > now:
            y = solve_ivp(lambda _, x, a=rate: a @ x, (now, t), y, "DOP853", rtol=1e-12, atol=1e-13).y[:, -1]
        now = t
        if kind == 0:
            found.append(y.copy())
        elif kind == 1:
            y[0] += value
        else:
            rate = matrix(value, person)
    return np.array(found)


@pytest.mark.parametrize("times", [EVEN, UNEVEN])
def test_what_was_given_is_somewhere(times: np.ndarray) -> None:
    people = parameters(45)
    doses = own_doses(45)
    seen = observe(people, doses, times, ALL, later=failing(people.body))
    total = sum(seen.values())
    given = (doses.mg[:, None] * (doses.at_h[:, None] < times[:, None] - 1e-9)).sum(-1)
    assert all((amount >= 0).all() for amount in seen.values())
    assert total == pytest.approx(given, rel=1e-11, abs=1e-12)


@pytest.mark.parametrize("changing", [False, True])
def test_doses_of_everyone_given_to_each_are_the_same(changing: bool) -> None:
    people, doses = parameters(3), own_doses(1)
    later = failing(people.body) if changing else []
    common = observe(people, Doses(doses.at_h[0], doses.mg[0]), EVEN, ALL, later=later)
    each = observe(people, Doses(np.tile(doses.at_h, (3, 1)), np.tile(doses.mg, (3, 1))), EVEN, ALL, later=later)
    assert each.keys() == common.keys()
    for name, value in common.items():
        assert each[name] == pytest.approx(value, rel=1e-10, abs=1e-12), name


def test_nobody_depends_on_the_others_to_the_last_bit() -> None:
    """Also not on one whose rates are a hundred times as fast, or who takes more, or earlier."""
    random, many = np.random.default_rng(0), bodies(90, seed=1)
    fast = np.where(np.arange(90) == 37, 100.0, 1.0)
    many = many._replace(transit_rate=many.transit_rate * fast, absorption_rate=many.absorption_rate * fast)
    everybody, doses = parameters(90)._replace(body=many), own_doses(90, 12)
    at, mg = doses.at_h.copy(), np.where(random.uniform(size=doses.mg.shape) < 0.3, 0.0, doses.mg)
    at[50], mg[50, 0] = at[50] - 100, 20.0

    def of(some: np.ndarray) -> dict[str, np.ndarray]:
        who = jax.tree.map(lambda value: value[some], everybody)
        return observe(who, Doses(at[some], mg[some]), UNEVEN, Observe(("plasma", "csf")), later=failing(who.body))

    whole = of(np.arange(90))
    for some in (np.array([3]), np.array([88, 3, 41]), np.array([37, 3]), np.arange(2, 84)):
        for name, value in of(some).items():
            assert np.array_equal(value, whole[name][some]), (name, some)


@pytest.mark.parametrize("k", [0.01, 3.0, 31.9, 40.0, 900.0])
def test_slow_and_fast_rates_have_their_closed_form(k: float) -> None:
    """gut -> central -> out at rates k and k / 3, to rounding also where exp(-k t) is nearly nothing."""
    graph = Graph(("gut", "central", "out"), (Flow("gut", "central", "ka"), Flow("central", "out", "ke")))
    held = {"ka": np.array([k, 0.5]), "ke": np.array([k / 3, 0.2])}
    at, mg = np.array([[0.013, 1.5, 2.97], [0.1, 1.1, 2.1]]), np.full((2, 3), 10.0)
    times = np.arange(0.0, 4.0, 0.5)
    task = Task(graph, {name: (name, 1.0) for name in graph.compartments}, [held])
    seen = run(task, Doses(at, mg, "gut"), times)
    for person, (ka, ke) in enumerate(zip(*held.values(), strict=True)):
        rate = np.array([[-ka, 0, 0], [ka, -ke, 0], [0, ke, 0]])
        for i, name in enumerate(graph.compartments):
            expected = [sum(10 * expm(rate * (t - a))[i, 0] for a in at[person] if a < t) for t in times]
            assert seen[name][person] == pytest.approx(np.array(expected), rel=1e-9, abs=1e-12), (name, person)


def test_long_after_the_last_dose_nothing_is_left() -> None:
    """Amounts too small to matter become none instead of lingering as the smallest of numbers."""
    people = parameters(2)
    seen = observe(people, Doses(np.array([[1.3], [2.6]]), np.full((2, 1), 20.0)), np.array([0.0, 6000.0]), ALL)
    assert not seen["mg gut1"][:, 1].any()
    assert sum(seen.values())[:, 1] == pytest.approx(20.0, rel=1e-9)
