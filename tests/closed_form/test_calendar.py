"""Plans and steps go in; their dose calendars are checked against arithmetic: days, dates, doses, units and due dates."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import planned

from openbaclofen.case.record import Case
from openbaclofen.decide.products import supply
from openbaclofen.decide.records import Plan
from openbaclofen.decide.spread import phase
from openbaclofen.decide.stop import steps_of
from openbaclofen.dose.regimen import Regimen
from openbaclofen.facts import load
from openbaclofen.report.calendar import EACH_STEP, EACH_STEP_DOWN, Calendar, calendar, dues
from openbaclofen.report.calendar_words import column, day_words, plain_units, span_words
from openbaclofen.report.document_patient import pages

WITH_CALENDAR = ("ms-adult", "child-cp-24kg", "elderly-opioid", "abrupt-stop-80mg")
PORTION = re.compile(r"(?:(?P<count>[\d.]+) x (?P<strength>[\d.]+) mg|(?P<ml>[\d.]+) mL of (?P<per_ml>[\d.]+) mg/mL)")
KB = load()


def made(name: str) -> tuple[Case, Plan, Calendar]:
    case, plan = planned(name)
    found = calendar(plan, case)
    assert found is not None
    return case, plan, found


def milligrams(units: str) -> float:
    """What the units add up to, read back from their own words."""
    total = 0.0
    for portion in units.split(" + "):
        said = PORTION.fullmatch(portion)
        assert said, portion
        total += float(said["count"] or said["ml"]) * float(said["strength"] or said["per_ml"])
    return total


@pytest.mark.parametrize("name", WITH_CALENDAR)
def test_days_follow_on_and_dates_follow_days(name: str) -> None:
    case, plan, found = made(name)
    steps = plan.proposal.steps if plan.proposal else plan.stopping
    assert [(r.first_day, r.last_day, r.daily_mg) for r in found.rows] == [(s.day_from, s.day_to, s.daily_mg) for s in steps]
    day = 1
    for row in found.rows:
        assert row.first_day == day
        assert row.first == case.as_of + timedelta(days=day - 1)
        assert (row.last is None) == (row.last_day is None)
        assert row.last is None or row.last == case.as_of + timedelta(days=row.last_day - 1)
        day = (row.last_day or 0) + 1


@pytest.mark.parametrize("name", WITH_CALENDAR)
def test_doses_of_a_day_add_up_and_their_units_make_them(name: str) -> None:
    _, _, found = made(name)
    for row in found.rows:
        assert sum(t.mg for t in row.takes) == pytest.approx(row.daily_mg)
        assert [t.hour for t in row.takes] == sorted({t.hour for t in row.takes})
        for take in row.takes:
            assert milligrams(take.units) == pytest.approx(take.mg)


@pytest.mark.parametrize("name", WITH_CALENDAR)
def test_the_patients_page_says_the_same_doses_on_the_same_days(name: str) -> None:
    case, plan, found = made(name)
    page = pages(plan, case, KB, found)
    assert page is not None
    assert len(page.stages) == len(found.rows)
    for stage, row in zip(page.stages, found.rows, strict=True):
        assert stage.cells == tuple((column(t.hour), t.words) for t in row.takes)
        assert stage.title == f"Step {row.number}: {row.dates}"
        assert len(stage.ticks) == (row.last_day - row.first_day + 1 if row.last_day else 0)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 32), st.integers(1, 5), st.integers(1, 40)), min_size=1, max_size=6),
    st.sampled_from([("US", "tablet", 5.0), ("UK", "oral_solution", 0.5)]),
    st.booleans(),
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
)
def test_any_steps_come_back_as_the_regimen_they_were_made_from(
    wanted: list[tuple[int, int, int]], product: tuple[str, str, float], down: bool, start: date
) -> None:
    region, form, unit = product
    units = supply(KB, region, form, needs_liquid=False)
    assert units is not None
    doses = [tuple(unit * (n + i % 2) for i in range(times)) for n, times, _ in wanted]
    phases = [phase(d, float(days)) for d, (_, _, days) in zip(doses, wanted, strict=True)]
    if not down:
        phases[-1] = replace(phases[-1], days=None)
    case, plan = planned("abrupt-stop-80mg" if down else "ms-adult")
    current = replace(case.current, therapy=replace(case.current.therapy, form=form)) if case.current else None
    case = replace(case, as_of=start, current=current, therapy=replace(case.therapy, form=form))
    steps = steps_of(Regimen(tuple(phases)), units)
    proposal = plan.proposal and replace(plan.proposal, steps=steps)
    found = calendar(replace(plan, proposal=proposal, stopping=steps if down else ()), case)
    assert found is not None
    assert found.regimen() == Regimen(tuple(phases), start)


def test_what_is_due_falls_on_its_day() -> None:
    _, plan, found = made("child-cp-24kg")
    due = {d.rests_on[0]: d for d in dues(plan, KB, found)}
    last = found.rows[-1].first_day
    assert due["MON-REVIEW"].day == 1 + 183
    assert due["MON-REVIEW"].when == f"{day_words(date(2026, 11, 22) + timedelta(days=183))}, then every 183 days"
    assert due["ADULT-6WK"].day == last + 42
    assert day_words(date(2026, 11, 22) + timedelta(days=last + 41)) in due["ADULT-6WK"].when
    assert due["MON-SEDATION"].when.count(",") == len(found.rows) - 1
    assert {i for d in due.values() for i in d.rests_on} >= {i for r in plan.monitoring for i in r.rests_on}


def test_a_plan_without_a_calendar_gives_intervals_without_dates() -> None:
    _, plan, _ = made("child-cp-24kg")
    due = {d.rests_on[0]: d for d in dues(plan, KB, None)}
    assert due["MON-REVIEW"].when == "every 183 days"
    assert due["MON-REVIEW"].day is None


@pytest.mark.parametrize("rule", [*EACH_STEP, *EACH_STEP_DOWN])
def test_rules_shown_at_each_step_speak_of_steps(rule: str) -> None:
    assert any(word in KB.rules[rule].text for word in ("each step", "dose rise", "Withdrawal"))


@pytest.mark.parametrize("name", ["ulcer-uk", "ulcer-us", "dialysis", "kidneys-not-stated", "missed-doses", "overdose-600mg"])
def test_where_nothing_is_proposed_there_is_no_calendar(name: str) -> None:
    case, plan = planned(name)
    assert calendar(plan, case) is None
    assert pages(plan, case, KB, None) is None


def test_a_case_without_a_date_counts_days() -> None:
    case, plan, _ = made("ms-adult")
    undated = calendar(plan, replace(case, dated=False))
    assert undated is not None
    assert undated.start is None
    assert undated.rows[0].dates == "Days 1 to 3"
    assert undated.on(4) == "day 4"
    assert not any(row.first or row.last for row in undated.rows)


def test_an_order_that_states_its_first_day_stands_before_the_date_of_the_case() -> None:
    case, plan, _ = made("ms-adult")
    later = replace(case, therapy=replace(case.therapy, regimen=replace(case.therapy.regimen, start=date(2026, 12, 30))))
    found = calendar(plan, later)
    assert found is not None
    assert found.rows[0].dates == "Wed 30 Dec 2026 to Fri 1 Jan 2027"
    assert found.rows[1].dates == "Sat 2 Jan to Mon 4 Jan 2027"


@pytest.mark.parametrize(
    ("units", "form", "words"),
    [
        ("1 x 5 mg", "tablet", "1 tablet of 5 mg"),
        ("0.5 x 10 mg", "tablet", "half a tablet of 10 mg"),
        ("1.5 x 10 mg", "tablet", "1 and a half tablets of 10 mg"),
        ("2 x 20 mg + 1 x 5 mg", "oral_granules", "2 packets of granules of 20 mg and 1 packet of granules of 5 mg"),
        ("2.5 mL of 5 mg/mL", "tablet", "2.5 mL (5 mg/mL)"),
    ],
)
def test_units_in_words(units: str, form: str, words: str) -> None:
    assert plain_units(units, form) == words


@pytest.mark.parametrize("units", ["0.25 x 10 mg", "a handful", "1 x 5 mg, 2 x 5 mg and", ""])
def test_units_that_cannot_be_said_are_refused(units: str) -> None:
    with pytest.raises(AssertionError):
        plain_units(units, "tablet")


def test_one_day_is_said_once() -> None:
    assert span_words(date(2024, 2, 29), date(2024, 2, 29)) == "Thu 29 Feb 2024"
