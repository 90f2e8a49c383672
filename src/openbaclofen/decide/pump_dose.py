"""A pump's case goes in; the starting dose from the screening trial and the limits of each change come out."""

from __future__ import annotations

from dataclasses import replace

from openbaclofen.decide.pump_case import PumpCase
from openbaclofen.decide.pump_records import How, Line, Part
from openbaclofen.dose.pump import starting_dose
from openbaclofen.facts.schema import Amount
from openbaclofen.safety.datum import known
from openbaclofen.safety.logic import Truth
from openbaclofen.safety.rulebook import holding, rulebook
from openbaclofen.safety.situation import situation

START, SCREEN, LOWER, NO_ANSWER = "ITB-START", "ITB-START-MOST", "ITB-FALL", "ITB-NO-ANSWER"
GERMAN_THRESHOLD, GERMAN_FACTOR = "itb.initial_dose.initial_threshold_EU", "itb.initial_dose.initial_factor"
GERMAN_STEP = "itb.titration.increase_EU"
SCREENING_DOSE, LASTED = "therapy.screening_dose", "therapy.screening_lasted"
PER_CENT = 100


def starting(of: PumpCase) -> Part | None:
    """The first day's dose by the US and the German label; None where a pump runs already."""
    if of.now is not None:
        return None
    title, order = "Start, from the screening trial", of.order
    if not of.case.current_stated:
        return Part(title, need=("current",))
    if order.screening_dose is None or order.screening_lasted is None:
        stated = ((SCREENING_DOSE, order.screening_dose), (LASTED, order.screening_lasted))
        return Part(title, need=tuple(key for key, value in stated if value is None))
    numbers = of.kb.rules[START].numbers
    factor, long = one(numbers["factor"]), one(numbers["factor_if_effect_longer_than_8_h"])
    dose, lasted = order.screening_dose.value, order.screening_lasted.hours
    if lasted == 0:
        return Part(title, notes=(f"{of.kb.rules[NO_ANSWER].text} [{NO_ANSWER}]",))
    variants = (
        ("US", one(numbers["effect_threshold"]), (START,)),
        ("German", one(of.kb.labels[GERMAN_THRESHOLD].numbers["value"]), (GERMAN_FACTOR, GERMAN_THRESHOLD)),
    )
    lines = []
    for name, threshold, ids in variants:
        start = starting_dose(dose, lasted, threshold, factor, long)
        longer = "longer" if lasted > threshold else "no longer"
        said = f"{start / dose:g} x {dose:g} ug, which worked for {lasted:g} h, {longer} than {threshold:g} h"
        if start != of.ug_per_day:
            said += f"; ordered: {of.ug_per_day:g} ug/d, {of.ug_per_day / start:.3g} times that"
        lines.append(
            Line(f"first 24 h, {name} label", start, "ug/d", grade="rule" if name == "US" else "label", rests_on=ids, note=said)
        )
    notes = ["A German factor for a long effect was not read: that of the US is used." if lasted > variants[1][1] else ""]
    most = one(of.kb.rules[SCREEN].numbers["largest_screening_dose"])
    notes.append(f"Screening ends at {most:g} ug; no larger dose makes a start [{SCREEN}]." if dose > most else "")
    return Part(title, tuple(lines), notes=tuple(filter(None, notes)))


def titration(of: PumpCase) -> Part:
    """How far the next change may go, by the rules that hold for this age and origin."""
    title = "Next change of the daily dose"
    asked = replace(situation(of.case, of.kb), intrathecal_rise_percent=known(float("inf"), "any rise"))
    book = rulebook(of.kb, of.case.region)
    asking = tuple(r for r in book.applied if r.when.intrathecal_rise_percent_gt is not None and "step" in r.numbers)
    judged = list(holding(asking, asked, book))
    lines = []
    for rule in (r for r, j in judged if j.truth is Truth.TRUE):
        low, high = pair(rule.numbers["step"])
        after = f"at most once in {one(rule.numbers['interval']):g} h" if "interval" in rule.numbers else "only at a refill"
        lines.append(_step(of, f"raise by {low:g}-{high:g} %, {after}", 1, (low, high), "rule", rule.id))
    low, high = pair(of.kb.rules[LOWER].numbers["step"])
    lines.append(_step(of, f"lower by {low:g}-{high:g} % at a time", -1, (low, high), "rule", LOWER))
    german = of.kb.labels[GERMAN_STEP]
    low, high = pair(german.numbers["value"])
    lines.append(
        replace(_step(of, f"German label: raise by {low:g}-{high:g} %", 1, (low, high), "label", GERMAN_STEP), note=german.text)
    )
    need = dict.fromkeys(key for _, j in judged if j.truth is Truth.CANNOT_TELL for m in j.missing for key in m.need)
    return Part(title, tuple(lines), need=tuple(need))


def one(amount: Amount) -> float:
    """The number of an amount that has one."""
    if amount.value is None:
        raise AssertionError(f"{amount} is no single number")
    return amount.value


def pair(amount: Amount) -> tuple[float, float]:
    """Low and high of an amount that has both."""
    if amount.low is None or amount.high is None:
        raise AssertionError(f"{amount} is no range")
    return amount.low, amount.high


def _step(of: PumpCase, what: str, sign: int, percent: tuple[float, float], grade: How, rests_on: str) -> Line:
    """The doses after the least and the largest step that are allowed from the dose ordered."""
    ends = sorted(of.ug_per_day * (1 + sign * p / PER_CENT) for p in percent)
    return Line(what, unit="ug/d", low=ends[0], high=ends[1], grade=grade, rests_on=(rests_on,))
