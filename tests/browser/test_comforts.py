"""What the optional script adds, and that it adds nothing a reader needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from monitoring.core.routes import word
from tests.browser.conftest import ADMIN, Site

SUBSCRIBE = f"/kk/{word('mail', 'kk')}/"
MANAGE = f"/kk/{word('manage', 'kk')}/"
LAWS = f"/kk/{word('laws', 'kk')}/"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(10_000)
    yield context
    context.close()


def _kept(page: Page) -> list[str]:
    """The paths that the service worker keeps."""
    urls: list[str] = page.evaluate(
        "caches.open('pages-1').then(all => all.keys()).then(all => all.map(one => one.url))"
    )
    return [re.sub(r"^https?://[^/]+", "", url) for url in urls]


def _until(page: Page, question: str) -> None:
    """Wait for a true answer; Playwright's own waiting evaluates text, which our policy forbids."""
    for _ in range(100):
        if page.evaluate(question):
            return
        page.wait_for_timeout(100)
    pytest.fail(question)


def _working(page: Page, url: str) -> None:
    """Open the page and wait until the service worker answers for it and has kept it."""
    page.goto(url)
    _until(page, "navigator.serviceWorker.controller !== null")
    _until(page, f"caches.open('pages-1').then(all => all.match('{url}')).then(one => !!one)")


def test_a_visited_page_opens_without_a_connection_and_says_it_is_a_copy(
    site: Site, context: BrowserContext
) -> None:
    page = context.new_page()
    _working(page, f"{site.url}/kk/")
    context.set_offline(True)
    page.reload()
    assert page.locator("h1").inner_text() != "Байланыс жоқ"
    assert "сақталған көшірме" in page.locator("main .notice").first.inner_text()
    page.goto(site.url + LAWS)
    assert page.locator("h1").inner_text() == "Байланыс жоқ"
    assert "Нет связи" in page.content()
    assert "No connection" in page.content()
    page.locator("#saved-pages a").first.click()
    page.wait_for_url(f"{site.url}/kk/")


def test_nothing_of_a_person_is_kept_on_the_device(site: Site, context: BrowserContext) -> None:
    page = context.new_page()
    _working(page, f"{site.url}/kk/")
    # The empty form is the same for everybody; with a name nobody reads it may be somebody's.
    mine = (f"{MANAGE}t/{'a' * 43}/", f"{SUBSCRIBE}?address=a@b.example", "/offline/", "/admin/")
    for path in mine:
        page.goto(site.url + path, wait_until="networkidle")
    page.goto(f"{site.url}/kk/", wait_until="networkidle")
    assert _kept(page) == ["/kk/"]
    context.add_cookies([{"name": "sessionid", "value": "somebody", "url": site.url}])
    page.goto(site.url + LAWS)
    page.goto(f"{site.url}/kk/")
    assert _kept(page) == ["/kk/"]


def test_what_was_typed_comes_back_after_the_page_was_lost(
    site: Site, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(f"{site.url}/kk/")
    form = """() => {
      const form = document.createElement("form");
      form.dataset.draft = "test";
      form.innerHTML = `<p data-draft-note hidden>back <button type="button">x</button></p>
        <input name="a"><input type="password" name="b"><input type="checkbox" name="c" value="1">`;
      document.getElementById("main").append(form);
      const again = document.createElement("script");
      again.src = document.querySelector("script[data-worker]").src;
      document.head.append(again);
      return new Promise(done => again.addEventListener("load", () => done(1)));
    }"""
    page.evaluate(form)
    page.fill("input[name=a]", "Ауыл бюджеті")
    page.fill("input[name=b]", "secret")
    page.check("input[name=c]")
    _until(page, "localStorage.getItem('draft:test') !== null")
    assert "secret" not in page.evaluate("localStorage.getItem('draft:test')")
    page.goto(site.url + LAWS)
    page.evaluate(form)
    assert page.input_value("input[name=a]") == "Ауыл бюджеті"
    assert page.is_checked("input[name=c]")
    assert page.input_value("input[name=b]") == ""
    page.locator("[data-draft-note] button").click()
    assert page.input_value("input[name=a]") == ""
    assert page.evaluate("localStorage.getItem('draft:test')") is None


def test_the_admin_asks_for_no_worker(site: Site, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{site.url}/admin/")
    assert ADMIN[0] not in page.content()
    assert site.get("/sw.js")[0] == 200
