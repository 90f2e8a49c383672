"""Settings go in; the service as an ASGI application comes out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from openbaclofen.apps.web import openapi, page, rest
from openbaclofen.apps.web.bodies import of_validation
from openbaclofen.apps.web.first import first_answers
from openbaclofen.apps.web.guard import Guard, fault, too_large
from openbaclofen.apps.web.hooks import routes as hooks
from openbaclofen.apps.web.problems import KINDS, OF_STATUS, ProblemError, of_input
from openbaclofen.apps.web.service import Service
from openbaclofen.apps.web.settings import Settings
from openbaclofen.errors import InputError


def application(settings: Settings | None = None) -> ASGIApp:
    """The whole service, with its guard around it."""
    settings = settings or Settings()
    app = inner(settings)
    return Guard(hooks_from(app, settings.origins), settings.limits.body_bytes, app.version)


def hooks_from(app: ASGIApp, origins: tuple[str, ...]) -> ASGIApp:
    """The app, whose hooks (and nothing else) pages of these origins may call."""
    if not origins:
        return app
    shared = CORSMiddleware(
        app, allow_origins=origins, allow_methods=["GET", "POST"], allow_headers=["*"], allow_private_network=True
    )

    async def chosen(scope: Scope, receive: Receive, send: Send) -> None:
        to = shared if scope.get("path", "").startswith("/cds-services") else app
        await to(scope, receive, send)

    return chosen


def inner(settings: Settings) -> FastAPI:
    """The routes and what they share."""
    service = Service(settings)

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        await service.start()
        await asyncio.to_thread(first_answers, settings.region)
        yield
        await service.close()

    app = FastAPI(
        title="openbaclofen", version=service.version, lifespan=running, openapi_url=None, docs_url=None, redoc_url=None
    )
    app.state.service = service
    app.include_router(rest.router)
    app.include_router(hooks.router)

    @app.get("/openapi.json", include_in_schema=False)
    async def described() -> Response:
        return Response(await service.quick(openapi.description, app, service.version), media_type="application/json")

    app.router.routes.extend(page.routes(settings.static))
    _refusals(app, settings)
    return app


def _refusals(app: FastAPI, settings: Settings) -> None:
    """Every error becomes a problem."""

    def said(request: Request, problem: ProblemError) -> Response:
        return problem.response(request.scope.get("state", {}).get("request_id", ""))

    @app.exception_handler(ProblemError)
    async def problem(request: Request, error: ProblemError) -> Response:
        return said(request, error)

    @app.exception_handler(InputError)
    async def bad_input(request: Request, error: InputError) -> Response:
        return said(request, of_input(error))

    @app.exception_handler(RequestValidationError)
    async def bad_request(request: Request, error: RequestValidationError) -> Response:
        if request.headers.get("content-type", "").split(";")[0].strip() != "application/json" and request.method == "POST":
            return said(request, ProblemError("media", "expected 'Content-Type: application/json'"))
        return said(request, of_validation(list(error.errors())))

    @app.exception_handler(HTTPException)
    async def of_http(request: Request, error: HTTPException) -> Response:
        if isinstance(error.__cause__, ProblemError):  # of a body that could not be read
            return said(request, error.__cause__)
        kind = OF_STATUS.get(error.status_code, "bad-request")
        known = too_large(settings.limits.body_bytes) if kind == "too-large" else ProblemError(kind, KINDS[kind][1])
        known.headers = dict(error.headers or {})
        return said(request, known)

    app.add_exception_handler(Exception, fault)
