"""A plan and its case go in; the plan comes out with what can be made of it: a course, JSON, HTML and PDF."""

from __future__ import annotations

from dataclasses import InitVar, dataclass, fields
from typing import TYPE_CHECKING, Any

from openbaclofen import facts
from openbaclofen.case.record import Case
from openbaclofen.decide.records import Plan

if TYPE_CHECKING:
    from openbaclofen.report.course import Course
    from openbaclofen.report.document_record import Document


@dataclass(frozen=True)
class PlanDocuments(Plan):
    """A plan that knows the case it answers. The same case and seed give the same bytes of each."""

    case: InitVar[Case | None] = None  # beside the fields, so that no document of the plan repeats the person

    def __post_init__(self, case: Case | None) -> None:
        """Keep the case."""
        object.__setattr__(self, "case", case)

    @property
    def course(self) -> Course | None:
        """The course of what is proposed, up or down, for people like this one; None where nothing is.

        Errors: CannotTellError where a datum that the prediction needs is missing.
        """
        from openbaclofen.report.calendar import calendar
        from openbaclofen.report.document_course import simulated

        case = self._asked()
        when = calendar(self, case)
        return simulated(self, case, facts.load(), when) if when is not None else None

    def to_dict(self) -> dict[str, Any]:
        """What `--json` prints, as values of Python."""
        from openbaclofen.report import as_json

        return as_json.document("plan", self)

    def to_html(self) -> str:
        """One page that loads nothing: the document that a clinician files."""
        from openbaclofen.report.document_html import html

        return html(self._document()).decode()

    def to_pdf(self) -> bytes:
        """The same document as a tagged PDF."""
        from openbaclofen.report.document_pdf import pdf

        return pdf(self._document())

    def _document(self) -> Document:
        from openbaclofen.report.document import document

        return document(self, self._asked(), facts.load())

    def _asked(self) -> Case:
        return vars(self)["case"]


def with_documents(plan: Plan, case: Case) -> PlanDocuments:
    """The plan with its case."""
    return PlanDocuments(**{f.name: getattr(plan, f.name) for f in fields(Plan)}, case=case)
