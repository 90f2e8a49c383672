"""A command line goes in; text, JSON, a figure or a table comes out, with exit status 0, 1 (stop) or 2 (bad input)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, CycloptsError, Parameter

from openbaclofen.apps.console import BAD_INPUT, OK, STOP, emit, fail, out
from openbaclofen.apps.serve import serve
from openbaclofen.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openbaclofen.case.record import Case
    from openbaclofen.decide.records import Plan

app = App(
    name="openbaclofen",
    help="Baclofen therapy as a working system: is this safe, what dose, what will happen, why. "
    "Decision support for professionals; no plan is an order.",
    version_flags=["--version"],
)

Shown = Literal["chain", "doses", "stop"]
Format = Literal["sbml", "nonmem", "mrgsolve", "rxode2"]
CaseFile = Annotated[str, Parameter(help="case file (YAML or JSON), or - for standard input", allow_leading_hyphen=True)]
Target = Annotated[str | None, Parameter(allow_leading_hyphen=True)]
Json = Annotated[bool, Parameter(name="--json", negative="", help="print a JSON document of a versioned schema")]
Seed = Annotated[int, Parameter(help="seed of the virtual people; the same seed gives the same bytes")]


def _case_of(source: str):
    from openbaclofen import api

    return api.read_case(sys.stdin.read() if source == "-" else Path(source))


@app.command
def plan(
    case: CaseFile,
    *,
    html: Annotated[Target, Parameter(help="write it as one HTML page; - for standard output")] = None,
    pdf: Annotated[Target, Parameter(help="write it as a tagged PDF; - for standard output")] = None,
    json: Json = False,
    seed: Seed = 1,
) -> int:
    """Verdict, recommended steps, predicted course with ranges, monitoring, stopping, reasons. Exit 1 where a rule forbids."""
    from openbaclofen import api
    from openbaclofen.report import as_json

    asked = _case_of(case)
    wanted = {kind: target for kind, target in (("html", html), ("pdf", pdf)) if target is not None}
    if json and "-" in wanted.values():
        raise InputError("standard output takes one document", "--json")
    result = api.plan(asked, seed=seed)
    written = _filed(result, asked, wanted)
    if json:
        emit(as_json.text("plan", result))
    elif "-" not in wanted.values():
        print_plan(result)
        for name in written:
            out().print(f"written: {name}", markup=False)
    return STOP if result.verdict.stops else OK


def print_plan(result: Plan) -> None:
    """A plan for reading; that of a pump in a pump's parts."""
    from openbaclofen.report import plan_text, pump_text

    if result.pump is None:
        plan_text.print_plan(result, out())
    else:
        pump_text.print_pump(result.pump, out())


