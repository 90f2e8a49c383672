"""A breastfeeding woman, or one near term, and a dose go in; what the child is exposed to comes out, for a plan."""

from __future__ import annotations

import numpy as np

from openbaclofen.body.oral import NG_PER_ML
from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.decide.expect import expected
from openbaclofen.decide.likeness import Likenesses
from openbaclofen.decide.records import IfWrong, Reason
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.milk import INFANT, INTAKE, RATIO, InfantDose, infant_dose, infant_dose_unsure
from openbaclofen.infer.newborn import FACTS, newborn

CHECKS = ("oral_pk:LactMed_case2:relative_infant_dose", "oral_pk:Janusinfo_Eriksson1981:relative_infant_dose")
LOW = "milk.relative_dose_low"
GRADE = "extrapolated"


def infant_block(case: Case, daily_mg: float, likenesses: Likenesses, kb: KnowledgeBase) -> IfWrong | None:
    """What a fully breastfed infant gets at this daily dose; None where she does not breastfeed, or dose or weight lack."""
    weight = case.patient.weight
    if not case.patient.breastfeeding or weight is None or daily_mg <= 0:
        return None
    with_milk = (likenesses.typical, daily_mg, weight.to("kg"), kb)
    people = infant_dose(*with_milk, likenesses.number, likenesses.seed)
    unsure = infant_dose_unsure(*with_milk, likenesses.draws, likenesses.seed)
    rows = (
        ("milk, mean", "ng/mL", "milk_mg_per_l", NG_PER_ML),
        ("infant gets", "mg/day", "mg_per_day", 1.0),
        ("infant gets, by weight", "mg/kg/day", "mg_per_kg_day", 1.0),
        ("share of the mother's dose by weight", "%", "relative", 1.0),
    )
    text = (
        f"at {daily_mg:g} mg/day, for an infant of {kb.value(INFANT):g} kg who drinks {kb.value(INTAKE):g} mL/kg/day; "
        + f"single women gave {' and '.join(f'{kb.evidence[row].value:g}' for row in CHECKS)} % of their dose by weight; "
        + f"below {kb.value(LOW):g} % is usually taken as compatible. Watch for sleepiness"
    )
    predicted = tuple(
        expected(title, unit, f * _of(people, name), f * _of(unsure, name), GRADE) for title, unit, name, f in rows
    )
    return IfWrong("the infant drinks the milk", (Reason(text, (RATIO, INTAKE, INFANT, LOW, *CHECKS)),), predicted)


def _of(dose: InfantDose, name: str) -> np.ndarray:
    return getattr(dose, name)


def newborn_block(case: Case, likenesses: Likenesses, kb: KnowledgeBase) -> IfWrong | None:
    """How fast a newborn loses what it got in the womb; None where she is not pregnant or takes nothing."""
    taken = case.current.therapy if case.current else None
    if not case.patient.pregnant or not isinstance(taken, OralTherapy):
        return None
    child = newborn(kb, 1 + likenesses.number, likenesses.seed)
    rows = (("half of the level at birth is left after", child.half_life_h), ("a tenth is left after", child.to_tenth_h))
    text = (
        "no newborn has been measured: an estimate from immature kidneys, for how long to watch; signs of withdrawal may begin "
        "only when the level has fallen, days after birth"
    )
    predicted = tuple(expected(title, "h", hours[1:], hours[1:], "assumed") for title, hours in rows)
    return IfWrong("the child is born while she takes it", (Reason(text, FACTS),), predicted)


def therapy_daily_mg(case: Case) -> float:
    """Milligrams a day of the order, or of what is taken now; 0 where there is none by mouth."""
    therapy = case.therapy or (case.current.therapy if case.current else None)
    return therapy.regimen.last_daily_mg if isinstance(therapy, OralTherapy) else 0.0
