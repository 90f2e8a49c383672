"""Medicine texts go in: read by name, class, code, brand or but for a slip; what is not known is said, never passed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.safety.harness import KB, finding, told, verdict

from openbaclofen.safety.medicines import index, read


@pytest.mark.parametrize(
    ("text", "interaction"),
    [
        ("oxycodone", "INT-OPIOID"),
        ("Oxycodone 10 mg BID", "INT-OPIOID"),
        ("OXYCODONE/paracetamol", "INT-OPIOID"),
        ("oxycodne 10 mg", "INT-OPIOID"),
        ("rxnorm:7804", "INT-OPIOID"),
        ("RxCUI 7804", "INT-OPIOID"),
        ("N02AA05", "INT-OPIOID"),
        ("painkiller (N02AA05)", "INT-OPIOID"),
        ("opioids", "INT-OPIOID"),
        ("a benzodiazepine", "INT-BZD"),
        ("diazepám", "INT-BZD"),
        ("insulin 10 units", "INT-ANTIDIAB"),
        ("insulin, regular, human", "INT-ANTIDIAB"),
        ("valproic acid 500 mg", "INT-AED"),
        ("ciclosporin", "INT-NEPHROTOX"),
        ("MAO inhibitor", "INT-MAOI"),
    ],
)
def test_read_as_what_it_is(text: str, interaction: str) -> None:
    found = read(text, index(KB))
    assert interaction in found.interactions
    assert found.known
    assert not found.itself


def test_a_slip_is_told() -> None:
    assert read("oxycodne 10 mg", index(KB)).read_as == "oxycodone"
    assert "oxycodne (read as oxycodone)" in finding(verdict(medicines=["oxycodne"]), "INT-OPIOID").reason


@pytest.mark.parametrize(
    "text",
    [
        "baclofen 10 mg TID",
        "Lioresal",
        "lioresal 10",
        "baclofne",
        "M03BX01",
        "rxnorm 1292",
        "RxNorm: 197391",
        "Ozobax",
    ],
)
def test_baclofen_itself(text: str) -> None:
    assert read(text, index(KB)).itself


@pytest.mark.parametrize("text", ["warfarin (B01AA03)", "C10AA01", "atorvastatin C10AA05"])
def test_a_code_that_no_interaction_names_is_an_answer(text: str) -> None:
    found = read(text, index(KB))
    assert found.known
    assert not found.interactions


@pytest.mark.parametrize(
    "text", ["gribble", "", "12345", "rxnorm 99999999", "painkillers", "💊", "oxycodone and gribble", "sertrelin 50 mg"]
)
def test_what_is_not_known_is_said(text: str) -> None:
    found = read(text, index(KB))
    assert not found.known
    assert found.nearest


def test_unknown_medicines_are_one_line_with_the_nearest_names() -> None:
    (line,) = verdict(medicines=["gribble", "morphynne patch"]).cannot_tell
    assert len(line.need) == 2
    assert "morphine" in line.need[1]


@pytest.mark.parametrize(
    ("text", "means", "interactions"),
    [
        ("Valium", ("diazepam",), {"INT-BZD"}),
        ("Zanaflex 4 mg", ("tizanidine",), {"INT-TIZANIDINE"}),
        ("meperidine", ("pethidine",), {"INT-OPIOID"}),
        ("frusemide 40 mg om", ("furosemide",), {"INT-ANTIHTN"}),
        ("ramipril 5 mg OD", (), {"INT-ANTIHTN"}),
        ("Keppra", ("levetiracetam",), {"INT-AED"}),
        ("ramiprile 5 mg", ("ramipril",), {"INT-ANTIHTN"}),
        ("morphin", ("morphine",), {"INT-OPIOID", "INT-ITB-MORPHINE"}),
        ("cyclosporin", ("ciclosporin",), {"INT-NEPHROTOX"}),
        ("amitriptyline hydrochloride 10 mg tablets, one at night", (), {"INT-TCA"}),
        ("water tablets", (), {"INT-ANTIHTN"}),
    ],
)
def test_brand_synonym_and_salt(text: str, means: tuple[str, ...], interactions: set[str]) -> None:
    found = read(text, index(KB))
    assert found.known
    assert found.means == means
    assert set(found.interactions) == interactions


@pytest.mark.parametrize(
    ("text", "means", "interactions"),
    [
        ("co-codamol 30/500", ("paracetamol", "codeine"), {"INT-OPIOID"}),
        ("cocodamol", ("paracetamol", "codeine"), {"INT-OPIOID"}),
        ("Percocet 5/325 PRN", ("oxycodone", "paracetamol"), {"INT-OPIOID"}),
        ("Tylenol PM", ("paracetamol", "diphenhydramine"), {"INT-SEDAH"}),
        ("Limbitrol", ("amitriptyline", "chlordiazepoxide"), {"INT-TCA", "INT-BZD"}),
        ("naproxen/diazepam", (), {"INT-NEPHROTOX", "INT-BZD"}),
        ("Sinemet CR 25/100", ("levodopa", "carbidopa"), {"INT-LEVODOPA"}),
    ],
)
def test_each_ingredient_of_a_combination_counts(text: str, means: tuple[str, ...], interactions: set[str]) -> None:
    found = read(text, index(KB))
    assert found.means == means
    assert set(found.interactions) == interactions


@pytest.mark.parametrize(
    "text",
    [
        "paracetamol",
        "Tylenol 500 mg PRN",
        "sertraline",
        "Lipitor",
        "omeprazole 20 mg OD",
        "levothyroxine",
        "amoxicillin",
        "Tecfidera",
        "vitamin D",
        "warfarin",
        "oxybutynin 5 mg bd",
        "Movicol",
        "Ventolin inhaler",
        "vitamin B12",
        "co-amoxiclav",
        "rxnorm 36437",
    ],
)
def test_a_known_medicine_without_an_interaction_is_silent(text: str) -> None:
    found = read(text, index(KB))
    assert found.known
    assert not found.interactions


def test_the_most_specific_group_decides() -> None:
    assert read("N05AN01", index(KB)).interactions == ("INT-LITHIUM",)
    assert read("clonazepam", index(KB)).interactions == ("INT-BZD",)
    assert read("N02AA01", index(KB)).interactions == ("INT-ITB-MORPHINE", "INT-OPIOID")


def test_a_misspelling_that_would_pass_in_silence_is_said() -> None:
    found = read("sertrelin 50 mg", index(KB))
    assert not found.known
    assert found.nearest[0] == "sertraline"
    assert read("vallium", index(KB)).said == "vallium (read as valium, diazepam)"


def test_what_is_known_and_what_is_not_are_both_said() -> None:
    found = verdict(medicines=["oxycodone and gribble"])
    assert finding(found, "INT-OPIOID")
    assert any("gribble" in need for line in found.cannot_tell for need in line.need)


def test_every_verified_interaction_ingredient_is_a_known_medicine() -> None:
    of = index(KB)
    for interaction in KB.interactions.values():
        for ingredient in interaction.ingredients:
            assert interaction.id in read(ingredient.name, of).interactions, ingredient.name


@given(
    st.sampled_from(sorted(KB.medicines)), st.sampled_from(["", " 10 mg", " 5 mg tablets, one twice a day", " hydrochloride"])
)
def test_every_name_of_the_table_is_read(name: str, beside: str) -> None:
    of = index(KB)
    term = KB.medicines[name]
    for said in (name, *term.synonyms, *term.brands, *term.not_read):
        found = read(said.upper() + beside, of)
        assert found.known, said
        assert of.interactions(name) <= set(found.interactions), said


def test_baclofen_listed_twice() -> None:
    assert finding(verdict(medicines=["Lioresal 10 mg TID"]), "ADULT-MAX-US").severity == "major"
    taken = {"current": {"sig": "10 mg TID", "since": "2026-01-01"}, "therapy": "10 mg TID", "question": "check"}
    assert finding(verdict(taken, medicines=["baclofen"]), "ADULT-MAX-US").severity == "caution"


def test_several_depressants_are_one_finding_that_names_each() -> None:
    found = verdict(medicines=["oxycodone", "diazepam", "gabapentin", "zolpidem"], alcohol="daily")
    one = finding(found, "INT-MULTI-CNS")
    assert {"INT-OPIOID", "INT-BZD", "INT-GABAPENT", "INT-SEDHYP", "INT-ALCOHOL"} <= set(one.rules)
    assert all(name in one.reason for name in ("oxycodone", "diazepam", "gabapentin", "zolpidem", "alcohol: daily"))
    assert len(found.findings) == 1


def test_two_of_one_class_are_that_class() -> None:
    one = finding(verdict(medicines=["oxycodone", "morphine"]), "INT-OPIOID")
    assert "INT-MULTI-CNS" not in one.rules
    assert "morphine and oxycodone" in one.reason


TAKEN = {"current": {"sig": "5 mg TID", "since": "2026-01-01"}, "question": "check"}


@pytest.mark.parametrize(
    ("changes", "patient", "severity", "because"),
    [
        (TAKEN, {}, "moderate", ""),
        ({}, {}, "moderate", ""),
        (TAKEN, {"age": "70 a"}, "major", "more so with age 70 is at least 65"),
        (TAKEN, {"creatinine": "1.5 mg/dL"}, "major", "is below 60"),
    ],
)
def test_what_makes_it_worse_raises_it_by_a_step(changes: dict, patient: dict, severity: str, because: str) -> None:
    one = finding(verdict(changes, medicines=["gabapentin"], **patient), "INT-GABAPENT")
    assert one.severity == severity
    assert because in one.reason


def test_major_stays_major_and_names_what_makes_it_worse() -> None:
    conditions = ["multiple_sclerosis", "respiratory_impairment"]
    one = finding(verdict(medicines=["oxycodone"], age="70 a", conditions=conditions), "INT-OPIOID")
    assert one.severity == "major"
    assert "age 70 is at least 65" in one.reason
    assert "respiratory impairment" in one.reason


def test_what_would_make_it_worse_is_asked_where_it_is_not_known() -> None:
    found = verdict(TAKEN, medicines=["gabapentin"], creatinine="not stated")
    assert finding(found, "INT-GABAPENT").severity == "moderate"
    assert any("INT-GABAPENT" in c.rules and "patient.creatinine" in c.need for c in found.cannot_tell)


def test_occasional_alcohol_is_a_caution_and_no_second_class() -> None:
    assert finding(verdict(alcohol="daily"), "INT-ALCOHOL").severity == "major"
    assert finding(verdict(alcohol="occasional"), "INT-ALCOHOL").severity == "caution"
    assert "INT-MULTI-CNS" not in told(verdict(alcohol="occasional", medicines=["gabapentin"]))
    assert "INT-MULTI-CNS" in told(verdict(alcohol="daily", medicines=["gabapentin"]))


def test_what_lowers_the_kidneys_joins_the_finding_about_them() -> None:
    one = finding(verdict(medicines=["ibuprofen"], creatinine="1.5 mg/dL"), "INT-NEPHROTOX")
    assert {"RENAL-AJKD-30-60", "RENAL-VLAV-MODERATE"} <= set(one.rules)
    assert "INT-NEPHROTOX" not in told(verdict(creatinine="1.5 mg/dL"))


@pytest.mark.parametrize("text", ["cetirizine 10 mg", "Claritin", "fexofenadine", "R06AX27", "Botox", "levocetirizine"])
def test_a_group_is_no_wider_than_its_source(text: str) -> None:
    found = read(text, index(KB))
    assert found.known
    assert not found.interactions


@pytest.mark.parametrize("text", ["promethazine", "diphenhydramine", "R06AB04", "Periactin", "cyclizine", "ketotifen"])
def test_antihistamines_that_sedate_speak(text: str) -> None:
    assert set(read(text, index(KB)).interactions) == {"INT-SEDAH"}


def test_melatonin_is_a_caution_and_no_second_depressant() -> None:
    assert finding(verdict(medicines=["melatonin 2 mg"]), "INT-MELATONIN").severity == "caution"
    both = verdict(medicines=["Circadin", "oxycodone"])
    assert "INT-MULTI-CNS" not in told(both)
    assert {"INT-MELATONIN", "INT-OPIOID"} <= told(both)


def test_valerian_is_a_caution_and_no_second_depressant() -> None:
    assert finding(verdict(medicines=["valerian root"]), "INT-VALERIAN").severity == "caution"
    both = told(verdict(medicines=["valerian", "oxycodone"]))
    assert both >= {"INT-VALERIAN", "INT-OPIOID"}
    assert not both & {"INT-MULTI-CNS", "INT-SEDHYP"}


@pytest.mark.parametrize(
    ("text", "name"), [("rxnorm 3322", "diazepam"), ("N02AX02", "tramadol"), ("sleeper (N05CF02)", "zolpidem")]
)
def test_a_code_is_told_by_its_name(text: str, name: str) -> None:
    assert read(text, index(KB)).means == (name,)
    assert name in verdict(medicines=[text]).findings[0].reason
