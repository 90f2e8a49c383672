"""A case, a typical person or one person goes in; the oral model in the language of another program comes out."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Literal, get_args

from openbaclofen.cascade import Parameters
from openbaclofen.case.record import Case
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase, load
from openbaclofen.population import Typical
from openbaclofen.report.export.asked import Given
from openbaclofen.report.export.model import model_of
from openbaclofen.report.export.table import event_table
from openbaclofen.report.written import whole

Format = Literal["sbml", "nonmem", "mrgsolve", "rxode2"]
FORMATS: tuple[Format, ...] = get_args(Format)


def export(
    of: Case | Typical | Parameters,
    form: Format,
    *,
    kb: KnowledgeBase | None = None,
    given: Given | None = None,
    title: str = "",
    person: int = 0,
) -> str:
    """The oral model as SBML L3V2, a NONMEM control stream, mrgsolve code or rxode2 code.

    A case gives its typical person with its order; `Parameters` give one of their people, without spread. given: other doses.
    Errors: InputError for another format, no oral order or a missing datum.
    """
    return _text(form, of, kb, given, title, person, "doses.csv")[0]


def write(case: Case, kb: KnowledgeBase, form: str, path: Path | str) -> tuple[Path, ...]:
    """Write the model of a case, for all but SBML with its doses as an event table (.csv) beside it; gives the files written.

    Errors: InputError for another format or a bad path.
    """
    target = Path(path)
    table = target.with_suffix(".csv")
    if target == table or target.is_dir():
        raise InputError(
            f"{target}: the model needs the name of a file that does not end in .csv (the doses go there)", "--out"
        )
    text, doses = _text(form, case, kb, None, "", 0, table.name)
    whole(target, lambda temporary: temporary.write_text(text, encoding="utf-8"))
    if form == "sbml":
        return (target,)
    whole(table, lambda temporary: temporary.write_text(doses, encoding="utf-8"))
    return target, table


def _text(
    form: str,
    of: Case | Typical | Parameters,
    kb: KnowledgeBase | None,
    given: Given | None,
    title: str,
    person: int,
    data: str,
) -> tuple[str, str]:
    """The model in a format, and its event table."""
    if form not in FORMATS:
        raise InputError(f"a model is written as {', '.join(FORMATS)}, not as {form!r}", "--format")
    model = model_of(of, kb or load(), given, title, person)
    if model.removals and form != "sbml":
        raise InputError(
            f"charcoal and lavage cannot be written for {form}, whose events take no share out of the gut", "--format"
        )
    writer = import_module(f"openbaclofen.report.export.{form}")
    return (writer.text(model, data) if form == "nonmem" else writer.text(model)), event_table(model)
