"""The operators' page: numbers and reasons in three languages, no address, logged buttons."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from monitoring.core import clock
from monitoring.digests.runs import close_window_now
from monitoring.mailing import sending
from monitoring.mailing.kinds import NAMES
from monitoring.mailing.models import Gate, OutgoingMail
from tests.factories.mailing import queued
from tests.mailing.conftest import Sink

pytestmark = pytest.mark.django_db
PAGE = "/admin/delivery/"


@pytest.fixture
def operator(client: Client, tmp_path: Path, settings: Any) -> Client:
    settings.VAR_DIR = tmp_path
    people: Any = get_user_model().objects
    client.force_login(people.create_superuser(email="op@example.org", password="x"))
    return client


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("kk", ("мұндай мекенжай жоқ", "сервер кейінірек келуді сұрайды", "Қайталау")),
        ("ru", ("такого адреса нет", "сервер просит прийти позже", "Повторить")),
        ("en", ("the address does not exist", "the server asks to come again later", "Try again")),
    ],
)
def test_failures_are_told_in_the_operators_language_without_an_address(
    operator: Client, sink: Sink, language: str, words: tuple[str, ...]
) -> None:
    sink.answers = {
        "gone@reader.example": "550 5.1.1 <gone@reader.example> no such user",
        "full@reader.example": "452 4.2.2 full",
    }
    for name in ("gone", "full", "good"):
        queued(name, to=f"{name}@reader.example", language=language)
    sending.send_due()
    operator.cookies["django_language"] = language
    user: Any = get_user_model().objects.get(email="op@example.org")
    UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": language})
    text = operator.get(PAGE).content.decode()
    for word in words:
        assert word in text
    assert "@reader.example" not in text
    assert "reader.example" in text  # the domain says where the trouble is
    failed = OutgoingMail.objects.get(state="failed")
    assert operator.get(f"{PAGE}retry/{failed.pk}/").status_code == 405
    assert operator.post(f"{PAGE}retry/{failed.pk}/").status_code == 302
    failed.refresh_from_db()
    assert (failed.state, failed.cause) == ("pending", "")
    assert ModelLogEntry.objects.filter(action="mailing.retry").count() == 1


def test_the_page_asks_few_questions(
    operator: Client, mail_folder: Path, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        queued(f"m{number}")
    sending.send_due()
    operator.get(PAGE)
    with django_assert_max_num_queries(25):  # Wagtail's own page around it asks ten and more
        operator.get(PAGE)


def test_silence_is_shown_and_ended_by_a_button_that_is_logged(
    operator: Client, mail_folder: Path
) -> None:
    queued("waits")
    sending.send_due()
    queued("late", bulk=True)
    Gate.objects.update(silent_since=clock.now(), silent_why="older")
    assert sending.send_due() == 0
    page = operator.get(PAGE).content.decode()
    assert 'value="release"' in page
    assert 'value="cancel"' in page
    assert operator.get(f"{PAGE}release/").status_code == 405
    operator.post(f"{PAGE}release/", {"what": "nonsense"})
    assert Gate.objects.get().silent_since is not None
    operator.post(f"{PAGE}release/", {"what": "release"})
    operator.post(f"{PAGE}release/", {"what": "cancel"})  # nothing is stopped any more
    assert [one.action for one in ModelLogEntry.objects.all()] == ["mailing.release"]
    assert sending.send_due() == 1


def test_the_command_releases_and_cancels(mail_folder: Path, tmp_path: Path, settings: Any) -> None:
    settings.VAR_DIR = tmp_path
    sending.send_due()
    out = io.StringIO()
    call_command("release_mail", stdout=out)
    assert "nothing to release" in out.getvalue()
    settings.VAR_DIR = tmp_path / "copy"
    settings.VAR_DIR.mkdir()
    queued("waits")
    call_command("release_mail", "--cancel", "--by", "Night shift", stdout=out)
    assert "Released by Night shift; 1 mails cancelled." in out.getvalue()
    assert OutgoingMail.objects.get(key="waits").reason == "Night shift"


def test_who_has_no_right_sees_neither_page_nor_button(client: Client, mail_folder: Path) -> None:
    people: Any = get_user_model().objects
    client.force_login(people.create_user("member@example.org", "x"))
    Gate.objects.create(pk=1, silent_since=clock.now(), silent_why="older")
    assert client.get(PAGE).status_code == 302
    assert client.post(f"{PAGE}release/", {"what": "release"}).status_code == 302
    assert Gate.objects.get().silent_since is not None


def test_the_last_runs_stand_on_the_page(operator: Client) -> None:
    run = close_window_now(frequency="daily", by=get_user_model().objects.get())
    page = operator.get(PAGE).content.decode()
    assert f"{run.window_end.astimezone(clock.ALMATY):%d.%m.%Y %H:%M}" in page


def test_all_that_failed_for_one_cause_is_tried_again_once(operator: Client) -> None:
    for number in range(60):
        queued(f"m{number}", to=f"m{number}@example.org")
    mails = OutgoingMail.objects.order_by("pk")
    mails.update(state="failed", cause="refused")
    other, gone, sent = mails[0], mails[1], mails[2]
    OutgoingMail.objects.filter(pk=other.pk).update(cause="nobody")
    OutgoingMail.objects.filter(pk=gone.pk).update(raw=None)
    OutgoingMail.objects.filter(pk=sent.pk).update(state="sent", sent_at=clock.now())
    page = operator.get(PAGE).content.decode()
    assert "account_notice" not in page
    assert page.count('value="retry"') == 2  # one a cause
    for expected in (57, 0):  # a second operator presses the same button
        answer = operator.post(f"{PAGE}release/", {"what": "retry", "cause": "refused"})
        assert answer.status_code == 302
        entry = ModelLogEntry.objects.filter(action="mailing.retry").latest("pk")
        assert entry.data == {"cause": "refused", "mails": expected}
    assert mails.filter(state="pending").count() == 57
    assert [mails.get(pk=one.pk).state for one in (other, gone, sent)] == [
        "failed", "failed", "sent",
    ]  # fmt: skip
    assert operator.post(f"{PAGE}retry/{sent.pk}/").status_code == 302
    assert mails.get(pk=sent.pk).state == "sent"


def test_every_kind_of_mail_has_a_name() -> None:
    folders = (Path(__file__).parents[2] / "templates" / "email").iterdir()
    assert {one.name for one in folders if (one / "subject.txt").exists()} <= set(NAMES)
