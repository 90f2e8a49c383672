"""What a command prints goes through here: colours off when piped, errors in one message on standard error."""

from __future__ import annotations

import sys

from rich.console import Console

from openbaclofen.errors import InputError

OK, STOP, BAD_INPUT = 0, 1, 2


def out() -> Console:
    """Standard output; rich switches colours off when it is not a terminal."""
    return Console(highlight=False, soft_wrap=False)


def fail(error: InputError | str) -> int:
    """Print one message and hand back the exit status of bad input."""
    print(f"openbaclofen: {error}", file=sys.stderr)  # noqa: T201
    return BAD_INPUT
