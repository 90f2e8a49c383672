"""A pump's case and people like this one go in; what tablets and a needle can and cannot reach beside the legs comes out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from openbaclofen.body.schedule import Doses
from openbaclofen.body.spine_delivery import Delivery
from openbaclofen.cascade import Observe, observe, steady_state
from openbaclofen.case.record import OralTherapy
from openbaclofen.decide.bounds import bounds
from openbaclofen.decide.expect import LEVELS, significant
from openbaclofen.decide.pump_case import PumpCase
from openbaclofen.decide.pump_dose import one, pair
from openbaclofen.decide.pump_failures import FOLLOWED_DAYS, NOTICED, running
from openbaclofen.decide.pump_records import How, Line, Part
from openbaclofen.dose.regimen import Phase, Regimen
from openbaclofen.dose.sig import parse_sig
from openbaclofen.infer.pump_what_if import PumpPeople
from openbaclofen.infer.release import released
from openbaclofen.infer.spine_typical import level
from openbaclofen.pump import LEGS
from openbaclofen.safety.check import check
from openbaclofen.safety.situation import situation
from openbaclofen.units import HOURS_PER_DAY

TREAT, SCREEN, HELD, NEEDLE = "ITB-WD-TREAT", "ITB-SCREEN", "pump.held_share", "spine.tip_needle"
SETTLES, OUTSIDE = "itb.pharmacodynamics.max_infusion", "pump_label.wean_external"
TITLE = "What can stand in for the pump: level beside the legs"
CSF = "csf"
STEP = 1 / 10
VEIN = (
    "Into a vein no more of a dose reaches the spinal fluid than its plasma lets through, as from tablets, only sooner. "
    "Benzodiazepines act elsewhere, and are not compared here."
)


@dataclass(frozen=True)
class Tablets:
    """What may be given by mouth. rule_mg, every_h: the day's dose of the rule on a stopped pump; most_mg: what the rules leave
    this person (None: none says; 0: one forbids), and rests_on: which."""

    rule_mg: float
    every_h: float
    most_mg: float | None
    rests_on: tuple[str, ...]

    @property
    def daily_mg(self) -> float:
        """The rule's dose, or less where less is allowed."""
        return self.rule_mg if self.most_mg is None else min(self.rule_mg, self.most_mg)

    @property
    def said(self) -> str:
        """In words."""
        return f"{self.daily_mg:.4g} mg/d by mouth"

    def regimen(self) -> Regimen:
        """The day's dose in equal parts."""
        at = tuple(float(hour) for hour in np.arange(0.0, HOURS_PER_DAY, self.every_h))
        return Regimen((Phase(tuple(self.daily_mg / len(at) for _ in at), at, None),))


def tablets(of: PumpCase) -> Tablets:
    """The dose of the rule on a stopped pump beside the highest that the rules of the region leave this person."""
    numbers, sig = of.kb.rules[TREAT].numbers, parse_sig("5 mg TID")
    every = one(numbers["baclofen_interval"])
    rule_mg = pair(numbers["baclofen"])[1] * HOURS_PER_DAY / every
    order = OralTherapy(sig.regimen, "5 mg TID", "5 mg TID")
    alone = replace(of.case, therapy=order, current=None, question="start", events=(), current_stated=True)
    forbids = [f.rule for f in check(alone, of.kb).findings if f.severity == "contraindicated" or f.blocks]
    if forbids:
        return Tablets(rule_mg, every, 0.0, tuple(forbids))
    limit, reasons = bounds(situation(alone, of.kb), of.kb, of.case.region)
    return Tablets(rule_mg, every, limit.ceiling_mg, tuple(dict.fromkeys(i for r in reasons for i in r.rests_on)))


def rescue(of: PumpCase, people: PumpPeople) -> Part:
    """Tablets up to the highest dose that rules allow, and boluses by needle, beside what the pump gives."""
    ran, may = running(of, people, of.ends), tablets(of)
    read = ran.of.modes.reads(ran.where, [LEGS])[:, 0]
    pump = np.einsum("pm,pm->p", read, ran.mean)
    per_mg = _by_mouth(ran, may.rule_mg * may.every_h / HOURS_PER_DAY, may.every_h) / may.rule_mg
    lines = [_line("the pump", pump, "ng/mL", ran.number, ("spine.mixing",), f"{ran.runs:g} ug/d, settled")]
    over = "; more than the rules leave this person" if may.daily_mg < may.rule_mg else ""
    lines.append(_oral("tablets, as the rule on a stopped pump", may.rule_mg, per_mg, pump, ran, (TREAT,), over))
    if may.most_mg:
        lines.append(_oral("tablets, the most that the rules allow", may.most_mg, per_mg, pump, ran, may.rests_on))
    times = f", {float(np.median(pump / per_mg)) / may.most_mg:.2g} times the most allowed" if may.most_mg else ""
    said = f"arithmetic, no dose{times}"
    lines.append(_line("by mouth for the level of the pump", pump / per_mg, "mg/d", ran.number, ("spine.mixing",), said))
    lines += [*_covered(of, ran, may), *_needles(of, ran, pump)]
    same = f"The same daily dose by an outside pump to a lumbar catheter reaches it: {of.kb.labels[SETTLES].text} [{SETTLES}]."
    used = f"{of.kb.labels[OUTSIDE].text} [{OUTSIDE}]"
    need = ("what sets the highest dose by mouth for this person",) if may.most_mg is None else ()
    no = (f"A rule forbids tablets: {', '.join(may.rests_on)}.",) if may.most_mg == 0 else ()
    return Part(TITLE, tuple(lines), need=need, notes=(*no, same, used, VEIN, f"{of.kb.rules[TREAT].text} [{TREAT}]"))


