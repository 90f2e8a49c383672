"""A calibration goes in; the file of facts that it stands for, the same bytes for the same fit, comes out."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np

from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.files import KNOWLEDGE
from openbaclofen.facts.schema import Fact, Spread
from openbaclofen.infer.calibrate import Calibration
from openbaclofen.infer.joint import CORRELATION
from openbaclofen.infer.rewrite_facts import as_yaml

FILE = "drug/calibrated.yaml"
_HEADER = """# Written by `openbaclofen calibrate`: do not edit. What is fitted, what was believed before it and how
# the studies were done stand in calibration/, the figures in evidence/oral_pk.csv.
"""


def write(kb: KnowledgeBase, calibration: Calibration, folder: Path = KNOWLEDGE) -> Path:
    """Write the facts of a calibration into a knowledge folder and give the path."""
    path = folder / FILE
    path.write_text(text(kb, calibration), encoding="utf-8")
    return path


def text(kb: KnowledgeBase, calibration: Calibration) -> str:
    """The facts of a calibration as YAML."""
    facts = [_fact(kb, calibration, name) for name in calibration.names] + [_correlation(calibration)]
    return _HEADER + as_yaml(facts)


def _fact(kb: KnowledgeBase, calibration: Calibration, name: str) -> Fact:
    known = kb.parameters[name]
    i = calibration.names.index(name)
    sd, rows = calibration.log_sd[i], calibration.informs(name)
    cv = float(np.sqrt(np.expm1(sd**2)))
    said = (
        f"Before the rows {known.value:g} within a factor of {known.factor:g}; they took away "
        f"{max(calibration.learned[i], 0.0):.0%} of that spread."
    )
    return Fact(
        id=name,
        title=known.title,
        words=known.words,
        symbol=known.symbol,
        unit=known.unit,
        value=float(f"{calibration.values[name]:.4g}"),
        kind="calibrated",
        grade=known.grade,
        ignorance=Spread(form="lognormal", cv=float(f"{cv:.3g}"), kind="calibrated", why=said),
        evidence=rows,
        disagree=known.disagree,
        sources=known.sources,
        why=known.why,
    )


def _correlation(calibration: Calibration) -> Fact:
    pairs = combinations(range(len(calibration.names)), 2)
    names, r = calibration.names, calibration.correlation
    return Fact(
        id=CORRELATION,
        title="Correlation of what is not known well, between the logarithms of two calibrated facts",
        value={f"{names[i]} {names[j]}": told for i, j in pairs if (told := float(f"{r[i, j]:.4f}"))},
        kind="calibrated",
        evidence=[row.row for row in calibration.rows],
        why="From the curvature of the fit at its best values; pairs that are not named have none. Draws of what is not known "
        "take these together.",
    )
