"""A niceness goes in; one worker process, to be sent messages, listened to and ended, comes out.

The process ends by itself when this one does, however that happens: it reads from a socket whose other end is here.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any


class Process:
    """A worker. state: starting, idle or busy. ticket: what it works on."""

    def __init__(self, niceness: int) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "openbaclofen.apps.web.worker", str(theirs.fileno()), str(niceness)],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        self._pipe = Connection(ours.detach())
        self.state = "starting"
        self.warmed = False
        self.told_to_warm = False
        self.ticket: Any = None
        self._follower: Thread | None = None

    @property
    def number(self) -> int:
        """The process's id."""
        return self._process.pid

    def listen(self, heard: Callable[[tuple[Any, ...]], object], lost: Callable[[], object]) -> None:
        """Call `heard` with each message and `lost` when the process has ended, both in a thread of their own."""

        def follow() -> None:
            try:
                while True:
                    heard(self._pipe.recv())
            except (EOFError, OSError):
                self._process.wait()
                lost()

        self._follower = Thread(target=follow, name=f"openbaclofen-worker-{self.number}", daemon=True)
        self._follower.start()

    def send(self, message: tuple[Any, ...]) -> None:
        """Send a message; one to a process that has ended is lost, which `listen` tells."""
        try:
            self._pipe.send(message)
        except OSError:
            return

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def end(self, grace_s: float) -> None:
        """Let the process end by itself, and end it where it does not."""
        self.send(("end",))
        try:
            self._process.wait(grace_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._follower is not None:
            self._follower.join()
