"""The name of a page and a case go in; the page comes out, to be drawn, written as a table, printed or given as a document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from openbaclofen.case.record import Case
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.report.course import FIGURES, TABLES
from openbaclofen.report.dose_response import DoseResponse, dose_response
from openbaclofen.report.ways_down import WaysDown, ways_down
from openbaclofen.report.ways_down_record import StopDocument, document_of
from openbaclofen.report.written import whole
from openbaclofen.units import HOURS_PER_DAY

if TYPE_CHECKING:
    import polars

Columns = dict[str, list[str] | list[float] | list[float | None]]
SHOWN = ("relief", "tone_fall", "drowsiness", "drowsiness_moderate", "leaving", "confusion")
DOSES_READ = "expected over people and what is not known, as a plan weighs it; below it 90 % of what is not known"
STOP_READ = "the middle person; below it 90 % of people like this one; below that 90 % of what is not known of the middle one"
NEWLINE = "\n"


@dataclass(frozen=True)
class Page:
    """A page. kind: the name of its document; columns: the same as a long table, by name."""

    kind: str
    document: DoseResponse | StopDocument
    columns: Columns
    draw: Callable[[Path], None]
    show: Callable[[Console], None]

    def plot(self, path: Path) -> None:
        """Draw it into a .svg, .png or .pdf file, whole or not at all."""
        if path.suffix not in FIGURES:
            raise InputError(f"{path}: a figure ends in {', '.join(FIGURES)}", "--plot")
        whole(path, self.draw)

    def table(self) -> polars.DataFrame:
        """A row for each quantity at each dose, or at each hour of each way."""
        import polars

        return polars.DataFrame(self.columns)

    def write(self, path: Path) -> None:
        """Write the table as .parquet or .csv, whole or not at all."""
        if path.suffix not in TABLES:
            raise InputError(f"{path}: a table ends in {' or '.join(TABLES)}", "--out")
        table = self.table()
        whole(path, table.write_parquet if path.suffix == ".parquet" else table.write_csv)

    def print(self, console: Console, written: Sequence[Path] = ()) -> None:
        """Print it as a table for reading."""
        self.show(console)
        for path in written:
            console.print(Text(f"written: {path}"))


def doses_page(case: Case, kb: KnowledgeBase, people: int, seed: int) -> Page:
    """Benefit and harm by daily dose."""
    from openbaclofen.report import doses_figure

    found = dose_response(case, kb, people, seed)
    parts = ("middle", "expected", "people_low", "people_high", "ignorance_low", "ignorance_high")
    curves, number = found.quantities.items(), len(found.daily_mg)
    columns: Columns = {
        "daily_mg": found.daily_mg * len(curves),
        "quantity": [name for name, _ in curves for _ in range(number)],
        **{part: [v for _, curve in curves for v in getattr(curve, part) or [None] * number] for part in parts},
        "unit": [curve.unit for _, curve in curves for _ in range(number)],
        "grade": [curve.grade for _, curve in curves for _ in range(number)],
    }
    return Page("doses", found, columns, lambda path: doses_figure.draw(found, path), lambda c: _show_doses(found, c))


def stop_page(case: Case, kb: KnowledgeBase, people: int, seed: int) -> Page:
    """Three ways to stop."""
    from openbaclofen.report import stop_figure

    found = ways_down(case, kb, people, seed)
    rows = [(way, name, layer) for way in found.ways for name, layer in way.layers.items()]
    parts = [np.quantile(layer.people, (1 / 20, 0.5, 19 / 20), axis=0) for _, _, layer in rows]
    ends = [np.quantile(layer.unknown, (1 / 20, 19 / 20), axis=0) for _, _, layer in rows]
    columns: Columns = {
        "way": [way.name for way, _, _ in rows for _ in way.hours],
        "hour": [float(hour) for way, _, _ in rows for hour in way.hours],
        "quantity": [name for way, name, _ in rows for _ in way.hours],
        **{p: [float(v) for part in parts for v in part[i]] for i, p in enumerate(("people_low", "middle", "people_high"))},
        **{p: [float(v) for end in ends for v in end[i]] for i, p in enumerate(("ignorance_low", "ignorance_high"))},
        "unit": [layer.unit for way, _, layer in rows for _ in way.hours],
        "grade": [layer.grade for way, _, layer in rows for _ in way.hours],
    }
    return Page("stop", document_of(found), columns, lambda path: stop_figure.draw(found, path), lambda c: _show_ways(found, c))


PAGES: dict[str, Callable[[Case, KnowledgeBase, int, int], Page]] = {"doses": doses_page, "stop": stop_page}


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for name in names:
        table.add_column(name, header_style="dim", overflow="fold")
    return table


def _show_doses(found: DoseResponse, console: Console) -> None:
    ceiling = "no ceiling in the rules" if found.ceiling_mg is None else f"ceiling of the rules {found.ceiling_mg:g} mg/day"
    console.print(Text.assemble((found.title or "doses", "bold"), f"\n{ceiling} · seed {found.seed}"))
    heads = [f"{name.replace('_', NEWLINE)}\n{found.quantities[name].unit}\n{found.quantities[name].grade}" for name in SHOWN]
    table = _table("mg/\nday", *heads)
    for i, mg in enumerate(found.daily_mg):
        curves = [found.quantities[name] for name in SHOWN]
        table.add_row(
            f"{mg:g}", *(f"{c.expected[i]:.2g}\n{c.ignorance_low[i]:.2g} to {c.ignorance_high[i]:.2g}" for c in curves)
        )
    console.print(table)
    for text in (DOSES_READ, *found.ceiling_by, *found.said):
        console.print(Text(text, style="dim"))


def _show_ways(found: WaysDown, console: Console) -> None:
    console.print(
        Text.assemble((found.title or "stop", "bold"), f"\n{found.taken} · {found.number} people · seed {found.seed}")
    )
    names = ("tone", "withdrawal")
    heads = [f"highest {name}\n{layer.unit}\n{layer.grade}" for name in names for layer in (found.ways[0].layers[name],)]
    table = _table("way", "mg/day by day", *heads, "noticed\nby", "first\non day")
    for way in found.ways:
        steps = ", ".join(f"{max(day, 0):g}: {mg:g}" for day, mg in way.steps[1:])
        highest = [_said(way.layers[name].people.max(axis=1), way.layers[name].unknown.max(axis=1)) for name in names]
        when = f"{np.nanmedian(way.onset_h) / HOURS_PER_DAY:.1f}" if way.noticing else "-"
        table.add_row(way.name, steps, *highest, f"{way.noticing:.0%}", when)
    console.print(table)
    for text in (STOP_READ, *found.said):
        console.print(Text(text, style="dim"))


def _said(people: np.ndarray, unknown: np.ndarray) -> str:
    low, middle, high = np.quantile(people, (1 / 20, 0.5, 19 / 20))
    under, over = np.quantile(unknown, (1 / 20, 19 / 20))
    return f"{middle:.2g}\n{low:.2g} to {high:.2g}\n{under:.2g} to {over:.2g}"
