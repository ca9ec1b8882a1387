"""A form of the admin sent after its session ended: kept, shown, sent again, saved once."""

from __future__ import annotations

import html
import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from coalition.accounts.models import User
from monitoring.digests.models import Editorial
from tests.factories import registry as make

pytestmark = pytest.mark.django_db

DESK = "/admin/digests/issue/weekly/"
LEAD = '\n\nБірінші <жол> "тырнақша"\nЕкінші жол'
SAID = {
    "kk": "Форманы жібергенше сеансыңыз аяқталып қалды.",
    "ru": "Ваш сеанс закончился до того, как вы отправили форму.",
    "en": "Your session had ended before you sent the form.",
}


def sign_in(client: Client) -> None:
    client.force_login(User.objects.get(email="editor@example.org"))


def token(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found
    return found[1]


def kept(page: str) -> dict[str, str]:
    """What a browser sends from the page: it drops the line break after the tag."""
    fields = re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', page, re.DOTALL)
    return {name: html.unescape(value) for name, value in fields}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_what_was_typed_outlives_the_session(language: str) -> None:
    make.make_person("editor")
    client = Client(enforce_csrf_checks=True, headers={"origin": "http://testserver"})
    sign_in(client)
    form = client.get(DESK, {"language": language}).content.decode()
    Session.objects.all().delete()
    typed = {"issue": "after-0", "version": "0", "lead_kk": LEAD, "lead_ru": "ru", "lead_en": "en"}
    answer = client.post(DESK, {**typed, "csrfmiddlewaretoken": token(form)})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert SAID[language] in page
    assert kept(page) == typed
    assert "no-store" in answer["Cache-Control"]
    assert not Editorial.objects.exists()

    sign_in(client)  # in another tab: the page here holds the token of before
    client.cookies["csrftoken"] = "b" * 32
    again = client.post(DESK, {**kept(page), "csrfmiddlewaretoken": token(page)})
    page = again.content.decode()
    assert again.status_code == 403
    assert SAID[language] not in page
    assert kept(page) == typed
    saved = client.post(DESK, {**kept(page), "csrfmiddlewaretoken": token(page)})
    assert (saved.status_code, saved["Location"]) == (302, DESK)
    assert "Екінші жол" in Editorial.objects.get().lead_kk


def test_no_other_sites_form_is_offered_to_be_sent_again() -> None:
    make.make_person("editor")
    for origin in ("https://evil.example", "null", ""):
        client = Client(enforce_csrf_checks=True)
        sign_in(client)
        client.get(DESK)
        answer = client.post(
            DESK, {"lead_kk": "planted"}, headers={"origin": origin} if origin else {}
        )
        assert answer.status_code == 403
        assert "planted" not in answer.content.decode()
        assert not Editorial.objects.exists()


def test_a_stranger_finds_the_door_and_a_password_never_comes_back() -> None:
    assert Client().post(DESK, {"lead_kk": "x"}).status_code == 302
    client = Client()
    client.cookies["sessionid"] = "a" * 32
    answer = client.post(DESK, {"lead_kk": "x", "old_password": "secret"})
    assert answer.status_code == 403
    assert "secret" not in answer.content.decode()


def test_who_is_signed_in_without_the_right_is_led_to_the_door() -> None:
    client = Client()
    client.force_login(make.make_person())
    answer = client.post(DESK, {"lead_kk": "x"})
    assert answer.status_code == 302
    assert "?next=" + DESK in answer["Location"]
    assert not Editorial.objects.exists()
