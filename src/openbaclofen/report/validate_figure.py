"""A validation goes in; a figure of observed against predicted, with the bands of 1.25 and 2, comes out."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from openbaclofen.infer.validate import Compared, Validation
from openbaclofen.infer.validate_tables import Tables

LOOKS = {"fit": ("#0072B2", "o", "fitted"), "validate": ("#D55E00", "s", "held back"), "context": ("#767676", "^", "context")}
SIDE_INCH = 7
FAR = 2
_METADATA: dict[str, dict[str, str | None]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}


def figure_of(found: Validation) -> Figure:
    """Every predicted row: observed (across) against predicted (up) in its own unit, with its 90 % interval."""
    figure = Figure(figsize=(SIDE_INCH, SIDE_INCH), layout="constrained")
    axis: Axes = figure.subplots()
    rows = [c for c in found.rows if c.observed and c.predicted]
    ends = np.array([f(getattr(c, name) for c in rows) for f, name in ((min, "observed"), (max, "observed"))])
    across = ends * [0.5, FAR]
    for fold, shade in ((FAR, "#eeeeee"), (found.close, "#d0d0d0")):
        axis.fill_between(across, across / fold, across * fold, color=shade, linewidth=0, label=f"within {fold:g}-fold")
    axis.plot(across, across, color="#767676", linewidth=1)
    for role in LOOKS:
        _points(axis, [c for c in rows if c.role == role], role)
    axis.set(xscale="log", yscale="log", xlabel="observed, in the unit of the row", ylabel="predicted, with 90 % interval")
    axis.set_xlim(*across)
    axis.legend(loc="upper left", fontsize="small")
    axis.set_title("Every published figure of oral pharmacokinetics that the model can predict", fontsize="medium")
    return figure


def figure_of_tables(found: Tables) -> Figure:
    """Every predicted row of these tables, with its 90 % interval: figures above zero on log scales, the others as they are."""
    figure = Figure(figsize=(SIDE_INCH * FAR, SIDE_INCH), layout="constrained")
    positive, other = figure.subplots(1, FAR)
    rows = [c for c in found.rows if c.predicted is not None]
    above = [c for c in rows if c.fold is not None and c.predicted and c.predicted > 0]
    _panel(positive, above, "figures above zero")
    positive.set(xscale="log", yscale="log")
    if above:
        positive.set_ylim(min(min(c.predicted or 1, c.observed or 1) for c in above) / FAR)
    _panel(other, [c for c in rows if c not in above], "changes and differences, in the unit of the row")
    positive.legend(loc="upper left", fontsize="small")
    return figure


def _panel(axis: Axes, rows: list[Compared], title: str) -> None:
    """Observed against predicted, the line on which they agree, roles apart."""
    for role in LOOKS:
        if of := [c for c in rows if c.role == role]:
            _points(axis, of, role)
    ends = [x for c in rows for x in (c.observed, c.predicted) if x is not None]
    if ends:
        axis.plot([min(ends), max(ends)], [min(ends), max(ends)], color="#767676", linewidth=1)
    axis.set(xlabel="observed, in the unit of the row", ylabel="predicted, with 90 % interval")
    axis.set_title(title, fontsize="medium")


def draw(found: Validation | Tables, path: Path) -> None:
    """Write the figure. The file holds no date, so the same validation gives the same bytes."""
    with mpl.rc_context({"svg.hashsalt": "openbaclofen"}):
        figure = figure_of_tables(found) if isinstance(found, Tables) else figure_of(found)
        figure.savefig(path, metadata=_METADATA.get(path.suffix, {}))


def _points(axis: Axes, rows: list[Compared], role: str) -> None:
    colour, marker, label = LOOKS[role]
    seen = np.array([(c.observed, c.predicted, c.low, c.high) for c in rows], dtype=float).T
    reach = np.maximum(np.stack([seen[1] - seen[2], seen[3] - seen[1]]), 0)  # a middle may lie outside a skewed interval
    reach = np.where(np.isfinite(reach), reach, 0)
    axis.errorbar(
        seen[0], seen[1], yerr=reach, color=colour, marker=marker, linestyle="", elinewidth=0.5, markersize=4, label=label
    )
