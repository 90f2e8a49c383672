"""A few people, 42 days of doses and a tight solver go in; the largest difference of every quantity of a course comes out.

Run: python benchmarks/accuracy.py. The solver is DOP853 of scipy, rtol 1e-12, with the equations written out by the tests. Two
norms: relative to the person's largest value over the course (of the withdrawal index to a gain of 1), and pointwise where a
value is above a thousandth of that.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from engine import AT, HOURS, MG, virtual
from scipy.integrate import solve_ivp

from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import UNITS, Parameters, simulate

PEOPLE = 2
KINDS = {"common": (1, 0.0), "own hours": (1, 2.0), "any time": (len(AT), 2.0)}


def expected(who: Parameters, at: np.ndarray) -> Iterator[dict[str, np.ndarray]]:
    """Every quantity of each person at HOURS; one at the time of a dose is the one before it."""
    sys.path.append(str(Path(__file__).parents[1]))
    from tests.versus_other.test_cascade_solver import one, quantities, slopes

    for person in range(PEOPLE):
        of = one(who, person)
        y, found = np.array([0.0] * 6 + [1.0, 1.0, 0.0, 0.0]), np.zeros((10, len(HOURS)))
        found[6:8] = 1.0
        edges = np.concatenate([HOURS[:1], at[person], HOURS[-1:]])
        for start, end, dose in zip(edges[:-1], edges[1:], np.append(0.0, np.full(len(AT), MG)), strict=True):
            y[0] += dose
            inside = (start < HOURS) & (end >= HOURS)
            seen = np.union1d(HOURS[inside], end)
            moved = solve_ivp(partial(slopes, *of), (start, end), y, "DOP853", seen, rtol=1e-12, atol=1e-14)
            found[:, inside], y = moved.y[:, : inside.sum()], moved.y[:, -1].copy()
        yield quantities(*of, found)


def main() -> None:
    """Print a row for each quantity, two columns for each regimen."""
    who, random = virtual(PEOPLE), np.random.default_rng(0)
    table: dict[str, list[float]] = {name: [] for name in UNITS}
    for number, most in KINDS.values():
        at = np.sort(AT + random.uniform(-most, most, (PEOPLE, number)), axis=1)
        mg = np.full(at.shape, MG)
        found = simulate(who, Doses(at, mg) if most else Doses(at[0], mg[0]), HOURS).quantities()
        right = list(expected(who, at))
        for name, row in table.items():
            pairs = [(found[name][person], right[person][name]) for person in range(PEOPLE)]
            scale = [1.0 if name == "withdrawal" else np.abs(b).max() for _, b in pairs]
            row.append(max(np.abs(a - b).max() / s for (a, b), s in zip(pairs, scale, strict=True)))
            row.append(
                max(np.abs(a / b - 1)[np.abs(b) > s / 1000].max(initial=0.0) for (a, b), s in zip(pairs, scale, strict=True))
            )
    print(f"{'differences to DOP853, rtol 1e-12':34s} " + " ".join(f"{name:>19s}" for name in KINDS))
    print(f"{'':34s} " + " ".join(f"{'of largest':>10s} {'point':>8s}" for _ in KINDS))
    for name, off in table.items():
        print(f"{name:34s} " + " ".join(f"{value:{10 if i % 2 == 0 else 8}.1e}" for i, value in enumerate(off)))


if __name__ == "__main__":
    main()
