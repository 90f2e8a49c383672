"""A simulated course goes in; a table of its days comes out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from openbaclofen.decide.expect import expected
from openbaclofen.report.course import Course
from openbaclofen.report.plan_text import HOW_TO_READ, said
from openbaclofen.units import HOURS_PER_DAY

ROWS = (
    ("plasma_ng_per_ml", "plasma, highest", np.max),
    ("plasma_ng_per_ml", "plasma, lowest", np.min),
    ("csf_ng_per_ml", "spinal fluid, mean", np.mean),
    ("receptor_number", "receptors left, mean", np.mean),
    ("reflex_gain", "reflex gain, mean", np.mean),
    ("modified_ashworth", "modified Ashworth, mean", np.mean),
    ("spasms", "spasms, mean", np.mean),
    ("strength", "voluntary strength, mean", np.mean),
    ("sedation", "chance of drowsiness, mean", np.mean),
    ("withdrawal", "withdrawal severity, highest", np.max),
)
SHOWN_DAYS = 4


def print_course(course: Course, console: Console, written: Sequence[Path] = ()) -> None:
    """Print a few days, first to last, each quantity with both of its ranges."""
    last = int(np.ceil(course.time_h[-1] / HOURS_PER_DAY))
    days = sorted({round(d) for d in np.linspace(1, max(last, 1), SHOWN_DAYS)})
    console.print(
        Text.assemble(
            (course.title or "course", "bold"), f"\n{course.sig} · {len(course.plasma_ng_per_ml)} people · seed {course.seed}"
        )
    )
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("day", "quantity", "expected", "unit", "grade"):
        table.add_column(name, header_style="dim", overflow="fold")
    for day in days:
        inside = (course.time_h >= (day - 1) * HOURS_PER_DAY) & (course.time_h <= day * HOURS_PER_DAY)
        for i, (name, title, how) in enumerate(ROWS):
            people, unsure = (
                how(course.named()[name][:, inside], axis=1),
                how(course.named(ignorance=True)[name][:, inside], axis=1),
            )
            e = expected(title, course.unit(name), people, unsure, course.grade(name))
            table.add_row(str(day) if i == 0 else "", title, said(e), e.unit, e.grade)
    console.print(table)
    console.print(Text(HOW_TO_READ, style="dim"))
    for text in course.said:
        console.print(Text(f"Note: {text}"))
    for path in written:
        console.print(Text(f"written: {path}"))
