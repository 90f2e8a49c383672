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
from tests.golden.files import EXAMPLES, HERE, WIDTH, kept, review, written

import openbaclofen as ob
from openbaclofen import api
from openbaclofen.decide.pump_records import PumpPlan
from openbaclofen.errors import InputError
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


def main(arguments: list[str]) -> int:
    """Returns the exit status: 1 where a file differs (--check), 2 where one cannot be written."""
    if not arguments or arguments[0] not in ("--write", "--check"):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    names = arguments[1:] or list(PUMPS)
    try:
        for name in names:
            review(name)
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    changed = [(name, text) for name in names if (text := pump_text(name)) != kept(name)]
    for name, text in changed:
        sys.stdout.write(f"{name} differs\n")
        if arguments[0] == "--write":
            (HERE / f"{name}.md").write_text(written(name, text))
    return int(bool(changed) and arguments[0] == "--check")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
