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


def test_what_is_already_taken_counts_and_the_schedule_of_dialysis_goes_on() -> None:
    said = {"patient": PATIENT, "question": "ingestion", "region": "UK", "date": "2026-11-23", "therapy": "none"}
    event = [{"ingestion": {"amount": "600 mg", "at": "2026-11-23 12:00"}}]
    on_it = ingested(600.0, like(100.0), ob.read_case({**said, "current": "20 mg TID", "events": event}), KB, 72.0)
    assert on_it.settled is not None
    doses, cycle = on_it.settled
    assert (list(doses.at_h), list(doses.mg), cycle) == ([2.0, 9.0, 21.0], [20.0] * 3, 24.0)
    assert any("not taken any more" in s for s in on_it.person.said)
    weekly = {**said, "patient": {**PATIENT, "dialysis": "Mon Wed Fri 4 h at 08:00"}}
    later = ingested(600.0, like(100.0), ob.read_case({**weekly, "current": "none", "events": event}), KB, 72.0)
    assert [s for s in later.person.sessions if s[1] > 0] == [(44.0, 48.0, "haemodialysis")]  # Wednesday, 8 o'clock
    both = ingested(600.0, like(100.0), ob.read_case({**weekly, "current": "20 mg TID", "events": event}), KB, 72.0)
    assert both.settled is None
    assert (both.doses.at_h[-1], both.doses.mg[-1]) == (0.0, 600.0)
    assert (both.doses.at_h[:-1] < 0).all()
    assert (-28.0, -24.0) not in [s[:2] for s in both.person.sessions]
    assert (-4.0, 0.0, "haemodialysis") in both.person.sessions


def test_an_unstated_hour_is_that_of_the_first_dose_and_is_said() -> None:
    said = {"patient": PATIENT, "question": "ingestion", "region": "UK", "date": "2026-11-23", "therapy": "none"}
    of = ob.read_case({**said, "current": "20 mg TID", "events": [{"ingestion": "600 mg"}]})
    found = ingested(600.0, like(100.0), of, KB, 72.0)
    assert found.settled is not None
    assert list(found.settled[0].at_h) == [0.0, 5.0, 12.0]
    assert any("taken as 9:00" in s for s in found.person.said)
    alone = ob.plan(of).if_wrong[0].predicted
    more = ob.plan(ob.read_case({**said, "current": "none", "events": [{"ingestion": "600 mg"}]})).if_wrong[0].predicted
    assert alone[0].middle > more[0].middle
