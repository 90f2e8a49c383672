"""People with pumps go in; seconds for 42 days by the hour along their cords, and the same by general solvers, come out.

Run: python benchmarks/spine.py [people]. Peers: scipy's BDF with the Jacobian, rtol 1e-6, and its matrix exponential from hour
to hour, for a few of the same people and the same equations. A point is one level at one hour of one person; levels are those
beside legs, trunk and arms, lumbar, cisternal and plasma. The last column is the largest difference to the peer.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from scipy.integrate import solve_ivp
from scipy.linalg import expm
from threadpoolctl import threadpool_limits

from openbaclofen.body.spine import CELLS, CISTERNAL, PLASMA, Modes, Place, modes
from openbaclofen.body.spine_course import course
from openbaclofen.body.spine_delivery import Delivery, repeated
from openbaclofen.body.spine_runs import Cord
from openbaclofen.compilers import prepare
from openbaclofen.units import HOURS_PER_DAY

sys.path.append(str(Path(__file__).parents[1]))
DAYS, TIP, FEW, SHAPE = 42, 0.6, 2, (CELLS + 3, CELLS + 3)
HOURS = np.arange(DAYS * HOURS_PER_DAY)
NAMES = ("legs", "trunk", "arms", "lumbar", CISTERNAL, PLASMA)
BOLUSES = np.arange(1.0, HOURS_PER_DAY, HOURS_PER_DAY / 4)
PROGRAMMES = {
    "continuous": Delivery(TIP, np.zeros(1), np.full(1, 10.0)),
    "flex": repeated(Delivery(TIP, np.array([6.0, 18.0]), np.array([8.0, 12.0])), HOURS_PER_DAY, DAYS),
    "4 boluses a day": repeated(
        Delivery(TIP, bolus_h=BOLUSES, bolus_ug=np.full(4, 50.0), bolus_ml=np.full(4, 0.1)), HOURS_PER_DAY, DAYS
    ),
}


def rates(of: Modes, person: int) -> np.ndarray:
    """dx/dt = A x of amounts."""
    root, vector = of.root[person], of.vector[person]
    return root[:, None] * (vector * -of.rate[person]) @ vector.T / root


def entering(of: Modes, person: int, amplitudes: np.ndarray) -> np.ndarray:
    """Amplitudes as amounts."""
    return of.root[person] * (of.vector[person] @ amplitudes[person])


def by_steps(
    of: Modes, given: Delivery, person: int, step: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
) -> np.ndarray:
    """Amounts at HOURS, (states, hours); every change is on the hour."""
    flow = entering(of, person, of.enters(Place(TIP, TIP)))
    bolus = entering(of, person, of.injected(TIP, float(given.bolus_ml[0]))) if len(given.bolus_h) else 0 * flow
    matrix, x, found = rates(of, person), np.zeros_like(flow), []
    for hour in HOURS:
        found.append(x)
        x = x + bolus * given.bolus_ug[given.bolus_h == hour].sum()
        k = np.searchsorted(given.from_h, hour, side="right") - 1
        x = step(matrix, x, flow * given.ug_per_h[k] if k >= 0 else 0 * flow)
    return np.array(found).T


def bdf(matrix: np.ndarray, x: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """An hour by a stiff solver."""
    return solve_ivp(lambda _, y: matrix @ y + flow, (0.0, 1.0), x, "BDF", jac=matrix, rtol=1e-6, atol=1e-9).y[:, -1]


def exponential() -> Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]:
    """An hour by the matrix exponential, found once, as is what each flow settles at."""
    power = cache(lambda matrix: expm(np.frombuffer(matrix).reshape(SHAPE)))
    rest = cache(lambda matrix, flow: np.linalg.solve(np.frombuffer(matrix).reshape(SHAPE), -np.frombuffer(flow)))

    def step(matrix: np.ndarray, x: np.ndarray, flow: np.ndarray) -> np.ndarray:
        settled = rest(matrix.tobytes(), flow.tobytes())
        return settled + power(matrix.tobytes()) @ (x - settled)

    return step


def clocked(of: Callable[[], object]) -> float:
    """Seconds."""
    start = time.perf_counter()
    of()
    return time.perf_counter() - start


def main() -> None:
    """Print a row for each programme."""
    prepare()
    threadpool_limits(1, "blas")
    from tests.closed_form.test_pump import WHERE
    from tests.conserved.test_spine import spines
    from tests.virtual import bodies

    people = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    few = modes(spines(FEW, 1), bodies(FEW, 1))
    course(few, PROGRAMMES["flex"], HOURS, WHERE, NAMES, cord=Cord(np.ones(FEW), NAMES[:1]))  # compiles
    fluid, blood = spines(people, 1), bodies(people, 1)
    everyone = modes(fluid, blood)
    print(f"modes of {people} people: {clocked(lambda: modes(fluid, blood)):.2f} s")
    head = ("s", "points/s", "3 cords", "BDF", "expm", "differ")
    print(f"{'programme, 42 days by the hour':31s} " + " ".join(f"{name:>9s}" for name in head))
    cord, points = Cord(np.ones(people), NAMES[:3]), len(NAMES) * len(HOURS)
    for name, given in PROGRAMMES.items():
        took = clocked(lambda given=given: course(everyone, given, HOURS, WHERE, NAMES))
        corded = clocked(lambda given=given: course(everyone, given, HOURS, WHERE, NAMES, cord=cord))
        told = course(few, given, HOURS, WHERE, NAMES)
        reads = few.reads(WHERE, NAMES)[0] @ few.vector[0].T / few.root[0]
        ratios, differ = [], 0.0
        for step in (bdf, exponential()):
            start = time.perf_counter()
            found = reads @ by_steps(few, given, 0, step)
            ratios.append((time.perf_counter() - start) * people / took)
            if step is not bdf:
                differ = max(np.abs(found[i] - told[at][0]).max() / told[at][0].max() for i, at in enumerate(NAMES))
        print(
            f"{name:31s} {took:9.2f} {people * points / took:9.2e} {corded:9.2f} "
            f"{ratios[0]:8.0f}x {ratios[1]:8.0f}x {differ:9.0e}"
        )


if __name__ == "__main__":
    main()
