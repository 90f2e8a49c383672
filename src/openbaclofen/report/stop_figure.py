"""Ways to stop go in; one page that compares them from dose to rebound, with what drives it, comes out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from openbaclofen.report.style_figure import (
    COLOUR,
    DARK,
    GREY,
    IGNORANCE,
    SECOND,
    headed,
    ribbons,
    save,
    tidy,
    unknown,
)
from openbaclofen.report.ways_down import BEFORE_DAYS, Way, WaysDown
from openbaclofen.units import HOURS_PER_DAY

PANELS = (
    ("plasma", "plasma"),
    ("receptor_number", "receptors that are left"),
    ("opponent", "opponent drive"),
    ("tone", "tone beside that without drug"),
    ("withdrawal", "severity of withdrawal"),
)
DRIVERS = (
    ("opponent", "opponent", IGNORANCE),
    ("receptors", "missing receptors", SECOND),
    ("drug", "drug that is left", COLOUR),
)
_SIZE_INCH = (9, 12)


def draw(found: WaysDown, path: Path) -> None:
    """Write the page; the same ways give the same bytes. Errors: InputError for another ending."""
    save(figure_of(found), path, words(found))


def figure_of(found: WaysDown) -> Figure:
    """A column for each way to stop; the rows share their scales."""
    figure = Figure(figsize=_SIZE_INCH, layout="constrained")
    grid = figure.subplots(len(PANELS) + 2, len(found.ways), sharex=True, sharey="row")
    for number, (way, column) in enumerate(zip(found.ways, grid.T, strict=True)):
        _column(list(column), way, found, first=number == 0)
    kept = {
        label: handle
        for axis in (grid[1, 0], grid[-2, 0], grid[-1, 0])
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    figure.legend(kept.values(), kept.keys(), loc="outside lower center", ncols=3, fontsize="small", frameon=False)
    headed(figure, found.title, (f"{found.taken}, stopped in three ways; means of the day before", "; ".join(found.said)))
    return figure


def words(found: WaysDown) -> str:
    """The same in words, for who cannot see it."""
    said = []
    for way in found.ways:
        tone, index = (np.median(way.layers[name].people, axis=0).max() for name in ("tone", "withdrawal"))
        said.append(
            f"{way.name}: highest middle tone {tone:+.2g} points, highest middle severity {index:.2g}, "
            + _noticed(way).replace("\n", " ")
        )
    return f"{found.title}. {found.taken} stopped. {'; '.join(said)}."


def _noticed(way: Way) -> str:
    """How many notice withdrawal, and when."""
    if not way.noticing:
        return "noticed by no one"
    return f"noticed at some hour by {way.noticing:.0%},\nfirst on day {np.nanmedian(way.onset_h) / HOURS_PER_DAY:.1f} (middle)"


def _column(axes: list[Axes], way: Way, found: WaysDown, first: bool) -> None:
    days = way.hours / HOURS_PER_DAY
    _doses(axes[0], way, float(days[-1]), first)
    for axis, (name, title) in zip(axes[1:-1], PANELS, strict=True):
        layer = way.layers[name]
        ribbons(axis, days, layer.people)
        unknown(axis, days, layer.unknown)
        tidy(axis, f"{title} ({layer.grade})" if first else "", layer.unit if first else "")
    axes[-3].axhline(0, color=GREY, linewidth=0.5)
    label = f"severity that is noticed ({found.noticed_grade})"
    axes[-2].axhline(found.noticed, color=GREY, linewidth=1, linestyle="--", label=label)
    axes[-2].annotate(_noticed(way), (1, 1), xycoords="axes fraction", ha="right", va="top", fontsize="small")
    _drivers(axes[-1], days, way)
    grade = way.layers["opponent"].grade
    tidy(
        axes[-1], f"what makes the reflex exceed ({grade})" if first else "", "share of the\ngain without drug" if first else ""
    )
    axes[-1].set_xlabel("days from the first change", fontsize="small")


def _doses(axis: Axes, way: Way, last_day: float, first: bool) -> None:
    day, mg = (np.array(part) for part in zip(*way.steps, (last_day, 0.0), strict=True))
    axis.step(day, mg, where="post", color=DARK, linewidth=1)
    axis.fill_between(day, 0, mg, step="post", color=COLOUR, alpha=1 / 4, linewidth=0)
    tidy(axis, way.name, "mg a day" if first else "")
    axis.set_xlim(-BEFORE_DAYS, last_day)
    axis.set_ylim(bottom=0)


def _drivers(axis: Axes, days: np.ndarray, way: Way) -> None:
    """What adds to the excess above zero, what takes away below; the line is their sum."""
    floor = np.zeros_like(days)
    for name, label, colour in DRIVERS:
        part = np.asarray(getattr(way.drivers, name))
        base = floor if name != "drug" else np.zeros_like(days)
        axis.fill_between(days, base, base + part, color=colour, alpha=0.5, linewidth=0, label=label)
        floor = floor + part
    axis.plot(days, floor, color="black", linewidth=1, label="their sum, mean over people")
    axis.axhline(0, color=GREY, linewidth=0.5)
