"""A case that changes, late answers and a service that goes away go in; no answer may pass for one of another case."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from tests.browser.conftest import Watched, example, until
from tests.browser.test_tasks import badge, labelled

BEFORE = "document.querySelector('.strip.before') !== null"


def holding(page: Any, path: str, text: str) -> list[Any]:
    """Hold back the requests whose body has a text; the list fills with them."""
    held: list[Any] = []

    def route(one: Any) -> None:
        if text in (one.request.post_data or ""):
            held.append(one)
        else:
            one.continue_()

    page.route(path, route)
    return held


def until_held(page: Any, held: list[Any], count: int = 1) -> None:
    """Wait until so many requests are held back."""
    while len(held) < count:
        page.wait_for_timeout(20)


def test_a_late_verdict_of_a_case_left_behind_is_never_shown(page: Any) -> None:
    held = holding(page, "**/v1/check", "")
    labelled(page, "patient.weight").fill("9")
    until_held(page, held)
    labelled(page, "patient.weight").fill("62")
    page.wait_for_timeout(400)
    held[0].continue_()
    page.wait_for_timeout(400)
    assert page.evaluate(BEFORE) or page.locator(".strip").text_content().strip().startswith("✓ no finding")
    for late in held[1:]:
        late.continue_()
    until(page, f"!({BEFORE})")
    assert page.locator(".strip").text_content().strip().startswith("✓ no finding")
    assert page.locator("#panel .before").count() == 0


def test_a_verdict_is_marked_until_the_change_has_been_checked(page: Any) -> None:
    late = holding(page, "**/v1/check", '"allergies":["baclofen"]')
    labelled(page, "patient.allergies").fill("baclofen")
    assert "not in the case yet" in page.locator("aside").text_content()
    labelled(page, "patient.allergies").press("Enter")
    until(page, BEFORE)
    assert "checking the change" in page.locator(".strip").text_content()
    drawn = page.locator(".strip .badge").evaluate("one => getComputedStyle(one, '::before').content")
    assert drawn == '"before: "'
    until_held(page, late)
    late[0].continue_()
    badge(page, "contraindicated")
    assert not page.evaluate(BEFORE)


def test_a_plan_is_marked_until_the_newest_case_has_one(page: Any) -> None:
    held = holding(page, "**/v1/plan", "")
    labelled(page, "patient.weight").fill("63")
    until_held(page, held)
    labelled(page, "patient.weight").fill("64")
    until_held(page, held, 2)
    page.wait_for_timeout(300)
    assert "The plan is being made anew" in page.locator("#panel").text_content()
    assert page.locator(".of-plan.before").count() == 1
    held[1].continue_()
    until(page, "!document.querySelector('.of-plan.before')")


def test_a_service_that_goes_away_never_reads_as_safe_and_is_asked_again(page: Any) -> None:
    page.route("**/v1/**", lambda route: route.abort())
    labelled(page, "patient.allergies").fill("baclofen")
    labelled(page, "patient.allergies").press("Enter")
    page.wait_for_selector("[role=alert]")
    assert "does not answer" in page.locator("[role=alert]").text_content()
    assert "could not be checked" in page.locator(".strip").text_content()
    assert page.evaluate(BEFORE)
    assert "belongs to the case before" in page.locator("#panel").text_content()
    page.unroute("**/v1/**")
    badge(page, "contraindicated")
    assert page.locator("[role=alert]").count() == 0
    assert not page.evaluate(BEFORE)


def test_what_cannot_be_read_marks_all_that_was_known_before(page: Any) -> None:
    labelled(page, "patient.weight").fill("62 stone")
    page.wait_for_selector(".faults")
    assert page.evaluate(BEFORE)
    assert "belongs to the case before" in page.locator("#panel").text_content()
    assert page.get_by_label("unit of Weight").input_value() == ""
    page.get_by_label("unit of Weight").select_option("kg")
    page.wait_for_selector(".faults", state="detached")
    assert labelled(page, "patient.weight").input_value() == "62"


def test_figures_of_one_regimen_never_stand_under_another(page: Any) -> None:
    page.get_by_role("tab", name="Compare").click()
    page.wait_for_selector(".columns dl")
    figures = page.locator(".columns .column").nth(1).locator("dd").first.text_content()
    held = holding(page, "**/v1/course", "40 mg TID")
    page.locator("#regimen-1").fill("40 mg TID")
    page.get_by_role("button", name="compare", exact=True).click()
    until_held(page, held)
    column = page.locator(".columns .column").nth(1)
    assert column.locator("dd").first.text_content() == figures
    assert column.locator("h3").text_content() == "B: 20 mg TID"
    assert page.locator("#panel .before .columns").count() == 1
    held[-1].continue_()
    until(page, "document.querySelectorAll('.columns h3')[1].textContent === 'B: 40 mg TID'")
    assert column.locator("dd").first.text_content() != figures


def test_a_regimen_that_cannot_be_read_hides_no_other(page: Any) -> None:
    page.get_by_role("tab", name="Compare").click()
    page.wait_for_selector(".columns dl")
    page.locator("#regimen-0").fill("20 mg sometimes")
    page.get_by_role("button", name="compare", exact=True).click()
    page.wait_for_selector(".columns .fault")
    assert page.locator(".columns .column").nth(0).locator("dl").count() == 0
    assert page.locator(".columns .column").nth(1).locator("dl").count() == 1
    page.wait_for_selector(".plot canvas")


def test_what_an_overdose_was_foretold_of_is_marked_when_another_is_asked(page: Any) -> None:
    page.get_by_role("tab", name="Overdose").click()
    page.wait_for_selector(".scenario table")
    assert "states nothing swallowed" in page.locator("#panel").text_content()
    labelled(page, "overdose.amount").fill("900 ug")
    page.get_by_role("button", name="predict").click()
    page.wait_for_selector("#panel [role=alert]")
    assert page.locator("#panel .before .scenario").count() > 0
    assert "the answer before" in page.locator("#panel").text_content()


def test_the_way_down_follows_what_the_case_says_is_taken(page: Any) -> None:
    page.get_by_role("tab", name="Stopping").click()
    page.wait_for_selector(".calendar")
    labelled(page, "question").select_option("")
    labelled(page, "current.route").select_option("oral")
    labelled(page, "current.sig").fill("20 mg QID")
    until(page, "document.getElementById('stop.sig').value === '20 mg QID'")
    labelled(page, "stop.since").fill("1 week")
    until(page, "document.querySelector('#panel .before .calendar') !== null")
    assert labelled(page, "stop.sig").input_value() == "20 mg QID"


def test_the_course_follows_the_order_of_the_case(page: Any) -> None:
    page.get_by_role("tab", name="Course").click()
    page.wait_for_selector(".plot canvas")
    labelled(page, "therapy").fill("20 mg TID")
    until(page, "document.querySelector('#course-title').textContent.trim() === 'Course of 20 mg TID'")
    labelled(page, "therapy").fill("60 mg TID")
    until(page, "document.querySelector('#course-title').textContent.trim() === 'Course of 60 mg TID'")
    held = holding(page, "**/v1/course", "")
    page.locator("#dose").focus()
    page.keyboard.press("ArrowRight")
    until_held(page, held)
    until(page, "document.querySelector('#course-title').textContent.includes('as asked before')")
    held[0].abort()
    page.wait_for_selector("[role=alert]")
    assert "as asked before" in page.locator("#course-title").text_content()


def test_the_same_case_opened_twice_is_judged_twice(page: Any) -> None:
    badge(page, "no finding")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    example(page, "multiple sclerosis, first prescription")
    page.wait_for_timeout(500)
    badge(page, "no finding")
    page.wait_for_selector("#plan-title")
    assert any(url.endswith("/v1/check") for url in asked)


def test_the_way_back_leads_to_the_case_before(page: Any) -> None:
    labelled(page, "patient.weight").fill("71")
    badge(page, "no finding")
    page.get_by_role("button", name="new case").click()
    badge(page, "cannot tell")
    assert labelled(page, "patient.weight").input_value() == ""
    page.go_back()
    badge(page, "no finding")
    assert labelled(page, "patient.weight").input_value() == "71"
    page.go_forward()
    badge(page, "cannot tell")


def packed(case: Any) -> str:
    """A case as the address holds it."""
    return base64.urlsafe_b64encode(json.dumps(case).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "fragment",
    [
        packed({"patient": {"age": "46 a"}})[:-9],
        packed({"patient": None}),
        packed({"patient": {"age": 46}}),
        packed({"patient": {}, "events": [None]}),
        packed([1]),
        "%",
        "%F0%9F%92%8A",
    ],
)
def test_a_damaged_address_shows_no_case_and_says_so(watched: Watched, fragment: str) -> None:
    page = watched.open(f"view=constructor&case={fragment}", wait=".strip .badge")
    page.wait_for_timeout(600)
    assert "cannot be read" in page.locator("[role=alert]").text_content()
    assert labelled(page, "patient.age").input_value() == ""
    assert page.get_by_role("tab", selected=True).text_content() == "Plan"
    page.get_by_role("button", name="understood").click()
    assert page.locator("[role=alert]").count() == 0


def test_what_has_no_field_can_be_left_out(watched: Watched) -> None:
    case = {"patient": {"age": "46 a", "sex": "male", "pregnant": "yes", "bmi": "22"}, "region": "US"}
    page = watched.open(f"view=plan&case={packed(case)}", wait=".faults")
    for place in ("patient.bmi", "patient.pregnant"):
        until(page, "place => document.querySelector('.faults')?.textContent.includes(place)", place)
        page.get_by_role("button", name="leave it out").click()
    badge(page, "cannot tell")
    assert page.locator(".faults").count() == 0


def test_an_address_cannot_bring_a_script(watched: Watched) -> None:
    case = {
        "title": "<img src=x onerror=alert(1)>",
        "patient": {"age": "<script>alert(1)</script>", "conditions": ["<b>ms</b>"]},
        "__proto__": "x",
        "region": "US",
    }
    page = watched.open(f"view=plan&case={packed(case)}", wait=".faults")
    assert page.locator("img, script:not([src]), b").count() == 0


def test_an_example_says_that_it_is_one(page: Any) -> None:
    assert "made up" in page.locator("aside .example").text_content()
    page.get_by_role("button", name="Begin a case of your own").click()
    badge(page, "cannot tell")
    assert page.locator("aside .example").count() == 0
    assert labelled(page, "current.route").input_value() == "unstated"


def test_what_is_missing_leads_to_its_field(page: Any) -> None:
    page.get_by_role("button", name="new case").click()
    page.wait_for_selector(".card.unknown")
    page.locator(".card.unknown").get_by_role("button", name="creatinine", exact=True).first.click()
    assert page.evaluate("document.activeElement.id") == "patient.creatinine"


def test_a_wrong_refill_and_the_time_since_a_missed_dose_can_be_stated(page: Any) -> None:
    page.get_by_role("button", name="add an event").click()
    page.wait_for_timeout(400)
    assert not page.evaluate(BEFORE)
    labelled(page, "events[0].kind").select_option("missed")
    labelled(page, "events[0].after").fill("6")
    until(page, f"!document.querySelector('.faults') && !({BEFORE})")
    example(page, "spinal cord injury, pump of 400 ug a day has stalled")
    assert labelled(page, "events[0].at").input_value() == "2026-03-04 10:00"
    page.get_by_role("button", name="add an event").click()
    labelled(page, "events[1].kind").select_option("wrong_refill")
    labelled(page, "events[1].concentration").fill("500")
    until(page, f"!document.querySelector('.faults') && !({BEFORE})")
    labelled(page, "events[0].note").fill("heard no click")
    until(page, f"!document.querySelector('.faults') && !({BEFORE})")
    assert labelled(page, "events[0].at").input_value() == "2026-03-04 10:00"
