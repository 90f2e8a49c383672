"""Kidney equations and body size against published worked examples, and in which direction they move."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openbaclofen.facts import load
from openbaclofen.patient import DatedCreatinine, Patient
from openbaclofen.patient.kidney import ADULT, CHILD, CLEARANCE, cockcroft_gault, kidney_function, schwartz, valid_at
from openbaclofen.patient.size import body_surface, clearance_weight, ideal_weight
from openbaclofen.units import Age, Creatinine, Height, IndexedGFR, Weight

STEADY = settings(derandomize=True, deadline=None)  # the same examples every time, however slow the machine
EQUATIONS = load().kidney_equations


def person(
    sex: str | None = None,
    age: float | None = None,
    weight: float | None = None,
    height: float | None = None,
    creatinine: Creatinine | None = None,
) -> Patient:
    return Patient(
        age=None if age is None else Age(age),
        sex=sex,  # pyright: ignore[reportArgumentType]
        weight=None if weight is None else Weight(weight),
        height=None if height is None else Height(height),
        creatinines=() if creatinine is None else (DatedCreatinine(creatinine),),
    )


@pytest.mark.parametrize("equation", EQUATIONS.values(), ids=lambda e: e.id)
def test_every_equation_meets_its_own_check_value(equation) -> None:
    check = equation.check
    creatinine = Creatinine.of(check["creatinine"], equation.creatinine_unit)
    found = kidney_function(
        person(check.get("sex"), check.get("age", 8), check.get("weight"), check.get("height"), creatinine), EQUATIONS
    )
    rate = found.cockcroft_gault if equation.id == CLEARANCE else found.indexed
    assert rate is not None
    assert rate.value == pytest.approx(check["expect"], abs=check["tolerance"])


@pytest.mark.parametrize(
    ("sex", "age", "weight", "mg_per_dl", "expect"),
    [  # superglobalcalculator.com, creatinine clearance: worked examples of the mg/dL form
        ("male", 65, 70, 1.4, 52.1),
        ("female", 45, 60, 0.9, 74.8),
        ("male", 60, 80, 1.2, 74.1),
        ("female", 45, 65, 0.9, 80.9),
    ],
)
def test_cockcroft_gault_in_si_units_agrees_with_the_mg_dl_form(sex, age, weight, mg_per_dl, expect) -> None:
    found = cockcroft_gault(EQUATIONS[CLEARANCE], Creatinine(mg_per_dl), Age(age), Weight(weight), sex)
    assert found.value == pytest.approx(expect, rel=0.004)  # 1.23 and 1.04 are rounded


def test_bedside_schwartz_second_example() -> None:
    """calculatorlib.com, pediatric GFR: 100 cm, 0.5 mg/dL: 82.6."""
    assert schwartz(EQUATIONS[CHILD], Creatinine(0.5), Height(100)).value == pytest.approx(82.6)


def test_surface_of_a_child_by_haycock_agrees_with_mosteller() -> None:
    """Mosteller, sqrt(cm * kg / 3600), is the independent formula; no right worked example of Haycock's was found."""
    for kg, cm in ((10, 75), (18, 110), (24, 126), (40, 145)):
        surface = body_surface(person("male", 8, kg, cm))
        assert surface.formula == "body_size.surface_child"
        assert surface.area is not None
        assert surface.area.value == pytest.approx((cm * kg / 3600) ** 0.5, rel=0.02)


def test_surface_of_an_adult_by_du_bois() -> None:
    """70 kg, 170 cm: 1.81 m2 by Du Bois."""
    surface = body_surface(person("male", 40, 70, 170))
    assert surface.formula == "body_size.surface_adult"
    assert surface.area is not None
    assert surface.area.value == pytest.approx(1.81, abs=0.005)


def test_adjusted_weight_worked_example() -> None:
    """creatinineclearancecalculator.net: ideal 70 kg, actual 120 kg: adjusted 90 kg."""
    height = Height.of(60 + 20 / 2.3, "in")
    assert ideal_weight(height, "male").value == pytest.approx(70)
    weight, said = clearance_weight(Weight(120), height, "male")
    assert weight.value == pytest.approx(90)
    assert said == "adjusted"


def test_weight_used_is_always_said() -> None:
    assert clearance_weight(Weight(80), Height(175), "male") == (Weight(80), "actual")
    assert clearance_weight(Weight(120), None, "male") == (Weight(120), "actual (height not stated, so not adjusted)")
    assert ideal_weight(Height(120), "female").value == 45.5


