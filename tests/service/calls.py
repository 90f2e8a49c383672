"""What the tests of the service send: cases, FHIR resources, calls of hooks, and a server as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2 as httpx

from openbaclofen.apps.web import usual

UNSTATED = {"pregnant", "breastfeeding", "alcohol", "dialysis", "ashworth", "spasticity_supports_function"}
PERSON = {key: value for key, value in usual.PERSON.items() if key not in UNSTATED}
CASE = {"date": "2026-11-22", "patient": PERSON, "therapy": "10 mg TID", "current": "none", "region": "US"}
LONG = {"case": CASE, "people": 10000, "days": 20, "every_h": 1}
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
SIGN = "openbaclofen-order-sign"


def order(mg: float, times: int, name: str = "d1", status: str = "draft") -> dict[str, Any]:
    """An order for tablets of baclofen."""
    amount = {"value": mg, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}
    return {
        "resourceType": "MedicationRequest",
        "id": name,
        "status": status,
        "intent": "order",
        "authoredOn": "2024-01-01",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {
            "coding": [{"system": RXNORM, "code": "197391", "display": "baclofen 10 MG Oral Tablet"}]
        },
        "dosageInstruction": [
            {
                "timing": {"repeat": {"frequency": times, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": amount}],
            }
        ],
    }


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": r} for r in resources]}


def observation(code: str, value: float, unit: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": code,
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "effectiveDateTime": "2026-01-01",
        "valueQuantity": {"value": value, "unit": unit, "code": unit, "system": "http://unitsofmeasure.org"},
    }


def hook(
    *drafts: dict[str, Any], taken: tuple[dict[str, Any], ...] = (), creatinine: float = 0.8, **prefetch: Any
) -> dict[str, Any]:
    """A call of order-sign by someone who treats a woman with multiple sclerosis."""
    problem = {
        "resourceType": "Condition",
        "id": "c1",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "G35"}]},
    }
    return {
        "hook": "order-sign",
        "hookInstance": INSTANCE,
        "context": {"userId": "Practitioner/1", "patientId": "p1", "draftOrders": bundle(*drafts)},
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1980-01-01"},
            "conditions": bundle(problem),
            "allergies": bundle(),
            "medications": bundle(*taken),
            "observations": bundle(
                observation("2160-0", creatinine, "mg/dL"), observation("29463-7", 62, "kg"), observation("8302-2", 168, "cm")
            ),
            **prefetch,
        },
    }


@dataclass
class Server:
    """A service in a process of its own. said: its standard output and error."""

    process: subprocess.Popen[bytes]
    url: str
    folder: Path

    @property
    def said(self) -> str:
        return "".join((self.folder / name).read_text() for name in ("out", "err"))

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=300)

    def until(self, ready: Any, seconds: float = 300) -> None:
        end = time.monotonic() + seconds
        while not ready():
            assert time.monotonic() < end, self.said
            time.sleep(0.1)

    def children(self) -> list[int]:
        """Ids of the processes it has started."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[1]) == self.process.pid and fields[0] != "Z":
                found.append(int(stat.parent.name))
        return found


def alive(number: int) -> bool:
    """Whether a process runs."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextmanager
def server(folder: Path, *options: str) -> Iterator[Server]:
    """`openbaclofen serve` on a free port, with its temporary files in a folder of its own."""
    (folder / "tmp").mkdir()
    command = [
        sys.executable,
        "-c",
        "from openbaclofen.apps.cli import main; main()",
        "serve",
        "--port",
        "0",
        "--no-warm",
        *options,
    ]
    environment = {**os.environ, "TMPDIR": str(folder / "tmp")}
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, env=environment, cwd=folder)
    found = Server(process, "", folder)
    try:
        found.until(lambda: re.search(r"running on (http://\S+)", found.said) or process.poll() is not None)
        listening = re.search(r"running on (http://\S+)", found.said)
        assert listening, found.said
        found.url = listening[1]
        yield found
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
