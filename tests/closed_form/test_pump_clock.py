"""A pump that runs by the clock fails at an hour of it; levels and amounts must be those of its own day, got another way."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.closed_form.test_pump_failures import ADULT, KB, PUMP, pump_case, typical

import openbaclofen as ob
from openbaclofen.body.spine_course import course
from openbaclofen.body.spine_delivery import Delivery
from openbaclofen.decide.pump_case import PumpCase
from openbaclofen.decide.pump_failures import failures, running
from openbaclofen.dose.programme import parse_programme
from openbaclofen.infer.individual import individual
from openbaclofen.infer.pump import pumped
from openbaclofen.infer.pump_programme import day_of, delivery_of, scaled_from, settled_on
from openbaclofen.infer.pump_what_if import PumpPeople
from openbaclofen.infer.spine_typical import places
from openbaclofen.pump import LEGS

FLEX = "flex 6 ug/h from 06:00, 12 ug/h from 18:30, 0 ug/h from 23:00"
BOLUSES = "3 boluses a day of 60 ug over 60 min from 07:30 plus 2 ug/h"
AT_ONCE = "4 boluses a day of 40 ug from 01:00"
HOURS = np.arange(0.0, 49.0, 1.5)
CLOCK = (0.0, 8.0, 18.5, 23.25)


@cache
def ran(programme: str, clock_h: float) -> PumpPeople:
    return running(pump_case(programme=programme), typical(), True, clock_h)


def boluses(of: Delivery) -> list[tuple[float, float, float]]:
    return list(zip(of.bolus_h.tolist(), np.asarray(of.bolus_ug).tolist(), of.over_h.tolist(), strict=True))


@pytest.mark.parametrize("programme", [FLEX, BOLUSES, AT_ONCE])
@pytest.mark.parametrize("clock_h", CLOCK)
def test_hour_0_is_an_hour_of_the_programmes_own_day(programme: str, clock_h: float) -> None:
    """Left alone it goes on as a settled programme that is followed from midnight."""
    people, gives = ran(programme, clock_h), parse_programme(programme)
    begun = settled_on(people.of, gives, people.where, people.ml_per_ug)
    through = delivery_of(gives, people.tip, 100.0, people.ml_per_ug)
    expected = course(people.of.modes, through, clock_h + HOURS, people.where, (LEGS, "arms"), start=begun.amplitudes)
    if clock_h:  # a bolus at the very hour 0 is given after it
        first = course(people.of.modes, through, np.array([0.0, clock_h]), people.where, (LEGS,), start=begun.amplitudes)
        expected[LEGS][:, 0] = first[LEGS][:, 1]
    found = people.levels(people.given(people.runs), HOURS)
    for place in (LEGS, "arms"):
        assert found[place] == pytest.approx(expected[place], rel=1e-6)


@pytest.mark.parametrize("programme", [FLEX, BOLUSES])
def test_after_a_stall_is_what_would_have_been_less_what_a_start_would_have_brought(programme: str) -> None:
    people = ran(programme, 18.5)
    left = people.levels(people.given(people.runs), HOURS)
    stalled = people.levels(people.given(0.0), HOURS)
    started = people.levels(people.given(people.runs), HOURS, running=False)
    assert stalled[LEGS] + started[LEGS] == pytest.approx(left[LEGS], rel=1e-6)


def test_a_flex_programme_of_one_rate_fails_as_a_continuous_one() -> None:
    flat, even = (ran(said, 7.0) for said in ("flex 10 ug/h from 06:00, 10 ug/h from 18:00", "240 ug/d continuous"))
    assert flat.way is not None
    assert even.way is None
    first, second = (of.follow(of.changing([0.0, 30.0], [0.0, 240.0]), 2) for of in (flat, even))
    for name, value in second.outcomes.items():
        assert first.outcomes[name] == pytest.approx(value, rel=1e-4, abs=1e-6), name


def test_a_factor_holds_from_an_hour_on_also_within_a_bolus() -> None:
    """60 ug from 07:30 to 08:30, halved at 08:00: 30 ug, then 15; at 15:30 30; at 23:30 none; at 0 the end of last night's."""
    found = scaled_from(parse_programme(BOLUSES), 0.5, [0.0, 8.0, 20.0], [1.0, 0.5, 0.0], 30.0)
    assert boluses(found) == [(0.0, 30, 0.5), (7.5, 30, 0.5), (8.0, 15, 0.5), (15.5, 30, 1.0)]
    assert list(zip(found.from_h.tolist(), found.ug_per_h.tolist(), strict=True))[:3] == [(0, 2), (8, 1), (20, 0)]
    assert found.infused(np.array([30.0]))[0] == pytest.approx(105 + 8 * 2 + 12 * 1)
    at_once = scaled_from(parse_programme(AT_ONCE), 0.5, [0.0, 7.0], [0.0, 10.0], 24.0)
    assert boluses(at_once) == [(7, 400, 0), (13, 400, 0), (19, 400, 0)]


