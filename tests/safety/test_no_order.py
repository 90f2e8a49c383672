"""A case without an order goes in; a question about starting must meet every rule that an order meets, and never pass."""

from __future__ import annotations

from typing import Any

import pytest

import openbaclofen as ob
from openbaclofen.apps.web.usual import PERSON
from openbaclofen.errors import InputError

REGIONS = ("INT", "US", "UK", "CA", "CH", "FR", "DE", "AT")
OF_THE_DOSE = 5  # mg three times a day: low enough that no rule speaks of its height


def case(patient: dict[str, Any], **more: Any) -> ob.Case:
    return ob.read_case({"date": "2026-11-22", "patient": PERSON | patient, **more})


def found(case: ob.Case) -> set[tuple[str, str]]:
    verdict = ob.check(case)
    return {(f.rule, f.severity) for f in verdict.findings} | {(m, "cannot tell") for c in verdict.cannot_tell for m in c.need}


PEOPLE: tuple[dict[str, Any], ...] = (
    {},
    {"allergies": ["baclofen"]},
    {"allergies": None, "medicines": None},
    {"creatinine": "3.4 mg/dL"},
    {"creatinine": "1.7 mg/dL", "medicines": ["codeine", "bisoprolol"], "age": "78 a"},
    {"conditions": ["epilepsy", "stroke"], "alcohol": "daily"},
    {"age": "9 a", "weight": "27 kg", "height": "130 cm", "creatinine": "0.5 mg/dL"},
)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("patient", PEOPLE, ids=range(len(PEOPLE)))
def test_a_start_without_an_order_meets_the_rules_that_the_smallest_order_meets(patient: dict[str, Any], region: str) -> None:
    stated = {k: v for k, v in patient.items() if v is not None}
    without = PERSON | stated
    for unknown in patient.keys() - stated.keys():
        without = {k: v for k, v in without.items() if k != unknown}
    given = {"date": "2026-11-22", "patient": without, "region": region, "current": "none", "question": "start"}
    bare, ordered = found(ob.read_case(given)), found(ob.read_case(given | {"therapy": f"{OF_THE_DOSE} mg TID"}))
    assert {(rule, what) for rule, what in ordered if what in ("contraindicated", "major", "cannot tell")} <= bare


@pytest.mark.parametrize("region", REGIONS)
def test_a_dose_is_proposed_without_an_order_as_with_one(region: str) -> None:
    given = {"region": region, "current": "none", "question": "start"}
    without, ordered = ob.plan(case({}, **given)), ob.plan(case({}, therapy=f"{OF_THE_DOSE} mg TID", **given))
    assert without.proposal is not None
    assert without.proposal == ordered.proposal


CREATININE = {"events": [{"date": "2026-11-20", "creatinine": "0.9 mg/dL"}]}


@pytest.mark.parametrize("more", [{}, {"current": "none"}, CREATININE])
def test_a_person_alone_is_asked_about_as_a_start(more: dict[str, Any]) -> None:
    alone = case({"allergies": ["baclofen"]}, **more)
    assert alone.question == "start"
    assert ob.check(alone).severity == "contraindicated"
    assert ob.plan(alone).proposal is None


@pytest.mark.parametrize("more", [{}, {"current": "none"}, CREATININE])
def test_a_check_of_nothing_is_refused_and_not_clean(more: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="nothing to check"):
        case({}, question="check", **more)
