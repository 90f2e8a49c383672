"""The patient of a case, a form and a meal go in; the typical person to predict for comes out, milk and meals included."""

from __future__ import annotations

from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.milk import breastfeeding
from openbaclofen.infer.release import fed
from openbaclofen.infer.typical import typical
from openbaclofen.patient.kidney import kidney_function
from openbaclofen.patient.person import Patient
from openbaclofen.population import Typical


def individual(patient: Patient, kb: KnowledgeBase, form: str, with_food: bool = False) -> Typical:
    """`typical` by the patient's own kidneys; doses taken with food where asked for; milk where she breastfeeds.

    Errors: CannotTellError as `typical`.
    """
    person = typical(patient, kidney_function(patient, kb.kidney_equations), kb, form)
    person = fed(person, kb) if with_food else person
    return breastfeeding(person, kb) if patient.breastfeeding else person


def with_food(case: Case) -> bool:
    """Whether the order of a case, or else what is taken now, is taken with food."""
    therapy = case.therapy or (case.current.therapy if case.current else None)
    return isinstance(therapy, OralTherapy) and therapy.food == "with"
