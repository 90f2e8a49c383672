"""Tickets go in; jobs that can be asked about and cancelled come out. They are kept in memory until they expire."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from openbaclofen.apps.web.pool import Pool, Ticket
from openbaclofen.apps.web.problems import ProblemError, busy


@dataclass
class Job:
    """A ticket under a name that nobody can guess. ended: by the monotonic clock."""

    name: str
    ticket: Ticket
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None

    def document(self, usual_s: float | None) -> dict[str, Any]:
        """How it stands, with its result or problem."""
        ticket = self.ticket
        share, basis = _progress(ticket, usual_s)
        until = self.ended or time.monotonic()
        found: dict[str, Any] = {
            "id": self.name,
            "command": ticket.command,
            "state": ticket.state,
            "progress": {"share": share, "basis": basis},
            "elapsed_s": round(until - (ticket.started or until), 1),
        }
        if ticket.state == "done":
            found["result"] = json.loads(ticket.answer.result().body)
        if ticket.state == "failed" and isinstance(fault := ticket.answer.exception(), ProblemError):
            found["problem"] = fault.document()
        return found


class Jobs:
    """All jobs, at most so many, each forgotten some time after its end."""

    def __init__(self, pool: Pool, most: int, kept_s: float) -> None:
        self._pool, self._most, self._kept_s = pool, most, kept_s
        self._jobs: dict[str, Job] = {}

    def add(self, ticket: Ticket) -> Job:
        """Keep a ticket as a job."""
        job = Job(secrets.token_urlsafe(16), ticket)
        ticket.answer.add_done_callback(lambda _: setattr(job, "ended", time.monotonic()))
        self._jobs[job.name] = job
        return job

    def room(self) -> None:
        """Errors: Problem 'busy' where as many jobs are kept as may be."""
        self._expire()
        if len(self._jobs) >= self._most:
            raise busy(10)

    def find(self, name: str) -> Job:
        """Errors: Problem 'not-found'."""
        self._expire()
        job = self._jobs.get(name)
        if job is None:
            raise ProblemError("not-found", "no job of this id is known; finished jobs are forgotten after a while")
        return job

    def document(self, job: Job) -> dict[str, Any]:
        """How a job stands."""
        return job.document(self._pool.usual_s.get(job.ticket.command))

    def cancel(self, name: str) -> dict[str, Any]:
        """End a job where it has not ended, and forget it; how it stood."""
        job = self.find(name)
        if job.ticket.state in ("queued", "running"):
            self._pool.cancel(job.ticket)
        found = self.document(job)
        del self._jobs[name]
        return found

    def _expire(self) -> None:
        oldest = time.monotonic() - self._kept_s
        for name in [name for name, job in self._jobs.items() if job.ended is not None and job.ended < oldest]:
            del self._jobs[name]


def _progress(ticket: Ticket, usual_s: float | None) -> tuple[float, str]:
    """The share done, and what says so: the command itself, else the time that the one before took."""
    if ticket.state == "queued":
        return 0.0, "waiting"
    if ticket.state != "running" or ticket.started is None:
        return float(ticket.state == "done"), ticket.state
    if ticket.progress is not None:
        return round(ticket.progress[0], 3), ticket.progress[1]
    if usual_s is None:
        return 0.0, "not known"
    return round(min((time.monotonic() - ticket.started) / usual_s, 1 - 1 / 100), 3), "time of the one before"
