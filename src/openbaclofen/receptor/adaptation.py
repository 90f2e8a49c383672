"""What adapts at one site of the nervous system: its rates, its state, and what is known of it between times.

Two slow states, each linear once its drive is known. Receptor number answers occupancy; the opponent drive answers the effect
of the drug, which depends on number but not on the opponent: so nothing is iterated.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from openbaclofen.arrays import Numbers

# The mean of f over a step h is END (f0 + f1) + MIDDLE f(h/2) + TURN h (f0' - f1') for polynomials up to the fifth power.
END, MIDDLE, TURN = map(float, np.linalg.solve([[2, 0**k, -4 * k] for k in (0, 2, 4)], [1 / (k + 1) for k in (0, 2, 4)]))
LATE = 1 / (3 * 4)  # of a drive that rises by d over a step, what leaves at the rate k feels k h d / 12 more than the mean


class Adaptation(NamedTuple):
    """One value for each person, shape (people,)."""

    affinity: Numbers  # umol/L of R-baclofen that occupies half of the receptors
    recovery_rate: Numbers  # 1/h, of receptor number towards that without drug
    loss_rate: Numbers  # 1/h, of occupied receptors
    opponent_rate: Numbers  # 1/h, of the opponent drive towards the effect


class Adapted(NamedTuple):
    """A site at one time (people,) or at many (times, people). The two drives are kept so that the next step can use them."""

    number: Any  # receptors, as a share of those without drug
    opponent: Any  # opponent drive, within the range of the effects that drove it
    occupancy: Any  # share of the receptors that are there
    effect: Any  # share of the function that the drug takes away, at this number, without the opponent


class Inside(NamedTuple):
    """What is known of a course between times, (times, people) each."""

    middle: Any  # in the middle of the step that ends at each time
    slope: Any  # per h, at each time


def untouched(people: int) -> Adapted:
    """A site that has not met the drug."""
    none = np.zeros(people)
    return Adapted(none + 1, none, none, none)


def occupancy(adaptation: Adaptation, umol_per_l: Numbers) -> Any:
    """C / (C + K), share of receptors that R-baclofen occupies."""
    return umol_per_l / (umol_per_l + adaptation.affinity)
