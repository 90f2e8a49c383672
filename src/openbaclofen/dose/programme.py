"""The words of a pump's programme or of a screening bolus go in; rates and boluses over a day come out, in ug and hours.

Four ways: '250 ug/d continuous'; 'flex 8 ug/h from 06:00, 12 ug/h from 22:00'; '4 boluses a day of 50 ug over 5 min from 06:00
plus 1 ug/h' or '50 ug over 5 min every 6 h'; '50 ug once over 1 min'.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from openbaclofen.errors import InputError
from openbaclofen.units import HOURS_PER_DAY, MINUTES_PER_HOUR, Duration, IntrathecalDose, IntrathecalRate, Quantity, UnitError

Mode = Literal["continuous", "flex", "boluses", "once"]
EXPECTED = (
    "expected '250 ug/d continuous', 'flex 8 ug/h from 06:00, 12 ug/h from 22:00', '4 boluses a day of 50 ug over 5 min plus "
    "1 ug/h', '50 ug over 5 min every 6 h' or '50 ug once'"
)
_CONTINUOUS = re.compile(r"(?P<rate>.+?)(\s+simple)?\s+continuous", re.I)
_FLEX = re.compile(r"flex\s+(?P<steps>.+)", re.I)
_BOLUSES = re.compile(r"(?P<count>\d{1,4})\s+bolus(es)?\s+(an?|per|each)\s+day\s+of\s+(?P<ug>.+)", re.I)
_NEXT = re.compile(r"\s*(?:,|;|\bthen\b)\s*", re.I)
_WORDS = re.compile(r"\s+(over|every|from|at|plus|with|once)(?=\s|$)", re.I)
_SAME = {"at": "from", "with": "plus"}
_CLOCK = re.compile(r"(?P<h>\d{1,2}):(?P<m>\d\d)")
_WHOLE = 1e-9


class Rate(NamedTuple):
    """An infusion from an hour of the day until the next of its programme, as ug/d so that daily doses stay exact."""

    hour: float
    ug_per_day: float

    @property
    def ug_per_h(self) -> float:
        """The same by the hour."""
        return self.ug_per_day / HOURS_PER_DAY


class Bolus(NamedTuple):
    """ug from an hour on, evenly over a length (hours; 0: at once)."""

    hour: float
    ug: float
    lasts_h: float


@dataclass(frozen=True)
class Programme:
    """What goes in. rates: by hour of the day, the last one until the first of the next day; boluses: by hour of the day.

    A programme repeats day after day; that of mode 'once' is one bolus on the first day and nothing after it.
    """

    mode: Mode
    rates: tuple[Rate, ...] = ()
    boluses: tuple[Bolus, ...] = ()

    @property
    def ug_per_day(self) -> float:
        """What goes in on a day: sum of rates by their hours and of boluses; of a single bolus, that bolus."""
        return self.background_ug + sum(bolus.ug for bolus in self.boluses)

    @property
    def background_ug(self) -> float:
        """ug a day without boluses."""
        ends = [*(rate.hour for rate in self.rates[1:]), self.rates[0].hour + HOURS_PER_DAY] if self.rates else []
        return sum(rate.ug_per_day * ((end - rate.hour) / HOURS_PER_DAY) for rate, end in zip(self.rates, ends, strict=True))

    @property
    def steady(self) -> bool:
        """Whether it is one rate all day."""
        return len(self.rates) == 1 and not self.boluses

    @property
    def repeats(self) -> bool:
        """Whether it goes on day after day."""
        return self.mode != "once"

    def counted_from(self, hour: float) -> Programme:
        """The same days, their hours counted from an hour of the clock."""

        def since(at: float) -> float:
            later = (at - hour) % HOURS_PER_DAY
            return later if later < HOURS_PER_DAY - _WHOLE else 0.0

        rates = sorted(rate._replace(hour=since(rate.hour)) for rate in self.rates)
        return Programme(self.mode, tuple(rates), tuple(sorted(b._replace(hour=since(b.hour)) for b in self.boluses)))

    def scaled(self, factor: float) -> Programme:
        """Every rate and bolus times a factor, at the same hours."""
        rates = tuple(rate._replace(ug_per_day=rate.ug_per_day * factor) for rate in self.rates)
        return Programme(self.mode, rates, tuple(bolus._replace(ug=bolus.ug * factor) for bolus in self.boluses))


def continuous(ug_per_day: float) -> Programme:
    """One rate."""
    return Programme("continuous", (Rate(0.0, ug_per_day),))


def parse_programme(said: str) -> Programme:
    """Read a programme. Errors: InputError naming what was read and what was expected, among them milligrams for micrograms."""
    text = " ".join(said.split())
    if match := _CONTINUOUS.fullmatch(text):
        return continuous(_quantity(match["rate"], IntrathecalRate))
    if match := _FLEX.fullmatch(text):
        return Programme("flex", _flex(match["steps"]))
    head, *rest = _WORDS.split(text)
    stated = _stated(rest, said)
    counted = _BOLUSES.fullmatch(head)
    if counted and stated.keys() <= {"over", "from", "plus"}:
        return _boluses(int(counted["count"]), counted["ug"], stated)
    if "every" in stated and "once" not in stated and not counted:
        return _boluses(_times(stated["every"]), head, stated)
    if stated.get("once") == "" and stated.keys() <= {"once", "over", "from"} and not counted:
        dose = _above_zero(re.sub(r"\s+bolus$", "", head, flags=re.I))
        return Programme("once", (), (Bolus(_hour(stated), dose, _lasts(stated)),))
    raise InputError(f"{EXPECTED}; got {said!r}")


def _stated(parts: list[str], said: str) -> dict[str, str]:
    """Word to what follows it. Errors: InputError for a word that stands twice."""
    words = [_SAME.get(word.lower(), word.lower()) for word in parts[::2]]
    if twice := {word for word in words if words.count(word) > 1}:
        raise InputError(f"{min(twice)!r} stands twice in {said!r}")
    return {word: part.strip() for word, part in zip(words, parts[1::2], strict=True)}


def _flex(steps: str) -> tuple[Rate, ...]:
    found: list[Rate] = []
    for step in _NEXT.split(steps):
        rate, word, at = (*re.split(r"\s+(from)\s+", step, flags=re.I), "", "")[:3]
        if not word:
            raise InputError(f"expected a rate and its hour, such as '8 ug/h from 06:00'; got {step!r}")
        found.append(Rate(_clock(at), _quantity(rate, IntrathecalRate)))
    if len({rate.hour for rate in found}) < len(found):
        raise InputError(f"two rates begin at the same hour in {steps!r}")
    return tuple(sorted(found))


def _boluses(count: int, dose: str, stated: dict[str, str]) -> Programme:
    """So many boluses, evenly over the day."""
    if count == 0:
        raise InputError("expected at least one bolus a day")
    ug, lasts, first = _above_zero(dose), _lasts(stated), _hour(stated)
    apart = HOURS_PER_DAY / count
    if lasts >= apart:
        raise InputError(f"a bolus over {lasts * MINUTES_PER_HOUR:g} min does not end before the next, {apart:g} h after it")
    at = sorted((first + i * apart) % HOURS_PER_DAY for i in range(count))
    background = _quantity(stated["plus"], IntrathecalRate) if "plus" in stated else 0.0
    return Programme("boluses", (Rate(0.0, background),), tuple(Bolus(hour, ug, lasts) for hour in at))


def _times(every: str) -> int:
    """How often a day, of 'every 6 h'. Errors: InputError where the day holds no whole number of them."""
    apart = _quantity(every, Duration)
    count = round(1 / apart) if apart > 0 else 0
    if count == 0 or abs(count * apart - 1) > _WHOLE:
        raise InputError(f"a day holds no whole number of times 'every {every}'; expected such as 'every 6 h'")
    return count


def _lasts(stated: dict[str, str]) -> float:
    return _quantity(stated["over"], Duration) * HOURS_PER_DAY if "over" in stated else 0.0


def _hour(stated: dict[str, str]) -> float:
    return _clock(stated["from"]) if "from" in stated else 0.0


def _clock(said: str) -> float:
    match = _CLOCK.fullmatch(said)
    if match is None or not (int(match["h"]) < HOURS_PER_DAY and int(match["m"]) < MINUTES_PER_HOUR):
        raise InputError(f"expected an hour of the day from 00:00 to 23:59, got {said!r}")
    return int(match["h"]) + int(match["m"]) / MINUTES_PER_HOUR


def _above_zero(dose: str) -> float:
    ug = _quantity(dose, IntrathecalDose)
    if ug == 0:
        raise InputError(f"a bolus must be above zero, got {dose!r}")
    return ug


def _quantity(said: str, kind: type[Quantity]) -> float:
    """The number in the canonical unit. Errors: InputError with what the unit's reader says."""
    try:
        return kind.parse(said).value
    except UnitError as error:
        raise InputError(str(error)) from error
