"""Parameters and designs of studies go in; every quantity that those studies report, measured as they did, comes out.

Units: h, 1/h, L, L/h, ng/mL, ng h/mL and fractions. Arrays are (studies, people), the people of `deviates`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from openbaclofen.body.oral import NG_PER_ML, TRANSIT_STEPS, Body
from openbaclofen.infer.design import ALIKE, DIFFER, STEP, Designs
from openbaclofen.infer.one_compartment import fit
from openbaclofen.infer.people import Values, bodies, levels
from openbaclofen.traced import Array, jax, jnp
from openbaclofen.units import AbsoluteGFR

_NODES = 10
BY_ONE = " by one compartment"
Measured = dict[str, Array]


def by_model(values: Values, design: Designs, z: Array) -> Measured:
    """What a model of the same structure finds, and what complete urine holds. values: by fact; z: see `deviates`."""
    return from_model(bodies(values, design, z), design, values)


def by_samples(values: Values, design: Designs, z: Array) -> Measured:
    """What is read off the samples."""
    return from_samples(levels(bodies(values, design, z), design), design, values)


def by_one(values: Values, design: Designs, z: Array) -> Measured:
    """What a model of one compartment makes of the samples: names ending in BY_ONE, the first ALIKE people alone."""
    body = bodies(values, design, z[:, :ALIKE])
    return from_one_compartment(body, levels(body, design), design, values)


Analysis = Callable[[Values, Designs, Array], Measured]
ANALYSES: dict[str, Analysis] = {"model": by_model, "samples": by_samples, "one_compartment": by_one}


def between(quantity: Array) -> Array:
    """Coefficient of variation between people of a quantity (studies, people), to first order in the log-scale effects."""
    above, below = (quantity[:, 1 + k * len(DIFFER) :][:, : len(DIFFER)] for k in (0, 1))
    slopes = jnp.log(above / below) / (2 * STEP)
    return jnp.sqrt(jnp.expm1((slopes**2).sum(axis=1)))


def from_model(body: Body, design: Designs, values: Values) -> Measured:
    """Closed forms of two compartments, and of complete urine."""
    f, renal, other = body.bioavailability, jnp.asarray(body.renal_clearance), jnp.asarray(body.nonrenal_clearance)
    clearance, central = renal + other, body.central_volume
    out, back, forth = (
        clearance / central,
        body.distribution_clearance / body.peripheral_volume,
        body.distribution_clearance / central,
    )
    both, each = out + back + forth, out * back
    root = jnp.sqrt(both**2 - 4 * each)
    healthy = (
        renal / design.creatinine_clearance[:, None] * values["calibration.healthy_clearance"] * AbsoluteGFR(1.0).to("L/h")
    )
    steady = central + jnp.asarray(body.peripheral_volume)
    found = {
        "alpha": (both + root) / 2,
        "beta": (both - root) / 2,
        "CL_F": clearance / f,
        "CLr": renal,
        "Vc_F": central / f,
        "Vss_F": steady / f,
        "Varea_F": clearance / f / ((both - root) / 2),
        "V": steady / f,
        "F": f,
        "MTT": TRANSIT_STEPS / jnp.asarray(body.transit_rate),
        "k_renal": renal / central,
        "fe_urine": f * renal / clearance,
        "fe_urine_total": f,
        "fm_hepatic": f * other / clearance,
        "metabolites_in_urine": other / clearance,
        "Q0_extrarenal_fraction": other / clearance,
        "CSF_to_plasma_ratio": body.csf_ratio * jnp.ones_like(f),
        "plasma_to_CSF_ratio": 1 / body.csf_ratio * jnp.ones_like(f),
        "t_half_CSF": jnp.log(2.0) / body.csf_rate,
        "dose_reduction_fraction": 1 - clearance / (healthy + other),
    }
    return {name: jnp.asarray(quantity) for name, quantity in found.items()}


def from_samples(seen: Array, design: Designs, values: Values) -> Measured:
    """Peaks, area and terminal half-life from the samples (samples, studies, people); peaks with residual error in them."""
    time, sampled = (jnp.asarray(a.T)[:, :, None] for a in (design.times_h, design.sampled))
    terminal = jnp.asarray(design.terminal.T)[:, :, None] & (seen >= design.assay[:, None])
    slope = _slope(time, seen, terminal)
    area = jnp.sum((seen[1:] + seen[:-1]) / 2 * (time[1:] - time[:-1]), axis=0) + seen[0] * time[0] / 2
    tall = jnp.where(sampled, seen, jnp.min(seen, axis=0) / NG_PER_ML)
    peak_time, peak = _peak(time, tall, jnp.sqrt(jnp.log1p(values["variability.residual"] ** 2)))
    lowest = jnp.min(seen, axis=0)
    return {
        "t_half": jnp.log(2.0) / slope,
        "AUC": area + seen[-1] / slope,
        "Cmax": peak,
        "Tmax": peak_time,
        "peak_trough_fluctuation": (peak - lowest) / (area / design.every_h[:, None]),
    }


def _slope(time: Array, seen: Array, counts: Array) -> Array:
    """Fall of the log level over time, 1/h, by least squares over what counts."""
    y, number = jnp.log(jnp.where(counts, seen, 1.0)), counts.sum(0)
    t = jnp.where(counts, time, 0.0)
    middle_t, middle_y = t.sum(0) / number, y.sum(0) / number
    off = jnp.where(counts, time - middle_t, 0.0)
    return -(off * jnp.where(counts, y - middle_y, 0.0)).sum(0) / (off**2).sum(0)


def _peak(time: Array, level: Array, sd: Array) -> tuple[Array, Array]:
    """Expected time and height of the highest of samples (samples, ...) that carry independent log-normal error of this sd.

    The chance that sample j, at u standard deviations, is the highest: the product over the others k of
    Phi(u + log(y_j / y_k) / sd); its integral over u by Gauss and Hermite.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    log = jnp.log(level)
    lead = (log[:, None] - log[None]) / sd
    itself = jnp.eye(len(level)).reshape(*(2 * [len(level)]), *((log.ndim - 1) * [1]))

    def at(node: tuple[Array, Array]) -> tuple[Array, Array, Array]:
        u, weight = node
        highest = weight * jnp.exp(jnp.where(itself, 0.0, jax.scipy.special.log_ndtr(u + lead)).sum(1))
        return highest.sum(0), (highest * time).sum(0), (highest * level * jnp.exp(sd * u)).sum(0)

    chance, when, height = (part.sum(0) for part in jax.lax.map(at, (jnp.asarray(nodes), jnp.asarray(weights))))
    return when / chance, height / chance


