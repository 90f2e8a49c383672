"""Output times, a first dose and changes of physiology go in; the times at which adaptation is followed must hold them all."""

from __future__ import annotations

import numpy as np
import pytest

from openbaclofen.errors import InputError
from openbaclofen.response_course import grid


@pytest.mark.parametrize(
    "times", [np.arange(0.0, 50.0), np.arange(3.0, 9.0, 0.125), np.array([5.0, 5.5, 40.0, 41.3]), np.array([7.0])]
)
@pytest.mark.parametrize("first", [np.inf, 2.2, -30.0])
def test_it_holds_every_time_reaches_back_and_is_fine_enough(times: np.ndarray, first: float) -> None:
    changes = [-np.inf, times[0] + 0.3, times[-1] - 1e-12, times[-1] + 4]
    found, place = grid(times, first, changes, 1.0)
    assert found[place >= 0] == pytest.approx(times, abs=1e-9)
    assert place[place >= 0].tolist() == list(range(len(times)))
    assert found[0] <= min(first, times[0])
    assert found[-1] == times[-1]
    assert (np.diff(found) > 0).all()
    assert np.diff(found).max(initial=0) <= 1 + 1e-9
    assert (times[0] + 0.3 in found) == (len(times) > 1)


def test_times_must_rise() -> None:
    for wrong in ([], [1.0, 1.0], [2.0, 1.0], [0.0, np.nan], [[0.0, 1.0]]):
        with pytest.raises(InputError, match="rising"):
            grid(np.array(wrong), 0.0, [], 1.0)
