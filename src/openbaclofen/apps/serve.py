"""What an operator chooses on the command line goes in; a running service comes out, and ends when it is told to."""

from __future__ import annotations

import signal
from importlib import import_module
from pathlib import Path
from typing import Annotated, get_args

from cyclopts import Parameter

from openbaclofen.apps.console import OK, out
from openbaclofen.case.record import CaseRegion
from openbaclofen.errors import InputError

HIGHEST_PORT = 2**16 - 1


def serve(
    *,
    host: Annotated[str, Parameter(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, Parameter(help="port to listen on; 0: any free one")] = 8000,
    workers: Annotated[int, Parameter(help="processes that simulate")] = 2,
    warm: Annotated[bool, Parameter(help="compile ahead what usual questions need")] = True,
    answer_seconds: Annotated[int, Parameter(help="how long a plan, a course or a simulation may take")] = 60,
    allow_origin: Annotated[tuple[str, ...], Parameter(help="origin of a page elsewhere that may call the hooks")] = (),
    region: Annotated[str, Parameter(help="whose rules the hooks apply")] = "INT",
    hooks_keys: Annotated[Path | None, Parameter(help="JSON Web Key Set of the record systems that may call the hooks")] = None,
    hooks_issuer: Annotated[tuple[str, ...], Parameter(help="`iss` of a record system that may call")] = (),
    hooks_audience: Annotated[str, Parameter(help="address under which record systems know this service")] = "",
) -> int:
    """Serve the page, REST and CDS Hooks over HTTP until told to end. Nothing of a case is kept or logged."""
    import uvicorn

    if not 0 <= port <= HIGHEST_PORT:
        raise InputError(f"expected a port from 0 to {HIGHEST_PORT}, got {port}", "--port")
    if not 1 <= workers <= 100:
        raise InputError(f"expected 1 to 100 processes, got {workers}", "--workers")
    if answer_seconds < 1:
        raise InputError(f"expected seconds above zero, got {answer_seconds}", "--answer-seconds")
    if region not in get_args(CaseRegion):
        raise InputError(f"expected one of {', '.join(get_args(CaseRegion))}, got {region!r}", "--region")
    web, settings, logs = (import_module(f"openbaclofen.apps.web.{name}") for name in ("app", "settings", "logs"))
    if len({hooks_keys is not None, bool(hooks_issuer), bool(hooks_audience)}) > 1:
        raise InputError("expected --hooks-keys, --hooks-issuer and --hooks-audience together", "--hooks-keys")
    trust = settings.Trust(hooks_issuer, hooks_keys, hooks_audience)
    limits = settings.Limits(answer_s=answer_seconds)
    about = {"origins": allow_origin, "region": region, "trust": trust, "limits": limits}
    app = web.application(settings.Settings(workers=workers, warm=warm, **about))
    if not trust.asked:
        out().print("openbaclofen: HOOKS ARE OPEN: any caller may ask for cards; name keys with --hooks-keys", soft_wrap=True)
    signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn has its own, and raises it once more after all is ended
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=logs.configuration(),
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=answer_seconds,
    )
    return OK
