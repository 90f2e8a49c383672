"""A flex day, boluses that last and the cord beside the fluid go in; a general ODE solver must find the same."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from tests.conserved.test_spine import spines
from tests.versus_other.test_spine import CELLS, TIP, slopes
from tests.virtual import bodies

from openbaclofen.body.oral import Body
from openbaclofen.body.spine import CISTERNAL, PLASMA, Place, Spine, modes
from openbaclofen.body.spine_course import course, profiles
from openbaclofen.body.spine_runs import Cord
from openbaclofen.dose.programme import Programme, parse_programme
from openbaclofen.infer.pump_programme import delivery_of

PROGRAMMES = (
    "flex 6 ug/h from 06:00, 12 ug/h from 18:30, 1 ug/h from 23:00",
    "4 boluses a day of 40 ug over 12 min from 03:00 plus 1.5 ug/h",
    "60 ug once over 5 min at 02:00",
)
HOURS = np.array([1.0, 3.1, 5.0, 9.0, 18.4, 18.6, 24.0, 29.5])
WHOLE, RATE = {"whole": Place(0.0, 1.0)}, 0.7


def rate_at(gives: Programme, hour: float) -> float:
    """ug/h that go in just after an hour, from the record of the programme alone."""
    if not gives.repeats and hour >= 24.0:
        return 0.0
    clock = hour % 24.0
    steady = [rate.ug_per_h for rate in gives.rates if rate.hour <= clock + 1e-9]
    background = steady[-1] if steady else (gives.rates[-1].ug_per_h if gives.rates else 0.0)
    return background + sum(b.ug / b.lasts_h for b in gives.boluses if b.hour - 1e-9 <= clock < b.hour + b.lasts_h - 1e-9)


def by_solver(spine: Spine, body: Body, gives: Programme) -> np.ndarray:
    """Amounts and the cord at HOURS, (hours, states + 1), by DOP853 from one change of rate to the next."""
    changes = [rate.hour for rate in gives.rates]
    changes += [hour for b in gives.boluses for hour in (b.hour, b.hour + b.lasts_h)]
    happens = np.unique(np.concatenate([[0.0], HOURS, *(np.array(changes) + 24.0 * day for day in range(2))]))
    happens = happens[happens <= HOURS[-1]]
    y, found = np.zeros(CELLS + 5), []
    volume = spine.length * spine.area / CELLS

    def move(_: float, x: np.ndarray, ug_per_h: float) -> np.ndarray:
        return np.append(slopes(x[:-1], spine, body, ug_per_h), RATE * (1000 * x[:CELLS].mean() / volume - x[-1]))

    for now, then in zip(happens, np.append(happens[1:], np.inf), strict=True):
        if now in HOURS:
            found.append(y)
        if np.isfinite(then):
            y = solve_ivp(move, (now, then), y, "DOP853", args=(rate_at(gives, now),), rtol=1e-10, atol=1e-11).y[:, -1]
    return np.array(found)


@pytest.mark.parametrize("said", PROGRAMMES)
def test_a_solver_finds_the_same(said: str) -> None:
    fluid, blood, gives = spines(1, 2)._replace(nearest=np.zeros(1)), bodies(1, 2), parse_programme(said)
    tip = (int(TIP * CELLS) + 0.5) / CELLS
    one, blood_of_one = (type(of)(*(float(a[0]) for a in of)) for of in (fluid, blood))
    expected = by_solver(one, blood_of_one, gives)
    given, found = delivery_of(gives, tip, HOURS[-1]), modes(fluid, blood, CELLS)
    cord = Cord(np.full(1, RATE), ("whole",))
    seen = course(found, given, HOURS, WHOLE, ["whole", CISTERNAL, PLASMA], amounts=True, cord=cord)
    volume = one.length * one.area / CELLS
    assert profiles(found, given, HOURS)[0, :, :-1] == pytest.approx(1000 * expected[:, :CELLS] / volume, rel=1e-7, abs=1e-7)
    assert seen[CISTERNAL][0] == pytest.approx(1000 * expected[:, CELLS] / one.cranial_volume, rel=1e-7, abs=1e-9)
    assert seen[PLASMA][0] == pytest.approx(expected[:, CELLS + 1] / blood_of_one.central_volume, rel=1e-7, abs=1e-9)
    assert seen["ug eliminated"][0] == pytest.approx(expected[:, CELLS + 3], rel=1e-7, abs=1e-9)
    assert seen["cord whole"][0] == pytest.approx(expected[:, CELLS + 4], rel=1e-7, abs=1e-7)
