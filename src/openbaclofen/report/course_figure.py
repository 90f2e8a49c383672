"""A simulated course goes in; one page from dose to outcome and harm comes out, people as ribbons, ignorance as lines."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from openbaclofen.report.course import Course
from openbaclofen.report.style_figure import (
    A4_INCH,
    COLOUR,
    DARK,
    GREY,
    IGNORANCE,
    SECOND,
    SECOND_DARK,
    ends,
    headed,
    ribbons,
    save,
    tidy,
    unknown,
)
from openbaclofen.units import HOURS_PER_DAY

__all__ = ["COLOUR", "DARK", "IGNORANCE", "PANELS", "Panel", "draw", "figure_of", "words"]


class Panel(NamedTuple):
    """One panel. names: quantities of a course, the second dashed; top: what its axis shows at least; without: its value
    before any drug, drawn as a line."""

    names: tuple[str, ...]
    title: str
    unit: str
    top: float = 0.0
    without: float | None = None


SHARE = "share of that\nwithout drug"
PANELS = (  # down the left side to the reflex, then down the right side to what is felt and feared
    Panel(("plasma_ng_per_ml",), "plasma", "ng/mL"),
    Panel(("csf_ng_per_ml",), "spinal fluid", "ng/mL"),
    Panel(("presynaptic_release", "postsynaptic_conductance"), "release; conductance, dashed", "share", 1),
    Panel(("receptor_number",), "receptors that are left", SHARE, 1, 1),
    Panel(("reflex_gain",), "gain of the stretch reflex", SHARE, 1, 1),
    Panel(("modified_ashworth",), "modified Ashworth score", "points", 4),
    Panel(("spasms",), "spasms, Penn scale", "points", 4),
    Panel(("sedation",), "drowsiness", "chance", 1),
    Panel(("strength",), "voluntary strength", SHARE, 1, 1),
    Panel(("brain_excitability",), "excitability of the brain", SHARE, 1, 1),
    Panel(("withdrawal",), "severity of withdrawal", "index", 0.5),
)
_ROWS, _COLUMNS = 3 * 2, 2


def draw(course: Course, path: Path) -> None:
    """Draw the doses and every quantity over days. The file holds no date, so the same course gives the same bytes."""
    save(figure_of(course), path, words(course))


def figure_of(course: Course) -> Figure:
    """The page: doses, then the quantities of PANELS over days."""
    figure = Figure(figsize=A4_INCH, layout="constrained")
    grid = figure.subplots(_ROWS, _COLUMNS, sharex=True)
    axes: list[Axes] = list(grid.T.flat)
    days = course.time_h / HOURS_PER_DAY
    _doses(axes[0], course, float(days[-1]))
    for axis, panel in zip(axes[1:], PANELS, strict=True):
        _panel(axis, days, course, panel)
    for axis in grid[-1]:
        axis.set_xlabel("days", fontsize="small")
    headed(figure, course.title, (course.sig, *course.said))
    handles, labels = axes[1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, fontsize="small", frameon=False)
    return figure


def words(course: Course) -> str:
    """The same in words, for who cannot see it."""
    said = []
    for panel in PANELS:
        for name in panel.names:
            middle = np.median(course.named()[name], axis=0)
            first, last = middle[0], middle[-1]
            said.append(
                f"{name.removesuffix('_ng_per_ml').replace('_', ' ')} ({course.unit(name)}, {course.grade(name)}): first "
                f"{first:.3g}, lowest {middle.min():.3g}, highest {middle.max():.3g}, last {last:.3g}"
            )
    return f"{course.title}. {course.sig}. Middle of people over {course.time_h[-1] / HOURS_PER_DAY:g} days. {'; '.join(said)}."


def _doses(axis: Axes, course: Course, last_day: float) -> None:
    if not len(course.dose_mg):
        axis.text(last_day / 2, 0.5, "no doses", ha="center", va="center", fontsize="small", color=GREY)
    axis.vlines(course.dose_time_h / HOURS_PER_DAY, 0, course.dose_mg, color=DARK, linewidth=1)
    tidy(axis, "doses", "mg")
    axis.set_xlim(0, last_day)
    axis.set_ylim(bottom=0)


def _panel(axis: Axes, days: np.ndarray, course: Course, panel: Panel) -> None:
    if panel.without is not None:
        axis.axhline(panel.without, color=GREY, linewidth=0.5)
    looks = ((COLOUR, DARK, "-"), (SECOND, SECOND_DARK, "--"))
    for name, (colour, dark, style) in zip(panel.names, looks, strict=False):
        ribbons(axis, days, course.named()[name], colour, dark, style=style)
        unknown(axis, days, course.named(ignorance=True)[name])
    grades = ", ".join(dict.fromkeys(course.grade(name) for name in panel.names))
    tidy(axis, f"{panel.title} ({grades})", panel.unit)
    ends(axis, 0, panel.top)
    axis.set_ylim(bottom=0)
