"""The name of an example goes in; its plan as text, and the reviewed file that it is compared with, come out."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from tests.examples import EXAMPLES, planned

from openbaclofen.decide.records import Plan
from openbaclofen.errors import InputError
from openbaclofen.report.plan_text import print_plan

HERE = Path(__file__).resolve().parent
NAMES = tuple(sorted(path.stem for path in EXAMPLES.glob("*.yaml")))
REVIEWED, FENCE, WIDTH, LEAST = "Reviewed: ", "```", 80, 40


def plan_text(name: str) -> str:
    """What `plan` prints when it is piped, without the line that names the versions."""
    plan = planned(name)[1]
    console = Console(file=io.StringIO(), width=WIDTH, highlight=False, color_system=None)
    print_plan(replace_version(plan), console)
    assert isinstance(console.file, io.StringIO)
    lines = (line.rstrip() for line in console.file.getvalue().splitlines())
    return "\n".join(line for line in lines if not line.startswith(f"openbaclofen {version('openbaclofen')},"))


def replace_version(plan: Plan) -> Plan:
    """The plan under a knowledge base without a name, so that the line that names it never wraps."""
    return replace(plan, knowledge="-")


def review(name: str) -> str:
    """Why the plan is right. Errors: InputError where nobody has reviewed it."""
    path = HERE / f"{name}.md"
    text = path.read_text().split(f"\n{FENCE}")[0].strip() if path.is_file() else ""
    body = text.partition(REVIEWED)[2].strip()
    if len(body) < LEAST:
        raise InputError(f"write a paragraph that begins with {REVIEWED!r} first: why this plan is right", where=path.name)
    return text


def kept(name: str) -> str:
    """The plan as it was when it was read last."""
    return (HERE / f"{name}.md").read_text().partition(f"\n{FENCE}text\n")[2].rpartition(f"\n{FENCE}\n")[0]


def written(name: str, plan: str) -> str:
    """The whole file."""
    return f"{review(name)}\n\n{FENCE}text\n{plan}\n{FENCE}\n"


def renew(arguments: list[str], known: Sequence[str], text_of: Callable[[str], str], usage: str | None) -> int:
    """Write the texts of reviewed files anew (--write), or tell which differ (--check); all of them, or those named.

    Returns the exit status: 1 where a file differs (--check), 2 where one cannot be written.
    """
    if not arguments or arguments[0] not in ("--write", "--check"):
        sys.stderr.write(f"{usage}\n")
        return 2
    names = arguments[1:] or list(known)
    try:
        for name in names:
            review(name)
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    differ = False
    for name in names:
        text = text_of(name)
        if text == kept(name):
            continue
        differ = True
        sys.stdout.write(f"{name} differs\n")
        sys.stdout.flush()
        if arguments[0] == "--write":
            (HERE / f"{name}.md").write_text(written(name, text))
    return int(differ and arguments[0] == "--check")
