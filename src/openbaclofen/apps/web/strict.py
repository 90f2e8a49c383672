"""A request goes in; the values of its JSON come out, where no key stands twice."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from openbaclofen.apps.web.problems import ProblemError, error_at
from openbaclofen.case.strict_json import loads
from openbaclofen.errors import InputError


class StrictRequest(Request):
    """A request whose JSON is read once and strictly."""

    async def json(self) -> Any:
        """The values of the body. Errors: ProblemError 'bad-request'."""
        try:
            return loads(await self.body())
        except InputError as error:
            said = error_at(error.where or "", error.said)
            raise ProblemError("bad-request", f"the body cannot be read: {error.said}", said) from error


class StrictRoute(APIRoute):
    """A route whose requests are strict."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, handed a strict request."""
        handler = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await handler(StrictRequest(request.scope, request.receive))

        return strictly
