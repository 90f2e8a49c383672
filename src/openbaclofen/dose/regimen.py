"""Phases of dosing go in; dated dose events (hour, milligram) come out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from openbaclofen.errors import InputError
from openbaclofen.units import HOURS_PER_DAY

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Phase:
    """The same doses every `every_days` days. doses_mg[i] is taken at hour at_h[i] of the day; days None means without end.

    No doses: a pause. A dose of zero is not taken. Errors: InputError where a number is negative or not finite.
    """

    doses_mg: tuple[float, ...]
    at_h: tuple[float, ...]
    days: float | None = None
    every_days: int = 1

    def __post_init__(self) -> None:
        if len(self.doses_mg) != len(self.at_h):
            raise InputError(f"{len(self.doses_mg)} doses cannot be taken at {len(self.at_h)} times")
        if min(self.doses_mg, default=0) < 0 or not math.isfinite(sum(self.doses_mg)):
            raise InputError(f"every dose must be a finite number of mg, zero or more, got {self.doses_mg}")
        if not all(0 <= at < HOURS_PER_DAY for at in self.at_h):
            raise InputError(f"doses are taken at hours of the day, from 0 to below 24, got {self.at_h}")
        if self.days is not None and not (self.days > 0 and math.isfinite(self.days)):
            raise InputError(f"a phase lasts a number of days above zero, got {self.days}")
        if self.every_days < 1:
            raise InputError(f"doses recur every day or every so many days, got {self.every_days}")

    @property
    def daily_mg(self) -> float:
        """Milligrams on a dosing day (averaged over days where not taken daily)."""
        return sum(self.doses_mg) / self.every_days

    @property
    def largest_mg(self) -> float:
        """The largest single dose."""
        return max(self.doses_mg, default=0.0)


@dataclass(frozen=True)
class Regimen:
    """Phases one after another, from midnight of the day `start` (None: not said). After the last finite phase: nothing.

    Errors: InputError where a phase that is not the last has no end.
    """

    phases: tuple[Phase, ...]
    start: date | None = None

    def __post_init__(self) -> None:
        if any(p.days is None for p in self.phases[:-1]):
            raise InputError("only the last phase can be without end")

    @property
    def highest_daily_mg(self) -> float:
        """The highest daily dose of any phase."""
        return max((p.daily_mg for p in self.phases), default=0.0)

    @property
    def largest_mg(self) -> float:
        """The largest single dose of any phase."""
        return max((p.largest_mg for p in self.phases), default=0.0)

    @property
    def last_daily_mg(self) -> float:
        """The daily dose it ends on: the maintenance dose, or 0 when the last phase is finite."""
        return self.phases[-1].daily_mg if self.phases and self.phases[-1].days is None else 0.0

    @property
    def days(self) -> float | None:
        """How long it lasts; None where it has no end."""
        lengths = [p.days for p in self.phases]
        return None if None in lengths else sum(d for d in lengths if d is not None)

    @property
    def single_dose(self) -> bool:
        """Whether it is one dose, once."""
        only = self.phases[0] if len(self.phases) == 1 else None
        return only is not None and only.days == 1 and len(only.doses_mg) == 1 and only.every_days == 1

    def events(self, until_h: float) -> tuple[np.ndarray, np.ndarray]:
        """Dose times in hours from the first day's midnight, and milligrams, before `until_h`. Shapes (n,), (n,)."""
        import numpy as np  # here, so that a case is read without it

        times: list[float] = []
        amounts: list[float] = []
        start = 0.0
        for phase in self.phases:
            end = until_h if phase.days is None else min(until_h, start + phase.days * HOURS_PER_DAY)
            spacing_h = phase.every_days * HOURS_PER_DAY
            taken = sorted((at, mg) for at, mg in zip(phase.at_h, phase.doses_mg, strict=True) if mg > 0)
            for k in range(math.ceil((end - start) / spacing_h) if taken and end > start else 0):
                for at, mg in taken:
                    if start + k * spacing_h + at < end:
                        times.append(start + k * spacing_h + at)
                        amounts.append(mg)
            start = end
        return np.asarray(times, dtype=float), np.asarray(amounts, dtype=float)
