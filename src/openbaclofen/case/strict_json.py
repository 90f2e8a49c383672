"""JSON goes in; values come out, or an error where it says two things of one key, which other readers pass over in silence."""

from __future__ import annotations

import json
from typing import Any

from openbaclofen.errors import InputError


def loads(text: str | bytes) -> Any:
    """The values of a JSON text. Errors: InputError where it is none, is nested without end, or a key stands twice."""
    try:
        return json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error.msg}", f"line {error.lineno}") from error
    except InputError:
        raise
    except UnicodeDecodeError as error:
        raise InputError("not JSON: expected text in UTF-8, not compressed") from error
    except (RecursionError, ValueError) as error:
        raise InputError("not JSON that can be read: nested without end, or a number without end") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InputError(f"the key {key[:100]!r} stands twice; expected it once")
        found[key] = value
    return found
