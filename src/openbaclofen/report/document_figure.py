"""A simulated course goes in; drawings of it come out as SVG text, each with words for who cannot see it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from openbaclofen.decide.expect import LEVELS
from openbaclofen.report.course import Course
from openbaclofen.report.course_figure import COLOUR, DARK, IGNORANCE
from openbaclofen.report.document_record import Figure
from openbaclofen.units import HOURS_PER_DAY

Row = tuple[str, str, str, Callable[..., np.ndarray] | None]  # name in the course, title, unit shown, what of each day
BY_DAY: tuple[Row, ...] = (
    ("plasma_ng_per_ml", "Plasma, highest of the day", "ng/mL", np.max),
    ("plasma_ng_per_ml", "Plasma, lowest of the day", "ng/mL", np.min),
    ("csf_ng_per_ml", "Spinal fluid, mean of the day", "ng/mL", np.mean),
    ("modified_ashworth", "Modified Ashworth, mean", "points", np.mean),
    ("sedation", "Chance of drowsiness", "share", np.mean),
)
BY_HOUR: tuple[Row, ...] = (
    ("plasma_ng_per_ml", "Plasma", "ng/mL", None),
    ("csf_ng_per_ml", "Spinal fluid", "ng/mL", None),
    ("sedation", "Chance of drowsiness", "share", None),
)
WIDTH_INCH, ROW_INCH, LINE = 7, 4 / 3, 1
GREY = "#595959"
PEOPLE, MIDDLE, UNKNOWN = "90 % of people like this one", "middle", "90 % range of the middle,\nover what is not known"


def by_day(course: Course, days: int, bounds: Sequence[float]) -> Figure:
    """Each quantity by day. bounds: of the reference range of plasma, drawn as lines."""
    inside = [(course.time_h >= (d - 1) * HOURS_PER_DAY) & (course.time_h <= d * HOURS_PER_DAY) for d in range(1, days + 1)]

    def of(values: np.ndarray, how: Callable[..., np.ndarray] | None) -> np.ndarray:
        return np.stack([how(values[:, day], axis=1) for day in inside], axis=1) if how else values

    x = np.arange(1, days + 1)
    return _figure(course, BY_DAY, x, of, bounds, "day", "Expected course by day", f"day 1 to day {days}")


def by_hour(course: Course, day: int, bounds: Sequence[float]) -> Figure:
    """Each quantity over one day, by the hour."""
    from_h = (day - 1) * HOURS_PER_DAY
    chosen = (course.time_h >= from_h) & (course.time_h <= from_h + HOURS_PER_DAY)

    def of(values: np.ndarray, how: Callable[..., np.ndarray] | None) -> np.ndarray:
        return values[:, chosen] if how is None else how(values[:, chosen])

    title = f"Expected course over day {day}, by the hour"
    return _figure(course, BY_HOUR, course.time_h[chosen] - from_h, of, bounds, "hour of the day", title, f"hours of day {day}")


def _figure(
    course: Course,
    rows: Sequence[Row],
    x: np.ndarray,
    of: Callable[[np.ndarray, Callable[..., np.ndarray] | None], np.ndarray],
    bounds: Sequence[float],
    axis_name: str,
    title: str,
    span: str,
) -> Figure:
    """A panel a row, two side by side, the last place for the legend, with the words that say the same."""
    down = (len(rows) + 2) // 2
    drawing = Drawing(figsize=(WIDTH_INCH, ROW_INCH * down), layout="constrained")
    axes: list[Axes] = list(drawing.subplots(down, 2).flat)
    said = []
    for axis, (name, label, unit, how) in zip(axes[: len(rows)], rows, strict=True):
        people, unsure = of(course.named()[name], how), of(course.named(ignorance=True)[name], how)
        low, middle, high = np.quantile(people, LEVELS, axis=0)
        _panel(axis, x, (low, middle, high), np.quantile(unsure, LEVELS, axis=0))
        axis.set_title(f"{label}, {unit} ({course.grade(name)})", fontsize="small", loc="left")
        if name.startswith("plasma") and how is not np.min:
            _reference(axis, bounds)
        said.append(
            f"{label}, {unit}: first {middle[0]:.3g}, highest {middle.max():.3g}, last {middle[-1]:.3g}; "
            f"at the last 90 % of people lie between {low[-1]:.3g} and {high[-1]:.3g}"
        )
        axis.set_xlabel(axis_name, fontsize="x-small")
    for empty in axes[len(rows) :]:
        empty.set_axis_off()
    axes[-1].legend(*axes[0].get_legend_handles_labels(), loc="center left", fontsize="small", frameon=False)
    alt = f"{title}, {span}. Middle values. {'. '.join(said)}. The table beside it gives the numbers."
    caption = f"{title}. Blue band: {PEOPLE}; line: {MIDDLE}; dotted orange: {UNKNOWN}."
    return Figure(svg_of(drawing), alt, caption.replace("\n", " "))


def _panel(axis: Axes, x: np.ndarray, people: Sequence[np.ndarray], unsure: np.ndarray) -> None:
    low, middle, high = people
    axis.fill_between(x, low, high, color=COLOUR, alpha=0.5 / 2, linewidth=0, label=PEOPLE)
    axis.plot(x, middle, color=DARK, linewidth=LINE, label=MIDDLE)
    for edge, label in ((unsure[0], UNKNOWN), (unsure[-1], None)):
        axis.plot(x, edge, color=IGNORANCE, linewidth=LINE, linestyle=":", label=label)
    axis.set_ylim(bottom=0)
    axis.margins(x=0)
    axis.tick_params(labelsize="x-small")
    axis.spines[["top", "right"]].set_visible(False)


def _reference(axis: Axes, bounds: Sequence[float]) -> None:
    for bound in bounds:
        axis.axhline(bound, color=GREY, linewidth=0.5, linestyle="--")
    said = f"{bounds[0]:g} to {bounds[-1]:g} ng/mL,\ncalled therapeutic"
    axis.plot([], [], color=GREY, linewidth=LINE, linestyle="--", label=said)


def svg_of(drawing: Drawing) -> str:
    """The drawing as SVG without date or program, so that the same drawing gives the same text; letters are drawn as paths."""
    text = io.StringIO()
    unsaid = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with mpl.rc_context({"svg.hashsalt": "openbaclofen", "svg.fonttype": "path"}):
        drawing.savefig(text, format="svg", metadata=unsaid)
    return text.getvalue()
