"""Quantities: what is read, what is refused and with which words, and that kinds never mix."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openbaclofen import units
from openbaclofen.units import (
    AbsoluteGFR,
    Age,
    BodySurface,
    Creatinine,
    Duration,
    IndexedGFR,
    IntrathecalConcentration,
    IntrathecalDose,
    IntrathecalRate,
    OralDailyDose,
    OralDose,
    Quantity,
    UnitError,
    Weight,
)

STEADY = settings(derandomize=True, deadline=None)  # the same examples every time, however slow the machine
KINDS = [k for k in vars(units).values() if isinstance(k, type) and issubclass(k, Quantity) and k is not Quantity]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Age, "46 a", 46),
        (Age, "8 months", 8 / 12),
        (Weight, "62 kg", 62),
        (Weight, "137 lb", 62.1422),
        (units.Height, "1.68 m", 168),
        (units.Height, "66 in", 167.64),
        (Creatinine, "1.4 mg/dL", 1.4),
        (Creatinine, "88.4 umol/L", 1),
        (Creatinine, "88.4 µmol/L", 1),
        (OralDose, "0.6 g", 600),
        (IntrathecalRate, "250 mcg/day", 250),
        (IntrathecalRate, "250 micrograms/day", 250),
        (IntrathecalRate, "10 microgram/hr", 240),
        (IntrathecalConcentration, "500 micrograms/mL", 500),
        (IntrathecalDose, "50 micrograms", 50),
        (IntrathecalConcentration, "2 mg/mL", 2000),
        (Duration, "2 weeks", 14),
        (Duration, "36 h", 1.5),
        (IndexedGFR, "38 mL/min/1.73m2", 38),
        (AbsoluteGFR, "6 L/h", 100),
    ],
)
def test_text_is_read_in_its_canonical_unit(kind: type[Quantity], text: str, value: float) -> None:
    assert kind.parse(text).value == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (Weight, "62", "needs a number with a unit (kg or g or lb)"),
        (Weight, 62, "needs a number with a unit"),
        (Weight, None, "needs a number with a unit"),
        (Weight, "0 kg", "above zero"),
        (Weight, "-3 kg", "above zero"),
        (Weight, "1e999 kg", "finite"),
        (Weight, "nan kg", "needs a number"),
        (Weight, "62 km", "is given in kg or g or lb, not 'km'"),
        (Weight, "62,5 kg", "a comma in a number can be read two ways; expected a point"),
        (OralDose, "250 mcg", "micrograms are intrathecal"),
        (OralDose, "250 micrograms", "micrograms are intrathecal"),
        (IntrathecalRate, "2 mg/hr", "milligrams are oral"),
        (OralDailyDose, "250 ug/d", "micrograms are intrathecal"),
        (IntrathecalRate, "60 mg/d", "milligrams are oral"),
        (IndexedGFR, "38 mL/min", "that of the whole person"),
        (AbsoluteGFR, "38 mL/min/1.73m2", "is given in mL/min"),
    ],
)
def test_refusals_say_what_was_expected(kind: type[Quantity], text: object, words: str) -> None:
    with pytest.raises(UnitError) as error:
        kind.parse(text)
    assert words in str(error.value)


@STEADY
@given(st.text(max_size=30) | st.floats().map(lambda x: f"{x} kg") | st.from_regex(r"[0-9.eE+-]{1,12} ?[a-zA-Z/%µ0-9]{0,8}"))
def test_no_text_does_anything_but_read_or_refuse(text: str) -> None:
    for kind in KINDS:
        try:
            assert math.isfinite(kind.parse(text).value)
        except UnitError:
            continue


@STEADY
@given(st.floats(1e-3, 1e5))
def test_every_unit_returns_to_itself(value: float) -> None:
    for kind in KINDS:
        for unit in kind.factors:
            assert kind.of(value, unit).to(unit) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("left", KINDS)
@pytest.mark.parametrize("right", KINDS)
def test_kinds_never_mix(left: type[Quantity], right: type[Quantity]) -> None:
    if left is right:
        assert left(1) < left(2)
        assert left(1) + left(2) == left(3)
        return
    assert left(1) != right(1)
    for mix in (lambda: left(1) < right(2), lambda: left(1) + right(2), lambda: left(2) - right(1)):  # pyright: ignore[reportOperatorIssue]
        with pytest.raises(TypeError, match="different kinds"):
            mix()


def test_taking_the_index_off() -> None:
    assert IndexedGFR(100).of_person(BodySurface(1.73)) == AbsoluteGFR(100)
    assert IndexedGFR(100).of_person(BodySurface(0.865)).value == pytest.approx(50)
