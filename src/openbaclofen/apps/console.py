"""What a command prints goes through here: colours off when piped, errors in one message on standard error."""

from __future__ import annotations

import sys

from rich.console import Console

from openbaclofen.errors import InputError

OK, STOP, BAD_INPUT = 0, 1, 2


def out() -> Console:
    """Standard output; rich switches colours off when it is not a terminal."""
    return Console(highlight=False, soft_wrap=False)


def emit(text: str) -> None:
    """Put a document on standard output."""
    sys.stdout.write(text + "\n")


def fail(error: InputError | str) -> int:
    """Put one message on standard error and hand back the exit status of bad input."""
    sys.stderr.write(f"openbaclofen: {error}\n")
    return BAD_INPUT
