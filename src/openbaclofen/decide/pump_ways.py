"""A pump's case and people like this one go in; the way from tablets to the pump or off it, and its price, come out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from openbaclofen.body.spine_delivery import Delivery
from openbaclofen.case.record import OralTherapy
from openbaclofen.decide.expect import significant
from openbaclofen.decide.products import supply
from openbaclofen.decide.pump_case import PumpCase
from openbaclofen.decide.pump_dose import START, one, pair
from openbaclofen.decide.pump_failures import NOTICED, running
from openbaclofen.decide.pump_records import STEP, Line, Part
from openbaclofen.decide.pump_rescue import TREAT, tablets
from openbaclofen.dose.pump import lowered, starting_dose
from openbaclofen.dose.regimen import Regimen
from openbaclofen.dose.taper import dose_in_force, taper
from openbaclofen.errors import InputError
from openbaclofen.infer.pump import ml_per_ug
from openbaclofen.infer.pump_programme import delivery_of
from openbaclofen.infer.pump_what_if import Happens, PumpPeople
from openbaclofen.outcome.withdrawal import rebound_points
from openbaclofen.units import HOURS_PER_DAY

WEAN, FALL, REMOVE, SCREEN = "ITB-WEAN-ORAL", "ITB-FALL", "ITB-REMOVE", "ITB-SCREEN"
WAIT = "pump.oral_wait"
FLOOR, OUTSIDE, ONE_CASE = "X-IT-JP-STOP", "pump_label.wean_external", "pump_label.wean_case"
AFTER_DAYS = 4
PER_CENT = 100


def onto(of: PumpCase, people: PumpPeople) -> Part | None:
    """How the tablets go once the pump works; None where none are taken, or a pump runs."""
    now = of.case.current.therapy if of.case.current else None
    if of.now is not None or not isinstance(now, OralTherapy):
        return None
    title = "From tablets to the pump"
    try:
        base = dose_in_force(now.regimen)
    except InputError:
        return None
    low, high = pair(of.kb.rules[WEAN].numbers["step"])
    wait = of.kb.value(WAIT) / HOURS_PER_DAY
    daily, every = base.daily_mg, max(round(one(of.kb.rules[WEAN].numbers["look_again_within"]) / HOURS_PER_DAY), 1)
    units = supply(of.kb, of.case.region, now.form, needs_liquid=False)
    products = units.products if units else ()
    slow, fast = (
        Regimen((replace(base, days=wait), *taper(now.regimen, daily * part / PER_CENT, every, 0, products).phases))
        for part in (low, high)
    )
    lines, day = [], 0.0
    for phase in (*slow.phases, None):
        on = str(of.case.as_of + timedelta(days=int(day))) if of.case.dated else ""
        said = "as before, until the pump works" if day == 0 else "" if phase else "stopped"
        dose = phase.daily_mg if phase else 0.0
        rests = (WAIT,) if day == 0 else (WEAN,)
        lines.append(
            Line(
                f"tablets from day {day + 1:g}",
                dose,
                "mg/d",
                grade="rule",
                rests_on=rests,
                note="; ".join(filter(None, (on, said))),
            )
        )
        day += (phase.days or 0.0) if phase else 0.0
    ways = {"tablets stopped at once": Regimen(()), f"steps of {high:g} %": fast, f"steps of {low:g} %": slow}
    start = replace(people, runs=0.0, case=of.case)
    days = day + AFTER_DAYS
    given = delivery_of(of.order.gives, start.tip, days * HOURS_PER_DAY, ml_per_ug(of.order, of.kb))
    for name, swallowed in ways.items():
        seen = start.follow(given, days, swallowed)
        lines += _price(f"{name}: ", seen, start)
    notes = (f"{of.kb.rules[WEAN].text} [{WEAN}]",)
    return Part(title, tuple(lines), notes=notes)


def off(of: PumpCase, people: PumpPeople) -> Part | None:
    """Steps down to the first dose after an implantation, then the stop; None where the pump stays."""
    if not of.ends:
        return None
    fall = of.kb.rules[FALL].numbers
    percent, every = pair(fall["step"])[1], one(fall["interval"])
    first, rests = first_dose(of)
    steps = lowered(of.ug_per_day, percent / PER_CENT, first)
    lines = []
    for number, dose in enumerate((*steps, 0.0)):
        day = int(number * every)
        on = str(of.case.as_of + timedelta(days=day)) if of.case.dated else f"day {day + 1}"
        said = "" if dose else f"{on}: stopped, from the first dose after an implantation"
        lines.append(
            Line(f"{STEP}day {day + 1}", dose, "ug/d", grade="rule", rests_on=(FALL,) if dose else rests, note=said or on)
        )
    ran = running(of, people, True)
    length = len(steps) * every
    way = ran.changing([every * HOURS_PER_DAY * n for n in range(len(steps) + 1)], [*steps, 0.0])
    ways: list[tuple[str, Delivery, Regimen | None]] = [("at once", ran.given(0.0), None), ("by these steps", way, None)]
    name, swallowed = (of.by_mouth.text, of.by_mouth.regimen) if of.by_mouth else _usual(of)
    if swallowed is not None:
        ways += [
            (f"at once, with {name}", ran.given(0.0), swallowed),
            (f"by these steps, with {name} from day 1", way, swallowed),
        ]
    for name, given, swallowed in ways:
        lines += _price(f"{name}: ", ran.follow(given, length + AFTER_DAYS, swallowed), ran)
    said = [f"{of.kb.rules[i].text} [{i}]" for i in (REMOVE, FALL)] + [
        f"{of.kb.labels[i].text} [{i}]" for i in (FLOOR, OUTSIDE, ONE_CASE)
    ]
    weak = "A flow may be too small for a pump with a strong solution: a weaker one carries the low doses, with a bridge to it."
    return Part("Coming off the pump: never at once", tuple(lines), notes=(*said, weak))


def _usual(of: PumpCase) -> tuple[str, Regimen | None]:
    """The tablets of the rule on a stopped pump, as far as they are allowed; none where a rule forbids them."""
    may = tablets(of)
    return f"{may.said} [{TREAT}]", may.regimen() if may.daily_mg else None


def first_dose(of: PumpCase) -> tuple[float, tuple[str, ...]]:
    """The first daily dose after an implantation, ug: by the screening trial where it is stated, else the lowest usual one."""
    numbers, pump = of.kb.rules[START].numbers, of.order
    factor, long = one(numbers["factor"]), one(numbers["factor_if_effect_longer_than_8_h"])
    if pump.screening_dose is not None and pump.screening_lasted is not None:
        threshold = one(numbers["effect_threshold"])
        return starting_dose(pump.screening_dose.value, pump.screening_lasted.hours, threshold, factor, long), (FLOOR, START)
    doses = of.kb.rules[SCREEN].numbers["doses"].values
    if not doses:
        raise AssertionError(f"{SCREEN} names its doses")
    return min(doses) * min(factor, long), (FLOOR, START, SCREEN)


def _price(way: str, seen: Happens, of: PumpPeople) -> list[Line]:
    """How many notice withdrawal; how high its index and tone rise, and drowsiness."""
    number, index = of.number, seen.outcomes["withdrawal"].max(axis=1)
    felt = index >= of.kb.value(NOTICED)
    slope = np.asarray(of.of.parameters.response.spasticity.slope)
    points = np.asarray(rebound_points(seen.outcomes["reflex_gain"].max(axis=1), slope))
    share, unsure = float(felt[:number].mean()), float(felt[number:].mean())
    most, over, sleepy = (
        significant(float(np.median(v[:number]))) for v in (index, points, seen.outcomes["sedation"].max(axis=1))
    )
    said = f"of what is not known {unsure:.0%}; highest: index {most:g}, tone {over:g} points above that without drug, "
    said += f"chance of drowsiness {sleepy:g}"
    return [Line(f"{way}notice withdrawal", significant(share), "of people", grade="assumed", rests_on=(NOTICED,), note=said)]
