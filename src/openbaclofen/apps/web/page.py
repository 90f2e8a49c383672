"""The folder of the built page goes in; the routes that serve it, or say how to build it, come out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

NOT_BUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>openbaclofen</title></head>
<body><main><h1>openbaclofen</h1>
<p>The service is running. Its page has not been built: run <code>make serve</code> where Node is installed,
or use the REST interface, described at <a href="/openapi.json">/openapi.json</a>.</p></main></body></html>
"""


def routes(folder: Path) -> list[BaseRoute]:
    """`/` and the files of the page."""
    return [Route("/", _index(folder)), Mount("/assets", StaticFiles(directory=folder / "assets", check_dir=False))]


def _index(folder: Path) -> Callable[[Request], Awaitable[Response]]:
    async def index(request: Request) -> Response:
        """The page."""
        page = folder / "index.html"
        return FileResponse(page) if page.is_file() else HTMLResponse(NOT_BUILT)

    return index
