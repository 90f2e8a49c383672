"""What a clinician does on the page goes in; what the page then shows is checked against what the program says."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from tests.browser.conftest import ROOT, Watched, example, until

from openbaclofen import api

MS = ROOT / "examples" / "ms-adult.yaml"
STALLED = "spinal cord injury, pump of 400 ug a day has stalled"
PUMP = "multiple sclerosis, pump from 500 to 2000 ug/mL"


def badge(page: Any, word: str) -> None:
    until(page, "word => [...document.querySelectorAll('.strip .badge')].some(badge => badge.textContent.includes(word))", word)


def labelled(page: Any, path: str) -> Any:
    return page.locator(f'[id="{path}"]')


def test_a_case_is_filled_in_and_judged(page: Any) -> None:
    page.get_by_role("button", name="new case").click()
    labelled(page, "patient.age").fill("58")
    labelled(page, "patient.sex").select_option("female")
    labelled(page, "patient.weight").fill("62")
    labelled(page, "patient.height").fill("168")
    labelled(page, "therapy").fill("5 mg TID for 3 d, then 10 mg TID")
    labelled(page, "region").select_option("US")
    page.wait_for_selector(".card.unknown")
    assert page.locator(".card.unknown").filter(has_text="creatinine").count() >= 1
    badge(page, "cannot tell")

    page.get_by_label("unit of Creatinine").select_option("umol/L")
    labelled(page, "patient.creatinine").fill("140")
    labelled(page, "patient.conditions").fill("multiple sclerosis")
    labelled(page, "patient.conditions").press("Enter")
    labelled(page, "patient.medicines").fill("oxycodone 10 mg BID")
    labelled(page, "patient.medicines").press("Enter")
    badge(page, "major")
    card = page.locator(".card.major").filter(has_text="oxycodone")
    assert card.count() == 1
    assert card.locator("a[href^=http]").count() >= 1
    order = ["contraindicated", "major", "moderate", "caution", "info", "unknown"]
    shown = page.locator(".verdict .card").evaluate_all("cards => cards.map(card => card.classList[1])")
    assert shown == sorted(shown, key=order.index)


def test_a_bad_unit_is_named_at_its_field(page: Any) -> None:
    labelled(page, "patient.weight").fill("62 stone")
    page.wait_for_selector('[id="patient.weight-fault"]')
    assert "kg" in page.locator('[id="patient.weight-fault"]').text_content()
    assert labelled(page, "patient.weight").get_attribute("aria-invalid") == "true"
    assert "patient.weight-fault" in labelled(page, "patient.weight").get_attribute("aria-describedby")
    page.get_by_role("button", name="patient.weight").click()
    assert page.evaluate("document.activeElement.id") == "patient.weight"
    labelled(page, "patient.weight").fill("62")
    page.wait_for_selector('[id="patient.weight-fault"]', state="detached")


def test_a_plan_has_a_calendar(page: Any) -> None:
    plan = page.request.post(page.url.split("#")[0] + "v1/plan", data={"text": MS.read_text()}).json()
    assert page.locator(".lead").first.text_content() == plan["summary"]
    proposed = plan["proposal"]["steps"]
    assert page.locator(".steps tbody tr").count() == len(proposed)
    lengths = [step["day_to"] - step["day_from"] + 1 for step in proposed if step["day_to"] is not None]
    planned = page.locator(".calendar td.planned .mg").all_text_contents()
    expected = [f"{step['daily_mg']:g}" for step, length in zip(proposed, lengths, strict=False) for _ in range(length)]
    assert [text.split("mg")[0].strip() for text in planned[: sum(lengths)]] == expected
    first = date.fromisoformat(plan["as_of"])
    starts = [first + timedelta(days=step["day_from"] - 1) for step in proposed]
    assert page.locator(".calendar td.starts .date").all_text_contents() == [f"{day.day} {day:%b}" for day in starts]


def test_another_case_shows_nothing_of_the_one_before(page: Any) -> None:
    page.route("**/v1/plan", lambda route: None)  # held back for good
    example(page, "600 mg swallowed two hours ago")
    badge(page, "major")
    assert page.locator("#plan-title").count() == 0


def test_the_plots_follow_the_slider(page: Any) -> None:
    page.get_by_role("tab", name="Course").click()
    page.wait_for_selector(".plot canvas")
    plasma = page.locator('[data-quantity="plasma_ng_per_ml"]')
    before = plasma.locator(".summary").text_content(), plasma.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    page.locator("#dose").focus()
    page.keyboard.press("ArrowRight")
    until(page, "performance.getEntriesByName('slider-to-plot').length > 0")
    after = plasma.locator(".summary").text_content(), plasma.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    assert after[0] != before[0]
    assert after[1] != before[1]
    assert "17.5 mg" in page.locator('label[for="dose"]').text_content()
    highest = [float(re.findall(r"to ([\d.]+) \(", text)[0]) for text in (before[0], after[0])]
    assert highest[1] / highest[0] == pytest.approx(17.5 / 15, rel=0.02)
    for name in ("csf_ng_per_ml", "modified_ashworth", "sedation"):
        assert page.locator(f'[data-quantity="{name}"] canvas').count() == 1


def test_regimens_are_compared_side_by_side(page: Any) -> None:
    page.get_by_role("tab", name="Compare").click()
    page.wait_for_selector(".columns dl")
    page.get_by_role("button", name="add a third").click()
    page.locator("#regimen-2").fill("60 mg TID")
    page.get_by_role("button", name="compare", exact=True).click()
    until(page, "document.querySelectorAll('.columns dl').length === 3")
    assert page.locator(".columns .column").count() == 3
    assert (
        "contraindicated" in page.locator(".columns .column").nth(2).text_content()
        or "major" in page.locator(".columns .column").nth(2).text_content()
    )
    assert page.locator(".plot").first.locator("thead th").count() == 1 + 4 * 3
    page.locator(".plot details summary").first.click()
    page.wait_for_selector(".plot tbody tr")
    page.locator("#regimen-1").fill("20 mg sometimes")
    page.get_by_role("button", name="compare", exact=True).click()
    page.wait_for_selector(".columns .fault")


def test_an_overdose_is_foreseen(page: Any) -> None:
    page.get_by_role("tab", name="Overdose").click()
    page.wait_for_selector(".scenario table")
    labelled(page, "overdose.amount").fill("1200")
    page.get_by_role("button", name="predict").click()
    until(page, "document.querySelector('.scenario h3')?.textContent.includes('1200 mg')")
    first = page.locator(".scenario").first.text_content()
    assert "deep coma" in first
    assert page.locator(".scenario").filter(has_text="dialysis").count() >= 1
    labelled(page, "overdose.amount").fill("600 ug")
    page.get_by_role("button", name="predict").click()
    page.wait_for_selector("[role=alert]")
    assert "micrograms" in page.locator("[role=alert]").text_content()


def test_an_overdose_beside_a_pump_is_not_foretold(page: Any) -> None:
    page.get_by_role("tab", name="Overdose").click()
    example(page, PUMP)
    page.wait_for_selector("#panel .card.unknown")
    assert "beside a pump is not predicted" in page.locator("#panel .card.unknown").text_content()
    assert page.locator("#panel canvas").count() == 0


def test_a_way_down_is_led(page: Any) -> None:
    page.get_by_role("tab", name="Stopping").click()
    page.wait_for_selector(".calendar")
    assert "Do not stop at once" in page.locator(".lead").text_content()
    ways = page.locator(".ranges").first.locator("li").all_text_contents()
    assert any("abrupt stop" in way for way in ways)
    assert page.locator(".ranges .chosen").count() >= 1


def test_a_pump_has_a_map_of_the_spine_and_tells_of_its_failures(page: Any) -> None:
    page.get_by_role("tab", name="Pump").click()
    with page.expect_response("**/v1/pump") as asked:
        example(page, PUMP)
    page.wait_for_selector(".spine canvas")
    colours = page.locator(".spine canvas").evaluate(
        "canvas => new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, 1, canvas.height).data.buffer)).size"
    )
    assert colours >= 5
    said = page.locator(".spine .readout").text_content()
    assert "legs" in said
    page.locator("#spine-hour").focus()
    page.keyboard.press("End")
    assert page.locator(".spine .readout").text_content() != said
    page.locator(".spine summary").click()
    assert page.locator(".spine tbody tr").count() == 5

    pump = asked.value.json()
    page.wait_for_selector(".failure")
    assert page.locator("#panel h3").filter(has_text="Calendar").count() == 1
    assert page.locator(".failure").count() == len(pump["failures"]) > 1
    stall = page.locator(".failure").filter(has_text=pump["failures"][0]["title"])
    assert "act before hour" in stall.locator("summary").text_content()
    stall.locator("summary").click()
    assert stall.locator(".hours thead th").count() == 1 + len(pump["failures"][0]["hours"])
    assert "withdrawal noticed" in stall.locator(".predicted").text_content()


def test_a_pump_that_has_stalled_says_so_first(page: Any) -> None:
    page.get_by_role("tab", name="Pump").click()
    example(page, STALLED)
    page.wait_for_selector(".failure[open]")
    heads = page.locator("#panel h3").all_text_contents()
    assert heads.index("What has happened, and what follows") < heads.index("Delivered")
    assert "2026-03-04 10:00" in page.locator(".failure[open] summary").text_content()
    page.wait_for_selector(".spine canvas")
    until(page, "document.querySelector('#panel').textContent.includes('Pump stall, at hour 10')")
    assert "hours count from midnight of 2026-03-04" in page.locator("#panel").text_content()
    hour = page.locator("#spine-hour")
    hour.fill("0")
    running = page.locator(".spine .readout").text_content()
    hour.fill("60")
    stopped = page.locator(".spine .readout").text_content()
    level = re.compile(r"legs ([\d.]+) \(")
    assert float(level.search(stopped)[1]) < float(level.search(running)[1]) / 100
    order = "document.querySelector('.spine').compareDocumentPosition(document.querySelector('.failure[open]'))"
    assert page.evaluate(order) == 2  # the failure stands before the map


def test_a_tip_that_is_not_stated_is_not_taken_for_stated(page: Any) -> None:
    page.get_by_role("tab", name="Pump").click()
    labelled(page, "therapy.route").select_option("pump")
    labelled(page, "therapy.programme").fill("100")
    assert labelled(page, "therapy.catheter_tip").input_value() == ""
    page.wait_for_selector(".spine canvas")
    assert "tip of the catheter is not stated" in page.locator("#panel").text_content()
    labelled(page, "therapy.catheter_tip").fill("T10")
    until(page, "!document.querySelector('#panel').textContent.includes('not stated: the levels')")


def test_why_shows_facts_and_conflicts(page: Any) -> None:
    rule = page.locator("#panel button.rule").first.text_content()
    page.locator("#panel button.rule").first.click()
    page.wait_for_selector("dialog[open] .record")
    assert page.locator("dialog .record dd").first.text_content() == rule
    page.locator("#why-text").fill("half-life")
    page.locator("#why-text").press("Enter")
    page.wait_for_selector("dialog .card")
    text = page.locator("dialog").text_content()
    for word in ("3.63 h", "Disagree with it", "Wuis1989", "Conflicts between sources", "Sources"):
        assert word in text
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")


def test_a_case_is_saved_opened_and_shared(watched: Watched, tmp_path: Any) -> None:
    page = watched.open()
    labelled(page, "patient.weight").fill("81.5")
    badge(page, "no finding")
    until(page, "JSON.stringify(location.hash).length > 200")
    with page.expect_download() as download:
        page.get_by_role("button", name="save file").click()
    saved = tmp_path / "case.yaml"
    download.value.save_as(saved)
    case = api.read_case(saved)
    assert case.patient.weight is not None
    assert case.patient.weight.value == 81.5

    again = watched.context.new_page()
    again.goto(page.url)
    again.wait_for_selector("#plan-title")
    assert labelled(again, "patient.weight").input_value() == "81.5"
    other = tmp_path / "other.yaml"
    other.write_text(MS.read_text().replace("46 a", "71 a"))
    with again.expect_file_chooser() as chooser:
        again.get_by_role("button", name="open file").click()
    chooser.value.set_files(other)
    until(again, "document.getElementById('patient.age').value === '71'")
    bad = tmp_path / "bad.yaml"
    bad.write_text("patient: {age: 46}\n")
    with again.expect_file_chooser() as chooser:
        again.get_by_role("button", name="open file").click()
    chooser.value.set_files(bad)
    again.wait_for_selector("[role=alert]")
    assert "age" in again.locator("[role=alert]").text_content()
    bad.write_text(MS.read_text().replace("46 a", "72 a"))
    with again.expect_file_chooser() as chooser:
        again.get_by_role("button", name="open file").click()
    chooser.value.set_files(bad)  # the same file, put right
    until(again, "document.getElementById('patient.age').value === '72'")
    assert again.locator("[role=alert]").count() == 0
    again.close()


def test_a_plan_is_printed_and_filed(page: Any, tmp_path: Any) -> None:
    with page.expect_download() as download:
        page.get_by_role("button", name="PDF").click()
    filed = tmp_path / "plan.pdf"
    download.value.save_as(filed)
    assert filed.read_bytes().startswith(b"%PDF")
    page.emulate_media(media="print")
    assert not page.locator(".tabs").is_visible()
    assert page.locator(".calendar").is_visible()
    assert page.locator(".disclaimer").is_visible()
    assert page.pdf().startswith(b"%PDF")
    assert page.locator("#panel details[open]").count() == 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#panel details:not([open])").count() == 0
    shown = "one => getComputedStyle(one, '::placeholder').color"
    assert labelled(page, "patient.medicines").evaluate(shown) == "rgba(0, 0, 0, 0)"  # an example is no statement of the case
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#panel details[open]").count() == 0


def test_a_case_never_reaches_the_service_but_in_the_body_of_a_request(watched: Watched) -> None:
    asked: list[str] = []
    watched.page.on("request", lambda request: asked.append(request.url))
    page = watched.open()
    with page.expect_response("**/v1/plan"):
        labelled(page, "title").fill("a title that nobody else has")
    assert not [address for address in asked if "case=" in address or "title" in address]


def test_an_event_is_added_and_read(page: Any) -> None:
    page.get_by_role("button", name="add an event").click()
    labelled(page, "events[0].kind").select_option("creatinine")
    labelled(page, "events[0].date").fill("2026-11-20")
    labelled(page, "events[0].value").fill("240")
    page.get_by_label("unit of Creatinine").last.select_option("umol/L")
    until(page, "location.hash.includes('case=')")
    page.wait_for_selector(".faults", state="detached")
    packed = page.evaluate("location.hash").split("case=")[1]
    held = json.loads(page.evaluate("text => atob(text.replaceAll('-', '+').replaceAll('_', '/'))", packed))
    assert held["events"] == [{"kind": "creatinine", "date": "2026-11-20", "value": "240 umol/L"}]
