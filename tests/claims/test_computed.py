"""Behaviours that claims rest on: each is computed apart from its sentence, and must be as its claim or study says."""

from __future__ import annotations

import re

import numpy as np
import pytest
from tests.claims.variants import columns, person
from tests.people_like import KB, TID, like, middle, row
from tests.safety.harness import asked, finding, verdict

from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Observe, observe, settled_days, simulate
from openbaclofen.case.read import read_case
from openbaclofen.decide.likeness import likenesses_of
from openbaclofen.decide.spread import phase
from openbaclofen.dose.regimen import Regimen
from openbaclofen.infer.harms import as_known, harms
from openbaclofen.infer.withdrawal_course import stop_oral, stop_pump
from openbaclofen.outcome.breathing import Loads, depression_index
from openbaclofen.population import people
from openbaclofen.report import claims_at_work as work
from openbaclofen.report.claims_for_one import OTHERS, proposed_mg
from openbaclofen.units import HOURS_PER_DAY

HOURS = np.arange(0.0, 72.0, 0.05)


def said(name: str) -> list[float]:
    """The numbers of the sentence, as they stand in it."""
    return [float(n) for n in re.findall(r"(?<![A-Za-z])\d+(?:\.\d+)?", work.COMPUTED[name](KB))]


def test_peak_time() -> None:
    plasma = simulate(people(like(), 300, seed=2), Doses(np.array([0.0]), np.array([5.0])), HOURS).plasma_ng_per_ml
    times = HOURS[plasma.argmax(axis=1)]
    assert 1 <= np.median(times) <= 2  # the claim's own range
    dose, middle_h, _, _, low, high = said("peak_time")
    assert (dose, middle_h) == (5, pytest.approx(np.median(times), abs=0.2))
    assert low < middle_h < high


def test_half_life_by_kidney() -> None:
    def half_life(clearance: float) -> float:
        plasma = simulate(middle(like(clearance)), Doses(np.array([0.0]), np.array([20.0])), HOURS).plasma_ng_per_ml[0]
        return float(np.log(2) * 10 / np.log(plasma[-401] / plasma[-201]))

    computed = [half_life(rate) for rate in (110, 60, 30)]
    assert computed[0] < computed[1] < computed[2]
    assert 3 < computed[0] < 6  # the range of S1-12
    numbers = said("half_life_by_kidney")
    assert [numbers[0], numbers[1], numbers[3]] == pytest.approx(computed, abs=0.06)


def test_kidneys_fail() -> None:
    before, after = (settled_days(middle(like(c)), TID, np.full((1, 3), 5.0)).mean["plasma"][0, 0] for c in (110, 30))
    numbers = said("kidneys_fail")
    assert after / before > 1.5
    assert numbers[1] == pytest.approx(before, rel=0.02)
    assert numbers[4] == pytest.approx(after, rel=0.05)
    assert numbers[2] > 1.3 * numbers[1]  # quickly: on the first day


def test_drowsiness_by_dose() -> None:
    day = settled_days(middle(like()), TID, np.outer([0, 5, 10, 15, 20], np.ones(3)))
    chance = day.mean["sedation"][:, 0]
    assert (np.diff(chance) > 0).all()
    assert chance[0] == pytest.approx(KB.value("effect.drowsiness_odds") / (1 + KB.value("effect.drowsiness_odds")))
    told = said("drowsiness_by_dose")
    assert [told[0], *told[2::2]] == pytest.approx(100 * chance, abs=0.6)
    label = KB.evidence["outcomes:US_label_oral:transient_drowsiness:3"]
    assert label.low is not None
    assert label.high is not None
    assert label.low < chance[-1] < label.high


def test_relief_by_dose() -> None:
    score = settled_days(middle(like()), TID, np.outer([0, 5, 10, 15, 20], np.ones(3))).mean["modified_ashworth"][:, 0]
    assert (np.diff(score) < 0).all()
    assert said("relief_by_dose")[2::2] == pytest.approx(score[0] - score[1:], abs=0.06)
    fall = -row("outcomes_extra:OteroLuis2024_NMA:MAS_baclofen_vs_placebo")
    assert score[0] - score[-1] == pytest.approx(fall, abs=0.3)


