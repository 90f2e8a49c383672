"""A FHIR R4 bundle goes in and a case file comes out; a case file goes in and its plan comes out as a FHIR R4 bundle."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from openbaclofen.apps.console import OK, STOP, emit
from openbaclofen.case.strict_json import loads
from openbaclofen.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST_BYTES = 10 * 1000 * 1000
app = App(name="fhir", help="Cases from FHIR R4 bundles, and plans as FHIR R4 bundles.")
Source = Annotated[str, Parameter(help="file, or - for standard input", allow_leading_hyphen=True)]


@app.command
def case(
    bundle: Source,
    *,
    region: Annotated[str | None, Parameter(help="region whose rules apply")] = None,
    question: Annotated[str | None, Parameter(help="start, adjust, stop, missed, switch, ingestion or check")] = None,
    as_of: Annotated[str | None, Parameter(name="--date", help="day of the case; default: today")] = None,
) -> int:
    """The case file of a bundle. What was left out of it stands above as comments."""
    from openbaclofen import api
    from openbaclofen.case.write import case_text

    found = api.case_from_fhir(read_bundle(bundle), _day(as_of), region, question)
    api.read_case(found.case)  # what cannot be read as a case is refused here, not later
    emit(case_text(found.case, tuple(found.notes)).rstrip())
    return OK


@app.command
def plan(
    case: Source,
    *,
    subject: Annotated[str | None, Parameter(help="reference to the patient, such as Patient/123")] = None,
    seed: Annotated[int, Parameter(help="seed of the virtual people")] = 1,
) -> int:
    """The plan of a case as a bundle: drafts of orders, a care plan, the findings. Exit 1 where a rule forbids."""
    from openbaclofen import api

    found = api.plan(api.read_case(sys.stdin.read() if case == "-" else Path(case)), seed=seed)
    emit(json.dumps(api.plan_to_fhir(found, subject), ensure_ascii=False, indent=2))
    return STOP if found.verdict.stops else OK


def read_bundle(source: str) -> Mapping[str, Any]:
    """The bundle of a JSON file. Errors: InputError where it cannot be read, is no JSON, or is no bundle."""
    where = "standard input" if source == "-" else source
    try:
        text = sys.stdin.read(LARGEST_BYTES + 1) if source == "-" else _text(Path(source))
        found = loads(text)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", where) from error
    except UnicodeDecodeError as error:
        raise InputError("not JSON: expected text in UTF-8", where) from error
    except InputError as error:
        raise InputError(error.said, ": ".join(part for part in (where, error.where) if part)) from error
    if not isinstance(found, dict) or found.get("resourceType") != "Bundle":
        raise InputError('expected a FHIR bundle: {"resourceType": "Bundle", ...}', where)
    return found


def _text(path: Path) -> str:
    if path.stat().st_size > LARGEST_BYTES:
        raise InputError(f"a bundle has at most {LARGEST_BYTES} bytes", str(path))
    return path.read_text(encoding="utf-8")


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"expected a day such as 2025-03-01, got {text!r}", "--date") from error
