"""The 'therapy' or 'current' of a case with a pump or a screening bolus goes in; the record of it comes out."""

from __future__ import annotations

from openbaclofen import facts
from openbaclofen.case import fields
from openbaclofen.case.record import IntrathecalTherapy
from openbaclofen.case.source import Node
from openbaclofen.dose.programme import Programme, parse_programme
from openbaclofen.errors import InputError
from openbaclofen.units import Duration, IntrathecalConcentration, IntrathecalDose, IntrathecalRate, Volume

VOLUMES = {
    "fill_volume": "pump_fill",
    "alarm_volume": "pump_fill",
    "catheter_volume": "pump_tubing",
    "tubing_volume": "pump_tubing",
}
SCREENING = ("screening_dose", "screening_lasted")
RESERVOIR = ("filled", *VOLUMES, *SCREENING)
PUMP_KEYS = ("route", "programme", "catheter_tip", "concentration", *RESERVOIR)


def read_pump(node: Node, stated: dict[str, Node], also: tuple[str, ...]) -> IntrathecalTherapy:
    """A pump programme, or a single bolus, with what is known of pump and catheter. Errors: InputError."""
    allowed = (*PUMP_KEYS, *also)
    for key, value in stated.items():
        if key not in allowed:
            raise value.error(f"{key!r} belongs to an oral order; a pump programme has {', '.join(allowed)}")
    if "programme" not in stated:
        raise node.error("expected a 'programme' such as '250 ug/d continuous'")
    gives = _programme(stated["programme"])
    strength, dose, lasted = (stated.get(key) for key in ("concentration", *SCREENING))
    volumes = {key: fields.quantity(stated[key], Volume, bounds) for key, bounds in VOLUMES.items() if key in stated}
    if {"fill_volume", "alarm_volume"} <= volumes.keys() and volumes["alarm_volume"] >= volumes["fill_volume"]:
        raise stated["alarm_volume"].error(f"the alarm lies at or above what was filled in, {volumes['fill_volume']}")
    for key in RESERVOIR if not gives.repeats else ():
        if key in stated:
            raise stated[key].error(f"{key!r} belongs to a pump; a single bolus has programme, catheter_tip and concentration")
    return IntrathecalTherapy(
        gives=gives,
        programme=fields.text(stated["programme"]),
        catheter_tip=_vertebra(stated["catheter_tip"]) if "catheter_tip" in stated else None,
        concentration=fields.quantity(strength, IntrathecalConcentration, "intrathecal_concentration") if strength else None,
        filled=fields.day(stated["filled"]) if "filled" in stated else None,
        screening_dose=fields.quantity(dose, IntrathecalDose, "screening_dose") if dose else None,
        screening_lasted=fields.quantity(lasted, Duration) if lasted else None,
        fill_volume=volumes.get("fill_volume"),
        alarm_volume=volumes.get("alarm_volume"),
        catheter_volume=volumes.get("catheter_volume"),
        tubing_volume=volumes.get("tubing_volume"),
    )


def _programme(node: Node) -> Programme:
    """The programme, its numbers within what a case may state."""
    try:
        gives = parse_programme(fields.text(node))
    except InputError as error:
        raise fields.at(node, error) from error
    if not gives.repeats:
        _within(node, "a screening bolus", "screening_dose", gives.ug_per_day, "ug")
        _within(node, "the length of a bolus", "bolus_length", gives.boluses[0].lasts_h, "h")
        return gives
    _within(node, IntrathecalRate.name, "intrathecal_rate", gives.ug_per_day, IntrathecalRate.unit)
    if gives.boluses:
        _within(node, "the number of boluses a day", "boluses_a_day", len(gives.boluses), "")
        _within(node, "the length of a bolus", "bolus_length", gives.boluses[0].lasts_h, "h")
    return gives


def _vertebra(node: Node) -> str:
    """A vertebra beside the spinal fluid, or a stretch of them: 'T10', 'T10-T11'."""
    said, counts = fields.text(node), facts.load().facts["spine.vertebrae"].value
    if not isinstance(counts, dict):
        raise TypeError("spine.vertebrae counts by region")
    known = {f"{region}{number + 1}" for region, most in counts.items() for number in range(int(most))}
    if not set(said.upper().split("-")) <= known:
        most = ", ".join(f"{region}1-{region}{number:g}" for region, number in counts.items())
        raise node.error(f"{said!r} is no vertebra beside the spinal fluid; expected one of {most}")
    return said


def _within(node: Node, what: str, plausible: str, value: float, unit: str) -> None:
    low, high = fields.bounds(plausible)
    if not low <= value <= high:
        raise node.error(" ".join(f"{what} of {value:g} {unit} is not possible; expected {low:g} to {high:g} {unit}".split()))
