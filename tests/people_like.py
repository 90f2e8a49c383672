"""Age, weight and kidney function go in; the typical person of the knowledge base comes out, for published figures."""

from __future__ import annotations

import numpy as np

from openbaclofen.cascade import Parameters
from openbaclofen.facts import load
from openbaclofen.infer import typical
from openbaclofen.patient.kidney import KidneyFunction
from openbaclofen.patient.person import Patient
from openbaclofen.population import Typical, parameters
from openbaclofen.units import AbsoluteGFR, Age, Weight

KB = load()
TID = np.array([9.0, 14.0, 21.0])


def row(name: str) -> float:
    """The figure of an evidence row."""
    value = KB.evidence[name].value
    assert value is not None
    return value


def like(clearance: float = 110.0, age: float = 40.0, weight: float = 70.0) -> Typical:
    """People with this creatinine clearance in mL/min."""
    kidney = KidneyFunction(absolute=AbsoluteGFR(clearance), cockcroft_gault=AbsoluteGFR(clearance))
    return typical(Patient(age=Age(age), weight=Weight(weight)), kidney, KB)


def middle(of: Typical) -> Parameters:
    """The typical person alone."""
    return parameters({name: np.array([known.value]) for name, known in of.known.items()})
