"""What a pump or needle gives, and how often it comes round, goes in; a checked delivery comes out."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from openbaclofen.body.schedule import SAME_TIME_H
from openbaclofen.errors import InputError


def _none() -> np.ndarray:
    return np.zeros(0)


@dataclass(frozen=True)
class Delivery:
    """What is given, at the tip (share of the canal's length from the top, one or (people,)).

    Infusion: ug_per_h[..., k] from hour from_h[k] until the next, nothing before the first. Boluses: bolus_ug[..., j] at hour
    bolus_h[j] in bolus_ml[j] (they spread over the fluid they mix with), evenly over bolus_over_h[j] (none given: all at once).
    Leading axis (people,) or none. Hours of changes rise, those of boluses do not fall.
    """

    tip: float | np.ndarray
    from_h: np.ndarray = field(default_factory=_none)
    ug_per_h: np.ndarray = field(default_factory=_none)
    bolus_h: np.ndarray = field(default_factory=_none)
    bolus_ug: np.ndarray = field(default_factory=_none)
    bolus_ml: np.ndarray = field(default_factory=_none)
    bolus_over_h: np.ndarray = field(default_factory=_none)

    def __post_init__(self) -> None:
        pairs = (
            (self.from_h, self.ug_per_h),
            (self.bolus_h, self.bolus_ug),
            (self.bolus_h, self.bolus_ml),
            (self.bolus_h, self.over_h),
        )
        if any(np.shape(hours)[-1:] != np.shape(given)[-1:] for hours, given in pairs):
            raise InputError(
                "each change of rate and each bolus needs one hour, one amount and, a bolus, one volume", "delivery"
            )
        if (np.diff(self.from_h) <= SAME_TIME_H).any() or (np.diff(self.bolus_h) < 0).any():
            raise InputError("hours of changes must rise and those of boluses not fall", "delivery")
        amounts = (self.ug_per_h, self.bolus_ug, self.bolus_ml, self.over_h, self.tip, 1 - np.asarray(self.tip))
        if any(not (np.isfinite(a).all() and (np.asarray(a) >= 0).all()) for a in amounts):
            raise InputError("amounts must be finite and not negative, the tip within the canal", "delivery")

    @property
    def over_h(self) -> np.ndarray:
        """Lengths of boluses, h."""
        return self.bolus_over_h if len(self.bolus_over_h) else np.zeros(len(self.bolus_h))

    def infused(self, hours: np.ndarray) -> np.ndarray:
        """ug given from the first hour up to each hour (boluses at it not yet), (..., hours)."""
        ends = np.append(self.from_h[1:], np.inf)
        lasted = np.clip(hours[:, None], self.from_h, ends) - self.from_h
        since, over = hours[:, None] - self.bolus_h, np.maximum(self.over_h, SAME_TIME_H)
        begun = np.where(since > SAME_TIME_H, np.clip(since / over, 0.0, 1.0), 0.0)
        return np.asarray(self.ug_per_h) @ lasted.T + np.asarray(self.bolus_ug) @ begun.T


def continuous(tip: float | np.ndarray, ug_per_day: float | np.ndarray, hours_per_day: float) -> Delivery:
    """One rate for ever from hour 0; ug_per_day one or (people,)."""
    return Delivery(tip, np.zeros(1), np.asarray(ug_per_day, dtype=float)[..., None] / hours_per_day)


def repeated(part: Delivery, cycle_h: float, cycles: int) -> Delivery:
    """A programme (flex, periodic boluses) again and again. Errors: InputError where it does not fit its cycle."""
    ends = part.bolus_h + part.over_h
    hours = (part.from_h, part.bolus_h)
    if any(len(h) and (h[0] < 0 or h[-1] >= cycle_h) for h in hours) or (ends > cycle_h + SAME_TIME_H).any():
        raise InputError("a programme must lie within its cycle", "delivery")
    starts = cycle_h * np.arange(cycles)[:, None]

    def again(given: np.ndarray) -> np.ndarray:
        return np.tile(given, (*(1,) * (np.ndim(given) - 1), cycles))

    first, second = ((starts + of).ravel() for of in hours)
    boluses = (again(of) for of in (part.bolus_ug, part.bolus_ml, part.over_h))
    return Delivery(part.tip, first, again(part.ug_per_h), second, *boluses)


def then(first: Delivery, at_h: float, second: Delivery) -> Delivery:
    """The first up to an hour and the second from it on, whose hours count from there; a bolus that runs over it is cut.

    Both are the same for all people, at one tip.
    """
    rates, begun = first.from_h < at_h - SAME_TIME_H, first.bolus_h < at_h - SAME_TIME_H
    over = np.minimum(first.over_h[begun], at_h - first.bolus_h[begun])
    given = np.where(first.over_h[begun] > SAME_TIME_H, over / np.maximum(first.over_h[begun], SAME_TIME_H), 1.0)
    stops = not len(second.from_h) or second.from_h[0] > SAME_TIME_H
    return Delivery(
        second.tip,
        np.concatenate([first.from_h[rates], [at_h] if stops else [], at_h + second.from_h]),
        np.concatenate([first.ug_per_h[rates], [0.0] if stops else [], second.ug_per_h]),
        np.concatenate([first.bolus_h[begun], at_h + second.bolus_h]),
        np.concatenate([first.bolus_ug[begun] * given, second.bolus_ug]),
        np.concatenate([first.bolus_ml[begun], second.bolus_ml]),
        np.concatenate([over, second.over_h]),
    )
