"""Daily pump doses go in; the level along the cord, with people and ignorance apart, and a figure of it come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from openbaclofen.body.spine import Spine, modes
from openbaclofen.body.spine_course import profiles, settled
from openbaclofen.body.spine_delivery import continuous
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.spine_fit import SpinePredictor
from openbaclofen.infer.spine_measure import body_like
from openbaclofen.infer.spine_typical import level, parts, spine_typical
from openbaclofen.report.style_figure import IGNORANCE, PEOPLE, RIBBONS, SEVERAL, STYLES, UNKNOWN, tidy
from openbaclofen.units import HOURS_PER_DAY

_NUMBER, _SEED = 100, 1
_SIZE_INCH = (8, 5)


@dataclass(frozen=True)
class Along:
    """Settled level along the canal of an adult. share (cells,): of its length from the top; ng/mL (..., cells)."""

    share: np.ndarray
    typical: np.ndarray
    people: np.ndarray
    draws: np.ndarray


def along_cord(kb: KnowledgeBase, ug_per_day: float, tip: str) -> Along:
    """The settled profile under a continuous pump. Errors: InputError for a vertebra that is not there."""
    predictor = SpinePredictor(kb, [])
    like = spine_typical(kb, predictor.adult)
    spines = (like.middle(), like.people(_NUMBER, _SEED), like.draws(_NUMBER, _SEED))
    everyone = Spine(*(np.concatenate(values) for values in zip(*spines, strict=True)))
    their = modes(everyone, body_like(predictor.body, len(everyone.length)))
    at = level(kb, tip).low
    start = settled(their, at, ug_per_day / HOURS_PER_DAY)
    found = profiles(their, continuous(at, ug_per_day, HOURS_PER_DAY), np.zeros(1), start)[:, 0, :-1]
    share = (np.arange(their.cells) + 0.5) / their.cells
    return Along(share, found[0], found[1 : _NUMBER + 1], found[_NUMBER + 1 :])


def drawn_along(kb: KnowledgeBase, ug_per_day: Sequence[float], tip: str) -> Figure:
    """Level along the cord, top at the left, at several doses."""
    figure = Figure(figsize=_SIZE_INCH, layout="constrained")
    axis: Axes = figure.subplots()
    low, high = RIBBONS[0]
    for number, dose in enumerate(ug_per_day):
        found, colour = along_cord(kb, dose, tip), SEVERAL[number * 2]
        bottom, top = np.quantile(found.people, (low, high), axis=0)
        people = PEOPLE.format(high - low) if number == 0 else None
        axis.fill_between(found.share, bottom, top, color=colour, alpha=1 / 4, linewidth=0, label=people)
        axis.plot(found.share, found.typical, STYLES[number], color=colour, label=f"{dose:g} ug a day")
        for edge, label in zip(np.quantile(found.draws, (low, high), axis=0), (UNKNOWN, None), strict=True):
            axis.plot(found.share, edge, ":", color=IGNORANCE, linewidth=1, label=label if number == 0 else None)
    at = float(level(kb, tip).low)
    axis.axvline(at, color="black", linewidth=0.5)
    axis.annotate(f"tip at {tip}", (at, 1), xycoords=("data", "axes fraction"), fontsize="small", va="bottom")
    axis.set_yscale("log")
    tidy(axis, "", "spinal fluid, ng/mL")
    counts = parts(kb, "spine.vertebrae").items()
    named = dict.fromkeys(f"{region}{number:g}" for region, count in counts for number in (1, max(count // 2, 1)))
    axis.set_xticks([float(level(kb, name).low) for name in named], list(named))
    axis.set_xlabel("vertebra, from the head to the end of the sac", fontsize="small")
    figure.legend(loc="outside lower center", ncols=2, fontsize="small", frameon=False)
    return figure
