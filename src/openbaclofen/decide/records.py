"""A plan as records: the verdict, the steps to take, what is expected of them, the alternatives, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from openbaclofen.safety.verdict import Verdict

Answer = Literal["proposal", "nothing permissible", "cannot tell", "no change", "advice"]


@dataclass(frozen=True)
class Expected:
    """A predicted quantity. low, high: 90 % of people like this one; ignorance_low, ignorance_high: 90 % range of the
    middle value over what is not known about the typical person. grade: calibrated, extrapolated or assumed."""

    quantity: str
    unit: str
    middle: float
    low: float
    high: float
    ignorance_low: float
    ignorance_high: float
    grade: str


@dataclass(frozen=True)
class Step:
    """A stretch of days at one dose. day_to None: go on. take: what the patient takes, in real units."""

    day_from: int
    day_to: int | None
    sig: str
    daily_mg: float
    take: str
    expected: tuple[Expected, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """One dose that was weighed. chances are fractions; net = relief - weight x side effect."""

    sig: str
    daily_mg: float
    allowed: bool
    relief: Expected | None
    side_effect: Expected | None
    net: float | None
    why: str


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
class Plan:
    """The answer to a case. The same input and seed give the same plan, bit for bit."""

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
