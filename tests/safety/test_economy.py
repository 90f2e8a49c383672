"""Ordinary orders and a synthetic clinic go in: few findings, none loud, and a page that says what was measured."""

from __future__ import annotations

from typing import Any

import pytest
from tests.safety import clinic
from tests.safety.harness import HERE, verdict, yaml

from openbaclofen.safety.verdict import Verdict

ORDINARY = yaml(HERE / "ordinary.yaml")
MOST, LOUDEST = 2, ("caution", "info")


@pytest.fixture(scope="module")
def measured() -> list[Verdict]:
    """What the check says of the whole clinic."""
    return clinic.verdicts()


def test_there_are_twenty() -> None:
    assert len({one["say"] for one in ORDINARY}) == len(ORDINARY) == 20


@pytest.mark.parametrize("one", ORDINARY, ids=lambda o: o["say"])
def test_an_ordinary_order_is_no_alarm(one: dict[str, Any]) -> None:
    found = verdict(one.get("changes"))
    assert len(found.findings) <= MOST
    assert {f.severity for f in found.findings} <= set(LOUDEST)
    assert not found.cannot_tell


def test_the_clinic_is_the_same_for_the_same_seed_and_varied() -> None:
    first, again = (list(clinic.people(7, 300)) for _ in range(2))
    assert first == again
    assert first != list(clinic.people(8, 300))
    assert {one["region"] for one in first} == {"US", "UK", "CA", "FR", "CH"}
    assert {one["question"] for one in first} == {"start", "adjust", "check", "stop"}
    assert len({str(one) for one in first}) == 300


def test_no_plain_safe_order_of_the_clinic_has_a_finding_above_caution(measured: list[Verdict]) -> None:
    plainly = [v for one, v in zip(clinic.people(), measured, strict=True) if clinic.plain(one)]
    assert len(plainly) > 80
    assert {f.severity for v in plainly for f in v.findings} <= set(LOUDEST)


def test_the_page_says_what_is_measured(measured: list[Verdict]) -> None:
    assert clinic.PAGE.read_text() == clinic.page(measured), "run `python -m tests.safety.clinic`"
