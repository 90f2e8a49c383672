"""What checking a case loads: neither the model nor anything slow."""

from __future__ import annotations

import subprocess
import sys

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
