"""A fault of a pump and people like this one go in; levels, withdrawal or coma over hours and the latest safe time come out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import cache

import numpy as np

from openbaclofen.case.record import Current, Event
from openbaclofen.decide.expect import LEVELS, significant
from openbaclofen.decide.pump_case import PumpCase
from openbaclofen.decide.pump_faults import KINDS, Fault, happened, what_if
from openbaclofen.decide.pump_records import ACT_BEFORE, Failure, Followed, How, Line
from openbaclofen.dose.programme import Programme
from openbaclofen.infer.pump_what_if import Happens, PumpPeople, latest
from openbaclofen.infer.typical import CannotTellError
from openbaclofen.outcome.overdose import depth, felt
from openbaclofen.outcome.withdrawal import onset_h, rebound_points
from openbaclofen.units import HOURS_PER_DAY

NOTICED, SAFE, SHOWN = "withdrawal.noticed", "pump.safe_share", "pump.shown_hours"
SIGNS, OVERDOSE = "ITB-WD-SIGNS", "ITB-OD"
COMA, SHARE, FLUID = "overdose.coma_level", "pump.brain_share", "spine.mixing"
SCANNERS = ("pump_label.mri_prometra", "pump_label.mri_prometra_emergency", "pump_label.mri_synchromed", "pump_label.mri_after")
FOLLOWED_DAYS, RIGHTED_DAYS = 4, 2
WITHDRAWAL, PAST = "withdrawal noticed", "passed before the date of the case"
TYPICAL = "the typical person, over what is not known"
ROWS: tuple[tuple[str, str, How], ...] = (
    ("legs", "ng/mL", "extrapolated"),
    ("cisternal", "ng/mL", "extrapolated"),
    ("brain", "ng/mL", "assumed"),
    ("modified_ashworth", "points (0-4)", "extrapolated"),
    ("withdrawal", "index", "assumed"),
    ("sedation", "probability", "assumed"),
)


Limits = tuple[int, int]  # of people, of what is not known: the last hour that is early enough


def failures(of: PumpCase, people: Callable[[], PumpPeople], asked: str = "") -> tuple[Failure, ...]:
    """What follows the faults that the case tells; where it tells none, each that may be. asked: only that one, if it were."""
    events = [event for event in of.case.events if event.kind in KINDS]
    told = [(happened(of, event), event) for event in events] if not asked else []
    faults = told or [(fault, None) for fault in what_if(of) if not asked or fault.kind == asked]
    found: list[Failure] = []
    limits: dict[Programme, Limits] = {}
    for fault, event in faults:
        try:
            ran = running(of, people(), event is not None, event.at_h or 0.0 if event else 0.0)
            found.append(_followed(fault, event, ran, limits))
        except CannotTellError as error:
            found.append(_named(fault, event, lacking(error)))
    return tuple(found)


def lacking(error: CannotTellError) -> tuple[str, ...]:
    """What must be stated, or that nothing would do."""
    return error.need or (f"other evidence ({error.said})",)


def running(of: PumpCase, people: PumpPeople, now: bool, clock_h: float = 0.0) -> PumpPeople:
    """The people after the pump has run for long, up to an hour of the clock: as it runs now, or as ordered."""
    pump = of.now if now and of.now is not None else of.order
    return replace(people.after(pump, clock_h), case=replace(of.case, current=Current(pump)))


def _named(fault: Fault, event: Event | None, need: tuple[str, ...]) -> Failure:
    return Failure(fault.kind, fault.title, _clock(event, 0.0), fault.towards, fault.gives, need=need)


def _followed(fault: Fault, event: Event | None, people: PumpPeople, limits: dict[Programme, Limits]) -> Failure:
    if fault.delivery is None:
        return _named(fault, event, fault.need)
    days = FOLLOWED_DAYS + fault.begins_h / HOURS_PER_DAY
    seen = people.follow(fault.delivery(people), days)
    rows = _less(fault, seen, people, limits) if fault.towards == "withdrawal" else _more(fault, seen, people)
    if event is not None:
        rows = [_dated(line, event, people) for line in rows]
    ids = [SIGNS if fault.towards == "withdrawal" else OVERDOSE]
    said = [f"{people.kb.rules[i].text} [{i}]" for i in ids]
    said += [f"{people.kb.labels[i].text} [{i}]" for i in SCANNERS if fault.kind == "mri"]
    if event is not None and event.on and event.at_h is None:
        said.append("The hour is not stated: from midnight on, so nothing begins earlier than told.")
    if people.way is not None and event is None:
        said.append("As if it happened at midnight; the programme goes by the clock.")
    shown = tuple(dict.fromkeys((0.0, *(round(fault.begins_h) + hour for hour in _shown(people)))))
    course = _course(seen, people.number, shown)
    return replace(_named(fault, event, ()), hours=shown, course=course, lines=tuple(rows), notes=tuple(said))


def _shown(people: PumpPeople) -> list[float]:
    """Hours at which a course is told."""
    hours = people.kb.facts[SHOWN].value
    if not isinstance(hours, list):
        raise AssertionError(f"{SHOWN} holds hours")
    return hours


def _clock(event: Event | None, hours: float) -> str:
    """'2026-03-04 10:00' some hours after an event; '' where its day is not stated, or there is none."""
    if event is None or event.on is None:
        return ""
    at = datetime.combine(event.on, time()) + timedelta(hours=(event.at_h or 0.0) + hours)
    return at.strftime("%Y-%m-%d %H:%M")


def _dated(line: Line, event: Event, people: PumpPeople) -> Line:
    """The same line with the clock time of its hour; of the hour to act before also that it has passed."""
    if line.unit != "h" or line.value is None or not event.on:
        return line
    clock = _clock(event, line.value)
    past = line.what == ACT_BEFORE and people.case.dated and clock < people.case.as_of.isoformat()
    return replace(line, note="; ".join(filter(None, (clock, PAST if past else "", line.note))))


def _less(fault: Fault, seen: Happens, people: PumpPeople, limits: dict[Programme, Limits]) -> list[Line]:
    """When the level is half, when withdrawal is noticed, how high tone rises, and when it must flow again."""
    noticed, number = people.kb.value(NOTICED), people.number
    half = hours_to_half(seen.time_h, seen.levels["legs"])
    felt_at = hours_to(seen.time_h, seen.outcomes["withdrawal"], noticed)
    slope = np.asarray(people.of.parameters.response.spasticity.slope)
    points = np.asarray(rebound_points(seen.outcomes["reflex_gain"].max(axis=1), slope))
    never = np.isinf(felt_at[:number])
    some = f"{never.mean():.0%} of people like this one do not reach it in {FOLLOWED_DAYS} days" if never.any() else ""
    of_level, of_signs = (FLUID, *fault.rests_on), (NOTICED, *fault.rests_on)
    if people.gives not in limits or not fault.pause_h:  # until it ends by itself, every pause is the same stop
        so_far = np.maximum.accumulate(seen.outcomes["withdrawal"], axis=1) >= noticed
        found = _latest(fault, people, lambda hour: _notices(fault, people, hour, noticed), so_far, seen.time_h)
        limits |= {people.gives: found} if fault.pause_h else {}
    else:
        found = limits[people.gives]
    before = _act_before(fault, found, people, "notice withdrawal")
    return [
        *_both("level beside the legs at half", half, "h", number, "extrapolated", of_level),
        *_both(WITHDRAWAL, felt_at, "h", number, "assumed", of_signs, some),
        _people("tone above that without drug, highest", points, "points", number, "assumed", ("outcome.tone_slope",)),
        before,
    ]


def _notices(fault: Fault, people: PumpPeople, hour: int, noticed: float) -> np.ndarray:
    if fault.righted is None:
        raise AssertionError("only what can be put right is put right")
    seen = people.follow(fault.righted(people, hour), RIGHTED_DAYS + hour / HOURS_PER_DAY)
    return (seen.outcomes["withdrawal"].max(axis=1) >= noticed).astype(float)


def _more(fault: Fault, seen: Happens, people: PumpPeople) -> list[Line]:
    """How high levels rise beside legs and brain, how many fall into coma and when, and when it must be ended."""
    number, legs, times = people.number, seen.levels["legs"], seen.time_h
    rise = float(np.median(legs[:number].max(axis=1) / legs[:number, 0]))
    when = float(np.median(times[seen.brain[:number].argmax(axis=1)]))
    rests, half = (COMA, SHARE, *fault.rests_on), "reflex.strength_half"
    highest, strength = seen.brain.max(axis=1), seen.outcomes["strength"].min(axis=1)
    before, said = f"{rise:.3g} times that before", f"at hour {significant(when):g}"
    lines = [
        _people("beside the legs, highest", legs.max(axis=1), "ng/mL", number, "extrapolated", (FLUID,), before),
        _people("as the brain sees it, highest", highest, "ng/mL", number, "assumed", (SHARE,), said),
        _chance("chance of deep coma", people.coma(seen.brain), number, rests),
        _chance("chance of coma, light or deep", people.coma(seen.brain, light=True), number, rests),
        _people("strength of the legs, lowest", strength, "of that without drug", number, "assumed", (half,)),
    ]
    if fault.ended is None:
        lines += _in_coma(seen.brain, times, people, rests, "")
    else:
        brain = people.brain(people.levels(fault.ended(people), times))
        lines += _in_coma(brain, times, people, rests, ", the pump stopped at once")
    if fault.righted is None:
        return lines
    already = people.coma(seen.brain[:, :1])
    so_far = people.coma_by(seen.brain) - already[:, None]
    limits = _latest(fault, people, lambda hour: _falls(fault, people, hour) - already, so_far, times)
    return [*lines, _act_before(fault, limits, people, "fall into deep coma by it")]


def _falls(fault: Fault, people: PumpPeople, hour: int) -> np.ndarray:
    if fault.righted is None:
        raise AssertionError("only what can be put right is put right")
    times = np.arange(0.0, hour + RIGHTED_DAYS * HOURS_PER_DAY + 1)
    return people.coma(people.brain(people.levels(fault.righted(people, hour), times)))


def _in_coma(brain: np.ndarray, times: np.ndarray, people: PumpPeople, rests_on: tuple[str, ...], how: str) -> list[Line]:
    """From when and until when more than the safe share of people is in coma, light or deep."""
    share, number, lines = people.kb.value(SAFE), people.number, []
    state = depth(people.overdose, felt(people.overdose, brain.T))
    either = np.asarray(state.light + state.deep)
    for name, some in ((how, either[:, :number]), (f"{how}, {TYPICAL}", either[:, number:])):
        above = some.mean(axis=1) > share
        if above.any():
            first, last = times[above.argmax()], times[len(above) - 1 - above[::-1].argmax()]
            until = f"until {last:g} h" if last < times[-1] else f"beyond {last:g} h"
            what = f"more than {share:.0%} in coma from hour{name}"
            lines.append(Line(what, significant(float(first)), "h", grade="assumed", rests_on=rests_on, note=until))
    return lines


def _latest(
    fault: Fault, people: PumpPeople, harmed: Callable[[int], np.ndarray], so_far: np.ndarray, times: np.ndarray
) -> Limits:
    """The last whole hour at which putting it right leaves no more than the safe share to come to harm.

    so_far: chance that harm has come by each time, (people, times): later than that nothing can be put right.
    """
    share, number = people.kb.value(SAFE), people.number
    seen = cache(harmed)

    def of(some: slice) -> int:
        late = so_far[some].mean(axis=0) > share
        most = math.floor(times[late.argmax()]) if late.any() else _most(fault)
        return latest(lambda at: float(seen(at)[some].mean()) <= share, most)

    return of(slice(number)), of(slice(number, None))


def _most(fault: Fault) -> int:
    return round(FOLLOWED_DAYS * HOURS_PER_DAY + fault.begins_h)


def _act_before(fault: Fault, limits: Limits, people: PumpPeople, harmed: str) -> Line:
    """The earlier of people like this one and of what is not known of the typical one, up to the hour of these people alone;
    beyond where it ends in time, or none is."""
    share, rests = people.kb.value(SAFE), (SAFE, NOTICED if fault.towards == "withdrawal" else COMA)
    end = min(fault.pause_h or math.inf, _most(fault))
    of_people, unsure = (None if limit >= end else float(limit) for limit in limits)
    said = f"if by then {fault.remedy}, at most {share:.0%} of people like this one, and of what is not known, {harmed}"
    said += (
        "; the later hour: of people like this one alone"
        if unsure is not None and (of_people is None or unsure < of_people)
        else ""
    )
    if fault.pause_h and math.isfinite(fault.pause_h):
        said += f"; it ends by itself after {fault.pause_h:.3g} h"
    first = min((hour for hour in (of_people, unsure) if hour is not None), default=None)
    least = float(math.ceil(end)) if first is None else first
    return Line(ACT_BEFORE, first, "h", least, of_people, grade="assumed", rests_on=rests, note=said)


def hours_to_half(times: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Hour at which each level is first half of that at hour 0, by straight lines; inf where never."""
    return hours_to(times, 1 - level / level[:, :1], 0.5)


