"""A member's volunteer, twice a year: a mail, a code, a corrected telephone number. In Kazakh, on a
phone, with JavaScript and without; the secretariat reads the difference; the public page shows it.
"""

from __future__ import annotations

import email
import os
import re
import subprocess
import sys
from email import policy
from email.message import EmailMessage

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import ROOT, Site, sign_in

NUMBERS = {True: "8 701 123 45 67", False: "8 (702) 765-43-21"}
STORED = {True: "+7 701 123 45 67", False: "+7 702 765 43 21"}
"""What is typed and what is stored, with JavaScript and without."""


def post(site: Site) -> None:
    """Let the worker's sweep send what waits in the outbox."""
    environment = os.environ | {
        "VAR_DIR": str(site.folder),
        "DJANGO_SETTINGS_MODULE": "coalition.settings.embedded",
        "DEBUG": "0",
    }
    subprocess.run(
        [sys.executable, "manage.py", "sweep", "mailing.send"],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
    )


def newest_mail(site: Site, address: str, word: str) -> str:
    """The text of the newest mail to an address whose text holds a word."""
    post(site)
    found: list[tuple[float, str]] = []
    for file in (site.folder / "mail").rglob("*.eml"):
        message = email.message_from_bytes(file.read_bytes(), policy=policy.default)
        assert isinstance(message, EmailMessage)
        body = message.get_body(("plain",))
        text = f"{message['Subject']}\n{body.get_content() if body else ''}"
        if address in str(message["To"]) and word in text:
            found.append((file.stat().st_mtime_ns, text))
    assert found, f"no mail with {word!r} to {address}"
    return max(found)[1]


def whole(page: Page) -> None:
    """Nothing serious for axe, nothing sideways on the smallest phone."""
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.set_viewport_size({"width": 390, "height": 844})
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found] == [], page.url


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_volunteer_corrects_a_telephone_number_and_readers_see_it(
    site: Site, browser: Browser, scripts: bool
) -> None:
    address = f"volunteer-{int(scripts)}@example.org"
    desk = browser.new_context(viewport={"width": 1280, "height": 900})
    phone = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="kk-KZ", java_script_enabled=scripts
    )
    try:
        secretary = desk.new_page()
        sign_in(secretary, site)
        secretary.goto(f"{site.url}/admin/representative/new/")
        secretary.select_option("#id_organisation", index=24 + scripts)
        secretary.fill("#id_email", address)
        secretary.locator("input[name=role][value=member]").check()
        secretary.select_option("#id_language", "kk")
        secretary.locator("form button[type=submit], form input[type=submit]").last.click()
        secretary.wait_for_url(re.compile(r"/admin/representative/$"))

        invitation = newest_mail(site, address, "ұйым")
        door = re.search(r"https?://[^/\s]+(/kk/\S+)", invitation)
        assert door
        volunteer = phone.new_page()
        volunteer.goto(site.url + door[1])
        if scripts:
            whole(volunteer)
        volunteer.fill("#id_email", address)
        volunteer.get_by_role("button", name="Код жіберу").click()
        code = re.search(r"^\d{6}\b", newest_mail(site, address, "кіру коды"))
        assert code
        if scripts:
            whole(volunteer)
        volunteer.fill("#id_code", code[0])
        volunteer.get_by_role("button", name="Кіру").click()
        assert volunteer.url.endswith("/kk/tapsyrmalar/")
        if scripts:
            whole(volunteer)
        volunteer.get_by_role("link", name="Тексеру").click()
        if scripts:
            whole(volunteer)

        volunteer.fill("#id_phone", NUMBERS[scripts])
        volunteer.get_by_role("link", name="Менің тапсырмаларым").first.click()
        volunteer.go_back()
        assert volunteer.input_value("#id_phone") == NUMBERS[scripts], "going back loses nothing"

        volunteer.fill("#id_phone", NUMBERS[scripts][:-1])
        volunteer.fill("#id_sentence_kk", "Ауыл жастарын бюджет оқуға үйретеміз")
        volunteer.get_by_role("button", name="Тексеруге жіберу").click()
        assert "11 цифр болуы керек, қазір 10" in volunteer.inner_text("#errors")
        if scripts:
            whole(volunteer)
        volunteer.fill("#id_phone", NUMBERS[scripts])
        volunteer.get_by_role("button", name="Тексеруге жіберу").click()
        assert volunteer.url.endswith("/kk/tapsyrmalar/")
        assert "Жіберілді" in volunteer.inner_text("main")

        secretary.goto(f"{site.url}/admin/own-drafts/")
        secretary.locator("a.button", has_text=re.compile("Прочитать|Оқып|Read")).first.click()
        assert STORED[scripts] in secretary.inner_text("main")
        secretary.locator("button[value=publish]").click()
        secretary.wait_for_url(re.compile(r"/admin/own-drafts/$"))

        published = newest_mail(site, address, "жариялады")
        public = re.search(r"https?://[^/\s]+(/kk/mushe-uiymdar/\S+)", published)
        assert public
        reader = phone.new_page()
        reader.goto(site.url + public[1])
        shown = reader.inner_text("main").replace("\xa0", " ")
        assert STORED[scripts] in shown
        assert "Ауыл жастарын бюджет оқуға үйретеміз" in shown
        assert "Мәліметтің дұрыстығын ұйым растаған күн" in shown
    finally:
        desk.close()
        phone.close()
