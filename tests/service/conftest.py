"""A service that several tests share: in this process, and as a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from tests.service.calls import Server, server

from openbaclofen.apps.web.app import application
from openbaclofen.apps.web.settings import Limits, Settings

PATIENT = Limits(check_s=60, answer_s=300)  # a busy machine fails no test


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """The whole service in this process, with two workers that do not warm up."""
    with TestClient(
        application(Settings(workers=2, niceness=0, warm=False, limits=PATIENT)), raise_server_exceptions=False
    ) as found:
        yield found


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`openbaclofen serve`, started once."""
    with server(tmp_path_factory.mktemp("served"), "--answer-seconds", "300") as found:
        found.until(lambda: found.client().get("/v1/words").status_code == 200)
        yield found
