"""Three people in a hurry, in Kazakh, on a phone: what they come for is there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from monitoring.core import clock
from tests.browser.conftest import Site

SLOW_3G = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 50_000,
    "uploadThroughput": 50_000,
}
"""400 kbit/s and 400 ms, as the browser's own profile has it."""
TAPS = 3
SECONDS = 20

PREPARE = """
import datetime as dt
from wagtail.models import Site
from coalition.website.models import ContactSettings
from tests.factories import record
found = record.make_decision(
    "Мысал: ауыл бюджеті туралы жоба",
    kind=record.make_kind("draft-example", is_draft=True),
    editions={{"kk": {{
        "title": "Мысал: ауыл бюджеті туралы жоба",
        "summary": "Ауыл бюджеті жиында талқыланады.",
    }}}},
    links=["https://adilet.example.kz/kaz/docs/7"],
)
record.make_deadline(
    found, dt.date.fromisoformat("{ends}"), hour=dt.time(18), url="https://npa.example.kz/7"
)
contacts = ContactSettings.for_site(Site.objects.get(is_default_site=True))
contacts.spokesperson_phone = "+7 700 000 00 00"
contacts.full_clean()
contacts.save()
print(found.pk)
"""
CLEAN = """
from wagtail.models import Site
from coalition.website.models import ContactSettings
from monitoring.decisions.models import Decision
from monitoring.decisions.services import withdraw_decision
withdraw_decision(decision=Decision.objects.get(pk={pk}), by=None)
ContactSettings.for_site(Site.objects.get(is_default_site=True)).delete()
"""


@dataclass(frozen=True)
class Draft:
    """A draft act that can be commented on for three more days; an example, no real act."""

    url: str
    ends: dt.date


@pytest.fixture(scope="module")
def draft(site: Site) -> Iterator[Draft]:
    """Public while these tests run."""
    ends = clock.today() + dt.timedelta(days=3)
    pk = site.shell(PREPARE.format(ends=ends.isoformat())).splitlines()[-1]
    yield Draft(f"{site.url}/kk/zandar/{pk}/", ends)
    site.shell(CLEAN.format(pk=pk))


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """An old phone without scripts on a slow network."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False, locale="kk-KZ"
    )
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", SLOW_3G)
    yield page
    context.close()


def test_a_villager_comes_from_a_chat_to_text_date_and_action(phone: Page, draft: Draft) -> None:
    """One tap opens the link, one more leads to where an opinion is sent."""
    taps = 1
    phone.set_default_timeout(SECONDS * 1000)
    phone.goto(draft.url, wait_until="commit", timeout=SECONDS * 1000)
    main = phone.locator("main")
    main.get_by_text("Ауыл бюджеті жиында талқыланады.", exact=True).wait_for()
    main.locator(".deadline time").first.wait_for()
    action = main.locator(".deadline a.button").first
    action.wait_for()
    assert str(draft.ends.day) in main.locator(".deadline time").first.inner_text()
    assert "18:00-ге дейін" in main.locator(".deadline").first.inner_text().replace("\xa0", " ")
    taps += 1
    address = action.get_attribute("href") or ""
    assert address.startswith(("https://npa.example.kz/7", "/kk/", "#"))
    assert taps <= TAPS


def test_a_journalist_sees_number_date_link_and_phone_on_one_screen(
    browser_page: Page, draft: Draft
) -> None:
    """Without scrolling: 844 pixels are what a phone shows at once."""
    browser_page.goto(draft.url)
    main = browser_page.locator("main")
    lowest = 844
    for wanted in (
        main.get_by_text("№\xa07").first,
        main.get_by_text("2024 ж. 31 мамыр").first,
        main.locator("a[href='https://adilet.example.kz/kaz/docs/7']").first,
        main.locator("a[href='tel:+77000000000']").first,
    ):
        box = wanted.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= lowest, f"{wanted} stands at {box['y']}"
