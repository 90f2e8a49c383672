"""Plans go in; FHIR R4 that an independent model accepts, and that reads back as the same doses, is expected out."""

from __future__ import annotations

import json
from datetime import date

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import planned

import openbaclofen as ob
from openbaclofen import api
from openbaclofen.decide.records import Step
from openbaclofen.dose.regimen import Phase
from openbaclofen.fhir.read import case_from_bundle
from openbaclofen.fhir.write import dosages

CASES = ("ms-adult", "abrupt-stop-80mg", "kidneys-not-stated")


@pytest.fixture(scope="module", params=CASES)
def plan(request: pytest.FixtureRequest):
    return planned(request.param)[1]


def read_back(instructions: list[dict]) -> tuple[Phase, ...]:
    request = {
        "resourceType": "MedicationRequest",
        "status": "draft",
        "intent": "proposal",
        "medicationCodeableConcept": {"text": "baclofen"},
        "dosageInstruction": instructions,
    }
    entries = [{"resource": {"resourceType": "Patient", "birthDate": "1980-01-01"}}, {"resource": request}]
    case = case_from_bundle({"resourceType": "Bundle", "entry": entries}, date(2026, 11, 22)).case
    return ob.read_case(case).therapy.regimen.phases


def phase(step: Step) -> Phase:
    taken = sorted((hour, mg) for hour, mg in zip(step.hours, step.doses_mg, strict=True) if mg > 0)
    days = None if step.day_to is None else float(step.day_to - step.day_from + 1)
    return Phase(tuple(mg for _, mg in taken), tuple(hour for hour, _ in taken), days)


def test_an_independent_model_of_fhir_accepts_it_whole(plan) -> None:
    made = api.plan_to_fhir(plan, "Patient/1")
    accepted = json.loads(Bundle.model_validate(made).model_dump_json(exclude_none=True))
    assert accepted == json.loads(json.dumps(made))


def test_the_steps_read_back_as_they_were(plan) -> None:
    requests = [e["resource"] for e in api.plan_to_fhir(plan)["entry"] if e["resource"]["resourceType"] == "MedicationRequest"]
    wanted = [steps for steps in (plan.proposal and plan.proposal.steps, plan.stopping) if steps]
    assert len(requests) == len(wanted)
    for request, steps in zip(requests, wanted, strict=True):
        assert read_back(request["dosageInstruction"]) == tuple(phase(step) for step in steps if step.doses_mg)


def test_nothing_is_an_order_and_every_finding_is_there(plan) -> None:
    resources = [e["resource"] for e in api.plan_to_fhir(plan)["entry"]]
    assert all(r["status"] == "draft" and r["intent"] == "proposal" for r in resources if "intent" in r)
    issues = [r for r in resources if r["resourceType"] == "DetectedIssue"]
    assert [i["code"]["text"] for i in issues] == [f.rule for f in plan.verdict.findings]
    assert sum(r["resourceType"] == "CarePlan" for r in resources) == 1


def test_the_same_plan_gives_the_same_bytes(plan) -> None:
    assert json.dumps(api.plan_to_fhir(plan)) == json.dumps(api.plan_to_fhir(plan))
    addresses = [entry["fullUrl"] for entry in api.plan_to_fhir(plan)["entry"]]
    assert len(set(addresses)) == len(addresses)


_HOURS = st.lists(st.integers(0, 24 * 60 - 1).map(lambda m: m / 60), min_size=1, max_size=6, unique=True).map(sorted)


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    made, day = [], 1
    for last in (*draw(st.lists(st.just(False), max_size=5)), True):
        hours = draw(_HOURS)
        doses = draw(st.lists(st.integers(1, 80).map(lambda n: n / 2), min_size=len(hours), max_size=len(hours)))
        to = None if last else day + draw(st.integers(0, 30))
        made.append(Step(day, to, "as planned", sum(doses), "as planned", tuple(doses), tuple(hours)))
        day = (to or 0) + 1
    return made


@settings(max_examples=150, deadline=None, derandomize=True)
@given(steps())
def test_any_steps_read_back_as_they_were(made: list[Step]) -> None:
    assert read_back(dosages(made)) == tuple(phase(step) for step in made)
