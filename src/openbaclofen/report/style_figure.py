"""Values of people and of draws go in; panels that look alike, and files of the same bytes twice, come out."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from openbaclofen.errors import InputError

COLOUR, DARK, IGNORANCE = "#0072B2", "#003f63", "#D55E00"  # told apart by every kind of colour vision
SECOND, SECOND_DARK = "#009E73", "#00543d"
GREY, PALE = "#595959", "#b0b0b0"
SEVERAL = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
STYLES = ("-", "--", "-.", ":")
ENDINGS = (".svg", ".png", ".pdf")
RIBBONS = ((1 / 20, 19 / 20), (1 / 4, 3 / 4))
A4_INCH = (8, 11)
WRAP = 100
PEOPLE = "{:.0%} of people like this one"
MIDDLE = "middle person"
UNKNOWN = "90 % range of the middle person, for what is not known"


def ribbons(axis: Axes, x: np.ndarray, people: np.ndarray, colour: str = COLOUR, dark: str = DARK, *, style: str = "-") -> None:
    """Where 90 % and 50 % of people lie, (people, x), and the middle one."""
    for (low, high), depth in zip(RIBBONS, (1 / 4, 1 / 3), strict=True):
        bottom, top = np.quantile(people, (low, high), axis=0)
        axis.fill_between(x, bottom, top, color=colour, alpha=depth, linewidth=0, label=PEOPLE.format(high - low))
    axis.plot(x, np.median(people, axis=0), style, color=dark, linewidth=1, label=MIDDLE)


def unknown(axis: Axes, x: np.ndarray, draws: np.ndarray) -> None:
    """The ends of what is not known, (draws, x), as dotted lines."""
    for edge, label in zip(np.quantile(draws, RIBBONS[0], axis=0), (UNKNOWN, None), strict=True):
        axis.plot(x, edge, color=IGNORANCE, linewidth=1, linestyle=":", label=label)


def tidy(axis: Axes, title: str, up: str) -> None:
    """What every panel has: a title at its left, a named axis with its unit, no box."""
    axis.set_title(title, fontsize="small", loc="left")
    axis.set_ylabel(up, fontsize="small")
    axis.tick_params(labelsize="small")
    axis.spines[["top", "right"]].set_visible(False)
    axis.margins(x=0)


def ends(axis: Axes, low: float, high: float) -> None:
    """An axis that shows at least this range."""
    bottom, top = axis.get_ylim()
    axis.set_ylim(min(low, bottom), max(high, top))


def headed(figure: Figure, title: str, lines: Sequence[str]) -> None:
    """The heading of a page: its title and what it is about, wrapped."""
    said = "\n".join(textwrap.fill(line, WRAP) for line in lines if line)
    figure.suptitle(f"{title}\n{said}" if title else said, fontsize="medium")


def save(figure: Figure, path: Path, words: str) -> None:
    """Write the figure, with the words that say the same inside. No date, so the same figure gives the same bytes.

    Errors: InputError for another ending.
    """
    about: dict[str, dict[str, str | None]] = {
        ".svg": {"Date": None, "Description": words},
        ".pdf": {"CreationDate": None, "Subject": words},
        ".png": {"Description": words},
    }
    if path.suffix not in about:
        raise InputError(f"{path}: a figure ends in {', '.join(ENDINGS)}", "--plot")
    with mpl.rc_context({"svg.hashsalt": "openbaclofen"}):
        figure.savefig(path, metadata=about[path.suffix])
