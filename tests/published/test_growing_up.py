"""The same body and creatinine at neighbouring ages go in; predicted clearance must pass smoothly from child to adult."""

from __future__ import annotations

import numpy as np
import pytest
from tests.people_like import KB

import openbaclofen as ob
from openbaclofen.errors import InputError
from openbaclofen.infer.kidneys import GROWING_UP
from openbaclofen.infer.typical import CannotTellError, typical
from openbaclofen.patient.kidney import cockcroft_gault, kidney_function, schwartz
from openbaclofen.patient.person import Patient
from openbaclofen.patient.size import body_surface, clearance_weight
from openbaclofen.units import Age, Creatinine, Height, IndexedGFR, Weight

WOMAN = {"sex": "female", "weight": Weight(58), "height": Height(165), "creatinine": 0.7}
MAN = {"sex": "male", "weight": Weight(66), "height": Height(176), "creatinine": 0.85}
STEP = 0.01  # years


def somebody(age: float, creatinine: float | None = None, **more: object) -> Patient:
    said = {**WOMAN, **more}
    stated = said.pop("creatinine")
    value = stated if creatinine is None else creatinine
    known = ob.read_case({"patient": {"creatinine": f"{value} mg/dL"}}).patient.creatinines
    return Patient(age=Age(age), creatinines=known, **said)  # pyright: ignore[reportArgumentType]


def clearance(patient: Patient) -> float:
    """CL/F in L/h of the typical person, renal and not."""
    known = typical(patient, kidney_function(patient, KB.kidney_equations), KB).known
    value = {name: known[name].value for name in known}
    renal = value["renal_slope"] * value["creatinine_clearance"]
    return (renal + value["nonrenal_clearance"] * value["clearance_size"]) / value["bioavailability"]


@pytest.mark.parametrize("body", [WOMAN, MAN, {**MAN, "weight": Weight(120)}, {**WOMAN, "reported_egfr": IndexedGFR(90)}])
def test_no_birthday_changes_clearance_for_the_same_body_and_creatinine(body: dict[str, object]) -> None:
    ages = np.arange(14.0, 21.0, STEP)
    found = np.array([clearance(somebody(float(age), **body)) for age in ages])
    assert np.abs(np.diff(np.log(found))).max() < 0.006  # a hundredth of a year
    for birthday in (KB.value(GROWING_UP), 18.0):
        below, at = (clearance(somebody(age, **body)) for age in (birthday - 1e-6, birthday))
        assert below == pytest.approx(at, rel=1e-6)


def test_the_ends_are_the_equations_themselves() -> None:
    """Schwartz off its index by Haycock up to 16, Cockcroft-Gault from 18; half way in between, their geometric mean."""
    weight, _ = clearance_weight(Weight(58), Height(165), "female")

    def predicted(age: float) -> float:
        person = somebody(age)
        return typical(person, kidney_function(person, KB.kidney_equations), KB).known["creatinine_clearance"].value / 0.06

    def by(age: float, adult: bool) -> float:
        if adult:
            equation = KB.kidney_equations["COCKCROFT-GAULT-SI"]
            return cockcroft_gault(equation, Creatinine(0.7), Age(age), weight, "female").value
        area = body_surface(somebody(10.0)).area
        assert area is not None
        return schwartz(KB.kidney_equations["BEDSIDE-SCHWARTZ-2009"], Creatinine(0.7), Height(165)).of_person(area).value

    assert predicted(16.0) == pytest.approx(by(16.0, adult=False))
    assert predicted(18.0) == pytest.approx(by(18.0, adult=True))
    assert predicted(17.0) == pytest.approx(np.sqrt(by(17.0, adult=False) * by(17.0, adult=True)))
    assert by(18.0, adult=True) > 1.2 * by(18.0, adult=False)


def test_rules_see_the_equation_of_each_age_as_before() -> None:
    young, grown = (kidney_function(somebody(age), KB.kidney_equations) for age in (17.9, 18.0))
    assert (young.equation, young.cockcroft_gault) == ("BEDSIDE-SCHWARTZ-2009", None)
    assert grown.equation == "CKD-EPI-2021"


def test_the_sex_is_asked_for_where_both_equations_are_needed() -> None:
    person = somebody(17.0, sex=None)
    with pytest.raises(CannotTellError, match="sex") as error:
        typical(person, kidney_function(person, KB.kidney_equations), KB)
    assert isinstance(error.value, InputError)
    assert error.value.need == ("sex",)
    child = somebody(15.0, sex=None)
    assert typical(child, kidney_function(child, KB.kidney_equations), KB).known["creatinine_clearance"].value > 0
