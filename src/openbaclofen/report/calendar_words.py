"""A date, an hour, or the units of a dose go in; the words a patient reads come out."""

from __future__ import annotations

import re
from datetime import date

from openbaclofen.dose.times import clock_text, dosing_times
from openbaclofen.units import HOURS_PER_DAY

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PARTS = {
    "in the morning": "Morning",
    "at noon": "Noon",
    "in the afternoon": "Afternoon",
    "in the evening": "Evening",
    "at bedtime": "Bedtime",
}
NIGHT = "Night"
FAR_H = 4  # an hour further than this from every part of the day belongs to the night
UNITS = {
    "tablet": ("tablet", "tablets"),
    "orally_disintegrating_tablet": ("orally disintegrating tablet", "orally disintegrating tablets"),
    "extended_release": ("extended-release tablet", "extended-release tablets"),
    "oral_granules": ("packet of granules", "packets of granules"),
    "powder": ("packet of powder", "packets of powder"),
}
_NUMBER = r"\d+(?:\.\d+)?"
_COUNTED = re.compile(rf"({_NUMBER}) x ({_NUMBER} mg)")
_POURED = re.compile(rf"({_NUMBER} mL) of ({_NUMBER} mg/mL)")


def day_words(day: date) -> str:
    """'Sun 22 Nov 2026', whatever the language of the machine."""
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def short_day(day: date) -> str:
    """'Sun 22 Nov'."""
    return day_words(day).removesuffix(f" {day.year}")


def span_words(first: date, last: date) -> str:
    """'Sun 22 Nov to Tue 24 Nov 2026'; the year twice only where it changes."""
    if first == last:
        return day_words(first)
    start = day_words(first) if first.year != last.year else short_day(first)
    return f"{start} to {day_words(last)}"


def part_of_day(hour: float) -> str:
    """'Morning' of 9: the nearest part of the day whose hour the knowledge base states.

    >>> [part_of_day(hour) for hour in (9, 13, 14, 17, 21, 2)]
    ['Morning', 'Noon', 'Afternoon', 'Evening', 'Bedtime', 'Night']
    """
    away = {
        name: abs((hour - dosing_times()[key][0] + HOURS_PER_DAY / 2) % HOURS_PER_DAY - HOURS_PER_DAY / 2)
        for key, name in PARTS.items()
    }
    nearest = min(away, key=lambda name: away[name])
    return nearest if away[nearest] <= FAR_H else NIGHT


def column(hour: float) -> str:
    """The head of a column of a calendar: 'Morning 09:00'."""
    return f"{part_of_day(hour)} {clock_text(hour)}"


def plain_units(units: str, form: str) -> str:
    """The units of one dose in words. form: what the units are of. Errors: AssertionError where they cannot be read.

    >>> plain_units("1 x 20 mg + 0.5 x 10 mg", "tablet")
    '1 tablet of 20 mg and half a tablet of 10 mg'
    >>> plain_units("1.5 mL of 1 mg/mL", "tablet")
    '1.5 mL (1 mg/mL)'
    """
    return " and ".join(_portion(portion, form) for portion in units.split(" + "))


def _portion(portion: str, form: str) -> str:
    if poured := _POURED.fullmatch(portion):
        return f"{poured[1]} ({poured[2]})"
    counted = _COUNTED.fullmatch(portion)
    if counted is None:
        raise AssertionError(f"units that cannot be said in words: {portion!r}")
    one, many = UNITS[form]
    count = float(counted[1])
    whole, half = int(count), count % 1 == 0.5
    if whole + 0.5 * half != count:
        raise AssertionError(f"parts of a unit other than halves: {portion!r}")
    if whole == 0:
        return f"half a {one} of {counted[2]}"
    return f"{whole}{' and a half' if half else ''} {one if count == 1 else many} of {counted[2]}"
