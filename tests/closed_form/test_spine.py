"""Spinal fluid with few features goes in; levels must be those of formulas that are solved by hand."""

from __future__ import annotations

import numpy as np
import pytest
from tests.virtual import bodies

from openbaclofen.body.oral import Body
from openbaclofen.body.spine import CISTERNAL, PLASMA, Place, Spine, modes
from openbaclofen.body.spine_course import course, profiles, settled, settled_cycle
from openbaclofen.body.spine_delivery import Delivery, continuous, repeated
from openbaclofen.errors import InputError

LENGTH, AREA, MIXING, LOSS, TIP = 60.0, 1.4, 200.0, 25.0, 0.55
WASHED = 1e7  # L/h: nothing stays in plasma, nothing comes back


def spine(people: int = 1, **changed: float) -> Spine:
    values = {
        "length": LENGTH,
        "area": AREA,
        "cranial_volume": 80.0,
        "mixing": MIXING,
        "cranial_exchange": 60.0,
        "spinal_clearance": LOSS,
        "cranial_clearance": 20.0,
        "injection_mixing": 10.0,
        "nearest": 0.0,
    }
    return Spine(**{name: np.full(people, value) for name, value in (values | changed).items()})


def body(people: int = 1, clearance: float = 8.0) -> Body:
    middle = bodies(people)
    return middle._replace(renal_clearance=np.full(people, clearance), nonrenal_clearance=np.zeros(people))


def one_bolus(ug: float = 50.0, ml: float = 0.0, tip: float = TIP) -> Delivery:
    one = np.ones(1)
    return Delivery(tip, bolus_h=np.zeros(1), bolus_ug=ug * one, bolus_ml=ml * one)


def by_cosh(x: np.ndarray, ug_per_h: float) -> np.ndarray:
    """ng/mL in a closed tube with a source: D A C'' = k A C, C' = 0 at both ends, a jump of -Q / (D A) in C' at the source."""
    k = LOSS / (LENGTH * AREA)
    m, at = np.sqrt(k / MIXING), TIP * LENGTH
    scale = 1000 * ug_per_h / (MIXING * AREA * m * np.sinh(m * LENGTH))
    return scale * np.cosh(m * np.minimum(x, at)) * np.cosh(m * (LENGTH - np.maximum(x, at)))


@pytest.mark.parametrize(("cells", "close"), [(64, 2e-3), (256, 2e-4)])
def test_settled_levels_are_those_of_the_closed_tube(cells: int, close: float) -> None:
    found = modes(spine(cranial_exchange=0.0), body(clearance=WASHED), cells)
    z = settled(found, TIP, 200 / 24)
    shares = np.array([0.02, 0.2, 0.4, 0.7, 0.9])
    names = [str(x) for x in shares]
    read = found.reads({n: Place(x, x) for n, x in zip(names, shares, strict=True)}, names)
    assert (read @ z[:, :, None])[0, :, 0] == pytest.approx(by_cosh(shares * LENGTH, 200 / 24), rel=close)


@pytest.mark.parametrize("wide", [2.0, 7.0])
def test_what_was_just_injected_is_read_as_two_stretches_overlap(wide: float) -> None:
    """A stretch w that fades over n at its ends, read by itself: (w - n / 3) / w**2, by hand; a point is n long."""
    near, mixed = 2.0, wide * AREA / 10
    found = modes(spine(nearest=near), body())
    where = {
        "itself": Place(TIP - wide / LENGTH / 2, TIP + wide / LENGTH / 2),
        "point": Place(TIP, TIP),
        "far": Place(0.1, 0.2),
    }
    seen = course(found, one_bolus(1.0, mixed), np.array([1e-7]), where, tuple(where))
    ng_per_cm = 1000 / AREA
    assert seen["itself"][0, 0] == pytest.approx(ng_per_cm / wide * (1 - near / (3 * wide)), rel=4e-3)
    assert seen["point"][0, 0] == pytest.approx(ng_per_cm * (1 / wide if wide > 2 * near else 2 / (3 * near)), rel=4e-3)
    assert seen["far"][0, 0] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("at", [0.0, 0.5 / LENGTH, 1.0])
