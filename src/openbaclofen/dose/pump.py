"""Daily dose, concentration and volumes of a pump go in; flow, days to a volume, bridge and what errors deliver come out.

Numbers in, numbers out: ug, mL, ug/mL and days. Mass: ug delivered = concentration x volume.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from openbaclofen.errors import InputError


class Before(NamedTuple):
    """A flow, mL/d, and for how many days after the fill it ran."""

    days: float
    ml_per_day: float


def flow(ug_per_day: float, ug_per_ml: float) -> float:
    """mL/d that carry a daily dose. Errors: InputError for a dose or concentration that is not above zero."""
    _above_zero(daily_dose=ug_per_day, concentration=ug_per_ml)
    return ug_per_day / ug_per_ml


def delivered(ml: float, ug_per_ml: float) -> float:
    """ug in a volume."""
    _above_zero(concentration=ug_per_ml)
    return ml * ug_per_ml


def days_to(volume_ml: float, filled_ml: float, ml_per_day: float, ratio: float = 1.0, before: Before | None = None) -> float:
    """Days from the fill until a volume remains: (filled - volume) / (flow x ratio); 0 where no more was filled in.

    ratio: of the volume delivered over that programmed. before: another flow for the first days. Errors: InputError for a flow
    or ratio that is not above zero.
    """
    _above_zero(flow=ml_per_day, ratio=ratio)
    usable = max(filled_ml - volume_ml, 0.0)
    if before is None or before.days <= 0:
        return usable / (ml_per_day * ratio)
    _above_zero(flow=before.ml_per_day)
    used = before.days * before.ml_per_day * ratio
    if used >= usable:
        return usable / (before.ml_per_day * ratio)
    return before.days + (usable - used) / (ml_per_day * ratio)


@dataclass(frozen=True)
class Bridge:
    """From one concentration to another without a change of the daily dose on the way.

    dead_ml: volume between reservoir and tip, full of the old solution; old_ug: what it holds. ml_per_day, days: the bridge,
    the old flow until the dead volume is through. unbridged_ug_per_day, unbridged_days: what the tip gives instead, and for how
    long, where the new flow is set at once.
    """

    dead_ml: float
    old_ug: float
    ml_per_day: float
    days: float
    unbridged_ug_per_day: float
    unbridged_days: float

    def misjudged(self, true_dead_ml: float, new_ug_per_ml: float) -> tuple[float, float]:
        """What the tip gives in error (ug/d) where the dead volume is another, and for how many days.

        Smaller than thought: the new solution comes while the bridge's flow still runs. Larger: the old one is still there at
        the new flow.
        """
        over = self.dead_ml - true_dead_ml
        if over >= 0:
            return self.ml_per_day * new_ug_per_ml, over / self.ml_per_day
        return self.unbridged_ug_per_day, -over / (self.dead_ml / self.unbridged_days)


def bridge(dead_ml: float, old_ug_per_ml: float, new_ug_per_ml: float, old_ug_per_day: float, new_ug_per_day: float) -> Bridge:
    """The bridge keeps the old daily dose until the old solution is through; then the new programme begins.

    days = dead volume x old concentration / old daily dose. Errors: InputError for a number that is not above zero.
    """
    _above_zero(dead_volume=dead_ml)
    old_flow, new_flow = flow(old_ug_per_day, old_ug_per_ml), flow(new_ug_per_day, new_ug_per_ml)
    return Bridge(
        dead_ml=dead_ml,
        old_ug=delivered(dead_ml, old_ug_per_ml),
        ml_per_day=old_flow,
        days=dead_ml / old_flow,
        unbridged_ug_per_day=new_flow * old_ug_per_ml,
        unbridged_days=dead_ml / new_flow,
    )


def wrongly_filled(ug_per_day: float, programmed_ug_per_ml: float, filled_ug_per_ml: float) -> tuple[float, float]:
    """ug/d, and that over what is ordered, where a reservoir holds another concentration than the pump is told."""
    given = flow(ug_per_day, programmed_ug_per_ml) * filled_ug_per_ml
    return given, given / ug_per_day


def starting_dose(screening_ug: float, lasted_h: float, threshold_h: float, factor: float, factor_long: float) -> float:
    """ug/d: a factor times the effective screening dose, another where its effect lasted longer than the threshold."""
    _above_zero(screening_dose=screening_ug)
    return screening_ug * (factor_long if lasted_h > threshold_h else factor)


def lowered(ug_per_day: float, share: float, last_ug_per_day: float) -> tuple[float, ...]:
    """Daily doses on the way down to the last, from which it is stopped: as few as there can be, each lower by the same share
    of the one before, which is at most `share`.

    Empty where the dose is no higher than the last one. Errors: InputError for a share that is not between 0 and 1, or a dose
    that is not above zero.
    """
    _above_zero(daily_dose=ug_per_day, last_dose=last_ug_per_day)
    if not 0 < share < 1:
        raise InputError(f"a step leaves out a share between 0 and 1, got {share:g}", "pump")
    if ug_per_day <= last_ug_per_day:
        return ()
    steps = math.ceil(math.log(ug_per_day / last_ug_per_day) / -math.log1p(-share) - 1e-9)
    ratio = (last_ug_per_day / ug_per_day) ** (1 / steps)
    return (*(ug_per_day * ratio**k for k in range(1, steps)), last_ug_per_day)


def _above_zero(**numbers: float) -> None:
    for name, value in numbers.items():
        if not value > 0:
            raise InputError(f"{name.replace('_', ' ')} must be above zero, got {value:g}", "pump")
