"""A fit of reflex and spasticity goes in; the file of facts that it stands for, the same bytes for the same fit, comes out."""

from __future__ import annotations

import numpy as np

from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import Spread
from openbaclofen.infer.rewrite_facts import Estimate, correlation_fact, informing, rewritten
from openbaclofen.infer.spasticity_fit import CORRELATION, NINETY, PRIOR, SpasticityFit
from openbaclofen.infer.typical import known_of

FILE = "mechanism/spasticity_calibrated.yaml"
_COUNTS_FROM = 1 / 10
_HEADER = """# `openbaclofen calibrate --part spasticity` writes value, ignorance and evidence: do not edit those. What was
# believed before the fit stands in outcome/spasticity_beliefs.yaml, how studies were done in outcome/spasticity_studies.yaml.
"""


def text(kb: KnowledgeBase, of: SpasticityFit) -> str:
    """The facts of a fit as YAML."""
    rows = [row for row, *_ in of.rows]
    sd = np.sqrt(np.diag(of.covariance))
    told = informing(of.names, rows, of.slopes, sd, _COUNTS_FROM)
    found = {
        name: Estimate(of.values[name], _spread(kb, name, of.z[i], sd[i], of.learned[name]), told[name])
        for i, name in enumerate(of.names)
    }
    title = "Correlation of what is not known well about reflex and spasticity, between two calibrated facts"
    return rewritten(kb, found, correlation_fact(CORRELATION, title, of.names, of.covariance / np.outer(sd, sd), rows), _HEADER)


def _spread(kb: KnowledgeBase, name: str, z: float, sd: float, learned: float) -> Spread:
    """90 % interval of a fact, of the form of its belief."""
    known = known_of(kb, PRIOR + name)
    low, middle, high = (float(x) for x in known.drawn(z + np.array([-NINETY, 0, NINETY]) * sd))
    why = f"The rows took away {max(learned, 0):.0%} of the belief's spread."
    if known.ignorance and known.ignorance.form == "uniform":
        return Spread(form="uniform", low=float(f"{low:.3g}"), high=float(f"{high:.3g}"), kind="calibrated", why=why)
    return Spread(form="factor", factor=float(f"{high / middle:.3g}"), kind="calibrated", why=why)
