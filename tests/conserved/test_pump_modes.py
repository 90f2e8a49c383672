"""Programmes of every mode go in; no drug may appear or vanish, and neither grid nor step may count."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.closed_form.test_pump_modes import MODES, WHERE
from tests.conserved.test_spine import spines
from tests.people_like import KB
from tests.virtual import bodies, parameters, some_of

from openbaclofen.body.spine import CELLS, CISTERNAL, PLASMA, Modes, modes
from openbaclofen.body.spine_course import course
from openbaclofen.body.spine_delivery import Delivery
from openbaclofen.body.spine_runs import WIDTH, Cord
from openbaclofen.dose.programme import parse_programme
from openbaclofen.infer.pump_programme import delivery_of, settled_on
from openbaclofen.infer.spine_typical import places, spine_typical
from openbaclofen.pump import ARMS, LEGS, LIMBS, Given, Pumped, simulate_pump

AT = ("", *(f"_{limb}" for limb in LIMBS))
NAMES = ("legs", "trunk", "arms", "lumbar", CISTERNAL, PLASMA)
EVERY = (*MODES, "50 ug once", "100 ug once over 7 min at 08:20")
HOURS = np.unique(np.concatenate([np.arange(0.0, 49.0, 0.5), [1 / 60, 1.2, 7.51, 8.4, 18.5, 23.99]]))


def pumped(number: int, cells: int, seed: int = 1) -> Pumped:
    found = modes(spines(number, seed), bodies(number, seed), cells)
    return Pumped(parameters(number), found, np.full(number, 0.2), np.full(number, 0.3))


@pytest.mark.parametrize("said", EVERY)
@pytest.mark.parametrize("ml_per_ug", [0.0, 1 / 50])
def test_what_was_given_is_somewhere_at_every_output(said: str, ml_per_ug: float) -> None:
    given_ = delivery_of(parse_programme(said), 0.55, HOURS[-1], ml_per_ug)
    seen = course(modes(spines(5, 3), bodies(5, 3)), given_, HOURS, WHERE, NAMES, amounts=True)
    held = sum(value for name, value in seen.items() if name.startswith("ug "))
    assert held == pytest.approx(np.broadcast_to(given_.infused(HOURS), held.shape), rel=1e-9, abs=1e-9)
    assert all((value >= 0).all() for value in seen.values())


@settings(deadline=None, max_examples=25, derandomize=True)
@given(
    count=st.integers(1, 12), ug=st.floats(1, 200), share=st.floats(0, 0.99), first=st.integers(0, 1439), rest=st.floats(0, 100)
)
def test_random_trains_give_their_daily_dose_and_lose_nothing(
    count: int, ug: float, share: float, first: int, rest: float
) -> None:
    over = share * 24 / count * 60
    said = f"{count} boluses a day of {ug:.6f} ug over {over:.6f} min from {first // 60}:{first % 60:02d} plus {rest:.6f} ug/d"
    gives = parse_programme(said)
    given_, hours = delivery_of(gives, 0.4, 48.0, 0.002), np.array([3.3, 24.0, 37.7, 48.0])
    seen = course(modes(spines(2, 5), bodies(2, 5)), given_, hours, WHERE, NAMES, amounts=True)
    held = sum(value for name, value in seen.items() if name.startswith("ug "))
    assert held == pytest.approx(np.broadcast_to(given_.infused(hours), held.shape), rel=1e-9, abs=1e-9)
    assert held[:, 1] == pytest.approx(gives.ug_per_day, rel=1e-9)
    assert held[:, 3] == pytest.approx(2 * gives.ug_per_day, rel=1e-9)


def moments(given_: Delivery) -> np.ndarray:
    """Hours of two days, and for each bolus the middle, the end, and seconds and minutes after it."""
    ends = given_.bolus_h + given_.over_h
    after = (ends + late for late in (-given_.over_h / 2, 0, 1 / 1000, 1 / 100, 1 / 10))
    hours = np.concatenate([[0.5], np.arange(1.0, 49.0), *after])
    return np.unique(np.round(hours[(hours > 0) & (hours < 48.5)], 6))


@pytest.mark.parametrize("said", EVERY)
@pytest.mark.parametrize(
    ("tip", "ml_per_ug"), [("T10", 0.0), ("T10", 1 / 500), ("T10", 1 / 50), ("C5", 1 / 50), ("L3", 1 / 500)]
)
def test_a_grid_twice_as_fine_changes_no_level_by_a_hundredth(said: str, tip: str, ml_per_ug: float) -> None:
    """At any moment, also while a bolus runs and seconds after it, and wherever the catheter ends."""
    where = places(KB, tip=tip)
    given_ = delivery_of(parse_programme(said), float(np.asarray(where["tip"].low)), 48.0, ml_per_ug)
    cord = Cord(np.full(10, 0.3), LIMBS)
    coarse, fine = (course(on, given_, moments(given_), where, (*NAMES, "tip"), cord=cord) for on in grids())
    for name, value in fine.items():
        assert (np.abs(coarse[name] - value) < 0.01 * value.max(axis=1, keepdims=True)).all(), name


@pytest.mark.parametrize(("age", "height"), [(5, 105), (46, 170), (30, 200)])
@pytest.mark.parametrize("tip", ["T10", "L3"])
def test_nor_does_it_change_levels_of_people_of_the_knowledge_base(age: float, height: float, tip: str) -> None:
    """Where it counts most: at once, without volume, beside the tip and where fluid is drawn; people and what is not known."""
    like, where = spine_typical(KB, age, height), places(KB, tip=tip)
    given_ = delivery_of(parse_programme("50 ug once"), float(np.asarray(where["tip"].low)), 24.0)
    for fluid in (like.people(20, 1), like.draws(20, 2)):
        coarse, fine = (
            course(modes(fluid, bodies(20), cells), given_, moments(given_), where, ("legs", "lumbar", "tip"))
            for cells in (CELLS, 2 * CELLS)
        )
        for name, value in fine.items():
            assert (np.abs(coarse[name] - value) < 0.01 * value.max(axis=1, keepdims=True)).all(), name


@cache
def grids() -> tuple[Modes, Modes]:
    """Ten people of a made-up kind on the grid that is used, and on one that is twice as fine."""
    return modes(spines(10, 1), bodies(10)), modes(spines(10, 1), bodies(10), 2 * CELLS)


@pytest.mark.parametrize("said", EVERY)
def test_neither_finer_cells_nor_finer_steps_move_an_outcome(said: str) -> None:
    gives, hours = parse_programme(said), np.arange(0.0, 49.0)
    least = {"withdrawal": KB.value("withdrawal.noticed"), **dict.fromkeys((f"modified_ashworth{at}" for at in AT), 1.0)}
    found = []
    for cells, step in ((CELLS, 1.0), (2 * CELLS, 0.25)):
        who, times = pumped(6, cells), np.arange(0.0, 48.0 + step / 2, step)
        before = settled_on(who, gives, WHERE, 1 / 500) if gives.repeats else None
        begun = (before.amplitudes, before.sites, None, before.cord) if before else ()
        given_ = Given(delivery_of(gives, float(WHERE["tip"].low), 48.0, 1 / 500), *begun)
        seen, _ = simulate_pump(who, given_, times, WHERE, LIMBS)
        found.append({name: value[:, np.isin(times, hours)] for name, value in seen.outcomes.items()})
    for name, fine in found[1].items():
        size = max(np.abs(fine).max(), least.get(name, 0.0))
        assert np.abs(found[0][name] - fine).max() < 0.01 * size, name


def test_nobody_depends_on_the_others_in_any_mode() -> None:
    fluid = modes(spines(WIDTH + 6, 2), bodies(WIDTH + 6))
    cord = Cord(np.linspace(0.2, 2.0, WIDTH + 6), (LEGS, ARMS))
    given_ = delivery_of(parse_programme(MODES[3]), 0.5, 48.0, 1 / 500)
    everyone = course(fluid, given_, HOURS, WHERE, NAMES, cord=cord)
    alone = course(
        some_of(fluid, slice(WIDTH + 2, WIDTH + 3)),
        given_,
        HOURS,
        WHERE,
        NAMES,
        cord=cord._replace(rate=cord.rate[WIDTH + 2 : WIDTH + 3]),
    )
    for name, value in everyone.items():
        assert alone[name][0] == pytest.approx(value[WIDTH + 2], rel=1e-12, abs=1e-12), name
