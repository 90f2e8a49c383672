"""Commands go in; worker processes of lower priority answer them, three queues apart, and each can be ended at any time.

A short command (a course for a plot) never waits for all long ones, and a long one (a plan) for no job: of several workers one
is kept free of long commands and jobs, but that one plan may run beside a job.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal

from openbaclofen.apps.web.problems import ProblemError, busy
from openbaclofen.apps.web.process import Process

FAILURES_IN_A_ROW = 3
WAIT_AFTER_FAILURES_S = 10
Rank = Literal["short", "long", "job"]


@dataclass(frozen=True)
class Answer:
    """What a worker made."""

    media: str
    body: bytes


@dataclass(eq=False)
class Ticket:
    """One command on its way. progress: share done and what that rests on. started: by the monotonic clock."""

    number: int
    command: str
    payload: Any
    rank: Rank
    limit_s: float
    answer: asyncio.Future[Answer]
    state: str = "queued"
    progress: tuple[float, str] | None = None
    started: float | None = None
    asked: float = field(default_factory=time.monotonic)
    timer: asyncio.TimerHandle | None = None


class Pool:
    """A number of workers and what waits for them. All methods are called in one event loop."""

    def __init__(self, number: int, most_waiting: int, niceness: int, warm: bool = True) -> None:
        self._number, self._most, self._niceness, self._warm = number, most_waiting, niceness, warm
        self._workers: list[Process] = []
        self._queues: dict[Rank, deque[Ticket]] = {"short": deque(), "long": deque(), "job": deque()}
        self._tickets = 0
        self._failures = 0
        self._closing = False
        self._senders = ThreadPoolExecutor(1, thread_name_prefix="openbaclofen-send")
        self.usual_s: dict[str, float] = {}
        self.told: asyncio.Future[dict[str, Any]] | None = None

    async def start(self) -> None:
        """Start the workers; they warm up one after the other, and answer meanwhile."""
        self.told = asyncio.get_running_loop().create_future()
        for _ in range(self._number):
            self._add()

    async def close(self, grace_s: float = 3) -> None:
        """End every worker; what still waits or runs is refused."""
        self._closing = True
        waiting = [ticket for queue in self._queues.values() for ticket in queue]
        for ticket in [*waiting, *(w.ticket for w in self._workers if w.ticket)]:
            self._finish(ticket, ProblemError("gone", "the service is shutting down"))
        for queue in self._queues.values():
            queue.clear()
        await asyncio.gather(*(asyncio.to_thread(worker.end, grace_s) for worker in self._workers))
        self._senders.shutdown(wait=False)

    def submit(self, command: str, payload: Any, rank: Rank, limit_s: float) -> Ticket:
        """Queue a command. Errors: Problem 'busy' where too many wait."""
        if self._closing or self.waiting >= self._most:
            raise busy()
        loop = asyncio.get_running_loop()
        self._tickets += 1
        ticket = Ticket(self._tickets, command, payload, rank, limit_s, loop.create_future())
        ticket.answer.add_done_callback(_seen)
        ticket.timer = loop.call_later(limit_s, self._late, ticket)
        self._queues[rank].append(ticket)
        self._hand_out()
        return ticket

    def cancel(self, ticket: Ticket, reason: ProblemError | None = None) -> None:
        """Take a command back: out of the queue, or by ending the process that works on it."""
        if ticket.state == "queued":
            self._queues[ticket.rank].remove(ticket)
        worker = next((w for w in self._workers if w.ticket is ticket), None)
        self._finish(ticket, reason or ProblemError("gone", "the work was cancelled"))
        if worker is not None:
            worker.kill()

    def forget(self, ticket: Ticket) -> None:
        """Nobody waits for it any more: it is dropped where it has not begun, else left to end."""
        if ticket.state == "queued":
            self.cancel(ticket)

    @property
    def waiting(self) -> int:
        """How many commands have not begun."""
        return sum(len(queue) for queue in self._queues.values())

    @property
    def workers(self) -> list[dict[str, Any]]:
        """What each worker is doing."""
        return [{"state": w.state, "warmed": w.warmed} for w in self._workers]

    @property
    def ready(self) -> bool:
        """Whether every worker has warmed up."""
        up = [w.warmed if self._warm else w.state != "starting" for w in self._workers]
        return len(up) == self._number and all(up)

    @property
    def failing(self) -> bool:
        """Whether workers do not come up."""
        return self._failures >= FAILURES_IN_A_ROW

    def _add(self) -> None:
        if self._closing:
            return
        loop = asyncio.get_running_loop()
        worker = Process(self._niceness)
        self._workers.append(worker)
        worker.listen(
            lambda message: loop.call_soon_threadsafe(self._heard, worker, message),
            lambda: loop.call_soon_threadsafe(self._lost, worker),
        )

    def _heard(self, worker: Process, message: tuple[Any, ...]) -> None:
        ticket = worker.ticket
        match message:
            case ("up", told):
                self._failures, worker.state = 0, "idle"
                if self.told is not None and not self.told.done():
                    self.told.set_result(told)
            case ("warm",):
                worker.warmed = True
            case ("progress", number, share, basis) if ticket and ticket.number == number:
                ticket.progress = (share, basis)
            case ("done", number, media, body) if ticket and ticket.number == number:
                self._free(worker, ticket, Answer(media, body))
            case ("problem", number, kind, detail, errors) if ticket and ticket.number == number:
                self._free(worker, ticket, ProblemError(kind, detail, *errors))
        self._hand_out()

    def _free(self, worker: Process, ticket: Ticket, outcome: Answer | ProblemError) -> None:
        worker.ticket, worker.state = None, "idle"
        if isinstance(outcome, Answer) and ticket.started is not None:
            self.usual_s[ticket.command] = time.monotonic() - ticket.started
        self._finish(ticket, outcome)

    def _lost(self, worker: Process) -> None:
        """A worker's process has ended: what it did is refused, and another takes its place."""
        self._workers.remove(worker)
        self._failures += worker.state == "starting"
        if worker.ticket is not None:
            self._finish(worker.ticket, ProblemError("internal", "the process that worked on this has ended; try again"))
        wait = WAIT_AFTER_FAILURES_S if self.failing else 0
        if not self._closing:
            asyncio.get_running_loop().call_later(wait, self._add)

    def _late(self, ticket: Ticket) -> None:
        if ticket.state == "queued":
            self.cancel(ticket, busy())
        elif ticket.state == "running":
            self.cancel(ticket, ProblemError("timeout", f"longer than the {ticket.limit_s:g} s that one answer may take"))

    def _finish(self, ticket: Ticket, outcome: Answer | ProblemError) -> None:
        if ticket.timer is not None:
            ticket.timer.cancel()
        if ticket.answer.done():
            return
        ticket.state = "done" if isinstance(outcome, Answer) else "cancelled" if outcome.kind == "gone" else "failed"
        if isinstance(outcome, Answer):
            ticket.answer.set_result(outcome)
        else:
            ticket.answer.set_exception(outcome)

    def _hand_out(self) -> None:
        """Give what waits to workers that are idle, last to one that is warming up; one that has warmed lets the next do so."""
        for worker in sorted(self._workers, key=lambda w: (not w.warmed, w.told_to_warm)):
            ticket = self._next() if worker.state == "idle" else None
            if ticket is not None:
                self._begin(worker, ticket)
        self._let_warm()

    def _let_warm(self) -> None:
        cold = [w for w in self._workers if not w.warmed]
        if self._warm and cold and cold[0].state != "starting" and not cold[0].told_to_warm:
            cold[0].told_to_warm = True
            self._send(cold[0], ("warm",))

    def _next(self) -> Ticket | None:
        """What an idle worker begins: what leaves a worker free; on the last beside a job, plans and short ones in turn."""
        short, long, jobs = (self._queues[rank] for rank in ("short", "long", "job"))
        ranks = [w.ticket.rank for w in self._workers if w.ticket]
        plans, busy = ranks.count("long"), ranks.count("long") + ranks.count("job")
        room = (busy == 0 and self._number > 1) or (not short and busy < max(1, self._number - 1))
        in_turn = plans == 0 and not (short and long and short[0].number < long[0].number)
        if long and (room or in_turn):
            return long.popleft()
        if jobs and not long and room:
            return jobs.popleft()
        return short.popleft() if short else None

    def _begin(self, worker: Process, ticket: Ticket) -> None:
        worker.ticket, worker.state = ticket, "busy"
        ticket.state, ticket.started = "running", time.monotonic()
        if ticket.timer is not None:
            ticket.timer.cancel()
        ticket.timer = asyncio.get_running_loop().call_later(ticket.limit_s, self._late, ticket)
        self._send(worker, ("do", ticket.number, ticket.command, ticket.payload))

    def _send(self, worker: Process, message: tuple[Any, ...]) -> None:
        self._senders.submit(worker.send, message)


def _seen(answer: asyncio.Future[Answer]) -> None:
    """An answer that nobody reads is no fault."""
    if not answer.cancelled():
        answer.exception()
