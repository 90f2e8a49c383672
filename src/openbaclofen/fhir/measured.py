"""Observations of FHIR go in; weight, height, kidney function and levels as a case writes them come out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from openbaclofen.fhir import codes
from openbaclofen.fhir.dosage import day
from openbaclofen.fhir.resources import Measure, Observation
from openbaclofen.units import Concentration, Creatinine, Height, IndexedGFR, Quantity, UnitError, Weight

_KINDS: Mapping[str, type[Quantity]] = {
    "creatinine": Creatinine,
    "egfr": IndexedGFR,
    "weight": Weight,
    "height": Height,
    "baclofen_serum": Concentration,
}
_CONCEPTS = (*_KINDS, "crcl")
_UCUM: Mapping[str, str] = {"[lb_av]": "lb", "[in_i]": "in"}
_COUNTS = ("final", "amended", "corrected", "preliminary", "")


@dataclass
class Found:
    """What was measured. latest: key of a case -> last value; creatinines, levels: oldest first; notes: what is not used."""

    latest: dict[str, str] = field(default_factory=dict)
    creatinines: list[dict[str, str]] = field(default_factory=list)
    levels: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def measurements(observations: Iterable[tuple[str, Observation]], today: date) -> Found:
    """Values until today, oldest first; where two stand on one day, the later entry counts. Errors: InputError at a bad date.

    A value that is not final, lies after today, has no day, no number or another unit is left out, and the notes say so.
    """
    found = Found()
    rows: list[tuple[date, str, str]] = []
    for where, of in observations:
        concept = codes.concept(of.code, "observation")
        if concept not in _CONCEPTS or of.status not in _COUNTS:
            continue
        if concept == "crcl":
            found.notes.append(f"{where}: a creatinine clearance of the whole person is not used; creatinine or eGFR is needed")
        elif not of.when:
            found.notes.append(f"{where}: {concept} has no date, so it is not used")
        elif (on := day(of.when, f"{where}.effectiveDateTime")) > today:
            found.notes.append(f"{where}: {concept} of {on} lies after {today}, so it is not used")
        else:
            value, fault = _value(of.value_quantity, _KINDS[concept])
            if fault:
                found.notes.append(f"{where}: {concept} of {on} is not used: {fault}")
            else:
                rows.append((on, concept, value))
    for on, concept, value in sorted(rows, key=lambda row: row[0]):
        _add(found, on, concept, value)
    last = {concept: on for on, concept, _ in sorted(rows, key=lambda row: row[0])}
    found.notes += [f"{concept} is that of {last[concept]}" for concept in found.latest]
    return found


def _value(of: Measure | None, kind: type[Quantity]) -> tuple[str, str]:
    """The value as a case writes it, in the unit it came in; or why it cannot be used."""
    if of is None or of.value is None:
        return "", "it has no number"
    if of.comparator:
        return "", f"only a bound is known ({of.comparator} {of.value:g})"
    unit = _UCUM.get(of.code or of.unit, of.code or of.unit)
    try:
        kind.of(of.value, unit)
    except UnitError as error:
        return "", str(error)
    return f"{Decimal(repr(of.value)).normalize():f} {unit}", ""


def _add(found: Found, on: date, concept: str, value: str) -> None:
    if concept == "creatinine":
        same_day = [row for row in found.creatinines if row["date"] == on.isoformat()]
        for row in same_day:
            found.creatinines.remove(row)
        found.creatinines.append({"date": on.isoformat(), "creatinine": value})
    elif concept == "baclofen_serum":
        found.levels.append({"date": on.isoformat(), "level": value})
    else:
        found.latest[concept] = value
