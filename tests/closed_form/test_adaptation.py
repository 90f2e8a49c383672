"""Occupancy and effect over time go in; receptor number and opponent drive must follow their equations and stay in range."""

from __future__ import annotations

from typing import Any

import diffrax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openbaclofen.facts import load
from openbaclofen.outcome.withdrawal import Causes, causes, excess, onset_h, rebound_points, severity
from openbaclofen.receptor.adaptation import Adaptation, Adapted, Inside, occupancy, untouched
from openbaclofen.receptor.adapting import earlier, mean_drive, number_over, opponent_over, over
from openbaclofen.receptor.site import responding
from openbaclofen.reflex.gain import (
    Strength,
    Unmasked,
    adapted_gain,
    excitability,
    h_to_m,
    velocity_threshold,
    voluntary_strength,
)
from openbaclofen.traced import Array, jax, jnp

KB = load()
RECOVERY, LOSS, OPPONENT = np.log(2) / 2.5 / 24, 0.16 / 24, np.log(2) / 8 / 24
OF = Adaptation(*(np.array([x]) for x in (0.22, RECOVERY, LOSS, OPPONENT)))


def effect(umol_per_l: Array, number: Array) -> Array:
    return number * umol_per_l / (umol_per_l + 0.75)


def thrice_a_day(hours: Array) -> Array:
    """R-baclofen with a peak after each of three doses."""
    return 0.08 * (1 + jnp.sin(2 * jnp.pi * hours / 8))


def test_a_constant_level_follows_the_closed_form() -> None:
    level, hours = 0.5, np.full(24 * 30, 1.0)
    held = Adapted(
        *(jnp.array([x]) for x in (1.0, 0.0, level / (level + 0.22), float(effect(jnp.array(level), jnp.array(1.0)))))
    )
    seen = over(OF, held, jnp.full((len(hours), 1), level), effect, hours)
    t, rate = np.cumsum(hours), RECOVERY + LOSS * level / (level + 0.22)
    share = level / (level + 0.75)
    end = RECOVERY / rate
    number = end + (1 - end) * np.exp(-rate * t)
    m = OPPONENT
    opponent = share * (end * (1 - np.exp(-m * t)) + (1 - end) * m / (m - rate) * (np.exp(-rate * t) - np.exp(-m * t)))
    assert np.asarray(seen.number)[:, 0] == pytest.approx(number, abs=1e-9)
    assert np.asarray(seen.opponent)[:, 0] == pytest.approx(opponent, abs=1e-5)


def test_receptors_of_rats_fall_as_measured() -> None:
    """74 % at day 3 and 66 % at day 7, for receptors nearly all occupied; recovery by half in 2.5 days."""
    assert KB.evidence["mechanism:M099"].said.startswith("no change / 74 / 66")
    facts = Adaptation(
        np.array([KB.value("adaptation.affinity")]),
        np.log(2) / np.array([KB.value("adaptation.recovery_half_life") * 24]),
        np.array([KB.value("adaptation.loss_rate") / 24]),
        np.array([OPPONENT]),
    )
    start = untouched(1)._replace(occupancy=occupancy(facts, jnp.array([12.0])))
    seen = np.asarray(over(facts, start, jnp.full((24 * 7, 1), 12.0), effect, np.ones(24 * 7)).number)[:, 0]
    assert [seen[24 * 3 - 1], seen[-1]] == pytest.approx([0.74, 0.66], abs=0.01)
    alone = over(facts, Adapted(*(jnp.array([x]) for x in (0.6, 0.0, 0.0, 0.0))), jnp.zeros((60, 1)), effect, np.ones(60))
    assert float(alone.number[-1, 0]) == pytest.approx(0.8)


def test_hourly_steps_three_times_a_day_agree_with_a_solver() -> None:
    """Largest error of hourly steps over four weeks, for levels that go to nothing and back thrice a day: 3e-4 of both."""
    hours = np.arange(24 * 28 + 1.0)

    def slope(t: Any, y: Any, _: Any) -> Array:
        c = thrice_a_day(t)
        return jnp.array([RECOVERY * (1 - y[0]) - LOSS * c / (c + 0.22) * y[0], OPPONENT * (effect(c, y[0]) - y[1])])

    term, control = diffrax.ODETerm(slope), diffrax.PIDController(rtol=1e-9, atol=1e-11)
    at = diffrax.SaveAt(ts=jnp.asarray(hours))
    begin, tries = jnp.array([1.0, 0.0]), 10**5
    solved = diffrax.diffeqsolve(
        term, diffrax.Dopri8(), 0.0, hours[-1], 0.1, begin, saveat=at, stepsize_controller=control, max_steps=tries
    ).ys
    assert solved is not None
    level = thrice_a_day(jnp.asarray(hours))[:, None]
    start = Adapted(jnp.ones(1), jnp.zeros(1), occupancy(OF, level[0]), effect(level[0], jnp.ones(1)))
    seen = over(OF, start, level, effect, np.diff(hours, prepend=0.0))
    assert np.max(np.abs(np.asarray(seen.number)[:, 0] - np.asarray(solved[:, 0]))) < 3e-4
    assert np.max(np.abs(np.asarray(seen.opponent)[:, 0] - np.asarray(solved[:, 1]))) < 3e-4


