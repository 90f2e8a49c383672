"""A patient goes in; virtual likenesses come out: the same covariates, differing as people do, under draws of the unknown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Course, Parameters, settled_days
from openbaclofen.case.record import Case
from openbaclofen.dose.regimen import Regimen
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.history import Cycle
from openbaclofen.infer.individual import individual, with_food
from openbaclofen.infer.physiology import Physiology, physiology
from openbaclofen.infer.typical import CannotTellError, limiting_of
from openbaclofen.outcome.limiting import Limiting, dose_limiting
from openbaclofen.patient.dialysis import read_dialysis
from openbaclofen.patient.person import Patient
from openbaclofen.population import Known, Typical, course, likenesses

Removals = Sequence[tuple[float, Known]]


@dataclass(frozen=True)
class Steady:
    """A settled day of each candidate regimen. Arrays (candidates, people); draw (people,) numbers the draw of ignorance.

    ashworth_fall: points of tone below the person's own, by the drug alone, mean over the day. limiting: chance that a side
    effect ends treatment within the length of a trial, beyond placebo.
    """

    ashworth_fall: np.ndarray
    limiting: np.ndarray
    draw: np.ndarray
    grade_relief: str
    grade_limiting: str


@dataclass(frozen=True)
class Likenesses:
    """The likenesses of one patient. number: people shown in courses; draws: of what is not known.

    changing: kidneys and dialysis up to an hour from midnight of the day of the case, where the case was given. What is weighed
    on settled days is weighed on the person of the first day between sessions of dialysis.
    """

    typical: Typical
    parameters: Parameters
    limiting: Limiting
    draw: np.ndarray
    number: int
    draws: int
    seed: int
    changing: Callable[[float], Physiology] | None = None

    def steady(self, regimens: Sequence[Regimen]) -> Steady:
        """A settled day of the last phase of each regimen, for all likenesses in one call."""
        phases = [r.phases[-1] for r in regimens]
        hours = sorted({at for p in phases for at in p.at_h})
        mg = np.array([[dict(zip(p.at_h, p.doses_mg, strict=True)).get(at, 0.0) for at in hours] for p in phases])
        days = settled_days(self.parameters, np.array(hours), mg)
        fall = np.asarray(self.parameters.response.spasticity.slope) * (1 - days.mean["reflex_gain"])
        grades = self.typical.grades
        return Steady(
            fall, dose_limiting(self.limiting, days.mean["csf"]), self.draw, grades["modified_ashworth"], grades["sedation"]
        )

    def course(self, doses: Doses, times_h: np.ndarray) -> Course:
        """The course under these doses from midnight of the day of the case, for people and for draws."""
        person = self.changing(float(times_h[-1])) if self.changing else Physiology(self.typical)
        return self.course_of(person, doses, times_h)

    def course_of(
        self, person: Physiology, doses: Doses, times_h: np.ndarray, removals: Removals = (), settled: Cycle | None = None
    ) -> Course:
        """The course of a person whose physiology changes, with removals from the gut. settled: taken for long before."""
        return course(
            person.typical,
            doses,
            times_h,
            number=self.number,
            ignorance=self.draws,
            seed=self.seed,
            later=person.later,
            settled=settled,
            removals=removals,
        )


def likenesses_of(patient: Patient, kb: KnowledgeBase, seed: int, form: str = "tablet", case: Case | None = None) -> Likenesses:
    """Likenesses of a patient; with the case, courses follow its later creatinines and its dialysis.

    Errors: CannotTellError (an InputError) where a datum the prediction needs is missing or a dialysis schedule unreadable.
    """
    person = individual(patient, kb, form, case is not None and with_food(case))
    number, draws = int(kb.value("decision.people")), int(kb.value("decision.ignorance_draws"))
    parameters, draw = likenesses(person, draws, number // draws, seed)
    return Likenesses(
        person, parameters, limiting_of(kb, draw, seed), draw, number, draws, seed, case and _changing(case, kb, form)
    )


def _changing(case: Case, kb: KnowledgeBase, form: str) -> Callable[[float], Physiology]:
    try:
        read_dialysis(case.patient.dialysis)
    except InputError as error:
        raise CannotTellError(error.said, ("patient.dialysis",)) from error
    return lambda until_h: physiology(case, kb, form, case.as_of, until_h)
