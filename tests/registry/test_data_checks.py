""" "Is this still right?": asked once a year, answered by one press, and never by a scanner."""

from __future__ import annotations

import datetime as dt
import email
import re
from email import policy
from typing import Any

import pytest
import time_machine
from django.test import Client

from coalition.registry.data_checks import ask_due
from coalition.registry.models import Organisation
from coalition.registry.own_models import DataCheck
from coalition.registry.services import (
    appoint_representative,
    retire_representative,
    set_standing,
)
from monitoring.core import clock
from monitoring.mailing.models import OutgoingMail
from tests.factories import registry as make
from tests.registry.conftest import OURS, Desk

pytestmark = pytest.mark.django_db

START = dt.datetime(2026, 1, 10, 4, tzinfo=dt.UTC)
LANGUAGES = ("kk", "ru", "en")


def days(number: int) -> dt.datetime:
    return START + dt.timedelta(days=number)


@pytest.fixture
def asked(db: None) -> Organisation:
    """An organisation whose representative was appointed on START."""
    with time_machine.travel(START, tick=False):
        make.make_tree()
        organisation = make.make_organisation("Арай")
        person = make.make_person("", "member@example.org")
        appoint_representative(organisation=organisation, user=person, role="member", language="kk")
    return organisation


def link_of(mail: OutgoingMail, part: str = "/t/") -> str:
    """The path of the confirming link."""
    message = email.message_from_bytes(bytes(mail.raw or b""), policy=policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    found = re.search(rf"http://localhost:8000(/\S*{part}\S*)", body.get_content())
    assert found
    return found[1]


def sweep(on: dt.datetime) -> int:
    with time_machine.travel(on, tick=False):
        return ask_due()


def test_one_question_a_year_and_one_reminder(asked: Organisation) -> None:
    assert sweep(days(300)) == 0
    assert sweep(days(366)) == 1
    assert sweep(days(366)) == 0
    assert sweep(days(379)) == 0
    assert sweep(days(381)) == 1, "the reminder"
    assert sweep(days(500)) == 0
    assert OutgoingMail.objects.filter(template="data_check").count() == 2
    assert sweep(days(366 + 366)) == 1, "the next year's"
    assert DataCheck.objects.waiting().count() == 1
    assert DataCheck.objects.count() == 2


def test_who_answered_is_not_reminded_and_asked_again_in_a_year(asked: Organisation) -> None:
    sweep(days(366))
    with time_machine.travel(days(370), tick=False):
        Client().post(link_of(OutgoingMail.objects.get()))
    assert sweep(days(381)) == 0
    assert sweep(days(730)) == 0, "a year after the answer, not after the question"
    assert sweep(days(370 + 366)) == 1


def test_who_has_no_representative_or_has_left_is_not_asked(asked: Organisation) -> None:
    make.make_organisation("Намыс")
    with time_machine.travel(days(10), tick=False):
        set_standing(organisation=asked, kind="ended", since=clock.today())
    assert sweep(days(366)) == 0


CONFIRMED = {"kk": "Рақмет", "ru": "Спасибо", "en": "Thank you"}
DAY = {"kk": "2027 ж. 15 қаңтар", "ru": "15 января 2027", "en": "15 January 2027"}
SHOWN = {
    "kk": "Мәліметтің дұрыстығын ұйым растаған күн",
    "ru": "Организация подтвердила эти данные",
    "en": "The organisation found these data right",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_scanner_confirms_nothing_and_one_press_does(asked: Organisation, language: str) -> None:
    profile = asked.representatives.get().user.wagtail_userprofile  # type: ignore[union-attr] # appointed with one
    profile.preferred_language = language
    profile.save()
    sweep(days(366))
    mail = OutgoingMail.objects.get()
    assert mail.language == language
    assert mail.transient, "the link goes with the mail"
    link = link_of(mail)
    assert link.startswith(f"/{language}/")
    with time_machine.travel(days(370), tick=False):
        for method in ("get", "head"):
            assert getattr(Client(), method)(link).status_code == 200
        assert not DataCheck.objects.answered().exists()
        foreign = Client().post(link, HTTP_ORIGIN="https://evil.example")
        assert foreign.status_code == 200
        assert not DataCheck.objects.answered().exists()
        answer = Client().post(link, **OURS)
        text = answer.content.decode().replace("\xa0", " ")
        assert CONFIRMED[language] in text
        assert DAY[language] in text
        again = Client().post(link, **OURS)
        assert again.status_code == 200
        check = DataCheck.objects.get()
        assert (check.how, str(check.answered_on)) == ("mail", "2027-01-15")
        assert not asked.standings.exists(), "no membership was confirmed"
        page = asked.pages.get(locale__language_code=language)
        public = Client().get(page.url).content.decode().replace("\xa0", " ")
        assert SHOWN[language] in public
        assert DAY[language] in public


BAD = {
    "kk": "Сілтеме толық емес",
    "ru": "Ссылка неполная",
    "en": "It is incomplete, older than 60 days",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_that_is_forged_old_or_of_one_who_left_does_nothing(
    asked: Organisation, language: str
) -> None:
    sweep(days(366))
    kazakh = link_of(OutgoingMail.objects.get())
    token = kazakh.rstrip("/").rsplit("/", 1)[1]
    words = {"kk": "bizdin-uiym", "ru": "nasha-organizatsiya", "en": "our-organisation"}
    address = f"/{language}/{words[language]}/t/"

    def refused(link: str) -> None:
        answer = Client().post(link, **OURS)
        assert answer.status_code == 404
        assert BAD[language] in answer.content.decode()
        assert not DataCheck.objects.answered().exists()

    with time_machine.travel(days(367), tick=False):
        refused(f"{address}{token[:-1]}x/")
        refused(f"{address}abc/")
    with time_machine.travel(days(366 + 61), tick=False):
        refused(f"{address}{token}/")
    with time_machine.travel(days(368), tick=False):
        person = asked.representatives.get().user
        assert person is not None
        retire_representative(organisation=asked, user=person)
        refused(f"{address}{token}/")


def test_the_link_signs_nobody_in(asked: Organisation) -> None:
    sweep(days(366))
    client = Client()
    with time_machine.travel(days(367), tick=False):
        client.get(link_of(OutgoingMail.objects.get()))
    assert not client.cookies
    assert client.get("/kk/bizdin-uiym/").status_code == 302


def test_one_press_on_the_own_page_confirms_too(desk: Desk) -> None:
    assert "Мәліметті растау: " in desk.client.get("/kk/tapsyrmalar/").content.decode()
    desk.client.post("/kk/bizdin-uiym/", {"action": "confirm"}, **OURS)
    check = DataCheck.objects.get()
    assert (check.how, check.by, check.asked_at) == ("form", desk.person, None)
    assert "Мәліметті растау: " not in desk.client.get("/kk/tapsyrmalar/").content.decode()


def test_the_secretariat_appoints_a_member_who_gets_a_mail_in_the_own_language(
    desk: Desk, secretariat: Client
) -> None:
    typed: dict[str, Any] = {
        "organisation": desk.organisation.pk,
        "email": "new@example.org",
        "role": "member",
        "language": "kk",
    }
    answer = secretariat.post("/admin/representative/new/", typed)
    assert answer.status_code == 302, answer.content.decode()
    mail = OutgoingMail.objects.get(template="own_invitation")
    assert (mail.recipient, mail.language) == ("new@example.org", "kk")
    assert "/kk/kiru/" in link_of(mail, "kiru/")
    row = desk.organisation.representatives.current().get(user__email="new@example.org")
    assert row.user is not None
    assert {group.name for group in row.user.groups.all()} == {"member"}
    assert not row.user.has_perm("wagtailadmin.access_admin")
