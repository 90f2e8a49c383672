"""The name of an example goes in; its case and its plan come out, the plan made once for all tests of a worker."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from openbaclofen import api
from openbaclofen.case.record import Case
from openbaclofen.decide.records import Plan

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@cache
def planned(name: str) -> tuple[Case, Plan]:
    """Both as the command makes them: people and seed as they are by default."""
    case = api.read_case(EXAMPLES / f"{name}.yaml")
    return case, api.plan(case)
