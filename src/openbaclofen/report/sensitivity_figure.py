"""Which unknowns drive each prediction goes in; bars, a table and the next experiment in words come out."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.sensitivity import TOGETHER, Driver, Sensitivity
from openbaclofen.infer.typical import fact_of
from openbaclofen.report.style_figure import COLOUR, SECOND, tidy

if TYPE_CHECKING:
    import polars

SHOWN = 4
Found = Mapping[str, Sensitivity]
_ROW_INCH, _WIDTH_INCH = 2, 9
_SHORT = 36


def bars(found: Found, used: Sequence[str], kb: KnowledgeBase, quantities: Sequence[str]) -> Figure:
    """The largest drivers of each quantity: with all each takes part in, and alone. used: `Typical.facts`."""
    rows = (len(quantities) + 1) // 2
    figure = Figure(figsize=(_WIDTH_INCH, _ROW_INCH * rows), layout="constrained")
    axes: list[Axes] = list(figure.subplots(rows, 2, sharex=True, squeeze=False).flat)
    for axis, quantity in zip(axes, quantities, strict=False):
        main = found[quantity].drivers[:SHOWN][::-1]
        at = range(len(main))
        names = [_short(title_of(driver, used, kb)) for driver in main]
        whole, alone = [d.total for d in main], [d.first for d in main]
        axis.barh(at, whole, height=1 / 2, color=COLOUR, xerr=[d.total_error for d in main], label="with all it takes part in")
        axis.barh(at, alone, height=1 / 4, color=SECOND, label="alone")
        axis.set_yticks(list(at), names)
        tidy(axis, quantity.replace("_", " "), "")
        axis.set_xlim(0, 1)
    for axis in axes[-2:]:
        axis.set_xlabel("share of the variance from what is not known", fontsize="small")
    for empty in axes[len(quantities) :]:
        empty.set_axis_off()
    handles = axes[0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=2, fontsize="small", frameon=False)
    return figure


def table(found: Found, used: Sequence[str], kb: KnowledgeBase, quantities: Sequence[str]) -> polars.DataFrame:
    """The same as a table, with the 90 % range of each quantity."""
    import polars

    rows = [(found[quantity], driver) for quantity in quantities for driver in found[quantity].drivers[:SHOWN]]
    return polars.DataFrame(
        {
            "quantity": [of.quantity for of, _ in rows],
            "low": [_three(of.spread[0]) for of, _ in rows],
            "middle": [_three(of.spread[1]) for of, _ in rows],
            "high": [_three(of.spread[2]) for of, _ in rows],
            "driver": [title_of(driver, used, kb) for _, driver in rows],
            "alone": [round(driver.first, 2) for _, driver in rows],
            "total": [round(driver.total, 2) for _, driver in rows],
            "total_error": [round(driver.total_error, 2) for _, driver in rows],
            "fact": [fact_of(driver.parameter, used) or driver.parameter for _, driver in rows],
        }
    )


def next_experiments(found: Found, used: Sequence[str], kb: KnowledgeBase, quantities: Sequence[str]) -> str:
    """A list in Markdown: of each quantity, what would have to be measured to know it better."""
    lines = []
    for quantity in quantities:
        if not found[quantity].drivers:
            continue
        driver = found[quantity].drivers[0]
        fact = kb.facts.get(fact_of(driver.parameter, used))
        if fact is None:
            what = "levels in more people, since the parameters of the oral model were fitted together"
        else:
            what = f"{_lower(fact.title)} (`{fact.id}`, {fact.kind}, {fact.grade or 'not graded'})"
        low, _, high = found[quantity].spread
        name = quantity.replace("_", " ")
        lines.append(f"- **{name}** ({low:.3g} to {high:.3g}): {driver.total:.0%} of the variance. Measure: {what}.")
    return "\n".join(lines)


def title_of(driver: Driver, used: Sequence[str], kb: KnowledgeBase) -> str:
    """What a driver is, in the words of its fact."""
    if driver.parameter == TOGETHER:
        return "oral kinetics, calibrated together"
    fact = kb.facts.get(fact_of(driver.parameter, used))
    return fact.title if fact else driver.parameter.replace("_", " ")


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def _short(title: str) -> str:
    lines = textwrap.wrap(title, _SHORT)
    return "\n".join(lines[:2]) + "\u2026" * (len(lines) > 2)


def _three(value: float) -> float:
    return float(f"{value:.3g}")