def test_a_stretch_ends_within_the_canal(at: float) -> None:
    into = modes(spine(nearest=2.0), body()).enters(Place(at, at))
    found = modes(spine(nearest=2.0), body())
    held = found.root[:, :, None] * found.vector @ into[:, :, None]
    assert held[0, : found.cells].sum() == pytest.approx(1.0, rel=1e-12)
    assert (held[0, : found.cells] >= -1e-12).all()


def test_what_is_held_is_the_rate_over_the_loss() -> None:
    alike = spine(cranial_exchange=0.0)
    found = modes(alike, body(clearance=WASHED))
    held = (found.amounts() @ settled(found, TIP, 10.0)[:, :, None])[0, :, 0]
    assert held[0] == pytest.approx(10.0 / (LOSS / (LENGTH * AREA)), rel=1e-9)


def test_plasma_under_a_settled_pump_is_the_dose_over_the_clearance() -> None:
    """All that is infused passes through plasma, wherever it leaves the fluid."""
    found = modes(spine(), body(clearance=8.0)._replace(milk_clearance=np.zeros(1)))
    plasma = (found.reads({}, [PLASMA]) @ settled(found, TIP, 50.0)[:, :, None])[0, 0, 0]
    assert plasma == pytest.approx(50.0 / 8.0, rel=1e-10)


def test_by_plasma_alone_fluid_settles_at_the_ratio() -> None:
    """The slow end: without loss from the body everything ends at one level in blood, and the ratio times that in fluid."""
    sealed = body(clearance=1e-9)._replace(milk_clearance=np.zeros(1))
    seen = course(
        modes(spine(), sealed), one_bolus(), np.array([0.0, 3000.0]), {"x": Place(0.3, 0.9)}, ["x", CISTERNAL, PLASMA]
    )
    for where in ("x", CISTERNAL):
        assert seen[where][0, 1] == pytest.approx(float(sealed.csf_ratio[0]) * seen[PLASMA][0, 1], rel=1e-5)


def test_well_mixed_fluid_is_one_compartment() -> None:
    stirred = modes(spine(mixing=1e7, cranial_exchange=1e7, cranial_clearance=20.0), body(clearance=WASHED))
    hours = np.array([1.0, 3.0, 9.0])
    seen = course(stirred, one_bolus(), hours, {"x": Place(0.9, 0.9)}, ["x"])["x"][0]
    volume = LENGTH * AREA + 80.0
    assert seen == pytest.approx(1000 * 50 / volume * np.exp(-(LOSS + 20.0) / volume * hours), rel=1e-4)


def test_a_bolus_spreads_by_twice_the_mixing() -> None:
    """Far from the ends the variance of the profile of a point bolus is 2 D t."""
    found = modes(spine(cranial_exchange=0.0), body(clearance=WASHED), 256)
    hours = np.array([0.01, 0.02, 0.04])
    profile = profiles(found, one_bolus(tip=0.5), hours)[0, :, :-1]
    x = (np.arange(256) + 0.5) * LENGTH / 256
    mean = (profile @ x) / profile.sum(axis=1)
    variance = (profile @ x**2) / profile.sum(axis=1) - mean**2
    assert mean == pytest.approx(30.0, abs=1e-6)
    assert np.diff(variance) == pytest.approx(2 * MIXING * np.diff(hours), rel=1e-6)


