"""A daily dose and the units a pharmacy has go in; how the day's doses are taken comes out."""

from __future__ import annotations

import math

from openbaclofen.dose.regimen import Phase
from openbaclofen.dose.times import times_a_day


def daily_total(target_mg: float, unit_mg: float) -> float:
    """The largest daily dose not above the target that whole units make; zero where not one unit fits."""
    return math.floor(target_mg / unit_mg + 1e-9) * unit_mg


def spread(daily_mg: float, unit_mg: float, times: int, largest_mg: float | None) -> tuple[float, ...]:
    """Share whole units over at most `times` doses, the larger ones last (spasms disturb the night), none above `largest_mg`.

    Returns the doses of a day in order; one more dosing time is used where the largest single dose demands it.

    >>> spread(20, 5, times=3, largest_mg=20)
    (5, 5, 10)
    >>> spread(80, 5, times=3, largest_mg=20)
    (20, 20, 20, 20)
    """
    units = round(daily_mg / unit_mg)
    if largest_mg is not None:
        times = max(times, math.ceil(daily_mg / largest_mg - 1e-9))
    times = max(1, min(times, units))
    low, extra = divmod(units, times)
    return tuple((low + (1 if i >= times - extra else 0)) * unit_mg for i in range(times))


def written(doses_mg: tuple[float, ...]) -> str:
    """The doses of a day as a prescriber writes them."""
    names = {1: "once daily", 2: "BID", 3: "TID", 4: "QID"}
    if len(set(doses_mg)) == 1 and len(doses_mg) in names:
        return f"{doses_mg[0]:g} mg {names[len(doses_mg)]}"
    return "/".join(f"{d:g}" for d in doses_mg) + " mg"


def phase(doses_mg: tuple[float, ...], days: float | None) -> Phase:
    """The doses at the usual hours of that many doses a day."""
    return Phase(doses_mg=doses_mg, at_h=times_a_day(len(doses_mg)), days=days)
