"""The observations of a case and the likenesses of its person go in; how likely each likeness makes each of them comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from openbaclofen.cascade import Parameters
from openbaclofen.case.record import Case, Observation
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.harms import Harms
from openbaclofen.infer.reweight import Likelihood, of_level, of_report, of_score
from openbaclofen.infer.reweight_course import Make, Past, past, seen, used_hours
from openbaclofen.outcome.limiting import leaving
from openbaclofen.outcome.spasticity import MODIFIED, PLAIN, expected_score, placebo_fall, tone
from openbaclofen.population import log_sd
from openbaclofen.units import HOURS_PER_DAY

NO_TIME = "the time since the last dose is not stated (after: 2 h, or at: 14:30)"
MISSED = "longer after a dose than any gap of what is taken: doses were missed, or something else was taken"
BEFORE = "it lies before the first dose of what is taken now"
NO_MODEL = "no model of it: it is for you to weigh"
LIMITING = "side effect so severe that treatment would be left"


@dataclass(frozen=True)
class Told:
    """One thing that was observed. said: in words; expected: what each likeness predicts of it; why: it is not used."""

    what: str
    unit: str
    on: date
    said: str
    expected: np.ndarray | None = None
    likelihood: Likelihood | None = None
    why: str = ""


@dataclass(frozen=True)
class Person:
    """The likenesses of one person. make: the same people with the physiology of another typical person."""

    parameters: Parameters
    harms: Harms
    make: Make
    form: str


@dataclass(frozen=True)
class _Timed:
    """An observation on treatment, and the hours (from midnight of the first day) at which likenesses are looked at."""

    observation: Observation
    on: date
    hours: tuple[float, ...]


def told(case: Case, kb: KnowledgeBase, person: Person) -> tuple[Told, ...]:
    """Everything observed, in the order of the case. Errors: CannotTellError as `physiology`."""
    days = [o.on or case.as_of for o in case.observations]
    treated = [d for d in days if not _before(case, d)]
    taken = past(case, kb, min(treated)) if treated else None
    found: list[Told] = []
    timed: list[tuple[int, _Timed]] = []
    for observation, on in zip(case.observations, days, strict=True):
        found += _baselines(observation, on, kb, person, before=_before(case, on))
        if _before(case, on) or taken is None:
            continue
        hours, why = _hours(observation, on, taken)
        if observation.kind == "side_effect" and not observation.effect:
            why = NO_MODEL
        if observation.kind in ("ashworth", "spasms") and observation.value is None:
            continue
        timed.append((len(found), _Timed(observation, on, hours)))
        found.append(_untold(observation, on, why))
    used = [(i, t) for i, t in timed if not found[i].why]
    if taken is not None and used:
        hours = sorted({h for _, t in used for h in t.hours})
        course = seen(case, kb, person.form, person.make, taken, hours)
        at = {h: i for i, h in enumerate(hours)}
        for i, t in used:
            day = {name: values[:, [at[h] for h in t.hours]] for name, values in course.items()}
            found[i] = _weighed(found[i], t.observation, day, case, kb, person)
        found += _limiting([(t, course["csf"][:, [at[h] for h in t.hours]]) for _, t in used], case, kb, person)
    return tuple(found)


def _before(case: Case, on: date) -> bool:
    """Whether a day lies before the first dose of what is taken now, where that day is stated."""
    return case.current is None or (case.current.since is not None and on < case.current.since)


def _baselines(o: Observation, on: date, kb: KnowledgeBase, person: Person, before: bool) -> list[Told]:
    """Scores without the drug: stated beside one on it, or of a day before it. What else lies before is not used."""
    value = o.value if before else o.baseline
    if o.kind not in ("ashworth", "spasms"):
        return [_untold(o, on, BEFORE)] if before else []
    if value is None:
        return []
    spasticity = person.parameters.response.spasticity
    level = np.asarray(spasticity.tone if o.kind == "ashworth" else spasticity.spasms)
    expected, likelihood = _score(o.kind, value, level, kb, person)
    return [Told(f"{_title(o)} before treatment", "points", on, f"{value:g}", expected, likelihood)]


def _hours(o: Observation, on: date, taken: Past) -> tuple[tuple[float, ...], str]:
    """Hours at which likenesses are looked at: that of a level, else that stated, else all of the day; and why none."""
    midnight = (on - taken.first).days * HOURS_PER_DAY
    at = sorted({float(h) % HOURS_PER_DAY for h in np.asarray(taken.cycle[0].at_h)})
    if o.after is None:
        if o.kind == "level" and o.at_h is None:
            return (), NO_TIME
        return tuple(midnight + h for h in ([o.at_h] if o.at_h is not None else range(int(HOURS_PER_DAY)))), ""
    gaps = np.diff([*at, at[0] + taken.cycle[1]])
    if o.after.hours > max(gaps) + 1e-6:
        return (), MISSED
    wanted = at[0] if o.at_h is None else o.at_h - o.after.hours
    dose = min(at, key=lambda h: (abs((wanted - h + HOURS_PER_DAY / 2) % HOURS_PER_DAY - HOURS_PER_DAY / 2), h))
    return (midnight + dose + o.after.hours,), ""


def _weighed(so_far: Told, o: Observation, day: dict[str, np.ndarray], case: Case, kb: KnowledgeBase, person: Person) -> Told:
    """What the likenesses make of one observation. day: quantities (people, hours) of its hours."""
    mean = {name: values.mean(axis=1) for name, values in day.items()}
    if o.level is not None:
        expected = mean["plasma"]
        likelihood = of_level(o.level.value, expected, log_sd(kb.value("variability.residual")), o.below)
    elif o.value is not None:
        spasticity = person.parameters.response.spasticity
        level = mean["spasms"]
        if o.kind == "ashworth":
            used = used_hours(case, o.on or case.as_of)
            hope = placebo_fall(spasticity, np.asarray(np.inf if used is None else used))
            level = tone(spasticity, mean["reflex_gain"]) - hope
        expected, likelihood = _score(o.kind, o.value, level, kb, person)
    else:
        expected, likelihood = _report(o, mean["sedation"], person)
    return replace(so_far, expected=expected, likelihood=likelihood)


def _score(kind: str, value: float, level: np.ndarray, kb: KnowledgeBase, person: Person) -> tuple[np.ndarray, Likelihood]:
    if kind == "ashworth":
        noise, grades = np.asarray(person.parameters.response.spasticity.noise), MODIFIED
    else:
        noise, grades = np.full(len(level), kb.value("adjust.spasm_noise")), PLAIN
    likelihood = of_score(value, level, noise, tuple(float(g) for g in grades))
    return expected_score(level, noise, grades), likelihood


def _report(o: Observation, drowsy: np.ndarray, person: Person) -> tuple[np.ndarray, Likelihood]:
    """A side effect. Each answers by its own multiple of what drowsiness rises by, on the scale of log-odds."""
    harms, sedation = person.harms, person.parameters.response.sedation
    odds = np.log(drowsy) - np.log1p(-drowsy)
    if o.effect == "drowsiness":
        cuts = {"mild": 0.0, "moderate": harms.sedation.moderate, "severe": harms.sedation.severe}
        if o.grade not in cuts:
            return drowsy, of_report(o.grade != "none", drowsy)
        at_least = [_share(odds - cut) for cut in cuts.values()]
        place = list(cuts).index(o.grade)
        share = at_least[place] - (at_least[place + 1] if o.grade != "severe" else 0.0)
        return share, of_report(True, share)
    effect, base = harms.effects[o.effect], np.asarray(sedation.baseline)
    rise = odds - np.log(base) + np.log1p(-base)
    own = np.asarray(effect.baseline)
    chance = _share(np.log(own) - np.log1p(-own) + rise * np.asarray(effect.slope) / np.asarray(harms.sedation.any.slope))
    return chance, of_report(o.grade != "none", chance)


def _limiting(effects: Sequence[tuple[_Timed, np.ndarray]], case: Case, kb: KnowledgeBase, person: Person) -> list[Told]:
    """Whether any side effect that was asked about is severe, over the time of use so far; told once, on the last day."""
    asked = [(t, csf) for t, csf in effects if t.observation.kind == "side_effect"]
    if not asked:
        return []
    severe = [pair for pair in asked if pair[0].observation.grade == "severe"]
    last, csf = max(severe or asked, key=lambda pair: pair[0].on)
    used = used_hours(case, last.on)
    whole = kb.value("adjust.limiting_days") * HOURS_PER_DAY
    share = 1.0 if used is None else min(used / whole, 1.0)
    chance = leaving(person.harms.limiting, person.harms.limiting_placebo, csf.mean(axis=1), share)
    return [Told(LIMITING, "probability", last.on, "seen" if severe else "not seen", chance, of_report(bool(severe), chance))]


def _untold(o: Observation, on: date, why: str) -> Told:
    return Told(_title(o), "ng/mL" if o.level else "points" if o.value is not None else "probability", on, _said(o), why=why)


def _title(o: Observation) -> str:
    titles = {"level": "level in plasma", "ashworth": "modified Ashworth", "spasms": "spasms (Penn)"}
    return titles.get(o.kind) or o.effect.replace("_", " ") or o.note or "side effect"


def _said(o: Observation) -> str:
    if o.level is not None:
        after = f", {o.after.hours:g} h after a dose" if o.after else ""
        return f"{'below ' if o.below else ''}{o.level.value:g} ng/mL{after}"
    return f"{o.value:g}" if o.value is not None else o.grade


def _share(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))
