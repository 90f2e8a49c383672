"""A woman who takes baclofen goes in; her likeness that gives milk, and what an infant gets with it, come out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from openbaclofen.cascade import Parameters
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.typical import known_of
from openbaclofen.population import Typical, draws, people
from openbaclofen.units import HOURS_PER_DAY, Volume

RATIO, INTAKE, INFANT = "milk.plasma_ratio", "milk.infant_intake", "milk.infant_weight"
PARAMETER = "milk_clearance"


@dataclass(frozen=True)
class InfantDose:
    """What a fully breastfed infant gets once the mother's levels have settled; each (people,) or (draws,).

    milk_mg_per_l: mean over the day. relative: infant's mg/kg/day over the mother's, in per cent.
    """

    milk_mg_per_l: np.ndarray
    mg_per_day: np.ndarray
    mg_per_kg_day: np.ndarray
    relative: np.ndarray


def breastfeeding(mother: Typical, kb: KnowledgeBase) -> Typical:
    """The same woman with the clearance of what an infant drinks: ratio * intake * weight of the infant, in L/h."""
    known = {**mother.known, PARAMETER: known_of(kb, RATIO, times=litres_an_hour(kb))}
    return replace(mother, known=known, facts=tuple(dict.fromkeys((*mother.facts, RATIO, INTAKE, INFANT))))


def litres_an_hour(kb: KnowledgeBase) -> float:
    """What a fully breastfed infant drinks."""
    return kb.value(INTAKE) * Volume(1.0).to("L") * kb.value(INFANT) / HOURS_PER_DAY


def infant_dose(mother: Typical, daily_mg: float, mother_kg: float, kb: KnowledgeBase, number: int, seed: int) -> InfantDose:
    """For `number` women who differ as people do, on daily_mg for long."""
    return _of(people(breastfeeding(mother, kb), number, seed), daily_mg, mother_kg, kb)


def infant_dose_unsure(
    mother: Typical, daily_mg: float, mother_kg: float, kb: KnowledgeBase, number: int, seed: int
) -> InfantDose:
    """For the typical woman under `number` draws of what is not known."""
    return _of(draws(breastfeeding(mother, kb), number, seed), daily_mg, mother_kg, kb)


def _of(mothers: Parameters, daily_mg: float, mother_kg: float, kb: KnowledgeBase) -> InfantDose:
    """In a settled state the milk takes the share milk_clearance / all clearances of what is absorbed."""
    body = mothers.body
    lost = body.renal_clearance + body.nonrenal_clearance + body.milk_clearance
    mean = np.asarray(body.bioavailability * daily_mg / HOURS_PER_DAY / lost)  # mg/L of plasma
    a_day = mean * np.asarray(body.milk_clearance) * HOURS_PER_DAY
    a_kg = a_day / kb.value(INFANT)
    litres = kb.value(INTAKE) * Volume(1.0).to("L")
    return InfantDose(a_kg / litres, a_day, a_kg, 100 * a_kg / (daily_mg / mother_kg))
