"""Dosing instructions of FHIR go in; a sig that means the same comes out, or the reverse."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from openbaclofen.dose import times
from openbaclofen.dose.regimen import Phase, Regimen
from openbaclofen.dose.sig import Sig, parse_sig
from openbaclofen.dose.times import Hours
from openbaclofen.errors import InputError
from openbaclofen.fhir import codes
from openbaclofen.fhir.resources import CodeableConcept, Dosage, Measure, Period, Repeat
from openbaclofen.units import DAYS_PER_WEEK, Duration, OralDose, UnitError

_CODES: Mapping[str, str] = {  # a code for a timing, and how a prescriber says it
    "QD": "daily",
    "BID": "BID",
    "TID": "TID",
    "QID": "QID",
    "Q4H": "q4h",
    "Q6H": "q6h",
    "Q8H": "q8h",
    "AM": "in the morning",
    "PM": "in the evening",
    "BED": "at bedtime",
}
_WHEN: Mapping[str, str] = {
    **dict.fromkeys(("MORN", "MORN.early", "MORN.late", "WAKE", "CM", "ACM", "PCM"), "in the morning"),
    **dict.fromkeys(("NOON", "CD", "ACD", "PCD"), "at noon"),
    **dict.fromkeys(("AFT", "AFT.early", "AFT.late"), "in the afternoon"),
    **dict.fromkeys(("EVE", "EVE.early", "EVE.late", "CV", "ACV", "PCV"), "in the evening"),
    **dict.fromkeys(("NIGHT", "HS"), "at bedtime"),
}
_DAYS: Mapping[str, float] = {"d": 1, "wk": DAYS_PER_WEEK}
_TABLET = re.compile(r"\{?(tab|tbl|tablet|pill)(s|\(s\))?\}?", re.I)
_LIQUID = re.compile(r"m[lL]")
_PER_ML = re.compile(r"([\d.]+)\s*mg\s*/\s*([\d.]*)\s*ml", re.I)
_PER_TABLET = re.compile(r"([\d.]+)\s*mg\b(?!\s*/)", re.I)
_THOUSANDS, _DECIMAL = re.compile(r"(?<=\d),(?=\d{3}\b)"), re.compile(r"(?<=\d),(?=\d)")


@dataclass(frozen=True)
class Strength:
    """What one tablet or one millilitre holds, in mg; None where the order does not say. form: where it says."""

    form: str | None = None
    tablet_mg: float | None = None
    mg_per_ml: float | None = None


@dataclass(frozen=True)
class _Part:
    """Doses (mg) at hours of the day, every so many days, for so many days."""

    doses: tuple[tuple[float, float], ...]
    every_days: int
    days: float | None
    start: date | None


def strength(medicine: CodeableConcept) -> Strength:
    """The strength of a coded product, else of one in words ('Baclofen 10 MG Oral Tablet', 'baclofen 5 mg/mL')."""
    product = codes.product(medicine)
    if product is not None:
        return Strength(product.form, product.strength_mg, product.strength_mg_per_ml)
    for words in (_DECIMAL.sub(".", _THOUSANDS.sub("", said)) for said in medicine.said):
        if liquid := _PER_ML.search(words):
            return Strength(None, None, float(liquid.group(1)) / float(liquid.group(2) or 1))
        if tablet := _PER_TABLET.search(words):
            return Strength(None, float(tablet.group(1)), None)
    return Strength()


def read_sig(dosages: Iterable[Dosage], medicine: CodeableConcept, where: str) -> tuple[Sig, list[str]]:
    """The sig of an order, and what was assumed in reading it.

    Instructions follow one another by their sequence; those of one sequence, or of none, hold together. One without a dose
    is read from its text. Errors: InputError where there is no dose or time, or more than one way to take it.
    """
    stated = list(dosages)
    if not stated:
        raise InputError("expected at least one dosing instruction", where)
    notes: list[str] = []
    if any(d.as_needed_boolean or d.as_needed_codeable_concept for d in stated):
        notes.append(f"{where}: 'as needed' is judged as if every dose were taken")
    if any(not d.dose_and_rate for d in stated):
        return _of_text(stated, where), notes
    of = strength(medicine)
    try:
        regimen = _regimen(stated, of, where)
    except InputError as error:
        raise InputError(error.said, error.where or where) from error
    return Sig(regimen, of.form, of.tablet_mg, of.mg_per_ml), notes


def _regimen(dosages: list[Dosage], of: Strength, where: str) -> Regimen:
    """Instructions with doses as phases, by their sequence."""
    parts = sorted(((d.sequence or 0, _part(d, of, where)) for d in dosages), key=lambda p: p[0])
    together = [[part for _, part in found] for _, found in groupby(parts, key=lambda p: p[0])]
    for before, after in itertools.pairwise(found[0] for found in together):
        ends = before.start + timedelta(days=before.days) if before.start and before.days else None
        if after.start and ends and after.start != ends:
            raise InputError(
                f"one instruction ends before {ends}, the next begins on {after.start}; expected the same day", where
            )
    return Regimen(tuple(_phase(found, where) for found in together), together[0][0].start)


def _of_text(dosages: list[Dosage], where: str) -> Sig:
    """The sig of instructions that hold words only."""
    words = [d.text or d.patient_instruction for d in sorted(dosages, key=lambda d: d.sequence or 0)]
    if not all(words):
        raise InputError("a dosing instruction says neither dose nor text", where)
    try:
        return parse_sig(", then ".join(words))
    except InputError as error:
        raise InputError(error.said, f"{where}: text") from error


def _part(of: Dosage, strength: Strength, where: str) -> _Part:
    repeat = of.timing.repeat
    if repeat.frequency_max or repeat.period_max or repeat.day_of_week or repeat.bounds_range:
        raise InputError("expected one frequency on every dosing day, not a range or days of the week", f"{where}.timing")
    mg = _dose(of, strength, where)
    hours, every_days = _schedule(of, where)
    days, start = _bounds(repeat, len(hours), every_days, where)
    if every_days == 1:
        _agrees(of.text, mg * len(hours), where)
    return _Part(tuple((hour, mg) for hour in hours), every_days, days, start)


def _dose(of: Dosage, strength: Strength, where: str) -> float:
    """The dose in mg, said once or in several ways (as ordered, as given) that agree. Errors: InputError."""
    if any(each.dose_range is not None or each.dose_quantity is None for each in of.dose_and_rate):
        raise InputError("expected a doseQuantity, not a range or a rate", f"{where}.doseAndRate")
    found: list[float] = []
    faults: list[InputError] = []
    for each in of.dose_and_rate:
        try:
            found.append(_milligrams(each.dose_quantity or Measure(), strength, f"{where}.doseQuantity"))
        except InputError as error:
            faults.append(error)
    if not found:
        raise faults[0]
    if not all(math.isclose(mg, found[0]) for mg in found):
        raise InputError(f"expected one dose, got {' and '.join(f'{mg:g} mg' for mg in found)}", f"{where}.doseAndRate")
    return found[0]


def _agrees(text: str, daily_mg: float, where: str) -> None:
    """Errors: InputError where the words of an instruction are a sig of another daily dose than its elements say."""
    try:
        said = {phase.daily_mg for phase in parse_sig(text).regimen.phases}
    except InputError:  # words that are no sig say nothing that could be compared
        return
    if not all(math.isclose(mg, daily_mg) for mg in said):
        raise InputError(f"its text says {text!r}, its elements {daily_mg:g} mg/day; expected the same", f"{where}.text")


def _milligrams(dose: Measure, of: Strength, where: str) -> float:
    """The dose in mg. Errors: InputError where unit or strength is not said or not of a dose by mouth."""
    if dose.value is None or dose.comparator:
        raise InputError("expected a number", where)
    fault = ""
    for unit in dose.units or ("",):
        if _TABLET.fullmatch(unit):
            return dose.value * _needed(of.tablet_mg, "one tablet", where)
        if _LIQUID.fullmatch(unit):
            return dose.value * _needed(of.mg_per_ml, "one mL", where)
        try:
            return OralDose.of(dose.value, unit).value
        except UnitError as error:
            fault = fault or str(error)
    raise InputError(fault, where)


def _needed(strength: float | None, of: str, where: str) -> float:
    if strength is None:
        raise InputError(f"the strength of {of} is not said; expected a coded product or a dose in mg", where)
    return strength


def _schedule(of: Dosage, where: str) -> tuple[Hours, int]:
    """Hours of the day, and every how many days. Errors: InputError."""
    repeat, code = of.timing.repeat, next((c.code.upper() for c in of.timing.code.coding if c.code), "")
    try:
        every_days, a_day = _recurs(repeat, code)
        hours = _hours(repeat)
        if hours:
            if a_day is not None and a_day > len(hours):
                raise InputError(f"{a_day} doses a day, yet {len(hours)} times of day are named", "")
            return hours, every_days
        if repeat.frequency and repeat.period and repeat.period_unit == "h":
            return times.every_hours(_whole(repeat.period / repeat.frequency, "hours between doses")), 1
        if a_day is not None:
            return times.times_a_day(a_day), every_days
        if repeat.count == 1 and not code:
            return times.times_a_day(1), 1
        if code in _CODES:
            return times.dosing_times()[_CODES[code]], 1
        if code == "QOD":
            return times.times_a_day(1), every_days
    except InputError as error:
        raise InputError(error.said, f"{where}.timing") from error
    raise InputError(
        "it is not said how often; expected e.g. repeat {frequency: 3, period: 1, periodUnit: d}", f"{where}.timing"
    )


def _hours(repeat: Repeat) -> Hours:
    """The times of day that are named; none where none is."""
    if repeat.time_of_day:
        return tuple(sorted(times.clock(at) for at in repeat.time_of_day))
    unknown = [w for w in repeat.when if w not in _WHEN]
    if unknown:
        raise InputError(f"the time {unknown[0]!r} is not known; known are {', '.join(_WHEN)}", "")
    return tuple(sorted({hour for w in repeat.when for hour in times.part_of_day(_WHEN[w])}))


def _recurs(repeat: Repeat, code: str) -> tuple[int, int | None]:
    """Every how many days, and how many doses on such a day; None where that is not said in days or weeks."""
    if repeat.period and repeat.period_unit in _DAYS:
        every = repeat.period * _DAYS[repeat.period_unit]
        if every <= 1:
            return 1, _whole(repeat.frequency / every, "doses a day") if repeat.frequency else None
        if repeat.frequency not in (None, 1):
            return _whole(every, "days between doses"), None
        return _whole(every, "days between doses"), repeat.frequency
    return (2 if code == "QOD" and not repeat.period else 1), None


def _whole(value: float, of: str) -> int:
    """Errors: InputError where it is no whole number of at least one."""
    if not 1 <= value < math.inf or not math.isclose(value, round(value)):
        raise InputError(f"expected a whole number of {of}, got {value:g}", "")
    return round(value)


def over(dosages: Iterable[Dosage], today: date, where: str) -> date | None:
    """The last day of instructions that have all ended before today; None where one goes on."""
    ends = [(d.timing.repeat.bounds_period or Period()).end for d in dosages]
    last = max((day(end, f"{where}.timing") for end in ends if end), default=today)
    return last if all(ends) and last < today else None


def _bounds(repeat: Repeat, doses: int, every_days: int, where: str) -> tuple[float | None, date | None]:
    """For how many days, and from when; None where it is not said."""
    if repeat.bounds_duration is not None and repeat.bounds_duration.value is not None:
        unit = repeat.bounds_duration.code or repeat.bounds_duration.unit
        try:
            return Duration.of(repeat.bounds_duration.value, unit).value, None
        except UnitError as error:
            raise InputError(str(error), f"{where}.timing") from error
    if repeat.bounds_period is not None and repeat.bounds_period.end and not repeat.bounds_period.start:
        raise InputError("boundsPeriod has an end and no start", f"{where}.timing")
    if repeat.bounds_period is not None and repeat.bounds_period.start:
        start = day(repeat.bounds_period.start, f"{where}.timing")
        end = day(repeat.bounds_period.end, f"{where}.timing") if repeat.bounds_period.end else None
        return (float((end - start).days + 1) if end else None), start
    if repeat.count:
        return float(max(1, -(-repeat.count // doses)) * every_days), None
    return None, None


def _phase(parts: list[_Part], where: str) -> Phase:
    """Instructions that hold together as one phase."""
    if len({(p.every_days, p.days) for p in parts}) > 1:
        raise InputError("instructions without a sequence last or recur differently; expected a sequence on each", where)
    by_hour: dict[float, float] = {}
    for hour, mg in (dose for part in parts for dose in part.doses):
        by_hour[hour] = by_hour.get(hour, 0) + mg
    taken = sorted((hour, mg) for hour, mg in by_hour.items() if mg > 0)
    return Phase(tuple(mg for _, mg in taken), tuple(h for h, _ in taken), parts[0].days, parts[0].every_days)


def day(text: str, where: str) -> date:
    """The day of a FHIR date, dateTime or instant; the first day of a month or year alone. Errors: InputError."""
    found = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T.*)?\Z", text)
    try:
        if found:
            return date(int(found.group(1)), int(found.group(2) or 1), int(found.group(3) or 1))
    except ValueError:
        pass
    raise InputError(f"expected a date such as 2025-03-01, got {text[:10]!r}", where)
