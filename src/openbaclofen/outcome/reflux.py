"""Plasma concentration goes in; how much less often the lower oesophageal sphincter relaxes comes out."""

from __future__ import annotations

from typing import Any, NamedTuple

from openbaclofen.arrays import Numbers


class Reflux(NamedTuple):
    """One value for each person, shape (people,)."""

    half: Numbers  # ng/mL in plasma that halve the rate of transient relaxations


def relaxations_left(reflux: Reflux, plasma_ng_per_ml: Numbers) -> Any:
    """1 / (1 + C / half): transient relaxations as a share of those without drug, (..., people)."""
    return 1 / (1 + plasma_ng_per_ml / reflux.half)
