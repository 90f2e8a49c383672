"""Doses that run into a vein for hours go in; doses at once that leave the same amounts at every hour looked at come out.

What an infusion leaves is an integral over its length of what doses at once leave, a smooth function between two hours that are
looked at. There it is the sum of a Gauss-Legendre rule, so that the exact engine of doses at once gives infusions to rounding.
"""

from __future__ import annotations

import numpy as np

from openbaclofen.body.schedule import Doses

INTO = "central"
POINTS = 4  # of the rule, exact for polynomials up to degree 7
LONGEST_H = 0.5  # of one rule: rates of the body times this are at most about 1


def infused(at_h: np.ndarray, mg: np.ndarray, over_h: float, seen_h: np.ndarray) -> Doses:
    """Doses (n,) that each run for over_h (0: at once), as doses into the blood.

    seen_h: rising hours at which amounts are looked at or the physiology changes; between two of them the amounts are not those
    of an infusion. The milligrams given by each of these hours are exact.
    """
    if over_h <= 0:
        return Doses(np.asarray(at_h, dtype=float), np.asarray(mg, dtype=float), INTO)
    found = [_one(float(start), float(amount), over_h, seen_h) for start, amount in zip(at_h, mg, strict=True)]
    hours, amounts = (np.concatenate([f[i] for f in found]) if found else np.zeros(0) for i in (0, 1))
    order = np.argsort(hours, kind="stable")
    return Doses(hours[order], amounts[order], INTO)


def _one(start: float, mg: float, over_h: float, seen_h: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hours and milligrams of one infusion."""
    end = start + over_h
    inside = seen_h[(seen_h > start) & (seen_h < end)]
    even = np.linspace(start, end, 1 + int(np.ceil(over_h / LONGEST_H)))
    edges = np.unique(np.concatenate([inside, even]))
    points, weights = np.polynomial.legendre.leggauss(POINTS)
    width = np.diff(edges)[:, None]
    hours = edges[:-1, None] + width * (points + 1) / 2
    return hours.ravel(), (mg / over_h * width * weights / 2).ravel()
