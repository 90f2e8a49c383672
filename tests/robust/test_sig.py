"""Dosing instructions: every shape read, every refusal in words and with its column, nothing read two ways, nothing crashes."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lark import Lark, logger
from lark.visitors import CollapseAmbiguities

from openbaclofen.dose import sig as sig_module
from openbaclofen.dose.regimen import Phase, Regimen
from openbaclofen.dose.sig import LONGEST, Sig, SigError, format_regimen, format_sig, parse_sig
from openbaclofen.dose.steps import assemble
from openbaclofen.dose.times import dosing_times
from openbaclofen.dose.tree import Reader
from openbaclofen.errors import InputError

STEADY = settings(derandomize=True, deadline=None)  # the same examples every time, however slow the machine
GRAMMAR = Path(sig_module.__file__).with_suffix(".lark").read_text(encoding="utf-8")
NOW = parse_sig("20 mg TID").regimen

READ = {  # as written: canonical
    "5 mg TID x3d then 10 mg TID": "5 mg TID for 3 d, then 10 mg TID",
    "5 mg TID for 3 d, then 10 mg TID for 3 d, then 15 mg TID": "5 mg TID for 3 d, then 10 mg TID for 3 d, then 15 mg TID",
    "5 mg TID for 3 days, 10 mg TID for 3 days, 15 mg TID": "5 mg TID for 3 d, then 10 mg TID for 3 d, then 15 mg TID",
    "5 mg TID x 3 d -> 10 mg TID": "5 mg TID for 3 d, then 10 mg TID",
    "5 mg TID for one week; 10 mg TID": "5 mg TID for 7 d, then 10 mg TID",
    "10 mg tds for a month then 5 mg tds": "10 mg TID for 30 d, then 5 mg TID",
    "10mg po q8h": "10 mg q8h",
    "10 mg every six hours": "10 mg q6h",
    "10 mg 4-hourly": "10 mg q4h",
    "20 mg QID": "20 mg QID",
    "10 mg q.i.d.": "10 mg QID",
    "10 MG BD": "10 mg BID",
    "10 mg twice daily": "10 mg BID",
    "5 mg three times a day": "5 mg TID",
    "5 mg thrice daily": "5 mg TID",
    "5 mg 3x/day": "5 mg TID",
    "5 mg x3 daily": "5 mg TID",
    "10 mg five times a day": "10 mg 5 times a day",
    "20 mg once daily": "20 mg daily",
    "20 mg od": "20 mg daily",
    "20 mg q24h": "20 mg daily",
    "5/5/10 mg": "5/5/10 mg TID",
    "5/5/10 mg tid": "5/5/10 mg TID",
    "10/0/20 mg": "10/20 mg BID",
    "10 mg at bedtime": "10 mg at bedtime",
    "10 mg nocte": "10 mg at bedtime",
    "10 mg qhs": "10 mg at bedtime",
    "10 mg daily at bedtime": "10 mg at bedtime",
    "10 mg mane": "10 mg daily",
    "10 mg in the morning and 20 mg at night": "10/20 mg BID",
    "10 mg am, 20 mg pm": "10/20 mg at 09:00 and 18:00",
    "10 mg morning, noon and night": "10 mg at 09:00, 12:00 and 21:00",
    "10 mg in the afternoon and in the evening": "10 mg at 14:00 and 18:00",
    "5 mg TID and 10 mg at bedtime": "5/5/15 mg TID",
    "10 mg at 08:00, 14:00 and 20:00": "10 mg at 08:00, 14:00 and 20:00",
    "10 mg at 8 am and 20 mg at 10:30pm": "10/20 mg at 08:00 and 22:30",
    "10 mg at 0800": "10 mg at 08:00",
    "10 mg TID at 08:00, 12:00, 20:00": "10 mg at 08:00, 12:00 and 20:00",
    "20 mg once": "20 mg once",
    "20 mg stat": "20 mg once",
    "600 mg as a single dose at 21:00": "600 mg as a single dose at 21:00",
    "20 mg once, then 5 mg TID": "20 mg daily for 1 d, then 5 mg TID",
    "none": "none",
    "stop": "stop",
    "10 mg every other day": "10 mg every other day",
    "10 mg QOD": "10 mg every other day",
    "10 mg q48h": "10 mg every other day",
    "10 mg at bedtime every third day": "10 mg at bedtime every 3 days",
    "5 mg BID every 3 days": "5 mg BID every 3 days",
    "10 mg weekly": "10 mg every 7 days",
    "20 mg TID for 40 d, then stop": "20 mg TID for 40 d, then stop",
    "20 mg TID for 40 d": "20 mg TID for 40 d",
    "10 mg TID for 5 d, then nothing for 2 d, then 5 mg TID": "10 mg TID for 5 d, then nothing for 2 d, then 5 mg TID",
    "hold for 2 d, then 10 mg TID": "nothing for 2 d, then 10 mg TID",
    "2025-03-01: 5 mg TID; 2025-03-04: 10 mg TID": "2025-03-01: 5 mg TID for 3 d, then 10 mg TID",
    "2025-03-01: 5 mg TID for 2 d; 2025-03-04: 10 mg TID": "2025-03-01: 5 mg TID for 2 d, then nothing for 1 d, then 10 mg TID",
    "2025-02-27: 5 mg TID; 2025-03-01: stop": "2025-02-27: 5 mg TID for 2 d, then stop",
    "from 2025-03-01: 5 mg TID for 3 d, then 10 mg TID": "2025-03-01: 5 mg TID for 3 d, then 10 mg TID",
    "5 mg TID as 5 mg/mL suspension": "5 mg TID as 5 mg/mL suspension",
    "5 mg TID (25 mg/5 mL suspension)": "5 mg TID as 5 mg/mL suspension",
    "25 mg daily using 25 mg tablets": "25 mg daily using 25 mg tablets",
    "10 mg TID using granules": "10 mg TID using granules",
    "10 mg TID as orally disintegrating tablets": "10 mg TID using orally disintegrating tablets",
    "5 mL TID as 2 mg/mL oral solution": "10 mg TID as 2 mg/mL solution",
    "5 mL of 1 mg/mL TID": "5 mg TID as 1 mg/mL",
    "1.5 tablets of 10 mg TID": "15 mg TID using 10 mg tablets",
    "one and a half tablets of 10 mg TID": "15 mg TID using 10 mg tablets",
    "1 1/2 tablets of 10 mg TID": "15 mg TID using 10 mg tablets",
    "half a 10 mg tablet TID": "5 mg TID using 10 mg tablets",
    "½ tab of 10 mg TID": "5 mg TID using 10 mg tablets",
    "1 10 mg tab TID": "10 mg TID using 10 mg tablets",
    "2 tablets TID using 10 mg tablets": "20 mg TID using 10 mg tablets",
    "2 x 10 mg TID": "20 mg TID using 10 mg",
    "60 mg/day in 3 doses": "20 mg TID",
    "45 mg daily in three divided doses": "15 mg TID",
    "60 mg/day divided TID": "20 mg TID",
    "60 mg/d q8h": "20 mg q8h",
    "60 mg per day divided BID": "30 mg BID",
    "taper by 20 mg every 3 days to stop": "20 mg BID for 3 d, then 20 mg at bedtime for 3 d, then stop",
    "reduce by 10 mg per week to 20 mg/day": (
        "20/10/20 mg TID for 7 d, then 10/10/20 mg TID for 7 d, then 10 mg TID for 7 d, then 10 mg BID"
    ),
    "reduce by 5 mg per dose every 4 days to 5 mg TID for 2 weeks, then stop": (
        "15 mg TID for 4 d, then 10 mg TID for 4 d, then 5 mg TID for 14 d, then stop"
    ),
    "10 mg TID for 2 weeks, then taper by 10 mg every 3 days to stop": (
        "10 mg TID for 14 d, then 10 mg BID for 3 d, then 10 mg at bedtime for 3 d, then stop"
    ),
    "5 mg TID; increase by 5 mg per dose every 3 days to 15 mg TID": "5 mg TID for 3 d, then 10 mg TID for 3 d, then 15 mg TID",
    "5 mg TID for 3 d, increase by 15 mg/day every 3 days to 45 mg/day": (
        "5 mg TID for 3 d, then 10 mg TID for 3 d, then 15 mg TID"
    ),
    "Take 10 mg by mouth three times daily with food.": "10 mg TID",
    "Start baclofen 5 mg TID for 3 d, then increase to 10 mg TID": "5 mg TID for 3 d, then 10 mg TID",
    "99999999999999999999999999 mg TID": "100000000000000000000000000 mg TID",
}

REFUSED = {  # as written: (column, words of the message)
    "10 mg TID PRN": (11, "as needed"),
    "10 mg TID as needed": (11, "as needed"),
    "titrate to effect": (9, "left open"),
    "up to 20 mg TID": (1, "left open"),
    "5-10 mg TID": (1, "one dose"),
    "5 to 10 mg TID": (1, "one dose"),
    "50 mcg TID": (4, "intrathecal unit"),
    "250 µg daily": (5, "intrathecal unit"),
    "0.3 mg/kg/day in 3 doses": (5, "per weight"),
    "10 mg after dialysis": (7, "dialysis"),
    "10 mg once at night": (7, "single dose"),
    "2,5 mg TID": (1, "comma"),
    "0 mg TID": (1, "above zero"),
    "0/0/0 mg": (1, "zero"),
    "-5 mg TID": (1, "negative"),
    "nan mg TID": (1, "a dose such as"),
    "1e400 mg TID": (1, "exponent"),
    "9" * 400 + " mg TID": (1, "hundred digits"),
    "10 mg": (6, "how often"),
    "10 TID": (4, "mg"),
    "": (1, "a dose such as"),
    "banana": (1, "found 'banana'"),
    "10 mg TID banana": (11, "found 'banana'"),
    "10 mg TID then": (15, "found the end"),
    "10 mg TID then 20 mg TID": (16, "how long the step before"),
    "10 mg am 20 mg pm": (10, "'and' with a further dose"),
    "60 mg/day": (10, "in how many doses"),
    "10 mg 7 times a day": (7, "no such schedule"),
    "10 mg q5h": (7, "no such schedule"),
    "5/10 mg TID": (1, "2 doses for 3 times"),
    "10 mg TID at 08:00 and 20:00": (7, "3 times a day but 2 times"),
    "10 mg at 25:00": (7, "not a time of day"),
    "10 mg TID for 0 days": (11, "whole number of days"),
    "10 mg TID for 1.5 d": (11, "whole number of days"),
    "10 mg TID for 2 d, then hold": (25, "for how long"),
    "10 mg TID for 2 d, then hold for 3 d": (25, "taken after"),
    "stop, then 5 mg TID": (12, "nothing can follow"),
    "2025-02-30: 5 mg TID": (1, "no such day"),
    "01/03/2025: 5 mg TID": (1, "year-month-day"),
    "5 mg TID for 3 d; 2025-03-01: 10 mg TID": (31, "date for the first step"),
    "2025-03-04: 5 mg TID; 2025-03-01: 10 mg TID": (35, "before the end"),
    "2 tablets TID": (1, "strength of one tablet"),
    "5 mL TID": (1, "strength of one mL"),
    "5 mg TID as 5 mg suspension": (15, "mg/mL"),
    "5 mg TID using 5 mg/mL tablets": (24, "liquid"),
    "1 tablet of 10 mg TID using 25 mg tablets": (29, "another product"),
    "20 mg TID and 20 mg once": (1, "stands alone"),
    "20 mg TID, increase by 5 mg every 3 days to 10 mg TID": (12, "cannot end"),
    "reduce by 0.1 mg every day to stop": (1, "steps"),
    "intrathecal 250": (1, "intrathecal"),
}


@pytest.mark.parametrize(("text", "canonical"), READ.items())
def test_what_prescribers_write_is_read(text: str, canonical: str) -> None:
    found = parse_sig(text, NOW)
    assert format_sig(found) == canonical
    assert parse_sig(canonical) == found
    assert parse_sig(text.upper(), NOW) == found


@pytest.mark.parametrize(("text", "expect"), REFUSED.items())
def test_refusals_name_the_column_and_what_was_expected(text: str, expect: tuple[int, str]) -> None:
    with pytest.raises(SigError) as error:
        parse_sig(text, NOW)
    assert (error.value.column, expect[1] in str(error.value)) == (expect[0], True), str(error.value)
    assert str(error.value).startswith(f"column {expect[0]}: found ")
    said = str(error.value).replace("'", " ").split()
    assert not any(word.isupper() and len(word) > 5 for word in said), "the name of a terminal is no word for a person"


def test_into_phases() -> None:
    found = parse_sig("2025-03-01: 5 mg TID x3d then 10/20 mg BID every other day for 1 wk then stop as 5 mg/mL suspension")
    tid, bid = dosing_times()["TID"], dosing_times()["BID"]
    assert found == Sig(
        Regimen((Phase((5, 5, 5), tid, 3), Phase((10, 20), bid, 7, 2)), date(2025, 3, 1)), "oral_suspension", None, 5, True
    )
    assert parse_sig("none") == Sig(Regimen(()))
    assert parse_sig("stop") == Sig(Regimen(()), stops=True)
    assert parse_sig("20 mg once").regimen.single_dose
    assert not parse_sig("20 mg once daily").regimen.single_dose


def test_a_taper_needs_the_dose_taken_now() -> None:
    with pytest.raises(SigError, match="the dose taken now"):
        parse_sig("taper by 5 mg every 3 days to stop")
    with pytest.raises(SigError, match="ends by itself"):
        parse_sig("taper by 5 mg every 3 days to stop", parse_sig("20 mg TID for 3 d").regimen)
    taper = parse_sig("taper by 5 mg every 3 days to stop", NOW)
    assert [sum(p.doses_mg) for p in taper.regimen.phases] == [55, 50, 45, 40, 35, 30, 25, 20, 15, 10, 5]
    assert {p.days for p in taper.regimen.phases} == {3}
    assert taper.stops


@pytest.mark.parametrize("value", [None, 5, b"5 mg TID", ["5 mg TID"], "x" * (LONGEST + 1)])
def test_what_is_no_sig_at_all(value: object) -> None:
    with pytest.raises(InputError):
        parse_sig(value)


def conflicts(grammar: str) -> list[str]:
    """What LALR(1) cannot decide by itself, of a grammar."""
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        Lark(grammar, parser="lalr", debug=True)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    return [line for line in said if "conflict" in line.lower()]


def test_the_grammar_has_no_conflict_so_no_tokens_parse_two_ways() -> None:
    assert conflicts(GRAMMAR) == []


def test_a_conflict_would_be_seen() -> None:
    assert conflicts('start: e\ne: e "+" e | "x"')


def meanings(text: str) -> list[object]:
    """Every meaning under every way of cutting the text into tokens."""
    earley = Lark(GRAMMAR, parser="earley", lexer="dynamic_complete", ambiguity="explicit", maybe_placeholders=False)
    found: list[object] = []
    for tree in CollapseAmbiguities().transform(earley.parse(text)):
        steps, product = Reader().transform(tree)
        meaning = (*assemble(steps, product, NOW), product.form, product.strength_mg, product.strength_mg_per_ml)
        if meaning not in found:
            found.append(meaning)
    return found


@pytest.mark.parametrize("text", READ)
def test_no_way_of_cutting_the_text_gives_another_meaning(text: str) -> None:
    sig = parse_sig(text, NOW)
    assert meanings(text) == [(sig.regimen, sig.stops, sig.form, sig.strength_mg, sig.strength_mg_per_ml)]


WORDS = sorted({word for text in (*READ, *REFUSED) for word in text.split() if len(word) < 100})


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A sig that was garbled: words lost, doubled, swapped in, characters lost or slipped in."""
    words = draw(st.sampled_from(list(READ))).split()
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(words)))
        words[at : at + draw(st.integers(0, 1))] = draw(st.lists(st.sampled_from(WORDS), max_size=2))
    text = " ".join(words)
    if draw(st.booleans()) and text:
        at = draw(st.integers(0, len(text) - 1))
        text = text[:at] + draw(st.text("0123456789./-:;, xdmgTIQ½×é²\n\t", max_size=2)) + text[at + draw(st.integers(0, 2)) :]
    return text


