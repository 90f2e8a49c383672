"""Whole verdicts: quiet on a plain order, merged, worst first, stand-ins and hints marked, each question asked once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.safety.harness import KB, case, finding, told, verdict

from openbaclofen.case.record import IntrathecalTherapy
from openbaclofen.dose.programme import continuous
from openbaclofen.safety.check import check
from openbaclofen.safety.drafts import draft
from openbaclofen.safety.evaluate import Judgement, Reason
from openbaclofen.safety.logic import Truth

TITRATED = "5 mg TID for 3 d, then 10 mg TID for 3 d, then 15 mg TID"
STOPPED = {"current": {"sig": "20 mg QID", "since": "2023-11-22"}, "therapy": "none", "question": "stop"}


@pytest.mark.parametrize("region", ["US", "UK", "FR", "CA", "CH", "DE", "AT", "INT"])
@pytest.mark.parametrize("sig", ["5 mg TID", "5 mg TID for 7 d, then 10 mg TID"])
def test_a_plain_order_is_quiet(region: str, sig: str) -> None:
    found = verdict({"region": region, "therapy": sig})
    assert found.severity == "clean"
    assert not found.findings
    assert not found.cannot_tell


def test_a_plain_order_with_the_usual_gaps_asks_and_does_not_warn() -> None:
    found = verdict(alcohol="not stated", spasticity_supports_function="not stated", dialysis="not stated")
    assert found.severity == "cannot tell"
    assert {c.need for c in found.cannot_tell} == {("patient.alcohol",), ("patient.spasticity_supports_function",)}


def test_kidney_rules_are_one_finding_with_every_source_and_region() -> None:
    found = finding(verdict({"region": "CA"}, dialysis="three times a week"), "RENAL-AJKD-LT30")
    assert found.severity == "contraindicated"
    assert found.blocks
    assert {"RENAL-AJKD-LT30", "RENAL-VLAV-SEVERE", "RENAL-CA-DIALYSIS"} <= set(found.rules)
    assert found.region == "INT, CA"
    assert "Otherwise CA RENAL-CA-DIALYSIS (major)" in found.note
    assert {"RENAL-CA-DIALYSIS", "RENAL-VLAV-SEVERE"} <= set(found.conflicts_with)
    assert len({s["title"] for s in found.sources}) == len(found.sources) > 2


def test_a_rule_of_another_region_that_says_otherwise_is_told() -> None:
    us = finding(verdict({"therapy": "30 mg TID"}), "ADULT-MAX-US")
    assert "Otherwise UK ADULT-MAX-UK" in us.note
    dialysed = finding(verdict(dialysis="three times a week"), "RENAL-AJKD-LT30")
    assert "Otherwise CA RENAL-CA-DIALYSIS" in dialysed.note
    assert "RENAL-CA-DIALYSIS" not in finding(verdict(creatinine="3 mg/dL"), "RENAL-AJKD-LT30").note


def test_the_reason_is_in_the_persons_own_data() -> None:
    found = finding(verdict(creatinine="2.4 mg/dL"), "RENAL-AJKD-LT30")
    assert found.reason.startswith("eGFR 24")
    assert "mL/min/1.73 m2 (CKD-EPI-2021) is below 30" in found.reason
    assert "creatinine clearance 28" in found.reason


def test_a_value_is_never_rounded_into_contradiction() -> None:
    found = finding(verdict(egfr="59.96 mL/min/{1.73_m2}"), "RENAL-AJKD-30-60")
    assert "eGFR 59.9 mL/min/1.73 m2 (as reported)" in found.reason


def test_worst_first_and_one_line_a_thing() -> None:
    found = verdict(
        {"therapy": "30 mg TID"},
        age="82 a",
        creatinine="2.6 mg/dL",
        conditions=["multiple_sclerosis", "epilepsy"],
        medicines=["oxycodone", "diazepam", "ibuprofen"],
        alcohol="daily",
    )
    ranks = ["contraindicated", "major", "moderate", "caution", "info"]
    assert [ranks.index(f.severity) for f in found.findings] == sorted(ranks.index(f.severity) for f in found.findings)
    every = [r for f in found.findings for r in f.rules]
    assert len(every) == len(set(every))
    assert found.stops


@pytest.mark.parametrize(
    ("region", "changes", "rule"),
    [
        ("CA", {"therapy": "30 mg TID"}, "ADULT-MAX-US"),
        ("INT", {"therapy": "30 mg TID"}, "ADULT-MAX-US"),
        ("CA", STOPPED, "TAPER-US"),
        ("US", {"patient": {"conditions": ["multiple_sclerosis", "peptic_ulcer"]}}, "CI-ULCER-UK"),
    ],
)
def test_no_one_is_left_without(region: str, changes: dict, rule: str) -> None:
    found = finding(verdict({**changes, "region": region}), rule)
    assert found.stands_in
    assert f"from {KB.rules[rule].region}" in found.region.split(", ")


def test_of_equals_the_one_that_no_one_is_to_be_without_leads() -> None:
    found = finding(verdict({**STOPPED, "region": "UK"}, conditions=["cerebral_palsy"]), "TAPER-US")
    assert found.rule == "TAPER-US"
    assert set(found.rules) == {"TAPER-US", "TAPER-NICE-LONG", "WD-SIGNS"}


def test_a_region_with_its_own_ceiling_takes_no_other() -> None:
    assert "ADULT-MAX-US" not in told(verdict({"region": "UK", "therapy": "22 mg QID"}))
    assert finding(verdict({"region": "UK", "therapy": "22 mg QID"}), "ADULT-MAX-UK").severity == "caution"
    assert finding(verdict({"region": "UK", "therapy": "30 mg QID"}), "ADULT-MAX-UK").severity == "major"


def test_the_ceiling_that_stands_in_is_the_one_for_this_age() -> None:
    child = {"age": "9 a", "weight": "28 kg", "height": "130 cm", "creatinine": "0.4 mg/dL", "pregnant": "not stated"}
    found = verdict({"region": "US", "therapy": "25 mg TID"}, **child)
    assert finding(found, "PED-UK-MAX-GE8").region == "from UK, INT"  # and what schedules keep up by weight
    assert "ADULT-MAX-US" not in told(found)


def test_a_hint_is_marked_and_never_more_than_a_caution() -> None:
    found = verdict({"therapy": "5 mg TID for 3 d, then 10 mg TID for 3 d, then 15 mg TID"}, age="70 a")
    assert finding(found, "ELD-CAP-SOFT").hint
    magnesium = finding(verdict(medicines=["magnesium sulfate (B05XA05)"]), "INT-MAGNESIUM")
    assert magnesium.hint
    assert not magnesium.blocks
    assert magnesium.severity == "caution"


def test_one_line_for_each_missing_datum() -> None:
    found = verdict(creatinine="not stated", allergies="not stated", medicines="not stated")
    needs = [c.need for c in found.cannot_tell]
    assert len(needs) == len(set(needs)) == 3
    kidney = next(c for c in found.cannot_tell if "patient.creatinine" in c.need)
    assert kidney.severity == "contraindicated"
    assert "RENAL-MUANDA" not in kidney.rules, "excluded by age, whatever the kidneys"
    assert {"RENAL-VLAV-SEVERE", "RENAL-AKI", "RENAL-US-LABEL"} <= set(kidney.rules)
    assert kidney.would_say == KB.rules[kidney.rule].text


def test_all_that_the_kidneys_lack_is_one_line() -> None:
    (line,) = verdict(creatinine="not stated", weight="not stated").cannot_tell
    assert set(line.need) == {"patient.creatinine", "patient.weight"}


def test_a_rule_made_a_hint_neither_blocks_nor_contraindicates() -> None:
    sure = KB.rules["CI-HYPERSENS"]
    judgement = Judgement(Truth.TRUE, (Reason("allergy", "allergy to baclofen"),))
    strong, weak = draft(sure, judgement, KB), draft(sure.model_copy(update={"use": "hint"}), judgement, KB)
    assert (strong.severity, strong.blocks, strong.hint) == ("contraindicated", True, False)
    assert (weak.severity, weak.blocks, weak.hint) == ("caution", False, True)


def test_conditions_that_are_not_known_are_asked_about() -> None:
    known = case()
    odd = replace(known, patient=replace(known.patient, unknown_conditions=("gribbles",)))
    (line,) = check(odd, KB).cannot_tell
    assert "gribbles" in line.need[0]


def test_stopping_is_not_met_with_reasons_not_to_start() -> None:
    found = verdict(STOPPED, creatinine="3 mg/dL", conditions=["multiple_sclerosis", "peptic_ulcer"], allergies="not stated")
    assert told(found) == {"TAPER-US", "WD-SIGNS"}
    assert not found.cannot_tell


def test_powder_into_the_spine_is_refused() -> None:
    therapy = IntrathecalTherapy(continuous(100), "100 ug/d continuous", form="powder")
    found = finding(check(replace(case(), therapy=therapy), KB), "FORM-IT-ONLY")
    assert found.severity == "contraindicated"
    assert found.blocks


def test_a_poisoned_pump_patient_has_the_pumps_form() -> None:
    pump = {"route": "intrathecal", "programme": "200 ug/d continuous", "since": "2024-01-01"}
    found = verdict({"current": pump, "therapy": "none", "question": "stop", "events": ["toxicity"]})
    assert "FORM-IT-ONLY" not in told(found)
    assert "ITB-ABRUPT" in told(found)


@pytest.mark.parametrize(
    ("sig", "severity"),
    [
        ("5 mg TID using 25 mg tablets", "moderate"),
        ("2.5 mg TID", "caution"),
        ("2.5 mg TID using 1 mg/mL solution", None),
        ("5 mg TID using 5 mg tablets", None),
    ],
)
def test_doses_that_no_tablet_makes(sig: str, severity: str | None) -> None:
    found = [f.severity for f in verdict({"therapy": sig}).findings if f.topic == "formulation" and "cannot make" in f.reason]
    assert found == ([severity] if severity else [])


def test_an_overdose_is_told_beside_the_ceiling() -> None:
    found = verdict({"therapy": "not stated", "question": "ingestion", "events": [{"ingestion": "600 mg"}]})
    assert "7.5 times the highest daily dose of 80 mg/d (ADULT-MAX-US)" in finding(found, "OD-PICTURE").reason


def test_what_a_verdict_rests_on_is_named() -> None:
    found = verdict({"therapy": TITRATED}, creatinine="1.6 mg/dL", alcohol="not stated")
    assert {"RENAL-AJKD-30-60", "RENAL-VLAV-MODERATE", "INT-ALCOHOL"} <= set(found.facts_used)


def test_an_overdose_leads_whatever_else_is_taken() -> None:
    found = verdict(
        {
            "question": "ingestion",
            "therapy": "not stated",
            "current": {"sig": "10 mg TID", "since": "2026-01-01"},
            "events": [{"ingestion": "600 mg"}],
        },
        medicines=["zolpidem"],
        alcohol="daily",
    )
    assert found.findings[0].rule == "OD-TREAT"
    assert {f.severity for f in found.findings[:2]} == {"major"}


def test_labels_of_other_regions_that_forbid_are_shown_and_their_ways_to_raise_are_not() -> None:
    epilepsy = finding(verdict(conditions=["multiple_sclerosis", "epilepsy"]), "PREC-EPILEPSY")
    assert "EPILEPSY-AT" in epilepsy.conflicts_with
    assert epilepsy.severity == "moderate"
    assert (
        "KIDNEY-AT"
        in finding(
            verdict({"region": "CA", "therapy": "10 mg TID"}, dialysis="three times a week"), "RENAL-CA-DIALYSIS"
        ).conflicts_with
    )
    too_much = finding(verdict({"therapy": "10 mg TID"}), "ADULT-TITR-US")
    assert not any(KB.rules[r].region in ("UK", "CH", "FR") for r in too_much.conflicts_with)


def test_an_ulcer_is_forbidden_where_the_label_says_so() -> None:
    conditions = ["multiple_sclerosis", "peptic_ulcer"]
    assert verdict({"region": "UK"}, conditions=conditions).stops
    swiss = verdict({"region": "CH"}, conditions=conditions)
    assert not swiss.stops
    assert "CI-ULCER-UK" in finding(swiss, "PREC-ULCER-ACTIVE").conflicts_with


def test_falls_have_no_rule_of_their_own_and_that_is_said() -> None:
    assert verdict(conditions=["multiple_sclerosis", "falls_history"]).severity == "clean"
    told_of = {n.id: n.text for n in KB.not_found}
    assert "falls_history" in told_of["NF-FALLS-HISTORY"]
    assert {"NF-PUMP-ELDERLY", "NF-PUMP-KIDNEY-DOSE", "NF-MONITORING-INTERVAL"} <= set(told_of)


@pytest.mark.parametrize(
    "said", ["M03BX01", "RxNorm 1292", "rxnorm:1292", "SNOMED 387342009 (substance)", "Baclofen (M03BX01)"]
)
def test_an_allergy_by_code_is_one(said: str) -> None:
    assert verdict({"patient": {"allergies": [said]}, "therapy": "5 mg TID"}).severity == "contraindicated"


@pytest.mark.parametrize("said", ["M03BX02", "RxNorm 12925", "1292", "penicillin"])
def test_an_allergy_to_something_else_is_none(said: str) -> None:
    assert verdict({"patient": {"allergies": [said]}, "therapy": "5 mg TID"}).severity == "clean"


@pytest.mark.parametrize(("age", "said"), [("3 weeks", "age 0 months is below 1 month"), ("29 d", "age 0 months")])
def test_the_age_of_a_baby_is_told_in_months(age: str, said: str) -> None:
    found = verdict({"question": "start"}, age=age, weight="4 kg", conditions=["cerebral palsy"])
    assert said in finding(found, "PED-UK-MIN").reason
    assert "PED-UK-MIN" not in told(verdict({"question": "start"}, age="1 month", weight="4 kg"))
