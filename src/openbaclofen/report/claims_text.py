"""Claims of the source documents go in; a table of what shows each comes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from openbaclofen.facts.schema import Claim
from openbaclofen.report.why_text import record_table

STYLE = {"shown": "green", "pending": "yellow", "unsupported": "magenta"}


def print_claims(claims: Sequence[Claim], console: Console) -> None:
    """Print one claim in full, or all in a table with the count of each status."""
    if len(claims) == 1:
        console.print(Padding(record_table(claims[0].model_dump()), (0, 0, 0, 2)))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("claim", "status", "text", "shown by, or waits for"):
        table.add_column(name, header_style="dim", overflow="fold", no_wrap=name in ("claim", "status"))
    for c in claims:
        table.add_row(c.id, Text(c.status, style=STYLE[c.status]), c.text, ", ".join(c.by) or c.pending or c.note)
    console.print(table)
    counts = Counter(c.status for c in claims)
    console.print(Text(f"{len(claims)} claims: " + ", ".join(f"{counts[s]} {s}" for s in STYLE if counts[s]), style="bold"))
