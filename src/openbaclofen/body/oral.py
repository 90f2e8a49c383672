"""Clearances, volumes and absorption of people go in; the rates of the graph of the body come out."""

from __future__ import annotations

from typing import NamedTuple

from openbaclofen.body.graph import Flow, Graph, Numbers, Rates
from openbaclofen.units import ML_PER_L, NG_PER_UG, UG_PER_MG

TRANSIT_STEPS = 2
NG_PER_ML = UG_PER_MG * NG_PER_UG / ML_PER_L  # in 1 mg/L


class Body(NamedTuple):
    """One value for each person, shape (people,). Volumes and clearances are true ones, not divided by bioavailability."""

    bioavailability: Numbers  # fraction of an oral dose that reaches the blood
    transit_rate: Numbers  # 1/h, each of two transit steps
    absorption_rate: Numbers  # 1/h
    renal_clearance: Numbers  # L/h
    nonrenal_clearance: Numbers  # L/h
    central_volume: Numbers  # L
    peripheral_volume: Numbers  # L
    distribution_clearance: Numbers  # L/h
    csf_ratio: Numbers  # spinal fluid to plasma at steady state
    csf_rate: Numbers  # 1/h, out of spinal fluid
    csf_volume: Numbers  # L
    dialysis_clearance: Numbers  # L/h, 0 outside a session
    milk_clearance: Numbers  # L/h, 0 unless breastfeeding


BODY = Graph(
    compartments=(
        *("gut1", "gut2", "gut3", "central", "peripheral", "csf"),
        *("faeces", "urine", "metabolite", "dialysate", "milk", "removed"),  # nothing leaves these
    ),
    flows=(
        Flow("gut1", "gut2", "transit"),
        Flow("gut2", "gut3", "transit"),
        Flow("gut3", "central", "absorbed"),
        Flow("gut3", "faeces", "not_absorbed"),
        Flow("central", "peripheral", "to_peripheral"),
        Flow("peripheral", "central", "from_peripheral"),
        Flow("central", "csf", "to_csf"),
        Flow("csf", "central", "from_csf"),
        Flow("central", "urine", "to_urine"),
        Flow("central", "metabolite", "to_metabolite"),
        Flow("central", "dialysate", "to_dialysate"),
        Flow("central", "milk", "to_milk"),
    ),
)


def rates(body: Body) -> Rates:
    """Rates of the flows of BODY, 1/h, (people,).

    Spinal fluid: dC_csf/dt = k (ratio C_plasma - C_csf), written as amounts so that it also takes what is put into it.
    """
    central, k = body.central_volume, body.csf_rate
    return {
        "transit": body.transit_rate,
        "absorbed": body.bioavailability * body.absorption_rate,
        "not_absorbed": (1 - body.bioavailability) * body.absorption_rate,
        "to_peripheral": body.distribution_clearance / central,
        "from_peripheral": body.distribution_clearance / body.peripheral_volume,
        "to_csf": k * body.csf_ratio * body.csf_volume / central,
        "from_csf": k,
        "to_urine": body.renal_clearance / central,
        "to_metabolite": body.nonrenal_clearance / central,
        "to_dialysate": body.dialysis_clearance / central,
        "to_milk": body.milk_clearance / central,
    }
