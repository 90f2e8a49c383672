"""Made-up people for tests of the engine: a number of them and a seed go in, parameters of plausible size come out."""

from __future__ import annotations

import numpy as np

from openbaclofen.body.oral import BODY, Body, rates
from openbaclofen.body.spine import Modes, Spine
from openbaclofen.cascade import Parameters
from openbaclofen.outcome.side_effects import SideEffect
from openbaclofen.outcome.spasticity import Spasticity
from openbaclofen.receptor.adaptation import Adaptation
from openbaclofen.receptor.site import Receptor
from openbaclofen.reflex.gain import Reflex, Strength, Unmasked
from openbaclofen.response import Response
from openbaclofen.traced import jax


def bodies(people: int, seed: int = 0) -> Body:
    random = np.random.default_rng(seed)

    def about(value: float, sd: float) -> np.ndarray:
        return value * np.exp(sd * random.standard_normal(people))

    return Body(
        bioavailability=random.uniform(0.6, 0.9, people),
        transit_rate=about(5.0, 0.5),
        absorption_rate=about(1.6, 0.4),
        renal_clearance=about(6.0, 0.5),
        nonrenal_clearance=about(1.8, 0.3),
        central_volume=about(21.0, 0.3),
        peripheral_volume=about(14.0, 0.4),
        distribution_clearance=about(9.5, 0.4),
        csf_ratio=about(0.12, 0.3),
        csf_rate=about(0.33, 0.4),
        csf_volume=np.full(people, 0.15),
        dialysis_clearance=np.zeros(people),
        milk_clearance=about(0.05, 0.3),
    )


def parameters(people: int, seed: int = 0) -> Parameters:
    def of(*values: float) -> list[np.ndarray]:
        return [np.full(people, value) for value in values]

    response = Response(
        receptor=Receptor(*of(213.66, 0.5, 0.8, 0.75, 4, 0.75, 1.4)),
        sensitivity=np.ones(people),
        reflex=Reflex(*of(0.34, 0.88)),
        adaptation=Adaptation(*of(0.22, np.log(2) / 60, 0.16 / 24, np.log(2) / (14 * 24))),
        spinal=Unmasked(*of(0.5, 0.2)),
        brain=Unmasked(*of(0.8, 0.2)),
        strength=Strength(*of(0.7, 4)),
        spasticity=Spasticity(*of(3, 3.4, 0.45, 0.4, np.log(2) / (28 * 24), 3, 3.4)),
        sedation=SideEffect(*of(0.28, 0.06, 85, 1, 0.6)),
    )
    return Parameters(bodies(people, seed), response)


def first(of: Parameters, people: int) -> Parameters:
    return jax.tree.map(lambda array: array[:people], of)


def matrix(body: Body, person: int) -> np.ndarray:
    """dx/dt = A x of one person, for all compartments, by the flows one by one."""
    index = BODY.compartments.index
    rate = {name: float(np.asarray(value)[person]) for name, value in rates(body).items()}
    found = np.zeros((len(BODY.compartments),) * 2)
    for flow in BODY.flows:
        found[index(flow.source), index(flow.source)] -= rate[flow.rate]
        found[index(flow.target), index(flow.source)] += rate[flow.rate]
    return found


def some_of(fluid: Modes, which: slice) -> Modes:
    """The modes of some people."""
    spine = Spine(*(part[which] for part in fluid.spine))
    return Modes(spine, *(part[which] for part in (fluid.rate, fluid.vector, fluid.root, fluid.volume, fluid.removal)))
