"""A patient goes in; virtual likenesses come out: the same covariates, differing as people do, under draws of the unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Course, Parameters, settled_days
from openbaclofen.dose.regimen import Regimen
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.typical import limiting_of, typical
from openbaclofen.outcome.limiting import Limiting, dose_limiting
from openbaclofen.patient.kidney import kidney_function
from openbaclofen.patient.person import Patient
from openbaclofen.population import Typical, course, likenesses


@dataclass(frozen=True)
class Steady:
    """A settled day of each candidate regimen. Arrays (candidates, people); draw (people,) numbers the draw of ignorance.

    ashworth_fall: points below the person's own baseline, mean over the day. limiting: chance that a side effect ends
    treatment within the length of a trial, beyond placebo.
    """

    ashworth_fall: np.ndarray
    limiting: np.ndarray
    draw: np.ndarray
    grade_relief: str
    grade_limiting: str


@dataclass(frozen=True)
class Likenesses:
    """The likenesses of one patient. number: people shown in courses; draws: of what is not known."""

    typical: Typical
    parameters: Parameters
    limiting: Limiting
    draw: np.ndarray
    number: int
    draws: int
    seed: int

    def steady(self, regimens: Sequence[Regimen]) -> Steady:
        """A settled day of the last phase of each regimen, for all likenesses in one call."""
        phases = [r.phases[-1] for r in regimens]
        hours = sorted({at for p in phases for at in p.at_h})
        mg = np.array([[dict(zip(p.at_h, p.doses_mg, strict=True)).get(at, 0.0) for at in hours] for p in phases])
        days = settled_days(self.parameters, np.array(hours), mg)
        fall = np.asarray(self.parameters.outcome.ashworth_baseline) - days.mean["modified_ashworth"]
        grades = self.typical.grades
        return Steady(
            fall, dose_limiting(self.limiting, days.mean["csf"]), self.draw, grades["modified_ashworth"], grades["sedation"]
        )

    def course(self, doses: Doses, times_h: np.ndarray) -> Course:
        """The course under these doses, for people and for draws."""
        return course(self.typical, doses, times_h, number=self.number, ignorance=self.draws, seed=self.seed)


def likenesses_of(patient: Patient, kb: KnowledgeBase, seed: int, form: str = "tablet") -> Likenesses:
    """Likenesses of a patient. Errors: CannotTell (an InputError) where a datum the prediction needs is missing."""
    person = typical(patient, kidney_function(patient, kb.kidney_equations), kb, form)
    number, draws = int(kb.value("decision.people")), int(kb.value("decision.ignorance_draws"))
    parameters, draw = likenesses(person, draws, number // draws, seed)
    return Likenesses(person, parameters, limiting_of(kb, draw, seed), draw, number, draws, seed)
