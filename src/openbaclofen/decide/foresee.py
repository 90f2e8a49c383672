"""Steps of a dose and likenesses go in; what is expected comes out, each number with both of its ranges."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Course
from openbaclofen.decide.expect import expected
from openbaclofen.decide.likeness import Likenesses
from openbaclofen.decide.records import Expected, Proposal
from openbaclofen.dose.regimen import Regimen
from openbaclofen.infer.history import Taken
from openbaclofen.units import HOURS_PER_DAY

SETTLED_DAYS = 4
WATCHED_DAYS = 3


def foresee_dose(
    proposal: Proposal,
    regimen: Regimen,
    likenesses: Likenesses,
    before: Taken | None,
    settled: Mapping[float, tuple[Expected, ...]],
) -> Proposal:
    """The proposal with what is expected on the last day of each step (of the last step: a few days into it).

    before: what is taken now, from which the steps go on. settled: what each daily dose does once settled.
    """
    ends, day = [], 0.0
    for phase in regimen.phases:
        day += phase.days if phase.days is not None else SETTLED_DAYS
        ends.append(math.floor(day))
    until = ends[-1] * HOURS_PER_DAY
    times = np.arange(0.0, until + 1)
    at, mg = regimen.events(until)
    course = likenesses.course(Doses(at, mg), times, before)
    steps = [
        replace(step, expected=last_day(course, end), settled=settled[step.daily_mg])
        for step, end in zip(proposal.steps, ends, strict=True)
    ]
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