def holds(text: str) -> None:
    """Read, or refused with an InputError; what is read comes back from its canonical text."""
    try:
        found = parse_sig(text, NOW)
    except InputError:
        return
    canonical = format_sig(found)
    assert parse_sig(canonical) == found
    assert format_sig(parse_sig(canonical)) == canonical
    assert found.regimen.highest_daily_mg < float("inf")
    assert all(mg > 0 for phase in found.regimen.phases for mg in phase.doses_mg)


@STEADY
@given(st.text(max_size=60))
@example("\0")
@example("5 mg TID\ud800")
@example("٥ mg TID")
@example("5 mg TID for 99999999999999999999 years")
@example("2025-03-01: 5 mg TID for 9999999999 weeks; 9999-12-31: 10 mg TID")
@example("1/0 tablet of 10 mg TID")
@example("10 mg/0 mL TID")
@example("5 mg TID as 5 mg/0 mL suspension")
def test_no_text_crashes_it(text: str) -> None:
    holds(text)


@settings(STEADY, max_examples=600)
@given(mutated())
def test_no_garbled_sig_crashes_it_and_what_is_read_round_trips(text: str) -> None:
    holds(text)


doses = st.floats(0.5, 200).map(lambda x: round(x, 2))
minutes = st.lists(st.integers(0, 24 * 60 - 1), min_size=1, max_size=6, unique=True)
hours = minutes.map(lambda found: tuple(sorted(minute / 60 for minute in found)))


