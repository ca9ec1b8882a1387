"""Chromium obeys the policies of readers' pages and of the admin, and stops nothing.

Readers' pages are opened in `test_every_page`, which takes what the browser says of a policy for a
complaint.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from tests.browser.conftest import Site, sign_in

LISTEN = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(
  [event.effectiveDirective, event.blockedURI, event.sourceFile, event.sample].join(" ")));
"""


class Walk:
    """A browser that notes what the policy stopped, and every other host that was asked."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.site = site
        self.found: dict[str, list[str]] = {}
        self.strangers: set[str] = set()
        context = browser.new_context(viewport={"width": 1280, "height": 844})
        context.add_init_script(LISTEN)
        self.page: Page = context.new_page()
        self.page.on("console", self._said)
        self.page.on("request", lambda request: self._asked(request.url))

    def _said(self, message: object) -> None:
        text = getattr(message, "text", "")
        if "Content Security Policy" in text or "Refused to" in text:
            self.found.setdefault(urlsplit(self.page.url).path, []).append(text)

    def _asked(self, url: str) -> None:
        asked = urlsplit(url)
        if asked.scheme not in {"data", "blob"} and asked.netloc != urlsplit(self.site.url).netloc:
            self.strangers.add(url)

    def open(self, path: str) -> int:
        """Load a page; its status."""
        answer = self.page.goto(self.site.url + path, wait_until="networkidle")
        assert answer is not None
        stopped: list[str] = self.page.evaluate("window.violations")
        if stopped:
            self.found.setdefault(path, []).extend(stopped)
        return answer.status


def test_the_listener_hears(browser: Browser, site: Site) -> None:
    walk = Walk(browser, site)
    walk.open("/kk/")
    walk.page.evaluate("document.body.setAttribute('style', 'color: red')")
    walk.page.wait_for_function("window.violations.length > 0")
    walk.page.context.close()


ADMIN_PAGES = ("/admin/account/", "/admin/users/", "/admin/reports/site-history/")
"""Pages of the admin that its menu does not show at once."""


def _links(page: Page, pattern: str) -> list[str]:
    """The paths of the links on the page whose whole path matches."""
    found: list[str] = page.eval_on_selector_all("a[href]", "all => all.map(one => one.pathname)")
    return sorted({path for path in found if re.fullmatch(pattern, path)})


def test_no_screen_of_the_admin_meets_its_policy_or_asks_another_host(
    browser: Browser, site: Site
) -> None:
    walk = Walk(browser, site)
    sign_in(walk.page, site)
    menu = _links(walk.page, r"/admin/[\w/-]+/")
    walk.open("/admin/pages/")
    tree = _links(walk.page, r"/admin/pages/\d+/")[:2]
    walk.open(tree[0])
    paths = [
        *ADMIN_PAGES,
        *menu,
        *tree,
        *_links(walk.page, r"/admin/pages/\d+/(?:edit|history)/")[:3],
    ]
    opened: set[str] = set()
    while paths:
        path = paths.pop(0)
        if path in opened or "logout" in path:
            continue
        opened.add(path)
        assert walk.open(path) == 200, path
        # Of each list the form of one row, and the one that adds a row.
        paths += _links(walk.page, r"/admin/[\w/]+/edit/\d+/")[:1]
        paths += _links(walk.page, r"/admin/[\w/]+/(?:add|new)/")[:1]
    walk.page.context.close()
    assert len(opened) > 25
    assert walk.strangers == set()
    assert "\n".join(f"{path}: {one}" for path, every in walk.found.items() for one in every) == ""