def test_steps_that_know_their_middle_and_slopes_agree_with_a_solver_a_hundred_times_better() -> None:
    """Largest error of hourly steps over two weeks of the same levels: 2e-6 of both."""
    hours = np.arange(24 * 14 + 1.0)
    fine = np.linspace(0, hours[-1], 16 * (len(hours) - 1) + 1)
    level = np.asarray(thrice_a_day(jnp.asarray(fine)))
    gap, occupied = fine[1] * 2, level / (level + 0.22)
    number, opponent = np.ones(len(fine)), np.zeros(len(fine))
    for i in range(0, len(fine) - 2, 2):  # steps of seven minutes by Simpson's rule
        rate = gap * (RECOVERY + LOSS * (occupied[i] + 4 * occupied[i + 1] + occupied[i + 2]) / 6)
        end = gap * RECOVERY / rate
        number[i + 2] = end + (number[i] - end) * np.exp(-rate)
        number[i + 1] = (number[i] + number[i + 2]) / 2
        felt = np.asarray(number[i : i + 3] * level[i : i + 3] / (level[i : i + 3] + 0.75))
        mean = (felt[0] + 4 * felt[1] + felt[2]) / 6
        opponent[i + 2] = mean + (opponent[i] - mean) * np.exp(-gap * OPPONENT)

    def of(f: Any, at: np.ndarray) -> tuple[Array, Array]:
        return jax.jvp(f, (jnp.asarray(at),), (jnp.ones(len(at)),))

    since, middles = np.diff(hours, prepend=0.0), np.append(0.0, hours[:-1] + 0.5)
    start = Adapted(
        jnp.ones(1), jnp.zeros(1), occupancy(OF, thrice_a_day(jnp.zeros(1))), effect(thrice_a_day(jnp.zeros(1)), 1.0)
    )
    taken, turning = of(lambda t: occupancy(OF, thrice_a_day(t)), hours)
    within = Inside(occupancy(OF, thrice_a_day(jnp.asarray(middles)))[:, None], turning[:, None])
    seen = number_over(OF, start, taken[:, None], since, within)
    assert np.max(np.abs(np.asarray(seen)[:, 0] - number[::16])) < 2e-6
    own, halfway = seen[:, 0], (earlier(start.number, seen) + seen)[:, 0] / 2
    felt, turning = of(lambda t: effect(thrice_a_day(t), own), hours)
    within = Inside(effect(thrice_a_day(jnp.asarray(middles)), halfway)[:, None], turning[:, None])
    opposed = opponent_over(OF, start, felt[:, None], since, within)
    assert np.max(np.abs(np.asarray(opposed)[:, 0] - opponent[::16])) < 2e-6


def test_what_comes_late_in_a_step_has_less_time_to_leave() -> None:
    """A drive that rises evenly from 0 to d over one step: M = d (1 - (1 - exp(-k h)) / (k h))."""
    of, start, k = OF._replace(opponent_rate=np.array([0.1])), untouched(1), 0.1
    found = float(opponent_over(of, start, jnp.array([[0.6]]), np.ones(1))[0, 0])
    assert found == pytest.approx(0.6 * (1 - (1 - np.exp(-k)) / k), rel=1e-4)


def test_the_mean_of_a_step_is_right_for_fifth_powers() -> None:
    for k in range(6):
        at = np.array([0.25, 0.75])
        f, slope = at**k, k * at ** max(k - 1, 0)
        within = Inside(jnp.array([[0.0], [0.5**k]]), jnp.array([[slope[0]], [slope[1]]]))
        mean = mean_drive(jnp.array([[0.0], [f[0]]]), jnp.array([[f[0]], [f[1]]]), jnp.array([[0.0], [0.5]]), within)
        assert float(mean[1, 0]) == pytest.approx((at[1] ** (k + 1) - at[0] ** (k + 1)) / (k + 1) / 0.5, rel=1e-12)


