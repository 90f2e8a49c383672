"""A pace, the products at hand, a ceiling and the part of the dose the kidneys allow go in; the rungs of a ladder come out."""

from __future__ import annotations

from dataclasses import dataclass

from openbaclofen.decide.pace import Pace
from openbaclofen.decide.spread import daily_total, phase, spread, written
from openbaclofen.dose.regimen import Phase, Regimen


@dataclass(frozen=True)
class Rung:
    """One daily dose of a ladder. sig: as a prescriber writes it."""

    doses_mg: tuple[float, ...]
    daily_mg: float
    sig: str


@dataclass(frozen=True)
class Bounds:
    """What limits a ladder. part: the fraction of a usual dose that this person's kidneys allow (1 where no rule cuts it)."""

    ceiling_mg: float | None
    single_mg: float | None
    part: float


def rungs(
    pace: Pace, bounds: Bounds, unit_mg: float, times: int, *, equal: bool = False, from_mg: float = 0.0
) -> tuple[Rung, ...]:
    """Every daily dose of the ladder, lowest first: the start, then a step more each time, up to the ceiling.

    Doses are rounded down to whole units, so a rung is never above what the pace allows; rungs that round to the same dose
    are one. times: doses a day. equal: a liquid, of which every dose of a day is the same. from_mg: a dose already taken; the
    ladder then goes on from there, or from the ceiling where it lies above. Empty where not one unit fits.
    """
    ceiling = bounds.ceiling_mg if bounds.ceiling_mg is not None else pace.target_mg
    if ceiling is None:
        return ()
    start, step = min(from_mg, ceiling) or pace.start_mg * bounds.part, max(pace.increment_mg * bounds.part, unit_mg)
    found: dict[float, Rung] = {}
    target = start
    while target <= ceiling + unit_mg / 2:
        daily = daily_total(min(target, ceiling), unit_mg * times if equal else unit_mg)
        if daily > 0:
            doses = spread(daily, unit_mg, times, bounds.single_mg)
            found.setdefault(daily, Rung(doses, daily, written(doses)))
        target += step
    return tuple(found[daily] for daily in sorted(found))


def titration(ladder: tuple[Rung, ...], top: Rung, pace: Pace) -> Regimen:
    """The regimen that climbs to `top`, a rung each interval, and stays there."""
    below: list[Phase] = [phase(r.doses_mg, pace.interval_days) for r in ladder if r.daily_mg < top.daily_mg]
    return Regimen((*below, phase(top.doses_mg, None)))
