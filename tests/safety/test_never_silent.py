"""Cases as a newcomer writes them go in, with a word or a line missing; none of them may pass as clean for want of it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.safety.harness import asked, case, finding, severity, told, verdict

from openbaclofen.errors import InputError

NOW = {"sig": "20 mg TID", "since": "2024-11-22"}
PUMP = {"route": "intrathecal", "programme": "200 ug/d continuous", "since": "2024-01-01"}
NOTHING = {"current": "not stated", "therapy": "not stated", "question": "not stated"}
CLEAN = 0


@pytest.mark.parametrize("current", [NOW, "none", "not stated"])
def test_signs_of_withdrawal_are_never_clean(current: Any) -> None:
    found = verdict({**NOTHING, "current": current, "events": ["withdrawal"]})
    assert finding(found, "WD-SIGNS").severity == "major"


@pytest.mark.parametrize("current", ["none", "not stated"])
@pytest.mark.parametrize("question", ["not stated", "check", "start"])
def test_a_dose_missed_of_nothing_is_refused(current: str, question: str) -> None:
    with pytest.raises(InputError, match=r"events.*'current' does not say what is taken"):
        case({**NOTHING, "current": current, "question": question, "events": [{"missed": "3 doses"}]})


@pytest.mark.parametrize("kind", ["pump_alarm", "refill_overdue", "pump_removal", "pump_empty", "catheter_kink"])
@pytest.mark.parametrize("current", [NOW, "none", "not stated"])
def test_a_fault_of_a_pump_that_is_not_stated_is_refused(kind: str, current: Any) -> None:
    with pytest.raises(InputError, match=rf"events\[0\].*{kind}.*none is stated"):
        case({**NOTHING, "current": current, "events": [kind]})
    case({**NOTHING, "current": PUMP, "events": [kind]})


def test_doses_are_missed_by_mouth_and_not_by_a_pump() -> None:
    with pytest.raises(InputError, match="refill_overdue"):
        case({**NOTHING, "current": PUMP, "events": [{"missed": "1 dose"}]})


def test_no_order_and_nothing_taken_is_asked_about_as_a_start() -> None:
    nothing = {**NOTHING, "therapy": "none", "current": "none"}
    assert severity(verdict(nothing, allergies=["baclofen"])) > severity(verdict(nothing)) == CLEAN
    for refused in ({**nothing, "question": "check"}, {**nothing, "current": "not stated"}):
        with pytest.raises(InputError, match="nothing to check"):
            case(refused)


def test_a_wrong_refill_is_asked_about_where_it_cannot_be_compared() -> None:
    refill = {"events": [{"wrong_refill": "2000 ug/mL"}], **NOTHING}
    assert {"ITB-OD", "ITB-WD-SIGNS"} <= asked(verdict({**refill, "current": PUMP}))
    assert "ITB-OD" in told(verdict({**refill, "current": {**PUMP, "concentration": "500 ug/mL"}}))


def test_what_is_swallowed_beside_a_pump_is_treated_as_swallowed() -> None:
    found = verdict({**NOTHING, "current": PUMP, "events": [{"ingestion": "600 mg"}]})
    assert {"OD-PICTURE", "OD-TREAT"} <= told(found)


@pytest.mark.parametrize(
    "said",
    [
        "unknown",
        "not known",
        "no information",
        "unbekannt",
        "?",
        "n/a",
        "not asked",
        "unable to obtain",
        "to be confirmed",
        "баклофен",
        "باكلوفين",
    ],
)
@pytest.mark.parametrize("beside", [[], ["penicillin"]])
def test_an_allergy_that_says_nothing_is_asked_about(said: str, beside: list[str]) -> None:
    found = verdict(allergies=[*beside, said])
    assert "CI-HYPERSENS" in asked(found) - told(found)
    (line,) = found.cannot_tell
    assert said in line.need[0]


@pytest.mark.parametrize(
    "said",
    [
        "baclophen",
        "Baklofenas",
        "backlophen",
        "M03BX01",
        "rxnorm 1292",
        "Lioresal (rash)",
        "baclofène",
        "Baclofeno 10 mg",
        "bac-lofen",
    ],
)
def test_an_allergy_to_baclofen_is_known_in_other_words(said: str) -> None:
    assert finding(verdict(allergies=["penicillin", said]), "CI-HYPERSENS").severity == "contraindicated"


@pytest.mark.parametrize("said", ["muscle relaxants", "a muscle relaxant", "M03BX"])
def test_an_allergy_to_the_class_is_asked_about(said: str) -> None:
    assert "CI-HYPERSENS" in asked(verdict(allergies=[said]))


@pytest.mark.parametrize(
    "said", ["NKDA", "no known allergies", "none known", "penicillin", "peanuts", "latex", "tizanidine", "nil"]
)
def test_other_allergies_and_none_are_answers(said: str) -> None:
    assert severity(verdict(allergies=[said])) == CLEAN


@pytest.mark.parametrize(
    "said",
    [
        "aspirin 75 mg\noxycodne 10 mg",
        "paracetamol 1 g. Oxycodne 10 mg",
        "paracetamol 1 g QID oxycodne 10 mg BID",
        "paracetamol и оксикодон",
        "paracetamol, sleeping tablets",
        "sleeping tablets",
        "painkillers",
    ],
)
def test_what_stands_beside_a_known_medicine_is_not_passed_over(said: str) -> None:
    assert severity(verdict(medicines=[said])) > CLEAN


def test_baclofen_in_one_line_with_another_medicine_hides_it_not() -> None:
    found = verdict(medicines=["Lioresal 10 mg TID, oxycodone 10 mg BID"])
    assert {"INT-OPIOID", "ADULT-MAX-US"} <= told(found)


@pytest.mark.parametrize("key", ["conditions", "allergies", "medicines"])
def test_none_in_a_list_is_none_and_contradicts_what_stands_beside_it(key: str) -> None:
    for said in ("none", "None", "nil", "no"):
        assert case({"patient": {key: [said]}}).patient == case({"patient": {key: []}}).patient
        assert case({"patient": {key: said}}).patient == case({"patient": {key: []}}).patient
    with pytest.raises(InputError, match=rf"patient\.{key}.*'none'"):
        case({"patient": {key: ["none", "epilepsy"]}})


@pytest.mark.parametrize("said", ["No dialysis", "not on dialysis", "never", "nil", "none currently", "no", "None"])
def test_no_dialysis_in_other_words_is_none(said: str) -> None:
    assert verdict(dialysis=said) == verdict(dialysis="none")


@pytest.mark.parametrize("said", ["unknown", "maybe", "?", "planned", "stopped 2020", "n/a"])
def test_a_word_that_says_nothing_of_dialysis_is_refused(said: str) -> None:
    with pytest.raises(InputError, match=r"patient\.dialysis.*expected"):
        case(dialysis=said)


@pytest.mark.parametrize("region", ["US", "UK", "FR", "CA", "CH", "DE", "AT", "INT"])
@pytest.mark.parametrize("current", ["none", {"sig": "60 mg TID", "since": "2024-01-01"}])
def test_no_age_excuses_a_dose_above_every_ceiling(region: str, current: Any) -> None:
    order = {"region": region, "therapy": "100 mg TID", "current": current, "question": "not stated"}
    high, kept = verdict(order, age="not stated"), verdict({**order, "therapy": "5 mg TID"}, age="not stated")
    assert any(f.severity == "major" and f.topic == "maximum dose" for f in high.findings)
    assert not any(f.topic == "maximum dose" for f in kept.findings)


def test_days_without_a_dose_do_not_hide_the_first_one() -> None:
    begun, hidden = (verdict({"therapy": sig}) for sig in ("20 mg TID", "none for 3 d, then 20 mg TID"))
    assert [(f.rules, f.severity) for f in hidden.findings] == [(f.rules, f.severity) for f in begun.findings]


def test_a_session_of_dialysis_is_dialysis() -> None:
    session = {"events": [{"date": "2026-11-20", "dialysis_session": "4 h"}]}
    assert "RENAL-AJKD-LT30" in told(verdict(session, dialysis="not stated"))
    assert "RENAL-AJKD-LT30" in asked(verdict(session))
    poisoned = {"question": "ingestion", "therapy": "not stated", "events": [*session["events"], {"ingestion": "600 mg"}]}
    assert "RENAL-AJKD-LT30" not in told(verdict(poisoned))


def test_a_creatinine_far_worse_than_the_stated_egfr_is_heeded() -> None:
    stated = {"egfr": "70 mL/min/1.73m2", "weight": "62 kg"}
    event = {"events": [{"date": "2026-11-20", "creatinine": "5 mg/dL"}]}
    for found in (verdict({}, **stated, creatinine="5 mg/dL"), verdict(event, **stated, creatinine="not stated")):
        assert "below the 70 stated" in finding(found, "RENAL-AJKD-LT30").reason
    assert "RENAL-AJKD-30-60" in told(verdict(egfr="40 mL/min/1.73m2", creatinine="0.4 mg/dL"))
    assert "RENAL-AJKD-30-60" not in told(verdict(egfr="62 mL/min/1.73m2", creatinine="1.15 mg/dL"))  # 59 by the equation


def test_two_creatinines_of_one_day_are_refused_unless_their_hours_order_them() -> None:
    rows = [{"date": "2026-11-20", "creatinine": "3 mg/dL"}, {"date": "2026-11-20", "creatinine": "0.6 mg/dL"}]
    for refused in ({"patient": {"kidney": rows}}, {"events": rows}, {"patient": {"kidney": rows[:1]}, "events": rows[1:]}):
        with pytest.raises(InputError, match="two creatinines of 2026-11-20"):
            case(refused, creatinine="not stated")
    hours = [{**row, "at": hour} for row, hour in zip(rows, ("18:00", "06:00"), strict=True)]
    for events in (hours, hours[::-1]):
        assert "RENAL-AJKD-LT30" in told(verdict({"events": events}, creatinine="not stated"))


def test_a_creatinine_that_was_measured_after_the_date_of_the_case_is_refused() -> None:
    rows = [{"date": "2026-11-20", "creatinine": "0.7 mg/dL"}, {"date": "2027-11-20", "creatinine": "5 mg/dL"}]
    with pytest.raises(InputError, match=r"kidney\[1\].*2027-11-20 lies after the date of the case"):
        case({"patient": {"kidney": rows}}, creatinine="not stated")


def test_a_worse_creatinine_of_a_day_before_is_not_overruled_in_silence_by_one_without_a_day() -> None:
    event = {"events": [{"date": "2026-11-20", "creatinine": "2.5 mg/dL"}]}
    found = verdict(event, creatinine="0.7 mg/dL")
    assert "RENAL-AKI" in asked(found)
    assert any("2026-11-20" in need for line in found.cannot_tell for need in line.need)
    dated = {"kidney": [{"date": "2026-11-22", "creatinine": "0.7 mg/dL"}]}
    assert severity(verdict({**event, "patient": dated}, creatinine="not stated")) == CLEAN


BABY = {"age": "2 mo", "sex": "male", "weight": "4 kg", "height": "55 cm", "creatinine": "not stated", "pregnant": "not stated"}
BABY |= {"egfr": "60.1 mL/min/1.73m2", "breastfeeding": "not stated", "alcohol": "not stated", "conditions": ["spasticity"]}


@pytest.mark.parametrize("region", ["US", "UK", "FR", "CA", "CH", "DE", "AT", "INT"])
@pytest.mark.parametrize(
    ("age", "weight", "mg", "said"),
    [
        ("2 mo", "4 kg", 12, "moderate"),
        ("3 d", "3 kg", 5, "moderate"),
        ("1 a", "9 kg", 13, "caution"),
        ("3 a", "14 kg", 13, "caution"),
        ("2 mo", "4 kg", 2, ""),
        ("3 a", "14 kg", 9, ""),
        ("9 a", "25 kg", 20, ""),
        ("46 a", "62 kg", 20, ""),
    ],
)
def test_a_child_is_not_given_more_by_weight_than_any_schedule(region: str, age: str, weight: str, mg: int, said: str) -> None:
    order = {
        "region": region,
        "current": {"sig": f"{mg} mg TID as 1 mg/mL solution"},
        "therapy": "not stated",
        "question": "check",
    }
    found = verdict({**order, "patient": BABY | {"age": age, "weight": weight}})
    spoken = [f.severity for f in found.findings if "the highest maintenance of any schedule" in f.reason]
    assert spoken == ([said] if said else [])


def test_without_a_weight_the_maintenance_of_a_child_is_asked_about() -> None:
    order = {"region": "UK", "current": {"sig": "12 mg TID as 1 mg/mL solution"}, "therapy": "not stated", "question": "check"}
    assert "PED-UK-MAINT" in asked(verdict({**order, "patient": BABY | {"weight": "not stated"}}))


@pytest.mark.parametrize("region", ["UK", "CA", "CH", "DE", "AT", "INT"])
def test_no_source_speaks_for_a_newborn(region: str) -> None:
    order = {"region": region, "therapy": "1 mg BID using 1 mg/mL solution"}
    small = BABY | {"weight": "3.2 kg", "height": "50 cm"}
    assert finding(verdict({**order, "patient": small | {"age": "3 d"}}), "PED-UK-MIN").severity == "moderate"
    assert "PED-UK-MIN" not in told(verdict({**order, "patient": small | {"age": "5 wk"}}))


def test_an_allergy_stands_beside_a_stop_since_it_is_what_allows_one() -> None:
    stop = {"current": NOW, "therapy": "none", "question": "stop"}
    found = verdict(stop, allergies=["baclofen"])
    said = finding(found, "TAPER-US")
    assert (found.severity, found.stops, len(found.findings)) == ("major", False, 1)
    assert "allergy to baclofen" in said.reason
    assert "CI-HYPERSENS" in said.rules
    assert "CI-HYPERSENS" not in told(verdict(stop))
