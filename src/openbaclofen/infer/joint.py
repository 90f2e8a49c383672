"""The calibrated facts go in; how what is not known about one goes with what is not known about another comes out."""

from __future__ import annotations

import numpy as np

from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase

CORRELATION = "calibration.correlation"


def correlation_of(kb: KnowledgeBase) -> tuple[tuple[str, ...], np.ndarray]:
    """The calibrated facts, and the correlation matrix of their logarithms as the calibration wrote it.

    Errors: InputError where the fact that holds it names something that is not calibrated.
    """
    names = tuple(kb.parameters)
    written = kb.facts[CORRELATION].value
    pairs = written if isinstance(written, dict) else {}
    found = np.eye(len(names))
    for pair, r in pairs.items():
        if not set(pair.split()) <= set(names):
            raise InputError(f"{pair} are not calibrated together: calibrate again", CORRELATION)
        i, j = (names.index(name) for name in pair.split())
        found[i, j] = found[j, i] = r
    return names, found
