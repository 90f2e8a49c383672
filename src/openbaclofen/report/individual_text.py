"""What a plan learnt from observations of its person goes in; tables of before and after come out."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from openbaclofen.decide.records import Candidate, Expected, Individual

TITLE = "Learnt from this person"
OBSERVED = ("observation", "seen", "expected before it was seen")
DOSES = ("dose", "relief", "limiting", "net")
SHIFTED = ("on the present dose", "before", "after")
FEW = "of {} likenesses, their weights are worth {:.0f} equal ones{}"
WIDE = "; what was seen was given less weight (to the power {:.2g}), since it fits few"
NONE = "nothing was learnt: what was seen fits hardly any likeness, so all count the same"
SHARE = "relief and limiting side effect as under Doses weighed, without > with what was seen"
Said = Callable[[Expected], str]
Row = tuple[str, ...]


def individual_parts(of: Individual, after: tuple[Candidate, ...], said: Said) -> list[RenderableType]:
    """What was seen, how the chances of each dose moved, what is now known of the person. said: a prediction in one cell."""
    parts: list[RenderableType] = [Text(status(of)), _table(OBSERVED, observed_rows(of, said))]
    if of.before:
        parts += [_table(DOSES, dose_rows(of.before, after)), Text(SHARE, style="dim")]
    if of.shifted:
        parts.append(_table(SHIFTED, shifted_rows(of, said)))
    return parts


def status(of: Individual) -> str:
    """How much was learnt, in a sentence."""
    if of.status == "cannot individualise":
        return NONE
    return f"{of.status}: " + FEW.format(of.likenesses, of.effective, WIDE.format(of.power) if of.power < 1 else "")


def observed_rows(of: Individual, said: Said) -> list[Row]:
    """Each observation and what was expected of it."""
    rows = []
    for o in of.observed:
        odd = "" if o.tail is None or of.status != "cannot individualise" else f" [{o.tail:.2g} as far out]"
        expected = said(o.expected) + odd if o.expected is not None else f"not used: {o.why}"
        rows.append((f"{o.what}, {o.on}", o.said, expected))
    return rows


def dose_rows(before: tuple[Candidate, ...], after: tuple[Candidate, ...]) -> list[Row]:
    """Chances of each dose without and with what was seen."""
    return [
        (new.sig, *(_moved(old, new, name) for name in ("relief", "side_effect")), _net(old, new))
        for old, new in zip(before, after, strict=True)
    ]


def shifted_rows(of: Individual, said: Said) -> list[Row]:
    """What the present dose does, before and after."""
    rows = []
    for row in of.shifted:
        unit = "" if row.unit == "probability" else f", {row.unit}"
        rows.append((f"{row.quantity}{unit}", said(row.before), said(row.after)))
    return rows


def _moved(old: Candidate, new: Candidate, name: str) -> str:
    pair = (getattr(old, name), getattr(new, name))
    return "" if None in pair else " > ".join(f"{e.middle:.0%}" for e in pair)


def _net(old: Candidate, new: Candidate) -> str:
    return "" if old.net is None or new.net is None else f"{old.net:+.2f} > {new.net:+.2f}"


def _table(names: Row, rows: list[Row]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name, header_style="dim", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
