"""The README and the program go in; the README with the output the program gives today comes out (`make readme`)."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from openbaclofen import api
from openbaclofen.report.plan_text import print_plan

ROOT = Path(__file__).resolve().parents[1]
OPENS, CLOSES, LAST = "```text\n", "```\n", "Watch"
WIDTH = 80


def printed() -> str:
    """The first part of the plan of the first example, as `make plan` prints it."""
    text = io.StringIO()
    console = Console(file=text, width=WIDTH, highlight=False)
    print_plan(api.plan(api.read_case(ROOT / "examples" / "ms-adult.yaml")), console)
    lines = [line.rstrip() for line in text.getvalue().splitlines()]
    return "\n".join(lines[: next(i for i, line in enumerate(lines) if line.startswith(LAST))]) + "\n"


def renewed(readme: str) -> str:
    """The README with today's output in its first text block."""
    start = readme.index(OPENS) + len(OPENS)
    return readme[:start] + printed() + readme[readme.index(CLOSES, start) :]


if __name__ == "__main__":
    path = ROOT / "README.md"
    path.write_text(renewed(path.read_text()))
