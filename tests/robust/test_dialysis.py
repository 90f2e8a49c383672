"""What people write about dialysis goes in; its kind, days and hours come out, or an error that says what was not read."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openbaclofen.errors import InputError
from openbaclofen.patient.dialysis import kind_of, read_dialysis

SCHEDULES = {  # text: kind, weekdays, hour it begins, hours it lasts, how much was assumed
    "Mon Wed Fri 4 h": ("haemodialysis", (0, 2, 4), 8, 4, 1),
    "Tuesdays, Thursdays and Saturdays 3.5 hours at 14:30": ("haemodialysis", (1, 3, 5), 14.5, 3.5, 0),
    "HD 3x/week 4 h": ("haemodialysis", (0, 2, 4), 8, 4, 2),
    "haemodialysis MWF": ("haemodialysis", (0, 2, 4), 8, 4, 2),
    "TTS 240 min": ("haemodialysis", (1, 3, 5), 8, 4, 1),
    "three times a week": ("haemodialysis", (0, 2, 4), 8, 4, 3),
    "hemodialysis twice weekly, 5 h": ("haemodialysis", (0, 3), 8, 5, 2),
    "daily 2 h": ("haemodialysis", (0, 1, 2, 3, 4, 5, 6), 8, 2, 1),
    "CVVH": ("haemofiltration", (), 0, 24, 0),
    "CVVHDF 24 h/day": ("haemofiltration", (), 0, 24, 0),
    "CVVH 12 h/day": ("haemofiltration", (0, 1, 2, 3, 4, 5, 6), 8, 12, 1),
    "CAPD": ("peritoneal", (), 0, 24, 0),
    "peritoneal dialysis": ("peritoneal", (), 0, 24, 0),
    "APD 9 h": ("peritoneal", (), 0, 24, 1),
}
REFUSED = {
    "every second full moon": "not understood",
    "4 h": "neither the kind",
    "HD 4 h": "on which days",
    "Mon Mon 4 h": "a day twice",
    "Mon Wed 3x/week": "another number a week",
    "9x/week": "1 to 7 times",
    "Mon 30 h": "at most 24 h",
    "Mon 4 h at 25": "not a time of day",
    "CAPD Mon": "has no days",
    "Mon Wed Fri 4 h, not tolerated": "not understood",
}


@pytest.mark.parametrize("text", SCHEDULES)
def test_a_schedule_is_read(text: str) -> None:
    kind, days, start, lasts, assumed = SCHEDULES[text]
    found = read_dialysis(text)
    assert found is not None
    assert (found.kind, found.weekdays, found.start_h, found.lasts_h) == (kind, days, start, lasts)
    assert len(found.said) == assumed


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_told_is_refused_by_name(text: str) -> None:
    with pytest.raises(InputError, match=REFUSED[text]) as error:
        read_dialysis(text)
    assert error.value.where == "patient.dialysis"


@pytest.mark.parametrize("text", [None, "none", "yes", "haemodialysis", "HD", "on dialysis"])
def test_no_schedule_is_no_session(text: str | None) -> None:
    assert read_dialysis(text) is None


@settings(deadline=None, max_examples=200, derandomize=True)
@given(
    st.lists(
        st.sampled_from(["mon", "Wed", "HD", "3x", "/week", "4 h", "at 9", "CVVH", "pd", "x", "99", "min", ","]), max_size=6
    )
)
def test_nothing_but_an_input_error_is_raised(words: list[str]) -> None:
    try:
        found = read_dialysis(" ".join(words))
    except InputError:
        return
    assert found is None or 0 < found.lasts_h <= 24


def test_sessions_before_and_after_the_first_day() -> None:
    found = read_dialysis("Mon Thu 4 h at 10:00")
    assert found is not None
    sunday = date(2026, 11, 22)
    assert list(found.sessions(sunday, 7)) == [(34.0, 38.0), (106.0, 110.0)]
    assert list(found.sessions(sunday, -7)) == [(-134.0, -130.0), (-62.0, -58.0)]
    assert kind_of("on CRRT since noon") == "haemofiltration"
    assert kind_of("first one") is None
