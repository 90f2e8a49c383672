"""A validation or a calibration goes in; eighty columns, a line for each published figure, come out."""

from __future__ import annotations

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from openbaclofen.infer.calibrate import Calibration
from openbaclofen.infer.calibrate_parts import Part
from openbaclofen.infer.validate import Compared, Validation
from openbaclofen.infer.validate_tables import Tables, table_of

INSIDE = {True: Text("in", style="green"), False: Text("out", style="red"), None: Text("")}


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for name in columns:
        words = name in ("study", "quantity", "why", "parameter", "role", "90 %")
        table.add_column(name, header_style="dim", justify="left" if words else "right", overflow="fold", no_wrap=not words)
    return table


def _figures(c: Compared) -> tuple[str, str, str]:
    """Predicted, its interval and the fold, as words."""
    if c.predicted is None or c.low is None or c.high is None:
        return "-", "", ""
    to = " to " if c.low < 0 else "-"
    return f"{c.predicted:.3g}", f"{c.low:.3g}{to}{c.high:.3g}", apart(c)


def apart(c: Compared) -> str:
    """Predicted over observed; their difference, with its sign, where one of them is not above zero."""
    if c.predicted is None or c.observed is None:
        return ""
    return f"{c.fold:.2f}" if c.fold is not None else f"{c.predicted - c.observed:+.3g}"


def summary(found: Validation) -> list[str]:
    """The validation in a few lines."""
    fitted = [c for c in found.rows if c.role == "fit" and c.fold is not None]
    close = [c for c in fitted if c.fold and 1 / found.close <= c.fold <= found.close]
    checks = [c for c in found.rows if c.role == "validate"]
    told = [c for c in checks if c.fold is not None]
    return [
        f"{len(fitted)} fitted rows: geometric mean fold error {found.mean_fold_error:.3f} (at most {found.mean_close:g}), "
        f"{len(close)} within {1 / found.close:g} to {found.close:g}",
        f"{len(checks)} rows held back, {len(told)} predicted: mean fold error {found.mean_fold_error_validated:.3f}, "
        f"{found.inside_validated:.0%} inside the 90 % interval",
        f"{len(found.rows) - len(fitted) - len(checks)} rows are context",
    ]


def print_validation(found: Validation, console: Console) -> None:
    """Print every row by role, then the summary."""
    for role in ("fit", "validate", "context"):
        rows = [c for c in found.rows if c.role == role]
        table = _table("study", "quantity", "observed", "predicted", "90 %", "fold", "")
        for c in rows:
            if c.predicted is not None:
                predicted, interval, fold = _figures(c)
                table.add_row(c.study, f"{c.quantity} {c.unit}", c.said, predicted, interval, fold, INSIDE[c.inside])
        console.print(Text(f"{role}: {len(rows)} rows", style="bold"), table, "")
    without = _table("study", "quantity", "observed", "why")
    for c in found.rows:
        if c.predicted is None:
            without.add_row(c.study, c.quantity.replace("_", " "), c.said, c.why)
    console.print(Text("not predicted", style="bold"), without, "")
    for line in summary(found):
        console.print(line)


def fared_rows(found: Tables) -> list[tuple[str, ...]]:
    """A header and a line for each table and role: rows, predicted, inside, mean fold error."""
    lines: list[tuple[str, ...]] = [("table", "role", "rows", "predicted", "inside", "mean fold error")]
    for f in found.fared:
        fold = "-" if f.mean_fold_error is None else f"{f.mean_fold_error:.2f}"
        lines.append((f.table, f.role, str(f.rows), str(f.predicted), str(f.inside), fold))
    return lines


def print_tables(found: Tables, console: Console, everything: bool) -> None:
    """Print how each table fares and what is missed and why; or every row of every table, with its reason."""
    if everything:
        for table in dict.fromkeys(table_of(row) for row in found.rows):
            _print_rows(table, [row for row in found.rows if table_of(row) == table], console)
    elif found.missed:
        _print_rows("outside the 90 % interval", list(found.missed), console)
    header, *lines = fared_rows(found)
    table = Table(*header, box=None, pad_edge=False, header_style="dim")
    for line in lines:
        table.add_row(*line)
    console.print(table)
    if not everything:
        console.print("every row: --all, or --table with the name of one", style="dim")


def _print_rows(title: str, rows: list[Compared], console: Console) -> None:
    """A short paragraph for each row: what, the figures, why."""
    console.print(Text(f"{title}: {len(rows)} rows", style="bold"))
    for c in rows:
        predicted, interval, fold = _figures(c)
        figures = f"predicted {predicted} ({interval}), {fold} " if c.predicted is not None else "not predicted"
        head = Text(f"{c.row} [{c.role}] observed {c.said} {c.unit}; {figures}")
        console.print(head + INSIDE[c.inside])
        console.print(Text(f"  {c.why}", style="dim"))
    console.print("")


def print_parts(found: list[Part], console: Console) -> None:
    """Print each refitted part: its facts, and how much the rows told of them."""
    for part in found:
        console.print(Text(f"{part.name}: {len(part.rows)} rows, half the sum of squares {part.cost:.3f}", style="bold"))
        table = _table("parameter", "value", "learned")
        for name, value in part.values.items():
            table.add_row(name, f"{value:.4g}", f"{max(part.learned[name], 0):.0%}")
        console.print(table, "")


def print_calibration(found: Calibration, console: Console) -> None:
    """Print each parameter with its uncertainty and how much the rows told of it, each fitted row, and the mean fold error."""
    table = _table("parameter", "value", "sd %", "learned", "goes with")
    strongest = found.correlation - np.eye(len(found.names))
    for i, (name, value) in enumerate(found.values.items()):
        j = int(np.argmax(np.abs(strongest[i])))
        partner = f"{found.names[j]} {strongest[i, j]:+.2f}"
        table.add_row(name, f"{value:.4g}", f"{100 * found.log_sd[i]:.0f}", f"{max(found.learned[i], 0):.0%}", partner)
    rows = _table("study", "observed", "predicted", "fold")
    for r in found.rows:
        rows.add_row(r.row.partition(":")[2], f"{r.observed:.4g}", f"{r.predicted:.4g}", f"{r.fold:.2f}")
    console.print(table, "", rows, "")
    console.print(f"geometric mean fold error {found.mean_fold_error:.3f} over {len(found.rows)} rows, {found.rounds} rounds")
