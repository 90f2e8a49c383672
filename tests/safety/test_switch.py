"""A change of product goes in; the milligrams must stay the same to the last, and what is not sold must be refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from tests.safety.test_adjust import KB

import openbaclofen as ob
from openbaclofen.apps.web.usual import PERSON
from openbaclofen.decide.records import Plan
from openbaclofen.dose.tablets import make


def switched(to: str, now: str = "10 mg TID using 10 mg tablets", **more: Any) -> Plan:
    said = {
        "date": "2026-11-22",
        "region": "US",
        "question": "switch",
        "therapy": to,
        "patient": PERSON | more.pop("patient", {}),
    }
    return ob.plan(ob.read_case({**said, "current": {"sig": now, "since": "2025-01-15"}, **more}))


@pytest.mark.parametrize("product", [p for p in KB.products.values() if p.form != "intrathecal_injection"], ids=lambda p: p.id)
@pytest.mark.parametrize("mg", [2.5, 5, 7.5, 10, 15, 20, 25])
def test_whatever_a_dose_is_made_of_holds_its_milligrams(product: Any, mg: float) -> None:
    portions = make(mg, [product]).portions
    if portions is None:
        size = Fraction(str(product.strength_mg)) / (2 if product.scored else 1)
        assert Fraction(str(mg)) % size != 0
        return
    held = sum(
        Fraction(str(p.count)) * Fraction(str(product.strength_mg))
        if p.count is not None
        else Fraction(str(p.volume.value)) * Fraction(str(product.strength_mg_per_ml))
        for p in portions
    )
    assert held == Fraction(str(mg))


@pytest.mark.parametrize(
    ("to", "taken"),
    [
        ("10 mg TID as 5 mg/mL suspension", "2 mL of 5 mg/mL"),
        ("10 mg TID as 1 mg/mL solution", "10 mL of 1 mg/mL"),
        ("10 mg TID as 2 mg/mL solution", "5 mL of 2 mg/mL"),
        ("10 mg TID using 5 mg tablets", "2 x 5 mg"),
        ("10 mg TID using 20 mg tablets", "0.5 x 20 mg"),
        ("10 mg TID as 10 mg granules", "1 x 10 mg"),
    ],
)
def test_the_dose_stays_and_each_dose_is_measured(to: str, taken: str) -> None:
    plan = switched(to)
    assert plan.proposal is not None, plan.summary
    (step,) = plan.proposal.steps
    assert (step.daily_mg, step.doses_mg, step.take) == (30, (10, 10, 10), taken)
    assert taken in plan.summary
    assert "2026-11-22" in plan.summary
    assert any("bioequivalent" in r.text for r in plan.reasons)


def test_a_liquid_peaks_higher_and_gives_as_much() -> None:
    block = next(b for b in switched("10 mg TID as 1 mg/mL solution").if_wrong if "product is changed" in b.event)
    rows = {e.quantity: e for e in block.predicted}
    mean, high = rows["plasma, mean"], rows["plasma, highest"]
    assert mean.against is not None
    assert high.against is not None
    assert mean.middle == pytest.approx(mean.against, rel=0.01)
    assert high.middle > 1.05 * high.against
    assert {e.grade for e in rows.values()} == {"assumed"}
    same = next(b for b in switched("10 mg TID using 5 mg tablets").if_wrong if "product is changed" in b.event)
    assert all(e.middle == e.against for e in same.predicted)


def test_the_volume_is_said_for_every_strength_and_finer_marks_are_asked_for() -> None:
    plan = switched("5 mg TID as 2 mg/mL solution", "5 mg TID")
    text = " ".join(r.text for r in plan.reasons)
    assert "5 mL of 1 mg/mL" in text
    assert "2.5 mL of 2 mg/mL" in text
    assert "1 mL of 5 mg/mL" in text
    assert "finer" not in text
    fine = switched("20 mg TID as 5 mg/mL suspension", "15 mg TID")
    assert "finer" not in " ".join(r.text for r in fine.reasons)
    assert any("also changes the dose" in note for note in fine.notes)
    small = switched("2 mg TID as 5 mg/mL suspension", "2 mg TID as 1 mg/mL solution")
    assert "0.4 mL: between the marks" in " ".join(r.text for r in small.reasons)


def test_what_is_not_sold_or_cannot_be_made_is_not_permissible() -> None:
    slow = switched("30 mg daily as extended release tablets")
    assert (slow.answer, slow.proposal) == ("nothing permissible", None)
    assert "not marketed" in slow.summary
    assert "10 mg TID" in slow.summary
    coarse = switched("15 mg TID as 10 mg granules", "15 mg TID")
    assert coarse.answer == "nothing permissible"
    assert "15 mg cannot be made" in coarse.summary


def test_a_switch_to_a_pump_is_told_by_the_pump_with_the_way_off_the_tablets() -> None:
    plan = switched("", therapy={"route": "intrathecal", "programme": "75 ug/d continuous"})
    assert plan.pump is not None
    assert any("From tablets to the pump" in part.title for part in plan.pump.parts)
    assert plan.proposal is None


def test_failed_kidneys_forbid_another_product_too() -> None:
    plan = switched("10 mg TID as 5 mg/mL suspension", patient={"creatinine": "4 mg/dL"})
    assert plan.answer == "nothing permissible"
    assert plan.stopping
