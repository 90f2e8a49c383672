"""A usual person goes in; what the page and callers ask first comes out, to be answered once before anybody waits for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

PERSON = {
    "age": "46 a",
    "sex": "female",
    "weight": "62 kg",
    "height": "168 cm",
    "creatinine": "0.8 mg/dL",
    "conditions": ["multiple_sclerosis"],
    "allergies": [],
    "medicines": [],
    "pregnant": "no",
    "breastfeeding": "no",
    "alcohol": "none",
    "dialysis": "none",
    "ashworth": "3",
    "spasticity_supports_function": "no",
}
STEPS = "5 mg TID for 3 d, then 10 mg TID for 3 d, then 15 mg TID"
CASE = {"date": "2026-01-01", "region": "US", "current": "none", "question": "start", "patient": PERSON, "therapy": STEPS}
TAKING = {**CASE, "question": "adjust", "current": "10 mg TID", "therapy": "15 mg TID"}
RUNS = {"route": "intrathecal", "programme": "250 ug/d continuous", "catheter_tip": "T10", "concentration": "500 ug/mL"}
PUMP = {**CASE, "question": "adjust", "therapy": RUNS, "current": {**RUNS, "since": "2025-01-01"}}
SWALLOWED = "600 mg"
INGESTION = {
    **{key: value for key, value in CASE.items() if key != "therapy"},
    "question": "ingestion",
    "events": [{"kind": "ingestion", "amount": SWALLOWED, "after": "2 h", "charcoal": "no"}],
}
STOP = {**CASE, "therapy": "none", "question": "stop", "current": {"sig": "20 mg TID", "since": "2 years"}}
SHOWN = ("plasma_ng_per_ml", "csf_ng_per_ml", "modified_ashworth", "sedation")
Asked = tuple[str, Mapping[str, Any]]


def first_asked() -> Iterator[Asked]:
    """Commands and their payloads: what the page asks when it is opened comes first, then its other views."""
    yield _plan(CASE)
    for sig in ("15 mg TID", "10 mg BID", "10 mg QID", "10 mg daily"):
        yield _course(CASE, sig)
    yield _course(CASE, STEPS, "20 mg TID", days=14)
    yield _plan(INGESTION)
    yield _course({**CASE, "question": "check", "therapy": f"{SWALLOWED} once"}, days=3)
    yield _plan(STOP)
    yield _plan(TAKING)
    yield _course(TAKING, "15 mg TID")
    yield _course(PUMP, days=3, quantities=())
    yield "pump", {"case": PUMP, "seed": 1, "failure": ""}


def _plan(case: Mapping[str, Any]) -> Asked:
    return "plan", {"case": case, "seed": 1}


def _course(case: Mapping[str, Any], *sigs: str, days: int = 7, quantities: tuple[str, ...] = SHOWN) -> Asked:
    """As the page asks it."""
    numbers = {"people": 1000, "seed": 1, "days": days, "every_h": 1.0, "numbers_at_most": 1000 * 1000}
    return "course", {"case": case, "regimens": sigs, "quantities": quantities, **numbers}
