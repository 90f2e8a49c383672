"""The name of a pump's example goes in; what `pump` prints of it, and the reviewed file that it is compared with, come out.

`python -m tests.golden.pumps --write` renews the text of all reviewed files, `--check` tells which differ.
"""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from functools import cache
from importlib.metadata import version

from rich.console import Console
from tests.examples import EXAMPLES
from tests.golden.files import WIDTH, renew

import openbaclofen as ob
from openbaclofen import api
from openbaclofen.decide.pump_records import PumpPlan
from openbaclofen.report.pump_text import print_pump

PUMPS = tuple(sorted(f"pump/{path.stem}" for path in (EXAMPLES / "pump").glob("*.yaml")))


@cache
def pump_of(name: str) -> PumpPlan:
    """Everything about the pump of an example, made once."""
    return api.pump(ob.read_case(EXAMPLES / f"{name}.yaml"))


def pump_text(name: str) -> str:
    """What `pump` prints when it is piped, without the line that names the versions."""
    plan = pump_of(name)
    console = Console(file=io.StringIO(), width=WIDTH, highlight=False, color_system=None)
    print_pump(replace(plan, knowledge="-"), console)
    assert isinstance(console.file, io.StringIO)
    lines = (line.rstrip() for line in console.file.getvalue().splitlines())
    return "\n".join(line for line in lines if not line.startswith(f"openbaclofen {version('openbaclofen')},"))


if __name__ == "__main__":
    sys.exit(renew(sys.argv[1:], PUMPS, pump_text, __doc__))
