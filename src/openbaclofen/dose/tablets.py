"""Doses and what a pharmacy can hand out go in; the units that make each dose, or that none do, come out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from openbaclofen.dose.regimen import Phase, Regimen
from openbaclofen.units import Volume

if TYPE_CHECKING:
    from openbaclofen.facts.schema import Product

MOST_UNITS = 100  # of one dose; more is no dose anyone swallows


@dataclass(frozen=True)
class Portion:
    """Units of one product that go into a dose: count of tablets or packets (halves where scored), or mL of a liquid."""

    product: str
    form: str
    strength: str
    count: float | None = None
    volume: Volume | None = None

    def __str__(self) -> str:
        if self.volume is not None:
            return f"{self.volume} of {self.strength}"
        return f"{self.count:g} x {self.strength}"


@dataclass(frozen=True)
class Made:
    """One dose and the portions that make it. portions None: it cannot be made from these products."""

    dose_mg: float
    portions: tuple[Portion, ...] | None

    def __str__(self) -> str:
        said = "cannot be made" if self.portions is None else " + ".join(str(p) for p in self.portions)
        return f"{self.dose_mg:g} mg: {said}"


def products_of(
    products: Mapping[str, Product],
    region: str,
    form: str,
    strength_mg: float | None = None,
    strength_mg_per_ml: float | None = None,
) -> tuple[Product, ...]:
    """Products of a form that are sold in a region; with a strength only that one, wherever it is sold.

    Empty: none is known there, which says nothing on what can be made.
    """
    same_form = [p for p in products.values() if p.form == form]
    if strength_mg is not None:
        return tuple(p for p in same_form if p.strength_mg == strength_mg)
    if strength_mg_per_ml is not None:
        return tuple(p for p in same_form if p.strength_mg_per_ml == strength_mg_per_ml)
    return tuple(p for p in same_form if region in p.regions)


def make(dose_mg: float, products: Iterable[Product]) -> Made:
    """The fewest units that make a dose exactly: whole units, halves only of a product known to be scored; mL of a liquid."""
    products = tuple(products)
    liquid = next((p for p in products if p.strength_mg_per_ml), None)
    if liquid is not None and liquid.strength_mg_per_ml:
        volume = Volume(dose_mg / liquid.strength_mg_per_ml)
        return Made(dose_mg, (Portion(liquid.id, liquid.form, f"{liquid.strength_mg_per_ml:g} mg/mL", volume=volume),))
    by_size = _units(products)
    fewest = _fewest(_exact(dose_mg), [size for size, (_, part) in by_size.items() if part == 1])
    if fewest is None:
        fewest = _fewest(_exact(dose_mg), list(by_size))
    if fewest is None:
        return Made(dose_mg, None)
    counts: dict[str, float] = {}
    for size in fewest:
        product, part = by_size[size]
        counts[product.id] = counts.get(product.id, 0.0) + part
    named = {p.id: p for p in products}
    return Made(dose_mg, tuple(Portion(key, named[key].form, f"{named[key].strength_mg:g} mg", n) for key, n in counts.items()))


def make_all(regimen: Regimen | Phase, products: Iterable[Product]) -> tuple[Made, ...]:
    """Every different dose of a regimen or phase, largest first, and how it is made."""
    phases = regimen.phases if isinstance(regimen, Regimen) else (regimen,)
    products = tuple(products)
    return tuple(make(mg, products) for mg in sorted({mg for p in phases for mg in p.doses_mg if mg > 0}, reverse=True))


def unit_sizes(products: Iterable[Product]) -> tuple[Fraction, ...]:
    """What one unit holds (mg), halves of scored tablets included, largest first; empty where a liquid makes any dose."""
    products = tuple(products)
    return () if any(p.strength_mg_per_ml for p in products) else tuple(sorted(_units(products), reverse=True))


def can_make(dose: Fraction, sizes: Sequence[Fraction]) -> bool:
    """Whether units of these sizes add up to a dose exactly."""
    return _fewest(dose, sizes) is not None


def _units(products: Sequence[Product]) -> dict[Fraction, tuple[Product, float]]:
    """Sizes that can be counted out, each with its product and the part of a unit it is. Whole units stand before halves."""
    whole = {_exact(p.strength_mg): (p, 1.0) for p in products if p.strength_mg}
    halves = {_exact(p.strength_mg) / 2: (p, 0.5) for p in products if p.strength_mg and p.scored is True}
    return {**halves, **whole}


def _fewest(dose: Fraction, sizes: Sequence[Fraction]) -> tuple[Fraction, ...] | None:
    """The fewest units that make a dose, largest first; None where none do."""
    if dose == 0 or not sizes or dose > MOST_UNITS * max(sizes):
        return () if dose == 0 else None
    common = math.lcm(dose.denominator, *(s.denominator for s in sizes))
    wanted, steps = int(dose * common), [int(s * common) for s in sizes]
    if wanted % math.gcd(*steps):
        return None
    scale = math.gcd(wanted, *steps)
    wanted, steps = wanted // scale, [s // scale for s in steps]
    reached: dict[int, tuple[int, ...]] = {0: ()}  # total -> the units that make it, fewest first
    newest = [0]
    for _ in range(MOST_UNITS):
        grown = {total + step: (*reached[total], step) for step in steps for total in newest if total + step <= wanted}
        newest = [total for total in grown if total not in reached]
        reached = {**grown, **reached}
        if wanted in reached or not newest:
            break
    units = reached.get(wanted)
    return None if units is None else tuple(Fraction(u * scale, common) for u in sorted(units, reverse=True))


def _exact(value: float | None) -> Fraction:
    return Fraction(repr(float(value or 0)))
