"""Signing in by a mailed code: what a stranger learns (nothing), and how long a code lives."""

from __future__ import annotations

import datetime as dt
import email
import re
from email import policy
from typing import Any

import pytest
import time_machine
from django.test import Client

from coalition.accounts.forms import CODES_OF_A_PAIR
from monitoring.mailing.models import OutgoingMail
from monitoring.mailing.sending import send_due
from tests.factories import registry as make

pytestmark = pytest.mark.django_db

ASK = {"kk": "/kk/kiru/kod/", "ru": "/ru/vkhod/kod/", "en": "/en/sign-in/kod/"}
TYPE = {language: f"{address}6/" for language, address in ASK.items()}
LANGUAGES = ("kk", "ru", "en")


def text_of(mail: OutgoingMail) -> str:
    """Subject and text part of a queued mail."""
    assert mail.raw is not None
    message = email.message_from_bytes(bytes(mail.raw), policy=policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return f"{message['Subject']}\n{body.get_content()}".replace("\r", "")


def newest_code() -> str:
    """The code of the newest mail."""
    mail = OutgoingMail.objects.filter(template="login_code").latest("pk")
    found = re.search(r"^\d{6}$", text_of(mail), re.MULTILINE)
    assert found
    return found[0]


def ask(client: Client, address: str = "member@example.org", language: str = "kk") -> Any:
    return client.post(ASK[language], {"email": address})


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_member_signs_in_by_the_code_of_the_mail_and_lands_at_the_tasks(language: str) -> None:
    make.make_person("member")
    client = Client()
    answer = ask(client, " Member@Example.org ", language)
    assert answer["Location"] == TYPE[language]
    mail = OutgoingMail.objects.get()
    assert mail.language == language
    assert mail.transient
    page = client.get(TYPE[language]).content.decode()
    assert 'autocomplete="one-time-code"' in page
    code = newest_code()
    assert code not in page
    answer = client.post(TYPE[language], {"code": f" {code[:3]} {code[3:]} "}, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] in {"/kk/tapsyrmalar/", "/ru/zadachi/", "/en/tasks/"}
    assert answer.context["user"].email == "member@example.org"


def test_the_code_leaves_the_outbox_with_the_mail(settings: Any, tmp_path: Any) -> None:
    settings.MAIL_DELIVERY = {"kind": "file", "directory": str(tmp_path)}
    make.make_person("member")
    ask(Client())
    assert send_due() == 1
    assert OutgoingMail.objects.get().raw is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stranger_gets_the_same_answer_and_no_mail(language: str) -> None:
    make.make_person("member")
    closed = make.make_person("member", "closed@example.org")
    closed.is_active = False
    closed.save()
    pages = []
    for address in ("member@example.org", "closed@example.org", "nobody@example.org"):
        client = Client()
        assert ask(client, address, language)["Location"] == TYPE[language]
        page = client.get(TYPE[language]).content.decode()
        page = re.sub(r'value="\w{64}"', "", page)
        wrong = client.post(TYPE[language], {"code": "12345x"})
        assert wrong.status_code == 400
        pages.append(page.replace(address, "…"))
    assert pages[0] == pages[1] == pages[2]
    assert [mail.recipient for mail in OutgoingMail.objects.all()] == ["member@example.org"]


WRONG = {
    "kk": "Бұл соңғы хаттағы код емес",
    "ru": "Это не код из последнего письма",
    "en": "This is not the code of the newest mail",
}
USED_UP = {
    "kk": "Код бес рет қате терілді",
    "ru": "Пять раз введён неверный код",
    "en": "Five wrong codes",
}
GONE = {
    "kk": "жарамды код қалмады",
    "ru": "больше нет действующего кода",
    "en": "No code is valid in this browser any more",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fifth_wrong_code_ends_it_and_the_right_one_comes_too_late(language: str) -> None:
    make.make_person("member")
    client = Client()
    ask(client, language=language)
    right = newest_code()
    for _ in range(4):
        answer = client.post(TYPE[language], {"code": "000000" if right != "000000" else "1"})
        assert answer.status_code == 400
        assert WRONG[language] in answer.content.decode()
    answer = client.post(TYPE[language], {"code": "x"}, follow=True)
    assert USED_UP[language] in answer.content.decode()
    answer = client.post(TYPE[language], {"code": right}, follow=True)
    assert GONE[language] in answer.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_of_sixteen_minutes_ago_is_refused(language: str) -> None:
    make.make_person("member")
    client = Client()
    with time_machine.travel("2026-11-20 08:00:00+00:00", tick=False) as then:
        ask(client, language=language)
        code = newest_code()
        then.shift(dt.timedelta(minutes=16))
        answer = client.post(TYPE[language], {"code": code}, follow=True)
        assert GONE[language] in answer.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_works_once_and_only_in_the_browser_that_asked(language: str) -> None:
    make.make_person("member")
    client, other = Client(), Client()
    ask(client, language=language)
    code = newest_code()
    answer = other.post(TYPE[language], {"code": code}, follow=True)
    assert GONE[language] in answer.content.decode()
    client.post(TYPE[language], {"code": code})
    assert "_auth_user_id" in client.session
    client.logout()
    answer = client.post(TYPE[language], {"code": code}, follow=True)
    assert GONE[language] in answer.content.decode()
    assert "_auth_user_id" not in client.session


BAD_ADDRESS = {
    "kk": ("Бұл электрондық пошта мекенжайы емес.", "Электрондық поштаңызды жазыңыз."),
    "ru": ("Это не адрес электронной почты.", "Укажите"),
    "en": ("This is not an e-mail address.", "Enter your e-mail address."),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_address_is_named_at_its_field_and_stays(language: str) -> None:
    answer = ask(Client(), "member-example.org", language)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f'<html lang="{language}">' in page
    assert f'<a href="#id_email">{BAD_ADDRESS[language][0]}' in page
    assert 'value="member-example.org"' in page
    assert ask(Client(), "", language).status_code == 400
    assert not OutgoingMail.objects.exists()


TOO_MANY = {
    "kk": "тым көп код сұралды",
    "ru": "слишком много кодов",
    "en": "Too many codes were asked for from here",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_asks_for_many_codes_waits_and_the_owner_elsewhere_does_not(language: str) -> None:
    make.make_person("member")
    noisy = Client(REMOTE_ADDR="192.0.2.7")
    for _ in range(CODES_OF_A_PAIR[0]):
        assert ask(noisy, language=language).status_code == 302
    answer = ask(noisy, language=language)
    assert answer.status_code == 400
    assert TOO_MANY[language] in answer.content.decode()
    assert 'value="member@example.org"' in answer.content.decode()
    assert ask(Client(REMOTE_ADDR="192.0.2.8"), language=language).status_code == 302


def test_who_mistyped_the_address_may_begin_anew() -> None:
    make.make_person("member")
    client = Client()
    ask(client, "menber@example.org")
    assert client.get("/kk/kiru/").status_code == 200
    ask(client)
    client.post(TYPE["kk"], {"code": newest_code()})
    assert "_auth_user_id" in client.session


def test_nobody_registers_and_no_foreign_page_is_led_to() -> None:
    make.make_person("member")
    client = Client()
    assert client.get("/kk/kiru/signup/").status_code == 404
    answer = client.post(ASK["kk"], {"email": "member@example.org", "next": "//evil.example/"})
    assert "evil" not in answer["Location"]
    answer = client.post(
        f"{TYPE['kk']}?next=//evil.example/",
        {"code": newest_code(), "next": "https://evil.example/"},
    )
    assert answer["Location"] == "/kk/tapsyrmalar/"


def test_codes_leave_before_mail_to_many(settings: Any, tmp_path: Any) -> None:
    settings.MAIL_DELIVERY = {"kind": "file", "directory": str(tmp_path)}
    make.make_person("member")
    ask(Client())
    code = OutgoingMail.objects.get()
    earlier = code.due_at - dt.timedelta(hours=1)
    OutgoingMail.objects.create(
        **{**_copy(code), "key": "digest", "message_id": "<d@x>", "bulk": True, "due_at": earlier}
    )
    assert send_due(batch=1) == 1
    code.refresh_from_db()
    assert code.state == OutgoingMail.State.SENT


def _copy(mail: OutgoingMail) -> dict[str, Any]:
    names = ("recipient", "recipient_digest", "sender", "raw", "created_at")
    return {name: getattr(mail, name) for name in names}
