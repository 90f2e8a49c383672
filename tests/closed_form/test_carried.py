"""States that are carried from output to output go in; they must be the integrals and recurrences of the textbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import Array
from tests.virtual import bodies

from openbaclofen.body import chunks
from openbaclofen.body.chunks import Task, run, run_on
from openbaclofen.body.day import settled_days
from openbaclofen.body.engine import prepare
from openbaclofen.body.oral import BODY, Body, rates
from openbaclofen.body.schedule import BLOCK, Blocks, Doses, Steps, plan

prepare()
AT, MG = np.array([-7.3, 0.0, 4.21, 30.0, 30.5]), np.array([20.0, 10.0, 5.0, 20.0, 10.0])


class Area(NamedTuple):
    area: Any  # mg h/L, the integral of plasma
    before: Any  # mg/L at the output before
    hours: Any  # since the first output
    slow: Any  # mg/L, follows plasma at a rate of 0.1/h


def empty(people: int) -> Area:
    return Area(*(np.zeros(people) for _ in Area._fields))


@dataclass(frozen=True)
class Integrate:
    """The trapezoid of plasma, and a state with dz/dt = k (plasma - z) by an exponential step, output by output."""

    rate: float = 0.1

    def __call__(self, body: Body, amounts: Array, carried: Area | None, hours: Array) -> tuple[dict[str, Array], Area]:
        plasma = amounts[0] / body.central_volume

        def step(before: Area, given: tuple[Array, Array]) -> tuple[Area, Area]:
            now, gap = given
            mean, kept = (before.before + now) / 2, jnp.exp(-self.rate * gap)
            later = Area(before.area + gap * mean, now, before.hours + gap, before.slow + (1 - kept) * (mean - before.slow))
            return later, later

        start = repeating(body, amounts, hours) if carried is None else carried
        carried, course = jax.lax.scan(step, start, (plasma, hours))
        return {"plasma": plasma, **course._asdict()}, carried


def task(of: Body, carried: Area | None = None, **more: Any) -> Task:
    people = len(np.asarray(of.central_volume))
    more = {"rates": [rates(of)], **more}
    return Task(BODY, ("central",), Integrate(), of, carried=carried or empty(people), **more)


def cleared(body: Body) -> np.ndarray:
    return np.asarray(body.renal_clearance) + np.asarray(body.nonrenal_clearance) + np.asarray(body.milk_clearance)


EVEN = np.arange(0.0, 72.01, 0.125)
UNEVEN = np.unique(np.concatenate([EVEN, np.random.default_rng(0).uniform(0, 72, 20)]))


@pytest.mark.parametrize(("times", "kind"), [(EVEN, Blocks), (UNEVEN, Steps), (EVEN[:150], Blocks)])
def test_what_is_carried_is_the_trapezoid_of_all_outputs(times: np.ndarray, kind: type) -> None:
    """Also of those before the first time that is asked for: the same as when they are asked for."""
    body, doses = bodies(3), Doses(AT, MG)
    assert isinstance(plan(times, doses, ((-np.inf, 0),)), kind)
    seen, after = run_on(task(body), doses, times)
    step, gap = times[1] - times[0], times[0] - AT[0]
    ahead = int(np.ceil(gap / (BLOCK * step))) * BLOCK
    earlier = times[0] - step * np.arange(ahead, 0, -1) if kind is Blocks else AT[:1]
    whole = np.concatenate([earlier, times])
    plasma = run(task(body), doses, whole)["plasma"]
    area = np.concatenate([np.zeros((3, 1)), np.cumsum(np.diff(whole) * (plasma[:, 1:] + plasma[:, :-1]) / 2, axis=1)], axis=1)
    assert seen["area"] == pytest.approx(area[:, -len(times) :], rel=1e-12, abs=1e-12)
    assert seen["hours"] == pytest.approx(np.broadcast_to(times - whole[0], (3, len(times))), rel=1e-12)
    for name in Area._fields:
        last = "plasma" if name == "before" else name
        assert np.array_equal(getattr(after, name), seen[last][:, -1]), name


@pytest.mark.parametrize("times", [np.arange(0.0, 72.1, 6.0), np.array([0.0, 1.0, 30.0, 72.0]), np.array([72.0])])
def test_outputs_far_apart_do_not_make_it_coarse(times: np.ndarray) -> None:
    body, doses = bodies(3), Doses(AT, MG)
    fine = run(task(body), doses, EVEN)
    seen = run(task(body, longest_h=0.125), doses, times)
    for name in ("plasma", "area", "slow"):
        expected = fine[name][:, np.searchsorted(EVEN, times)]
        assert seen[name] == pytest.approx(expected, rel=1e-9 if name == "plasma" else 1e-4), name


@pytest.mark.parametrize("each", [False, True])
@pytest.mark.parametrize("even", [True, False])
def test_the_area_is_what_was_absorbed_over_clearance(even: bool, each: bool) -> None:
    body, hours = bodies(5), np.arange(0.0, 400.0, 0.1)
    times = hours if even else np.append(hours, 400.05)
    at = np.random.default_rng(1).uniform(0, 20, (5, 3)) if each else np.array([[0.0, 3.3, 12.0]])
    mg = np.full(at.shape, 20.0)
    doses = Doses(at, mg) if each else Doses(at[0], mg[0])
    area = run_on(task(body), doses, times)[1].area
    assert area == pytest.approx(60 * np.asarray(body.bioavailability) / cleared(body), rel=2e-3)


def test_a_slow_state_has_its_closed_form_and_an_error_of_the_second_order() -> None:
    """One compartment, c = exp(-k t): z = r (exp(-k t) - exp(-r t)) / (r - k)."""
    body = bodies(2)._replace(distribution_clearance=np.zeros(2), csf_ratio=np.zeros(2))
    k, volume = cleared(body) / np.asarray(body.central_volume), np.asarray(body.central_volume)
    r, off = 0.1, []
    for step in (0.25, 0.125):
        times = np.arange(0.0, 30.0, step)
        for changes in (((-np.inf, 0),), ((-np.inf, 0), (9.0, 0))):
            first = {"initial_mg": {"central": volume}, "changes": changes}
            seen = run(task(body, empty(2)._replace(before=np.ones(2)), **first), Doses(np.zeros(0), np.zeros(0)), times)
            exact = r * (np.exp(-np.outer(k, times)) - np.exp(-r * times)) / (r - k)[:, None]
            off.append(np.max(np.abs(seen["slow"] - exact)))
    assert off[0] < 1e-3
    assert off[0] == pytest.approx(off[1], rel=1e-9)
    assert off[0] / off[2] == pytest.approx(4, rel=0.1)


@pytest.mark.parametrize("later", [EVEN[200:], UNEVEN[-97:]])
def test_a_course_can_be_cut_in_two(later: np.ndarray) -> None:
    """Amounts and what is carried at the cut are all that the rest needs."""
    body, cut = bodies(3), later[0]
    early, times = np.arange(0.0, cut + 1e-9, cut / 50), np.concatenate([np.arange(0.0, cut, cut / 50), later])
    drug = Doses(AT[1:], MG[1:])
    whole = run(task(body), drug, times)
    names = BODY.compartments

    def amounts(times: np.ndarray, doses: Doses) -> dict[str, np.ndarray]:
        return run(Task(BODY, names, Everything(names), body, [rates(body)]), doses, times)

    first = AT[1:] < cut
    before, after = (Doses(AT[1:][which], MG[1:][which]) for which in (first, ~first))
    carried = run_on(task(body), before, early)[1]
    start = {name: value[:, -1] for name, value in amounts(early, before).items()}
    rest = run(task(body, carried, initial_mg=start), after, later)
    for name in ("plasma", "area", "slow", "hours"):
        assert rest[name] == pytest.approx(whole[name][:, -len(later) :], rel=1e-10), name


@dataclass(frozen=True)
class Everything:
    names: tuple[str, ...]

    def __call__(self, _people: Body, amounts: Array, carried: Any, _hours: Array) -> tuple[dict[str, Array], Any]:
        return dict(zip(self.names, amounts, strict=True)), carried


@pytest.mark.parametrize("times", [EVEN[::8], UNEVEN[::9]])
def test_what_is_carried_does_not_depend_on_company_or_chunks(times: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    many = bodies(300)

    def of(number: int) -> tuple[dict[str, np.ndarray], Area]:
        body = jax.tree.map(lambda value: value[:number], many)
        at = AT + np.random.default_rng(2).uniform(-2, 2, (300, 1))
        return run_on(
            task(body, longest_h=0.5), Doses(at[:number], np.broadcast_to(MG, at[:number].shape[:1] + MG.shape)), times
        )

    everybody = of(300)
    found = [of(7)]
    monkeypatch.setattr(chunks, "WIDTH", 64)
    found.append(of(300))
    for seen, after in found:
        people = len(after.area)
        for name in ("plasma", "area", "slow"):
            assert np.array_equal(seen[name], everybody[0][name][:people]), name
        assert np.array_equal(after.slow, everybody[1].slow[:people])


def repeating(body: Body, amounts: Array, hours: Array) -> Area:
    """What Integrate carries at the end of a cycle that repeats itself: z = kept z + gained."""
    plasma, kept = amounts[0] / body.central_volume, jnp.exp(-Integrate().rate * hours)
    gained = jnp.zeros_like(plasma[0])
    for now in range(len(hours)):
        gained = kept[now] * gained + (1 - kept[now]) * (plasma[now - 1] + plasma[now]) / 2
    return Area(jnp.zeros_like(gained), plasma[-1], jnp.zeros_like(gained), gained / (1 - jnp.prod(kept)))


def test_a_settled_day_starts_with_what_the_day_before_carried_over() -> None:
    """The mean of z over a cycle is that of plasma, and a long course arrives at the same extremes."""
    body, at, mg, points = bodies(4), np.array([8.0, 14.25]), np.array([[10.0, 20.0], [5.0, 0.0]]), 96
    found = settled_days(BODY, ("central",), "gut1", Integrate(), body, rates(body), at, mg, 24.0, points)
    assert found["slow", "mean"] == pytest.approx(found["plasma", "mean"], rel=1e-10)
    assert found["hours", "highest"] == pytest.approx(24.0)
    assert found["area", "highest"] == pytest.approx(24 * found["plasma", "mean"], rel=1e-10)
    days = 12
    every = (24.0 * np.arange(days)[:, None] + at).ravel()
    times = np.arange(0.0, 24.0 * days, 24 / points)
    for candidate, each in enumerate(mg):
        slow = run(task(body), Doses(every, np.tile(each, days)), times)["slow"][:, -points:]
        assert found["slow", "highest"][candidate] == pytest.approx(slow.max(1), rel=1e-6)
        assert found["slow", "lowest"][candidate] == pytest.approx(slow.min(1), rel=1e-6)
