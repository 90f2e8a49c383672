"""Random people, regimens, sessions and failing kidneys go in; a general ODE solver must find the same amounts."""

from __future__ import annotations

import diffrax
import numpy as np
import pytest
from tests.virtual import parameters

from openbaclofen.body.oral import Body
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Observe, observe
from openbaclofen.traced import Array, jax, jnp

PEOPLE, DOSES, DAYS = 200, 12, 4.0
SEEN = ("gut3", "central", "peripheral", "csf", "urine", "dialysate")


def slopes(t: Array, y: Array, body: Body) -> Array:
    """The equations written out: two transit steps, absorption, two compartments, spinal fluid, urine, dialysate."""
    gut1, gut2, gut3, central, peripheral, csf, _, _ = y
    plasma, tissue = central / body.central_volume, peripheral / body.peripheral_volume
    absorbed = body.absorption_rate * gut3
    to_csf = body.csf_rate * body.csf_volume * body.csf_ratio * plasma - body.csf_rate * csf
    exchange = body.distribution_clearance * (plasma - tissue)
    lost = body.renal_clearance + body.nonrenal_clearance + body.milk_clearance + body.dialysis_clearance
    return jnp.stack(
        [
            -body.transit_rate * gut1,
            body.transit_rate * (gut1 - gut2),
            body.transit_rate * gut2 - absorbed,
            body.bioavailability * absorbed - lost * plasma - exchange - to_csf,
            exchange,
            to_csf,
            body.renal_clearance * plasma,
            body.dialysis_clearance * plasma,
        ]
    )


@jax.jit
@jax.vmap
def by_solver(bodies: Body, hour: Array, mg: Array, physiology: Array) -> Array:
    """Amounts of one person before each happening, (happenings, 8). bodies: fields (physiologies,); the rest (happenings,)."""

    def until_next(carry: tuple[Array, Array], happening: tuple[Array, Array, Array]) -> tuple[tuple[Array, Array], Array]:
        y, now = carry
        then, dose, which = happening
        term, body = diffrax.ODETerm(slopes), jax.tree.map(lambda field: field[which], bodies)
        control = diffrax.PIDController(rtol=1e-10, atol=1e-12)
        moved = diffrax.diffeqsolve(
            term, diffrax.Dopri8(), now, then, None, y, body, stepsize_controller=control, max_steps=20000
        )
        assert moved.ys is not None
        arrived = jnp.where(then > now, moved.ys[-1], y)
        return (arrived.at[0].add(dose), then), arrived

    return jax.lax.scan(until_next, (jnp.zeros(8), hour[0] - 1e-3), (hour, mg, physiology))[1]


@pytest.mark.parametrize("even", [True, False])
def test_random_people_regimens_and_physiologies_agree(even: bool) -> None:
    random, people = np.random.default_rng(8), parameters(PEOPLE, seed=8)
    body = people.body
    worse = body._replace(renal_clearance=body.renal_clearance * random.uniform(0.1, 0.9, PEOPLE))
    dialysed = worse._replace(dialysis_clearance=random.uniform(1, 16, PEOPLE))
    changes = [(31.7, 1), (50.25, 2), (54.25, 1), (70.0, 0)]
    at = np.sort(random.uniform(0, DAYS * 24, (PEOPLE, DOSES)), axis=1)
    mg = random.choice([0.0, 5.0, 10.0, 20.0, 100.0], (PEOPLE, DOSES))
    times = np.arange(0.0, DAYS * 24 + 1, 4.0) if even else np.sort(random.uniform(0, DAYS * 24, 25))
    of = (body, worse, dialysed)
    seen = observe(people, Doses(at, mg), times, Observe((), SEEN), later=[(hour, of[which]) for hour, which in changes])
    solved = _solved(of, at, mg, times, changes)
    for name, column in zip(SEEN, (2, 3, 4, 5, 6, 7), strict=True):
        found, expected = seen[f"mg {name}"], solved[:, :, column]
        assert np.max(np.abs(found - expected) / (np.abs(expected) + 1e-3)) < 1e-7, name


def _solved(
    of: tuple[Body, ...], at: np.ndarray, mg: np.ndarray, times: np.ndarray, changes: list[tuple[float, int]]
) -> np.ndarray:
    """Amounts at the times, (people, times, 8)."""
    seen_at, change_at = (
        np.broadcast_to(times, (PEOPLE, len(times))),
        np.broadcast_to([h for h, _ in changes], (PEOPLE, len(changes))),
    )
    hour = np.concatenate([seen_at, at, change_at], axis=1)
    dose = np.concatenate([np.zeros_like(seen_at), mg, np.zeros_like(change_at)], axis=1)
    kind = np.concatenate([np.zeros_like(seen_at), np.ones_like(at), np.ones_like(change_at)], axis=1)
    order = np.lexsort((kind, hour), axis=1)
    hour, dose = (np.take_along_axis(a, order, axis=1) for a in (hour, dose))
    starts, which = np.array([-np.inf, *(h for h, _ in changes)]), np.array([0, *(w for _, w in changes)])
    physiology = which[np.searchsorted(starts, hour, side="left") - 1]  # the one that holds until this happening
    bodies = jax.tree.map(lambda *fields: np.stack(fields, axis=1), *of)
    before = np.asarray(by_solver(bodies, hour, dose, physiology))
    place = np.argsort(order, axis=1)[:, : len(times)]
    return np.take_along_axis(before, place[:, :, None], axis=1)
