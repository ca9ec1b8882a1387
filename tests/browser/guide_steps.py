"""The numbered steps of the editors' guide, each performed in a browser as the guide tells it.

A step is a function of a `Desk`: it signs in as the right person, does what the text says, takes
the picture at the moment that the guide shows, and asserts what must have come of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, expect


def in_admin(url: str) -> bool:
    """Whether an address is one of the admin, and not the door that will lead there."""
    return urlsplit(url).path.startswith("/admin/")


Take = Callable[[Page], object]


@dataclass
class Desk:
    """The running site, the rows made for the guide, and who sits in front of it."""

    url: str
    browser: Browser
    language: str
    world: dict[str, Any]
    passwords: dict[str, str]
    take: Take
    kept: dict[str, Any] = field(default_factory=dict)

    def page(self, role: str, path: str = "/admin/") -> Page:
        """A page of the admin, as the person of a role; signs in once a person."""
        context = self._context(self.kept.get(role))
        page = context.new_page()
        page.goto(self.url + path)
        if not in_admin(page.url):
            self.sign_in(page, role)
            self.kept[role] = context.storage_state()
            page.goto(self.url + path)
        return page

    def stranger(self, path: str) -> Page:
        """The same for nobody in particular."""
        page = self._context(None).new_page()
        page.goto(f"{self.url}{path}")
        return page

    def _context(self, state: Any) -> BrowserContext:
        return self.browser.new_context(
            viewport={"width": 1280, "height": 800}, storage_state=state, locale="kk-KZ"
        )

    def sign_in(self, page: Page, role: str, *, pictured: bool = False) -> None:
        """Address and password at the one door."""
        email = f"{role}@example.org"
        field = page.locator("input[name=login]")
        if not field.is_visible():
            page.locator("details summary").last.click()
        field.fill(email)
        page.locator("input[name=password]").fill(self.passwords[email])
        if pictured:
            self.take(page)
        page.locator("form:has(input[name=password]) button[type=submit]").click()
        page.wait_for_url(in_admin)


def more_actions(page: Page) -> None:
    """The arrow beside the button at the bottom."""
    page.locator("footer [data-w-dropdown-target=toggle], .footer .w-dropdown__toggle").last.click()


def step_1(desk: Desk) -> None:
    page = desk.stranger(f"/admin/?language={desk.language}")
    desk.sign_in(page, "editor", pictured=True)
    expect(page.locator("#todo-section")).to_be_visible()


def step_2(desk: Desk) -> None:
    page = desk.page("secretariat")
    waiting = page.locator("#todo-section .todo__item")
    expect(waiting.first).to_be_visible()
    desk.take(page)
    target = waiting.first.locator("a.button").get_attribute("href") or ""
    page.goto(desk.url + target)
    assert page.url.startswith(desk.url + "/admin/")
    expect(page.locator("main")).to_be_visible()


def step_3(desk: Desk) -> None:
    page = desk.page("analyst", "/admin/account/")
    page.select_option("select[name=locale-preferred_language]", desk.language)
    page.locator("select[name=locale-preferred_language]").scroll_into_view_if_needed()
    desk.take(page)
    page.locator("main button[type=submit]").last.click()
    expect(page.locator("html")).to_have_attribute("lang", desk.language)


def step_4(desk: Desk) -> None:
    page = desk.page("editor", f"/admin/pages/add/news/newspage/{desk.world['index']}/")
    page.locator("#id_title").fill(desk.world["title"])
    page.locator("#id_lead").fill(desk.world["lead"])
    desk.take(page)
    page.locator("button.action-save").first.click()
    page.wait_for_url("**/edit/")
    expect(page.locator("#id_lead")).to_have_value(desk.world["lead"])


def step_5(desk: Desk) -> None:
    page = desk.page("editor", f"/admin/pages/{desk.world['picture_draft']}/edit/")
    page.locator(".c-sf-add-button").last.click()
    names = {"kk": "Сурет", "ru": "Картинка", "en": "Picture"}
    page.get_by_role("option", name=names[desk.language], exact=True).click()
    page.locator("[data-streamfield-child] .chooser .unchosen button").first.click()
    page.locator(".modal a[data-chooser-modal-choice], .modal .image-choice").first.click()
    described = page.locator("input[name$='-value-alt']")
    described.fill(desk.world["title"])
    described.scroll_into_view_if_needed()
    desk.take(page)
    page.locator("button.action-save").first.click()
    page.wait_for_load_state("networkidle")
    page.reload()
    expect(page.locator("input[name$='-value-alt']")).to_have_value(desk.world["title"])


def step_6(desk: Desk) -> None:
    page = desk.page("editor", f"/admin/pages/{desk.world['send']}/edit/")
    more_actions(page)
    button = page.locator("button[name=action-submit]").first
    expect(button).to_be_visible()
    page.wait_for_timeout(600)  # the menu opens in its time
    desk.take(page)
    button.click()
    page.wait_for_load_state("networkidle")
    page = desk.page("secretariat", "/admin/reports/workflow/?reviewable=true")
    expect(page.locator(f"a[href*='/pages/{desk.world['send']}/edit/']").first).to_be_visible()


def step_7(desk: Desk) -> None:
    address = f"/admin/pages/{desk.world['review']}/edit/"
    page = desk.page("secretariat", address)
    if not page.locator("[data-workflow-action-name=reject]").first.is_visible():
        more_actions(page)
    page.locator("[data-workflow-action-name=reject]").first.click()
    page.locator(".modal textarea").fill(desk.world["remark"])
    desk.take(page)
    page.locator(".modal button[type=submit], .modal input[type=submit]").last.click()
    page.wait_for_url(lambda url: "/edit/" not in url)
    page = desk.page("editor", address)
    expect(page.locator(".messages")).to_contain_text(desk.world["remark"])


def step_8(desk: Desk) -> None:
    page = desk.page("editor", f"/admin/pages/{desk.world['returned']}/edit/")
    expect(page.locator(".messages")).to_contain_text(desk.world["remark"])
    page.locator("#id_lead").fill(f"{desk.world['lead']} 24.11.2026")
    desk.take(page)
    more_actions(page)
    page.locator("button[name=action-submit]").first.click()
    page.wait_for_load_state("networkidle")
    page = desk.page("secretariat", "/admin/reports/workflow/?reviewable=true")
    expect(page.locator(f"a[href*='/pages/{desk.world['returned']}/edit/']").first).to_be_visible()


def step_9(desk: Desk) -> None:
    page = desk.page("secretariat", f"/admin/pages/{desk.world['schedule']}/edit/")
    panel = page.locator("[data-side-panel=status]")
    if not panel.is_visible():
        page.locator("[data-side-panel-toggle=status]").first.click()
    page.locator("[data-a11y-dialog-show=schedule-publishing-dialog]").first.click()
    field = page.locator("#schedule-publishing-dialog input[name=go_live_at]")
    field.fill("24.11.2030 09:00")
    # The calendar that opened under the typed day; a person's mouse leaves it, Playwright's waits.
    page.locator(".xdsoft_datetimepicker").evaluate_all("all => all.forEach(one => one.remove())")
    desk.take(page)
    page.locator("#schedule-publishing-dialog button[type=submit]").last.click()
    page.wait_for_load_state("networkidle")
    page.goto(f"{desk.url}/admin/pages/{desk.world['schedule']}/edit/")
    field = page.locator("#schedule-publishing-dialog input[name=go_live_at]")
    expect(field).to_have_value("24.11.2030 09:00")


def step_10(desk: Desk) -> None:
    pk, (first, last) = desk.world["versions"], desk.world["revisions"][-2:]
    page = desk.page("secretariat", f"/admin/pages/{pk}/history/")
    compare = f"/admin/pages/{pk}/revisions/compare/{first}...{last}/"
    page.goto(desk.url + compare)
    expect(page.locator(".comparison").first).to_contain_text(desk.world["remark"])
    desk.take(page)
    page.goto(f"{desk.url}/admin/pages/{pk}/revisions/{first}/revert/")
    expect(page.locator("#id_lead")).to_have_value(desk.world["lead"])
    page.locator("button.action-save").first.click()
    page.wait_for_load_state("networkidle")
    page.goto(f"{desk.url}/admin/pages/{pk}/edit/")
    expect(page.locator("#id_lead")).to_have_value(desk.world["lead"])


def step_11(desk: Desk) -> None:
    page = desk.page("secretariat", "/admin/reports/translations-waiting/?kind=page")
    desk.take(page)
    page.locator("a[href*='/localize/submit/page/']").first.click()
    page.locator("input[name=locales]").first.check()
    page.locator("main form button[type=submit], main form input[type=submit]").last.click()
    page.wait_for_load_state("networkidle")
    assert "/localize/submit/" not in page.url


def step_12(desk: Desk) -> None:
    address = f"/admin/decisions/edit/{desk.world['decision']}/"
    page = desk.page("analyst", address)
    page.locator(f"a[href$='/edition/edit/{desk.world['edition']}/']").first.click()
    page.locator("#id_summary").fill(desk.world["lead"])
    page.locator("#id_summary").scroll_into_view_if_needed()
    desk.take(page)
    page.locator("button.action-save").first.click()
    page.wait_for_load_state("networkidle")
    page.goto(f"{desk.url}/admin/snippets/decisions/edition/edit/{desk.world['edition']}/")
    expect(page.locator("#id_summary")).to_have_value(desk.world["lead"])


def step_13(desk: Desk) -> None:
    page = desk.page("analyst", "/admin/candidates/")
    page.locator(f"a[href*='/candidates/{desk.world['candidate']}/']").first.click()
    page.locator("[name=reason]").fill(desk.world["remark"])
    page.locator("[name=reason]").scroll_into_view_if_needed()
    desk.take(page)
    page.locator("form[action$='/reject/'] button[type=submit]").click()
    page.wait_for_load_state("networkidle")
    page.goto(f"{desk.url}/admin/candidates/")
    gone = page.locator(f"a[href*='/candidates/{desk.world['candidate']}/']")
    expect(gone).to_have_count(0)


def step_14(desk: Desk) -> None:
    address = f"/admin/error_reports/edit/{desk.world['report']}/"
    page = desk.page("secretariat", "/admin/error_reports/")
    page.goto(desk.url + address)
    page.locator("[name=state][value=kept]").check(force=True)
    page.locator("[name=answer]").fill(desk.world["remark"])
    page.locator("[name=answer]").scroll_into_view_if_needed()
    desk.take(page)
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state("networkidle")
    page.goto(desk.url + address)
    expect(page.locator("main")).to_contain_text(desk.world["remark"])


STEPS: dict[int, Callable[[Desk], None]] = {
    int(name.removeprefix("step_")): step
    for name, step in list(globals().items())
    if name.startswith("step_")
}
"""Number in the guide to what is done."""