def test_reflex_quietened() -> None:
    day = settled_days(middle(like()), TID, np.full((1, 3), 20.0))
    release, conductance, gain = (day.mean[q][0, 0] for q in ("presynaptic_release", "postsynaptic_conductance", "reflex_gain"))
    assert 0 < gain < 1
    assert 0 < release < 1
    assert said("reflex_quietened") == pytest.approx([60, 100 * release, 100 * conductance, 100 * gain], abs=0.6)


def test_fluid_and_plasma() -> None:
    day = settled_days(middle(like()), TID, np.full((1, 3), 20.0))
    _, plasma, fluid, share = said("fluid_and_plasma")
    assert [plasma, fluid] == pytest.approx([day.mean["plasma"][0, 0], day.mean["csf"][0, 0]], abs=0.6)
    assert share == pytest.approx(100 * row("mechanism:M009"), abs=1)


def test_first_effect() -> None:
    seen = simulate(middle(like()), Doses(np.array([0.0]), np.array([20.0])), HOURS)
    effect = 1 - seen.outcomes["reflex_gain"][0]
    _, begins, greatest, ends = said("first_effect")
    assert begins < greatest < ends < HOURS_PER_DAY
    assert greatest == pytest.approx(HOURS[effect.argmax()], abs=0.1)
    assert np.interp(begins, HOURS, effect) == pytest.approx(effect.max() / 2, rel=0.1)
    assert greatest > HOURS[seen.plasma_ng_per_ml[0].argmax()]  # spinal fluid follows plasma


def test_depressants_and_dose() -> None:
    assert verdict().severity == "clean"
    assert finding(verdict(medicines=["oxycodone", "diazepam"]), "INT-MULTI-CNS").severity == "major"
    assert verdict({"therapy": "30 mg QID"}).severity in ("major", "contraindicated")
    assert work.COMPUTED["depressants_and_dose"](KB).count("major") == 3


def test_medicines_asked() -> None:
    assert "INT-OPIOID" in asked(verdict(medicines="not stated"))
    sentence = work.COMPUTED["medicines_asked"](KB)
    assert "asks for patient.medicines" in sentence
    assert "'gribble' is not known" in sentence


def test_alcohol_asked() -> None:
    assert "INT-ALCOHOL" in asked(verdict(alcohol="not stated"))
    assert "asks for patient.alcohol" in work.COMPUTED["alcohol_asked"](KB)


def test_asked_before_start() -> None:
    found = verdict(creatinine="not stated", conditions="not stated")
    assert {"patient.creatinine", "patient.conditions"} <= {need for line in found.cannot_tell for need in line.need}
    sentence = work.COMPUTED["asked_before_start"](KB)
    assert "patient.creatinine" in sentence
    assert "clean" not in sentence


def test_allergy_to_others() -> None:
    assert verdict(allergies=["cyclobenzaprine"]).severity == "clean"
    assert verdict(allergies=["baclofen"]).stops
    assert work.COMPUTED["allergy_to_others"](KB) == "Allergy to cyclobenzaprine: clean; to baclofen: contraindicated."


RESPONDER = columns(person(clearance=110.0))
DAYS = np.arange(12 * 7)


def course(daily_mg: np.ndarray, quantity: str) -> np.ndarray:
    """Hours of the typical responder under a dose for each day, (days and three weeks, hours)."""
    at = (np.arange(len(daily_mg))[:, None] * HOURS_PER_DAY + TID).ravel()
    hours = np.arange((len(daily_mg) + 21) * HOURS_PER_DAY)
    return observe(RESPONDER, Doses(at, np.repeat(daily_mg / 3, 3)), hours, Observe((quantity,)))[quantity].reshape(-1, 24)