def from_one_compartment(body: Body, seen: Array, design: Designs, values: Values) -> Measured:
    """Rates and volumes of a model of one compartment that is fitted to samples (samples, studies, people)."""
    shape = seen.shape[1:]
    clearance = (body.renal_clearance + jnp.asarray(body.nonrenal_clearance)) / body.bioavailability
    volume = (body.central_volume + jnp.asarray(body.peripheral_volume)) / body.bioavailability
    start = jnp.log(jnp.stack([jnp.broadcast_to(2.0, shape), clearance, volume], axis=-1)).reshape(-1, 3)

    def flat(a: Array) -> Array:
        return jnp.broadcast_to(a[:, None], (*shape, *a.shape[1:])).reshape(-1, *a.shape[1:])

    mg_per_l = jnp.moveaxis(seen, 0, -1).reshape(len(start), -1) / NG_PER_ML
    times, counts = flat(jnp.asarray(design.times_h)), flat(jnp.asarray(design.sampled)) & (mg_per_l > 0)
    found = jax.vmap(fit)(mg_per_l, counts, flat(jnp.asarray(design.dose_mg)), flat(jnp.asarray(design.every_h)), times, start)
    ka, cl, v, misfit = (a.reshape(shape) for a in found)
    residual = jnp.sqrt(values["variability.residual"] ** 2 + misfit**2)
    named = {"ka": ka, "CL_F": cl, "V_F": v, "t_half": jnp.log(2.0) * v / cl, "residual_variability": residual}
    return {name + BY_ONE: jnp.asarray(value) for name, value in named.items()}
