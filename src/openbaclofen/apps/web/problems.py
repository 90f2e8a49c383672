"""Something that went wrong goes in; an RFC 9457 problem (application/problem+json) that says where and what comes out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from openbaclofen.errors import InputError

MEDIA = "application/problem+json"
KINDS: dict[str, tuple[int, str]] = {
    "bad-request": (400, "The request cannot be read"),
    "unauthorised": (401, "The caller is not known"),
    "not-found": (404, "There is nothing here"),
    "method": (405, "That cannot be done here"),
    "not-acceptable": (406, "No such form of the answer"),
    "gone": (410, "The work was cancelled"),
    "needs-data": (412, "Data are missing"),
    "too-large": (413, "The request is too large"),
    "media": (415, "The request is not JSON"),
    "bad-case": (422, "The case cannot be read"),
    "bad-option": (422, "An option cannot be read"),
    "limit": (422, "More is asked than one request may"),
    "internal": (500, "The service failed"),
    "busy": (503, "The service is busy"),
    "timeout": (504, "The answer took too long"),
}
OF_STATUS = {400: "bad-request", 404: "not-found", 405: "method", 406: "not-acceptable", 413: "too-large", 415: "media"}
_EXPECTED = re.compile(r"\bexpected (?P<what>.+?)(?:[;,] got .*|; .*)?$", re.S)
OPTIONS = ("--people", "--days", "--every-h", "--seed", "--failure", "regimens", "quantities")


class ProblemError(Exception):
    """One problem. errors: where, what was said, what was expected. headers: to send with it."""

    def __init__(self, kind: str, detail: str, *errors: Mapping[str, str], headers: Mapping[str, str] | None = None) -> None:
        self.kind, self.detail, self.errors, self.headers = kind, detail, errors, dict(headers or {})
        self.status, self.title = KINDS[kind]
        super().__init__(kind)

    def document(self, request_id: str = "") -> dict[str, Any]:
        """The problem as JSON values."""
        return {
            "type": f"urn:openbaclofen:problem:{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "errors": [dict(error) for error in self.errors],
            "request_id": request_id,
        }

    def response(self, request_id: str = "") -> Response:
        """The problem as an answer."""
        return Response(encoded(self.document(request_id)), self.status, self.headers, MEDIA)


def encoded(document: Any) -> bytes:
    """JSON in ASCII, so that any text a caller sent can be answered."""
    return json.dumps(document, allow_nan=False, separators=(",", ":")).encode("ascii")


def error_at(where: str, said: str) -> dict[str, str]:
    """One entry of `errors`; what was expected is taken from the sentence itself."""
    found = _EXPECTED.search(said)
    return {"where": where, "said": said, "expected": found["what"].strip() if found else ""}


def of_input(error: InputError) -> ProblemError:
    """The problem of bad input: an option of the request, or the case."""
    where = error.where or ""
    option = where in OPTIONS
    place = where.removeprefix("--").replace("-", "_") if option else where
    return ProblemError(
        "bad-option" if option else "bad-case", f"{place}: {error.said}" if place else error.said, error_at(place, error.said)
    )


def over(limit: str, most: object, asked: object) -> ProblemError:
    """The problem of asking for more than a limit allows."""
    said = f"at most {most} in one request, got {asked}"
    return ProblemError("limit", f"{limit}: {said}", {"where": limit, "said": said, "expected": f"at most {most}"})


def busy(seconds: int = 2) -> ProblemError:
    """The problem of a full queue."""
    return ProblemError("busy", "too many requests are waiting; try again", headers={"Retry-After": str(seconds)})