def _by_mouth(people: PumpPeople, mg: float, every_h: float) -> np.ndarray:
    """Mean level in spinal fluid over a settled day of a dose every so many hours, ng/mL (people,)."""
    at = np.arange(0.0, HOURS_PER_DAY, every_h)
    doses = released(Doses(at, np.full(len(at), mg)), "tablet", people.kb, HOURS_PER_DAY).doses
    of = people.of.parameters
    hours = np.arange(HOURS_PER_DAY + 1)
    seen = observe(of, doses, hours, Observe((CSF,)), initial_mg=steady_state(of, doses, HOURS_PER_DAY))
    return seen[CSF][:, 1:].mean(axis=1)


def _oral(
    what: str, daily: float, per_mg: np.ndarray, pump: np.ndarray, of: PumpPeople, rests_on: tuple[str, ...], more: str = ""
) -> Line:
    """The level of a daily dose, and which share of the pump's it is."""
    low, middle, high = (significant(float(v)) for v in np.quantile((daily * per_mg / pump)[: of.number], LEVELS))
    held = of.kb.value(HELD)
    reach = float((daily * per_mg >= held * pump)[: of.number].mean())
    said = f"{middle:g} ({low:g} to {high:g}) of the pump; {held:g} of it in {reach:.0%}{more}"
    return _line(f"{what}, {daily:.4g} mg/d", daily * per_mg, "ng/mL", of.number, rests_on, said)


def _covered(case: PumpCase, of: PumpPeople, may: Tablets) -> list[Line]:
    """How many notice withdrawal after a stop, without anything, with the tablets of the rule and with those ordered."""
    ways = [("without anything", None), *([(f"with {may.said} from hour 0", may.regimen())] if may.daily_mg else [])]
    ways += [(f"with {case.by_mouth.text}, as ordered", case.by_mouth.regimen)] if case.by_mouth else []
    noticed, lines = of.kb.value(NOTICED), []
    for name, oral in ways:
        worst = of.follow(of.given(0.0), FOLLOWED_DAYS, oral).outcomes["withdrawal"].max(axis=1)
        people, unsure = ((worst[some] >= noticed).mean() for some in (slice(of.number), slice(of.number, None)))
        said = f"and of what is not known {unsure:.0%}; highest index {float(np.median(worst[: of.number])):.2g}"
        what, value = f"it stops, {name}: notice withdrawal", significant(float(people))
        lines.append(Line(what, value, "of people", grade="assumed", rests_on=(NOTICED,), note=said))
    return lines


def _needles(of: PumpCase, people: PumpPeople, pump: np.ndarray) -> list[Line]:
    """For how long each screening dose, by lumbar puncture into fluid without drug, holds its share of the pump's level."""
    numbers, held = of.kb.rules[SCREEN].numbers, of.kb.value(HELD)
    at = level(of.kb, str(of.kb.facts[NEEDLE].value)).low
    times, lines = np.arange(0.0, HOURS_PER_DAY + STEP, STEP), []
    for ug, ml in zip(numbers["doses"].values or (), numbers["volumes"].values or (), strict=True):
        one_ = np.ones(1)
        given = Delivery(at, bolus_h=one_ * 0, bolus_ug=one_ * ug, bolus_ml=one_ * ml)
        legs = people.levels(given, times, running=False)[LEGS]
        hours = (legs >= held * pump[:, None]).sum(axis=1) * STEP
        lines.append(_line(f"{ug:g} ug by lumbar puncture holds {held:g} of it for", hours, "h", people.number, (HELD, SCREEN)))
    return lines


def _line(what: str, values: np.ndarray, unit: str, number: int, rests_on: tuple[str, ...], note: str = "") -> Line:
    low, middle, high = (significant(float(v)) for v in np.quantile(values[:number], LEVELS))
    grade: How = "assumed" if HELD in rests_on else "extrapolated"
    return Line(what, middle, unit, low, high, grade=grade, rests_on=rests_on, note=note)
