"""The whole look at accessibility, by hand: prints what axe finds, page by page.

    python -m tests.browser.by_hand http://127.0.0.1:8000

Every kind of page × three languages × 390 and 1280 px × light and dark; then each Kazakh page at
320 px with text at 200 %, and at 390 px with JavaScript off. About ten minutes. Exit code 1 when
anything was found. What runs in CI is in test_every_page.py.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from collections import Counter
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import FLAGS, chromium
from tests.browser.pages import KINDS, LANGUAGES, path_of


def _get(base: str, path: str) -> str:
    try:
        with urllib.request.urlopen(base + path, timeout=60) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return error.read().decode()


def _faults(page: Page) -> list[str]:
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{one['impact']} {one['id']} ×{len(one['nodes'])}: {one['nodes'][0]['html'][:160]}"
        for one in found
    ]


def _sideways(page: Page) -> list[str]:
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{over} px wider than the window"] if over > 0 else []


def _look(browser: Browser, base: str, paths: dict[tuple[str, str], str]) -> Counter[str]:
    found: Counter[str] = Counter()

    def note(profile: str, path: str, faults: list[str]) -> None:
        found[profile] += len(faults)
        for fault in faults:
            print(f"  {profile:28} {path}: {fault}", flush=True)

    for width in (390, 1280):
        for dark in (False, True):
            context = browser.new_context(
                viewport={"width": width, "height": 844}, color_scheme="dark" if dark else "light"
            )
            page = context.new_page()
            for (language, _), path in paths.items():
                page.goto(base + path)
                profile = f"{language} {width} {'dark' if dark else 'light'}"
                note(profile, path, _faults(page) + _sideways(page))
            context.close()
    kazakh = [path for (language, _), path in paths.items() if language == "kk"]
    # axe itself is a script, so scripts stay on and ours are kept away: no page has one inline.
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.route("**/*.js", lambda route: route.abort())
    page = context.new_page()
    for path in kazakh:
        page.goto(base + path)
        note("kk 390 without JavaScript", path, _faults(page) + _sideways(page))
    context.close()
    context = browser.new_context(viewport={"width": 640, "height": 844})
    page = context.new_page()
    for path in kazakh:
        page.goto(base + path)
        page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
        note("kk 640, text at 200 %", path, _sideways(page))
        page.set_viewport_size({"width": 320, "height": 844})
        page.evaluate("document.documentElement.style.removeProperty('font-size')")
        note("kk 320", path, _sideways(page))
        page.set_viewport_size({"width": 640, "height": 844})
    context.close()
    return found


def main(base: str) -> int:
    """Look at every page of the site at `base`; the table last."""
    paths = {
        (language, kind): path_of(lambda path: _get(base, path), kind, language)
        for language in LANGUAGES
        for kind in KINDS
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        found = _look(browser, base, paths)
        browser.close()
    print(f"{len(KINDS)} kinds of page")
    for profile, number in found.items():
        print(f"{profile:28} {number}")
    return 1 if found.total() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].rstrip("/")))
