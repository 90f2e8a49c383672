"""Samples of the posterior, or fits of alternatives, go in; tables for the terminal or for a page come out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from openbaclofen.infer.compare_fits import Refit
from openbaclofen.infer.posterior import Sampled

_MOVED = 0.5
_POSTERIOR = ("parameter", "Laplace sd", "sampled sd", "ratio", "Laplace 90 %", "sampled 90 %", "mean moved", "worth")
_REFITS = (
    "fit",
    "rows",
    "parameters",
    "chi-square",
    "AIC",
    "BIC",
    "log evidence",
    "fold error",
    "held back",
    "outside",
    "moved",
)

Rows = list[tuple[str, ...]]


def posterior_rows(found: Sampled) -> Rows:
    """A header and a line for each parameter: sd on the log scale, intervals in the fact's unit, the mean's distance from the
    most probable value in Laplace's sd, and how many independent samples the chains are worth."""
    low, high = found.laplace_interval
    rows: Rows = [_POSTERIOR]
    for i, name in enumerate(found.names):
        laplace, sampled = (
            f"{np.exp(ends[0][i]):.3g}-{np.exp(ends[1][i]):.3g}" for ends in ((low, high), (found.low, found.high))
        )
        sd = (f"{found.laplace_sd[i]:.3f}", f"{found.sd[i]:.3f}", f"{found.ratio[i]:.2f}")
        rows.append((name, *sd, laplace, sampled, f"{found.shift[i]:+.2f}", f"{found.effective[i]:.0f}"))
    return rows


def posterior_summary(found: Sampled) -> list[str]:
    """What the samples say of the approximation, in two lines."""
    said = ", ".join(found.disagree) or "none"
    return [
        f"sampled over approximated standard deviation: {found.ratio.min():.2f} to {found.ratio.max():.2f}; disagree: {said}",
        f"chains agree within {found.settled.max():.2f}; {found.accepted[0]:.0%} and {found.accepted[1]:.0%} of steps accepted",
    ]


def refit_rows(found: Sequence[Refit]) -> Rows:
    """A header and a line for each fit; the first is the one that parameters moved from, in its standard deviations."""
    rows: Rows = [_REFITS]
    for one in found:
        moved = {name: x for name, x in one.shifts(found[0].calibration).items() if abs(x) >= _MOVED}
        figures = (one.chi_square, one.akaike, one.schwarz, one.evidence)
        rows.append(
            (
                one.name,
                str(len(one.calibration.rows)),
                str(one.free),
                *(f"{x:.1f}" for x in figures),
                f"{one.calibration.mean_fold_error:.3f}",
                f"{one.mean_held_back:.3f}",
                ", ".join(f"{r.row.partition(':')[2]} {r.fold:.2f}" for r in one.far) or "none",
                ", ".join(f"{name} {x:+.1f}" for name, x in moved.items()) or "none",
            )
        )
    return rows


def markdown(rows: Rows) -> str:
    """A table for a page."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])


def print_posterior(found: Sampled, console: Console) -> None:
    """Print the samples beside the approximation."""
    table = Table(*_POSTERIOR, box=None, pad_edge=False, header_style="dim")
    for row in posterior_rows(found)[1:]:
        table.add_row(*row)
    console.print("", table, "")
    for line in posterior_summary(found):
        console.print(line)


def print_refits(found: Sequence[Refit], console: Console) -> None:
    """Print each fit as a short list."""
    header, *rows = refit_rows(found)
    for row in rows:
        console.print("", Text(row[0], style="bold"))
        for name, said in zip(header[1:], row[1:], strict=True):
            console.print(f"  {name}: {said}")