def test_benefit_over_weeks() -> None:
    daily_mg = np.minimum(15.0 * (1 + DAYS // 3), 60.0)
    relief = 1 - course(daily_mg, "reflex_gain").mean(axis=1)[: len(DAYS)]
    first, most, day = said("benefit_over_weeks")
    assert [first, most] == pytest.approx([100 * relief[0], 100 * relief.max()], abs=0.6)
    assert relief[int(day) - 1] >= 0.9 * relief.max() > relief[int(day) - 2]
    assert 4 <= day <= 28


def test_drowsiness_fades() -> None:
    chance = course(np.full(len(DAYS), 60.0), "sedation")
    seen = [chance[1].max(), chance[27].max(), chance[83].max(), chance[0, 0]]
    assert seen == sorted(seen, reverse=True)
    told = said("drowsiness_fades")
    assert [told[i] for i in (1, 3, 5, 7)] == pytest.approx([100 * p for p in seen], abs=0.6)


def test_same_dose_does_less() -> None:
    gain = course(np.full(len(DAYS), 60.0), "reflex_gain").mean(axis=1)
    _, early, _, late, _, needed = said("same_dose_does_less")
    assert [early, late] == pytest.approx([100 * (1 - gain[1]), 100 * (1 - gain[83])], abs=0.6)
    assert needed > 1.25 * 60
    assert course(np.full(len(DAYS), needed), "reflex_gain").mean(axis=1)[83] == pytest.approx(gain[1], abs=0.02)


def test_abrupt_stop() -> None:
    gain = course(np.full(len(DAYS), 60.0), "reflex_gain").ravel()[83 * 24 + 21 :]
    numbers = said("abrupt_stop")
    assert numbers[2] == pytest.approx(100 * gain.max(), abs=0.6)
    assert numbers[3] == pytest.approx(gain.argmax(), abs=1)
    assert 24 <= numbers[3] <= 72
    assert 100 < numbers[-2] < numbers[2]  # after a taper


def test_pump_and_tablets_stopped() -> None:
    pump, oral = stop_pump(KB, 300, 84, 14), stop_oral(KB, [(84, 60.0)], 14)
    assert pump.severity.max() > 1.5 * oral.severity.max()
    assert pump.onset_h < oral.onset_h
    told = said("pump_and_tablets_stopped")
    assert [told[2], told[4], told[5], told[7]] == pytest.approx(
        [pump.severity.max(), pump.onset_h, oral.severity.max(), oral.onset_h], abs=0.6
    )


def test_depressants_together() -> None:
    of = harms(as_known(KB), 40.0).breathing
    brain = settled_days(RESPONDER, TID, np.full((1, 3), 20.0)).mean["csf"][0]
    index = [float(depression_index(of, level, Loads(opioid=1.0))[0]) for level in (brain, np.zeros(1))]
    numbers = said("depressants_together")
    assert numbers[2] == pytest.approx(index[0], abs=0.006)
    for both, parts in (numbers[2:4], numbers[4:6], numbers[6:8]):
        assert both > 1.05 * parts


def test_window_for_one() -> None:
    low, few, more_mg, more, some, many, creatinine, again, relief, harm = said("window_for_one")
    assert (low, more_mg, creatinine, again) == (30, 60, 2, 60)
    assert few < more < relief  # failing kidneys raise both, harm by more
    assert some < many < harm
    assert many / some > 2
    assert harm / many > relief / more
    woman = likenesses_of(read_case(work.ORDER).patient, KB, 1)
    days = woman.steady([Regimen((phase((mg,) * 3, None),)) for mg in (10.0, 20.0)])
    assert [few, more] == pytest.approx([100 * (fall >= 1).mean() for fall in days.ashworth_fall], abs=0.6)
    assert [some, many] == pytest.approx([100 * chance.mean() for chance in days.limiting], abs=0.06)


def test_dose_for_one() -> None:
    doses = [proposed_mg(KB, **patient) for patient in OTHERS.values()]
    assert doses[0] > max(doses[1:3])  # age and kidneys each lower it
    assert len(set(doses)) >= 3
    shown = re.findall(r"(\d+) mg a day", work.COMPUTED["dose_for_one"](KB))
    assert [float(mg) for mg in shown] == [mg for mg in doses if mg]
