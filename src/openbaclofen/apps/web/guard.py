"""Every request passes through here: a limit on its body, an id, headers that forbid much, and one line in the log.

The line names method, route, status, time and id: no query, no body, no value.
"""

from __future__ import annotations

import logging
import re
import secrets
import time

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from openbaclofen.apps.web.logs import LOGGER, frames
from openbaclofen.apps.web.problems import ProblemError

LOG = logging.getLogger(LOGGER)
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
DOCUMENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
KEPT = "public, max-age=31536000, immutable"
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class TooLarge(HTTPException):
    """A body passed its limit while it was read."""

    def __init__(self) -> None:
        super().__init__(413)


class Guard:
    """ASGI middleware around everything."""

    def __init__(self, app: ASGIApp, most_bytes: int, version: str) -> None:
        self._app, self._most, self._version = app, most_bytes, version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, name, status = time.perf_counter(), _name(scope), 0
        scope.setdefault("state", {})["request_id"] = name

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._mark(scope, MutableHeaders(scope=message), name)
            await send(message)

        try:
            if self._too_large(scope):
                await too_large(self._most).response(name)(scope, receive, sending)
            else:
                await self._app(scope, self._counting(receive), sending)
        finally:
            milliseconds = 1000 * (time.perf_counter() - began)
            LOG.info("%s %s %s %.0f ms %s", scope["method"], _route(scope), status, milliseconds, name)

    def _too_large(self, scope: Scope) -> bool:
        said = dict(scope["headers"]).get(b"content-length", b"0")
        return said.isdigit() and int(said[:20]) > self._most

    def _counting(self, receive: Receive) -> Receive:
        """What receives the body and counts it. Errors: TooLarge."""
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._most:
                raise TooLarge
            return message

        return counted

    def _mark(self, scope: Scope, headers: MutableHeaders, name: str) -> None:
        for key, value in HEADERS.items():
            headers[key] = value
        document = scope["path"].startswith("/v1/") and headers.get("content-type", "").startswith("text/html")
        headers["Content-Security-Policy"] = DOCUMENT_POLICY if document else PAGE_POLICY
        headers["Cache-Control"] = KEPT if scope["path"].startswith("/assets/") else "no-store"
        headers["X-Request-Id"], headers["X-Openbaclofen-Version"] = name, self._version


def too_large(most: int) -> ProblemError:
    """The problem of a body over the limit."""
    return ProblemError("too-large", f"a body may hold {most} bytes")


def _name(scope: Scope) -> str:
    """The caller's id of the request where it is a plain word, else a new one."""
    said = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    return said if _ID.fullmatch(said) else secrets.token_hex(8)


def _route(scope: Scope) -> str:
    """The route's pattern; never the path itself, which a caller may have filled with anything."""
    return getattr(scope.get("route"), "path", "(no route)")


def fault(request: Request, error: Exception) -> Response:
    """The answer to a fault of the program: its kind and place go to the log, nothing of it to the caller."""
    name = request.scope.get("state", {}).get("request_id", "")
    LOG.error("%s %s", name, frames(error))
    return ProblemError("internal", "the request could not be answered; the log names the place under this id").response(name)
