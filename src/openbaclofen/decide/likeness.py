"""A patient goes in; virtual likenesses come out: the same covariates, differing as people do, under draws of the unknown."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from openbaclofen.arrays import number_by_number
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Course, Parameters, SettledDays, settled_days
from openbaclofen.case.record import Case
from openbaclofen.dose.regimen import Phase, Regimen
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.harms import Harms, of_likenesses, of_people_and_draws
from openbaclofen.infer.history import Cycle, Taken, repeated, with_run_in
from openbaclofen.infer.individual import individual, with_food
from openbaclofen.infer.physiology import Physiology, physiology
from openbaclofen.infer.release import released
from openbaclofen.infer.typical import GRADES, CannotTellError
from openbaclofen.outcome.limiting import dose_limiting, leaving
from openbaclofen.outcome.spasticity import Spasticity, improvement_chance, tone
from openbaclofen.patient.dialysis import read_dialysis
from openbaclofen.patient.person import Patient
from openbaclofen.population import Known, Typical, course, draws, likenesses, people
from openbaclofen.units import HOURS_PER_DAY

Removals = Sequence[tuple[float, Known]]
TABLET = "tablet"


@dataclass(frozen=True)
class Steady:
    """A settled day of each candidate regimen. Arrays (candidates, people); draw (people,) numbers the draw of ignorance.

    ashworth_fall: points of tone below the person's own, by the drug alone, mean over the day. limiting: chance that a side
    effect ends treatment within the length of a trial, beyond placebo; leaving: that it ends for one at all; that of placebo is
    leaving_placebo (people,). rated, rated_placebo: the same for a rating that is better by a point, hope and noise included.
    """

    ashworth_fall: np.ndarray
    limiting: np.ndarray
    leaving: np.ndarray
    leaving_placebo: np.ndarray
    rated: np.ndarray
    rated_placebo: np.ndarray
    draw: np.ndarray
    grade_relief: str
    grade_limiting: str


@dataclass(frozen=True)
class Likenesses:
    """The likenesses of one patient. number: people shown in courses; draws: of what is not known; form: of what is taken.

    changing: kidneys and dialysis between two hours from midnight of the day of the case, where the case was given. What is
    weighed on settled days is weighed on the person of the first day between sessions of dialysis.
    """

    typical: Typical
    parameters: Parameters
    draw: np.ndarray
    number: int
    draws: int
    seed: int
    kb: KnowledgeBase
    form: str = TABLET
    changing: Callable[[float, float], Physiology] | None = None

    @property
    def age(self) -> float:
        """Years."""
        return self.typical.known["age"].value

    @cached_property
    def harms(self) -> Harms:
        """What is unwanted, of the likenesses of `parameters`."""
        return of_likenesses(self.kb, self.draw, self.seed, self.age)

    @cached_property
    def everyone(self) -> Parameters:
        """The people of courses, and after them the draws."""
        both = people(self.typical, self.number, self.seed), draws(self.typical, self.draws, self.seed)
        return number_by_number(lambda *parts: np.concatenate(parts), *both)

    @cached_property
    def harms_of_everyone(self) -> Harms:
        """What is unwanted, of `everyone`."""
        return of_people_and_draws(self.kb, self.number, self.draws, self.seed, self.age)

    def steady(self, regimens: Sequence[Regimen]) -> Steady:
        """A settled day of the last phase of each regimen, for all likenesses in one call."""
        days = self._settled(self.parameters, [r.phases[-1] for r in regimens])
        fall = np.asarray(self.parameters.response.spasticity.slope) * (1 - days.mean["reflex_gain"])
        of, brain = self.harms, days.mean["csf"]
        grades = (self.kb.facts["outcome.limiting_hazard"].grade or "assumed", self.typical.grades["plasma"])
        rated, by_placebo = _rated(self.parameters.response.spasticity, days.mean["reflex_gain"])
        return Steady(
            fall,
            dose_limiting(of.limiting, brain),
            leaving(of.limiting, of.limiting_placebo, brain),
            leaving(of.limiting, of.limiting_placebo, np.zeros_like(brain[0])),
            rated,
            by_placebo,
            self.draw,
            self.typical.grades["modified_ashworth"],
            max(grades, key=GRADES.index),
        )

    def settled(self, phases: Sequence[Phase]) -> SettledDays:
        """A settled day of each phase, (phases, people and then draws)."""
        return self._settled(self.everyone, phases)

    def _settled(self, of: Parameters, phases: Sequence[Phase]) -> SettledDays:
        cycle_h = math.lcm(*(p.every_days for p in phases)) * HOURS_PER_DAY
        given = [repeated(self.cycle(p), cycle_h) for p in phases]
        hours = sorted({float(at) for doses in given for at in np.asarray(doses.at_h)})
        mg = np.zeros((len(phases), len(hours)))
        for row, doses in zip(mg, given, strict=True):
            np.add.at(row, np.searchsorted(hours, doses.at_h), doses.mg)
        return settled_days(of, np.array(hours), mg, cycle_h=cycle_h)

    def cycle(self, phase: Phase) -> Cycle:
        """What a phase repeats, as it is set free by the form."""
        cycle_h = phase.every_days * HOURS_PER_DAY
        return released(Doses(np.array(phase.at_h), np.array(phase.doses_mg)), self.form, self.kb, cycle_h).doses, cycle_h

    def course(self, doses: Doses, times_h: np.ndarray, before: Taken | None = None, number: int | None = None) -> Course:
        """The course under these doses from midnight of the day of the case, for people and for draws.

        before: what was taken up to hour 0. number: of people, where not all.
        """
        from_h = before.from_h or 0.0 if before else 0.0
        person = self.changing(from_h, float(times_h[-1])) if self.changing else Physiology(self.typical)
        order = released(doses, self.form, self.kb).doses
        if before and before.from_h is not None:
            return self.course_of(person, with_run_in(order, before.cycle, before.from_h), times_h, number=number)
        return self.course_of(person, order, times_h, settled=before and before.cycle, number=number)

    def course_of(
        self,
        person: Physiology,
        doses: Doses,
        times_h: np.ndarray,
        removals: Removals = (),
        settled: Cycle | None = None,
        number: int | None = None,
    ) -> Course:
        """The course of a person whose physiology changes, with removals from the gut. settled: taken for long before."""
        return course(
            person.typical,
            doses,
            times_h,
            number=number or self.number,
            ignorance=self.draws,
            seed=self.seed,
            later=person.later,
            settled=settled,
            removals=removals,
        )


def _rated(of: Spasticity, gain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Chance that a second rating is better by a point, with the drug (..., people) and by placebo (people,)."""
    before, after = of.tone, tone(of, gain) - of.placebo
    drug, none = (improvement_chance(before, level, of.noise) for level in (after, before - of.placebo))
    return np.asarray(drug), np.asarray(none)


def likenesses_of(patient: Patient, kb: KnowledgeBase, seed: int, form: str = TABLET, case: Case | None = None) -> Likenesses:
    """Likenesses of a patient; with the case, courses follow its later creatinines and its dialysis.

    Errors: CannotTellError (an InputError) where a datum the prediction needs is missing or a dialysis schedule unreadable.
    """
    person = individual(patient, kb, form, case is not None and with_food(case))
    number, of_ignorance = int(kb.value("decision.people")), int(kb.value("decision.ignorance_draws"))
    parameters, draw = likenesses(person, of_ignorance, number // of_ignorance, seed)
    changing = case and _changing(case, kb, form)
    return Likenesses(person, parameters, draw, number, of_ignorance, seed, kb, form, changing)


def _changing(case: Case, kb: KnowledgeBase, form: str) -> Callable[[float, float], Physiology]:
    try:
        read_dialysis(case.patient.dialysis)
    except InputError as error:
        raise CannotTellError(error.said, ("patient.dialysis",)) from error
    return lambda from_h, until_h: physiology(case, kb, form, case.as_of, until_h, from_h)
