"""A simulated course goes in; one page from dose to outcome comes out, with ribbons over people and a mark for ignorance."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from openbaclofen.report.course import Course
from openbaclofen.units import HOURS_PER_DAY

PANELS = (
    ("plasma_ng_per_ml", "plasma\nng/mL"),
    ("csf_ng_per_ml", "spinal fluid\nng/mL"),
    ("presynaptic_release", "release\nshare"),
    ("reflex_gain", "reflex gain\nshare"),
    ("modified_ashworth", "modified\nAshworth"),
    ("sedation", "drowsiness\nprobability"),
)
COLOUR, DARK, IGNORANCE = "#0072B2", "#003f63", "#D55E00"  # told apart by every kind of colour vision
WIDTH_INCH, ROW_INCH = 8, 1
RIBBONS = ((0.05, 0.95), (0.25, 0.75))


def draw(course: Course, path: Path) -> None:
    """Draw the doses and six quantities over days. The file holds no date, so the same course gives the same bytes."""
    figure = Figure(figsize=(WIDTH_INCH, ROW_INCH * (len(PANELS) + 2)), layout="constrained")
    axes: list[Axes] = list(figure.subplots(len(PANELS) + 1, 1, sharex=True))
    days = course.time_h / HOURS_PER_DAY
    axes[0].vlines(course.dose_time_h / HOURS_PER_DAY, 0, course.dose_mg, color=DARK, linewidth=1)
    axes[0].set_ylabel("dose\nmg")
    axes[0].set_ylim(bottom=0)
    for axis, (name, label) in zip(axes[1:], PANELS, strict=True):
        _panel(axis, days, course.named()[name], course.named(ignorance=True)[name])
        axis.set_ylabel(f"{label}\n({course.grade(name)})", fontsize="small")
    axes[-1].set_xlabel("days")
    figure.suptitle(f"{course.title}\n{course.sig}" if course.title else course.sig, fontsize="medium")
    handles, labels = axes[1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, fontsize="small")
    with mpl.rc_context({"svg.hashsalt": "openbaclofen"}):
        figure.savefig(path, metadata=_METADATA.get(path.suffix, {}))


_METADATA: dict[str, dict[str, str | None]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}


def _panel(axis: Axes, days: np.ndarray, people: np.ndarray, ignorance: np.ndarray) -> None:
    for low, high in RIBBONS:
        bottom, top = np.quantile(people, (low, high), axis=0)
        axis.fill_between(days, bottom, top, color=COLOUR, alpha=0.5 / 2, linewidth=0, label=f"{high - low:.0%} of people")
    axis.plot(days, np.median(people, axis=0), color=DARK, linewidth=1, label="middle")
    for edge, label in zip(
        np.quantile(ignorance, RIBBONS[0], axis=0), ("90 % range of the middle, not known better", None), strict=True
    ):
        axis.plot(days, edge, color=IGNORANCE, linewidth=1, linestyle=":", label=label)
    axis.margins(x=0)