@settings(deadline=None, max_examples=40, derandomize=True)
@given(
    programme=st.sampled_from([FLEX, BOLUSES, AT_ONCE]),
    minutes=st.integers(0, 24 * 60 - 1),
    changes=st.lists(st.floats(0.01, 40), min_size=1, max_size=3, unique_by=lambda hour: round(hour, 3)),
)
def test_hours_counted_from_another_give_the_same_day_and_factors_what_they_say(
    programme: str, minutes: int, changes: list[float]
) -> None:
    assume(programme != AT_ONCE or minutes % 60)  # at the very hour a bolus counts before one and after the other
    gives, at = parse_programme(programme), minutes / 60
    turned = gives.counted_from(at)
    assert turned.ug_per_day == pytest.approx(gives.ug_per_day)
    whole, later = delivery_of(gives, 0.5, 120.0), delivery_of(turned, 0.5, 96.0)
    hours = np.array([3.0, 9.7, 24.0, 47.0])
    before = whole.infused(np.array([at + 24]))
    assert later.infused(hours) == pytest.approx(whole.infused(at + 24 + hours) - before, abs=1e-6)
    steps = [0.0, *sorted(changes)]
    factors = [2.0, 0.0, 0.5, 3.0][: len(steps)]
    found = scaled_from(turned, 0.5, steps, factors, 60.0)
    ends = np.array([*steps[1:], 60.0]) - 1e-6
    expected = sum(f * (later.infused(ends)[k] - later.infused(np.array(steps))[k]) for k, f in enumerate(factors))
    assert found.infused(np.array([60.0 - 1e-6]))[0] == pytest.approx(expected, abs=1e-3)


def test_a_bolus_too_many_at_the_hour_of_another_adds_to_it() -> None:
    people = ran(AT_ONCE, 7.0)
    given_ = people.bolus(100.0, 0.2, people.runs)
    assert given_.infused(np.array([1.0]))[0] == pytest.approx(140.0)
    alone = people.levels(people.bolus(100.0, 0.2, 0.0), HOURS, running=False)[LEGS]
    both, left = people.levels(given_, HOURS)[LEGS], people.levels(people.given(people.runs), HOURS)[LEGS]
    assert both == pytest.approx(left + alone, rel=1e-6)


def test_the_ends_of_boluses_are_followed() -> None:
    people = ran(BOLUSES, 0.0)
    seen = people.follow(people.given(10 * people.runs), 1)
    for end in (8.5, 16.5):
        assert np.isclose(seen.time_h, end).any()
    assert (np.diff(seen.time_h) > 1e-6).all()
    assert len(day_of(parse_programme(BOLUSES), 0.5).bolus_h) == 4  # that at 23:30 is cut at midnight


def test_a_case_tells_the_hour_and_where_it_does_not_midnight_is_said() -> None:
    """A bolus of the morning is in the fluid at noon and not yet at eight."""
    found = {}
    for at in ("08:00", "12:00", ""):
        events = [{"pump_stall": f"2026-11-22 {at}"}] if at else []
        pump = PUMP | {"programme": "1 bolus a day of 200 ug over 30 min from 09:00 plus 2 ug/h"}
        said = {"date": "2026-11-22", "patient": ADULT, "region": "US", "current": pump, "question": "check", "events": events}
        of = PumpCase(ob.read_case(said), KB)
        few = pumped(individual(of.case.patient, KB, "tablet"), KB, None, 8, 4, 1)
        people = PumpPeople(few, places(KB, tip="T10"), 8, 250.0, of.case, KB, 1)
        found[at] = failures(of, lambda people=people: people, "" if at else "pump_stall")[0]
    legs = {at: failure.course[0].middle[0] for at, failure in found.items()}
    assert legs["12:00"] > 4 * legs["08:00"]
    assert any("midnight" in note for note in found[""].notes)
    assert not any("midnight" in note for note in found["08:00"].notes)
