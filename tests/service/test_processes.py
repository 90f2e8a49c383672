"""Slow work, quick work, cancels, signals and a marked patient go in; order, ends and silence come out."""

from __future__ import annotations

import gc
import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from platformdirs import user_cache_path
from starlette.testclient import TestClient
from tests.service.calls import CASE, LONG, PERSON, SIGN, Server, alive, hook, order, server

import openbaclofen
from openbaclofen.apps.web.app import application
from openbaclofen.apps.web.settings import Settings
from openbaclofen.dose import sig
from openbaclofen.facts import load
from openbaclofen.safety.medicines import index
from openbaclofen.safety.rulebook import rulebook

MARK = "Zzyzxmarker"


def test_a_check_is_answered_while_simulations_run(served: Server) -> None:
    with served.client() as client:
        jobs = [client.post("/v1/jobs", json={"command": "simulate", **LONG}).json() for _ in range(2)]
        answers = [client.post("/v1/check", json={"case": CASE}).status_code for _ in range(5)]
        states = [client.get(f"/v1/jobs/{job['id']}").json()["state"] for job in jobs]
        assert answers == [200] * 5
        assert "running" in states or "queued" in states
        assert "done" not in states
        for job in jobs:
            client.delete(f"/v1/jobs/{job['id']}")


def test_a_long_job_leaves_a_worker_for_a_short_request(served: Server) -> None:
    with served.client() as client:
        served.until(lambda: len(served.children()) == 2)
        jobs = [client.post("/v1/jobs", json={"command": "simulate", **LONG}).json() for _ in range(3)]
        short = client.post("/v1/course", json={"case": CASE, "people": 10, "days": 1, "regimens": ["5 mg TID"]})
        states = [client.get(f"/v1/jobs/{job['id']}").json()["state"] for job in jobs]
        assert short.status_code == 200
        assert states.count("queued") >= 1
        for job in jobs:
            client.delete(f"/v1/jobs/{job['id']}")


def test_cancelling_ends_the_process_and_another_takes_its_place(served: Server) -> None:
    with served.client() as client:
        before = set(served.children())
        job = client.post("/v1/jobs", json={"command": "simulate", **LONG})
        assert job.status_code == 202
        where = job.headers["location"]
        served.until(lambda: client.get(where).json()["state"] == "running")
        assert client.delete(where).json()["state"] == "cancelled"
        served.until(lambda: len(before - set(served.children())) == 1 and len(served.children()) == 2)
        assert client.get(where).status_code == 404
        assert client.post("/v1/course", json={"case": CASE, "people": 10, "days": 1}).status_code == 200


def test_a_job_tells_how_it_stands_and_gives_its_document(served: Server) -> None:
    body = {"case": CASE, "people": 20, "days": 1, "regimens": ["5 mg TID", "10 mg TID"]}
    with served.client() as client:
        job = client.post("/v1/jobs", json={"command": "course", **body}).json()
        served.until(lambda: client.get(f"/v1/jobs/{job['id']}").json()["state"] == "done")
        done = client.get(f"/v1/jobs/{job['id']}").json()
        made = client.post("/v1/course", json=body).json()
        assert done["progress"]["share"] == 1
        assert {**done["result"], "server_ms": 0} == {**made, "server_ms": 0}
        bad = client.post("/v1/jobs", json={"command": "plan", "case": {**CASE, "region": "XX"}}).json()
        served.until(lambda: client.get(f"/v1/jobs/{bad['id']}").json()["state"] == "failed")
        assert client.get(f"/v1/jobs/{bad['id']}").json()["problem"]["errors"][0]["where"] == "region"
        assert client.post("/v1/jobs", json={"command": "plan", "case": CASE, "people": 3}).status_code == 422


def test_workers_give_way(served: Server) -> None:
    served.until(lambda: len(served.children()) == 2)
    own = os.getpriority(os.PRIO_PROCESS, served.process.pid)
    served.until(lambda: all(os.getpriority(os.PRIO_PROCESS, number) > own for number in served.children()))


