"""Concentrations of R-baclofen at one site of the nervous system go in; its adaptation over time comes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from openbaclofen.arrays import Numbers, followed, library
from openbaclofen.receptor.adaptation import END, LATE, MIDDLE, TURN, Adaptation, Adapted, Inside, occupancy

Effect = Callable[[Any, Any], Any]  # (umol/L of R-baclofen, receptor number) to a share from 0 to 1


def number_over(
    adaptation: Adaptation, before: Adapted | None, occupied: Numbers, hours: Numbers, inside: Inside | None = None
) -> Any:
    """Receptor number at each of several times, (times, people): dN/dt = k_rec (1 - N) - k_loss occ N.

    Solved over every step for its mean drive (`mean_drive`), which what comes late in a step outweighs: 0 < N <= 1 at any
    step. before: the site before the first time, None for a cycle that has been repeated for ever. hours (times,): since the
    time before, the first since `before`, or since the last time of the cycle; 0 leaves the state as it is.
    """
    since, first = _beside(hours, occupied), earlier(before and before.occupancy, occupied)
    recovering, losing = since * adaptation.recovery_rate, since * adaptation.loss_rate
    held = mean_drive(first, occupied, since, inside)
    leaving = recovering + losing * held
    late = recovering + losing * _felt(held, first, occupied, leaving)
    return _followed(
        before and before.number, library(late).exp(-leaving), recovering / library(late).where(late > 0, late, 1.0)
    )


def opponent_over(
    adaptation: Adaptation, before: Adapted | None, felt: Numbers, hours: Numbers, inside: Inside | None = None
) -> Any:
    """The opponent drive at each of several times, (times, people): dM/dt = k_M (E - M), within the range of E; see above."""
    since, first = _beside(hours, felt), earlier(before and before.effect, felt)
    leaving = since * adaptation.opponent_rate
    aim = _felt(mean_drive(first, felt, since, inside), first, felt, leaving)
    return _followed(before and before.opponent, library(aim).broadcast_to(library(leaving).exp(-leaving), felt.shape), aim)


def over(adaptation: Adaptation, before: Adapted | None, umol_per_l: Numbers, effect: Effect, hours: Numbers) -> Adapted:
    """The site at each of several times, (times, people), for concentrations umol_per_l (times, people); see `number_over`.

    The last of them is the `before` of the next call.
    """
    occupied = occupancy(adaptation, umol_per_l)
    number = number_over(adaptation, before, occupied, hours)
    felt = effect(umol_per_l, number)
    return Adapted(number, opponent_over(adaptation, before, felt, hours), occupied, felt)


def earlier(before: Numbers | None, values: Numbers) -> Any:
    """What was at the time before each; before the first, `before`, or the last where it comes round again."""
    first = values[-1] if before is None else before
    return library(values, first).concatenate([first[None], values[:-1]])


def mean_drive(first: Numbers, last: Numbers, since: Numbers, inside: Inside | None) -> Any:
    """Mean of a drive from 0 to 1 over each step: by its ends alone, or also by its middle and its slopes at both ends.

    The slope before the first time is taken to be the last, as in a cycle; a course begins with a step of 0 h.
    """
    if inside is None:
        return 0.5 * (first + last)
    turn = since * (earlier(None, inside.slope) - inside.slope)
    return library(first, last).clip((first + last) * END + inside.middle * MIDDLE + turn * TURN, 0.0, 1.0)


def _felt(held: Numbers, first: Numbers, last: Numbers, leaving: Numbers) -> Any:
    """The mean with what comes late in the step counted more, since less of it has left again."""
    of = library(held, leaving)
    return of.clip(held + (last - first) * of.minimum(leaving * LATE, 0.5), 0.0, 1.0)


def _beside(hours: Numbers, values: Numbers) -> Any:
    """hours (times,) shaped to stand beside values (times, ...)."""
    return library(hours, values).asarray(hours, dtype=float).reshape(-1, *(1,) * (values.ndim - 1))


def _followed(start: Numbers | None, kept: Numbers, aim: Numbers) -> Any:
    """x_i = aim_i + (x_{i-1} - aim_i) kept_i from x_{-1} = start, (times, people).

    start None: that of a cycle. Once around, x becomes A x + B, so x = B / (1 - A), with A all that is kept.
    """
    of = library(kept, aim)
    if start is None:
        start = _followed(of.zeros_like(kept[0]), kept, aim)[-1] / (1 - of.prod(kept, axis=0))
    if followed(kept) or followed(aim):
        return _scanned(of.asarray(start), kept, aim)
    found, x = np.empty_like(aim), np.asarray(start)
    for i, (keeps, goal) in enumerate(zip(kept, aim, strict=True)):
        np.subtract(x, goal, out=found[i])
        np.multiply(found[i], keeps, out=found[i])
        x = np.add(found[i], goal, out=found[i])
    return found


def _scanned(start: Numbers, kept: Numbers, aim: Numbers) -> Any:
    """The same by jax."""
    from openbaclofen.traced import jax

    def step(x: Any, given: tuple[Any, Any]) -> tuple[Any, Any]:
        later = given[1] + (x - given[1]) * given[0]
        return later, later

    return jax.lax.scan(step, start, (kept, aim))[1]
