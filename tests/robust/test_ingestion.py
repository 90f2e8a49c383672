"""What a case says was done after an ingestion goes in; doses, removals and sessions by the hour come out."""

from __future__ import annotations

import pytest
from tests.people_like import KB, like

import openbaclofen as ob
from openbaclofen.case.record import Case
from openbaclofen.errors import InputError
from openbaclofen.infer.ingestion import Ingested, ingested

PATIENT = {"age": "40 a", "sex": "female", "weight": "70 kg", "height": "170 cm", "creatinine": "0.8 mg/dL"}


def case(*events: dict[str, object]) -> Case:
    said = {"patient": PATIENT, "question": "ingestion", "region": "UK", "date": "2026-11-23"}
    return ob.read_case({**said, "therapy": "none", "current": "none", "events": list(events)})


def after(*events: dict[str, object]) -> Ingested:
    return ingested(600.0, like(100.0), case(*events), KB, 72.0)


def test_nothing_done_is_one_dose() -> None:
    found = after({"ingestion": "600 mg"})
    assert (list(found.doses.mg), found.removals, found.person.sessions, found.person.said) == ([600.0], (), (), ())


def test_charcoal_lavage_form_and_dialysis_take_their_hours() -> None:
    ingestion = {"amount": "600 mg", "charcoal": "after 90 min", "lavage": "yes", "form": "oral suspension"}
    found = after({"ingestion": ingestion}, {"dialysis_session": {"lasts": "6 h", "after": "4 h", "note": "CVVH"}})
    lavage, charcoal = found.removals
    assert (lavage[0], lavage[1].value) == (1.0, KB.value("ingestion.lavage_share"))
    assert (charcoal[0], charcoal[1].value) == (pytest.approx(1.5), KB.value("ingestion.charcoal_share"))
    assert found.person.sessions == ((4.0, 10.0, "haemofiltration"),)
    assert [hour for hour, _ in found.person.later] == [4.0, 10.0]
    assert any("time not stated" in said for said in found.person.said)
    rate = found.person.typical.known["absorption_rate"].value
    assert rate > 1.2 * like(100.0).known["absorption_rate"].value


def test_a_session_by_the_clock_counts_from_the_ingestion_and_one_without_is_said_to_be_left_out() -> None:
    at_ten = {"ingestion": {"amount": "600 mg", "at": "2026-11-22 22:00"}}
    found = after(at_ten, {"dialysis_session": {"lasts": "4 h", "at": "2026-11-23 03:30"}})
    assert found.person.sessions == ((5.5, 9.5, "haemodialysis"),)
    left_out = after({"ingestion": "600 mg"}, {"dialysis_session": "4 h"})
    assert left_out.person.sessions == ()
    assert "left out" in left_out.person.said[0]


@pytest.mark.parametrize("wrong", [{"charcoal": "maybe"}, {"lavage": "1 mg"}, {"form": "spoonful"}])
def test_what_is_not_understood_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InputError, match=r"expected|given in"):
        case({"ingestion": {"amount": "600 mg", **wrong}})
