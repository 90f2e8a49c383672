"""A running service and a browser go in; how long until the first plan stands there, and from slider to plot, come out.

`python benchmarks/page.py [--times 5] [--url http://...]`. Without an address a service of its own is started. Both times are
those the page itself takes (its performance entries `first-plan` and `slider-to-plot`): the first from when the page is asked
for, the second from when the slider moves to when the last of the plots, of 1,000 likenesses, has been drawn.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import time
from typing import Any

import httpx2 as httpx
from load import service, told
from playwright.async_api import async_playwright

FLAGS = ["--no-sandbox", "--disable-gpu"]
PLOT = ".plot canvas"
ENTRIES = "name => performance.getEntriesByName(name).map(one => [one.startTime, one.duration])"
NAMES = "performance.getEntriesByName('slider-to-plot').length"


async def until(page: Any, script: str, wanted: int) -> None:
    """Wait until a script gives a number; asked from outside, since the page's policy lets nobody evaluate text within it."""
    while await page.evaluate(script) < wanted:
        await asyncio.sleep(0.01)


async def measure(browser: Any, url: str, times: int) -> tuple[float, list[float]]:
    """Seconds to the first plan of a fresh page, and of each step of the slider to its plots, one after the other."""
    context = await browser.new_context(viewport={"width": 1280, "height": 1000})
    page = await context.new_page()
    await page.goto(url)
    await page.wait_for_selector("#plan-title")
    first = (await page.evaluate(ENTRIES, "first-plan"))[0][0] / 1000
    await page.click("#tab-course")
    await page.wait_for_selector(PLOT)
    await page.focus("#dose")
    for step in range(times):
        await page.keyboard.press("ArrowRight" if step % 10 < 10 / 2 else "ArrowLeft")
        await until(page, NAMES, step + 1)
    slid = [took / 1000 for _, took in await page.evaluate(ENTRIES, "slider-to-plot")]
    await context.close()
    return first, slid


async def main() -> None:
    """Wait until the service is warm, then open the page again and again."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--times", type=int, default=5)
    asked.add_argument("--url")
    options = asked.parse_args()
    async with (
        service(options.url) as url,
        httpx.AsyncClient(base_url=url, timeout=120) as client,
        async_playwright() as driver,
    ):
        began = time.perf_counter()
        while (await client.get("/health")).json()["status"] != "ready":
            await asyncio.sleep(0.5)
        load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
        print(f"{os.cpu_count()} processors, load {load}; workers warm after {time.perf_counter() - began:.0f} s")
        browser = await driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        seen = [await measure(browser, url, 10) for _ in range(options.times)]
        told("page: first plan after it is asked for", [first for first, _ in seen])
        told("page: from slider to plot, 1,000 likenesses", [took for _, slid in seen for took in slid])
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
