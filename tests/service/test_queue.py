"""Commands go into the pool; order, limits and what happens to a lost worker come out, with workers that answer when told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

import pytest

from openbaclofen.apps.web import pool as pools
from openbaclofen.apps.web.jobs import Jobs
from openbaclofen.apps.web.pool import Pool, Ticket
from openbaclofen.apps.web.problems import ProblemError


class Told:
    """A worker that does nothing until it is told."""

    made: ClassVar[list[Told]] = []

    def __init__(self, niceness: int) -> None:
        self.state, self.warmed, self.told_to_warm, self.ticket = "starting", False, False, None
        self.sent: list[tuple[Any, ...]] = []
        self.killed = False
        Told.made.append(self)

    def listen(self, heard: Callable[[Any], object], lost: Callable[[], object]) -> None:
        self.heard, self.lost = heard, lost
        heard(("up", {"quantities": []}))

    def send(self, message: tuple[Any, ...]) -> None:
        self.sent.append(message)

    def kill(self) -> None:
        self.killed = True
        self.lost()

    def end(self, grace_s: float) -> None:
        return

    def answer(self) -> None:
        number = self.ticket.number if self.ticket else 0
        self.heard(("done", number, "text/plain", b"made"))


Body = Callable[[Pool], Coroutine[Any, Any, None]]


def in_pool(monkeypatch: pytest.MonkeyPatch, body: Body, workers: int = 2, most: int = 4, warm: bool = False) -> None:
    """Run a body with a pool whose workers are told what to do."""
    monkeypatch.setattr(pools, "Process", Told)
    Told.made.clear()

    async def run() -> None:
        pool = Pool(workers, most, 0, warm)
        await pool.start()
        await asyncio.sleep(0)
        await body(pool)
        await pool.close()

    asyncio.run(run())


def asked(pool: Pool, *kinds: str, limit_s: float = 100) -> list[Ticket]:
    return [pool.submit(kind, None, kind, limit_s) for kind in kinds]


def states(tickets: list[Ticket]) -> str:
    return " ".join(ticket.state for ticket in tickets)


def test_a_worker_is_kept_for_short_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body(pool: Pool) -> None:
        tickets = asked(pool, "long", "long", "short", "short")
        assert states(tickets) == "running queued running queued"
        next(w for w in Told.made if w.ticket is tickets[2]).answer()
        await asyncio.sleep(0)
        assert states(tickets) == "running queued done running"

    in_pool(monkeypatch, body)


def test_short_commands_do_not_starve_long_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body(pool: Pool) -> None:
        tickets = asked(pool, "short", "short", "short", "long")
        assert states(tickets) == "running running queued queued"
        Told.made[0].answer()
        await asyncio.sleep(0)
        assert states(tickets) == "done running queued running"

    in_pool(monkeypatch, body)


def test_a_plan_does_not_wait_for_a_job_nor_a_short_command_for_all_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body(pool: Pool) -> None:
        tickets = asked(pool, "job", "job", "long", "short", "long")
        seen = [states(tickets)]
        for turn in (2, 3, 4):
            next(w for w in Told.made if w.ticket is tickets[turn]).answer()
            await asyncio.sleep(0)
            seen.append(states(tickets))
        assert seen == [
            "running queued running queued queued",
            "running queued done running queued",
            "running queued done done running",
            "running queued done done done",
        ]

    in_pool(monkeypatch, body, most=5)


def test_a_lone_worker_does_plans_and_short_commands_in_turn_and_jobs_last(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body(pool: Pool) -> None:
        tickets = asked(pool, "short", "job", "short", "long", "short")
        done = []
        for _ in tickets:
            done.append(next(at for at, ticket in enumerate(tickets) if ticket.state == "running"))
            Told.made[0].answer()
            await asyncio.sleep(0)
        assert done == [0, 2, 3, 4, 1]

    in_pool(monkeypatch, body, workers=1)


def test_what_is_asked_meanwhile_does_not_go_to_a_worker_that_warms_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body(pool: Pool) -> None:
        await asyncio.sleep(0.05)
        warming = next(w for w in Told.made if w.told_to_warm)
        first, second = asked(pool, "short", "short")
        assert (warming.ticket is second, first.state) == (True, "running")

    in_pool(monkeypatch, body, warm=True)


def test_a_full_queue_refuses_with_a_time_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body(pool: Pool) -> None:
        asked(pool, *["short"] * 6)
        with pytest.raises(ProblemError) as refused:
            pool.submit("short", None, "short", 1)
        assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "2"})

    in_pool(monkeypatch, body)


def test_what_takes_too_long_is_ended_and_what_waited_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body(pool: Pool) -> None:
        (first,), (second,) = asked(pool, "short", limit_s=0.1), asked(pool, "short", limit_s=0.01)
        with pytest.raises(ProblemError) as late:
            await first.answer
        with pytest.raises(ProblemError) as waited:
            await second.answer
        assert (late.value.kind, waited.value.kind) == ("timeout", "busy")
        assert Told.made[0].killed
        await asyncio.sleep(0.05)
        assert len(Told.made) == 2
        assert states(asked(pool, "short")) == "running"

    in_pool(monkeypatch, body, workers=1)


def test_a_worker_that_dies_fails_its_command_only(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body(pool: Pool) -> None:
        first, second = asked(pool, "short", "short")
        Told.made[0].lost()
        with pytest.raises(ProblemError) as lost:
            await first.answer
        assert lost.value.kind == "internal"
        assert second.state == "running"
        await asyncio.sleep(0.01)
        assert len(pool.workers) == 2

    in_pool(monkeypatch, body)


def test_workers_warm_up_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body(pool: Pool) -> None:
        await asyncio.sleep(0.05)
        assert [w.sent for w in Told.made] == [[("warm",)], []]
        assert not pool.ready
        Told.made[0].heard(("warm",))
        await asyncio.sleep(0.05)
        assert Told.made[1].sent == [("warm",)]
        Told.made[1].heard(("warm",))
        await asyncio.sleep(0)
        assert pool.ready

    in_pool(monkeypatch, body, warm=True)


def test_jobs_are_forgotten_when_they_have_been_kept_for_long_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body(pool: Pool) -> None:
        jobs = Jobs(pool, 1, 0.01)
        job = jobs.add(asked(pool, "long")[0])
        with pytest.raises(ProblemError):
            jobs.room()
        Told.made[0].heard(("progress", job.ticket.number, 0.5, "parts"))
        await asyncio.sleep(0)
        assert jobs.document(job)["progress"] == {"share": 0.5, "basis": "parts"}
        Told.made[0].answer()
        await asyncio.sleep(0.05)
        jobs.room()
        with pytest.raises(ProblemError):
            jobs.find(job.name)

    in_pool(monkeypatch, body)
