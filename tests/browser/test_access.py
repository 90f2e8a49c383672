"""Every view of the page goes in; that it can be read and used by all, at every width, in light and dark, is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.browser.conftest import AXE, Watched, example, until
from tests.browser.test_tasks import PUMP, badge

VIEWS = {
    "plan": "#of-pump-title",
    "course": ".plot canvas",
    "compare": ".columns dl",
    "stop": "#panel h3:has-text('Coming off the pump')",
    "pump": ".spine canvas",
    "overdose": ".scenario table",
}
SWALLOWED = "600 mg swallowed two hours ago"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS, TALL = (375, 768, 1280, 1920), 900
Show = Callable[[str], Any]


def faults(page: Any) -> list[str]:
    """What axe finds in light and in dark, each with the first place."""
    said = []
    for theme in ("light", "dark"):
        page.get_by_label("Light or dark").select_option(theme)
        page.evaluate(AXE.read_text())
        found = page.evaluate("tags => axe.run({runOnly: tags}).then(r => r.violations)", RULES)
        said += [f"{theme}: {one['id']}: {one['nodes'][0]['target']} {one['nodes'][0]['failureSummary']}" for one in found]
    return said


@pytest.fixture(scope="module")
def show(browser: Any, origin: str) -> Iterator[Show]:
    """Shows a view of a case with a pump (or of one with an overdose), in one page for all; each is worked out once."""
    watched = Watched(browser, origin)
    page = watched.open()

    def shown(view: str) -> Any:
        page.set_viewport_size({"width": WIDTHS[-1], "height": TALL})
        title = SWALLOWED if view == "overdose" else PUMP
        if page.locator("#title").input_value() != title:
            example(page, title)
        page.click(f"#tab-{view}")
        page.wait_for_selector(VIEWS[view])
        until(page, "!document.querySelector('#panel [role=status]')")
        assert page.locator("[role=alert]").count() == 0
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        return page

    yield shown
    watched.close()


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_can_be_read_by_all_and_fits_every_width(show: Show, view: str) -> None:
    page = show(view)
    assert faults(page) == []
    wide = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": TALL})
        until(page, "wide => document.documentElement.clientWidth === wide", width)
        wide[width] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        clipped = page.evaluate(CLIPPED)
        assert clipped == [], width
    assert wide == dict.fromkeys(WIDTHS, 0)


CLIPPED = """[...document.querySelectorAll('#panel *, aside *, header *')].filter(one => {
  const box = one.getBoundingClientRect(), wide = document.documentElement.clientWidth;
  return box.width && !one.closest('.scroll, pre, .canvas, .sr') && (box.right > wide + 1 || box.left < -1);
}).map(one => one.outerHTML.slice(0, 120))"""


def test_findings_faults_and_the_drawer_can_be_read_by_all(page: Any) -> None:
    example(page, "multiple sclerosis with reduced kidneys and an opioid")
    page.wait_for_selector(".card.major")
    page.locator('[id="patient.weight"]').fill("62 stone")
    page.wait_for_selector(".faults")
    assert faults(page) == []
    page.get_by_role("button", name="why …").click()
    page.locator("#why-text").fill("half-life")
    page.locator("#why-text").press("Enter")
    page.wait_for_selector("dialog .card")
    page.evaluate(AXE.read_text())
    assert page.evaluate("tags => axe.run({runOnly: tags}).then(r => r.violations.map(one => one.id))", RULES) == []


def test_all_can_be_done_by_keyboard(page: Any) -> None:
    def focused() -> str:
        return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")

    def tab_to(name: str) -> None:
        for _ in range(120):
            if focused() == name:
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"{name} cannot be reached by the tab key; at {focused()}")

    page.keyboard.press("Tab")
    assert focused() == "to the result"
    tab_to("patient.medicines")
    page.keyboard.type("morphine 10 mg BID")
    page.keyboard.press("Enter")
    badge(page, "major")
    until(page, "document.querySelector('p.sr[role=status]').textContent.includes('major')")
    tab_to("tab-plan")
    page.keyboard.press("ArrowRight")
    assert focused() == "tab-course"
    page.wait_for_selector(".plot canvas")
    tab_to("dose")
    page.keyboard.press("ArrowLeft")
    until(page, "performance.getEntriesByName('slider-to-plot').length > 0")
    page.keyboard.press("Tab")
    plot = page.locator('[data-quantity="plasma_ng_per_ml"] [role=slider]')
    plot.focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    until(page, "[...document.querySelectorAll('.readout')].every(one => one.textContent.startsWith('day 1, 12:00: '))")
    said = plot.get_attribute("aria-valuetext")
    assert said.startswith("day 1, 12:00: ")
    assert "not known" in said


def test_the_focus_is_never_lost(page: Any) -> None:
    def pressed(name: str, place: str) -> None:
        page.get_by_role("button", name=name, exact=True).press("Enter")
        until(page, "place => document.activeElement.id === place", place)

    pressed("add an event", "events[0].kind")
    pressed("remove event 1", "events-add")
    pressed("add an earlier creatinine", "patient.kidney[0].date")
    pressed("remove", "patient.kidney-add")
    rule = page.locator("#panel button.rule").first
    rule.press("Enter")
    page.wait_for_selector("dialog[open] .record")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == rule.text_content()
    pressed("Begin a case of your own", "patient.age")


def test_the_disclaimer_stands_once(page: Any) -> None:
    assert page.locator("text=not a medical device").count() == 1
