"""Candidate regimens go in; the summary of a settled day must be that of the same regimen simulated one by one."""

from __future__ import annotations

import numpy as np
import pytest
from tests.virtual import parameters

from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import UNITS, settled_days, simulate, steady_sites, steady_state
from openbaclofen.errors import InputError

AT = np.array([9.0, 14.2, 21.0, 0.0, 23.9])
MG = np.array([[10.0, 10.0, 10.0, 0.0, 0.0], [5.0, 0.0, 20.0, 2.5, 0.0], [0.0, 0.0, 0.0, 0.0, 30.0], [0.0] * 5])


@pytest.mark.parametrize("points", [24, 48, 31])
def test_a_settled_day_is_what_the_course_shows(points: int) -> None:
    people, close = parameters(6), 1e-5
    days = settled_days(people, AT, MG, points=points)
    hours = np.arange(points) * 24.0 / points
    for candidate, mg in enumerate(MG):
        doses = Doses(AT, mg)
        initial = steady_state(people, doses, 24.0)
        sites = steady_sites(people, doses, 24.0, initial)
        seen = simulate(people, doses, hours, initial_mg=initial, sites=sites).quantities()
        for name in UNITS:
            exact = {"rel": 1e-10, "abs": 1e-12} if name in ("plasma", "csf") else {"abs": close * max(1.0, seen[name].max())}
            for found, expected in (
                (days.mean, seen[name].mean(1)),
                (days.highest, seen[name].max(1)),
                (days.lowest, seen[name].min(1)),
            ):
                assert found[name][candidate] == pytest.approx(expected, **exact)


def test_average_plasma_is_dose_rate_over_clearance() -> None:
    people = parameters(4)
    body = people.body
    cleared = np.asarray(body.renal_clearance) + np.asarray(body.nonrenal_clearance) + np.asarray(body.milk_clearance)
    found = settled_days(people, AT, MG, points=480).mean["plasma"]
    expected = 1000 * np.outer(MG.sum(1) / 24, np.asarray(body.bioavailability) / cleared)
    assert found == pytest.approx(expected, rel=2e-3)


def test_candidates_must_fit_their_clock_times() -> None:
    with pytest.raises(InputError, match="one amount for each clock time"):
        settled_days(parameters(1), AT, MG[:, :3])
    with pytest.raises(InputError, match="between 0 and 24"):
        settled_days(parameters(1), AT + 1, MG)
