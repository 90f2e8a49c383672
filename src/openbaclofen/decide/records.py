"""A plan as records: the verdict, the steps to take, what is expected of them, the alternatives, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from openbaclofen.decide.pump_records import PumpPlan
from openbaclofen.safety.verdict import Verdict

Answer = Literal["proposal", "nothing permissible", "cannot tell", "no change", "advice"]


@dataclass(frozen=True)
class Expected:
    """A predicted quantity. low, high: 90 % of people like this one; ignorance_low, ignorance_high: 90 % range of the
    middle value over what is not known about the typical person. grade: calibrated, extrapolated or assumed.

    against: the middle of the same in other circumstances, which against_is names (`without the drug`, the part that placebo
    has too; `without baclofen`; `usually`); None where nothing is compared.
    """

    quantity: str
    unit: str
    middle: float
    low: float
    high: float
    ignorance_low: float
    ignorance_high: float
    grade: str
    against: float | None = None
    against_is: str = ""


@dataclass(frozen=True)
class Step:
    """A stretch of days at one dose. day_to None: go on. take: what the patient takes, in real units.

    doses_mg, hours: the doses of a dosing day and their hours. expected: on the last day of the step.
    settled: what the dose does, wanted and unwanted, once level and adaptation have settled on it.
    """

    day_from: int
    day_to: int | None
    sig: str
    daily_mg: float
    take: str
    doses_mg: tuple[float, ...] = ()
    hours: tuple[float, ...] = ()
    expected: tuple[Expected, ...] = ()
    settled: tuple[Expected, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """One dose that was weighed. chances are fractions; net = relief - weight x side effect.

    leaving: chance to leave treatment for a side effect at all; response: that a rating is better by a point, hope and noise of
    ratings included; placebo's part of both is stated.
    """

    sig: str
    daily_mg: float
    allowed: bool
    relief: Expected | None
    side_effect: Expected | None
    net: float | None
    why: str
    leaving: Expected | None = None
    response: Expected | None = None


@dataclass(frozen=True)
class Proposal:
    """What is proposed: the steps, the maintenance dose and what limits it."""

    steps: tuple[Step, ...]
    daily_mg: float
    ceiling_mg: float | None
    limited_by: tuple[str, ...]
    pace_by: str


@dataclass(frozen=True)
class Reason:
    """A sentence with the ids of the facts and rules it rests on."""

    text: str
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class IfWrong:
    """What the rules say, and what is predicted, if something goes wrong."""

    event: str
    advice: tuple[Reason, ...]
    predicted: tuple[Expected, ...] = ()


@dataclass(frozen=True)
class WayOut:
    """One way to stop, and what it is predicted to do. days: to the last dose, from now. proposed: whether it is the plan's."""

    name: str
    days: float
    proposed: bool
    predicted: tuple[Expected, ...]


@dataclass(frozen=True)
class Observed:
    """Something seen in this person. expected: of it before it was seen; None where it is not used, why says why.

    tail: chance, over all likenesses, of something at least as far out.
    """

    what: str
    on: str
    said: str
    expected: Expected | None = None
    tail: float | None = None
    why: str = ""


@dataclass(frozen=True)
class Shifted:
    """One quantity before and after what was observed was taken into account."""

    quantity: str
    unit: str
    before: Expected
    after: Expected


@dataclass(frozen=True)
class Individual:
    """What was learnt from observations of this person.

    status: individualised, widened (the observations were given less weight, likelihood to the power `power`), or cannot
    individualise. effective: equally weighted likenesses that the weights are worth, of `likenesses`. direction: go up, stay,
    go down, taper off, or none. before: the doses as weighed without the observations (with them: `Plan.alternatives`).
    shifted: what the present dose does, before and after.
    """

    status: Literal["individualised", "widened", "cannot individualise"]
    likenesses: int
    effective: float
    power: float
    direction: str
    observed: tuple[Observed, ...]
    before: tuple[Candidate, ...]
    shifted: tuple[Shifted, ...]


@dataclass(frozen=True)
class Plan:
    """The answer to a case. The same input and seed give the same plan, bit for bit.

    as_of: the date of the case, empty where it states none. ways_out: where the question is how to stop, the one with the least
    withdrawal first. individual: what was learnt from observations, where there are any that can be used. pump: everything
    about a pump, where one is ordered or runs.
    """

    title: str
    question: str
    region: str
    as_of: str
    answer: Answer
    summary: str
    verdict: Verdict
    proposal: Proposal | None
    alternatives: tuple[Candidate, ...]
    monitoring: tuple[Reason, ...]
    stopping: tuple[Step, ...]
    if_wrong: tuple[IfWrong, ...]
    reasons: tuple[Reason, ...]
    sources: tuple[dict[str, str], ...]
    not_modelled: tuple[str, ...]
    seed: int
    people: int
    version: str
    knowledge: str
    notes: tuple[str, ...] = field(default=())
    ways_out: tuple[WayOut, ...] = field(default=())
    order: Step | None = None
    individual: Individual | None = None
    pump: PumpPlan | None = None
