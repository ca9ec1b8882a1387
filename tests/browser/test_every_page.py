"""Each kind of page in three languages, as a reader's browser sees it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request

from tests.browser.conftest import OpenPage, Site
from tests.browser.pages import KINDS, LANGUAGES, path_of


def _path(site: Site, kind: str, language: str) -> str:
    return path_of(lambda path: site.get(path)[1].decode(), kind, language)


def _sideways(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def _faults(page: Page) -> list[str]:
    """What axe finds against WCAG and good practice, one line each, with the first element."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']} {one['nodes'][0]['html']}" for one in found]


SCREENS = {"kk": (390, False), "ru": (1280, True), "en": (1280, False)}
"""Width and darkness under which a language's pages are looked at: each page is loaded once."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_whole_light_and_ours(
    site: Site, browser: Browser, kind: str, language: str
) -> None:
    path = _path(site, kind, language)
    width, dark = SCREENS[language]
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    asked: list[Request] = []
    complaints: list[str] = []
    # Playwright marks its handlers; a built-in method such as `append` takes no mark.
    page.on("requestfinished", lambda request: asked.append(request))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    try:
        answer = page.goto(site.url + path)
        page.evaluate("document.fonts.ready.then(() => null)")
        assert answer is not None
        assert answer.status == (404 if kind == "missing" else 200)
        assert page.get_attribute("html", "lang") == language
        assert page.locator("h1").count() == 1
        assert page.title().strip(" ·") != ""
        _check_weight(site, asked, complaints, kind)
        assert _faults(page) == []
        for narrower in (width, 1280, 390, 320):
            page.set_viewport_size({"width": narrower, "height": 844})
            assert _sideways(page) <= 0, f"{path} scrolls sideways at {narrower}"
    finally:
        context.close()


MOST = {"document": 30, "stylesheet": 8, "font": 30, "script": 5}
"""KB on the wire by kind of file; a page of text is at most 60 KB in 8 requests."""


def _check_weight(site: Site, asked: list[Request], complaints: list[str], kind: str) -> None:
    """What a first visit costs: all from our host, each kind of file within its budget."""
    wire = [request for request in asked if not request.url.startswith("data:")]
    assert {urlsplit(request.url).netloc for request in wire} == {urlsplit(site.url).netloc}
    # The worker is asked for when the page is done, and keeps its own page: not part of the visit.
    wire = [one for one in wire if urlsplit(one.url).path not in {"/sw.js", "/offline/"}]
    sizes = {request.url: request.sizes()["responseBodySize"] for request in wire}
    assert len(sizes) <= 8, sizes
    assert sum(sizes.values()) <= 60 * 1024, sizes
    for sort, most in MOST.items():
        spent = {one.url: sizes[one.url] for one in wire if one.resource_type == sort}
        assert sum(spent.values()) <= most * 1024, spent
    if kind == "missing":
        complaints = [one for one in complaints if "404" not in one]  # its own status
    assert complaints == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_of_the_frame_leads_to_a_page(site: Site, language: str) -> None:
    body = site.get(f"/{language}/")[1].decode()
    frame = body.split("<main")[0] + body.split("</main>")[1]
    paths = set(re.findall(r'<a [^>]*?href="(/[^"]*)"', frame))
    assert len(paths) > 8
    assert {path: site.get(path)[0] for path in paths} == dict.fromkeys(paths, 200)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_keyboard_reaches_the_content_first_and_is_seen(
    open_page: OpenPage, language: str
) -> None:
    with open_page(f"/{language}/", width=1280) as page:
        page.keyboard.press("Tab")
        skip = page.locator(":focus")
        assert skip.get_attribute("href") == "#main"
        box = skip.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("Tab")
        ring = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert ring == "3px"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_opens_without_javascript_on_a_phone(open_page: OpenPage, language: str) -> None:
    with open_page(f"/{language}/", java_script_enabled=False) as page:
        items = page.locator(".nav-items")
        assert not items.is_visible()
        page.locator(".menu summary").click()
        assert items.is_visible()
    with open_page(f"/{language}/", width=1280, java_script_enabled=False) as page:
        assert page.locator(".nav-items").is_visible()
        assert not page.locator(".menu").is_visible()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_language_switch_is_always_there_and_large_enough_to_touch(
    open_page: OpenPage, width: int
) -> None:
    with open_page("/kk/", width=width) as page:
        for link in page.locator(".languages a").all():
            box = link.bounding_box()
            assert box is not None
            assert box["height"] >= 44
            assert box["width"] >= 36
            assert link.is_visible()
        page.locator(".languages a[hreflang=ru]").click()
        assert page.get_attribute("html", "lang") == "ru"
