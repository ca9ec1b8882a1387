"""What a first visit costs on a slow line, by hand: prints a table for docs/look.md.

    python -m tests.browser.first_visit http://127.0.0.1:8000

Chromium at 390 px, its cache empty, behind 400 kbit/s and 400 ms ("Slow 3G" of its tools): largest
paint, shift of the layout, kilobytes on the wire and requests. Serve the site as it is served to
readers (gunicorn, DEBUG off). No test asserts a time: machines differ.
"""

from __future__ import annotations

import sys
import urllib.request

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import FLAGS, chromium
from tests.browser.pages import path_of

SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""Bytes a second and milliseconds."""
SHOWN = ("home", "laws", "decision", "memorandum", "members", "guide page", "news item", "search")
WATCH = """
window.seen = {paint: 0, shift: 0};
new PerformanceObserver(list => list.getEntries().forEach(e => seen.paint = e.startTime))
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(
  e => { if (!e.hadRecentInput) seen.shift += e.value; }
)).observe({type: "layout-shift", buffered: true});
"""


def visit(browser: Browser, url: str) -> tuple[float, float, float, int]:
    """Largest paint in seconds, layout shift, KB on the wire, requests."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, service_workers="block")
    page = context.new_page()
    page.add_init_script(WATCH)
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    tools.send("Network.emulateNetworkConditions", SLOW)
    sizes: list[float] = []
    tools.on("Network.loadingFinished", lambda said: sizes.append(said["encodedDataLength"]))
    page.goto(url, wait_until="networkidle", timeout=120_000)
    page.wait_for_timeout(500)
    seen = page.evaluate("window.seen")
    context.close()
    return seen["paint"] / 1000, seen["shift"], sum(sizes) / 1024, len(sizes)


def main(base: str) -> None:
    """Print a row for each kind of page, in Kazakh."""

    def get(path: str) -> str:
        with urllib.request.urlopen(base + path, timeout=60) as answer:
            return str(answer.read().decode())

    print("| page | LCP, s | CLS | KB | requests |\n|---|---|---|---|---|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for kind in SHOWN:
            paint, shift, size, count = visit(browser, base + path_of(get, kind, "kk"))
            print(f"| {kind} | {paint:.1f} | {shift:.3f} | {size:.1f} | {count} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
