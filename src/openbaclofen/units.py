"""Text or a number with a unit goes in; a typed quantity comes out, or an error that says what was expected.

The single place of unit conversion. Each kind of quantity is its own type: an oral dose (mg) and an intrathecal
dose (ug), an indexed and an absolute filtration rate never compare, add or convert into one another.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import total_ordering
from types import MappingProxyType
from typing import ClassVar, Self, final

HOURS_PER_DAY = 24.0
DAYS_PER_WEEK = 7.0
DAYS_PER_YEAR = 365.25
MONTHS_PER_YEAR = 12.0
MINUTES_PER_HOUR = 60.0
ML_PER_L = 1000.0
UG_PER_MG = 1000.0
NG_PER_UG = 1000.0
CREATININE_UMOL_PER_L_PER_MG_PER_DL = 88.4
INDEX_SURFACE_M2 = 1.73

_NUMBER_AND_UNIT = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S.*?)?\s*\Z")
_MICROGRAMS = ("ug", "mcg", "µg", "μg", "microgram", "micrograms")  # UCUM, what people write, micro sign, Greek mu, in full


class UnitError(ValueError):
    """A quantity that cannot be read: no number, no unit, the wrong unit, or a value outside what is possible."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in the canonical unit of its own type.

    unit: canonical (UCUM). shown: as a reader knows it. factors: a unit as written -> multiplied by it comes the canonical one.
    positive: zero is refused. refused: a unit often confused with ours -> what to say.
    Errors: UnitError where text, unit or value is not acceptable. Comparison or arithmetic across types: TypeError.
    """

    value: float
    unit: ClassVar[str] = ""
    shown: ClassVar[str] = ""
    name: ClassVar[str] = "quantity"
    positive: ClassVar[bool] = False
    factors: ClassVar[Mapping[str, float]] = MappingProxyType({})
    refused: ClassVar[Mapping[str, str]] = MappingProxyType({})

    def __init_subclass__(
        cls,
        unit: str,
        name: str,
        factors: Mapping[str, float] | None = None,
        positive: bool = False,
        refused: Mapping[str, str] | None = None,
        shown: str = "",
    ) -> None:
        cls.unit, cls.shown, cls.name, cls.positive = unit, shown or unit, name, positive
        cls.factors = MappingProxyType({unit: 1.0, **(factors or {})})
        cls.refused = MappingProxyType(dict(refused or {}))

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise UnitError(f"{self.name} must be a finite number, got {self.value}")
        if self.value < 0 or (self.positive and self.value == 0):
            raise UnitError(f"{self.name} must be {'above zero' if self.positive else 'zero or more'}, got {self}")

    @classmethod
    def parse(cls, text: object) -> Self:
        """Read '62 kg'. Errors: UnitError naming the text and the units that are accepted.

        >>> Creatinine.parse("88.4 umol/L")
        Creatinine(value=1.0)
        >>> OralDose.parse("50 ug")
        Traceback (most recent call last):
        ...
        openbaclofen.units.UnitError: oral dose in 'ug' refused: oral doses are in mg; micrograms are intrathecal doses
        """
        match = _NUMBER_AND_UNIT.match(text) if isinstance(text, str) else None
        if match is None or match.group(2) is None:
            raise UnitError(f"{cls.name} needs a number with a unit ({cls.units()}), got {_shown(text)}")
        if match.group(2).startswith(","):
            raise UnitError(f"a comma in a number can be read two ways; expected a point, such as '2.5', got {_shown(text)}")
        return cls.of(float(match.group(1)), match.group(2))

    @classmethod
    def of(cls, value: float, unit: str) -> Self:
        """Make a quantity from a number in any accepted unit."""
        key = unit.strip()
        if key in cls.refused:
            raise UnitError(f"{cls.name} in {key!r} refused: {cls.refused[key]}")
        if (factor := cls._factor(key)) is None:
            raise UnitError(f"{cls.name} is given in {cls.units()}, not {_shown(key)}")
        return cls(value * factor)

    def to(self, unit: str) -> float:
        """The number in another accepted unit."""
        factor = self._factor(unit)
        if factor is None:
            raise UnitError(f"{self.name} cannot be shown in {unit!r}; known: {self.units()}")
        return self.value / factor

    @classmethod
    def _factor(cls, unit: str) -> float | None:
        return cls.factors.get(unit, {k.lower(): v for k, v in cls.factors.items()}.get(unit.lower()))

    @classmethod
    def units(cls) -> str:
        """The units that are read, for a message, each once whatever its spellings: 'kg or g or lb'."""
        first: dict[float, str] = {}
        for unit, factor in cls.factors.items():
            first.setdefault(factor, unit)
        return " or ".join(first.values())

    def __str__(self) -> str:
        return f"{self.value:.6g} {self.shown}"

    def _same(self, other: object) -> float:
        if type(other) is not type(self):
            raise TypeError(f"{type(self).__name__} and {type(other).__name__} are different kinds of quantity")
        return other.value

    def __lt__(self, other: object) -> bool:
        return self.value < self._same(other)

    def __add__(self, other: Self) -> Self:
        return type(self)(self.value + self._same(other))

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.value - self._same(other))


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


@final
class Age(
    Quantity,
    unit="a",
    name="age",
    factors={
        "y": 1.0,
        "yr": 1.0,
        "years": 1.0,
        "year": 1.0,
        **dict.fromkeys(("mo", "months", "month"), 1 / MONTHS_PER_YEAR),
        **dict.fromkeys(("wk", "weeks", "week"), DAYS_PER_WEEK / DAYS_PER_YEAR),
        **dict.fromkeys(("d", "days", "day"), 1 / DAYS_PER_YEAR),
    },
):
    """Age in years (UCUM a)."""


@final
class Weight(Quantity, unit="kg", name="weight", positive=True, factors={"g": 1e-3, "lb": 0.45359237, "lbs": 0.45359237}):
    """Body weight."""


@final
class Height(Quantity, unit="cm", name="height", positive=True, factors={"m": 100.0, "in": 2.54}):
    """Body height."""


@final
class BodySurface(Quantity, unit="m2", name="body surface area", positive=True, factors={"m²": 1.0}):
    """Body surface area."""


@final
class Creatinine(
    Quantity,
    unit="mg/dL",
    name="creatinine",
    positive=True,
    factors=dict.fromkeys(("umol/L", "µmol/L", "μmol/L"), 1 / CREATININE_UMOL_PER_L_PER_MG_PER_DL),
):
    """Serum creatinine."""


@final
class OralDose(
    Quantity,
    unit="mg",
    name="oral dose",
    factors={"g": 1000.0},
    refused=dict.fromkeys(_MICROGRAMS, "oral doses are in mg; micrograms are intrathecal doses"),
):
    """An amount of baclofen by mouth."""


@final
class OralDailyDose(
    Quantity,
    unit="mg/d",
    name="oral daily dose",
    factors={"mg/day": 1.0},
    refused=dict.fromkeys(
        [u + d for u in _MICROGRAMS for d in ("/d", "/day")], "oral doses are in mg; micrograms are intrathecal doses"
    ),
):
    """Oral baclofen a day."""


@final
class OralDosePerWeight(Quantity, unit="mg/kg/d", name="oral dose per weight", factors={"mg/kg/day": 1.0}):
    """Oral baclofen a day and kilogram."""


@final
class OralStrength(Quantity, unit="mg/mL", name="strength of the liquid", positive=True, factors={"g/L": 1.0}):
    """Milligrams in a millilitre of an oral liquid."""


@final
class IntrathecalDose(
    Quantity,
    unit="ug",
    name="intrathecal dose",
    factors=dict.fromkeys(_MICROGRAMS, 1.0),
    refused={"mg": "intrathecal doses are in ug; milligrams are oral doses"},
):
    """An amount of baclofen into the spinal fluid."""


@final
class IntrathecalRate(
    Quantity,
    unit="ug/d",
    name="intrathecal daily dose",
    factors={
        **dict.fromkeys([u + d for u in _MICROGRAMS for d in ("/d", "/day")], 1.0),
        **dict.fromkeys([u + h for u in _MICROGRAMS for h in ("/h", "/hr", "/hour")], HOURS_PER_DAY),
    },
    refused=dict.fromkeys(
        ("mg/d", "mg/day", "mg/h", "mg/hr", "mg/hour"), "intrathecal doses are in ug/d or ug/h; milligrams are oral doses"
    ),
):
    """Intrathecal baclofen a day."""


@final
class IntrathecalConcentration(
    Quantity,
    unit="ug/mL",
    name="intrathecal concentration",
    positive=True,
    factors={**dict.fromkeys([f"{u}/mL" for u in _MICROGRAMS], 1.0), "mg/mL": UG_PER_MG},
):
    """Strength of an intrathecal solution."""


@final
class Volume(Quantity, unit="mL", name="volume", factors={"L": ML_PER_L}):
    """A volume of fluid."""


@final
class Concentration(
    Quantity,
    unit="ng/mL",
    name="concentration",
    factors={"ug/L": 1.0, "mcg/L": 1.0, "ug/mL": NG_PER_UG, "mcg/mL": NG_PER_UG, "mg/L": NG_PER_UG},
):
    """Baclofen in plasma or spinal fluid."""


@final
class Duration(
    Quantity,
    unit="d",
    name="duration",
    factors={
        "days": 1.0,
        "day": 1.0,
        **dict.fromkeys(("h", "hours", "hour"), 1 / HOURS_PER_DAY),
        **dict.fromkeys(("min", "minutes"), 1 / (HOURS_PER_DAY * MINUTES_PER_HOUR)),
        **dict.fromkeys(("wk", "weeks", "week"), DAYS_PER_WEEK),
        **dict.fromkeys(("mo", "months", "month"), DAYS_PER_YEAR / MONTHS_PER_YEAR),
        **dict.fromkeys(("a", "years", "year"), DAYS_PER_YEAR),
    },
):
    """A length of time, in days."""

    @property
    def hours(self) -> float:
        """The same time in hours."""
        return self.value * HOURS_PER_DAY


@final
class Gestation(Quantity, unit="wk", name="gestation", factors={"weeks": 1.0, "week": 1.0}):
    """Weeks of pregnancy."""


@final
class AbsoluteGFR(Quantity, unit="mL/min", name="absolute GFR", factors={"L/h": ML_PER_L / MINUTES_PER_HOUR}):
    """Filtration rate, or creatinine clearance, of the whole person."""


@final
class IndexedGFR(
    Quantity,
    unit="mL/min/{1.73_m2}",
    name="indexed GFR",
    factors=dict.fromkeys((f"mL/min/1.73{gap}m{power}" for power in ("2", "²", "^2", "*2") for gap in ("", " ", "_")), 1.0),
    refused={"mL/min": "eGFR is indexed to body surface (mL/min/1.73m2); mL/min is that of the whole person"},
    shown="mL/min/1.73 m2",
):
    """Filtration rate indexed to 1.73 m2 of body surface."""

    def of_person(self, surface: BodySurface) -> AbsoluteGFR:
        """The rate of the whole person: indexed * surface / 1.73 m2."""
        return AbsoluteGFR(self.value * surface.value / INDEX_SURFACE_M2)