def hours_to(times: np.ndarray, index: np.ndarray, reached: float) -> np.ndarray:
    """Hour at which each index (people, times) first reaches a level; inf where never."""
    hours = onset_h(times, index.T, reached)
    return np.where(np.isnan(hours), np.inf, hours)


def _both(
    what: str, values: np.ndarray, unit: str, number: int, grade: How, rests_on: tuple[str, ...], note: str = ""
) -> list[Line]:
    """The middle and 90 % of people, and the same of the typical person under what is not known; None where beyond."""
    people = _people(what, values, unit, number, grade, rests_on, note)
    return [people, _people(f"{what}, {TYPICAL}", values[number:], unit, len(values) - number, grade, rests_on)]


def _people(
    what: str, values: np.ndarray, unit: str, number: int, grade: How, rests_on: tuple[str, ...], note: str = ""
) -> Line:
    """The middle and 90 % of the first `number`; None where it lies beyond what is followed."""
    low, middle, high = (float(v) for v in np.quantile(values[:number], LEVELS, method="lower"))
    value, least, most = (significant(v) if np.isfinite(v) else None for v in (middle, low, high))
    return Line(what, value, unit, least, most, grade=grade, rests_on=rests_on, note=note)


def _chance(what: str, chance: np.ndarray, number: int, rests_on: tuple[str, ...]) -> Line:
    """The share of people, and the range of the typical chance over what is not known."""
    low, _, high = (significant(float(v)) for v in np.quantile(chance[number:], LEVELS))
    value = significant(float(chance[:number].mean()))
    return Line(what, value, "probability", low, high, grade="assumed", rests_on=rests_on)


def _course(seen: Happens, number: int, shown: tuple[float, ...]) -> tuple[Followed, ...]:
    """What is followed, at the hours shown."""
    at = np.searchsorted(seen.time_h, shown)
    known = {**seen.levels, "brain": seen.brain, **seen.outcomes}
    found = []
    for name, unit, grade in ROWS:
        people, draws = known[name][:number, at], known[name][number:, at]
        low, middle, high = (_row(v) for v in np.quantile(people, LEVELS, axis=0))
        under, _, over = (_row(v) for v in np.quantile(draws, LEVELS, axis=0))
        found.append(Followed(name, unit, grade, middle, low, high, under, over))
    return tuple(found)


def _row(values: np.ndarray) -> tuple[float, ...]:
    return tuple(significant(float(value)) for value in values)