def test_a_settled_day_is_what_many_days_come_to() -> None:
    level = thrice_a_day(jnp.arange(1.0, 25.0))[:, None]
    site = Adapted(jnp.ones(1), jnp.zeros(1), occupancy(OF, level[-1]), effect(level[-1], jnp.ones(1)))
    seen = over(OF, site, level, effect, np.ones(24))
    later = jax.jit(lambda before: over(OF, before, level, effect, np.ones(24)))
    for _ in range(200):
        seen = later(Adapted(*(value[-1] for value in seen)))
    day = over(OF, None, level, effect, np.ones(24))
    for found, expected in zip(day, seen, strict=True):
        assert np.asarray(found) == pytest.approx(np.asarray(expected), abs=1e-7)


def test_blocks_of_time_join_without_a_seam() -> None:
    level, gaps = thrice_a_day(jnp.arange(48.0))[:, None], np.diff(np.arange(48.0), prepend=0.0)
    whole = over(OF, untouched(1), level, effect, gaps)
    half = over(OF, untouched(1), level[:24], effect, gaps[:24])
    later = over(OF, Adapted(*(value[-1] for value in half)), level[24:], effect, gaps[24:])
    assert np.asarray(later.opponent) == pytest.approx(np.asarray(whole.opponent[24:]), abs=1e-15)
    still = over(OF, Adapted(*(value[-1] for value in half)), level[23:24], effect, np.zeros(1))
    assert float(still.number[0, 0]) == float(half.number[-1, 0])


@settings(max_examples=100, deadline=None)
@given(*(st.floats(low, high) for low, high in ((1e-6, 1), (0, 1), (0, 1e4), (0, 1e4), (0, 1e5), (1e-4, 1), (0, 1))))
def test_shares_stay_in_range_at_any_step(
    number: float, opponent: float, before: float, level: float, hours: float, rate: float, loss: float
) -> None:
    of = Adaptation(*(np.array([x]) for x in (0.22, rate, loss, rate)))
    felt = float(effect(jnp.array(before), jnp.array(number)))
    site = Adapted(*(jnp.array([x]) for x in (number, opponent, before / (before + 0.22), felt)))
    later = over(of, site, jnp.array([[level]]), effect, np.array([hours]))
    assert 0 < float(later.number[0, 0]) <= 1 + 1e-12
    ends = [opponent, felt, float(later.effect[0, 0])]
    assert min(ends) - 1e-12 <= float(later.opponent[0, 0]) <= max(ends) + 1e-12


def test_rebound_is_what_adaptation_leaves_when_the_drug_is_gone() -> None:
    unmasked = Unmasked(np.array([0.8]), np.array([0.2]))
    excitable = excitability(unmasked, jnp.array([0.9]), jnp.array([0.4]))
    assert float(excitable[0]) == pytest.approx(1 + 0.32 + 0.02)
    gone, held = (adapted_gain(jnp.array([x]), excitable) for x in (1.0, 0.6))
    assert float(gone[0]) == pytest.approx(1.34)
    assert float(excess(held)[0]) == 0
    assert float(rebound_points(gone, np.array([3.6]))[0]) == pytest.approx(0.34 * 3.6)
    assert float(severity(gone, jnp.array([1.2]))[0]) == pytest.approx(0.54)
    told = causes(jnp.array([0.9]), jnp.array([0.32]), jnp.array([0.02]))
    assert isinstance(told, Causes)
    assert float(told.opponent[0] + told.receptors[0] + told.drug[0]) == pytest.approx(0.9 * 1.34 - 1)


def test_onset_lies_between_the_hours_about_it() -> None:
    hours, index = np.array([0.0, 1, 2, 3]), np.array([[0.0, 0, 1], [0.1, 0, 1], [0.3, 0, 1], [0.2, 0, 1]])
    assert onset_h(hours, index, 0.2)[[0, 2]] == pytest.approx([1.5, 0])
    assert np.isnan(onset_h(hours, index, 0.2)[1])


def test_the_threshold_rises_strength_lasts_and_resistance_is_partial() -> None:
    assert float(velocity_threshold(jnp.array(0.5), jnp.array(1.0))) == 2
    assert float(velocity_threshold(jnp.array(0.5), jnp.array(1.34))) == pytest.approx(2 / 1.34)
    strength = Strength(np.array([0.7]), np.array([4.0]))
    assert [float(voluntary_strength(strength, jnp.array([g]))[0]) for g in (0, 0.03, 0.7)] == pytest.approx(
        [1, 1, 0.5], abs=1e-4
    )
    assert float(h_to_m(np.array([0.6]), jnp.array([0.25]))[0]) == pytest.approx(0.15)
    assert float(h_to_m(np.array([0.6]), jnp.array([3.0]))[0]) == 1
    assert np.asarray(responding(0.4, 0.3, np.array([0.2, 0.9]))).tolist() == [1.0, 0.3]
