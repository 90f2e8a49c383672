"""A draft of somebody on dialysis goes in; what a daily dose does when it is taken before or after the session comes out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Course
from openbaclofen.case.record import OralTherapy
from openbaclofen.decide.bounds import bounds
from openbaclofen.decide.draft import Draft
from openbaclofen.decide.expect import expected, significant
from openbaclofen.decide.records import IfWrong, Reason
from openbaclofen.decide.spread import daily_total
from openbaclofen.decide.stopping import units_of
from openbaclofen.errors import InputError
from openbaclofen.infer.history import RUN_IN, run_in_from
from openbaclofen.infer.physiology import physiology
from openbaclofen.infer.typical import CannotTellError
from openbaclofen.patient.dialysis import Dialysis, read_dialysis
from openbaclofen.units import DAYS_PER_WEEK, HOURS_PER_DAY

EVENT = "it is given on dialysis in spite of the findings: once a day, on days of dialysis after the session"
TEXT = (
    "{:g} mg a day at {:02.0f}:00, when a session has ended, beside the same dose an hour before sessions begin ({:02.0f}:00). "
    "A session takes out part of what was taken before it. No source that was read gives the hour"
)
BEFORE = "dose before the session"
ROWS = (
    ("plasma, highest of the week", "plasma", np.max),
    ("plasma, lowest of the week", "plasma", np.min),
    ("plasma, mean of the week", "plasma", np.mean),
    ("chance of drowsiness, highest of the week", "sedation", np.max),
)


def session_timing(draft: Draft) -> None:
    """Compare both hours over a week of sessions, after weeks of the same, where the schedule has days."""
    order = draft.case.therapy if isinstance(draft.case.therapy, OralTherapy) else draft.taken
    if order is None or order.regimen.last_daily_mg <= 0 or draft.case.question in ("ingestion", "stop"):
        return
    try:
        schedule = read_dialysis(draft.case.patient.dialysis)
    except InputError:
        return  # said where levels are predicted
    if schedule is None or not schedule.weekdays:
        return
    limit, limits = bounds(draft.situation, draft.kb, draft.case.region)
    units = units_of(draft, order)
    if units is None:
        return
    daily = order.regimen.last_daily_mg
    mg = max(daily_total(min(daily, limit.ceiling_mg or daily), units.unit_mg), units.unit_mg)
    after, before = hours(schedule)
    try:
        late, early = (_week(draft, order.form, mg, hour) for hour in (after, before))
    except CannotTellError as error:
        draft.notes.append(f"the hour of the dose on dialysis is not compared: {error.said}")
        return
    rows = []
    for title, name, how in ROWS:
        if late.ignorance is None:
            raise AssertionError("a course for a plan carries its ignorance")
        people, draws = (how(of.quantities()[name], axis=1) for of in (late, late.ignorance))
        made = expected(title, late.units[name], people, draws, late.grades[name])
        was = significant(float(np.median(how(early.quantities()[name], axis=1))))
        rows.append(replace(made, against=was, against_is=BEFORE))
    advice = (Reason(TEXT.format(mg, after, before), (RUN_IN,)), *limits)
    draft.if_wrong.append(IfWrong(EVENT, advice, tuple(rows)))


def _week(draft: Draft, form: str, mg: float, hour: float) -> Course:
    """A week of one dose a day at this hour, followed from long before."""
    kb, days = draft.kb, DAYS_PER_WEEK
    from_h, until = run_in_from(kb), days * HOURS_PER_DAY
    of = draft.likenesses(form)
    person = physiology(draft.case, kb, form, draft.case.as_of, until, from_h)
    at = np.arange(from_h, until, HOURS_PER_DAY) + hour
    times = np.concatenate([[from_h], np.arange(0.0, until + 1)])
    course = of.course_of(person, Doses(at, np.full(len(at), mg)), times)
    return _without_first(course)


def _without_first(course: Course) -> Course:
    """The course without its first time, at which nothing has been taken."""

    def cut(of: Course) -> Course:
        return replace(
            of,
            time_h=of.time_h[1:],
            plasma_ng_per_ml=of.plasma_ng_per_ml[:, 1:],
            csf_ng_per_ml=of.csf_ng_per_ml[:, 1:],
            outcomes={name: values[:, 1:] for name, values in of.outcomes.items()},
        )

    return replace(cut(course), ignorance=cut(course.ignorance) if course.ignorance is not None else None)


def hours(schedule: Dialysis) -> tuple[float, float]:
    """The hour of the day at which a session ends, and that one hour before it begins."""
    return (schedule.start_h + schedule.lasts_h) % HOURS_PER_DAY, (schedule.start_h - 1) % HOURS_PER_DAY
