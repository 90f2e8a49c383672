"""Brain baclofen and other depressants go in; lost respiratory drive, ventilation, carbon dioxide and danger come out.

One response surface: each medicine adds to a common index of depression, in units that alone halve the drive, and each pair
adds more. The drive acts through the carbon dioxide it leaves behind, so that breathing falls less than the drive does.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from openbaclofen.arrays import Numbers, library, logistic

_STEPS_PER_MINUTE = 4


class Loads(NamedTuple):
    """Other depressants, in usual therapeutic doses; (people,) or one for all. 0: none is taken."""

    opioid: Numbers | float = 0.0
    benzodiazepine: Numbers | float = 0.0
    alcohol: Numbers | float = 0.0
    hypnotic: Numbers | float = 0.0
    gabapentinoid: Numbers | float = 0.0


class Breathing(NamedTuple):
    """One value for each person, shape (people,)."""

    half: Numbers  # ng/mL in the brain that alone halve the drive
    adapting: Numbers  # share of baclofen's part that full adaptation makes void
    hill: Numbers  # steepness of the surface
    interaction: Numbers  # what a pair adds, for each product of their parts
    opioid: Numbers  # part of one usual dose, in units that halve the drive
    benzodiazepine: Numbers
    alcohol: Numbers
    hypnotic: Numbers
    gabapentinoid: Numbers
    co2_gain: Numbers  # ventilation as a power of carbon dioxide
    co2_mmhg: Numbers  # at rest
    ventilation: Numbers  # L/min, at rest
    co2_rate: Numbers  # 1/min, elimination
    sensor_rate: Numbers  # 1/min, from blood to the centre
    failing: Numbers  # share of resting ventilation at which half of people need support
    failing_spread: Numbers  # standard deviation of its logarithm, as a logistic scale


class Breath(NamedTuple):
    """ventilation: share of that at rest; co2_mmhg: arterial. Same shape."""

    ventilation: Any
    co2_mmhg: Any


def depression_index(
    breathing: Breathing, brain_ng_per_ml: Numbers, loads: Loads | None = None, adaptation: Numbers | float = 0.0
) -> Any:
    """U = sum u_i + a sum_{i<j} u_i u_j, with u = C/half for baclofen and load times part for the others; (..., people)."""
    taken = loads or Loads()
    parts = [brain_ng_per_ml / breathing.half * (1 - breathing.adapting * adaptation)]
    parts += [getattr(taken, name) * getattr(breathing, name) for name in Loads._fields]
    total, squares = sum(parts), sum(part**2 for part in parts)
    return total + breathing.interaction * (total**2 - squares) / 2


def drive_lost(breathing: Breathing, index: Numbers) -> Any:
    """E = U^h / (1 + U^h): share of the drive to breathe at a fixed carbon dioxide that is lost; 0 at no drug."""
    of = library(breathing.hill, index)
    power = of.where(index > 0, of.exp(breathing.hill * of.log(of.where(index > 0, index, 1.0))), 0.0)
    return power / (1 + power)


def settled(breathing: Breathing, lost: Numbers) -> Breath:
    """Ventilation and carbon dioxide once both have settled: v = (1 - E)^(1/(1 + F)), P = P0 / v, F the gain of the feedback.

    From v P = P0 (what is made is breathed out) and v = (1 - E) (P/P0)^F.
    """
    ventilation = (1 - lost) ** (1 / (1 + breathing.co2_gain))
    return Breath(ventilation, breathing.co2_mmhg / ventilation)


def over_time(breathing: Breathing, lost: Numbers, minutes: np.ndarray) -> Breath:
    """The course of breathing from rest, (times, people); lost: (times, people) at even steps of `minutes`.

    dP/dt = k (P0 - v P), dP_e/dt = k_e (P - P_e), v = (1 - E) (P_e/P0)^F: carbon dioxide in blood and at the centre, by the
    classical Runge-Kutta method in steps of a quarter of a minute or less; the lost drive is read linearly between times.
    """
    gap = float(np.diff(minutes).max()) if len(minutes) > 1 else 1.0
    inner = max(1, int(np.ceil(gap * _STEPS_PER_MINUTE)))
    step, e = gap / inner, np.asarray(lost, dtype=float)

    def ventilation(centre: np.ndarray, e: np.ndarray) -> np.ndarray:
        return (1 - e) * (centre / breathing.co2_mmhg) ** breathing.co2_gain

    def slope(state: np.ndarray, e: np.ndarray) -> np.ndarray:
        blood, centre = state
        out = breathing.co2_rate * (breathing.co2_mmhg - ventilation(centre, e) * blood)
        return np.stack([out, breathing.sensor_rate * (blood - centre)])

    seen = np.empty((len(e), 2, *e.shape[1:]))
    seen[0] = breathing.co2_mmhg
    for at in range(1, len(e)):
        y = seen[at - 1]
        for i in range(inner):
            start, end = (e[at - 1] + (e[at] - e[at - 1]) * ((i + part) / inner) for part in (0, 1))
            k1 = slope(y, start)
            k2 = slope(y + step / 2 * k1, (start + end) / 2)
            k3 = slope(y + step / 2 * k2, (start + end) / 2)
            k4 = slope(y + step * k3, end)
            y = y + step / (2 * 3) * (k1 + 2 * k2 + 2 * k3 + k4)
        seen[at] = y
    return Breath(ventilation(seen[:, 1], e), seen[:, 0])


def danger(breathing: Breathing, ventilation: Numbers) -> Any:
    """Chance that breathing at this share of rest needs support: logistic((ln failing - ln v) / spread), (..., people)."""
    of = library(breathing.failing, ventilation)
    return logistic((of.log(breathing.failing) - of.log(ventilation)) / breathing.failing_spread)
