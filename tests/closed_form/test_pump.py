"""Pumps go in; the course must be that of the stages it is made of, stand still where nothing changes, and not mix people."""

from __future__ import annotations

import numpy as np
import pytest
from tests.people_like import KB
from tests.virtual import bodies, parameters, some_of

import openbaclofen as ob
from openbaclofen.body.schedule import Doses
from openbaclofen.body.spine import modes
from openbaclofen.body.spine_delivery import continuous
from openbaclofen.cascade import OUTCOMES, Course, simulate
from openbaclofen.errors import InputError
from openbaclofen.infer.pump import pump_course
from openbaclofen.infer.spine_typical import places, spine_typical
from openbaclofen.pump import Given, Pumped, _followed, hours, simulate_pump
from openbaclofen.traced import jax

WHERE = places(KB, tip="T10")
PATIENT = {"age": "46 a", "sex": "female", "weight": "62 kg", "height": "168 cm", "creatinine": "0.8 mg/dL"}


def pump(ug_per_day: float) -> dict[str, str]:
    return {"route": "intrathecal", "programme": f"{ug_per_day:g} ug/d continuous"}


def course(current: object, therapy: object, question: str, days: float = 7.0, **patient: object) -> Course:
    said = {"patient": PATIENT | patient, "current": current, "therapy": therapy, "question": question, "region": "US"}
    return pump_course(ob.read_case(said), KB, number=20, ignorance=5, seed=1, days=days)


def people(number: int, cord_rate: float = 0.3) -> Pumped:
    spine = spine_typical(KB, 40.0).people(number, 1)
    return Pumped(parameters(number), modes(spine, bodies(number)), np.full(number, 0.2), np.full(number, cord_rate))


def test_the_cord_follows_a_ramp_as_the_closed_form_says() -> None:
    since, rate = np.diff([0.0, 0.5, 2.0, 3.0, 7.0], prepend=0.0), np.array([0.4, 3.0])
    at = np.cumsum(since)
    fluid = np.stack([5 + 2 * at, 5 + 2 * at])
    lag = 2 / rate[:, None]
    expected = fluid - lag + lag * np.exp(-rate[:, None] * at)
    assert _followed(fluid, since, rate) == pytest.approx(expected, rel=1e-12)


def test_levels_from_tablets_alone_give_the_course_of_tablets() -> None:
    who, times = people(3, cord_rate=1e6), hours(96, boluses=False)
    by_mouth = simulate(who.parameters, Doses(np.arange(0.0, 96.0, 8.0), np.full(12, 20.0)), times)
    oral = {"plasma": by_mouth.plasma_ng_per_ml, "csf": by_mouth.csf_ng_per_ml}
    seen, _ = simulate_pump(who, Given(continuous(0.5, 0.0, 24.0), oral=oral), times, WHERE)
    assert seen.plasma_ng_per_ml == pytest.approx(by_mouth.plasma_ng_per_ml)
    for name in OUTCOMES:
        assert seen.outcomes[name] == pytest.approx(by_mouth.outcomes[name], rel=1e-4, abs=1e-6), name


def test_a_pump_that_goes_on_changes_nothing() -> None:
    seen = course(pump(200), pump(200), "check")
    for name, value in seen.quantities().items():
        assert value == pytest.approx(value[:, :1] + 0 * value, rel=1e-6, abs=1e-9), name


def test_a_stopped_pump_rebounds_within_three_days_and_tablets_lessen_it() -> None:
    stopped, replaced = course(pump(300), "none", "stop"), course(pump(300), "20 mg TID", "switch")
    gain = np.median(stopped.outcomes["reflex_gain"], axis=0)
    assert gain[0] < 0.2 < 1.2 < gain[24:72].max()
    assert (np.median(replaced.outcomes["reflex_gain"], axis=0)[24:] < gain[24:]).all()
    worst, better = (np.median(c.outcomes["withdrawal"], axis=0).max() for c in (stopped, replaced))
    assert better < worst / 2


def test_more_a_day_holds_the_reflex_further_down_at_every_hour() -> None:
    low, high = (course("none", pump(rate), "start") for rate in (50, 200))
    assert (high.outcomes["reflex_gain"] <= low.outcomes["reflex_gain"]).all()
    assert high.csf_ng_per_ml[:, 1:] == pytest.approx(4 * low.csf_ng_per_ml[:, 1:], rel=1e-9)


def test_nobody_depends_on_the_others() -> None:
    who, times = people(300), hours(48, boluses=False)
    given = Given(continuous(0.5, 100.0, 24.0))
    everyone, _ = simulate_pump(who, given, times, WHERE)
    alone = jax.tree.map(lambda a: a[290:291], (who.parameters, who.brain_share, who.cord_rate))
    one = Pumped(alone[0], some_of(who.modes, slice(290, 291)), *alone[1:])
    seen, _ = simulate_pump(one, given, times, WHERE)
    for name in OUTCOMES:
        assert np.array_equal(seen.outcomes[name][0], everyone.outcomes[name][290]), name


def test_what_cannot_be_simulated_is_said() -> None:
    with pytest.raises(InputError, match="no pump"):
        pump_course(ob.read_case({"patient": PATIENT, "therapy": "10 mg TID"}), KB, number=1, ignorance=1, seed=1, days=1)
    with pytest.raises(InputError, match="T13"):
        course("none", pump(100) | {"catheter_tip": "T13"}, "start")
    missing = {key: value for key, value in PATIENT.items() if key != "creatinine"}
    case = ob.read_case({"patient": missing, "therapy": pump(100), "current": "none", "question": "start"})
    with pytest.raises(InputError, match="kidney"):
        pump_course(case, KB, number=1, ignorance=1, seed=1, days=1)
