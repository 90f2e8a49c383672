"""The name of a behaviour goes in; it is computed then and there, and a sentence with its numbers comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from openbaclofen.case.read import read_case
from openbaclofen.facts import KnowledgeBase
from openbaclofen.report.claims_for_one import FOR_ONE
from openbaclofen.report.claims_like import clock_of, doses_of, like, middle, reduced
from openbaclofen.report.claims_over_months import OVER_MONTHS
from openbaclofen.safety.check import check
from openbaclofen.safety.verdict import Verdict

if TYPE_CHECKING:
    from openbaclofen.cascade import Course, Parameters
    from openbaclofen.population import Typical

ORDER: dict[str, Any] = {
    "date": "2026-11-22",
    "region": "US",
    "question": "start",
    "therapy": "5 mg TID",
    "current": "none",
    "patient": {
        "age": "46 a",
        "sex": "female",
        "weight": "62 kg",
        "height": "168 cm",
        "creatinine": "0.7 mg/dL",
        "conditions": ["multiple_sclerosis"],
        "allergies": [],
        "medicines": [],
        "pregnant": "no",
        "breastfeeding": "no",
        "alcohol": "none",
        "dialysis": "none",
        "spasticity_supports_function": "no",
    },
}


def judged(kb: KnowledgeBase, *unstated: str, **patient: object) -> Verdict:
    """The verdict on a plain safe order, with changes of the patient and without what is not stated."""
    person = {k: v for k, v in {**ORDER["patient"], **patient}.items() if k not in unstated}
    return check(read_case({**ORDER, "patient": person}), kb)


def once(of: Parameters, mg: float, hours: np.ndarray) -> Course:
    """The course after one dose."""
    from openbaclofen.body.schedule import Doses
    from openbaclofen.cascade import simulate

    return simulate(of, Doses(np.array([0.0]), np.array([mg])), hours)


def settled(kb: KnowledgeBase, quantity: str) -> list[float]:
    """The mean over a settled day of three doses: none, then each dose of the ladder."""
    from openbaclofen.cascade import settled_days

    mg = np.array([0.0, *doses_of(kb)])
    day = settled_days(middle(like(kb)), clock_of(kb), np.repeat(mg[:, None], 3, axis=1))
    return [float(v) for v in day.mean[quantity][:, 0]]


def half_life_h(of: Typical) -> float:
    """Terminal half-life of two compartments: ln 2 / beta."""
    body = middle(of).body
    out = (np.asarray(body.renal_clearance) + np.asarray(body.nonrenal_clearance)) / np.asarray(body.central_volume)
    forth = np.asarray(body.distribution_clearance) / np.asarray(body.central_volume)
    back = np.asarray(body.distribution_clearance) / np.asarray(body.peripheral_volume)
    both = out + forth + back
    return float(np.log(2) / ((both - np.sqrt(both**2 - 4 * out * back)) / 2)[0])


def peak_time(kb: KnowledgeBase) -> str:
    """When the level is highest after one dose: the middle and 90 % of people."""
    from openbaclofen.population import people

    hours, mg = np.linspace(0, 12, 241), doses_of(kb)[0]
    plasma = once(people(like(kb), 500, seed=1), mg, hours).plasma_ng_per_ml
    low, mid, high = np.percentile(hours[plasma.argmax(axis=1)], [5, 50, 95])
    return (
        f"After one dose of {mg:g} mg the peak comes at {mid:.1f} h, in 90 % of 500 virtual adults at {low:.1f}-{high:.1f} h."
    )


def half_life_by_kidney(kb: KnowledgeBase) -> str:
    """The half-life with healthy kidneys and where guidance lowers the dose."""
    low, high = reduced(kb)
    well, less, least = (half_life_h(like(kb, rate)) for rate in (None, high, low))
    return (
        f"Half-life {well:.1f} h with healthy kidneys, {less:.1f} h at a creatinine clearance of {high:g} mL/min, "
        f"{least:.1f} h at {low:g}."
    )


def kidneys_fail(kb: KnowledgeBase) -> str:
    """The level on one dose before and after the kidneys fail."""
    from openbaclofen.body.schedule import Doses
    from openbaclofen.cascade import simulate
    from openbaclofen.units import HOURS_PER_DAY

    low, mg, days = reduced(kb)[0], doses_of(kb)[0], 8
    at = (np.arange(days)[:, None] * HOURS_PER_DAY + clock_of(kb)).ravel()
    half = days // 2 * HOURS_PER_DAY
    hours = np.arange(0, days * HOURS_PER_DAY, 0.5)
    later = [(half, middle(like(kb, low)).body)]
    plasma = simulate(middle(like(kb)), Doses(at, np.full(at.shape, mg)), hours, later=later).plasma_ng_per_ml[0]
    mean = plasma.reshape(days, -1).mean(axis=1)
    before, day, last = mean[days // 2 - 1], mean[days // 2], mean[-1]
    return (
        f"On {mg:g} mg TID the mean level rises from {before:.0f} ng/mL to {day:.0f} on the first day after clearance falls to "
        f"{low:g} mL/min and to {last:.0f} by the fourth: {last / before:.1f} times."
    )


def drowsiness_by_dose(kb: KnowledgeBase) -> str:
    """The chance of drowsiness on settled doses."""
    chances = settled(kb, "sedation")
    told = ", ".join(f"{3 * mg:g} mg/d {p:.0%}" for mg, p in zip(doses_of(kb), chances[1:], strict=True))
    return f"Chance that drowsiness is reported: without drug {chances[0]:.0%}, {told}."


def relief_by_dose(kb: KnowledgeBase) -> str:
    """The fall of the modified Ashworth score on settled doses."""
    score = settled(kb, "modified_ashworth")
    told = ", ".join(f"{3 * mg:g} mg/d {score[0] - s:.1f}" for mg, s in zip(doses_of(kb), score[1:], strict=True))
    return f"Expected fall of the modified Ashworth score from {score[0]:.1f} points: {told}."


def reflex_quietened(kb: KnowledgeBase) -> str:
    """Release, conductance and reflex gain on the highest step."""
    release, conductance, gain = (
        settled(kb, q)[-1] for q in ("presynaptic_release", "postsynaptic_conductance", "reflex_gain")
    )
    return (
        f"On {3 * doses_of(kb)[-1]:g} mg/d: transmitter release {release:.0%} of normal, potassium conductance of motoneurones "
        f"{conductance:.0%} of its largest, stretch reflex {gain:.0%} of normal."
    )


def fluid_and_plasma(kb: KnowledgeBase) -> str:
    """The level in spinal fluid beside that in plasma."""
    fluid, plasma = (settled(kb, q)[-1] for q in ("csf", "plasma"))
    mg = 3 * doses_of(kb)[-1]
    return f"On {mg:g} mg/d plasma holds {plasma:.0f} ng/mL and spinal fluid {fluid:.0f}, {fluid / plasma:.0%} of that."


def first_effect(kb: KnowledgeBase) -> str:
    """When the effect of one dose on the reflex begins, is greatest and ends, by half of its greatest."""
    hours, mg = np.linspace(0, 24, 481), doses_of(kb)[-1]
    effect = 1 - once(middle(like(kb)), mg, hours).outcomes["reflex_gain"][0]
    strong = hours[effect >= effect.max() / 2]
    return (
        f"After one dose of {mg:g} mg half of the greatest effect on the stretch reflex is there at {strong[0]:.1f} h, all "
        f"of it at {hours[effect.argmax()]:.1f} h, and half is left until {strong[-1]:.1f} h."
    )


def depressants_and_dose(kb: KnowledgeBase) -> str:
    """What the rules say of a plain order, with depressants, and of a high dose."""
    alone, one, two = (judged(kb, medicines=m).severity for m in ([], ["oxycodone"], ["oxycodone", "diazepam"]))
    high = check(read_case({**ORDER, "therapy": "30 mg QID"}), kb).severity
    return f"The same order: alone {alone}; with oxycodone {one}; with oxycodone and diazepam {two}; at 30 mg QID {high}."


def _open(verdict: Verdict, word: str) -> str:
    needs = sorted({need for line in verdict.cannot_tell for need in line.need if word in need})
    return ", ".join(needs)


def medicines_asked(kb: KnowledgeBase) -> str:
    """What is said where no medicines are stated, and where one is not known."""
    unstated = judged(kb, "medicines")
    unknown = judged(kb, medicines=["gribble"])
    return (
        f"Not stated: {unstated.severity}, asks for {_open(unstated, 'medicines')}. Not known: {_open(unknown, 'medicines')}."
    )


def alcohol_asked(kb: KnowledgeBase) -> str:
    """What is said where drinking is not stated."""
    found, daily = judged(kb, "alcohol"), judged(kb, alcohol="daily")
    return f"Not stated: {found.severity}, asks for {_open(found, 'alcohol')}. Daily drinking: {daily.severity}."


def asked_before_start(kb: KnowledgeBase) -> str:
    """What is asked before a start, and what each answer leads to."""
    found = judged(kb, "creatinine", "conditions")
    known = {c: judged(kb, conditions=["multiple_sclerosis", c]).severity for c in ("epilepsy", "schizophrenia")}
    failing = judged(kb, creatinine="2.5 mg/dL").severity
    told = ", ".join(f"{c} {severity}" for c, severity in known.items())
    return f"Asks for {_open(found, 'patient.')}. Then: {told}, creatinine 2.5 mg/dL {failing}."


def allergy_to_others(kb: KnowledgeBase) -> str:
    """What an allergy to another relaxant, and one to baclofen, lead to."""
    other, own = (judged(kb, allergies=[a]).severity for a in ("cyclobenzaprine", "baclofen"))
    return f"Allergy to cyclobenzaprine: {other}; to baclofen: {own}."


COMPUTED: Mapping[str, Callable[[KnowledgeBase], str]] = {
    f.__name__: f
    for f in (
        *(peak_time, half_life_by_kidney, kidneys_fail, drowsiness_by_dose, relief_by_dose, reflex_quietened, fluid_and_plasma),
        *(first_effect, depressants_and_dose, medicines_asked, alcohol_asked, asked_before_start, allergy_to_others),
        *OVER_MONTHS,
        *FOR_ONE,
    )
}