def _filed(result: Plan, asked: Case, wanted: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the documents of a plan that were written."""
    if not wanted:
        return ()
    from openbaclofen.facts import load
    from openbaclofen.report import document_file

    return document_file.write(result, asked, load(), wanted)


@app.command
def check(case: CaseFile, *, json: Json = False) -> int:
    """What the rules say about the order: findings worst first, and what cannot be told. Exit 1 where a rule forbids."""
    from openbaclofen import api
    from openbaclofen.report import as_json, verdict_text

    verdict = api.check(_case_of(case))
    if json:
        emit(as_json.text("verdict", verdict))
    else:
        verdict_text.print_verdict(verdict, out())
    return STOP if verdict.stops else OK


@app.command
def pump(
    case: CaseFile,
    *,
    failure: Annotated[str, Parameter(help="only what would follow this one, by the name of its event: pump_stall")] = "",
    plot: Annotated[Path | None, Parameter(help="write levels along the cord over hours (.svg, .png or .pdf)")] = None,
    json: Json = False,
    seed: Seed = 1,
) -> int:
    """A pump's delivery, calendar, bridge, start, limits, ways on and off it, and its failures. Exit 1 where a rule forbids."""
    from openbaclofen import api
    from openbaclofen.report import as_json, pump_text

    asked = _case_of(case)
    found = api.pump(asked, seed=seed, failure=failure)
    drawn = api.pump_figure(asked, failure=failure) if plot is not None else None
    if plot is not None and drawn is not None:
        drawn.plot(plot)
    if json:
        emit(as_json.text("pump", found))
    else:
        pump_text.print_pump(found, out())
        if drawn is not None:
            drawn.print(out(), str(plot))
    return STOP if found.verdict.stops else OK


@app.command
def simulate(
    case: CaseFile,
    *,
    people: Annotated[int, Parameter(help="virtual people like this one")] = 1000,
    seed: Seed = 1,
    days: Annotated[float | None, Parameter(help="how long; default: the order and a week at its last dose")] = None,
    every_h: Annotated[float, Parameter(help="hours between outputs")] = 0.5,
    plot: Annotated[Path | None, Parameter(help="write a figure (.svg, .png or .pdf)")] = None,
    page: Annotated[
        Shown, Parameter(help="the order over time, benefit and harm by daily dose, or three ways to stop")
    ] = "chain",
    out_file: Annotated[Path | None, Parameter(name="--out", help="write the summary as a .parquet or .csv table")] = None,
    json: Json = False,
) -> int:
    """Concentration, receptor, reflex, spasticity and sedation over time, with ranges over people and ignorance apart."""
    from openbaclofen import api
    from openbaclofen.report import as_json, course_text

    if page != "chain":
        if days is not None:
            raise InputError(f"the page {page!r} has days of its own", "--days")
        made = api.page(_case_of(case), page, people=people, seed=seed)
        if plot is not None:
            made.plot(plot)
        if out_file is not None:
            made.write(out_file)
        if json:
            emit(as_json.text(made.kind, made.document))
        else:
            made.print(out(), written=[p for p in (plot, out_file) if p is not None])
        return OK
    course = api.simulate(_case_of(case), people=people, seed=seed, days=days, every_h=every_h)
    if plot is not None:
        course.plot(plot)
    if out_file is not None:
        course.write(out_file)
    if json:
        emit(as_json.text("course", course.to_dict()))
    else:
        course_text.print_course(course, out(), written=[p for p in (plot, out_file) if p is not None])
    return OK


@app.command
def why(
    *text: Annotated[str, Parameter(help="words, or the id of a rule, fact, interaction, claim or evidence row")],
    everything: Annotated[bool, Parameter(name="--all", negative="", help="every statement with its reasons")] = False,
    json: Json = False,
) -> int:
    """What the program knows and uses, all other sources, who disagrees."""
    from openbaclofen import api
    from openbaclofen.report import as_json, why_text

    answer = api.why(" ".join(text))
    if json:
        emit(as_json.text("why", answer.to_dict()))
    else:
        why_text.print_why(answer, out(), everything)
    return OK


@app.command
def claims(claim: Annotated[str | None, Parameter(help="one claim, S1-01 for example")] = None, *, json: Json = False) -> int:
    """Each claim of the source documents, and what shows it."""
    from openbaclofen import api
    from openbaclofen.report import as_json, claims_text

    table = api.claims(claim)
    if json:
        emit(as_json.text("claims", {"claims": claims_text.records(table)}))
    else:
        claims_text.print_claims(table, out())
    return OK


@app.command
def export(
    case: CaseFile,
    *,
    format: Annotated[Format, Parameter(name="--format", help="sbml, nonmem, mrgsolve or rxode2")] = "sbml",
    out_file: Annotated[Path, Parameter(name="--out", help="file to write; for all but sbml the doses go beside it as .csv")],
) -> int:
    """The oral model with the values of the typical person of the case, for another program; SBML holds the doses too."""
    from openbaclofen.facts import load
    from openbaclofen.report.export import write

    for path in write(_case_of(case), load(), format, out_file):
        out().print(f"written: {path}")
    return OK


@app.command
def schema(kind: Annotated[str, Parameter(help="plan, verdict, course, why or claims")] = "plan") -> int:
    """The JSON Schema of what --json prints."""
    from openbaclofen.report import schemas

    emit(schemas.text(kind))
    return OK


app.command("openbaclofen.apps.calibration:validate", help="Observed against predicted for every published figure.")
app.command("openbaclofen.apps.calibration:calibrate", help="Refit what is calibrated to its rows.")
app.command("openbaclofen.apps.fhir:app", name="fhir", help="Cases from FHIR R4 bundles, and plans as FHIR R4 bundles.")


app.command(serve)


def run(argv: list[str] | None = None) -> int:
    """Run one command and give its exit status."""
    try:
        return (
            app(sys.argv[1:] if argv is None else argv, exit_on_error=False, print_error=False, result_action="return_value")
            or OK
        )
    except InputError as error:
        return fail(error)
    except CycloptsError as error:
        return fail(str(error))
    except BrokenPipeError:
        sys.stderr.close()
        return OK
    except KeyboardInterrupt:
        fail("interrupted; nothing was written")
        return BAD_INPUT


def main() -> None:
    """The console script."""
    sys.exit(run())
