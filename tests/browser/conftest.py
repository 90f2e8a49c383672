"""The service on a free port and Debian's Chromium go in; a page that is watched for leaks comes out."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import openbaclofen

ROOT = Path(__file__).resolve().parents[2]
INDEX = Path(openbaclofen.__file__).parent / "apps" / "web" / "static" / "index.html"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium")
ASKED = "OPENBACLOFEN_BROWSER"
READY_S, SHOWN_S = 300, 120
SERVE = """
import sys, uvicorn
from openbaclofen.apps.web.app import application
from openbaclofen.apps.web.settings import Settings
uvicorn.run(application(Settings(niceness=0, warm=False)), host="127.0.0.1", port=int(sys.argv[1]), access_log=False)
"""  # as `openbaclofen serve`, but its workers need not give way to the tests beside, and compile what the tests ask alone
FLAGS = ("no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking")
FLAGS += ("disable-component-update", "disable-sync", "force-device-scale-factor=1")


def left_out() -> str:
    """Why the page cannot be tested here, '' where it can."""
    if not os.environ.get(ASKED):
        return f"LEFT OUT: the page was not tested in a browser; `make test-page` does (it sets {ASKED})"
    if CHROMIUM is None:
        return "LEFT OUT: no Chromium (apt-get install chromium), so the page was not tested in a browser"
    if not INDEX.is_file():
        return "LEFT OUT: the page was not built (Node and `make page`), so it was not tested in a browser"
    if not AXE.is_file():
        return "LEFT OUT: the npm packages of web/ are missing (`make page`), so the page was not tested in a browser"
    return ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where there is no browser they say so."""
    for item in items:
        if Path(__file__).parent in item.path.parents and left_out():
            item.add_marker(pytest.mark.skip(reason=left_out()))


@pytest.fixture(scope="session")
def origin() -> Iterator[str]:
    """The address of a running service."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", SERVE, str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{address}/health", process)
        yield address
    finally:
        process.terminate()
        process.wait(60)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    """Until the service says that it is ready."""
    ends = time.monotonic() + READY_S
    while time.monotonic() < ends:
        assert process.poll() is None, "the service ended"
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                if b'"ready"' in answer.read():
                    return
        except OSError:
            pass
        time.sleep(0.25)
    raise AssertionError("the service did not become ready")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One browser for all tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=[f"--{flag}" for flag in FLAGS])
        yield found
        found.close()


def until(page: Any, script: str, given: Any = None) -> None:
    """Wait until a script answers true; asked from outside, since the page's policy lets nobody evaluate text within it."""
    ends = time.monotonic() + SHOWN_S
    while not page.evaluate(script, given):
        assert time.monotonic() < ends, f"never true: {script} {given or ''}"
        time.sleep(0.05)


def example(page: Any, title: str) -> None:
    """Open an example, and wait until it is the case."""
    page.get_by_label("Open an example").select_option(label=title)
    until(page, "title => document.getElementById('title').value === title", title)


class Watched:
    """A page of its own context. leaks: requests elsewhere, policy violations and script errors so far."""

    def __init__(self, browser: Any, origin: str, width: int = 1280, **more: Any) -> None:
        self.origin, self.leaks = origin, list[str]()
        self.context = browser.new_context(viewport={"width": width, "height": 900}, accept_downloads=True, **more)
        self.context.set_default_timeout(1000 * SHOWN_S)
        self.page = self.context.new_page()
        self.page.on("request", self._asked)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.leaks.append(f"script error: {error}"))

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.origin, "blob:", "data:")):
            self.leaks.append(f"asked elsewhere: {request.url}")

    def _said(self, message: Any) -> None:
        if "Content Security Policy" in message.text:
            self.leaks.append(message.text)

    def open(self, fragment: str = "", wait: str = "#plan-title") -> Any:
        """Open the page and wait for what shows that it works."""
        self.page.goto(f"{self.origin}/#{fragment}")
        self.page.wait_for_selector(wait)
        return self.page

    def close(self) -> None:
        """Close it. Errors: AssertionError where anything leaked or was kept."""
        kept = self.page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]")
        cookies = self.context.cookies()
        self.context.close()
        assert self.leaks == []
        assert cookies == []
        assert kept == ["", 0, 0]


@pytest.fixture
def watched(browser: Any, origin: str) -> Iterator[Watched]:
    """A fresh page; after the test nothing may have leaked."""
    found = Watched(browser, origin)
    yield found
    found.close()


@pytest.fixture
def page(watched: Watched) -> Any:
    """The page with its first example planned."""
    return watched.open()
