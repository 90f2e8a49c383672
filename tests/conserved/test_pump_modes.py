"""Programmes of every mode go in; no drug may appear or vanish, and neither grid nor step may count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.closed_form.test_pump_modes import MODES, WHERE
from tests.conserved.test_spine import spines
from tests.people_like import KB
from tests.virtual import bodies, parameters

from openbaclofen.body.spine import CISTERNAL, PLASMA, modes
from openbaclofen.body.spine_course import Cord, course
from openbaclofen.dose.programme import parse_programme
from openbaclofen.infer.pump_programme import delivery_of, settled_on
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


@pytest.mark.parametrize("said", EVERY)
def test_a_grid_twice_as_fine_changes_nothing_by_a_hundredth(said: str) -> None:
    gives, hours = parse_programme(said), np.concatenate([[0.5], np.arange(1.0, 49.0, 1.0)])
    given_ = delivery_of(gives, float(WHERE["tip"].low), hours[-1], 1 / 500)
    cord = Cord(np.full(10, 0.3), LIMBS)
    coarse, fine = (
        course(modes(spines(10, 1), bodies(10), cells), given_, hours, WHERE, NAMES, cord=cord) for cells in (64, 128)
    )
    since = hours[:, None] - given_.bolus_h
    running = ((since > 0) & (since <= given_.over_h + 0.1)).any(axis=1)
    for name, value in fine.items():
        close = np.abs(coarse[name] - value) / value.max(axis=1, keepdims=True)
        assert (close[:, ~running] < 0.01).all(), name
        assert (close < 0.02).all(), name  # within minutes of a bolus a cell is as long as the bolus has spread


@pytest.mark.parametrize("said", EVERY)
def test_neither_finer_cells_nor_finer_steps_move_an_outcome(said: str) -> None:
    gives, hours = parse_programme(said), np.arange(0.0, 49.0)
    least = {"withdrawal": KB.value("withdrawal.noticed"), **dict.fromkeys((f"modified_ashworth{at}" for at in AT), 1.0)}
    found = []
    for cells, step in ((64, 1.0), (128, 0.25)):
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
    fluid = modes(spines(70, 2), bodies(70))
    cord = Cord(np.linspace(0.2, 2.0, 70), (LEGS, ARMS))
    given_ = delivery_of(parse_programme(MODES[3]), 0.5, 48.0, 1 / 500)
    everyone = course(fluid, given_, HOURS, WHERE, NAMES, cord=cord)
    alone = course(fluid.part(slice(66, 67)), given_, HOURS, WHERE, NAMES, cord=cord._replace(rate=cord.rate[66:67]))
    for name, value in everyone.items():
        assert alone[name][0] == pytest.approx(value[66], rel=1e-12, abs=1e-12), name
