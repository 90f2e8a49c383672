"""Tokens of a sig go in; milligrams, hours, days and products come out, or an error that knows its place in the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from lark import Token

from openbaclofen.dose import times, words
from openbaclofen.dose.steps import Product, StepError
from openbaclofen.dose.times import Hours
from openbaclofen.errors import InputError
from openbaclofen.units import HOURS_PER_DAY, OralDose, OralStrength, UnitError

_Read = TypeVar("_Read")
_LATIN = {"bid": 2, "bd": 2, "tid": 3, "tds": 3, "qid": 4, "qds": 4, "twice": 2, "thrice": 3}
_FORMS = (  # the first pattern found says the form
    (re.compile("orally|odt", re.I), "orally_disintegrating_tablet"),
    (re.compile("release", re.I), "extended_release"),
    (re.compile("tab", re.I), "tablet"),
    (re.compile("suspension", re.I), "oral_suspension"),
    (re.compile("solution|liquid", re.I), "oral_solution"),
    (re.compile("granule|packet", re.I), "oral_granules"),
    (re.compile("powder", re.I), "powder"),
)
_LIQUIDS = ("oral_solution", "oral_suspension")


def place(token: Token) -> int:
    """Where a token stands in the text."""
    return token.start_pos or 0


def read(token: Token, how: Callable[[str], _Read]) -> _Read:
    """Read a token. Errors: StepError with its place."""
    try:
        return how(str(token))
    except InputError as error:
        raise StepError(place(token), error.said) from error
    except UnitError as error:
        raise StepError(place(token), str(error)) from error


def milligrams(number: Token, unit: Token) -> float:
    """'5' and 'mg'; zero is refused."""
    return above_zero(read(number, lambda text: OralDose.of(float(text), _mass(unit)).value), number)


def list_of_milligrams(numbers: Token, unit: Token) -> list[float]:
    """'5/5/10' and 'mg'; zero is allowed."""
    return read(numbers, lambda text: [OralDose.of(float(n), _mass(unit)).value for n in text.split("/")])


def milligrams_per_ml(number: Token, unit: Token) -> float:
    """'25' and 'mg/5 mL' are 5 mg/mL."""
    volume = re.search(r"\d+(\.\d+)?", unit)
    millilitres = above_zero(float(volume.group()), unit) if volume else 1.0
    return read(number, lambda text: OralStrength(float(text) / millilitres).value)


def above_zero(value: float, token: Token) -> float:
    """The value. Errors: StepError where it is zero."""
    if not value > 0:
        raise StepError(place(token), "zero; expected a number above zero, or 'none', or 'stop'")
    return value


def day(token: Token) -> date:
    """A date. Errors: StepError where the calendar has none such."""
    said = re.search(r"\d{4}-\d\d-\d\d", token)
    try:
        return date.fromisoformat(said.group() if said else token)
    except ValueError as error:
        raise StepError(place(token), f"there is no such day ({error}); expected a date such as 2025-03-01") from error


def frequency(said: Sequence[Token]) -> tuple[Hours, int]:
    """Hours of the day and every how many days. said: a number of times a day, an interval, or times of the day."""
    first = said[0]
    if first.type == "EVERY_HOURS":
        return read(first, _every_hours)
    if first.type == "DIVIDED":
        return read(first, lambda text: (times.times_a_day(words.whole(text)), 1))
    hours = {read(t, times.clock) for t in said if t.type in ("CLOCK", "NEXT_CLOCK")}
    hours |= {h for t in said if t.type in ("NAMED", "NEXT_NAMED") for h in read(t, times.part_of_day)}
    count = _times_a_day(first) if first.type in ("TIMES_A_DAY", "DAILY") else len(hours)
    if hours and count != len(hours):
        raise StepError(place(first), f"{count} times a day but {len(hours)} times named; expected as many")
    return tuple(sorted(hours)) or read(first, lambda _: times.times_a_day(count)), 1


def product(tokens: Sequence[Token]) -> Product:
    """'using 10 mg tablets', 'as 5 mg/mL suspension'."""
    kinds = {t.type: t for t in tokens}
    form = next(f for pattern, f in _FORMS if pattern.search(kinds["FORM"])) if "FORM" in kinds else None
    if "MG_PER_ML" in kinds:
        if form is not None and form not in _LIQUIDS:
            raise StepError(place(kinds["FORM"]), "mg/mL is the strength of a liquid; expected 'suspension' or 'solution'")
        return Product(form, strength_mg_per_ml=milligrams_per_ml(kinds["NUMBER"], kinds["MG_PER_ML"]))
    if "MG" in kinds:
        if form in _LIQUIDS:
            raise StepError(place(kinds["MG"]), "the strength of a liquid is in mg/mL; expected e.g. '5 mg/mL'")
        return Product(form, strength_mg=milligrams(kinds["NUMBER"], kinds["MG"]))
    return Product(form)


def _every_hours(text: str) -> tuple[Hours, int]:
    hours = words.whole(text)
    days, rest = divmod(hours, int(HOURS_PER_DAY))
    return (times.times_a_day(1), days) if days and not rest else (times.every_hours(hours), 1)


def _times_a_day(token: Token) -> int:
    if token.type == "DAILY":
        return 1
    first = re.match("[a-z]*", token.lower().replace(".", ""))
    return _LATIN.get(first.group() if first else "", 0) or read(token, words.whole)


def _mass(unit: Token) -> str:
    return "g" if unit.lower().startswith("g") else "mg"
