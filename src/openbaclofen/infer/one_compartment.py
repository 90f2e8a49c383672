"""Levels at steady state go in; what a model of one compartment with first-order absorption makes of them comes out.

C(t) = D ka / (V (ka - k)) [exp(-k t) / (1 - exp(-k tau)) - exp(-ka t) / (1 - exp(-ka tau))], k = CL / V.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from openbaclofen.traced import Array, jax, jnp

_STEPS = 3 * 10
_LONGEST_STEP = 0.5  # on the log scale
_DAMPING = 1e-6


class OneCompartment(NamedTuple):
    """The fit. misfit: root mean square of log level over log fitted level."""

    absorption_rate: Array
    clearance: Array
    volume: Array
    misfit: Array


def log_level(logs: Array, dose: Array, every_h: Array, times_h: Array) -> Array:
    """Log of mg/L at the times, from logs of ka (1/h), CL/F (L/h) and V/F (L)."""
    ka, clearance, volume = jnp.exp(logs)
    k = clearance / volume

    def left(rate: Array) -> Array:
        return jnp.exp(-rate * times_h) / -jnp.expm1(-rate * every_h)

    ratio = ka / (ka - k) * (left(k) - left(ka)) / volume
    return jnp.log(dose * jnp.maximum(ratio, _DAMPING / volume))


def least_squares(residual: Callable[[Array], Array], start: Array) -> Array:
    """Logs of parameters with the least sum of squared residuals, by Gauss and Newton with a longest step."""

    def step(logs: Array, _: None) -> tuple[Array, None]:
        r, j = residual(logs), jax.jacfwd(residual)(logs)
        normal = j.T @ j
        move = jnp.linalg.solve(normal + _DAMPING * jnp.eye(len(logs)), -j.T @ r)
        return logs + move * jnp.minimum(1.0, _LONGEST_STEP / jnp.maximum(jnp.max(jnp.abs(move)), _DAMPING)), None

    return jax.lax.scan(step, start, length=_STEPS)[0]


def fit(levels: Array, counts: Array, dose: Array, every_h: Array, times_h: Array, start: Array) -> OneCompartment:
    """Least squares on the log scale, for one person; levels in mg/L.

    counts: which samples count. start: logs of ka, CL/F, V/F. Derivatives pass through the steps.
    """
    seen = jnp.log(jnp.where(counts, levels, 1.0))

    def residual(logs: Array) -> Array:
        return jnp.where(counts, seen - log_level(logs, dose, every_h, times_h), 0.0)

    logs = least_squares(residual, start)
    misfit = jnp.sqrt((residual(logs) ** 2).sum() / counts.sum())
    ka, clearance, volume = jnp.exp(logs)
    return OneCompartment(ka, clearance, volume, misfit)
