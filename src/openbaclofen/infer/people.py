"""Parameters and designs of studies go in; the people of those studies and their levels at the samples come out.

People are the last axis, those of `infer.design.deviates`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from openbaclofen.body.graph import Graph, Rates
from openbaclofen.body.oral import BODY, NG_PER_ML, TRANSIT_STEPS, Body, rates
from openbaclofen.body.propagate import advance, propagator, steady_amounts
from openbaclofen.body.series import squarings_needed
from openbaclofen.infer.design import DIFFER, Designs
from openbaclofen.traced import Array, jnp
from openbaclofen.units import AbsoluteGFR, Volume

GRAPH = BODY.part(("central",))
TOGETHER = "variability.clearance_volume_correlation"
FIXED = ("clearance.reference_weight", "clearance.weight_exponent", "csf.half_life", "csf.volume", TOGETHER)
_NONE: Rates = MappingProxyType({})
FASTEST = 10.0 * 4  # 1/h: no sample tells a faster step of absorption from it
Values = Mapping[str, Array]


def spreads(values: Values, child: np.ndarray) -> Array:
    """Log-scale deviations between people, (effects, studies)."""

    def of(name: str) -> Array:
        adult, young = (f"variability.{name}_{group}" for group in ("adult", "child"))
        both = f"variability.{name}"
        cv = jnp.where(child, values[young], values[adult]) if adult in values else values[both] + jnp.zeros(len(child))
        return jnp.sqrt(jnp.log1p(cv**2))

    return jnp.stack([of(name) for name in DIFFER])


def correlated(values: Values, z: Array) -> Array:
    """Standard normal deviates (effects, people) in which volume goes with clearance as people's do."""
    r, clearance, volume = values[TOGETHER], DIFFER.index("clearance"), DIFFER.index("volume")
    return z.at[volume].set(r * z[clearance] + jnp.sqrt(1 - r**2) * z[volume])


def bodies(values: Values, design: Designs, z: Array) -> Body:
    """Bodies of the people of each study, (studies, people). The same covariates as `infer.typical`."""
    z = correlated(values, z)
    effect = dict(zip(DIFFER, jnp.exp(spreads(values, design.child)[:, :, None] * z[:, None]), strict=True))
    relative = (design.weight / values["clearance.reference_weight"])[:, None]
    by_surface, by_volume = (relative ** values[f"{name}.weight_exponent"] for name in ("clearance", "volume"))
    none = jnp.zeros_like(effect["clearance"])
    f = values["oral.bioavailability"] + none
    renal = values["clearance.renal_slope"] * design.creatinine_clearance[:, None]
    return Body(
        bioavailability=f,
        transit_rate=jnp.minimum(TRANSIT_STEPS / (values["oral.transit_time"] * effect["transit_time"]), FASTEST),
        absorption_rate=jnp.minimum(values["oral.absorption_rate"] * effect["absorption_rate"], FASTEST),
        renal_clearance=renal * effect["clearance"],
        nonrenal_clearance=values["clearance.nonrenal"] * AbsoluteGFR(1.0).to("L/h") * by_surface * effect["clearance"],
        central_volume=f * values["volume.central_apparent"] * by_volume * effect["volume"],
        peripheral_volume=f * values["volume.peripheral_apparent"] * by_volume * effect["volume"],
        distribution_clearance=f * values["volume.distribution_clearance_apparent"] * by_surface + none,
        csf_ratio=values["csf.plasma_ratio"] + none,
        csf_rate=jnp.log(2.0) / values["csf.half_life"] + none,
        csf_volume=values["csf.volume"] * Volume(1.0).to("L") + none,
        dialysis_clearance=none,
        milk_clearance=none,
    )


def levels(body: Body, design: Designs, graph: Graph = GRAPH, more: Rates = _NONE) -> Array:
    """ng/mL at the samples, (samples, studies, people): after the last dose of many, by the exact engine.

    graph, more: other compartments and the rates to and from them, (studies, people).
    """
    shape = body.bioavailability.shape
    flat = {name: rate.ravel() for name, rate in {**rates(body), **more}.items()}
    every, dose = (jnp.broadcast_to(a[:, None], shape).ravel() for a in (design.every_h, design.dose_mg))
    times = jnp.broadcast_to(design.times_h.T[:, :, None], (design.times_h.shape[1], *shape)).reshape(-1, every.size)
    matrix = graph.matrix(flat)
    given = jnp.zeros_like(matrix[0]).at[graph.index("gut1")].set(dose)
    longest = float(np.max(design.times_h))
    settled = steady_amounts(
        propagator(matrix, every, squarings_needed(FASTEST * float(np.max(design.every_h)))), given[:, None]
    )
    squarings = squarings_needed(FASTEST * longest)
    later = advance(matrix, settled[:, 0], jnp.float64(longest), times, squarings, graph.stairs)
    central = later[:, graph.index("central")].reshape(-1, *shape)
    return central * (NG_PER_ML / body.central_volume)
