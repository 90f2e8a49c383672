"""The knowledge base goes in; the hooks that are offered, with what each needs to be sent, come out."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from openbaclofen.facts import KnowledgeBase, load

SELECT, SIGN = "order-select", "order-sign"
SERVICES = {f"openbaclofen-{hook}": hook for hook in (SELECT, SIGN)}
LOINC = "http://loinc.org"
NEWEST = 50
SAYS = {
    SELECT: "What label and guidance forbid or warn of, as soon as a medicine is chosen for someone on baclofen",
    SIGN: "What label and guidance say about a baclofen order before it is signed",
}
MEASURED = ("creatinine", "egfr", "weight", "height", "baclofen_serum", "pregnancy_status")


def discovery() -> dict[str, Any]:
    """The document of `GET /cds-services`."""
    return {"services": [_service(name, hook) for name, hook in SERVICES.items()]}


def _service(name: str, hook: str) -> dict[str, Any]:
    return {
        "hook": hook,
        "id": name,
        "title": "openbaclofen: baclofen orders",
        "description": f"{SAYS[hook]}. No simulation takes part; nothing is kept.",
        "prefetch": prefetch(),
        "usageRequirements": "Needs the Patient; says what it cannot tell where other data are not sent.",
    }


@lru_cache(maxsize=1)
def prefetch() -> dict[str, str]:
    """What to send along, by key. What a key is missing for is not known; an empty bundle says that there is none."""
    of = "patient={{context.patientId}}"
    return {
        "patient": "Patient/{{context.patientId}}",
        "conditions": f"Condition?{of}",
        "allergies": f"AllergyIntolerance?{of}",
        "medications": f"MedicationRequest?{of}&status=active",
        "statements": f"MedicationStatement?{of}&status=active",
        "observations": f"Observation?{of}&code={_codes(load())}&_sort=-date&_count={NEWEST}",
    }


TYPES = {
    "conditions": "Condition",
    "allergies": "AllergyIntolerance",
    "medications": "MedicationRequest",
    "statements": "MedicationStatement",
}


def _codes(kb: KnowledgeBase) -> str:
    """LOINC codes of what a case reads."""
    return ",".join(f"{LOINC}|{c.code}" for c in kb.codes if c.system == "loinc" and c.concept in MEASURED)
