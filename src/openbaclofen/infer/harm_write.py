"""A fit of unwanted effects goes in; the file of facts that it stands for, the same bytes for the same fit, comes out."""

from __future__ import annotations

import numpy as np

from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import Spread
from openbaclofen.infer.harm_fit import PRIOR, HarmFit
from openbaclofen.infer.harms import CORRELATION
from openbaclofen.infer.rewrite_facts import Estimate, correlation_fact, informing, rewritten

FILE = "outcome/harms_calibrated.yaml"
_COUNTS_FROM = 1 / 10
_HEADER = """# `openbaclofen calibrate --part harms` writes value, ignorance and evidence: do not edit those. What was
# believed before the fit stands in harm_priors.yaml, how studies were done in harm_studies.yaml.
"""


def text(kb: KnowledgeBase, of: HarmFit) -> str:
    """The facts of a fit as YAML; facts that are derived by hand and only checked by the fit are not among them."""
    rows, sd = list(of.rows), of.log_sd
    told = informing(of.names, rows, of.slopes, sd, _COUNTS_FROM)
    found = {
        name: Estimate(of.values[name], _spread(kb, name, sd[i], of.learned[name]), told[name])
        for i, name in enumerate(of.names)
        if kb.facts[name].kind == "calibrated"
    }
    title = "Correlation of what is not known well about unwanted effects, between the logarithms of two calibrated facts"
    return rewritten(kb, found, correlation_fact(CORRELATION, title, of.names, of.correlation, rows), _HEADER)


def _spread(kb: KnowledgeBase, name: str, sd: float, learned: float) -> Spread:
    belief = kb.facts[PRIOR + name]
    factor = belief.ignorance.factor if belief.ignorance and belief.ignorance.factor else 1.0
    before = f"Before the rows {belief.value:g} within a factor of {factor:g}"
    said = f"{before}; they took away {max(learned, 0):.0%} of that spread."
    return Spread(form="lognormal", cv=float(f"{np.sqrt(np.expm1(sd**2)):.3g}"), kind="calibrated", why=said)
