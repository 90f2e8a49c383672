"""A pump to be started and people like this one go in; each dose of the screening trial, and what it does, comes out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from openbaclofen.body.spine_delivery import Delivery
from openbaclofen.case.record import OralTherapy
from openbaclofen.decide.expect import LEVELS, significant
from openbaclofen.decide.pump_case import PumpCase
from openbaclofen.decide.pump_dose import one, pair
from openbaclofen.decide.pump_failures import COMA
from openbaclofen.decide.pump_records import Line, Part
from openbaclofen.infer.pump import BRAIN_SHARE, CORD_HALF_LIFE
from openbaclofen.infer.pump_what_if import PumpPeople
from openbaclofen.infer.spine_typical import level

SCREEN, SMALL, LASTS, NEEDLE = "ITB-SCREEN", "ITB-SCREEN-SMALL", "ITB-PD", "spine.tip_needle"
ANSWERS, GERMAN = "itb.screening_trial.responder_trial_Gilmartin", "itb.screening_trial.screen_EU_range"
ADULT_FROM = "spine.assumed_height"


def screening(of: PumpCase, people: PumpPeople) -> Part | None:
    """The doses one after another; None where a pump runs, or the trial has been."""
    if of.now is not None or of.order.screening_dose is not None:
        return None
    numbers = of.kb.rules[SCREEN].numbers
    ladder = list(zip(numbers["doses"].values or (), numbers["volumes"].values or (), strict=True))
    gap, (early, late) = one(numbers["gap"]), pair(numbers["observe"])
    small, per_ml = one(of.kb.rules[SMALL].numbers["dose"]), ladder[0][0] / ladder[0][1]
    age = of.case.patient.age
    adult_from = of.kb.facts[ADULT_FROM].value
    if age is not None and isinstance(adult_from, dict) and age.value < adult_from["adult_from"]:
        ladder.insert(0, (small, small / per_ml))
    lines = []
    for number, (ug, ml) in enumerate(ladder):
        when = "first" if number == 0 else f"{gap:g} h after the last, if that did too little"
        rests = (SMALL,) if ug == small else (SCREEN,)
        watched = f"{ml:g} mL; {when}; watch {early:g}-{late:g} h"
        lines.append(Line(f"{ug:g} ug by lumbar puncture", ug, "ug", grade="rule", rests_on=rests, note=watched))
        lines += _effect(of, replace(people, runs=0.0, case=of.case), ug, ml, early, late)
    said = [f"{of.kb.rules[i].text} [{i}]" for i in (SCREEN, LASTS)] + [f"{of.kb.labels[GERMAN].text} [{GERMAN}]"]
    said.append(
        "Where the effect is predicted to last longer than that rule says, go by the rule. People whom no dose reaches are not "
        "in the model: the trial is there to find them."
    )
    if of.trial and of.ug_per_day not in [ug for ug, _ in ladder]:
        said.insert(0, f"Ordered: {of.order.programme}, which is none of these doses.")
    notes = tuple(said)
    return Part("Screening trial", tuple(lines), notes=notes)


def _effect(of: PumpCase, people: PumpPeople, ug: float, ml: float, early: float, late: float) -> list[Line]:
    """How far tone falls within the watch, in how many by what counts as an answer, for how long, and how drowsy it makes."""
    at, one_ = level(of.kb, str(of.kb.facts[NEEDLE].value)).low, np.ones(1)
    now = of.case.current.therapy if of.case.current else None
    given = Delivery(at, bolus_h=one_ * 0, bolus_ug=one_ * ug, bolus_ml=one_ * ml)
    seen = people.follow(given, 1, now.regimen if isinstance(now, OralTherapy) else None)
    tone = seen.outcomes["modified_ashworth"]
    fall = tone[:, :1] - tone
    inside = (seen.time_h >= early) & (seen.time_h <= late)
    best, needed = fall[:, inside].max(axis=1), one(of.kb.labels[ANSWERS].numbers["value"])
    answers = best >= needed
    lasting = np.trapezoid((fall >= needed).astype(float), seen.time_h, axis=1)[: people.number][answers[: people.number]]
    low, middle, high = (significant(float(v)) for v in np.quantile(best[: people.number], LEVELS))
    share, unsure = float(answers[: people.number].mean()), float(answers[people.number :].mean())
    deep = people.coma(seen.brain)[: people.number].mean()
    sleepy = float(seen.outcomes["sedation"].max(axis=1)[: people.number].mean())
    rests = ("spine.mixing", "outcome.tone_slope")
    return [
        Line("- tone falls by, at best within the watch", middle, "points", low, high, grade="extrapolated", rests_on=rests),
        Line(
            f"- answer ({needed:g} point or more)",
            significant(share),
            "of people",
            grade="extrapolated",
            rests_on=(ANSWERS, CORD_HALF_LIFE, *rests),
            note=f"of what is not known {unsure:.0%}"
            + (f"; for {significant(float(np.median(lasting))):g} h in half of those" if len(lasting) else ""),
        ),
        Line(
            "- drowsiness, highest chance",
            significant(sleepy),
            "probability",
            grade="assumed",
            rests_on=(BRAIN_SHARE, COMA),
            note=f"deep coma {significant(float(deep)):g}",
        ),
    ]
