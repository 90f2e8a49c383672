"""Steps, or an amount swallowed, and likenesses go in; what is expected comes out, each number with both of its ranges."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Course
from openbaclofen.case.record import Case
from openbaclofen.decide.expect import expected
from openbaclofen.decide.likeness import Likenesses
from openbaclofen.decide.records import Expected, IfWrong, Proposal, Reason
from openbaclofen.dose.regimen import Regimen
from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.statement import row_value
from openbaclofen.infer.ingestion import ingested
from openbaclofen.units import HOURS_PER_DAY

SETTLED_DAYS = 4
THRESHOLDS = (
    ("drug.therapeutic_range", max),
    ("drug.toxic_range", min),
)  # above the reference range; from where toxicity is reported
WATCHED_DAYS = 3
SEEN_IN_OVERDOSE = ("oral_pk:Perry1998:C_serum", "oral_pk:Franchitto2018:t_half")


def foresee_dose(proposal: Proposal, regimen: Regimen, likenesses: Likenesses) -> Proposal:
    """The proposal with what is expected on the last day of each step (of the last step: a few days into it)."""
    ends, day = [], 0.0
    for phase in regimen.phases:
        day += phase.days if phase.days is not None else SETTLED_DAYS
        ends.append(math.floor(day))
    until = ends[-1] * HOURS_PER_DAY
    times = np.arange(0.0, until + 1)
    at, mg = regimen.events(until)
    course = likenesses.course(Doses(at, mg), times)
    steps = [replace(step, expected=last_day(course, end)) for step, end in zip(proposal.steps, ends, strict=True)]
    return replace(proposal, steps=tuple(steps))


def last_day(course: Course, day: int) -> tuple[Expected, ...]:
    """Highest and lowest plasma level, mean Ashworth score and chance of drowsiness over the day that ends at `day`."""
    inside = (course.time_h >= (day - 1) * HOURS_PER_DAY) & (course.time_h <= day * HOURS_PER_DAY)
    rows = (
        ("plasma, highest", "plasma", np.max),
        ("plasma, lowest", "plasma", np.min),
        ("spinal fluid, mean", "csf", np.mean),
        ("modified Ashworth", "modified_ashworth", np.mean),
        ("chance of drowsiness", "sedation", np.mean),
    )
    return tuple(summary(course, title, name, inside, how) for title, name, how in rows)


def summary(course: Course, title: str, name: str, inside: np.ndarray, how: Callable[..., np.ndarray]) -> Expected:
    """One quantity over a stretch of time, for people and for draws."""
    if course.ignorance is None:
        raise AssertionError("a course for a plan carries its ignorance")
    people = how(course.quantities()[name][:, inside], axis=1)
    draws = how(course.ignorance.quantities()[name][:, inside], axis=1)
    return expected(title, course.units[name], people, draws, course.grades[name])


def foresee_ingestion(amount_mg: float, likenesses: Likenesses, kb: KnowledgeBase, case: Case | None = None) -> IfWrong:
    """Peak, and time above the stated thresholds, after one dose. No saturation of absorption is assumed.

    case: with it, the form swallowed, charcoal, lavage and dialysis sessions placed by the ingestion take part.
    """
    times = np.arange(0.0, WATCHED_DAYS * HOURS_PER_DAY + 1, 0.5)
    taken = ingested(amount_mg, likenesses.typical, case, kb, times[-1])
    course = likenesses.course_of(taken.person, taken.doses, times, taken.removals, taken.settled)
    whole = np.ones(len(times), dtype=bool)
    rows = [summary(course, "plasma, highest", "plasma", whole, np.max)]
    for fact, end in THRESHOLDS:
        bound = kb.facts[fact].value
        if not isinstance(bound, list):
            raise AssertionError(f"{fact} holds a low and a high value")
        rows.append(hours_above(course, end(bound), times[1] - times[0]))
    seen, slow = (kb.evidence[row] for row in SEEN_IN_OVERDOSE)
    advice = (
        *((Reason("; ".join(taken.person.said), taken.facts),) if taken.person.said else ()),
        Reason(
            "the model is not fitted to overdose and takes absorption as unsaturated; expect lower peaks and a slower fall: "
            f"{seen.dose} gave {row_value(seen)} in {seen.population}, and half-lives of {row_value(slow)} are published",
            (*(fact for fact, _ in THRESHOLDS), *SEEN_IN_OVERDOSE),
        ),
    )
    return IfWrong(f"{amount_mg:g} mg was swallowed at once", advice, tuple(rows))


def hours_above(course: Course, level: float, step_h: float) -> Expected:
    """Hours for which plasma stays above a level."""
    if course.ignorance is None:
        raise AssertionError("a course for a plan carries its ignorance")
    people = (course.plasma_ng_per_ml > level).sum(axis=1) * step_h
    draws = (course.ignorance.plasma_ng_per_ml > level).sum(axis=1) * step_h
    return expected(f"time above {level:g} ng/mL", "h", people, draws, course.grades["plasma"])
