"""REST requests go in; documents of the same schemas as `--json`, pages to file and problems come out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import ValidationError
from starlette.responses import Response

from openbaclofen import api
from openbaclofen.apps.web import case_text
from openbaclofen.apps.web.bodies import (
    BODIES,
    CaseBody,
    CheckBody,
    CourseBody,
    JobBody,
    PlanBody,
    PumpBody,
    SimulateBody,
    TextBody,
    of_validation,
    within,
)
from openbaclofen.apps.web.openapi import answer, document_of, problems
from openbaclofen.apps.web.problems import ProblemError, encoded, error_at
from openbaclofen.apps.web.service import Service, service_of
from openbaclofen.apps.web.strict import StrictRoute
from openbaclofen.apps.web.words import words
from openbaclofen.case.read import read_case
from openbaclofen.errors import InputError
from openbaclofen.facts import load
from openbaclofen.report.as_json import document

JSON = "application/json"
MADE = {"application/json": "plan", "text/html": "html", "application/pdf": "pdf"}
router = APIRouter(responses=problems(400, 422, 500), route_class=StrictRoute)
Running = Annotated[Service, Depends(service_of)]
Text = Annotated[str, Query(min_length=1, max_length=400, description="words, or the id of a rule, fact or claim")]
SLOW = problems(413, 415, 503, 504)


def _json(found: Any, status: int = 200, **headers: str) -> Response:
    return Response(encoded(found), status, headers, JSON)


@router.head("/health", include_in_schema=False)
@router.get("/health", responses=answer("Health"), tags=["service"])
async def health(service: Running) -> Response:
    """Whether the service is up (200 as soon as it answers) and whether its workers have warmed up."""
    return _json(service.health(), 503 if service.pool.failing else 200)


@router.get("/v1/words", responses={**answer("Words"), **problems(503)}, tags=["case"])
async def known_words(service: Running) -> Response:
    """The lists that a form offers."""
    told = await service.told()
    return _json(await service.quick(lambda: words(load(), told)))


@router.post("/v1/check", responses={**answer("verdict"), **SLOW}, tags=["answers"])
async def check(body: CheckBody, service: Running) -> Response:
    """What the rules say about the order: findings worst first, and what cannot be told. No simulation takes part."""
    source = body.source(service.settings.limits)
    return Response(await service.quick(lambda: encoded(document("verdict", api.check(read_case(source))))), media_type=JSON)


@router.post("/v1/plan", responses={**document_of("plan"), **SLOW, **problems(406)}, tags=["answers"])
async def plan(body: PlanBody, request: Request, service: Running) -> Response:
    """Verdict, steps, predicted course, monitoring, stopping, reasons; as HTML or PDF where that is accepted."""
    return await _long(_made(request), body, request, service)


@router.post("/v1/pump", responses={**answer("pump"), **SLOW}, tags=["answers"])
async def pump(body: PumpBody, request: Request, service: Running) -> Response:
    """A pump's delivery, calendar, bridge, start, limits, and what errors and a stop bring."""
    return await _long("pump", body, request, service)


@router.post("/v1/simulate", responses={**answer("course"), **SLOW}, tags=["answers"])
async def simulate(body: SimulateBody, request: Request, service: Running) -> Response:
    """Concentrations, receptor, reflex and outcomes over time, with ranges over people and ignorance apart."""
    return await _long("simulate", body, request, service)


@router.post("/v1/course", responses={**answer("Curves"), **SLOW}, tags=["answers"])
async def course(body: CourseBody, request: Request, service: Running) -> Response:
    """The same for one or more orders, small and quick, for plots."""
    limits = service.settings.limits
    payload = {"case": body.source(limits), **within(body.options(), limits, job=False)}
    ticket = service.pool.submit("course", payload, "long" if len(body.regimens) > 1 + 1 else "short", limit_s=limits.answer_s)
    made = await service.answered(request, ticket)
    return Response(made.body, media_type=made.media)


@router.get("/v1/why", responses={**answer("why"), **problems(503, 504)}, tags=["knowledge"])
async def why(text: Text, service: Running) -> Response:
    """What the program knows and uses about some words or an id, all other sources, who disagrees."""
    try:
        return _json(await service.quick(lambda: document("why", api.why(text).to_dict())))
    except InputError as error:  # no case is at fault
        raise ProblemError("bad-option", error.said, error_at("text", error.said)) from error


@router.post("/v1/case/read", responses={**answer("CaseBody"), **SLOW}, tags=["case"])
async def case_read(body: TextBody, service: Running) -> Response:
    """The mapping of a case file."""
    asked = CheckBody(text=body.text)
    asked.source(service.settings.limits)
    return _json({"case": await service.quick(case_text.read, body.text)})


@router.post("/v1/case/write", responses={**answer("TextBody"), **SLOW}, tags=["case"])
async def case_write(body: CaseBody, service: Running) -> Response:
    """The case file of a mapping."""
    return _json({"text": await service.quick(case_text.write, body.case)})


@router.post("/v1/jobs", status_code=202, responses={**answer("Job", 202), **SLOW}, tags=["jobs"])
async def begin(body: JobBody, service: Running) -> Response:
    """Begin a command in the background."""
    limits = service.settings.limits
    try:
        asked = BODIES[body.command].model_validate(body.model_dump(exclude_unset=True, exclude={"command"}))
    except ValidationError as error:
        raise of_validation(list(error.errors())) from error
    service.jobs.room()
    payload = {"case": asked.source(limits), **within(asked.options(), limits, job=True)}
    job = service.jobs.add(service.pool.submit(body.command, payload, "job", limit_s=limits.job_s))
    return _json(service.jobs.document(job), 202, Location=f"/v1/jobs/{job.name}")


@router.get("/v1/jobs/{name}", responses={**answer("Job"), **problems(404)}, tags=["jobs"])
async def job(name: str, service: Running) -> Response:
    """How a job stands, with its result once it is done."""
    return _json(service.jobs.document(service.jobs.find(name)))


@router.delete("/v1/jobs/{name}", responses={**answer("Job"), **problems(404)}, tags=["jobs"])
async def cancel(name: str, service: Running) -> Response:
    """End a job at once, and forget it."""
    return _json(service.jobs.cancel(name))


async def _long(command: str, body: PlanBody | SimulateBody, request: Request, service: Service) -> Response:
    limits = service.settings.limits
    payload = {"case": body.source(limits), **within(body.options(), limits, job=False)}
    ticket = service.pool.submit(command, payload, "long", limit_s=limits.answer_s)
    made = await service.answered(request, ticket)
    return Response(made.body, media_type=made.media)


def _made(request: Request) -> str:
    """What to make, by the first form accepted that is known. Errors: Problem 'not-acceptable'."""
    accepted = [part.split(";")[0].strip().lower() for part in request.headers.get("accept", "*/*").split(",")]
    for media in accepted:
        if media in ("*/*", "application/*", ""):
            return "plan"
        if media in MADE:
            return MADE[media]
    raise ProblemError("not-acceptable", f"a plan comes as {', '.join(MADE)}")
