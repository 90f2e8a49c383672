"""Every view of the page goes in; that it can be read and used by all, at every width, in light and dark, is checked."""

from __future__ import annotations

from typing import Any

import pytest
from tests.browser.conftest import AXE, Watched, until
from tests.browser.test_tasks import PUMP, badge

VIEWS = {
    "plan": "#plan-title",
    "course": ".plot canvas",
    "compare": ".columns dl",
    "overdose": ".scenario table",
    "stop": ".ranges",
    "pump": ".spine canvas",
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (375, 768, 1920)


def faults(page: Any) -> list[str]:
    """What axe finds, each with the first place."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("tags => axe.run({runOnly: tags}).then(r => r.violations)", RULES)
    return [f"{one['impact']} {one['id']}: {one['nodes'][0]['target']} {one['nodes'][0]['failureSummary']}" for one in found]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_view_has_a_fault_that_axe_finds(watched: Watched, theme: str) -> None:
    page = watched.open(f"theme={theme}")
    page.get_by_label("Open an example").select_option(label=PUMP)
    found = {}
    for view, shown in VIEWS.items():
        page.click(f"#tab-{view}")
        page.wait_for_selector(shown)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found[view] = faults(page)
    assert found == {view: [] for view in VIEWS}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_findings_faults_and_the_drawer_have_none_either(watched: Watched, theme: str) -> None:
    page = watched.open(f"theme={theme}")
    page.get_by_label("Open an example").select_option(label="multiple sclerosis with reduced kidneys and an opioid")
    page.wait_for_selector(".card.major")
    page.locator('[id="patient.weight"]').fill("62 stone")
    page.wait_for_selector(".faults")
    assert faults(page) == []
    page.get_by_role("button", name="why …").click()
    page.locator("#why-text").fill("half-life")
    page.locator("#why-text").press("Enter")
    page.wait_for_selector("dialog .card")
    assert faults(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_scrolls_sideways(browser: Any, origin: str, width: int) -> None:
    watched = Watched(browser, origin, width)
    page = watched.open()
    page.get_by_label("Open an example").select_option(label=PUMP)
    wide = {}
    for view, shown in VIEWS.items():
        page.click(f"#tab-{view}")
        page.wait_for_selector(shown)
        wide[view] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    watched.close()
    assert wide == dict.fromkeys(VIEWS, 0)


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
    assert page.locator("[role=status]").first.text_content() or page.locator(".sr[role=status]").text_content()
    assert "major" in page.locator("p.sr[role=status]").text_content()
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
    said = plot.get_attribute("aria-valuetext")
    assert said.startswith("day 1, 12:00: ")
    assert "not known" in said
    others = page.locator(".readout").all_text_contents()
    assert all(text.startswith("day 1, 12:00: ") for text in others)


def test_the_disclaimer_stands_once(page: Any) -> None:
    assert page.locator("text=not a medical device").count() == 1
