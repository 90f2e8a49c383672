"""What answers load: a check neither the model nor anything slow, a plan nothing of jax."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("jax", "jaxlib", "matplotlib", "polars", "diffrax", "openbaclofen.cascade", "openbaclofen.body", "openbaclofen.infer")


def test_check_loads_no_model() -> None:
    code = f"""
import sys
from openbaclofen import facts
from openbaclofen.case.read import read_case
from openbaclofen.safety.check import check
check(read_case({{"patient": {{"age": "46 a"}}, "therapy": "5 mg TID"}}), facts.load())
print([m for m in {HEAVY!r} if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("example", ["ms-adult", "pump/pump-from-tablets"])
def test_a_plan_loads_no_jax(example: str) -> None:
    code = f"""
import sys
from pathlib import Path
import openbaclofen as ob
made = ob.plan(ob.read_case(Path("examples/{example}.yaml").read_text()))
print(bool(made.to_dict()["schema"]), [m for m in ("jax", "jaxlib", "matplotlib") if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True []"
