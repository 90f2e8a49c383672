"""Observations of FHIR go in; weight, height, kidney function and levels as a case writes them come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from openbaclofen.case.fields import bounds
from openbaclofen.fhir import codes
from openbaclofen.fhir.dosage import day
from openbaclofen.fhir.resources import Observation
from openbaclofen.units import DAYS_PER_WEEK, Concentration, Creatinine, Height, IndexedGFR, Quantity, UnitError, Weight

_KINDS: Mapping[str, type[Quantity]] = {
    "creatinine": Creatinine,
    "egfr": IndexedGFR,
    "weight": Weight,
    "height": Height,
    "baclofen_serum": Concentration,
}
_BOUNDS: Mapping[str, str] = {"baclofen_serum": "level"}
_KIDNEYS = ("creatinine", "egfr")
_ASKED = ((("creatinine",), True), (("egfr",), True), (_KIDNEYS, False))  # of what, and whether it can be used
_PREGNANT = "pregnancy_status"
_CONCEPTS = (*_KINDS, "crcl", _PREGNANT)
_UCUM: Mapping[str, str] = {"[lb_av]": "lb", "[in_i]": "in"}
_WRONG = ("entered-in-error", "cancelled", "registered")


@dataclass
class Found:
    """What was measured. latest: key of a case -> last value; creatinines, levels: oldest first.

    notes: on what day; left_out: what is not used, and why.
    """

    latest: dict[str, str] = field(default_factory=dict)
    creatinines: list[dict[str, str]] = field(default_factory=list)
    levels: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Row:
    """One observation. at: its moment, to put them in order; value: '' where something was measured that cannot be used."""

    at: datetime
    on: date
    concept: str
    value: str


def measurements(observations: Iterable[tuple[str, Observation]], today: date) -> Found:
    """Values until today, oldest first; of two on one day, the later counts. Errors: InputError at a bad date.

    A value that is not final, lies after today, has no day, no number or another unit is left out and named. Where the newest
    word on the kidneys cannot be used, older values are not used in its place; where it is an eGFR, older creatinines are not.
    """
    found = Found()
    rows = sorted((row for where, of in _each(observations) if (row := _row(where, of, today, found))), key=lambda row: row.at)
    kept = [row for row in _kidneys_as_last_seen(rows, found) if row.value]
    for row in kept:
        _add(found, row.on, row.concept, row.value)
    if found.latest.get("pregnant") == "no":  # which holds for that day alone, and is to be asked again
        del found.latest["pregnant"]
    last = {row.concept: row.on for row in kept}
    found.notes += [f"{concept} is that of {last[concept]}" for concept in found.latest]
    return found


def _each(observations: Iterable[tuple[str, Observation]]) -> Iterator[tuple[str, Observation]]:
    """Every observation, and the parts of those that hold several."""
    for where, of in observations:
        yield where, of
        for i, part in enumerate(of.component):
            update = {"code": part.code, "value_quantity": part.value_quantity, "value_string": part.value_string}
            yield f"{where}.component.{i}", of.model_copy(update=update)


def _row(where: str, of: Observation, today: date, found: Found) -> _Row | None:
    """An observation that a case has a word for; one that cannot be used is named."""
    concept = codes.concept(of.code, "observation")
    if concept not in _CONCEPTS or of.status.lower() in _WRONG:
        return None
    if concept == "crcl":
        found.left_out.append(f"{where}: a creatinine clearance of the whole person is not used; creatinine or eGFR is needed")
        return None
    if not of.when:
        found.left_out.append(f"{where}: {concept} has no date, so it is not used")
        return None
    at, on = _moment(of.when, f"{where}.effectiveDateTime", today)
    if on > today:
        found.left_out.append(f"{where}: {concept} of {on} lies after {today}, so it is not used")
        return None
    if concept == _PREGNANT:
        return _pregnancy(at, on, of, today)
    value, fault = _value(of, _KINDS[concept], _BOUNDS.get(concept, concept))
    if fault:
        found.left_out.append(f"{where}: {concept} of {on} is not used: {fault}")
    return _Row(at, on, concept, value) if value or of.value_quantity or of.value_string else None


def _moment(text: str, where: str, today: date) -> tuple[datetime, date]:
    """The moment, and the day where it was seen; one that is not over here, but is elsewhere, counts as today."""
    on = day(text, where)
    try:
        at = datetime.fromisoformat(text) if "T" in text else datetime.combine(on, time())
    except ValueError:
        at = datetime.combine(on, time())
    offset = at.utcoffset() if date.min < on < date.max else None
    at = at.replace(tzinfo=UTC) - (offset or timedelta())
    return at, today if on > today >= at.date() else on


def _pregnancy(at: datetime, on: date, of: Observation, today: date) -> _Row | None:
    """That she is pregnant, as long as a pregnancy may last, or is not."""
    _, longest = bounds("gestation")
    said = codes.concept(of.value_codeable_concept, _PREGNANT)
    recent = (today - on).days <= longest * DAYS_PER_WEEK
    return _Row(at, on, "pregnant", "yes" if said == "pregnant" else "no") if said and recent else None


def _kidneys_as_last_seen(rows: list[_Row], found: Found) -> list[_Row]:
    """The rows without those on the kidneys that something newer has overtaken; creatinine of the same day goes before eGFR."""
    days = {
        key: max((r.on for r in rows if r.concept in key[0] and bool(r.value) is key[1]), default=date.min) for key in _ASKED
    }
    creatinine, egfr, unusable = (days[key] for key in _ASKED)
    if unusable > max(creatinine, egfr) > date.min:
        found.left_out.append(f"kidneys: what was measured on {unusable} cannot be used, so nothing older is used in its place")
        return [r for r in rows if r.concept not in _KIDNEYS]
    if egfr > creatinine > date.min:
        found.left_out.append(f"kidneys: the eGFR of {egfr} is used, and no creatinine, the last of which is of {creatinine}")
        return [r for r in rows if r.concept != "creatinine"]
    if creatinine > date.min and egfr > date.min:
        found.notes.append("a reported eGFR is not used, since creatinine is known")
        return [r for r in rows if r.concept != "egfr"]
    return rows


def _value(of: Observation, kind: type[Quantity], plausible: str) -> tuple[str, str]:
    """The value as a case writes it, in the unit it came in; or why it cannot be used."""
    quantity = of.value_quantity
    if of.modifier_extension:
        return "", "it has a modifierExtension, whose meaning is not known"
    if quantity is None or quantity.value is None:
        return "", "it has no number"
    if quantity.comparator:
        return "", f"only a bound is known ({quantity.comparator} {quantity.value:g})"
    fault, (low, high) = "it has no unit", bounds(plausible)
    for said in quantity.units:
        unit = _UCUM.get(said, said)
        try:
            value = kind.of(quantity.value, unit).value
        except UnitError as error:
            fault = str(error)
            continue
        if not low <= value <= high:
            return "", f"{quantity.value:g} {unit} is not possible"
        return f"{Decimal(repr(quantity.value)).normalize():f} {unit}", ""
    return "", fault


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
