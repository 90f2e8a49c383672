"""A person goes in; their kidney function, indexed and absolute, with equation, weight used and missing data, comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from openbaclofen.patient.person import Patient
from openbaclofen.patient.size import body_surface, clearance_weight
from openbaclofen.units import AbsoluteGFR, Age, Creatinine, Height, IndexedGFR, Weight

if TYPE_CHECKING:
    from openbaclofen.facts.schema import KidneyEquation

ADULT, CHILD, CLEARANCE = "CKD-EPI-2021", "BEDSIDE-SCHWARTZ-2009", "COCKCROFT-GAULT-SI"
REPORTED = "as reported"
_STATED = "egfr"  # the key of the case file under which a rate can be stated
_NO_DIALYSIS = "none"


@dataclass(frozen=True)
class KidneyFunction:
    """What the kidneys do now.

    indexed: per 1.73 m2 of body surface; absolute: of the whole person, the one that clears a drug. equation: its id,
    'as reported' for a stated rate, '' where none applies. missing: data without which a number could not be had, in the
    words of the case file. on_dialysis: rates then describe what is left of the own kidneys, if anything.
    """

    indexed: IndexedGFR | None = None
    absolute: AbsoluteGFR | None = None
    cockcroft_gault: AbsoluteGFR | None = None
    equation: str = ""
    weight_used: str = ""
    surface_formula: str = ""
    missing: tuple[str, ...] = ()
    on_dialysis: bool = False
    notes: tuple[str, ...] = ()


def kidney_function(patient: Patient, equations: Mapping[str, KidneyEquation]) -> KidneyFunction:
    """Kidney function by the equation for this age; nothing is guessed where a datum is missing.

    Adults: CKD-EPI 2021, taken off its index with the Du Bois surface, and Cockcroft-Gault. Children: bedside Schwartz
    and the Haycock surface. A stated eGFR stands before one that is computed.
    """
    equation = _equation_for(patient.age, equations)
    indexed, missing, used = _indexed(patient, equation)
    surface = body_surface(patient)
    absolute = indexed.of_person(surface.area) if indexed and surface.area else None
    clearance, clearance_missing, weight_used = _clearance(patient, equations[CLEARANCE])
    notes: list[str] = []
    if patient.age is not None and equation is None and indexed is None:
        missing = [_STATED]
        notes.append(f"no equation is valid at an age of {patient.age}")
    if indexed is not None and patient.pregnant:
        notes.append("kidney equations were not made for pregnancy")
    return KidneyFunction(
        indexed=indexed,
        absolute=absolute,
        cockcroft_gault=clearance,
        equation=used,
        weight_used=weight_used,
        surface_formula=surface.formula if absolute else "",
        missing=tuple(dict.fromkeys([*missing, *(surface.missing if indexed else ()), *clearance_missing])),
        on_dialysis=on_dialysis(patient),
        notes=tuple(notes),
    )


def on_dialysis(patient: Patient) -> bool:
    """Whether the case says that the person is dialysed."""
    return "dialysis" in patient.conditions or patient.dialysis not in (None, _NO_DIALYSIS)


def ckd_epi(equation: KidneyEquation, creatinine: Creatinine, age: Age, sex: Literal["female", "male"]) -> IndexedGFR:
    """scale * min(Scr/k, 1)^a * max(Scr/k, 1)^above * age_base^age * (female factor)."""
    k, a = _of_sex(equation, "k", sex), _of_sex(equation, "a", sex)
    ratio = creatinine.to(equation.creatinine_unit) / k
    rate = _number(equation, "scale") * min(ratio, 1.0) ** a * max(ratio, 1.0) ** _number(equation, "above")
    rate *= _number(equation, "age_base") ** age.value
    return IndexedGFR.of(rate * (_number(equation, "female") if sex == "female" else 1.0), equation.result_unit)


def schwartz(equation: KidneyEquation, creatinine: Creatinine, height: Height) -> IndexedGFR:
    """scale * height / Scr, with height in cm."""
    rate = _number(equation, "scale") * height.to("cm") / creatinine.to(equation.creatinine_unit)
    return IndexedGFR.of(rate, equation.result_unit)


def cockcroft_gault(
    equation: KidneyEquation, creatinine: Creatinine, age: Age, weight: Weight, sex: Literal["female", "male"]
) -> AbsoluteGFR:
    """(age_from - age) * weight * factor / Scr, with weight in kg; never below zero."""
    years = max(_number(equation, "age_from") - age.value, 0.0)
    rate = years * weight.to("kg") * _of_sex(equation, "factor", sex) / creatinine.to(equation.creatinine_unit)
    return AbsoluteGFR.of(rate, equation.result_unit)


def valid_at(equation: KidneyEquation, age: Age) -> bool:
    """Whether an equation was made for this age: from min_age to below max_age."""
    above = equation.min_age is None or age.value >= equation.min_age
    return above and (equation.max_age is None or age.value < equation.max_age)


def _equation_for(age: Age | None, equations: Mapping[str, KidneyEquation]) -> KidneyEquation | None:
    return next((equations[key] for key in (ADULT, CHILD) if age is not None and valid_at(equations[key], age)), None)


def _indexed(patient: Patient, equation: KidneyEquation | None) -> tuple[IndexedGFR | None, list[str], str]:
    """The indexed rate, what was missing for it, and which equation gave it."""
    if patient.reported_egfr is not None:
        return patient.reported_egfr, [], REPORTED
    child = equation is not None and equation.id == CHILD
    needed = {
        "age": patient.age,
        "creatinine": patient.creatinine,
        **({"height": patient.height} if child else {"sex": patient.sex}),
    }
    missing = [name for name, value in needed.items() if value is None]
    if missing or equation is None or patient.age is None or patient.creatinine is None:
        return None, missing, ""
    if child and patient.height is not None:
        return schwartz(equation, patient.creatinine, patient.height), [], equation.id
    if patient.sex is not None:
        return ckd_epi(equation, patient.creatinine, patient.age, patient.sex), [], equation.id
    return None, missing, ""


def _clearance(patient: Patient, equation: KidneyEquation) -> tuple[AbsoluteGFR | None, list[str], str]:
    """Creatinine clearance of an adult, what was missing for it, and which weight was used."""
    if patient.age is not None and not valid_at(equation, patient.age):
        return None, [], ""
    age, creatinine, sex, weight = patient.age, patient.creatinine, patient.sex, patient.weight
    if age is None or creatinine is None or sex is None or weight is None:
        needed = {"age": age, "creatinine": creatinine, "sex": sex, "weight": weight}
        return None, [name for name, value in needed.items() if value is None], ""
    used, said = clearance_weight(weight, patient.height, sex)
    return cockcroft_gault(equation, creatinine, age, used, sex), [], said


def _number(equation: KidneyEquation, key: str) -> float:
    value = equation.coefficients[key]
    if isinstance(value, dict):
        raise TypeError(f"{equation.id}: {key} differs by sex")
    return value


def _of_sex(equation: KidneyEquation, key: str, sex: Literal["female", "male"]) -> float:
    value = equation.coefficients[key]
    return value[sex] if isinstance(value, dict) else value
