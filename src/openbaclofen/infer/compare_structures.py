"""People and designs go in; what studies would find in bodies of one, or of three, compartments comes out.

Only calibration compares these: the program itself has two compartments (decision 5).
"""

from __future__ import annotations

from openbaclofen.body.graph import Flow, Graph, Numbers
from openbaclofen.body.oral import NG_PER_ML, Body
from openbaclofen.infer.design import ALIKE, Designs
from openbaclofen.infer.measure import (
    Analysis,
    Measured,
    by_model,
    by_one,
    by_samples,
    from_model,
    from_one_compartment,
    from_samples,
)
from openbaclofen.infer.one_compartment import least_squares
from openbaclofen.infer.people import GRAPH, Values, bodies, levels
from openbaclofen.traced import Array, jax, jnp

PERIPHERAL = ("volume.peripheral_apparent", "volume.distribution_clearance_apparent")
DEEP = ("calibration.deep_volume", "calibration.deep_clearance")
_NONE = (1 / 1000, 1 / 100)  # L and L/h of a second compartment that might as well not be there
_WITH_DEEP = Graph(
    (*GRAPH.compartments, "deep"), (*GRAPH.flows, Flow("central", "deep", "to_deep"), Flow("deep", "central", "from_deep"))
)


def with_one(analysis: Analysis) -> Analysis:
    """The same analysis of bodies without a peripheral compartment."""
    return lambda values, design, z: analysis(
        {**values, **{name: jnp.asarray(x) for name, x in zip(PERIPHERAL, _NONE, strict=True)}}, design, z
    )


def _with_deep(values: Values, design: Designs, z: Array) -> tuple[Body, dict[str, Numbers]]:
    """Bodies, and the rates to and from a third compartment that grows and differs as the second does."""
    body = bodies(values, design, z)
    volume, clearance = (
        part * (values[deep] / values[known])
        for part, deep, known in zip((body.peripheral_volume, body.distribution_clearance), DEEP, PERIPHERAL, strict=True)
    )
    return body, {"to_deep": clearance / jnp.asarray(body.central_volume), "from_deep": clearance / jnp.asarray(volume)}


def _levels(body: Body, more: dict[str, Numbers], design: Designs) -> Array:
    return levels(body, design, _WITH_DEEP, more)


def samples_of_three(values: Values, design: Designs, z: Array) -> Measured:
    """What is read off the samples of bodies with three compartments."""
    body, more = _with_deep(values, design, z)
    return from_samples(_levels(body, more, design), design, values)


def one_of_three(values: Values, design: Designs, z: Array) -> Measured:
    """What a model of one compartment makes of the samples of bodies with three."""
    body, more = _with_deep(values, design, z[:, :ALIKE])
    return from_one_compartment(body, _levels(body, more, design), design, values)


def two_of_three(values: Values, design: Designs, z: Array) -> Measured:
    """What a model of two compartments finds in bodies with three: two exponentials A exp(-a t) + B exp(-b t) are fitted to
    log C(t) after a dose into the blood, at the samples that the assay can measure.

    Vc = D / (A + B), CL = D / (A/a + B/b), Vss = D (A/a^2 + B/b^2) / (A/a + B/b)^2, Varea = CL / b.
    """
    body, more = _with_deep(values, design, z)
    found = from_model(body, design, values)
    shape, f = jnp.shape(body.bioavailability), jnp.asarray(body.bioavailability)
    times = jnp.broadcast_to(jnp.asarray(design.times_h)[:, None], (*shape, design.times_h.shape[1]))
    seen = _disposition(body, more, times)
    measurable = seen * (f * design.dose_mg[:, None] * NG_PER_ML)[..., None] >= design.assay[:, None, None]
    counts = measurable & jnp.asarray(design.sampled)[:, None]
    start = _exponentials(found["alpha"], found["beta"], 1 / jnp.asarray(body.central_volume), body)

    def one(level: Array, count: Array, time: Array, first: Array) -> Array:
        y = jnp.log(jnp.where(count, level, 1.0))
        return least_squares(lambda logs: jnp.where(count, y - _log_sum(logs, time), 0.0), first)

    a, alpha, b, beta = jnp.moveaxis(jnp.exp(jax.vmap(jax.vmap(one))(seen, counts, times, start)), -1, 0)
    area = a / alpha + b / beta
    steady = (a / alpha**2 + b / beta**2) / area**2
    named = {"alpha": alpha, "beta": beta, "CL_F": 1 / area / f, "Vc_F": 1 / (a + b) / f, "Vss_F": steady / f, "V": steady / f}
    return found | named | {"Varea_F": 1 / area / f / beta}


def _log_sum(logs: Array, time: Array) -> Array:
    a, alpha, b, beta = jnp.exp(logs)
    return jnp.log(a * jnp.exp(-alpha * time) + b * jnp.exp(-beta * time))


def _exponentials(alpha: Array, beta: Array, height: Array, body: Body) -> Array:
    """Logs of A, alpha, B, beta of bodies without the third compartment, to start from: (studies, people, 4)."""
    back = jnp.asarray(body.distribution_clearance) / jnp.asarray(body.peripheral_volume)
    a, b = height * (alpha - back) / (alpha - beta), height * (back - beta) / (alpha - beta)
    return jnp.log(jnp.stack([a, alpha, b, beta], axis=-1))


def _disposition(body: Body, more: dict[str, Numbers], times: Array) -> Array:
    """Level after 1 mg into the blood, mg/L (studies, people, samples): C(t) = sum u_1i^2 exp(l_i t) / Vc of the rates made
    symmetric."""
    central = jnp.asarray(body.central_volume)
    out = (jnp.asarray(body.renal_clearance) + jnp.asarray(body.nonrenal_clearance)) / central
    forth, back = body.distribution_clearance / central, jnp.asarray(body.distribution_clearance / body.peripheral_volume)
    to_deep, from_deep = (jnp.asarray(more[name]) for name in ("to_deep", "from_deep"))
    none = jnp.zeros_like(out)
    near, far = jnp.sqrt(forth * back), jnp.sqrt(to_deep * from_deep)
    matrix = [[-(out + forth + to_deep), near, far], [near, -back, none], [far, none, -from_deep]]
    rate, vector = jnp.linalg.eigh(jnp.stack([jnp.stack(row, axis=-1) for row in matrix], axis=-2))
    share = vector[..., 0, :] ** 2
    return (share[..., None, :] * jnp.exp(rate[..., None, :] * times[..., None])).sum(-1) / central[..., None]


ONE: dict[str, Analysis] = {
    "model": with_one(by_model),
    "samples": with_one(by_samples),
    "one_compartment": with_one(by_one),
}
THREE: dict[str, Analysis] = {"model": two_of_three, "samples": samples_of_three, "one_compartment": one_of_three}
