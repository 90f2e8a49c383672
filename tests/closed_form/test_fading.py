"""Random modes and hours go in; what is read off them must be the sum of exponentials, in more digits and term by term."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from openbaclofen.compilers import prepare

LONG = np.longdouble
SLOW, FAST = 1e-3, 1e4


def written_out(rate: np.ndarray, k: float, since: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """exp(-rate t) and the integral of exp(-k (t - s)) exp(-rate s) over s, (modes, hours), in long doubles."""
    r, t, own = rate.astype(LONG)[:, None], since.astype(LONG), LONG(k)
    apart = np.abs(r - own)
    within = np.where(apart == 0, t, -np.expm1(-apart * t) / np.where(apart == 0, LONG(1), apart))
    return np.exp(-r * t), np.exp(-np.minimum(r, own) * t) * within


@settings(derandomize=True, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.01, 10), st.floats(0, 200), st.floats(0, 1e-3))
@example(0, 1.0, 0.0, 0.0)
@example(1, 1.0, 45.0, 0.0)
def test_levels_are_the_sum_of_their_exponentials(seed: int, k: float, first: float, close: float) -> None:
    prepare()
    from openbaclofen.body.fading import later, tell  # its compiler is set up first

    random = np.random.default_rng(seed)
    rate = np.sort(np.append(random.uniform(np.log(SLOW), np.log(FAST), 9), np.log(k) + close))
    rate = np.exp(rate)
    if close == 0:
        rate[np.argmin(np.abs(rate - k))] = k
    since = first + np.append(0.0, np.cumsum(random.uniform(0.01, 3, 11)))
    rest, above, read = random.uniform(0, 1, 10), random.uniform(-1, 1, 10), random.uniform(0, 1, (10, 5))
    at_first = random.uniform(0, 1, 2)
    found, state = np.empty((1, 5, 12)), np.empty((1, 10))
    tell(rate[None], rest[None], above[None], read[None], np.array([k]), at_first[None], since, found)
    later(rate[None], rest[None], above[None], since[0], state)
    fades, within = written_out(rate, k, since)
    assert np.allclose(state[0], (rest + above * fades[:, 0]).astype(float), rtol=1e-13, atol=1e-15)
    fluid = read[:, :3].T @ (rest[:, None] + above[:, None] * fades)
    assert np.allclose(found[0, :3], fluid.astype(float), rtol=1e-13, atol=1e-14)
    keeps = np.exp(-LONG(k) * since.astype(LONG))
    cord = (
        at_first[:, None] * keeps
        + (read[:, 3:].T @ rest)[:, None] * (1 - keeps)
        + k * read[:, 3:].T @ (above[:, None] * within)
    )
    assert np.allclose(found[0, 3:], cord.astype(float), rtol=1e-12, atol=1e-13)
