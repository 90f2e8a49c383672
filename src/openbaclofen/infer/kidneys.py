"""A person and their kidney function go in; the creatinine clearance that predictions rest on, of the whole person, comes out.

Children are predicted by bedside Schwartz, adults by Cockcroft-Gault. Between the oldest whom the one and the youngest whom the
other was made from, the two pass into each other, so that nobody's levels jump on a birthday. Rules use `patient.kidney` alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from openbaclofen.facts import KnowledgeBase
from openbaclofen.patient.kidney import ADULT, CLEARANCE, REPORTED, KidneyFunction, cockcroft_gault
from openbaclofen.patient.person import Patient
from openbaclofen.patient.size import body_surface, clearance_weight
from openbaclofen.units import AbsoluteGFR

GROWING_UP = "clearance.growing_up_from"


@dataclass(frozen=True)
class Clearance:
    """rate: None where it cannot be told, for lack of `missing`. blended: whether it lies between two equations."""

    rate: AbsoluteGFR | None
    missing: tuple[str, ...] = ()
    blended: bool = False


def creatinine_clearance(patient: Patient, kidney: KidneyFunction, kb: KnowledgeBase) -> Clearance:
    """Cockcroft-Gault for adults, bedside Schwartz off its index for children, unless a rate is stated.

    In between, child^(1-w) * adult^w with w = s^2 (3 - 2 s) and s running from 0 to 1 over the years of growing up, so that
    the rate and its change with age are continuous. A stated rate passes from the child's body surface to the adult's.
    """
    grown, young = kb.kidney_equations[ADULT].min_age, kb.value(GROWING_UP)
    age = patient.age.value if patient.age is not None else None
    reported = kidney.equation == REPORTED
    if age is None or grown is None or age >= grown:
        rates = (kidney.absolute, kidney.cockcroft_gault) if reported else (kidney.cockcroft_gault, kidney.absolute)
        return Clearance(next((rate for rate in rates if rate is not None), None), kidney.missing)
    if age <= young or kidney.absolute is None:
        return Clearance(kidney.absolute or kidney.cockcroft_gault, kidney.missing)
    adult = _surface_of_an_adult(patient) if reported else kidney.cockcroft_gault or _as_an_adult(patient, kb)
    if adult is None:
        return Clearance(None, tuple(name for name in ("creatinine", "sex") if getattr(patient, name) is None))
    s = (age - young) / (grown - young)
    weight = s**2 * (3 - 2 * s)
    return Clearance(AbsoluteGFR(kidney.absolute.value ** (1 - weight) * adult.value**weight), blended=True)


def _as_an_adult(patient: Patient, kb: KnowledgeBase) -> AbsoluteGFR | None:
    """Cockcroft-Gault of somebody who is not quite old enough for it; None where a datum is missing."""
    age, creatinine, sex, weight = patient.age, patient.creatinine, patient.sex, patient.weight
    if age is None or creatinine is None or sex is None or weight is None:
        return None
    used, _ = clearance_weight(weight, patient.height, sex)
    return cockcroft_gault(kb.kidney_equations[CLEARANCE], creatinine, age, used, sex)


def _surface_of_an_adult(patient: Patient) -> AbsoluteGFR | None:
    """A stated rate taken off its index by the body surface of adults."""
    area = body_surface(replace(patient, age=None)).area
    return patient.reported_egfr.of_person(area) if patient.reported_egfr is not None and area is not None else None
