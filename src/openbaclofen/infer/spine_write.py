"""A fit of spinal fluid goes in; the file of facts that it stands for, the same bytes for the same fit, comes out.

`python -m openbaclofen.infer.spine_write` fits and writes.
"""

from __future__ import annotations

import io
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
from ruamel.yaml import YAML

from openbaclofen.facts import KnowledgeBase, load
from openbaclofen.facts.files import KNOWLEDGE
from openbaclofen.facts.schema import Fact, Spread
from openbaclofen.infer.spine_fit import FITTED, NAMES, SpineFit, fit
from openbaclofen.infer.spine_typical import CORRELATION

FILE = "physiology/spine_calibrated.yaml"
_WIDTH = 100
_COUNTS_FROM = 1 / 10
_HEADER = """# Written by `python -m openbaclofen.infer.spine_write`: do not edit. What was believed before the
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
    yaml = YAML()
    yaml.width = _WIDTH
    yaml.default_flow_style = False
    out = io.StringIO()
    for fact in [*(_fact(kb, of, i) for i in range(len(NAMES))), _correlation(of)]:
        out.write("\n" if out.tell() else "")
        yaml.dump([fact.model_dump(mode="json", exclude_defaults=True, exclude_none=True)], out)
    return _HEADER + out.getvalue()


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


def write(kb: KnowledgeBase, of: SpineFit, folder: Path = KNOWLEDGE) -> Path:
    """Write the facts of a fit into a knowledge folder and give the path."""
    path = folder / FILE
    path.write_text(text(kb, of), encoding="utf-8")
    return path


def main() -> int:
    """Fit and write. Returns the exit status."""
    kb = load()
    found = fit(kb)
    sys.stdout.write(f"{write(kb, found)}: {len(found.targets)} rows, half the sum of squares {found.cost:.3f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
