"""An id or some words go in: the value used, all others, who disagrees and the sources come out, or the nearest words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openbaclofen.errors import InputError
from openbaclofen.facts import load
from openbaclofen.facts.search import WhyAnswer, why
from openbaclofen.facts.words import same_words, squeezed, words_of

KB = load()


def ids(answer: WhyAnswer, field: str) -> set[str]:
    return {s.id for s in getattr(answer, field)}


@pytest.mark.parametrize("asked", ["half-life", "Half life", "halflife", "half-lyfe", "HALF-LIFE "])
def test_half_life_shows_the_value_the_others_who_disagrees_and_the_sources(asked: str) -> None:
    answer = why(KB, asked)
    assert ids(answer, "used") == {"drug.half_life"}
    used = next(s for s in answer.used)
    assert used.value == "3.63 h"
    assert "Kochak1985" in used.why
    assert "Wuis1989" in used.why
    assert {"oral_pk:Wuis1989:t_half", "oral_pk:Simon2018:t_half"} <= ids(answer, "disagree")
    assert "mean 6.8 (SD 0.68) h" in {s.value for s in answer.disagree}
    told = {r.id for r in KB.evidence.values() if r.quantity == "t_half"}
    assert told <= ids(answer, "disagree") | ids(answer, "others")
    assert {"S1-12", "S3-112"} <= ids(answer, "claims")
    sources = {s["title"]: s["url"] for s in answer.sources}
    assert sources["Kochak1985"] == "https://www.pubmed.gov/4028618/"
    assert "litmetric" in sources["Wuis1989"]


def test_a_rule_is_shown_in_full_with_sources_conflicts_and_claims() -> None:
    answer = why(KB, "renal-ajkd-lt30")
    assert answer.record is not None
    assert answer.record["id"] == "RENAL-AJKD-LT30"
    assert answer.record["when"] == {"any_of": [{"egfr_lt": 30}, {"on_dialysis": True}]}
    assert answer.record["blocks"] is True
    assert {"RENAL-CA-DIALYSIS", "RENAL-VLAV-SEVERE"} <= ids(answer, "conflicts")
    assert {"S3-23", "S3-105", "S1-17"} == ids(answer, "claims")
    assert [(s["url"], s["quality"]) for s in answer.sources] == [("https://pubmed.ncbi.nlm.nih.gov/28899601/", "A")]


def test_a_claim_names_what_shows_it_and_what_contradicts_it() -> None:
    answer = why(KB, "S1-12")
    assert "drug.half_life" in ids(answer, "others")
    assert "S3-112" in ids(answer, "conflicts")


def test_a_figure_names_the_fact_that_rests_on_it_and_its_repeats() -> None:
    answer = why(KB, "oral_pk:Wuis1989:t_half")
    assert "drug.half_life" in ids(answer, "used")
    assert "oral_pk:DosingDE:t_half" in ids(answer, "others")


def test_every_id_is_answered_and_every_answer_is_json() -> None:
    sections = (KB.facts, KB.rules, KB.interactions, KB.labels, KB.evidence, KB.products, KB.claims, KB.kidney_equations)
    for section in sections:
        for name in section:
            answer = why(KB, name)
            assert answer.record is not None, name
            assert json.loads(json.dumps(answer.to_dict(), allow_nan=False))["record"]
            told = getattr(section[name], "kind", "") in ("assumed", "definition") or section is KB.claims
            assert told or answer.sources, f"{name} has no source"


@pytest.mark.parametrize(
    ("asked", "field", "wanted"),
    [
        ("morphine", "rules", "INT-OPIOID"),
        ("opiods", "rules", "INT-OPIOID"),
        ("peptic ulcer", "rules", "CI-ULCER-UK"),
        ("dialysis", "rules", "RENAL-CA-DIALYSIS"),
        ("driving", "rules", "DRIVE"),
        ("milk", "rules", "LACT-LACTMED"),
        ("bioavailability", "used", "drug.bioavailability_quoted"),
        ("Cmax", "used", "drug.peak_per_mg"),
        ("protein binding", "disagree", "oral_pk:Wuis1990:protein_binding"),
        ("kidney equation", "rules", "COCKCROFT-GAULT-SI"),
        ("pump alarm", "others", "X-PUMP-ALARM"),
        ("extended release", "not_found", "NF-EXTENDED-RELEASE"),
        ("taper", "rules", "TAPER-DEFAULTS"),
        ("Nance2011", "others", "outcomes:Nance2011_XP19986:Ashworth_vs_placebo"),
        ("Lyvispah", "rules", "granules-5mg"),
    ],
)
def test_words_find_what_they_mean(asked: str, field: str, wanted: str) -> None:
    assert wanted in ids(why(KB, asked), field)


def test_a_hint_is_marked_as_one() -> None:
    rules = {s.id: s for s in why(KB, "taper").rules}
    assert rules["TAPER-DEFAULTS"].hint
    assert not rules["TAPER-UK-1-2W"].hint


@pytest.mark.parametrize(
    ("asked", "near"),
    [("withdrawl symptomz qqq", "withdrawal"), ("gabapenzzznoids", "gabapentinoids"), ("", "nothing"), ("?!", "nothing")],
)
def test_an_unknown_text_gets_the_nearest_words(asked: str, near: str) -> None:
    with pytest.raises(InputError, match=near):
        why(KB, asked)


@given(st.text(max_size=40))
def test_no_text_crashes_it(asked: str) -> None:
    try:
        answer = why(KB, asked)
    except InputError as error:
        said = str(error)
    else:
        said = json.dumps(answer.to_dict()) + repr(asked.strip())
    assert repr(asked.strip()) in said


@given(st.sampled_from(sorted({w for f in KB.facts.values() for w in f.words if len(squeezed(w)) > 4})), st.data())
def test_one_wrong_letter_still_finds_a_fact(word: str, data: st.DataObject) -> None:
    plain = squeezed(word)
    at = data.draw(st.integers(0, len(plain) - 1))
    wrong = plain[:at] + data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz")) + plain[at + 1 :]
    known = {squeezed(w) for f in KB.facts.values() for w in f.words}
    assert plain in same_words(wrong, known) or wrong in known or f"{wrong}s" in known or wrong.removesuffix("s") in known


def test_short_words_and_plurals() -> None:
    known = {"cmax", "tmax", "opioids", "seizures"}
    assert same_words("tmax", known) == {"tmax"}
    assert same_words("vmax", known) == set()
    assert same_words("opioid", known) == {"opioids"}
    assert same_words("siezures", known | {"fever"}) == set()
    assert same_words("seisures", known) == {"seizures"}
    assert words_of("Demi-vie d'élimination, 3.6 h") == ["demi", "vie", "d", "elimination", "3.6", "h"]
