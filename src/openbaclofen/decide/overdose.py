"""An amount swallowed and likenesses go in; levels, coma, its length and danger come out, as treated and as it might be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from openbaclofen.cascade import Course
from openbaclofen.case.record import Case, Event
from openbaclofen.decide.depressants import USUAL, Others
from openbaclofen.decide.expect import expected, published
from openbaclofen.decide.foresee import WATCHED_DAYS, summary
from openbaclofen.decide.likeness import Likenesses
from openbaclofen.decide.records import Expected, IfWrong, Reason
from openbaclofen.decide.settled import Row, breathing_rows, grade_of, summed
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.ingestion import CHARCOAL, ingested
from openbaclofen.infer.physiology import CLEARANCES, DIALYSIS
from openbaclofen.infer.typical import GRADES
from openbaclofen.outcome.overdose import EVENTS, Overdose, coma_chance, coma_hours, depth, event_chance, felt
from openbaclofen.units import HOURS_PER_DAY, Duration

STEP_H = 0.5
BOUNDS = (
    ("drug.therapeutic_range", max),
    ("drug.toxic_range", min),
)  # above the reference range; from where toxicity is reported
SEEN = ("oral_pk:Perry1998:C_serum", "oral_pk:Franchitto2018:t_half")
AFTER_DIALYSIS, AFTER_CHARCOAL, SAFE = "decision.dialysis_after", "decision.charcoal_after", "decision.nearly_safe"
LEVEL, WAKE = "overdose.coma_level", "overdose.wake_share"
EVENT_WORDS = {
    "ventilation": "ventilation",
    "bradycardia": "slow pulse",
    "hypothermia": "low temperature",
    "seizure": "seizure",
}
EXTRAPOLATED = "extrapolated"
SHORT = (
    "length of coma is predicted too short: a handbook gives 24 to 48 h and one series ventilated people for 53 h on "
    "average, where the model gives 18 to 25 h in healthy kidneys. Observe for longer than it says"
)
ALONE = "coma and ventilation are those of baclofen alone; only the rows that name the other depressants count them"


def foresee_ingestion(
    amount_mg: float, likenesses: Likenesses, kb: KnowledgeBase, case: Case, others: Others | None = None
) -> tuple[IfWrong, ...]:
    """What was swallowed as it is treated, with every number; then the same with dialysis or charcoal, where it had none.

    The form swallowed, what was taken before, charcoal, lavage and dialysis of the case take part. No saturation of absorption
    is assumed.
    """
    first = _block(f"{amount_mg:g} mg was swallowed at once", amount_mg, likenesses, kb, case, others, whole=True)
    return (first, *(_block(event, amount_mg, likenesses, kb, treated, None) for event, treated in _otherwise(case, kb)))


def _otherwise(case: Case, kb: KnowledgeBase) -> list[tuple[str, Case]]:
    """The same ingestion with another treatment, each with its name."""
    found = []
    happened = next(e for e in case.events if e.kind == "ingestion")
    without = tuple(e for e in case.events if e.kind != DIALYSIS)
    if without == case.events:
        hours = kb.value(AFTER_DIALYSIS)
        session = Event(DIALYSIS, after=Duration.of(hours, "h"))
        found.append((f"a session of dialysis begins {hours:g} h after it", replace(case, events=(*case.events, session))))
    else:
        found.append(("no extra session of dialysis is given", replace(case, events=without)))
    others = tuple(e for e in case.events if e is not happened)
    if happened.charcoal:
        none = replace(happened, charcoal=False, charcoal_after=None)
        found.append(("no charcoal is given", replace(case, events=(none, *others))))
    else:
        hours = kb.value(AFTER_CHARCOAL)
        given = replace(happened, charcoal=True, charcoal_after=Duration.of(hours, "h"))
        found.append((f"charcoal had been given {hours:g} h after it", replace(case, events=(given, *others))))
    return found


def _block(
    event: str, amount_mg: float, of: Likenesses, kb: KnowledgeBase, case: Case, others: Others | None, whole: bool = False
) -> IfWrong:
    times = np.arange(0.0, WATCHED_DAYS * HOURS_PER_DAY + 1, STEP_H)
    taken = ingested(amount_mg, of.typical, case, kb, times[-1])
    course = of.course_of(taken.person, taken.doses, times, taken.removals, taken.settled)
    levels = _levels(course, kb) if whole else []
    rows = _coma(course, of, kb, whole)
    if others is not None:
        rows += breathing_rows(of, _everyone(course, "csf").max(axis=1), others.loads, 0.0)
    said = (Reason("; ".join(taken.person.said), taken.facts),) if taken.person.said else ()
    advice = (
        (*said, *_caveats(kb, others)) if whole else said or (Reason("all else as above", (CHARCOAL, *CLEARANCES.values())),)
    )
    return IfWrong(event, advice, (*levels, *(summed(row, of) for row in rows)))


def _levels(course: Course, kb: KnowledgeBase) -> list[Expected]:
    whole = np.ones(len(course.time_h), dtype=bool)
    rows = [_no_better(summary(course, "plasma, highest", "plasma", whole, np.max))]
    for fact, end in BOUNDS:
        bound = kb.facts[fact].value
        if not isinstance(bound, list):
            raise AssertionError(f"{fact} holds a low and a high value")
        rows.append(hours_above(course, end(bound)))
    return rows


def hours_above(course: Course, level: float) -> Expected:
    """Hours for which plasma stays above a level."""
    if course.ignorance is None:
        raise AssertionError("a course for a plan carries its ignorance")
    people, draws = ((c.plasma_ng_per_ml > level).sum(axis=1) * STEP_H for c in (course, course.ignorance))
    return _no_better(expected(f"time above {level:g} ng/mL", "h", people, draws, course.grades["plasma"]))


def _no_better(found: Expected) -> Expected:
    """Levels far above those the model was fitted to are extrapolated at best."""
    return replace(found, grade=max(found.grade, EXTRAPOLATED, key=GRADES.index))


def _everyone(course: Course, name: str) -> np.ndarray:
    """A quantity of the people and then the draws, (people, times)."""
    if course.ignorance is None:
        raise AssertionError("a course for a plan carries its ignorance")
    return np.concatenate([course.quantities()[name], course.ignorance.quantities()[name]])


def _coma(course: Course, of: Likenesses, kb: KnowledgeBase, whole: bool) -> list[Row]:
    """Chances and lengths. Adaptation by earlier use is left out, which is the careful side."""
    model: Overdose = of.harms_of_everyone.overdose
    level = felt(model, _everyone(course, "csf").T)
    peak = level.max(axis=0)
    state = depth(model, level)
    either = np.asarray(state.light + state.deep)
    late = either > kb.value(SAFE)
    nearly = np.where(late.any(axis=0), course.time_h[late.shape[0] - 1 - late[::-1].argmax(axis=0)], 0.0)
    size, length = grade_of(kb, LEVEL), grade_of(kb, WAKE)
    hours = np.nan_to_num(coma_hours(model, level, course.time_h))
    rows = [
        Row("deep coma", "probability", np.asarray(coma_chance(model, peak)), size),
        Row("hours in deep coma, of those who fall into it", "h", hours, length),
    ]
    for event in EVENTS if whole else EVENTS[:1]:
        chance = np.asarray(event_chance(model, event, peak))
        rows.append(Row(EVENT_WORDS[event], "probability", chance, grade_of(kb, f"overdose.{event}_level")))
    title = f"at most {kb.value(SAFE):.0%} still in coma, light or deep, after"
    return [*rows, Row(title, "h", nearly, length)]


def _caveats(kb: KnowledgeBase, others: Others | None) -> Sequence[Reason]:
    seen, slow = (kb.evidence[row] for row in SEEN)
    levels = (
        "the model is not fitted to levels in overdose and takes absorption as unsaturated; expect lower peaks and a slower "
        f"fall: {seen.dose.split()[0]} mg gave {published(seen)} in {seen.population}; published half-lives: {published(slow)}"
    )
    found = [Reason(levels, (*(fact for fact, _ in BOUNDS), *SEEN)), Reason(SHORT, (LEVEL, WAKE))]
    if others is not None:
        beside = f"one usual dose of each is assumed: {', '.join(others.said)}"
        found.append(Reason(f"{ALONE}; {beside}", (USUAL,)))
    return found
