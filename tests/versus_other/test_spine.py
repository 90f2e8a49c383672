"""Random spinal fluids and programmes go in; a general ODE solver must find the same amounts everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from tests.conserved.test_spine import spines
from tests.virtual import bodies

from openbaclofen.body.oral import Body
from openbaclofen.body.spine import CISTERNAL, PLASMA, Place, Spine, modes
from openbaclofen.body.spine_course import course, profiles
from openbaclofen.body.spine_delivery import Delivery

CELLS, TIP = 32, 0.6
TIMES = np.array([0.1, 0.9, 2.0, 6.0, 7.5, 20.0, 30.0])


def slopes(amounts: np.ndarray, spine: Spine, body: Body, ug_per_h: float) -> np.ndarray:
    """The equations written out for one person, amounts in ug: cells from the top, cranial, central, peripheral, gone."""
    cell = spine.length / CELLS
    volume = spine.area * cell
    fluid, cranial = amounts[:CELLS] / volume, amounts[CELLS] / spine.cranial_volume
    plasma, tissue = amounts[CELLS + 1] / (1000 * body.central_volume), amounts[CELLS + 2] / (1000 * body.peripheral_volume)
    moved = spine.mixing * spine.area / cell * np.diff(fluid)  # upwards, from each cell to the one above
    way = 1 / spine.cranial_exchange + cell / 2 / (spine.mixing * spine.area)  # exchange, then half a cell of canal
    up = (fluid[0] - cranial) / way
    lost = spine.spinal_clearance / CELLS * (fluid - body.csf_ratio * plasma)
    lost_cranial = spine.cranial_clearance * (cranial - body.csf_ratio * plasma)
    exchanged = 1000 * body.distribution_clearance * (plasma - tissue)
    gone = 1000 * (body.renal_clearance + body.nonrenal_clearance + body.milk_clearance) * plasma
    cells = np.append(moved, 0.0) - np.append(0.0, moved) - lost
    cells[0] -= up
    cells[int(TIP * CELLS)] += ug_per_h
    return np.concatenate([cells, [up - lost_cranial, lost.sum() + lost_cranial - exchanged - gone, exchanged, gone]])


def by_solver(spine: Spine, body: Body, given: Delivery) -> np.ndarray:
    """Amounts at TIMES, (times, states)."""
    happens = np.unique(np.concatenate([[0.0], given.from_h, given.bolus_h, TIMES]))
    y, found = np.zeros(CELLS + 4), []
    for now, then in zip(happens, np.append(happens[1:], np.inf), strict=True):
        if now in TIMES:
            found.append(y)
        if not np.isfinite(then):
            break
        y = y.copy()
        y[int(TIP * CELLS)] += given.bolus_ug[given.bolus_h == now].sum()
        rate = float(given.ug_per_h[np.searchsorted(given.from_h, now, side="right") - 1])
        move = solve_ivp(
            lambda _, x, r=rate: slopes(x, spine, body, r), (now, then), y, method="DOP853", rtol=1e-10, atol=1e-11
        )
        y = move.y[:, -1]
    return np.array(found)


@pytest.mark.parametrize("seed", range(3))
def test_a_solver_finds_the_same(seed: int) -> None:
    fluid, blood = spines(1, seed)._replace(nearest=np.zeros(1)), bodies(1, seed)
    tip = (int(TIP * CELLS) + 0.5) / CELLS  # the middle of a cell
    given = Delivery(
        tip, np.array([0.0, 2.0, 7.0]), np.array([10.0, 0.0, 25.0]), np.array([0.0, 6.0]), np.array([50.0, 20.0]), np.zeros(2)
    )
    one, blood_of_one = (type(of)(*(float(a[0]) for a in of)) for of in (fluid, blood))
    expected = by_solver(one, blood_of_one, given)
    found = modes(fluid, blood, CELLS)
    where = {"whole": Place(0.0, 1.0)}
    seen = course(found, given, TIMES, where, ["whole", CISTERNAL, PLASMA], amounts=True)
    volume = one.length * one.area / CELLS
    chain = profiles(found, given, TIMES)[0]
    assert chain[:, :-1] == pytest.approx(1000 * expected[:, :CELLS] / volume, rel=1e-7, abs=1e-7)
    assert seen["whole"][0] == pytest.approx(1000 * expected[:, :CELLS].mean(axis=1) / volume, rel=1e-7)
    assert seen[CISTERNAL][0] == pytest.approx(1000 * expected[:, CELLS] / one.cranial_volume, rel=1e-7)
    assert seen[PLASMA][0] == pytest.approx(expected[:, CELLS + 1] / blood_of_one.central_volume, rel=1e-7)
    assert seen["ug eliminated"][0] == pytest.approx(expected[:, CELLS + 3], rel=1e-7)