@st.composite
def regimens(draw: st.DrawFn) -> Regimen:
    """Any regimen of doses at minutes of the day."""
    phases = []
    for i in range(count := draw(st.integers(1, 4))):
        at = draw(hours | st.sampled_from(list(dosing_times().values())))
        days = draw(st.integers(1, 60)) if i < count - 1 else draw(st.none() | st.integers(1, 60))
        phases.append(Phase(tuple(draw(doses) for _ in at), at, days, draw(st.sampled_from([1, 1, 2, 3]))))
    return Regimen(tuple(phases), draw(st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))))


@STEADY
@given(regimens(), st.booleans())
def test_every_regimen_has_a_text_that_reads_back(regimen: Regimen, stops: bool) -> None:
    sig = Sig(regimen, stops=stops and regimen.phases[-1].days is not None)
    assert parse_sig(format_sig(sig)) == sig
    assert parse_sig(format_regimen(regimen)).regimen == regimen


def test_every_terminal_has_a_name_for_people() -> None:
    from openbaclofen.dose.words import _EXPECTED

    terminals = {t.name for t in Lark(GRAMMAR, parser="lalr").terminals}
    ignored = {"_SPACE", "_ROUTE", "_MEAL", "_LEAD", "_END"}
    minor = {"_TIMES", "_CLOSE", "ML", "PER_DAY", "PER_DOSE", "_SPLIT", "ONCE", "HOLD"}  # always beside a named one
    assert terminals - ignored - minor == {name for names, _ in _EXPECTED for name in names} - {"$END"}
