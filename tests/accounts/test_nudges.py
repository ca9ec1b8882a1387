"""The weekly mail of what waits: once a week, only when something waits, only who wants it."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from typing import Any

import pytest
import time_machine
from django.test import Client
from wagtail.users.models import UserProfile

from coalition.accounts import nudges
from coalition.accounts.models import User
from monitoring.core import clock
from monitoring.mailing.models import OutgoingMail
from tests.accounts.test_todo import send_news
from tests.factories import registry as make

pytestmark = pytest.mark.django_db

MONDAY_EARLY = dt.datetime(2026, 11, 23, 8, 59, tzinfo=clock.ALMATY)
MONDAY = dt.datetime(2026, 11, 23, 9, 1, tzinfo=clock.ALMATY)
FRIDAY = dt.datetime(2026, 11, 27, 12, 0, tzinfo=clock.ALMATY)
NEXT_MONDAY = dt.datetime(2026, 11, 30, 9, 1, tzinfo=clock.ALMATY)


@pytest.fixture
def secretariat() -> User:
    """A person for whom one review waits."""
    make.make_tree()
    person = make.make_person("secretariat")
    send_news(make.make_person("editor"))
    OutgoingMail.objects.all().delete()
    User.objects.update(date_joined=MONDAY - dt.timedelta(days=30))
    return person


def at(moment: dt.datetime) -> int:
    with time_machine.travel(moment, tick=False):
        return nudges.nudge_due()


def test_it_comes_once_a_week_and_is_made_up_when_the_machine_was_off(secretariat: User) -> None:
    assert at(MONDAY_EARLY) == 0
    assert at(MONDAY) == 1
    assert at(MONDAY) == 0
    assert at(FRIDAY) == 0
    assert at(NEXT_MONDAY) == 1
    User.objects.update(nudged_for=None)
    OutgoingMail.objects.all().delete()
    assert at(FRIDAY) == 1
    mail = OutgoingMail.objects.get()
    assert mail.key == f"todo:2026-11-23:{secretariat.pk}"


def test_nobody_for_whom_nothing_waits_is_mailed(secretariat: User) -> None:
    make.make_person("moderator")
    make.make_person("member")
    User.objects.update(date_joined=MONDAY - dt.timedelta(days=30))
    assert at(MONDAY) == 1
    assert [mail.recipient for mail in OutgoingMail.objects.all()] == [secretariat.email]


def test_nobody_who_switched_it_off_or_left_or_came_this_week_is_mailed(secretariat: User) -> None:
    User.objects.update(wants_nudges=False)
    assert at(MONDAY) == 0
    User.objects.update(wants_nudges=True, is_active=False)
    assert at(MONDAY) == 0
    User.objects.update(is_active=True, date_joined=MONDAY)
    assert at(FRIDAY) == 0
    assert at(NEXT_MONDAY) == 1


def test_a_setting_moves_it_or_ends_it_for_all(secretariat: User, settings: Any) -> None:
    settings.TODO_MAIL_DAY = 0
    assert at(MONDAY) == 0
    settings.TODO_MAIL_DAY = 5
    assert at(MONDAY) == 0
    assert at(FRIDAY) == 1


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("kk", "Сізді 1 іс күтіп тұр: Тексеруге жіберілген мәтіндер"),
        ("ru", "Вас ждёт 1 дело: Тексты, отправленные на проверку"),
        ("en", "1 thing waits for you: Texts sent for review"),
    ],
    ids=["kk", "ru", "en"],
)
def test_it_speaks_the_persons_language_and_names_the_way_out(
    secretariat: User, language: str, subject: str
) -> None:
    UserProfile.objects.filter(user=secretariat).update(preferred_language=language)
    assert at(MONDAY) == 1
    row = OutgoingMail.objects.get()
    mail = email.message_from_bytes(bytes(row.raw or b""), policy=email.policy.default)
    assert mail["Subject"] == subject
    assert row.language == language
    for part in ("plain", "html"):
        body = mail.get_body((part,))
        assert body is not None
        text = str(body.get_content())
        assert "http://localhost:8000/admin/pages/" in text
        assert "http://localhost:8000/admin/account/#tab-notifications" in text


def test_a_person_ends_it_in_the_own_account(secretariat: User) -> None:
    client = Client()
    client.force_login(secretariat)
    page = client.get("/admin/account/").content.decode()
    assert 'name="nudges-wants_nudges"' in page
    answer = client.post(
        "/admin/account/",
        {
            "name_email-first_name": "A",
            "name_email-last_name": "B",
            "notifications-submitted_notifications": "on",
            "locale-preferred_language": "kk",
            "theme-theme": "system",
            "theme-density": "default",
            "theme-contrast": "system",
            "theme-keyboard_shortcuts": "on",
        },
    )
    assert answer.status_code == 302, answer.content.decode()[:2000]
    secretariat.refresh_from_db()
    assert not secretariat.wants_nudges
