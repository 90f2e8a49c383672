"""A case goes in; the plan's own documents must be the ones the commands write, and the same each time."""

from __future__ import annotations

import pytest
from tests.examples import planned

import openbaclofen as ob
from openbaclofen.facts import load
from openbaclofen.report import as_json
from openbaclofen.report.document import document
from openbaclofen.report.document_html import html
from openbaclofen.report.document_pdf import pdf


@pytest.mark.parametrize("name", ["ms-adult", "pregnancy-third-trimester", "allergy"])
def test_documents_of_a_plan_are_those_of_the_commands_and_the_same_each_time(name: str) -> None:
    case, first = planned(name)
    second = ob.plan(case)
    made = document(first, case, load())
    assert first.to_dict() == as_json.document("plan", first) == second.to_dict()
    assert first.to_html().encode() == html(made) == second.to_html().encode()
    assert first.to_pdf() == pdf(made) == second.to_pdf()
    assert "case" not in first.to_dict()


def test_the_course_of_a_plan_is_that_of_its_proposal() -> None:
    _, plan = planned("ms-adult")
    course = plan.course
    assert course is not None
    assert plan.proposal is not None
    assert sorted(set(course.dose_mg)) == sorted({mg for step in plan.proposal.steps for mg in step.doses_mg})
    assert course.summary(level=0.9).columns[:3] == ["time_h", "quantity", "layer"]
    assert planned("allergy")[1].course is None


def test_an_order_that_goes_on_stands_in_the_document_with_its_way_down() -> None:
    page = planned("pregnancy-third-trimester")[1].to_html()
    assert "once settled" in page
    assert "If it has to be stopped: the way down" in page
