"""The largest rate times a duration goes in; how long a series, or how many halvings, its exponential needs comes out."""

from __future__ import annotations

import math

_ROUNDING = 1e-17


def terms_needed(qt: float) -> int:
    """Terms after which the series of expm((A + qI) t) exp(-q t) is complete to rounding: the tail of a Poisson(q t) count."""
    count, term = 0, math.exp(-qt)
    while count < qt or term > _ROUNDING:
        count += 1
        term *= qt / count
    return count


def squarings_needed(qt: float) -> int:
    """Halvings of t after which q t <= 1."""
    return math.ceil(math.log2(max(qt, 1.0)))
