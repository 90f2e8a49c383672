"""A few people and three kinds of regimen go in; how far plasma and spinal fluid are from a tight general solver comes out.

The reference is DOP853 at rtol 1e-12, from dose to dose, on the equations written out. A difference is the largest over
people and hours, relative to the value, above a thousandth of the peak.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from engine import AT, HOURS, MG, virtual
from scipy.integrate import solve_ivp

from openbaclofen.body.oral import NG_PER_ML, Body
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import simulate

PEOPLE = 3


def slopes(body: Body, person: int, _t: float, y: np.ndarray) -> list[float]:
    """dx/dt of two transit steps, absorption, two compartments and spinal fluid."""
    b = Body(*(np.asarray(value)[person] for value in body))
    gut1, gut2, gut3, central, peripheral, csf = y
    plasma, tissue = central / b.central_volume, peripheral / b.peripheral_volume
    into_csf = b.csf_rate * (b.csf_volume * b.csf_ratio * plasma - csf)
    exchange = b.distribution_clearance * (plasma - tissue)
    lost = (b.renal_clearance + b.nonrenal_clearance + b.milk_clearance + b.dialysis_clearance) * plasma
    return [
        -b.transit_rate * gut1,
        b.transit_rate * (gut1 - gut2),
        b.transit_rate * gut2 - b.absorption_rate * gut3,
        b.bioavailability * b.absorption_rate * gut3 - lost - exchange - into_csf,
        exchange,
        into_csf,
    ]


def solved(body: Body, person: int, at: np.ndarray, mg: np.ndarray) -> np.ndarray:
    """Amounts at HOURS, (6, hours); one at the time of a dose is the one before it."""
    edges = np.concatenate([[HOURS[0]], at, [HOURS[-1]]])
    y, found = np.zeros(6), np.zeros((6, len(HOURS)))
    for start, end, dose in zip(edges[:-1], edges[1:], np.append(0.0, mg), strict=True):
        y[0] += dose
        inside = (start < HOURS) & (end >= HOURS)
        moved = solve_ivp(
            partial(slopes, body, person), (start, end), y, "DOP853", np.union1d(HOURS[inside], end), rtol=1e-12, atol=1e-14
        )
        found[:, inside], y = moved.y[:, : inside.sum()], moved.y[:, -1].copy()
    return found


def main() -> None:
    """Print a row for each quantity, a column for each regimen."""
    who, random = virtual(PEOPLE), np.random.default_rng(0)
    shifts = {"common": (1, 0.0), "own hours": (1, 2.0), "any time": (len(AT), 2.0)}
    table: dict[str, list[float]] = {}
    for number, most in shifts.values():
        at = np.sort(AT + random.uniform(-most, most, (PEOPLE, number)), axis=1)
        doses = Doses(at, np.full(at.shape, MG)) if most else Doses(AT, np.full(AT.shape, MG))
        found = simulate(who, doses, HOURS).quantities()
        amounts = np.stack([solved(who.body, person, at[person], np.full(len(AT), MG)) for person in range(PEOPLE)], axis=-1)
        csf = amounts[5] * (NG_PER_ML / who.body.csf_volume)
        expected = {"plasma": amounts[3] * (NG_PER_ML / who.body.central_volume), "csf": csf}
        for name, value in expected.items():
            right = np.asarray(value).T
            seen = right > right.max() / 1000
            table.setdefault(name, []).append(float(np.max(np.abs(found[name][seen] / right[seen] - 1))))
    print(f"{'largest relative difference to DOP853, rtol 1e-12':52s} " + " ".join(f"{name:>10s}" for name in shifts))
    for name, off in table.items():
        print(f"{name:52s} " + " ".join(f"{value:10.1e}" for value in off))


if __name__ == "__main__":
    main()
