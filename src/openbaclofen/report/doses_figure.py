"""A dose-response goes in; one page of benefit and harm by daily dose comes out, with the ceiling of the person's rules."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from openbaclofen.report.dose_response import Curve, DoseResponse
from openbaclofen.report.style_figure import COLOUR, DARK, GREY, IGNORANCE, PALE, ends, headed, save, tidy

PANELS = (  # name, title, axis, what the axis shows at least
    ("relief", "relief by one point or more", "chance", 1.0),
    ("tone_fall", "fall of tone by the drug", "Ashworth points", 0.0),
    ("drowsiness", "drowsiness, any", "chance", 1.0),
    ("drowsiness_moderate", "drowsiness, moderate or worse", "chance", 1.0),
    ("leaving", "side effect that ends treatment", "chance", 1.0),
    ("confusion", "confusion", "chance", 1.0),
)
EARLY = "drowsiness_first_days"
_SIZE_INCH = (8, 9)
_HOURS = "settled day, equal doses at {}"


def draw(found: DoseResponse, path: Path) -> None:
    """Write the page; the same doses give the same bytes. Errors: InputError for another ending."""
    save(figure_of(found), path, words(found))


def figure_of(found: DoseResponse) -> Figure:
    """Two panels of benefit, four of harm, by daily dose."""
    figure = Figure(figsize=_SIZE_INCH, layout="constrained")
    grid = figure.subplots(3, 2, sharex=True)
    axes: list[Axes] = list(grid.flat)
    daily = np.array(found.daily_mg)
    for axis, (name, title, unit, top) in zip(axes, PANELS, strict=True):
        curve = found.quantities[name]
        _panel(axis, daily, curve)
        tidy(axis, f"{title} ({curve.grade})", unit)
        ends(axis, 0, top)
        if unit == "chance":
            axis.set_ylim(0, 1)
        _ceiling(axis, found)
    early = found.quantities[EARLY].middle
    axes[2].plot(
        daily, early, color=DARK, linewidth=1, linestyle="-.", label="the mean in the first days, before getting used to it"
    )
    for axis in grid[-1]:
        axis.set_xlabel("mg a day", fontsize="small")
    at = ", ".join(f"{hour:g}:00" if hour % 1 == 0 else f"{hour:g} h" for hour in found.at_h)
    headed(figure, found.title, (_HOURS.format(at), *found.said))
    kept = {
        label: handle for axis in (axes[1], axes[2]) for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    figure.legend(kept.values(), kept.keys(), loc="outside lower center", ncols=2, fontsize="small", frameon=False)
    return figure


def words(found: DoseResponse) -> str:
    """The same in words, for who cannot see it."""
    at = [i for i, mg in enumerate(found.daily_mg) if mg in (0, 3 * 10, 3 * 10 * 2, found.daily_mg[-1])]
    said = [
        f"{title} ({found.quantities[name].unit}, {found.quantities[name].grade}): "
        + ", ".join(f"{found.quantities[name].middle[i]:.2g} at {found.daily_mg[i]:g}" for i in at)
        for name, title, _, _ in PANELS
    ]
    ceiling = f" Ceiling of the rules: {found.ceiling_mg:g} mg a day." if found.ceiling_mg is not None else ""
    return f"{found.title}. By daily dose in mg. {'; '.join(said)}.{ceiling}"


def _panel(axis: Axes, daily: np.ndarray, curve: Curve) -> None:
    if curve.people_low is not None and curve.people_high is not None:
        label = "90 % of people like this one, each with their own"
        axis.fill_between(daily, curve.people_low, curve.people_high, color=COLOUR, alpha=1 / 4, linewidth=0, label=label)
    axis.plot(daily, curve.middle, color=DARK, linewidth=2, label="mean over people like this one")
    for edge, label in ((curve.ignorance_low, "90 % range of the mean, for what is not known"), (curve.ignorance_high, None)):
        axis.plot(daily, edge, color=IGNORANCE, linewidth=1, linestyle=":", label=label)


def _ceiling(axis: Axes, found: DoseResponse) -> None:
    """What lies above the ceiling is greyed; a ceiling of 0 forbids every dose."""
    top = found.daily_mg[-1]
    if found.ceiling_mg is None or found.ceiling_mg >= top:
        return
    axis.axvspan(found.ceiling_mg, top, color=PALE, alpha=1 / 4, linewidth=0)
    label = f"ceiling of the rules, {found.ceiling_mg:g} mg a day"
    axis.axvline(found.ceiling_mg, color=GREY, linewidth=1, linestyle="--", label=label)
