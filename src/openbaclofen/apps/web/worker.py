"""Commands come in over a socket; documents, problems and progress go out. This is the process that simulates.

The main thread only reads, so that the process ends as soon as its parent has; another does the work, and warms up between.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from openbaclofen.apps.web.logs import frames
from openbaclofen.apps.web.problems import ProblemError, of_input
from openbaclofen.errors import InputError

Messages = SimpleQueue[tuple[Any, ...]]


def main() -> None:
    """Serve until the parent closes its end. Interrupts are the parent's affair."""
    parent = Connection(int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.nice(int(sys.argv[2]))
    messages: Messages = SimpleQueue()
    Thread(target=_work, args=(messages, parent), daemon=True).start()
    try:
        while (message := parent.recv())[0] != "end":
            messages.put(message)
    except (EOFError, OSError):
        pass
    os._exit(0)


def _work(messages: Messages, parent: Connection) -> None:
    """Do one thing after the other; whatever happens to one, the next is done all the same."""
    with ThreadPoolExecutor(1) as alone:
        steps: Iterator[None] | None = None
        if not _told(alone.submit(_about), parent):
            os._exit(1)
        while True:
            try:
                message = messages.get(block=steps is None)
            except Empty:
                if steps is not None and not _told(alone.submit(_step, steps), parent):
                    steps = None
                    parent.send(("warm",))
                continue
            if message[0] == "warm":
                steps = iter(_warm_up())
            else:
                _, number, command, payload = message
                _told(alone.submit(_do, number, command, payload, parent), parent, number)


def _told(made: Future[tuple[Any, ...] | None], parent: Connection, number: int = 0) -> bool:
    """Tell the parent what was made, or that it failed; whether something was made."""
    fault = made.exception()
    said = _refusal(number, fault) if fault else made.result()
    if said is not None:
        parent.send(said)
    return not fault and said is not None


def _about() -> tuple[Any, ...] | None:
    from openbaclofen.apps.web import work

    return "up", work.about()


def _warm_up() -> Iterator[None]:
    from openbaclofen.apps.web import work

    yield from work.warm_up()


def _step(steps: Iterator[None]) -> tuple[Any, ...] | None:
    """One step of warming up; None where there is none left."""
    return next((("step",) for _ in steps), None)


def _do(number: int, command: str, payload: Any, parent: Connection) -> tuple[Any, ...] | None:
    from openbaclofen.apps.web import work

    made = work.COMMANDS[command](payload, lambda share, basis: parent.send(("progress", number, share, basis)))
    return "done", number, *made


def _refusal(number: int, fault: BaseException) -> tuple[Any, ...]:
    """The message that says what is wrong. Of a fault of the program only its kind and place are told, never a value."""
    if isinstance(fault, InputError):
        fault = of_input(fault)
    if not isinstance(fault, ProblemError):
        sys.stderr.write(f"openbaclofen: {frames(fault)}\n")
        fault = ProblemError("internal", "the command failed; the log names the place")
    return "problem", number, fault.kind, fault.detail, fault.errors


if __name__ == "__main__":
    main()
