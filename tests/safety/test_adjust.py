"""Observations of one person go in; the plan must learn from them, say how much, and break no rule whatever was seen."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import openbaclofen as ob
from openbaclofen.apps.web.usual import PERSON
from openbaclofen.decide.adjust_likeness import Learnt, learn
from openbaclofen.decide.likeness import likenesses_of
from openbaclofen.decide.records import Plan
from openbaclofen.dose.regimen import Phase, Regimen
from openbaclofen.dose.sig import format_regimen
from openbaclofen.errors import InputError
from openbaclofen.facts import load
from openbaclofen.report import as_json

KB = load()
Seen = dict[str, Any]


def case(*seen: Seen, sig: str = "15 mg TID", since: str = "2026-10-18", **more: Any) -> ob.Case:
    said = {
        "date": "2026-11-22",
        "region": "US",
        "question": "adjust",
        "therapy": sig,
        "patient": PERSON | more.pop("patient", {}),
    }
    return ob.read_case({**said, "current": {"sig": sig, "since": since}, "observations": list(seen), **more})


def level(ng_per_ml: float, **more: Any) -> Seen:
    return {"level": f"{ng_per_ml:g} ng/mL", "after": "2 h", **more}


@cache
def at_level(ng_per_ml: float) -> Plan:
    return ob.plan(case(level(ng_per_ml)))


def learnt(*seen: Seen, **more: Any) -> Learnt:
    return learn(case(*seen, **more), KB, 1, "tablet")


def direction(plan: Plan) -> str:
    assert plan.individual is not None
    return plan.individual.direction


def broken(plan: Plan, asked: ob.Case) -> list[str]:
    """Findings that stop the order which a plan proposes."""
    steps = plan.proposal.steps if plan.proposal is not None else plan.stopping
    phases = [
        Phase(s.doses_mg, s.hours, None if s.day_to is None else float(s.day_to - s.day_from + 1))
        for s in steps
        if s.daily_mg > 0
    ]
    order = format_regimen(Regimen(tuple(phases))) + ("" if plan.proposal is not None else "; then stop")
    current = {"sig": asked.current.therapy.sig, "since": asked.current.since.isoformat()}
    said = {"date": "2026-11-22", "region": asked.region, "patient": PERSON, "current": current, "therapy": order}
    found = ob.check(ob.read_case(said)).findings
    return [f.rule for f in found if f.severity in ("contraindicated", "major") or f.blocks]


def test_no_observation_and_one_that_cannot_be_used_give_the_plan_without() -> None:
    none = ob.plan(case())
    assert none.individual is None
    for unused in ({"level": "300 ng/mL"}, {"side_effect": "rash"}, level(300.0, after="20 h")):
        plan = ob.plan(case(unused))
        assert plan.individual is None
        assert (plan.proposal, plan.alternatives, plan.summary) == (none.proposal, none.alternatives, none.summary)
        assert any("observed and not used" in note for note in plan.notes)


def test_the_same_observation_gives_the_same_bytes() -> None:
    asked = case(level(450.0), {"ashworth": "2"}, {"side_effect": "drowsiness", "grade": "mild"})
    one, other = (as_json.text("plan", ob.plan(asked, seed=3)) for _ in range(2))
    assert one == other
    assert '"individual"' in one


def test_an_observation_that_says_nothing_leaves_all_equal() -> None:
    """A level that was below a limit which no likeness can reach, and none that is observed."""
    for found in (learnt(), learnt({"level": "< 90000 ng/mL", "after": "2 h"})):
        assert found.of.weights.effective == pytest.approx(2000)
        assert np.ptp(found.of.weights.weight) < 1e-12
    assert learnt({"spasms": "2", "baseline": "2"}).of.weights.effective < 2000


def test_a_level_moves_exposure_towards_it_and_narrows_it() -> None:
    for seen, up in ((250.0, False), (500.0, True)):
        plan = at_level(seen)
        assert plan.individual is not None
        plasma = next(s for s in plan.individual.shifted if s.quantity == "plasma, mean")
        assert (plasma.after.middle > plasma.before.middle) == up
        assert plasma.after.high / plasma.after.low < plasma.before.high / plasma.before.low


def test_a_higher_level_never_proposes_a_higher_dose() -> None:
    proposed = [
        plan.proposal.daily_mg if (plan := at_level(mg)).proposal else 0.0 for mg in (180.0, 250.0, 350.0, 450.0, 600.0)
    ]
    assert all(a >= b for a, b in pairwise(proposed)), proposed
    assert proposed[0] > proposed[-1]


def test_what_fits_no_likeness_is_said_and_nothing_is_proposed() -> None:
    for odd in (20.0, 900.0, 3000.0):
        plan = at_level(odd)
        assert plan.answer == "cannot tell"
        assert plan.proposal is None
        assert "cannot individualise" in plan.summary
        assert "Do not raise the dose" in plan.summary
        assert plan.individual is not None
        assert (plan.individual.status, plan.individual.effective) == ("cannot individualise", 2000)


def test_too_many_observations_widen_instead_of_resting_on_a_few() -> None:
    found = learnt(*(level(560.0, date=f"2026-11-{day}") for day in range(10, 20)))
    assert found.fits
    assert found.of.weights.power < 1
    assert found.of.weights.effective == pytest.approx(KB.value("adjust.least_effective"), rel=1e-3)


def test_severe_goes_down_moderate_does_not_go_up_and_enough_is_enough() -> None:
    severe, moderate, enough = (
        ob.plan(case(seen))
        for seen in (
            {"side_effect": "drowsiness", "grade": "severe"},
            {"side_effect": "confusion", "grade": "moderate"},
            {"spasms": "1", "baseline": "4"},
        )
    )
    assert direction(severe) == "go down"
    assert severe.proposal is not None
    assert severe.proposal.daily_mg < 45
    for plan in (moderate, enough):
        assert direction(plan) in ("stay", "go down")
        assert all(not c.allowed for c in plan.alternatives if c.daily_mg > 45)
    assert any("enough" in c.why for c in enough.alternatives)
    assert all("moderate confusion" in c.why for c in moderate.alternatives if c.daily_mg > 45)


def test_no_response_goes_up_until_the_ceiling_and_then_off_after_a_fair_trial() -> None:
    below, early, late = (
        ob.plan(case({"ashworth": "3"}, sig=sig, since=since))
        for sig, since in (("15 mg TID", "2026-10-18"), ("20 mg QID", "2026-11-10"), ("20 mg QID", "2026-08-01"))
    )
    assert [direction(p) for p in (below, early, late)] == ["go up", "stay", "taper off"]
    assert late.proposal is None
    assert late.stopping[-1].daily_mg == 0
    assert late.ways_out
    assert "42" in late.summary
    by = next(b for b in early.if_wrong if b.event == "it does not work").advice[0]
    assert "2026-12-22" in by.text  # 42 days from 10 November
    assert "ADULT-LOWEST" in by.rests_on
    assert "adjust.fair_trial" in by.rests_on


def test_a_start_says_by_when_it_must_have_worked() -> None:
    asked = {"date": "2026-11-22", "region": "US", "question": "start", "therapy": "5 mg TID", "current": "none"}
    plan = ob.plan(ob.read_case({**asked, "patient": PERSON}))
    assert plan.proposal is not None
    day = plan.proposal.steps[-1].day_from - 1 + KB.value("adjust.fair_trial")
    text = next(b for b in plan.if_wrong if b.event == "it does not work").advice[0].text
    assert str(np.datetime64("2026-11-22") + int(day)) in text
    assert "assumed" in text


@pytest.mark.parametrize(
    ("sig", "seen"),
    [
        ("20 mg QID", [level(500.0), {"side_effect": "dizziness", "grade": "severe"}]),
        ("10 mg TID", [{"ashworth": "3"}, {"side_effect": "nausea", "present": "no"}]),
        ("20 mg QID", [{"spasms": "0", "baseline": "3", "date": "2026-11-01"}, level(200.0, date="2026-11-20")]),
    ],
)
def test_no_proposal_breaks_a_rule(seen: list[Seen], sig: str) -> None:
    asked = case(*seen, sig=sig)
    plan = ob.plan(asked)
    assert plan.individual is not None
    assert plan.proposal is not None or plan.stopping or plan.answer == "cannot tell"
    if plan.answer == "proposal":
        assert not broken(plan, asked)


def test_before_and_after_stand_side_by_side_on_the_same_likenesses() -> None:
    plan = at_level(450.0)
    assert plan.individual is not None
    assert [c.daily_mg for c in plan.individual.before] == [c.daily_mg for c in plan.alternatives]
    pairs = [(a, b) for a, b in zip(plan.individual.before, plan.alternatives, strict=True)]
    assert all(b.side_effect.middle > a.side_effect.middle for a, b in pairs if a.side_effect and b.side_effect)
    plain = likenesses_of(case().patient, KB, 1)
    assert len(plain.draw) < plan.individual.likenesses


@pytest.mark.parametrize(
    "seen",
    [
        {"level": "0 ng/mL", "after": "2 h"},
        {"level": "350 ug/mL", "after": "2 h"},
        {"level": "350 mmol/L", "after": "2 h"},
        {"level": "350", "after": "2 h"},
        {"spasms": "1.5"},
        {"spasms": "5"},
        {"side_effect": "nausea", "grade": "awful"},
        {"side_effect": "nausea", "grade": "mild", "present": "no"},
        {"ashworth": "2", "grade": "mild"},
        {"ashworth": "2", "date": "2026-12-01"},
    ],
)
def test_what_cannot_be_is_refused(seen: Seen) -> None:
    with pytest.raises(InputError, match="observations"):
        case(seen)
