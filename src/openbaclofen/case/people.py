"""The 'patient' part of a case goes in; a Patient comes out, or the statement that cannot be, or contradicts another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Literal

from openbaclofen.case import conditions, fields
from openbaclofen.case.source import Node
from openbaclofen.errors import InputError
from openbaclofen.patient.dialysis import kind_of, read_dialysis
from openbaclofen.patient.person import DatedCreatinine, Patient, Sex
from openbaclofen.units import Age, Creatinine, Gestation, Height, IndexedGFR, Weight

KEYS = (
    "age",
    "sex",
    "weight",
    "height",
    "creatinine",
    "egfr",
    "kidney",
    "dialysis",
    "conditions",
    "allergies",
    "medicines",
    "pregnant",
    "breastfeeding",
    "alcohol",
    "spasticity_origin",
    "spasticity_supports_function",
    "ashworth",
    "notes",
)
_SEXES: Mapping[str, Sex] = {
    "female": "female",
    "male": "male",
    "f": "female",
    "m": "male",
    "woman": "female",
    "man": "male",
    "girl": "female",
    "boy": "male",
}
_ALCOHOL: Mapping[str, Literal["none", "occasional", "daily"]] = {
    "none": "none",
    "no": "none",
    "occasional": "occasional",
    "daily": "daily",
}
_ORIGINS: Mapping[str, Literal["spinal", "cerebral"]] = {"spinal": "spinal", "cerebral": "cerebral"}
_NO_DIALYSIS = re.compile(
    r"(no|none|nil|never|not|false)(\s+(on|any|currently|now|yet|at present|dialysis|dialysed|dialyzed))*\.?"
)
_ASHWORTH = {"1+": 1 + 0.5}
_STATED = {"pregnancy": "pregnant", "lactation": "breastfeeding", "dialysis": "dialysis"}  # a condition, the key that says it


def read_patient(node: Node, as_of: date, later: tuple[DatedCreatinine, ...]) -> Patient:
    """The person. later: creatinines told as events, which join those stated here. Errors: InputError."""
    stated = fields.mapping(node, KEYS)
    keys, unknown = conditions.match(fields.texts(stated["conditions"]) if "conditions" in stated else ())
    patient = Patient(
        age=fields.quantity(stated["age"], Age, "age") if "age" in stated else None,
        sex=fields.choice(stated["sex"], _SEXES) if "sex" in stated else None,
        weight=fields.quantity(stated["weight"], Weight, "weight") if "weight" in stated else None,
        height=fields.quantity(stated["height"], Height, "height") if "height" in stated else None,
        creatinines=_creatinines(stated, as_of, later),
        reported_egfr=fields.quantity(stated["egfr"], IndexedGFR, "egfr") if "egfr" in stated else None,
        conditions=keys,
        unknown_conditions=unknown,
        conditions_stated="conditions" in stated,
        allergies=fields.texts(stated["allergies"]) if "allergies" in stated else None,
        medicines=fields.texts(stated["medicines"]) if "medicines" in stated else None,
        breastfeeding=fields.yes_no(stated["breastfeeding"]) if "breastfeeding" in stated else None,
        alcohol=fields.choice(stated["alcohol"], _ALCOHOL) if "alcohol" in stated else None,
        dialysis=_dialysis(stated["dialysis"]) if "dialysis" in stated else None,
        spasticity_origin=_origin(stated, keys),
        spasticity_supports_function=_yes_no(stated, "spasticity_supports_function"),
        ashworth=ashworth(stated["ashworth"]) if "ashworth" in stated else None,
        notes=fields.lines(stated["notes"]) if "notes" in stated else (),
    )
    return _agreed(_pregnancy(patient, stated), stated)


def ashworth(node: Node) -> float:
    """A modified Ashworth score; 1+ is 1.5."""
    return _ASHWORTH.get(fields.text(node)) or fields.plain_number(node, "ashworth")


def _creatinines(stated: dict[str, Node], as_of: date, later: tuple[DatedCreatinine, ...]) -> tuple[DatedCreatinine, ...]:
    """Oldest first, the present one last: an undated one is the present one, an event after the case's date is left out."""
    found = [*later]
    for node in fields.items(stated["kidney"]) if "kidney" in stated else ():
        row = fields.mapping(node, ("date", "creatinine"))
        if len(row) < len(("date", "creatinine")):
            raise node.error("expected a date and a creatinine, such as {date: 2025-03-01, creatinine: 1.4 mg/dL}")
        value, on = fields.quantity(row["creatinine"], Creatinine, "creatinine"), fields.day(row["date"])
        if on > as_of:
            raise node.error(f"{on} lies after the date of the case, {as_of}: nobody has measured it yet")
        if other := next((c.creatinine for c in found if c.on == on and c.creatinine != value), None):
            raise node.error(f"two creatinines of {on}, {other} and {value}: expected the later one alone")
        found.append(DatedCreatinine(value, on))
    past = sorted((c for c in found if c.on is not None and c.on <= as_of), key=lambda c: c.on or as_of)
    if "creatinine" in stated:
        present = fields.quantity(stated["creatinine"], Creatinine, "creatinine")
        today = next((c.creatinine for c in past if c.on == as_of and c.creatinine != present), None)
        if today is not None:
            raise stated["creatinine"].error(
                f"{present} is the present creatinine, yet {today} is dated {as_of}: date the older one"
            )
        past.append(DatedCreatinine(present))
    return tuple(past)


