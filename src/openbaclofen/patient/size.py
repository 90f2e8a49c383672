"""Weight, height, age and sex go in; body surface, ideal weight and the weight for creatinine clearance come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from openbaclofen import facts
from openbaclofen.patient.person import Patient
from openbaclofen.units import BodySurface, Height, Weight

_ADULT, _CHILD = "body_size.surface_adult", "body_size.surface_child"
_ADULT_FROM = "CKD-EPI-2021"  # an adult is whom the adult kidney equation was made for


@dataclass(frozen=True)
class Surface:
    """Body surface area, the id of the formula that gave it, and what was missing for it."""

    area: BodySurface | None
    formula: str
    missing: tuple[str, ...] = ()


def body_surface(patient: Patient) -> Surface:
    """scale * kg^weight * cm^height: Du Bois for adults (whose formula is that of the index), Haycock for children."""
    if patient.weight is None or patient.height is None:
        lacking = {"weight": patient.weight, "height": patient.height}
        return Surface(None, "", tuple(name for name, value in lacking.items() if value is None))
    formula = _CHILD if _is_child(patient) else _ADULT
    c = _coefficients(formula)
    area = c["scale"] * patient.weight.to("kg") ** c["weight"] * patient.height.to("cm") ** c["height"]
    return Surface(BodySurface(area), formula)


def ideal_weight(height: Height, sex: Literal["female", "male"]) -> Weight:
    """Devine 1974: base + per_inch for every inch above 60; below that height the base."""
    c = _coefficients("body_size.ideal_weight")
    return Weight(c[sex] + c["per_inch"] * max(height.to("in") - c["inches"], 0.0))


def clearance_weight(weight: Weight, height: Height | None, sex: Literal["female", "male"]) -> tuple[Weight, str]:
    """The weight that creatinine clearance is computed with, and how it is called.

    Actual weight, as in the equation's own source. Where the height shows obesity (actual above 1.2 times ideal weight):
    the adjusted weight, ideal + 0.4 * (actual - ideal), since fat makes no creatinine.
    """
    if height is None:
        return weight, "actual (height not stated, so not adjusted)"
    ideal = ideal_weight(height, sex)
    kb = facts.load()
    if weight.value <= kb.value("body_size.adjusted_weight_from") * ideal.value:
        return weight, "actual"
    adjusted = ideal.value + kb.value("body_size.adjusted_weight_fraction") * (weight.value - ideal.value)
    return Weight(adjusted), "adjusted"


def _is_child(patient: Patient) -> bool:
    grown = facts.load().kidney_equations[_ADULT_FROM].min_age
    return patient.age is not None and grown is not None and patient.age.value < grown


def _coefficients(fact: str) -> dict[str, float]:
    value = facts.load().facts[fact].value
    if not isinstance(value, dict):
        raise TypeError(f"{fact} holds no coefficients")
    return value
