"""A way of saying when doses are taken goes in; hours of the day come out, by the conventions the knowledge base states."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from openbaclofen import facts
from openbaclofen.errors import InputError
from openbaclofen.units import HOURS_PER_DAY, MINUTES_PER_HOUR

Hours = tuple[float, ...]

_PREFIX = "dosing_times."
_TIMES_A_DAY = ("daily", "BID", "TID", "QID")
_PARTS_OF_DAY = (  # the first pattern found says which part of the day is meant
    (re.compile("afternoon", re.I), "in the afternoon"),
    (re.compile("noon|mid-?day|lunch", re.I), "at noon"),
    (re.compile(r"morning|\bq?a\.?m\b|mane|breakfast", re.I), "in the morning"),
    (re.compile(r"evening|\bq?p\.?m\b|dinner|supper|tea", re.I), "in the evening"),
    (re.compile("", re.I), "at bedtime"),
)
_CLOCK = re.compile(r"(?P<hh>\d\d)(?P<mm>\d\d)(?!\d)|(?P<h>\d{1,2})(?:[:.h](?P<m>\d\d))?\s*(?P<half>[ap])?", re.I)


@lru_cache(maxsize=1)
def dosing_times() -> Mapping[str, Hours]:
    """Hours of the day by what is said: 'TID', 'q8h', 'at bedtime'. The first of equal schedules is the canonical one."""
    stated = {
        key.removeprefix(_PREFIX).replace("_", " "): fact.value
        for key, fact in facts.load().facts.items()
        if key.startswith(_PREFIX)
    }
    return MappingProxyType({key: tuple(value) for key, value in stated.items() if isinstance(value, list)})


def times_a_day(n: int) -> Hours:
    """Hours of n doses a day. Errors: InputError where no schedule of so many is known."""
    key = _TIMES_A_DAY[n - 1] if 0 < n <= len(_TIMES_A_DAY) else f"{n} times a day"
    return _known(key, f"{n} doses a day")


def every_hours(n: int) -> Hours:
    """Hours of a dose every n hours. Errors: InputError where no such schedule is known."""
    return _known(f"q{n}h", f"a dose every {n} hours")


def part_of_day(text: str) -> Hours:
    """Hours of 'nocte', 'in the morning', 'at lunch'."""
    return _known(next(key for pattern, key in _PARTS_OF_DAY if pattern.search(text)), text)


def clock(text: str) -> float:
    """The hour of 'at 08:30', 'at 8 pm', 'at 2030'. Errors: InputError where the day has no such time."""
    match = _CLOCK.search(text)
    said = match.groupdict("") if match else {}
    hour, minute = int(said.get("hh") or said.get("h") or 0), int(said.get("mm") or said.get("m") or 0)
    half = said.get("half", "").lower()
    noon = HOURS_PER_DAY / 2
    if match is None or minute >= MINUTES_PER_HOUR or not ((1 <= hour <= noon) if half else hour < HOURS_PER_DAY):
        raise InputError(f"{text.strip()!r} is not a time of day")
    if half:
        hour = int(hour % noon + (noon if half == "p" else 0))
    return (hour * MINUTES_PER_HOUR + minute) / MINUTES_PER_HOUR


def name_of(hours: Hours) -> str | None:
    """What such a schedule is called ('TID'); None where it has no name."""
    return next((key for key, known in dosing_times().items() if known == hours), None)


def clock_text(hour: float) -> str:
    """'08:30' of 8.5."""
    minutes = round(hour * MINUTES_PER_HOUR)
    return f"{minutes // int(MINUTES_PER_HOUR):02d}:{minutes % int(MINUTES_PER_HOUR):02d}"


def _known(key: str, said: str) -> Hours:
    hours = dosing_times().get(key)
    if hours is None:
        known = ", ".join(dosing_times())
        raise InputError(f"{said}: no such schedule is known; known are {known}, or hours such as 'at 08:00'")
    return hours