@pytest.mark.parametrize(("age", "equation"), [(0.5, ""), (1, CHILD), (17.9, CHILD), (18, ADULT), (90, ADULT)])
def test_equation_by_age(age: float, equation: str) -> None:
    found = kidney_function(person("female", age, 30, 130, Creatinine(0.6)), EQUATIONS)
    assert found.equation == equation
    assert [key for key in (ADULT, CHILD) if valid_at(EQUATIONS[key], Age(age))] == ([equation] if equation else [])
    assert (found.cockcroft_gault is not None) == (age >= 18)
    if not equation:
        assert found.missing == ("egfr",)
        assert "no equation is valid" in found.notes[0]


@pytest.mark.parametrize(
    ("gone", "missing", "indexed", "absolute"),
    [
        ("creatinine", ("creatinine",), False, False),
        ("age", ("age",), False, False),
        ("sex", ("sex",), False, False),
        ("weight", ("weight",), True, False),
        ("height", ("height",), True, False),
    ],
)
def test_missing_data_are_named_and_nothing_is_guessed(gone, missing, indexed, absolute) -> None:
    whole = {"sex": "female", "age": 46, "weight": 62, "height": 168, "creatinine": Creatinine(1.4)}
    found = kidney_function(person(**{**whole, gone: None}), EQUATIONS)
    assert found.missing == missing
    assert (found.indexed is not None, found.absolute is not None) == (indexed, absolute)


def test_reported_rate_stands_before_a_computed_one() -> None:
    found = kidney_function(replace(person("female", 46, 62, 168, Creatinine(1.4)), reported_egfr=IndexedGFR(38)), EQUATIONS)
    assert found.indexed == IndexedGFR(38)
    assert found.equation == "as reported"
    assert found.absolute is not None
    assert found.absolute.value == pytest.approx(38 * 1.704 / 1.73, rel=0.001)


def test_units_of_creatinine_do_not_matter() -> None:
    a = kidney_function(person("male", 60, 72, 175, Creatinine.parse("1.4 mg/dL")), EQUATIONS)
    b = kidney_function(person("male", 60, 72, 175, Creatinine.parse("123.76 umol/L")), EQUATIONS)
    assert a.indexed is not None
    assert b.indexed is not None
    assert a.indexed.value == pytest.approx(b.indexed.value)


def test_dialysis_and_pregnancy_are_said() -> None:
    assert kidney_function(Patient(dialysis="Mon Wed Fri"), EQUATIONS).on_dialysis
    assert kidney_function(Patient(conditions=frozenset({"dialysis"})), EQUATIONS).on_dialysis
    assert not kidney_function(Patient(dialysis="none"), EQUATIONS).on_dialysis
    assert kidney_function(replace(person("female", 30, creatinine=Creatinine(0.5)), pregnant=True), EQUATIONS).notes


@STEADY
@given(
    st.sampled_from(["female", "male"]),
    st.floats(1, 110),
    st.floats(12, 200),
    st.floats(80, 210),
    st.floats(0.2, 15),
    st.floats(1.01, 3),
)
def test_more_creatinine_is_less_kidney(sex: str, age: float, weight: float, height: float, low: float, times: float) -> None:
    better = kidney_function(person(sex, age, weight, height, Creatinine(low)), EQUATIONS)
    worse = kidney_function(person(sex, age, weight, height, Creatinine(low * times)), EQUATIONS)
    for name in ("indexed", "absolute", "cockcroft_gault"):
        a, b = getattr(better, name), getattr(worse, name)
        assert (a is None) == (b is None)
        assert a is None or a > b


@STEADY
@given(st.sampled_from(["female", "male"]), st.floats(18, 100), st.floats(1, 10), st.floats(0.3, 10))
def test_more_years_are_less_kidney(sex: str, age: float, more: float, creatinine: float) -> None:
    younger = kidney_function(person(sex, age, 70, None, Creatinine(creatinine)), EQUATIONS)
    older = kidney_function(person(sex, age + more, 70, None, Creatinine(creatinine)), EQUATIONS)
    assert younger.indexed is not None
    assert older.indexed is not None
    assert younger.indexed > older.indexed
    assert younger.cockcroft_gault is not None
    assert older.cockcroft_gault is not None
    assert younger.cockcroft_gault > older.cockcroft_gault
