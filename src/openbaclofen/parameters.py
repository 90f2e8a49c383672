"""Values of facts by name go in; parameters of the cascade, in its own units, come out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from openbaclofen.body.oral import TRANSIT_STEPS, Body
from openbaclofen.cascade import Parameters
from openbaclofen.outcome.side_effects import Sensitivity, SideEffect, sensitivity_at
from openbaclofen.outcome.spasticity import Spasticity
from openbaclofen.receptor.adaptation import Adaptation
from openbaclofen.receptor.site import Receptor
from openbaclofen.reflex.gain import Reflex, Strength, Unmasked
from openbaclofen.response import Response
from openbaclofen.units import HOURS_PER_DAY

Values = Mapping[str, np.ndarray]


def parameters(values: Values) -> Parameters:
    """Parameters from values by name, (people,)."""
    return Parameters(body(values), response(values))


def body(values: Values) -> Body:
    """The body. Volumes are stated over bioavailability, clearances and volumes at the reference weight.

    Nothing is dialysed and no milk is made unless `dialysis_clearance` or `milk_clearance` is among the values. What is stated
    for a reference weight is scaled by `clearance_size` and `volume_size`, the speed of absorption by `fed_speed`, where given.
    """

    def scaled(name: str, by: str) -> np.ndarray:
        return values[name] * values[by] if by in values else values[name]

    f = values["bioavailability"]
    none, transit = np.zeros_like(f), TRANSIT_STEPS / values["transit_time"]
    return Body(
        bioavailability=f,
        transit_rate=transit * values["fed_speed"] if "fed_speed" in values else transit,
        absorption_rate=scaled("absorption_rate", "fed_speed"),
        renal_clearance=values["renal_slope"] * values["creatinine_clearance"],
        nonrenal_clearance=scaled("nonrenal_clearance", "clearance_size"),
        central_volume=f * scaled("central_apparent", "volume_size"),
        peripheral_volume=f * scaled("peripheral_apparent", "volume_size"),
        distribution_clearance=f * scaled("distribution_apparent", "clearance_size"),
        csf_ratio=values["csf_ratio"],
        csf_rate=np.log(2) / values["csf_half_life"],
        csf_volume=values["csf_volume"],
        dialysis_clearance=values.get("dialysis_clearance", none),
        milk_clearance=values.get("milk_clearance", none),
    )


def response(values: Values) -> Response:
    """Receptors, adaptation, reflex and outcomes.

    Who responds by mouth is told by `responding` (1, or the sensitivity of the resistant); where it is not among the values,
    the typical person stands on the logarithmic scale where the share of those who respond puts the middle of all.
    """
    v, day = values, HOURS_PER_DAY
    middle = v["resistant_sensitivity"] ** (1 - v["responders"])
    age = Sensitivity(v["sensitivity_old"], v["sensitivity_begins"], v["sensitivity_full"])
    odds = v["drowsiness_odds"]
    return Response(
        receptor=Receptor(**{name: v[name] for name in Receptor._fields}),
        sensitivity=v["sensitivity"] * v.get("responding", middle),
        reflex=Reflex(v["shunt"], v["gain_power"]),
        adaptation=Adaptation(
            affinity=v["affinity"],
            recovery_rate=np.log(2) / v["recovery_half_life"] / day,
            loss_rate=v["loss_rate"] / day,
            opponent_rate=np.log(2) / v["opponent_half_life"] / day,
        ),
        spinal=Unmasked(v["opponent_strength"], v["endogenous_tone"]),
        brain=Unmasked(v["brain_opponent"], v["endogenous_tone"]),
        strength=Strength(v["strength_half"], v["strength_power"]),
        spasticity=Spasticity(
            tone=v["ashworth_baseline"],
            slope=v["tone_slope"],
            noise=v["rating_noise"],
            placebo=v["placebo_tone"],
            placebo_rate=np.log(2) / v["placebo_half_life"] / day,
            spasms=v["spasm_baseline"],
            spasm_slope=v["spasm_slope"],
        ),
        sedation=SideEffect(
            baseline=odds / (1 + odds),
            slope=v["drowsiness_slope"],
            half=v["effect_half"],
            sensitivity=np.asarray(sensitivity_at(age, v["age"])),
            adapting=v["effect_adapting"],
        ),
    )
