"""What to compare or to refit goes in; tables of observed against predicted, or what the rows make of the facts, come out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from rich.console import Console

from openbaclofen.apps.console import OK, emit, out
from openbaclofen.errors import InputError

Part = Literal["oral", "spine", "spasticity", "harms", "all"]
Json = Annotated[bool, Parameter(name="--json", negative="", help="print a JSON document of a versioned schema")]


def validate(
    *,
    table: Annotated[
        str | None, Parameter(help="oral_pk, outcomes, outcomes_extra, mechanism or intrathecal: every row")
    ] = None,
    everything: Annotated[bool, Parameter(name="--all", negative="", help="every row of every table")] = False,
    plot: Annotated[Path | None, Parameter(help="write observed against predicted (.svg, .png or .pdf)")] = None,
    json: Json = False,
) -> int:
    """Observed against predicted for every published figure that was fitted or held back, and why figures are missed."""
    from openbaclofen import api
    from openbaclofen.report import as_json, validate_figure, validate_text
    from openbaclofen.report.written import whole

    if table == "oral_pk" and not json:
        oral = api.validate_oral()
        if plot is not None:
            whole(plot, lambda target: validate_figure.draw(oral, target))
        validate_text.print_validation(oral, out())
        return OK
    with Console(stderr=True).status("comparing") as status:
        found = api.validate(None if table is None else (table,), lambda part: status.update(f"comparing: {part}"))
    if plot is not None:
        whole(plot, lambda target: validate_figure.draw(found, target))
    if json:
        emit(as_json.text("validation", found.to_dict()))
    else:
        validate_text.print_tables(found, out(), everything or table is not None)
    return OK


def calibrate(
    *,
    part: Annotated[Part, Parameter(help="what to refit; --check and --compare are of the oral part")] = "all",
    write: Annotated[bool, Parameter(help="write the fitted values into the knowledge base", negative="")] = False,
    check: Annotated[bool, Parameter(help="sample the posterior beside the approximation (minutes)", negative="")] = False,
    compare: Annotated[bool, Parameter(help="fit other structures and choices as well (minutes)", negative="")] = False,
) -> int:
    """Refit what is calibrated to its rows. The same rows give the same file, byte for byte; written only if asked."""
    console = out()
    if part != "oral":
        if check or compare:
            raise InputError("only the oral part is sampled and compared: add --part oral", "--part")
        return _refitted(part, write, console)
    from openbaclofen import api
    from openbaclofen.report import validate_alternatives, validate_text

    with console.status("fitting") as status:
        found, path = api.calibrate_oral(
            write, lambda turn, misfit: status.update(f"fitting: round {turn}, misfit {misfit:.3g}")
        )
    validate_text.print_calibration(found, console)
    if path is not None:
        console.print(f"written: {path.name}")
    if check:
        with console.status("sampling") as status:
            sampled = api.check_calibration(found, lambda k, of, moved: status.update(f"step {k} of {of}, {moved:.0%} moved"))
        validate_alternatives.print_posterior(sampled, console)
    if compare:
        with console.status("fitting others") as status:
            tables = api.compare_calibrations(lambda name: status.update(f"fitting: {name}"))
        for refits in tables:
            validate_alternatives.print_refits(refits, console)
    return OK


def _refitted(part: str, write: bool, console: Console) -> int:
    """Refit a part, or all one after the other."""
    from openbaclofen import api
    from openbaclofen.report import validate_text

    with console.status("fitting") as status:
        found = api.calibrate(None if part == "all" else (part,), write, lambda name: status.update(f"fitting: {name}"))
    validate_text.print_parts(found, console)
    for name in (one.file for one in found if write):
        console.print(f"written: {name}")
    return OK