def test_the_volume_injected_spreads_the_bolus() -> None:
    """1 mL mixes with 10 mL at once: over 10 / 1.4 cm; the level there is the dose over 10 mL."""
    found = modes(spine(), body(), 256)
    start = profiles(found, one_bolus(ml=1.0), np.array([0.0, 1e-8]))[0, 1, :-1]
    inside = start > start.max() / 2
    assert inside.sum() * LENGTH / 256 == pytest.approx(10 / AREA, abs=LENGTH / 256)
    assert start.max() == pytest.approx(1000 * 50 / 10.0, rel=1e-3)
    later = np.array([2.0])
    small, large = (profiles(found, one_bolus(ml=ml), later)[0, 0] for ml in (0.0, 1.0))
    assert large == pytest.approx(small, rel=0.02)  # by then pulsation has spread both further than that


def test_an_infusion_is_exact_however_it_is_cut() -> None:
    found, hours = modes(spine(), body()), np.array([2.5, 7.0, 30.0])
    where = {"x": Place(0.8, 0.8)}
    whole = Delivery(TIP, np.array([0.0, 5.0]), np.array([12.0, 0.0]))
    cut = Delivery(TIP, np.array([0.0, 0.1, 1.7, 4.0, 5.0]), np.array([12.0, 12.0, 12.0, 12.0, 0.0]))
    first, second = (course(found, each, hours, where, ["x"])["x"] for each in (whole, cut))
    assert first == pytest.approx(second, rel=1e-10)
    many = np.linspace(0.0, 5.0, 2001)[:-1] + 5.0 / 4000
    drops = Delivery(TIP, bolus_h=many, bolus_ug=np.full(2000, 60.0 / 2000), bolus_ml=np.zeros(2000))
    assert course(found, drops, hours, where, ["x"])["x"] == pytest.approx(first, rel=1e-5)


def test_a_settled_programme_repeats_itself() -> None:
    found, where = modes(spine(), body()), {"x": Place(0.8, 0.8)}
    day = Delivery(
        TIP, np.array([0.0, 8.0]), np.array([4.0, 9.0]), np.array([6.0, 12.0]), np.array([20.0, 30.0]), np.array([0.0, 0.5])
    )
    start = settled_cycle(found, day, 24.0)
    hours = np.arange(0.0, 49.0, 3.0)
    seen = course(found, repeated(day, 24.0, 3), hours, where, ["x"], start=start)["x"][0]
    assert seen[:8] == pytest.approx(seen[8:16], rel=1e-10)
    late = course(found, repeated(day, 24.0, 40), hours + 37 * 24.0, where, ["x"])["x"][0]
    assert late == pytest.approx(seen, rel=1e-7)


def test_a_stopped_pump_falls_with_the_slowest_mode() -> None:
    found, where = modes(spine(), body()), {"x": Place(0.8, 0.8)}
    stall = Delivery(TIP, np.zeros(1), np.zeros(1))
    hours = np.array([0.0, 150.0, 160.0])
    seen = course(found, stall, hours, where, ["x"], start=settled(found, TIP, 10.0))["x"][0]
    assert np.log(seen[1] / seen[2]) / 10 == pytest.approx(found.rate[0, 0], rel=1e-4)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Delivery(1.2),
        lambda: Delivery(0.5, np.array([0.0]), np.array([-1.0])),
        lambda: Delivery(0.5, np.array([2.0, 1.0]), np.array([1.0, 1.0])),
        lambda: Delivery(0.5, np.array([0.0]), np.array([1.0, 2.0])),
        lambda: modes(spine(mixing=0.0), body()),
        lambda: modes(spine(), body()._replace(csf_ratio=np.zeros(1))),
        lambda: course(modes(spine(), body()), one_bolus(), np.array([1.0, 1.0]), {}, [PLASMA]),
        lambda: course(modes(spine(), body()), one_bolus(), np.array([1.0]), {}, ["nowhere"]),
        lambda: repeated(Delivery(0.5, np.array([30.0]), np.array([1.0])), 24.0, 2),
        lambda: continuous(-0.1, 50.0, 24.0),
    ],
)
def test_what_cannot_be_is_refused(wrong) -> None:
    with pytest.raises(InputError):
        wrong()
