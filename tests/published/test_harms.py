"""Doses, kidneys, ages and other medicines go in; harm, computed by the whole chain, must be as case series and labels say."""

from __future__ import annotations

import numpy as np
import pytest
from tests.people_like import KB, like, middle, row

from openbaclofen.body.oral import Body
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import simulate
from openbaclofen.infer.harm_exposure import settled_brain_per_mg
from openbaclofen.infer.harms import Harms, as_known, harms
from openbaclofen.outcome.breathing import Loads, danger, depression_index, drive_lost, settled
from openbaclofen.outcome.encephalopathy import admission
from openbaclofen.outcome.overdose import coma_chance, coma_hours, event_chance, felt
from openbaclofen.outcome.side_effects import chance, sedation_grades
from openbaclofen.removal import Removal, simulate_removing
from openbaclofen.units import AbsoluteGFR

HOURS = np.linspace(0.0, 120.0, 481)


def of_age(age: float) -> Harms:
    return harms(as_known(KB), age)


YOUNG, OLD = of_age(40.0), of_age(82.0)


def after(mg: float, clearance: float = 100.0, weight: float = 70.0, dialysed_at: float | None = None) -> np.ndarray:
    """Brain concentration after one overdose, (times, 1)."""
    person = middle(like(clearance, weight=weight))
    later: list[tuple[float, Body]] = []
    if dialysed_at is not None:
        rate = AbsoluteGFR(KB.value("dialysis.haemodialysis_clearance")).to("L/h")
        session = person.body._replace(dialysis_clearance=np.array([rate]))
        later = [(dialysed_at, session), (dialysed_at + KB.value("dialysis.session_length"), person.body)]
    return simulate(person, Doses(np.zeros(1), np.array([mg])), HOURS, later=later).csf_ng_per_ml.T


def coma(level: np.ndarray, of: Harms = YOUNG) -> float:
    return float(coma_chance(of.overdose, np.asarray(felt(of.overdose, level)).max(axis=0))[0])


def length(level: np.ndarray, of: Harms = YOUNG) -> float:
    return float(coma_hours(of.overdose, felt(of.overdose, level), HOURS)[0])


def settled_brain(mg: float, clearance: float) -> np.ndarray:
    return settled_brain_per_mg(middle(like(clearance))) * mg


def test_coma_threatens_above_200_mg() -> None:
    assert KB.evidence["mechanism:M112"].value == 200
    assert coma(after(100.0)) < 0.1
    assert 0.1 < coma(after(200.0)) < 0.3
    assert coma(after(1000.0)) > 0.9


def test_the_fitted_series_is_met_at_its_mean_dose_and_ventilation_is_rarer_than_coma() -> None:
    peak = after(444.8).max(axis=0)
    series = "outcomes:Gdansk_Warsaw2005:"
    assert coma(after(444.8)) == pytest.approx(row(f"{series}deep_coma_Matthew_III-IV"), abs=0.2)
    assert float(event_chance(YOUNG.overdose, "ventilation", peak)[0]) == pytest.approx(
        row(f"{series}mechanical_ventilation"), abs=0.1
    )
    assert float(event_chance(YOUNG.overdose, "ventilation", peak)[0]) < coma(after(444.8))


def test_failing_kidneys_deepen_and_lengthen_coma() -> None:
    healthy, failing = after(200.0), after(200.0, clearance=20.0)
    assert coma(failing) > 1.5 * coma(healthy)
    assert length(failing) > 1.5 * length(healthy)


def test_dialysis_shortens_coma_most_where_kidneys_fail() -> None:
    saved = [length(after(400.0, c)) - length(after(400.0, c, dialysed_at=6.0)) for c in (100.0, 5.0)]
    assert saved[0] > 1
    assert saved[1] > 2 * saved[0]


def test_charcoal_helps_early_and_not_late() -> None:
    share, once = KB.value("ingestion.charcoal_share"), Doses(np.zeros(1), np.array([400.0]))
    early, late = (
        coma(simulate_removing(middle(like(100.0)), once, HOURS, [Removal(hour, share)]).csf_ng_per_ml.T) for hour in (0.5, 4.0)
    )
    assert early < 0.8 * coma(after(400.0))
    assert late > 0.98 * coma(after(400.0))


def test_a_small_person_is_in_more_danger_from_the_same_amount() -> None:
    assert coma(after(200.0, weight=35.0)) > 1.5 * coma(after(200.0))


def test_the_old_are_more_sensitive() -> None:
    level = settled_brain(60.0, 100.0)
    for young, old in ((YOUNG.sedation.any, OLD.sedation.any), (YOUNG.effects["confusion"], OLD.effects["confusion"])):
        assert float(chance(old, level)[0]) > 1.1 * float(chance(young, level)[0])
    assert coma(after(200.0), OLD) > 1.5 * coma(after(200.0))


def test_drowsiness_depends_on_dose_and_fades_only_partly() -> None:
    low, high = (float(chance(YOUNG.sedation.any, settled_brain(mg, 100.0))[0]) for mg in (15.0, 80.0))
    faded = float(chance(YOUNG.sedation.any, settled_brain(80.0, 100.0), 1.0)[0])
    none = float(chance(YOUNG.sedation.any, np.zeros(1))[0])
    assert none < low < faded < high
    severe = [float(sedation_grades(YOUNG.sedation, settled_brain(mg, 100.0)).severe[0]) for mg in (15.0, 80.0)]
    assert severe[0] < severe[1] < 0.1


def test_kidney_disease_turns_a_usual_dose_toxic_beyond_what_exposure_says() -> None:
    risk = [admission(OLD.encephalopathy, settled_brain(60.0, c), np.array([c]))[0] for c in (100.0, 30.0, 5.0)]
    assert risk[0] < 0.02 < risk[1] < risk[2]
    by_exposure = settled_brain(60.0, 30.0)[0] / settled_brain(60.0, 100.0)[0]
    assert risk[1] / risk[0] > 1.3 * by_exposure


def test_breathing_is_kept_alone_and_threatened_with_an_opioid_and_a_sedative() -> None:
    level = settled_brain(80.0, 100.0)

    def breath(loads: Loads) -> tuple[float, float]:
        found = settled(YOUNG.breathing, drive_lost(YOUNG.breathing, depression_index(YOUNG.breathing, level, loads)))
        return float(found.ventilation[0]), float(danger(YOUNG.breathing, found.ventilation)[0])

    alone, opioid, both = (breath(loads) for loads in (Loads(), Loads(opioid=1.0), Loads(opioid=1.0, benzodiazepine=1.0)))
    assert alone[0] > 0.9 > opioid[0] > both[0] > 0.7
    assert both[1] > 1.3 * opioid[1] > 4 * alone[1]


def test_an_opioid_dose_depresses_breathing_as_it_was_measured() -> None:
    """Oxycodone 20 mg, and 1 g/L of alcohol with it: 33.4 to 18.6 and 15.7 L/min at a raised carbon dioxide (M116)."""
    for loads, left in ((Loads(opioid=1.0), 18.6), (Loads(opioid=1.0, alcohol=1.0), 15.7)):
        lost = float(drive_lost(YOUNG.breathing, depression_index(YOUNG.breathing, np.zeros(1), loads))[0])
        assert 1 - lost == pytest.approx(left / 33.4, rel=0.01)
