"""The knowledge base goes in; the people, doses and kidneys that behaviours are shown at come out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from openbaclofen.facts import KnowledgeBase

if TYPE_CHECKING:
    from openbaclofen.cascade import Parameters
    from openbaclofen.population import Typical

LADDER = "ADULT-TITR-US"  # the doses that behaviours are shown at
REDUCED = "RENAL-AJKD-30-60"  # the kidney function that they are compared at


def like(kb: KnowledgeBase, clearance: float | None = None) -> Typical:
    """Adults of reference weight with this creatinine clearance, mL/min (None: healthy)."""
    from openbaclofen.infer import typical
    from openbaclofen.patient.kidney import KidneyFunction
    from openbaclofen.patient.person import Patient
    from openbaclofen.units import AbsoluteGFR, Age, Weight

    rate = AbsoluteGFR(kb.value("calibration.healthy_clearance") if clearance is None else clearance)
    patient = Patient(age=Age(40), weight=Weight(kb.value("clearance.reference_weight")))
    return typical(patient, KidneyFunction(absolute=rate, cockcroft_gault=rate), kb)


def middle(of: Typical) -> Parameters:
    """The typical one of these people."""
    from openbaclofen.population import parameters

    return parameters({name: np.array([known.value]) for name, known in of.known.items()})


def doses_of(kb: KnowledgeBase) -> list[float]:
    """The doses, mg, that adults climb by."""
    schedule = kb.rules[LADDER].schedule
    assert schedule is not None
    assert schedule.steps is not None
    return [step["mg_per_dose"] for step in schedule.steps]


def clock_of(kb: KnowledgeBase) -> np.ndarray:
    """The hours of three doses a day."""
    return np.array(kb.facts["dosing_times.TID"].value, dtype=float)


def reduced(kb: KnowledgeBase) -> tuple[float, float]:
    """The filtration rates between which guidance lowers the dose."""
    when = kb.rules[REDUCED].when
    assert when.egfr_gte is not None
    assert when.egfr_lt is not None
    return when.egfr_gte, when.egfr_lt


def responder(kb: KnowledgeBase) -> Parameters:
    """The typical one of those who respond by mouth."""
    from openbaclofen.parameters import parameters

    return parameters({name: np.array([known.value]) for name, known in like(kb).known.items()} | {"responding": np.ones(1)})