def _pregnancy(patient: Patient, stated: dict[str, Node]) -> Patient:
    """pregnant: yes, no, or '34 weeks'."""
    node = stated.get("pregnant")
    if node is None:
        return patient
    if isinstance(node.value, str) and re.match(r"\s*\d", node.value):
        return replace(patient, pregnant=True, gestation=fields.quantity(node, Gestation, "gestation"))
    return replace(patient, pregnant=fields.yes_no(node))


def _dialysis(node: Node) -> str:
    """none, yes, or the schedule as written. Errors: InputError where it says nothing of dialysis."""
    said = fields.text(node)
    plain = said.lower()
    if _NO_DIALYSIS.fullmatch(plain):
        return "none"
    if plain in ("yes", "y", "true"):
        return "yes"
    try:
        read_dialysis(said)
    except InputError as error:
        if kind_of(said) is None:  # else what is wrong is the schedule, which rules do not ask for
            raise fields.at(node, InputError(f"{error.said}; or none")) from error
    return said


def _origin(stated: dict[str, Node], keys: frozenset[str]) -> Literal["spinal", "cerebral"] | None:
    node = stated.get("spasticity_origin")
    return fields.choice(node, _ORIGINS) if node is not None else conditions.origin(keys)


def _yes_no(stated: dict[str, Node], key: str) -> bool | None:
    return fields.yes_no(stated[key]) if key in stated else None


def _agreed(patient: Patient, stated: dict[str, Node]) -> Patient:
    """Statements that say the same made to agree; those that contradict each other refused."""
    says = {
        "pregnancy": patient.pregnant,
        "lactation": patient.breastfeeding,
        "dialysis": None if patient.dialysis is None else patient.dialysis != "none",
    }
    for condition, value in says.items():
        key = _STATED[condition]
        if value is False and condition in patient.conditions:
            raise stated[key].error(f"'{key}: {fields.text(stated[key])}' contradicts the condition {condition}")
    if patient.sex == "male":
        for condition in ("pregnancy", "lactation"):
            if says[condition] or condition in patient.conditions:
                key = _STATED[condition] if _STATED[condition] in stated else "conditions"
                raise stated[key].error(f"{condition} contradicts 'sex: male'")
    holds = {c for condition, value in says.items() if value for c in conditions.with_implied(condition)}
    keys = patient.conditions | holds
    return replace(
        patient,
        conditions=keys,
        pregnant=True if "pregnancy" in keys else patient.pregnant,
        breastfeeding=True if "lactation" in keys else patient.breastfeeding,
        dialysis="yes" if "dialysis" in keys and patient.dialysis is None else patient.dialysis,
    )
