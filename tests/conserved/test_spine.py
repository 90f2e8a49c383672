"""Random spinal fluids, pumps and boluses go in; no drug may appear or vanish, and the grid may not matter."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.virtual import bodies

from openbaclofen.body.spine import CELLS, CISTERNAL, PLASMA, Place, Spine, modes
from openbaclofen.body.spine_course import carried, course, reached, settled
from openbaclofen.body.spine_delivery import Delivery
from openbaclofen.body.spine_runs import WIDTH

PEOPLE = 3
PLACES = {"lumbar": Place(0.83, 0.83), "legs": Place(0.55, 0.7), "arms": Place(0.09, 0.2)}
NAMES = (*PLACES, CISTERNAL, PLASMA)
HOURS = st.floats(0, 90, allow_nan=False)
TIMES = np.array([0.0, 0.3, 1.0, 5.0, 11.5, 24.0, 60.0, 100.0])


def spines(people: int, seed: int) -> Spine:
    random = np.random.default_rng(seed)

    def about(value: float, sd: float) -> np.ndarray:
        return value * np.exp(sd * random.standard_normal(people))

    return Spine(
        about(62, 0.1),
        about(1.4, 0.2),
        about(80, 0.3),
        about(250, 0.8),
        about(60, 1.0),
        about(22, 0.6),
        about(25, 0.6),
        about(10, 0.5),
        np.full(people, 2.0),
    )


def made(rates: list[tuple[float, float]], boluses: list[tuple[float, float]], tip: float) -> Delivery:
    rates, boluses = (sorted({round(h, 3): v for h, v in of}.items()) for of in (rates, boluses))
    columns = [np.array([pair[i] for pair in of]) for of in (rates, boluses) for i in (0, 1)]
    return Delivery(tip, *columns, np.full(len(boluses), 0.5))


GIVEN = st.builds(
    made,
    st.lists(st.tuples(HOURS, st.floats(0, 100)), max_size=4),
    st.lists(st.tuples(HOURS, st.floats(0, 200)), max_size=4),
    st.floats(0, 1),
)


@settings(deadline=None, max_examples=30, derandomize=True)
@given(given_=GIVEN, seed=st.integers(0, 9))
def test_what_was_given_is_somewhere(given_: Delivery, seed: int) -> None:
    found = modes(spines(PEOPLE, seed), bodies(PEOPLE, seed))
    seen = course(found, given_, TIMES, PLACES, NAMES, amounts=True)
    held = sum(value for name, value in seen.items() if name.startswith("ug "))
    infused = given_.infused(TIMES)
    assert all((value >= 0).all() for value in seen.values())
    assert held == pytest.approx(np.broadcast_to(infused, held.shape), rel=1e-10, abs=1e-9)


@settings(deadline=None, max_examples=15, derandomize=True)
@given(first=GIVEN, second=GIVEN, seed=st.integers(0, 9))
def test_levels_add_and_grow_with_the_dose(first: Delivery, second: Delivery, seed: int) -> None:
    found, tip = modes(spines(PEOPLE, seed), bodies(PEOPLE, seed)), first.tip
    hours = np.union1d(first.from_h, second.from_h)

    def rate(of: Delivery) -> np.ndarray:
        at = np.searchsorted(of.from_h, hours, side="right") - 1
        return np.where(at >= 0, np.append(of.ug_per_h, 0.0)[at], 0.0)

    def infusion(ug: np.ndarray) -> dict[str, np.ndarray]:
        return course(found, Delivery(tip, hours, ug), TIMES, PLACES, NAMES)

    each, both = [infusion(rate(of)) for of in (first, second)], infusion(rate(first) + 2 * rate(second))
    for name in NAMES:
        assert both[name] == pytest.approx(each[0][name] + 2 * each[1][name], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("tip", [0.12, 0.55, 0.85])
def test_a_grid_twice_as_fine_changes_nothing_that_counts(tip: float) -> None:
    fluid, blood = spines(20, 1), bodies(20)
    day = Delivery(tip, np.array([0.0]), np.array([10.0]), np.array([0.0]), np.array([50.0]), np.array([1.0]))
    coarse, fine = (modes(fluid, blood, cells) for cells in (CELLS, 2 * CELLS))
    places = PLACES | {"tip": Place(tip, tip)}
    names, times = (*places, CISTERNAL, PLASMA), np.array([1e-4, 0.001, 0.01, 0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 24.0, 48.0])
    first, second = (course(each, day, times, places, names) for each in (coarse, fine))
    for name in names:
        highest = second[name].max(axis=1, keepdims=True)
        assert (np.abs(first[name] - second[name]) < 0.01 * highest).all(), name


def test_people_do_not_depend_on_each_other() -> None:
    people = WIDTH + 6  # some of them beyond those that are followed at a time
    fluid, blood = spines(people, 2), bodies(people)
    day = Delivery(np.linspace(0.2, 0.8, people), np.array([0.0, 9.0]), np.outer(np.linspace(1, 9, people), [1.0, 2.0]))
    everyone = course(modes(fluid, blood), day, TIMES, PLACES, NAMES)
    some = [5, WIDTH, WIDTH + 5]
    own = Delivery(day.tip[some], day.from_h, day.ug_per_h[some])
    few = course(modes(Spine(*(a[some] for a in fluid)), type(blood)(*(a[some] for a in blood))), own, TIMES, PLACES, NAMES)
    for name in NAMES:
        assert few[name] == pytest.approx(everyone[name][some], rel=1e-12, abs=1e-12)


def test_a_tip_lower_down_gives_less_to_the_arms_and_the_head() -> None:
    found = modes(spines(20, 3), bodies(20))
    levels = [found.reads(PLACES, ["arms", CISTERNAL]) @ settled(found, tip, 10.0)[:, :, None] for tip in (0.2, 0.5, 0.8)]
    assert all((above > below).all() for above, below in pairwise(levels))


def test_a_change_of_kidneys_moves_no_drug() -> None:
    """At an hour clearance doubles: amounts stay, then fall faster; without a change the course is the undivided one."""
    fluid, blood = spines(PEOPLE, 4), bodies(PEOPLE)
    before = modes(fluid, blood)
    after = modes(fluid, blood._replace(renal_clearance=2 * blood.renal_clearance))
    pump = Delivery(0.55, np.array([0.0, 10.0]), np.array([8.0, 20.0]), np.array([3.0]), np.array([40.0]), np.array([1.0]))
    half, later = reached(before, pump, 0.0, 20.0), np.array([20.0, 26.0, 50.0])
    on = Delivery(0.55, np.array([20.0]), np.array([20.0]))
    whole = course(before, pump, later, PLACES, NAMES)
    for physiology, alike in ((before, True), (after, False)):
        start = carried(before, physiology, half)
        seen = course(physiology, on, later, PLACES, NAMES, start=start)
        for name in NAMES:
            assert seen[name][:, 0] == pytest.approx(whole[name][:, 0], rel=1e-9)
            assert (seen[name] == pytest.approx(whole[name], rel=1e-9)) is alike
    assert (seen[PLASMA][:, 1:] < whole[PLASMA][:, 1:]).all()
