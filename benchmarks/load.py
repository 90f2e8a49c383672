"""A running service under load: checks and hooks each second while simulations run go in; their times come out.

`python benchmarks/load.py [--rate 50] [--seconds 20] [--url http://...]`. Without an address a service of its own is started.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx
import numpy as np

PERSON = {
    "age": "46 a",
    "sex": "female",
    "weight": "62 kg",
    "height": "168 cm",
    "creatinine": "1.4 mg/dL",
    "conditions": ["multiple_sclerosis"],
    "allergies": [],
    "medicines": ["oxycodone 10 mg BID"],
}
CASE = {"patient": PERSON, "therapy": "5 mg TID for 3 d, then 10 mg TID", "current": "none", "region": "US"}
DOSES = ("5 mg", "7.5 mg", "10 mg", "12.5 mg", "15 mg", "17.5 mg", "20 mg", "22.5 mg")


def hook() -> dict[str, Any]:
    """A call of order-sign for 40 mg three times a day, which needs a lower order to be searched."""
    order = {
        "resourceType": "MedicationRequest",
        "id": "d1",
        "status": "draft",
        "intent": "order",
        "medicationCodeableConcept": {"text": "baclofen 10 mg tablet"},
        "dosageInstruction": [
            {
                "timing": {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": {"value": 40, "unit": "mg", "code": "mg"}}],
            }
        ],
    }
    drafts = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order}]}
    none = {"resourceType": "Bundle", "type": "searchset", "entry": []}
    patient = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1980-01-01"}
    return {
        "hook": "order-sign",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/1", "patientId": "p", "draftOrders": drafts},
        "prefetch": {"patient": patient, "conditions": none, "allergies": none, "medications": none},
    }


async def steady(client: httpx.AsyncClient, path: str, body: Any, rate: float, seconds: float) -> list[tuple[int, float]]:
    """Status and seconds of requests sent at a steady rate, whether or not the ones before are answered."""
    content, found, tasks = json.dumps(body), list[tuple[int, float]](), []

    async def one() -> None:
        began = time.perf_counter()
        answer = await client.post(path, content=content, headers={"Content-Type": "application/json"})
        found.append((answer.status_code, time.perf_counter() - began))

    began = time.perf_counter()
    for i in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, began + i / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(one()))
    await asyncio.gather(*tasks)
    return found


async def slider(client: httpx.AsyncClient, times: int) -> tuple[list[float], list[float]]:
    """Seconds of a course of 1,000 people, 14 days, hourly, each time for another dose: seen here, and said by the server."""
    seen, said = [], []
    for i in range(times):
        sig = f"{DOSES[i % len(DOSES)]} TID"
        began = time.perf_counter()
        answer = await client.post("/v1/course", json={"case": CASE, "regimens": [sig], "seed": 1 + i // len(DOSES)})
        seen.append(time.perf_counter() - began)
        said.append(answer.json()["server_ms"] / 1000)
    return seen, said


async def simulating(client: httpx.AsyncClient, until: asyncio.Event) -> int:
    """Simulations one after the other until told; how many ended."""
    ended = 0
    while not until.is_set():
        answer = await client.post("/v1/simulate", json={"case": CASE, "people": 5000, "days": 14, "every_h": 1})
        ended += answer.status_code == 200
        await asyncio.sleep(0)
    return ended


def told(name: str, seconds: list[float]) -> None:
    """Print quantiles in milliseconds."""
    half, most, worst = (1000 * np.quantile(seconds, q) for q in (0.5, 0.95, 1))
    print(f"{name:44s} n {len(seconds):5d}   median {half:7.1f}   p95 {most:7.1f}   worst {worst:7.1f} ms")


@asynccontextmanager
async def service(url: str | None) -> AsyncIterator[str]:
    """The address of a service; one of its own is ended afterwards."""
    if url:
        yield url
        return
    command = [sys.executable, "-c", "from openbaclofen.apps.cli import main; main()", "serve", "--port", "0"]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "err"
        with log.open("wb") as err:
            process = subprocess.Popen(command, stderr=err, stdout=subprocess.DEVNULL)
        try:
            while not (found := re.search(r"running on (http://\S+)", log.read_text())):
                await asyncio.sleep(0.2)
            yield found[1]
        finally:
            process.terminate()
            process.wait()


async def main() -> None:
    """Warm up, then measure quiet and under simulations."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--rate", type=float, default=50)
    asked.add_argument("--seconds", type=float, default=20)
    asked.add_argument("--url")
    options = asked.parse_args()
    limits = httpx.Limits(max_connections=200)
    async with service(options.url) as url, httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as client:
        began = time.perf_counter()
        while (await client.get("/health")).json()["status"] != "ready":
            await asyncio.sleep(0.5)
        load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
        print(f"{os.cpu_count()} processors, load {load}; workers warm after {time.perf_counter() - began:.0f} s")
        seen, said = await slider(client, 3 * len(DOSES))
        told("course, 1,000 people, a new dose each time", seen)
        told("  of that in the worker", said)
        told(
            "check, quiet", [s for _, s in await steady(client, "/v1/check", {"case": CASE}, options.rate, options.seconds / 4)]
        )
        stop = asyncio.Event()
        running = [asyncio.create_task(simulating(client, stop)) for _ in range(2)]
        await asyncio.sleep(1)
        for name, path, body in (
            ("check", "/v1/check", {"case": CASE}),
            ("hook", "/cds-services/openbaclofen-order-sign", hook()),
        ):
            rate = options.rate if name == "check" else options.rate / 10
            found = await steady(client, path, body, rate, options.seconds)
            told(f"{name}, {rate:g}/s while simulations run", [s for _, s in found])
            print(f"  answered: {sorted({status for status, _ in found})}")
        stop.set()
        print(f"simulations of 5,000 people ended meanwhile: {sum(await asyncio.gather(*running))}")


if __name__ == "__main__":
    asyncio.run(main())
