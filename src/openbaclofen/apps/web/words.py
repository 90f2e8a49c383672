"""The knowledge base goes in; the lists that a form offers come out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from openbaclofen.case import people, read, therapies
from openbaclofen.case.fields import bounds
from openbaclofen.case.record import EVENT_KINDS, OBSERVATION_KINDS, CaseRegion, Question
from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.base import Form

BOUNDS = ("age", "weight", "height", "creatinine", "egfr", "ashworth", "gestation")


def words(kb: KnowledgeBase, told: Mapping[str, Any]) -> dict[str, Any]:
    """The document of `GET /v1/words`. told: what a worker says of the model."""
    return {
        "schema": "openbaclofen/words/1",
        "conditions": [
            {"key": t.key, "title": t.title, "words": list(t.words), "origin": t.spasticity_origin or ""}
            for t in kb.conditions.values()
        ],
        "medicines": sorted({row["name"] for row in kb.medicine_names}),
        "regions": list(get_args(CaseRegion)),
        "origins": ["spinal", "cerebral"],
        "questions": list(get_args(Question)),
        "sexes": ["female", "male"],
        "alcohol": ["none", "occasional", "daily"],
        "forms": list(get_args(Form)),
        "products": [
            {"id": p.id, "form": p.form, "strength_mg": p.strength_mg, "regions": list(p.regions)} for p in kb.products.values()
        ],
        "kidney_equations": list(kb.kidney_equations),
        "events": list(EVENT_KINDS),
        "observations": list(OBSERVATION_KINDS),
        "patient_keys": list(people.KEYS),
        "case_keys": list(read.KEYS),
        "pump_keys": list(therapies.PUMP_KEYS),
        "quantities": told["quantities"],
        "bounds": {name: _bounds(kb, name) for name in BOUNDS},
    }


def _bounds(kb: KnowledgeBase, name: str) -> dict[str, Any]:
    low, high = bounds(name)
    return {"low": low, "high": high, "unit": kb.facts[f"plausible.{name}"].unit}
