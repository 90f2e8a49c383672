"""Calibrated facts and new estimates of them go in; the file with those estimates, the same bytes for the same ones, comes out.

What a fit finds (value, what is not known of it, rows it rests on) is replaced; titles, words, grades and reasons stay.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from ruamel.yaml import YAML

from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import Fact, Spread

_WIDTH = 100
_DIGITS = 4


@dataclass(frozen=True)
class Estimate:
    """A fitted fact: its value, what is not known of it now, and the rows that tell of it."""

    value: float
    ignorance: Spread
    rows: Sequence[str]


def rewritten(kb: KnowledgeBase, found: Mapping[str, Estimate], correlation: Fact, header: str) -> str:
    """The text of the file: every fact of `found` in its order, then their correlation, which names all rows of the fit.

    Evidence of a fact that is no row of the fit (what its belief rests on) stays behind those that are.
    """
    fitted = set(correlation.evidence)
    facts = [
        kb.facts[name].model_copy(
            update={
                "value": float(f"{of.value:.{_DIGITS}g}"),
                "kind": "calibrated",
                "ignorance": of.ignorance,
                "evidence": [*of.rows, *(row for row in kb.facts[name].evidence if row not in fitted)],
            }
        )
        for name, of in found.items()
    ]
    return header + as_yaml([*facts, correlation])


def as_yaml(facts: Sequence[Fact]) -> str:
    """Facts as YAML, what is not said left out."""
    yaml = YAML()
    yaml.width = _WIDTH
    yaml.default_flow_style = False
    out = io.StringIO()
    for fact in facts:
        out.write("\n" if out.tell() else "")
        yaml.dump([fact.model_dump(mode="json", exclude_defaults=True, exclude_none=True)], out)
    return out.getvalue()


def correlation_fact(name: str, title: str, names: Sequence[str], correlation: np.ndarray, rows: Sequence[str]) -> Fact:
    """The correlations between the logarithms (or deviations) of facts fitted together; pairs of none are left out."""
    pairs = {(i, j): float(f"{correlation[i, j]:.3f}") for i, j in combinations(range(len(names)), 2)}
    return Fact(
        id=name,
        title=title,
        value={f"{names[i]} {names[j]}": r for (i, j), r in pairs.items() if r},
        kind="calibrated",
        evidence=list(rows),
        why="From the curvature of the fit at its best values; pairs that are not named have none. Draws of what is not known "
        "take these together.",
    )


def informing(
    names: Sequence[str], rows: Sequence[str], slopes: np.ndarray, sd: np.ndarray, least: float
) -> dict[str, list[str]]:
    """The rows that each fact rests on: those a standard deviation of it moves by `least` of their own errors.

    slopes (rows, facts): of the standardised residuals.
    """
    moved = np.abs(slopes * sd)
    return {name: [row for row, m in zip(rows, moved[:, j], strict=True) if m >= least] for j, name in enumerate(names)}
