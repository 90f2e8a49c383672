"""Levels of groups of people over time go in; one figure that compares them, ribbons over people, comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from openbaclofen.report.style_figure import SEVERAL as COLOURS
from openbaclofen.report.style_figure import STYLES
from openbaclofen.units import HOURS_PER_DAY

WIDTH_INCH, HEIGHT_INCH = 8, 4
PARTS = (1 / 20, 1 / 2, 19 / 20)
Levels = Mapping[str, tuple[np.ndarray, np.ndarray]]


def levels(
    groups: Levels,
    title: str,
    *,
    marks: Sequence[tuple[float, float]] = (),
    days: bool = True,
    log: bool = False,
    up: str = "plasma, ng/mL",
    bottom: float | None = None,
) -> Figure:
    """Levels of groups, name to (hours, (people, hours)): the middle with the range of 90 % of people.

    marks: stretches of time in hours that are shaded (sessions of dialysis). days: the axis counts days, else hours. bottom:
    where the axis begins.
    """
    figure = Figure(figsize=(WIDTH_INCH, HEIGHT_INCH), layout="constrained")
    axis: Axes = figure.subplots()
    unit = HOURS_PER_DAY if days else 1
    for start, end in marks:
        axis.axvspan(start / unit, end / unit, color="black", alpha=1 / 10, linewidth=0)
    for number, (name, (hours, values)) in enumerate(groups.items()):
        colour = COLOURS[number % len(COLOURS)]
        low, middle, high = np.quantile(values, PARTS, axis=0)
        axis.fill_between(hours / unit, low, high, color=colour, alpha=1 / 6, linewidth=0)
        axis.plot(hours / unit, middle, STYLES[number % len(STYLES)], color=colour, label=name)
    axis.set(xlabel="days" if days else "hours", ylabel=up, title=title, yscale="log" if log else "linear")
    axis.margins(x=0)
    if bottom is not None:
        axis.set_ylim(bottom=bottom)
    axis.legend(fontsize="small")
    return figure


def lines(curves: Levels, title: str, across: str, up: str, points: Mapping[str, tuple[float, float]] | None = None) -> Figure:
    """As `levels` for other axes, name to (x, (draws, x)); points: single published figures by name."""
    figure = levels({name: (x * HOURS_PER_DAY, values) for name, (x, values) in curves.items()}, title)
    axis = figure.axes[0]
    for name, (x, y) in (points or {}).items():
        axis.plot([x], [y], "o", color="black")
        axis.annotate(name, (x, y), xytext=(4, 4), textcoords="offset points", fontsize="small")
    axis.set(xlabel=across, ylabel=up)
    axis.set_ylim(bottom=0)
    return figure
