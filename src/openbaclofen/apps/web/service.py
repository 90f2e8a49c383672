"""Settings go in; what all routes share comes out: the pool, the jobs, and threads that answer checks."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import Any, TypeVar

from starlette.requests import Request

from openbaclofen import facts
from openbaclofen.apps.web.hooks.trust import Gate
from openbaclofen.apps.web.jobs import Jobs
from openbaclofen.apps.web.pool import Answer, Pool, Ticket
from openbaclofen.apps.web.problems import ProblemError, busy
from openbaclofen.apps.web.settings import Settings

Found = TypeVar("Found")
THREADS = 4


class Service:
    """One running service."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.version = settings, version("openbaclofen")
        limits = settings.limits
        self.pool = Pool(settings.workers, limits.waiting, settings.niceness, settings.warm)
        self.jobs = Jobs(self.pool, limits.jobs, limits.kept_s)
        self.gate, self.feedback = Gate(settings.trust), Counter[str]()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="openbaclofen-check")
        self._in_threads = 0

    async def start(self) -> None:
        """Start the workers and read the knowledge base."""
        await self.pool.start()
        await self.quick(facts.load)

    async def close(self) -> None:
        """End workers and threads."""
        await self.pool.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def quick(self, do: Callable[..., Found], *given: Any) -> Found:
        """Do what needs no model in a thread. Errors: Problem 'busy' or 'timeout'."""
        limits = self.settings.limits
        if self._in_threads >= limits.checks_waiting:
            raise busy(1)
        self._in_threads += 1
        try:
            return await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(self._threads, do, *given), limits.check_s)
        except TimeoutError as error:
            raise ProblemError("timeout", f"longer than the {limits.check_s} s that a check may take") from error
        finally:
            self._in_threads -= 1

    async def told(self) -> dict[str, Any]:
        """What a worker says of the model, as soon as the first is up. Errors: Problem 'busy'."""
        if self.pool.told is None:
            raise busy()
        try:
            return await asyncio.wait_for(asyncio.shield(self.pool.told), self.settings.limits.check_s)
        except TimeoutError as error:
            raise busy(10) from error

    async def answered(self, request: Request, ticket: Ticket) -> Answer:
        """The answer to a ticket; where the caller leaves first, one that has not begun is dropped."""
        leaving = asyncio.ensure_future(_left(request))
        try:
            await asyncio.wait({ticket.answer, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
        if not ticket.answer.done():
            self.pool.forget(ticket)
        return await ticket.answer

    def health(self) -> dict[str, Any]:
        """How the service stands."""
        pool = self.pool
        return {
            "status": "failing" if pool.failing else "ready" if pool.ready else "warming",
            "version": self.version,
            "knowledge": facts.load().version,
            "workers": pool.workers,
            "waiting": pool.waiting,
            "feedback": dict(self.feedback),
        }


def service_of(request: Request) -> Service:
    """The service that a request has come to."""
    return request.app.state.service


async def _left(request: Request) -> None:
    """Return when the caller has gone. Its body has been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
