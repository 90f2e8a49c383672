"""A case with observations goes in; its likenesses weighted by them come out, and what each observation was expected to be."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np

from openbaclofen.arrays import number_by_number
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Course, Parameters, SettledDays
from openbaclofen.case.record import Case
from openbaclofen.decide.likeness import Likenesses, Removals, likenesses_of
from openbaclofen.dose.regimen import Phase
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.harms import Harms, differing, drawn, harms
from openbaclofen.infer.history import Cycle
from openbaclofen.infer.physiology import Physiology
from openbaclofen.infer.reweight import Weights, resample, weigh
from openbaclofen.infer.reweight_seen import Person, Told, told
from openbaclofen.population import Typical, course, draws, likenesses

LIKENESSES, DRAWS, LEAST, SURPRISE = "adjust.likenesses", "adjust.draws", "adjust.least_effective", "adjust.surprise"
_GOLDEN = (np.sqrt(4 + 1) - 1) / 2


@dataclass(frozen=True)
class Weighted(Likenesses):
    """Likenesses of which each has its weight. `parameters` and `harms` are those of all; courses are those of as many equal
    ones as stand for the weighted, and the typical person under draws that stand for the weighted draws."""

    weights: Weights = field(default_factory=lambda: Weights(np.ones(1), 1.0))
    each: int = 1

    @cached_property
    def chosen(self) -> np.ndarray:
        """Which likenesses stand for all, (number,); so do the first of them, however many."""
        spread = np.argsort(np.arange(self.number) * _GOLDEN % 1, kind="stable")
        return resample(self.weights.weight, self.number)[spread]

    @cached_property
    def chosen_draws(self) -> np.ndarray:
        """Which draws stand for all, (draws,)."""
        return resample(np.bincount(self.draw, self.weights.weight), self.draws)

    def make(self, of: Typical, number: int) -> Parameters:
        """`number` people and then draws, of another typical person."""
        all_draws = int(self.draw.max()) + 1
        everyone, _ = likenesses(of, all_draws, self.each, self.seed)
        some, unknown = self.chosen[:number], self.chosen_draws
        return number_by_number(lambda a, b: np.concatenate([a[some], b[unknown]]), everyone, draws(of, all_draws, self.seed))

    @cached_property
    def everyone(self) -> Parameters:
        """The people of courses, and after them the draws."""
        return self.make(self.typical, self.number)

    @cached_property
    def harms_of_everyone(self) -> Harms:
        """What is unwanted, of `everyone`."""
        unknown = drawn(self.kb, int(self.draw.max()) + 1, self.seed)
        people = differing(self.kb, {fact: value[self.draw] for fact, value in unknown.items()}, self.seed)
        chosen = {f: np.concatenate([v[self.chosen], unknown[f][self.chosen_draws]]) for f, v in people.items()}
        return harms(chosen, self.age)

    def present(self, phase: Phase) -> SettledDays:
        """A settled day of one phase, of all likenesses, (1, people)."""
        return self._settled(self.parameters, [phase])

    def course_of(
        self,
        person: Physiology,
        doses: Doses,
        times_h: np.ndarray,
        removals: Removals = (),
        settled: Cycle | None = None,
        number: int | None = None,
    ) -> Course:
        """The course of those who stand for the weighted likenesses, evenly thinned where fewer are asked for."""
        some = number or self.number
        return course(
            person.typical,
            doses,
            times_h,
            number=some,
            ignorance=self.draws,
            seed=self.seed,
            later=person.later,
            settled=settled,
            removals=removals,
            make=lambda of: self.make(of, some),
        )


@dataclass(frozen=True)
class Learnt:
    """What observations teach. of: the weighted likenesses; told: each observation; fits: whether any likeness does."""

    of: Weighted
    told: tuple[Told, ...]
    fits: bool

    @property
    def used(self) -> tuple[Told, ...]:
        """The observations that are weighed."""
        return tuple(t for t in self.told if t.likelihood is not None)


def learn(case: Case, kb: KnowledgeBase, seed: int, form: str) -> Learnt:
    """Likenesses of a patient, weighted by all that was observed and that a model speaks of.

    Where an observation fits hardly any likeness, or none can be used, all weigh the same.
    Errors: CannotTellError as `likenesses_of`.
    """
    plain = likenesses_of(case.patient, kb, seed, form, case)
    of_draws, each = int(kb.value(DRAWS)), int(kb.value(LIKENESSES) / kb.value(DRAWS))
    parameters, draw = likenesses(plain.typical, of_draws, each, seed)
    given = {f.name: getattr(plain, f.name) for f in fields(plain)} | {"parameters": parameters, "draw": draw}
    equal = Weighted(**given, weights=weigh([], len(draw)), each=each)
    person = Person(parameters, equal.harms, lambda of: likenesses(of, of_draws, each, seed)[0], form)
    seen = told(case, kb, person)
    likelihoods = [t.likelihood for t in seen if t.likelihood is not None]
    fits = all(each.tail >= kb.value(SURPRISE) for each in likelihoods)
    weights = weigh(likelihoods if fits else [], len(draw), kb.value(LEAST))
    return Learnt(Weighted(**given, weights=weights, each=each), seen, fits)
