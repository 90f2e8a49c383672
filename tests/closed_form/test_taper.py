"""Doses from real units, and tapers from them: worked by hand, and what must hold for all."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from openbaclofen.dose.regimen import Phase, Regimen
from openbaclofen.dose.sig import format_regimen, parse_sig
from openbaclofen.dose.tablets import can_make, make, make_all, products_of, unit_sizes
from openbaclofen.dose.taper import changes, spread, taper
from openbaclofen.errors import InputError
from openbaclofen.facts import load
from openbaclofen.facts.schema import Product

STEADY = settings(derandomize=True, deadline=None)  # the same examples every time, however slow the machine
KB = load()


def tablet(strength: float, scored: bool | None = None) -> Product:
    return Product(id=f"t{strength:g}", form="tablet", strength_mg=strength, scored=scored, source="test", verified=False)


def made(dose: float, *products: Product) -> str:
    return str(make(dose, products))


def test_units_that_make_a_dose() -> None:
    assert made(15, tablet(10), tablet(5)) == "15 mg: 1 x 10 mg + 1 x 5 mg"
    assert made(40, tablet(10), tablet(20), tablet(25)) == "40 mg: 2 x 20 mg"
    assert made(30, tablet(25), tablet(10), tablet(20)) == "30 mg: 1 x 20 mg + 1 x 10 mg"
    assert made(5, tablet(25)) == "5 mg: cannot be made"
    assert made(5, tablet(10)) == "5 mg: cannot be made"
    assert made(5, tablet(10, scored=False)) == "5 mg: cannot be made"
    assert made(5, tablet(10, scored=True)) == "5 mg: 0.5 x 10 mg"
    assert made(15, tablet(10, scored=True)) == "15 mg: 1.5 x 10 mg"
    assert made(2.5, tablet(10, scored=True)) == "2.5 mg: cannot be made"
    assert made(20, tablet(20, scored=True), tablet(10)) == "20 mg: 1 x 20 mg"
    assert made(5) == "5 mg: cannot be made"


def test_whole_units_before_halves() -> None:
    assert made(10, tablet(20, scored=True), tablet(5)) == "10 mg: 2 x 5 mg"


def test_millilitres_of_a_liquid() -> None:
    liquid = Product(id="s", form="oral_suspension", strength_mg_per_ml=5, source="test", verified=False)
    assert made(12, liquid) == "12 mg: 2.4 mL of 5 mg/mL"
    assert unit_sizes([liquid]) == ()


def test_products_of_the_knowledge_base() -> None:
    us = products_of(KB.products, "US", "tablet")
    assert {p.strength_mg for p in us} == {5, 10, 15, 20}
    assert [m.portions is not None for m in make_all(parse_sig("5/10/12.5 mg").regimen, us)] == [False, True, True]
    assert {p.strength_mg for p in products_of(KB.products, "US", "tablet", strength_mg=25)} == {25}
    assert products_of(KB.products, "UK", "oral_granules") == ()
    (liquid,) = products_of(KB.products, "US", "oral_suspension", strength_mg_per_ml=5)
    assert liquid.id == "suspension-5mg-ml"


def test_absurd_doses_end() -> None:
    assert made(1e15, tablet(10), tablet(5)) == "1e+15 mg: cannot be made"


@STEADY
@given(
    st.lists(st.sampled_from([2.5, 4, 5, 10, 15, 20, 25, 40]), min_size=1, max_size=4, unique=True),
    st.integers(1, 400).map(lambda n: n / 2),
)
def test_making_agrees_with_trying_all_counts(strengths: list[float], dose: float) -> None:
    reachable = {0.0}
    for strength in strengths:
        reachable = {r + k * strength for r in reachable for k in range(int(dose // strength) + 1) if r + k * strength <= dose}
    portions = make(dose, [tablet(s) for s in strengths]).portions
    assert (portions is not None) == (dose in reachable)
    assert portions is None or sum((p.count or 0) * float(p.strength.split()[0]) for p in portions) == pytest.approx(dose)


def test_taper_by_hand() -> None:
    now = parse_sig("20 mg TID").regimen
    assert format_regimen(taper(now, 20, 3)) == "20 mg BID for 3 d, then 20 mg at bedtime for 3 d, then stop"
    assert [p.daily_mg for p in taper(now, 5, 7).phases] == [55, 50, 45, 40, 35, 30, 25, 20, 15, 10, 5]
    assert [p.daily_mg for p in taper(now, 25, 7).phases] == [35, 10]


def test_taper_lasts_at_least_as_long_as_asked() -> None:
    now = parse_sig("10 mg TID").regimen
    assert taper(now, 10, 2, at_least_days=7).days == 8  # two steps of four days
    assert taper(parse_sig("5 mg BID").regimen, 10, 2, at_least_days=7).days == 7  # no step left of 10: halved
    assert taper(parse_sig("5 mg BID").regimen, 10, 2).phases == ()


def test_taper_from_real_tablets() -> None:
    now = parse_sig("20 mg TID").regimen
    ten = taper(now, 5, 7, products=[tablet(10)])
    assert [p.daily_mg for p in ten.phases] == [50, 40, 30, 20, 10]
    assert format_regimen(taper(parse_sig("25 mg TID").regimen, 5, 7, products=[tablet(25)])) == (
        "25 mg BID for 7 d, then 25 mg at bedtime for 7 d, then stop"
    )
    with pytest.raises(InputError, match="no smaller dose can be made"):
        taper(parse_sig("25 mg daily").regimen, 5, 7, at_least_days=7, products=[tablet(25)])


def test_nothing_to_come_down_from() -> None:
    for sig in ("none", "20 mg TID for 3 d", "20 mg once"):
        with pytest.raises(InputError, match="no dose to come down from"):
            taper(parse_sig(sig).regimen, 5, 7)
    with pytest.raises(InputError):
        taper(parse_sig("20 mg TID").regimen, 0, 7)
    with pytest.raises(InputError):
        taper(parse_sig("20 mg TID").regimen, 0, 7, products=[tablet(10)])


mg = st.integers(1, 60).map(lambda n: n / 2)
units = st.integers(0, 40).map(Fraction)


@STEADY
@given(
    st.lists(mg, min_size=1, max_size=5),
    st.integers(1, 40).map(lambda n: n / 2),
    st.integers(1, 14),
    st.integers(0, 60),
    st.lists(st.sampled_from([2.5, 5, 10, 15, 20, 25]), max_size=3, unique=True),
    st.booleans(),
)
def test_every_taper_falls_to_nothing(doses, step, interval, at_least, strengths, scored) -> None:
    assume(sum(doses) / step <= 100)
    now = Regimen((Phase(tuple(doses), tuple(float(h) for h in range(len(doses)))),))
    products = [tablet(s, scored) for s in strengths]
    try:
        found = taper(now, step, interval, at_least, products)
    except InputError:
        assert at_least > 0
        assert min(strengths) * (0.5 if scored else 1) >= min(doses)
        return
    totals = [sum(doses), *(p.daily_mg for p in found.phases)]
    assert all(a > b > 0 for a, b in pairwise(totals))
    assert all(a - b >= step - 1e-9 or at_least for a, b in pairwise(totals))
    assert all((p.days or 0) >= interval for p in found.phases)
    assert found.days is not None
    assert found.days >= at_least
    by_hour = dict(zip(now.phases[0].at_h, doses, strict=True))
    for phase in found.phases:  # no single dose rises
        assert all(dose <= by_hour[hour] for hour, dose in zip(phase.at_h, phase.doses_mg, strict=True))
        by_hour = dict(zip(phase.at_h, phase.doses_mg, strict=True))
    sizes = unit_sizes(products)
    assert not sizes or all(can_make(Fraction(repr(d)), sizes) for p in found.phases for d in p.doses_mg)


@STEADY
@given(st.lists(units, min_size=1, max_size=6), units)
def test_spreading_meets_the_total_and_keeps_the_order(doses: list[Fraction], total: Fraction) -> None:
    found = spread(doses, total, Fraction(1))
    assert sum(found) == total
    falls = total <= sum(doses)
    assert all(new <= old if falls else new >= old for old, new in zip(doses, found, strict=True))
    changed = [new for old, new in zip(doses, found, strict=True) if new != old]
    if changed:
        assert max(changed) - min(changed) <= 1
        assert max(found) - max(changed) <= 1 if falls else min(changed) - min(found) <= 1


def test_of_equal_doses_the_last_is_kept_then_the_first() -> None:
    ten = (Fraction(10),) * 3
    assert [float(d) for d in spread(ten, Fraction(25), Fraction(5))] == [10, 5, 10]
    assert [float(d) for d in spread(ten, Fraction(20), Fraction(5))] == [5, 5, 10]
    assert [float(d) for d in spread(ten, Fraction(35), Fraction(5))] == [10, 10, 15]


def test_changes_stop_before_the_target() -> None:
    base = Phase((10, 10), (9, 21))
    assert [sum(d) for d in changes(base, Fraction(5), Fraction(40))] == [25, 30, 35]
    assert changes(base, Fraction(5), Fraction(40), per_dose=True) == [(15, 15)]
    assert [sum(d) for d in changes(base, Fraction(8), Fraction(0))] == [12, 4]
