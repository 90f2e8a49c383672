"""Failures of a pump in a case go in; its simulated course must be what the parts say, from the hour of each on."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.people_like import KB

import openbaclofen as ob
from openbaclofen.body.spine_delivery import Delivery, then
from openbaclofen.decide.pump_case import PumpCase
from openbaclofen.decide.pump_events import first_day_of, happenings
from openbaclofen.decide.pump_failures import running
from openbaclofen.decide.pump_faults import happened
from openbaclofen.errors import InputError
from openbaclofen.infer.pump_what_if import DRAWS, PEOPLE, pump_people

PATIENT = {"age": "38 a", "sex": "male", "weight": "74 kg", "creatinine": "0.8 mg/dL", "conditions": ["spinal_cord_injury"]}
PUMP = {"route": "intrathecal", "catheter_tip": "T10", "concentration": "500 ug/mL", "catheter_volume": "0.2 mL"}
FLEX = "flex 6 ug/h from 06:00, 12 ug/h from 18:30"
BOLUSES = "3 boluses a day of 50 ug over 40 min from 07:30 plus 2 ug/h"
HOURS = st.floats(0, 30).map(lambda h: round(h, 2))


def case(programme: str, events: list[dict[str, str]], **more: object) -> ob.case.record.Case:
    said = {"patient": PATIENT, "current": PUMP | {"programme": programme, "since": "2023-01-01"}, "question": "check"}
    return ob.read_case(said | {"date": "2026-03-04", "events": events} | more)


@settings(derandomize=True, deadline=None)
@given(st.lists(st.tuples(HOURS, st.floats(0, 20)), max_size=4), st.lists(HOURS, max_size=4), HOURS, st.booleans())
def test_what_is_given_is_the_first_until_then_the_second(
    rates: list[tuple[float, float]], boluses: list[float], at: float, lasting: bool
) -> None:
    changes, hours = sorted(dict(rates).items()), np.array(sorted(boluses))
    ones = np.ones(len(hours))
    first = Delivery(
        0.5, np.array([h for h, _ in changes]), np.array([r for _, r in changes]), hours, 10 * ones, ones, ones * 2 * lasting
    )
    for second in (first, Delivery(0.5), Delivery(0.5, np.zeros(1), np.full(1, 7.0))):
        both = then(first, at, second)
        late = np.linspace(at, at + 70, 9)
        before, after = first.infused(np.array([at])), second.infused(late - at)
        assert both.infused(late) == pytest.approx(before + after, rel=1e-9, abs=1e-9)
        early = np.linspace(0, at, 5)
        assert both.infused(early) == pytest.approx(first.infused(early), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("programme", "event"),
    [
        ("400 ug/d continuous", {"pump_stall": "2026-03-04 10:00"}),
        (FLEX, {"catheter_kink": "2026-03-04 21:30"}),
        (BOLUSES, {"pump_stall": "2026-03-04 08:00"}),
        ("250 ug/d continuous", {"wrong_refill": "2000 ug/mL", "at": "2026-03-03 15:00"}),
        ("250 ug/d continuous", {"pump_bolus": "500 ug", "at": "2026-03-04 03:00"}),
        (FLEX, {"mri": "2026-03-04 09:00", "lasts": "1 h"}),
    ],
)
def test_a_course_is_that_of_the_failure_from_its_hour_on(programme: str, event: dict[str, str]) -> None:
    """The same people as those whom `pump` follows from the failure on, hour 0 of theirs being that hour."""
    failed = case(programme, [event])
    of, (only,) = PumpCase(failed, KB), failed.events
    people = running(of, pump_people(failed, KB, of.order, 0.0, 1), True, only.at_h or 0.0)
    fault = happened(of, only)
    assert fault.delivery is not None
    theirs = people.follow(fault.delivery(people), 3)
    number = people.number
    assert (number, len(people.of.brain_share) - number) == (KB.value(PEOPLE), KB.value(DRAWS))
    seen = ob.simulate(failed, people=number, seed=1, days=4, every_h=0.5)
    at = int(2 * (only.at_h or 0))
    whole = (theirs.time_h % 1 == 0) & (theirs.time_h <= 72)
    legs = seen.csf_by_level[:, seen.levels.index("legs")][:, at::2][:, : whole.sum()]
    assert np.allclose(legs, theirs.levels["legs"][:number, whole], rtol=1e-6, atol=1e-6 * legs.max())
    assert any(fault.title in said for said in seen.said)


def test_outcomes_follow_too() -> None:
    stalled = ob.simulate(case("400 ug/d continuous", [{"pump_stall": "2026-03-04 10:00"}]), people=20, days=3, every_h=1)
    runs = ob.simulate(case("400 ug/d continuous", []), people=20, days=3, every_h=1)
    assert (stalled.outcomes["withdrawal"][:, 48] > runs.outcomes["withdrawal"][:, 48]).all()
    assert np.array_equal(stalled.outcomes["withdrawal"][:, :11], runs.outcomes["withdrawal"][:, :11])


def test_hour_0_is_midnight_of_the_earliest_failure() -> None:
    events = [{"wrong_refill": "2000 ug/mL", "at": "2026-03-02 15:30"}, {"pump_stall": "2026-03-03 12:00"}]
    both = case("250 ug/d continuous", events[::-1])
    found, said = happenings(both, KB)
    assert first_day_of(both) == date(2026, 3, 2)
    assert [one.at_h for one in found] == [15.5, 36.0]
    assert "2026-03-02" in said[0]
    assert first_day_of(case("250 ug/d continuous", [{"pump_stall": "2026-03-04 12:00"}])) == date(2026, 3, 4)


def test_what_is_not_followed_is_said() -> None:
    order = {"therapy": PUMP | {"programme": "300 ug/d continuous"}, "question": "adjust"}
    beside = ob.simulate(
        case("250 ug/d continuous", [{"pump_stall": "2026-03-04 10:00"}], **order), people=5, days=1, every_h=1
    )
    assert "not in this course" in " ".join(beside.said)


def test_a_missing_datum_is_asked_for() -> None:
    unknown = case("250 ug/d continuous", [{"wrong_refill": "2000 ug/mL", "at": "2026-03-04 10:00"}])
    current = {**PUMP, "programme": "250 ug/d continuous"}
    del current["concentration"]
    with pytest.raises(InputError, match="concentration"):
        ob.simulate(case("", [{"wrong_refill": "2000 ug/mL"}], current=current), people=5, days=1, every_h=1)
    assert happenings(unknown, KB)[0]
