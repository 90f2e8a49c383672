"""A validation goes in; a figure of observed against predicted, with the bands of 1.25 and 2, comes out."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from openbaclofen.infer.validate import Compared, Validation

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


def draw(found: Validation, path: Path) -> None:
    """Write the figure. The file holds no date, so the same validation gives the same bytes."""
    with mpl.rc_context({"svg.hashsalt": "openbaclofen"}):
        figure_of(found).savefig(path, metadata=_METADATA.get(path.suffix, {}))


def _points(axis: Axes, rows: list[Compared], role: str) -> None:
    colour, marker, label = LOOKS[role]
    seen = np.array([(c.observed, c.predicted, c.low, c.high) for c in rows], dtype=float).T
    reach = np.stack([seen[1] - seen[2], seen[3] - seen[1]])
    axis.errorbar(
        seen[0], seen[1], yerr=reach, color=colour, marker=marker, linestyle="", elinewidth=0.5, markersize=4, label=label
    )
