"""Random people and random doses go in; no drug may appear, vanish or turn negative anywhere in the body."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.virtual import bodies, parameters

from openbaclofen.body.oral import BODY
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Observe, observe

PEOPLE = 4
ALL = Observe((), BODY.compartments)
HOURS = st.floats(0, 100, allow_nan=False)
DOSE = st.tuples(HOURS, st.floats(0, 600, allow_nan=False))


def given_by(doses: list[tuple[float, float]], times: np.ndarray) -> np.ndarray:
    """Milligrams given before each time."""
    at, mg = np.array([d[0] for d in doses]), np.array([d[1] for d in doses])
    return (mg[None] * (at[None] < times[:, None])).sum(1)


@settings(deadline=None, max_examples=25, derandomize=True)
@given(
    doses=st.lists(DOSE, min_size=6, max_size=6),
    even=st.booleans(),
    sessions=st.just([]) | st.lists(HOURS, min_size=3, max_size=3, unique=True),
    seed=st.integers(0, 9),
)
def test_what_was_given_is_somewhere(doses: list[tuple[float, float]], even: bool, sessions: list[float], seed: int) -> None:
    people = parameters(PEOPLE, seed)
    times = np.arange(0.0, 120.0) if even else np.array([0.0, 0.7, 13.1, 40.0, 99.99, 119.0])
    dialysed = people.body._replace(dialysis_clearance=np.full(PEOPLE, 8.0))
    later = [(hour, dialysed if i % 2 == 0 else people.body) for i, hour in enumerate(sorted(sessions))]
    drug = Doses(np.array([d[0] for d in doses]), np.array([d[1] for d in doses]))
    seen = observe(people, drug, times, ALL, later=later)
    assert all((amount >= 0).all() for amount in seen.values())
    total, expected = sum(seen.values()), given_by(doses, times - 1e-9)
    assert total == pytest.approx(np.broadcast_to(expected, total.shape), rel=1e-9, abs=1e-9)


def test_dialysate_and_milk_fill_only_where_they_may() -> None:
    people = parameters(PEOPLE)
    none = people._replace(body=people.body._replace(milk_clearance=np.zeros(PEOPLE)))
    times, drug = np.arange(0.0, 60.0), Doses(np.array([0.0]), np.array([20.0]))
    seen = observe(none, drug, times, ALL)
    assert not seen["mg milk"].any()
    assert not seen["mg dialysate"].any()
    session = none.body._replace(dialysis_clearance=np.full(PEOPLE, 8.0))
    dialysed = observe(none, drug, times, ALL, later=[(10.0, session), (14.0, none.body)])
    assert not dialysed["mg dialysate"][:, :11].any()
    assert (np.diff(dialysed["mg dialysate"], axis=1)[:, 10:14] > 0).all()
    assert np.ptp(dialysed["mg dialysate"][:, 14:], axis=1) == pytest.approx(0.0, abs=1e-10)


def test_plasma_rebounds_after_a_session() -> None:
    people = parameters(PEOPLE)
    times, session = np.arange(0.0, 12.0, 0.05), people.body._replace(dialysis_clearance=np.full(PEOPLE, 16.0))
    drug = Doses(np.array([0.0]), np.array([20.0]))
    seen = observe(people, drug, times, Observe(("plasma",)), later=[(5.0, session), (9.0, people.body)])["plasma"]
    end = int(np.searchsorted(times, 9.0))
    assert (seen[:, end : end + 40].max(axis=1) > seen[:, end]).all()


def test_the_graph_sums_to_nothing_and_a_part_keeps_its_numbers() -> None:
    from openbaclofen.body.oral import rates

    whole = np.asarray(BODY.matrix(rates(bodies(3))))
    assert whole.sum(axis=0) == pytest.approx(np.zeros(whole.shape[1:]), abs=1e-14)
    part = BODY.part(("central",))
    assert part.compartments == ("gut1", "gut2", "gut3", "central", "peripheral", "csf")
    kept = np.asarray(part.matrix(rates(bodies(3))))
    assert kept == pytest.approx(whole[:6, :6])
    covered = np.zeros((6, 6), dtype=bool)
    for start, end in part.stairs:
        covered[start:end, :end] = True
    assert covered[part.dependence].all()
