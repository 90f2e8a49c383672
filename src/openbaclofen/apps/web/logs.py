"""Log records go in; lines that hold no value of any request come out: of a fault its kind and places, never its message."""

from __future__ import annotations

import logging
import logging.config
import traceback
from pathlib import Path
from typing import Any

LOGGER = "openbaclofen"
MOST_FRAMES = 8


def frames(fault: BaseException) -> str:
    """The kind of an exception and where it came through, innermost last; its message may hold a patient's data."""
    seen = traceback.extract_tb(fault.__traceback__)[-MOST_FRAMES:]
    places = " > ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in seen)
    return f"{type(fault).__name__} at {places or 'no place'}"


class Reticent(logging.Formatter):
    """Formats a record without the message of the exception it carries."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; what other libraries say together with an exception is left out, since it may quote it."""
        fault = record.exc_info[1] if record.exc_info else None
        if fault is not None:
            if record.name != LOGGER:
                record.msg, record.args = "a fault", ()
            record.exc_text = frames(fault)
        return super().format(record)


def configuration(level: str = "INFO") -> dict[str, Any]:
    """Logging for the whole process, to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"()": Reticent, "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "stream": "ext://sys.stderr"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            LOGGER: {"level": level},
            "uvicorn": {"level": "INFO"},
            "uvicorn.error": {"level": "INFO"},
            "uvicorn.access": {"level": "CRITICAL"},
        },
    }