@pytest.fixture(scope="module")
def marked(served: Server) -> float:
    """Everything is asked about a patient with a mark, what goes wrong included; the time before."""
    began = time.time()
    case: dict[str, Any] = {
        **CASE,
        "title": MARK,
        "patient": {**PERSON, "conditions": [MARK], "medicines": [MARK], "notes": [MARK]},
    }
    with served.client() as client:
        asked = {"case": case, "people": 10, "days": 1, "every_h": 1}
        client.post("/v1/check", json={"case": case})
        client.post("/v1/check", json={"case": {**case, MARK: MARK}})
        client.post(f"/v1/{MARK}?{MARK}={MARK}", json={"case": case})
        client.get("/v1/why", params={"text": MARK})
        client.post("/v1/simulate", json=asked)
        client.post("/v1/course", json=asked)
        client.post("/v1/course", json={**asked, "regimens": [MARK]})
        client.post("/v1/case/write", json={"case": case})
        client.post("/v1/case/read", json={"text": f"{MARK}: {MARK}"})
        client.post("/v1/pump", json={"case": case})
        client.post("/v1/check", content=f'{{"{MARK}'.encode(), headers={"Content-Type": "application/json"})
        client.post("/v1/check", content=MARK.encode() * 200000, headers={"X-Request-Id": f"{MARK}/1"})
        job = client.post("/v1/jobs", json={"command": "plan", "case": case}).json()
        client.get(f"/v1/jobs/{job['id']}")
        draft = {**order(5, 3), "note": [{"text": MARK}], "medicationCodeableConcept": {"text": f"baclofen {MARK}"}}
        client.post(f"/cds-services/{SIGN}", json=hook(draft))
        client.post(f"/cds-services/{SIGN}", json={MARK: MARK})
        told = {"card": MARK, "outcome": "overridden", "outcomeTimestamp": MARK, "overrideReason": {"userComment": MARK}}
        client.post(f"/cds-services/{SIGN}/feedback", json={"feedback": [told]})
        client.delete(f"/v1/jobs/{job['id']}")
        answers = [client.get(path).text for path in ("/health", "/v1/words", "/openapi.json", "/")]
        assert not [answer for answer in answers if MARK in answer]
    return began


def test_nothing_of_a_patient_is_logged_or_filed(served: Server, marked: float) -> None:
    assert "/v1/check 200" in served.said
    assert MARK not in served.said
    folders = (served.folder, Path(user_cache_path("openbaclofen")), Path(openbaclofen.__file__).parent)
    files = [f for folder in folders for f in folder.rglob("*") if f.is_file() and f.stat().st_mtime >= marked]
    assert not [f for f in files if MARK.encode() in f.read_bytes() or MARK in f.name]


def test_the_first_caller_finds_everything_loaded() -> None:
    for each in (rulebook, index, sig._parser):
        each.cache_clear()
    with TestClient(application(Settings(workers=1, niceness=0, warm=False))):
        loaded = [each.cache_info().currsize for each in (rulebook, index, sig._parser)]
        frozen = gc.get_freeze_count()
    assert all(loaded)
    assert frozen > len(index(load()).names)
    gc.unfreeze()


def test_a_fault_of_the_program_is_logged_without_what_it_held(capsys: pytest.CaptureFixture[str]) -> None:
    import logging
    import logging.config

    from openbaclofen.apps.web.logs import Reticent, frames

    handler = logging.StreamHandler()
    handler.setFormatter(Reticent("%(message)s"))
    logger = logging.getLogger("asyncio-like")
    logger.propagate = False
    logger.addHandler(handler)
    with pytest.raises(KeyError) as fault:
        {}[MARK]
    logger.error("failed: %s", MARK, exc_info=fault.value)
    assert MARK not in frames(fault.value)
    said = capsys.readouterr().err
    assert "KeyError at test_processes.py" in said
    assert MARK not in said


def test_it_ends_when_it_is_told_and_finishes_what_runs(tmp_path: Path) -> None:
    with server(tmp_path, "--answer-seconds", "300") as found, found.client() as client, ThreadPoolExecutor(1) as alone:
        found.until(lambda: len(found.children()) == 2)
        slow = alone.submit(client.post, "/v1/course", json={"case": CASE, "people": 300, "days": 1})
        found.until(lambda: any(w["state"] == "busy" for w in found.client().get("/health").json()["workers"]))
        children = found.children()
        found.process.send_signal(signal.SIGTERM)
        answer = slow.result()
        assert answer.status_code == 200
        assert answer.json()["people"] == 300
        assert found.process.wait(40) == 0
        found.until(lambda: not any(alive(number) for number in children), 10)
    assert not re.search("Traceback|a fault", found.said), found.said


def test_workers_end_with_a_service_that_is_killed(tmp_path: Path) -> None:
    with server(tmp_path) as found:
        found.until(lambda: len(found.children()) == 2)
        children = found.children()
        found.process.kill()
        found.process.wait(10)
        found.until(lambda: not any(alive(number) for number in children), 20)


def test_options_are_checked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from openbaclofen.apps.cli import run

    assert run(["serve", "--port", "70000"]) == 2
    assert run(["serve", "--workers", "0"]) == 2
    assert run(["serve", "--region", "XX"]) == 2
    assert run(["serve", "--hooks-issuer", "https://x"]) == 2
    (tmp_path / "keys.json").write_text("{}")
    keys = ["--hooks-keys", str(tmp_path / "keys.json"), "--hooks-issuer", "x", "--hooks-audience", "y"]
    assert run(["serve", *keys]) == 2
    assert "JSON Web Key Set" in capsys.readouterr().err
