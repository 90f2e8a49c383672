"""The studies of the knowledge base go in; arrays of their designs, and the same people for each of them, come out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from openbaclofen.facts import KnowledgeBase
from openbaclofen.normals import normals
from openbaclofen.units import AbsoluteGFR

NEVER_H = 1000.0  # a dose that is repeated this late is a single one
PEOPLE = 2 * 4**2
DIFFER = ("clearance", "volume", "absorption_rate", "transit_time")
ALIKE = 1 + 2 * len(DIFFER)
STEP = 1 / 10
_SEED = 1


class Designs(NamedTuple):
    """One entry for each study, in the order of `names`; times (studies, samples) are padded with repeats of the last."""

    dose_mg: np.ndarray
    every_h: np.ndarray
    times_h: np.ndarray
    sampled: np.ndarray  # (studies, samples) whether a sample is one
    terminal: np.ndarray  # (studies, samples) whether it may count for the terminal slope
    assay: np.ndarray  # ng/mL
    weight: np.ndarray  # kg
    creatinine_clearance: np.ndarray  # L/h
    child: np.ndarray


def designs(kb: KnowledgeBase) -> tuple[list[str], Designs]:
    """Names of the studies, and their designs."""
    studies = list(kb.studies.values())
    most = max(len(s.sampling_h) for s in studies)
    times = np.array([s.sampling_h + s.sampling_h[-1:] * (most - len(s.sampling_h)) for s in studies])
    sampled = np.arange(most) < np.array([len(s.sampling_h) for s in studies])[:, None]
    found = Designs(
        dose_mg=np.array([s.dose_mg for s in studies]),
        every_h=np.array([s.every_h or NEVER_H for s in studies]),
        times_h=times,
        sampled=sampled,
        terminal=sampled & (times >= np.array([s.terminal_from_h for s in studies])[:, None]),
        assay=np.array([s.assay_ng_per_ml for s in studies]),
        weight=np.array([s.weight_kg for s in studies]),
        creatinine_clearance=np.array([AbsoluteGFR(s.creatinine_clearance_ml_min).to("L/h") for s in studies]),
        child=np.array([s.group == "child" for s in studies]),
    )
    return [s.id for s in studies], found


def deviates() -> np.ndarray:
    """Standard normal deviates (effects, ALIKE + PEOPLE).

    First the typical person, then one a STEP above and one a STEP below in each effect, then people with mean 0, variance 1 and
    no correlation.
    """
    z = normals(_SEED, [f"study {name}" for name in DIFFER], PEOPLE)
    z = z - z.mean(axis=1, keepdims=True)
    z = np.linalg.solve(np.linalg.cholesky(z @ z.T / PEOPLE), z)
    apart = STEP * np.eye(len(DIFFER))
    return np.concatenate([np.zeros((len(DIFFER), 1)), apart, -apart, z], axis=1)
