"""Calls of record systems go in; discovery, cards and thanks for feedback come out."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.responses import Response

from openbaclofen.apps.web.hooks.asked import HookBody, read
from openbaclofen.apps.web.hooks.cards import REASONS, cards
from openbaclofen.apps.web.hooks.offered import SERVICES, discovery
from openbaclofen.apps.web.hooks.suggest import suggestions
from openbaclofen.apps.web.openapi import answer, problems
from openbaclofen.apps.web.problems import ProblemError, encoded
from openbaclofen.apps.web.service import Service, service_of
from openbaclofen.apps.web.strict import StrictRoute
from openbaclofen.facts import load
from openbaclofen.safety.check import check, stop_of_unknown_dose
from openbaclofen.safety.verdict import Verdict

REFUSALS = problems(400, 401, 404, 413, 415, 422, 500, 503, 504)
router = APIRouter(prefix="/cds-services", tags=["hooks"], responses=REFUSALS, route_class=StrictRoute)
Running = Annotated[Service, Depends(service_of)]
JSON = "application/json"


class Outcome(BaseModel):
    """What became of one card."""

    model_config = ConfigDict(extra="allow", alias_generator=to_camel)
    card: str = Field(min_length=1, max_length=100)
    outcome: Literal["accepted", "overridden"]
    outcome_timestamp: str = Field(min_length=1, max_length=100)
    override_reason: dict[str, Any] | None = None


class Feedback(BaseModel):
    """What became of cards."""

    model_config = ConfigDict(extra="allow")
    feedback: list[Outcome] = Field(min_length=1, max_length=1000)


@router.get("", responses=answer("Services"))
async def services() -> Response:
    """The hooks that are offered."""
    return Response(encoded(discovery()), media_type=JSON)


@router.post("/{name}", responses={**answer("Cards"), **problems(412)})
async def call(name: str, body: HookBody, request: Request, service: Running) -> Response:
    """The cards for the orders in question. No simulation takes part."""
    hook = _hook(name)
    service.gate.admit(request.headers.get("authorization", ""), request.url.path)
    return Response(await service.quick(answered, body, hook, service.settings.region), media_type=JSON)


@router.post("/{name}/feedback", responses=answer("Thanks"))
async def feedback(name: str, body: Feedback, request: Request, service: Running) -> Response:
    """What became of cards is counted by outcome and our own reasons; nothing else of it is kept."""
    _hook(name)
    service.gate.admit(request.headers.get("authorization", ""), request.url.path)
    service.feedback.update(Counter(_counted(each) for each in body.feedback))
    return Response(b"{}", media_type=JSON)


def answered(body: HookBody, hook: str, region: str) -> bytes:
    """The cards, encoded."""
    asked = read(body, hook, region, date.today())
    if asked is None:
        return encoded({"cards": []})
    kb = load()
    if asked.stops:
        verdict: Verdict | None = stop_of_unknown_dose(asked.stops, region, kb)
    else:
        verdict = check(asked.case, kb) if asked.case is not None else None
    offered = suggestions(asked, verdict, kb, body.hook_instance) if verdict is not None else {}
    return encoded({"cards": cards(asked, verdict, hook, body.hook_instance, offered)})


def _hook(name: str) -> str:
    if name not in SERVICES:
        raise ProblemError("not-found", f"there are {', '.join(SERVICES)}")
    return SERVICES[name]


def _counted(outcome: Outcome) -> str:
    """The outcome, with the reason where it is one of ours."""
    reason = (outcome.override_reason or {}).get("reason")
    code = reason.get("code") if isinstance(reason, dict) else None
    return f"{outcome.outcome}: {code}" if isinstance(code, str) and code in REASONS else outcome.outcome
