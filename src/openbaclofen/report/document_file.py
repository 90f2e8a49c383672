"""A plan, its case and file names go in; the documents are written, each whole or not at all."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from openbaclofen.case.record import Case
from openbaclofen.decide.records import Plan
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.report.document import document
from openbaclofen.report.document_html import html
from openbaclofen.report.document_pdf import pdf
from openbaclofen.report.written import whole

STANDARD_OUTPUT = "-"
MAKERS = {"html": html, "pdf": pdf}


def write(plan: Plan, case: Case, kb: KnowledgeBase, wanted: Mapping[str, str]) -> tuple[str, ...]:
    """Write each wanted kind ('html', 'pdf') to its file, '-' for standard output; the names written.

    All are made before the first is written, so a fault leaves every file as it was. Errors: InputError where a file cannot
    be written, or two would go to the same place.
    """
    if len(set(wanted.values())) < len(wanted):
        raise InputError("two documents cannot go to the same place", " ".join(f"--{kind}" for kind in wanted))
    content = document(plan, case, kb)
    made = {kind: MAKERS[kind](content) for kind in wanted}
    for kind, target in wanted.items():
        put(made[kind], target, f"--{kind}")
    return tuple(target for target in wanted.values() if target != STANDARD_OUTPUT)


def put(made: bytes, target: str, where: str) -> None:
    """Write bytes to a file through another beside it, or to standard output. Errors: InputError where that is impossible."""
    if target == STANDARD_OUTPUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(made)
        return
    try:
        if not Path(target).name or Path(target).is_dir():
            raise InputError("that is not the name of a file")
        whole(Path(target), lambda temporary: temporary.write_bytes(made))
    except (OSError, ValueError) as error:
        said = error.said if isinstance(error, InputError) else getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot write {target}: {said}", where) from error
