"""A fit of spinal fluid goes in; the file of facts that it stands for, the same bytes for the same fit, comes out."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import Fact, Spread
from openbaclofen.infer.rewrite_facts import as_yaml
from openbaclofen.infer.spine_fit import FITTED, NAMES, SpineFit
from openbaclofen.infer.spine_typical import CORRELATION

FILE = "physiology/spine_calibrated.yaml"
_COUNTS_FROM = 1 / 10
_HEADER = """# Written by `openbaclofen calibrate --part spine`: do not edit. What was believed before the
# fit and how the studies were done stand in spine_beliefs.yaml, the figures in evidence/intrathecal.csv.
"""
_TOLD = {  # fact -> title, words
    "spine.area": ("Area of fluid across the canal, adult", ["subarachnoid area", "spinal fluid"]),
    "spine.cranial_volume": ("Fluid within the skull that drug mixes with, adult", ["CSF volume", "cisternal"]),
    "spine.mixing": ("Mixing along the cord by pulsation, effective dispersion", ["D_eff", "dispersion", "pulsation"]),
    "spine.cranial_exchange": ("Exchange of fluid between canal and skull", ["cisternal", "foramen magnum"]),
    "spine.clearance": ("Loss of baclofen from the fluid along the cord to blood, adult", ["CSF clearance", "CL"]),
    "spine.cranial_clearance": ("Loss of baclofen from the fluid within the skull to blood", ["CSF clearance", "CL"]),
    "variability.spine_clearance": ("Spread of loss from spinal fluid between people", ["IIV", "variability"]),
    "variability.spine_mixing": ("Spread of mixing along the cord between people", ["IIV", "variability"]),
}


def text(kb: KnowledgeBase, of: SpineFit) -> str:
    """The facts of a fit as YAML."""
    return _HEADER + as_yaml([*(_fact(kb, of, i) for i in range(len(NAMES))), _correlation(of)])


def _fact(kb: KnowledgeBase, of: SpineFit, i: int) -> Fact:
    name = NAMES[i]
    belief, (title, words) = kb.facts[FITTED[name]], _TOLD[name]
    believed = belief.ignorance
    factor = believed.factor if believed and believed.factor else 1.0
    moved = np.abs(of.slopes[:, i] * of.log_sd[i] / of.error)
    learned = max(float(of.learned[i]), 0.0)
    said = f"Before the rows {belief.value:g} within a factor of {factor:g}; they took away {learned:.0%} of that spread."
    return Fact(
        id=name,
        title=title,
        words=words,
        unit=belief.unit,
        value=float(f"{of.values[name]:.4g}"),
        kind="calibrated",
        grade="calibrated" if learned > 0.5 else "extrapolated",
        ignorance=Spread(
            form="lognormal", cv=float(f"{np.sqrt(np.expm1(of.log_sd[i] ** 2)):.3g}"), kind="calibrated", why=said
        ),
        evidence=[t.row.id for t, m in zip(of.targets, moved, strict=True) if m >= _COUNTS_FROM],
        disagree=belief.disagree,
        why=belief.why,
    )


def _correlation(of: SpineFit) -> Fact:
    r = of.covariance / np.outer(of.log_sd, of.log_sd)
    return Fact(
        id=CORRELATION,
        title="Correlation of what is not known well about spinal fluid, between the logarithms of two calibrated facts",
        value={f"{NAMES[i]} {NAMES[j]}": float(f"{r[i, j]:.4f}") for i, j in combinations(range(len(NAMES)), 2)},
        kind="calibrated",
        evidence=[t.row.id for t in of.targets],
        why="From the curvature of the fit at its best values. Draws of what is not known take these together.",
    )
