"""A person goes in; each datum a rule can ask about them comes out, stated, derived, or with the words to ask for it.

What an unstated thing means is decided here, and nowhere else (docs/decisions/0003-unstated-data.md).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from openbaclofen.facts import KnowledgeBase
from openbaclofen.patient import Patient
from openbaclofen.patient.kidney import CLEARANCE, KidneyFunction, kidney_function, valid_at
from openbaclofen.safety.datum import Datum, known, missing
from openbaclofen.units import MONTHS_PER_YEAR, AbsoluteGFR, Creatinine, IndexedGFR

CONDITIONS = "patient.conditions"
ON_DIALYSIS = f"own kidneys on dialysis, counted as 0 {AbsoluteGFR.unit},"


def conditions(patient: Patient, kb: KnowledgeBase) -> Datum[Mapping[str, str]]:
    """Conditions that hold, each with the stated one it follows from. A list that is given is closed; where none is given,
    only what else is stated (a pregnancy, a dialysis) holds, and the rest is still to be asked for."""
    stated = patient.conditions_stated
    closed = bool(patient.conditions or patient.unknown_conditions) if stated is None else stated
    if not closed and not patient.conditions:
        return missing(CONDITIONS)
    found: dict[str, str] = {}
    for stated in sorted(patient.conditions):
        waiting = [stated]
        while waiting:
            key = waiting.pop()
            if key not in found or key == stated:
                found[key] = stated
                term = kb.conditions.get(key)
                waiting += [k for k in (term.implies if term else ()) if k not in found]
    return Datum(found, need=() if closed else (CONDITIONS,))


def title_of(condition: str, kb: KnowledgeBase) -> str:
    """A condition in words."""
    term = kb.conditions.get(condition)
    return (
        term.title[:1].lower() + term.title[1:]
        if term and not term.title[:2].isupper()
        else (term.title if term else condition.replace("_", " "))
    )


def _holds(held: Datum[Mapping[str, str]], condition: str) -> bool | None:
    if held.value is None or (held.need and condition not in held.value):
        return None
    return condition in held.value


def age(patient: Patient) -> Datum[float]:
    """Years."""
    if patient.age is None:
        return missing("patient.age")
    return known(patient.age.value, f"age {in_words(patient.age.value)}")


def weight(patient: Patient) -> Datum[float]:
    """Kilograms."""
    if patient.weight is None:
        return missing("patient.weight")
    return known(patient.weight.value, f"weight {patient.weight}")


def may_bear(patient: Patient, kb: KnowledgeBase) -> bool | None:
    """Whether pregnancy is possible by sex and age; None where neither excludes it and sex or age is not stated."""
    if patient.sex == "male":
        return False
    if patient.age is not None:
        from_age, to_age = kb.value("person.childbearing_age_from"), kb.value("person.childbearing_age_to")
        if not from_age <= patient.age.value < to_age + 1:
            return False
    return True if patient.sex is not None and patient.age is not None else None


def pregnant(patient: Patient, held: Datum[Mapping[str, str]], kb: KnowledgeBase) -> Datum[bool]:
    """Stated, or excluded by sex or age; else cannot tell."""
    if patient.pregnant is None and _holds(held, "pregnancy"):
        return known(True, "pregnant")
    if patient.pregnant is not None:
        return known(patient.pregnant, "pregnant" if patient.pregnant else "not pregnant")
    return known(False, "not pregnant") if may_bear(patient, kb) is False else missing("patient.pregnant")


def trimester(patient: Patient, is_pregnant: Datum[bool], kb: KnowledgeBase) -> Datum[int]:
    """1, 2 or 3 from the weeks of gestation; 0 when not pregnant."""
    if is_pregnant.value is False:
        return known(0, is_pregnant.said)
    if patient.gestation is None:
        return missing(*(is_pregnant.need or ("patient.pregnant in weeks, e.g. 34 weeks",)))
    weeks = patient.gestation.value
    number = 1 + sum(weeks >= kb.value(f) for f in ("person.second_trimester_from", "person.third_trimester_from"))
    return known(number, f"pregnant for {weeks:g} weeks")


def breastfeeding(patient: Patient, held: Datum[Mapping[str, str]], kb: KnowledgeBase) -> Datum[bool]:
    """Stated, or excluded by sex or age; else cannot tell."""
    if patient.breastfeeding is None and _holds(held, "lactation"):
        return known(True, "breastfeeding")
    if patient.breastfeeding is not None:
        return known(patient.breastfeeding, "breastfeeding" if patient.breastfeeding else "not breastfeeding")
    return known(False, "not breastfeeding") if may_bear(patient, kb) is False else missing("patient.breastfeeding")


def in_words(years: float) -> str:
    """'46', '7 months': an age as a reader has it, never rounded up."""
    months = math.floor(years * MONTHS_PER_YEAR + 1e-9)
    if years < 1:
        return f"{months} month" if months == 1 else f"{months} months"
    return f"{math.floor(years * 10) / 10:g}"


def alcohol(patient: Patient, kb: KnowledgeBase) -> Datum[str]:
    """none, occasional or daily; not asked of young children."""
    if patient.alcohol is not None:
        return known(patient.alcohol, f"alcohol: {patient.alcohol}")
    if patient.age is not None and patient.age.value < kb.value("person.alcohol_asked_from"):
        return known("none", "a young child")
    return missing("patient.alcohol")


def dialysis(patient: Patient, held: Datum[Mapping[str, str]], session: bool = False) -> Datum[bool]:
    """Stated, or by a closed list of conditions; else cannot tell. session: one is told of that treats no poisoning."""
    if patient.dialysis not in (None, "none"):
        return known(True, "on dialysis")
    if session:
        denied = "patient.dialysis: none is stated, yet the events tell of a session"
        return missing(denied) if patient.dialysis else known(True, "a session of dialysis")
    if patient.dialysis is not None:
        return known(False, "not on dialysis")
    listed = _holds(held, "dialysis")
    if listed is None:
        return missing("patient.dialysis", CONDITIONS)
    return known(listed, "on dialysis" if listed else "not on dialysis")


def origin(patient: Patient, held: Datum[Mapping[str, str]], kb: KnowledgeBase) -> Datum[str]:
    """spinal or cerebral: stated, or where all conditions that have an origin agree."""
    stated = patient.spasticity_origin
    if stated is not None:
        return known(stated, f"spasticity of {stated} origin")
    origins = {kb.conditions[c].spasticity_origin for c in held.value or () if c in kb.conditions} - {None}
    if len(origins) != 1:
        return missing("patient.spasticity_origin")
    only = str(origins.pop())
    return known(only, f"spasticity of {only} origin")


def supports_function(patient: Patient) -> Datum[bool]:
    """Whether spasticity is used to stand or move."""
    uses = patient.spasticity_supports_function
    if uses is None:
        return missing("patient.spasticity_supports_function")
    return known(uses, "spasticity is used for posture or movement" if uses else "spasticity is not used for posture")


def below(value: float) -> str:
    """One decimal, cut and never rounded up, so that 59.96 is not shown as 60 and called below 60."""
    return f"{math.floor(value * 10) / 10:g}"


def kidneys(patient: Patient, on_dialysis: Datum[bool], kb: KnowledgeBase) -> tuple[Datum[float], Datum[float]]:
    """Indexed eGFR and Cockcroft-Gault clearance; of a child, for whom that was not made, the eGFR twice. On dialysis: none."""
    if on_dialysis.value:
        return known(0.0, ON_DIALYSIS), known(0.0, ON_DIALYSIS)
    function = kidney_function(patient, kb.kidney_equations)
    indexed = _far_worse(patient, kb) or _egfr(function)
    of_adults = patient.age is None or valid_at(kb.kidney_equations[CLEARANCE], patient.age)
    return indexed, _clearance(function) if of_adults else indexed


def _far_worse(patient: Patient, kb: KnowledgeBase) -> Datum[float] | None:
    """What the creatinine gives, where that is below a stated eGFR by what counts as a fall."""
    stated = patient.reported_egfr
    function = kidney_function(replace(patient, reported_egfr=None), kb.kidney_equations)
    if stated is None or function.indexed is None:
        return None
    if function.indexed.value > stated.value * (1 - kb.value("kidney.fall_that_counts")):
        return None
    found = _egfr(function)
    return replace(found, said=f"{found.said}, below the {below(stated.value)} stated,")


def _egfr(function: KidneyFunction) -> Datum[float]:
    if function.indexed is None:
        needed = [m for m in function.missing if m != "weight"]  # weight is for the clearance alone
        return missing(*(f"patient.{m}" for m in needed)) if needed else missing("patient.egfr")
    value = function.indexed.value
    return known(value, f"eGFR {below(value)} {IndexedGFR.shown} ({function.equation})")


def _clearance(function: KidneyFunction) -> Datum[float]:
    if function.cockcroft_gault is None:
        return missing(*(f"patient.{m}" for m in function.missing if m != "height"))  # height is for the body surface
    value = function.cockcroft_gault.value
    return known(value, f"creatinine clearance {below(value)} {AbsoluteGFR.unit} (Cockcroft-Gault)")


def _fell(less: Creatinine, more: Creatinine, kb: KnowledgeBase) -> bool:
    """Whether the kidneys of the second creatinine clear less than those of the first by what counts as a fall."""
    return 1 - less.value / more.value >= kb.value("kidney.fall_that_counts")


def egfr_fell(patient: Patient, held: Datum[Mapping[str, str]], kb: KnowledgeBase) -> Datum[bool]:
    """Whether the latest eGFR is lower than the best earlier one by the fraction that counts. One value shows no fall."""
    if _holds(held, "aki"):
        return known(True, "acute kidney injury")
    if not patient.creatinines and patient.reported_egfr is None:
        return missing("patient.creatinine")
    if len(patient.creatinines) < 2:
        return known(False, "one value only, so no fall is seen")
    *_, before, present = patient.creatinines
    if present.on is None and before.on is not None and _fell(present.creatinine, before.creatinine, kb):
        return missing(f"patient.creatinine: the day of {present.creatinine}, since {before.on} gave {before.creatinine}")
    alone = [replace(patient, creatinines=(c,), reported_egfr=None) for c in patient.creatinines]
    each = [kidney_function(p, kb.kidney_equations).indexed for p in alone]
    if each[-1] is None or any(e is None for e in each):
        return missing("patient.age", "patient.sex")
    values = [e.value for e in each if e is not None]
    best = max(values[:-1])
    fraction = 1 - values[-1] / best
    said = f"eGFR went from {below(best)} to {below(values[-1])} {IndexedGFR.shown}"
    return known(fraction >= kb.value("kidney.fall_that_counts"), said)
