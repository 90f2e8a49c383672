"""The knowledge base goes in; weeks of treatment, its end and its company are computed, and sentences with numbers come out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from openbaclofen.arrays import number_by_number
from openbaclofen.facts import KnowledgeBase
from openbaclofen.report.claims_like import LADDER, clock_of, doses_of, responder
from openbaclofen.units import HOURS_PER_DAY

if TYPE_CHECKING:
    from openbaclofen.cascade import Course

WEEKS, AFTER_WEEKS, TAPER_WEEKS, WEEK = 12, 3, 4, 7
PUMP_UG = 300


def months(kb: KnowledgeBase, daily_mg: Sequence[np.ndarray]) -> Course:
    """Hourly courses of the typical responder under several histories of doses, each (days,), and then without."""
    from openbaclofen.body.schedule import Doses
    from openbaclofen.cascade import simulate

    mg, clock = np.stack(daily_mg), clock_of(kb)
    at = (np.arange(mg.shape[1])[:, None] * HOURS_PER_DAY + clock).ravel()
    each = np.repeat(mg / len(clock), len(clock), axis=1)
    people = number_by_number(lambda value: np.repeat(value, len(mg)), responder(kb))
    times = np.arange((mg.shape[1] + AFTER_WEEKS * WEEK) * HOURS_PER_DAY)
    return simulate(people, Doses(np.broadcast_to(at, each.shape), each), times)


def _top(kb: KnowledgeBase) -> float:
    """The highest step of the ladder, mg a day."""
    return 3 * doses_of(kb)[-1]


def _by_day(course: Course, quantity: str) -> np.ndarray:
    """Means of days, (histories, days)."""
    values = course.quantities()[quantity]
    return values.reshape(len(values), -1, int(HOURS_PER_DAY)).mean(axis=2)


def benefit_over_weeks(kb: KnowledgeBase) -> str:
    """When, on the ladder, nine tenths of the greatest effect are there."""
    schedule = kb.rules[LADDER].schedule
    steps = schedule.steps if schedule and schedule.steps else []
    climb = np.concatenate([np.full(int(step["days"]), step["mg_per_dose"] * step["per_day"]) for step in steps])
    course = months(kb, [np.concatenate([climb, np.full(WEEKS * WEEK - len(climb), climb[-1])])])
    relief = 1 - _by_day(course, "reflex_gain")[0, : WEEKS * WEEK]
    nearly = int(np.argmax(relief >= (1 - 1 / 10) * relief.max())) + 1
    return (
        f"By the steps of {LADDER}, in one who responds, the stretch reflex falls by {relief[0]:.0%} on the first day and by "
        f"{relief.max():.0%} at most; nine tenths of that are there on day {nearly}, once the dose has been raised."
    )


def drowsiness_fades(kb: KnowledgeBase) -> str:
    """The highest chance of drowsiness of a day, early and late, on one dose."""
    chance = months(kb, [np.full(WEEKS * WEEK, _top(kb))]).outcomes["sedation"][0]
    days = chance.reshape(-1, int(HOURS_PER_DAY)).max(axis=1)
    early, some, late = days[1], days[TAPER_WEEKS * WEEK - 1], days[WEEKS * WEEK - 1]
    return (
        f"On {_top(kb):g} mg/d from the first day, drowsiness is reported by {early:.0%} on day 2, by {some:.0%} after "
        f"{TAPER_WEEKS} weeks and by {late:.0%} after {WEEKS}; by {chance[0]:.0%} without drug. "
        "How far it fades is assumed, not measured."
    )


def same_dose_does_less(kb: KnowledgeBase) -> str:
    """The effect of a dose early and late, and the dose that would keep it."""
    doses = _top(kb) * np.linspace(1, 3, 2 * 4 + 1)
    gain = _by_day(months(kb, [np.full(WEEKS * WEEK, mg) for mg in doses]), "reflex_gain")
    wanted, late = gain[0, 1], gain[:, WEEKS * WEEK - 1]
    needed = np.interp(-wanted, -late, doses) if late[-1] <= wanted else np.inf
    keeps = f"{needed:.0f} mg/d would do" if np.isfinite(needed) else f"more than {doses[-1]:.0f} mg/d would be needed for"
    return (
        f"In one who responds, {doses[0]:g} mg/d takes {1 - wanted:.0%} from the stretch reflex on day 2 and {1 - late[0]:.0%} "
        f"after {WEEKS} weeks; {keeps} then what it did at first."
    )


def abrupt_stop(kb: KnowledgeBase) -> str:
    """Rebound after an abrupt stop, and after a taper."""
    mg, days = _top(kb), WEEKS * WEEK
    steps = mg * (1 - (np.arange(TAPER_WEEKS) + 1) / (TAPER_WEEKS + 1))
    tapered = np.concatenate([np.full(days - TAPER_WEEKS * WEEK, mg), np.repeat(steps, WEEK)])
    course = months(kb, [np.full(days, mg), tapered])
    last = (days - 1) * HOURS_PER_DAY + clock_of(kb)[-1]
    after = course.time_h >= last
    gain, tone = (course.outcomes[name][:, after] for name in ("reflex_gain", "modified_ashworth"))
    begin = course.outcomes["modified_ashworth"][0, 0]
    peak = course.time_h[after][gain[0].argmax()] - last
    return (
        f"Stopped at once after {WEEKS} weeks on {mg:g} mg/d, the stretch reflex rises to {gain[0].max():.0%} of that without "
        f"drug, {peak:.0f} h after the last dose, and the Ashworth score from {begin:.1f} (untreated) to {tone[0].max():.1f}. "
        f"After a taper of {TAPER_WEEKS} weeks: {gain[1].max():.0%} and {tone[1].max():.1f}: "
        "rebound is less, and not wholly prevented."
    )


def pump_and_tablets_stopped(kb: KnowledgeBase) -> str:
    """The index of withdrawal after a pump and after tablets, stopped at once."""
    from openbaclofen.infer.withdrawal_course import stop_oral, stop_pump

    days, mg = WEEKS * WEEK, _top(kb)
    pump, oral = stop_pump(kb, PUMP_UG, days, 2 * WEEK), stop_oral(kb, [(days, mg)], 2 * WEEK)
    return (
        f"Index of withdrawal (0 is none) after {WEEKS} weeks and a stop at once: {pump.severity.max():.1f} for a pump at "
        f"{PUMP_UG} ug/d, noticed after {pump.onset_h:.0f} h; {oral.severity.max():.1f} for {mg:g} mg/d by mouth, noticed "
        f"after {oral.onset_h:.0f} h."
    )


def depressants_together(kb: KnowledgeBase) -> str:
    """The index of depression with other depressants, beside the sum of the parts."""
    from openbaclofen.cascade import settled_days
    from openbaclofen.infer.harms import as_known, harms
    from openbaclofen.outcome.breathing import Loads, depression_index

    of = harms(as_known(kb), 40).breathing
    clock = clock_of(kb)
    brain = settled_days(responder(kb), clock, np.full((1, len(clock)), doses_of(kb)[-1])).mean["csf"][0]
    told = []
    for name in ("opioid", "alcohol", "benzodiazepine"):
        other = Loads(**{name: 1.0})
        both, alone, own = (
            float(depression_index(of, level, loads)[0]) for level, loads in ((brain, other), (0 * brain, other), (brain, None))
        )
        told.append(f"{name} {both:.2f} where the sum is {alone + own:.2f}")
    return (
        f"Index of depression (1 halves the drive to breathe) on {_top(kb):g} mg/d with one usual dose of: {'; '.join(told)}."
    )


OVER_MONTHS = (
    *(benefit_over_weeks, drowsiness_fades, same_dose_does_less, abrupt_stop, pump_and_tablets_stopped, depressants_together),
)
