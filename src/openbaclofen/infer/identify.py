"""A fit goes in; each fact with its belief, what the rows made of it, and how far they alone tell it (a profile), comes out.

Profile: the fact is held at a value and all others are fitted again; half the sum of squares then rises above its least, the
belief about the fact itself left out. A rise of 1.35 is the edge of a 90 % interval.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.harm_fit import PRIOR as HARM_PRIOR
from openbaclofen.infer.harm_fit import calibrate_harms, exposure
from openbaclofen.infer.spasticity_fit import NINETY, calibrate_spasticity
from openbaclofen.infer.spasticity_fit import PRIOR as SPASTICITY_PRIOR
from openbaclofen.infer.typical import known_of

Progress = Callable[[str], None]
EDGE = NINETY**2 / 2  # of half the sum of squares
_AWAY = (-4, -2, -1, 1, 2, 4)  # where profiles are taken, in standard deviations of the fit
_FAR = 3  # standard deviations of the belief that profiles do not leave


@dataclass(frozen=True)
class Profiled:
    """A fact on the scale of its belief. value, prior, posterior: with 90 % intervals; low, high: of the profile of the rows
    alone, None where the rows set no bound within three standard deviations of the belief. learned: see `SpasticityFit`."""

    name: str
    value: float
    prior: tuple[float, float]
    posterior: tuple[float, float]
    learned: float
    low: float | None
    high: float | None

    @property
    def identifiable(self) -> str:
        """In words."""
        bounds = (self.low is not None, self.high is not None)
        return {(True, True): "yes", (True, False): "from below only", (False, True): "from above only"}.get(bounds, "no")


def spasticity(kb: KnowledgeBase, progress: Progress | None = None) -> list[Profiled]:
    """Profiles of every fact of reflex and spasticity."""
    best = calibrate_spasticity(kb)
    start = dict(zip(best.names, best.z.tolist(), strict=True))

    def cost(name: str, z: float) -> float:
        return calibrate_spasticity(kb, {name: z}, start).cost - z**2 / 2

    return _profiles(kb, SPASTICITY_PRIOR, best.names, best.z, np.sqrt(np.diag(best.covariance)), best.learned, cost, progress)


def harms(kb: KnowledgeBase, progress: Progress | None = None) -> list[Profiled]:
    """Profiles of every fact of unwanted effects."""
    at = exposure(kb)
    best = calibrate_harms(kb, at)
    sd, of = best.prior_sd, dict(zip(best.names, zip(best.prior_log, best.prior_sd, strict=True), strict=True))

    def cost(name: str, z: float) -> float:
        middle, one = of[name]
        return calibrate_harms(kb, at, {name: float(np.exp(middle + z * one))}, dict(best.values)).cost

    z = (best.log_values - best.prior_log) / sd
    return _profiles(kb, HARM_PRIOR, best.names, z, best.log_sd / sd, best.learned, cost, progress)


def _profiles(
    kb: KnowledgeBase,
    prior: str,
    names: Sequence[str],
    best: np.ndarray,
    sd: np.ndarray,
    learned: Mapping[str, float],
    cost: Callable[[str, float], float],
    progress: Progress | None,
) -> list[Profiled]:
    found = []
    for name, z, one in zip(names, best.tolist(), sd.tolist(), strict=True):
        if progress is not None:
            progress(name)
        points = sorted({z, *(float(np.clip(z + away * one, min(-_FAR, z), max(_FAR, z))) for away in _AWAY)})
        low, high = edges(np.array(points), np.array([cost(name, x) for x in points]))
        known = known_of(kb, prior + name)

        def of(*where: float | None, known=known) -> list[float | None]:
            return [None if x is None else float(known.drawn(np.array([x]))[0]) for x in where]

        ends = [x for pair in ((-NINETY, NINETY), (z - NINETY * one, z + NINETY * one)) for x in of(*pair) if x is not None]
        value, least, most = of(z, low, high)
        found.append(Profiled(name, value or 0.0, (ends[0], ends[1]), (ends[2], ends[3]), learned[name], least, most))
    return found


def edges(points: np.ndarray, cost: np.ndarray) -> tuple[float | None, float | None]:
    """Where costs at rising points cross the least one by EDGE; None to a side on which they do not.

    Between points by lines through the roots of the rise, which are straight where costs are a parabola.
    """
    rise = np.sqrt(cost - cost.min()) - np.sqrt(EDGE)
    least = int(np.argmin(cost))

    def crossing(order: np.ndarray) -> float | None:
        for before, after in pairwise(order):
            if rise[after] >= 0:
                share = rise[before] / (rise[before] - rise[after])
                return float(points[before] + share * (points[after] - points[before]))
        return None

    return crossing(np.arange(least, -1, -1)), crossing(np.arange(least, len(points)))
