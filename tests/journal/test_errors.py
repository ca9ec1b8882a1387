"""Reported errors: kept, answered once, corrected in public, forgotten in time."""

from __future__ import annotations

import datetime as dt
from typing import Any
from xml.etree import ElementTree

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from coalition.accounts.models import User
from monitoring.core import clock
from monitoring.decisions.services import withdraw_decision
from monitoring.journal.models import Correction, ErrorReport
from monitoring.journal.services import (
    AnsweredError,
    answer_report,
    forget_reporters,
    report_error,
)
from monitoring.mailing.models import OutgoingMail
from tests.factories.record import make_decision
from tests.web.test_pages import address, text

pytestmark = pytest.mark.django_db
LANGUAGES = ("kk", "ru", "en")
SAID = {"kk": "Күні түзетілді", "ru": "Исправлена дата", "en": "The date was corrected"}


def make_report(page: str = "", **values: Any) -> ErrorReport:
    values = {
        "text": "Күні қате",
        "address": "oqyrman@example.kz",
        "language": "kk",
        **values,
    }
    return report_error(page=page, **values)


@pytest.mark.parametrize("language", LANGUAGES)
def test_anybody_reports_an_error_without_a_cookie(client: Client, language: str) -> None:
    decision = make_decision()
    page = text(client, decision.address_in(language))
    link = f"{address('report_error', language)}?page={decision.address_in(language)}"
    assert f'href="{link}"' in page
    form = client.get(link)
    assert f'value="{decision.address_in(language)}"' in form.content.decode()
    answer = client.post(
        address("report_error", language),
        {"page": decision.address_in(language), "text": "Күні қате", "address": " A@Example.KZ "},
    )
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"{address('report_error', language)}?sent=1",
    )
    assert client.get(answer["Location"]).status_code == 200
    report = ErrorReport.objects.get()
    assert (report.page, report.language, report.state) == (
        decision.address_in(language),
        language,
        "new",
    )
    assert report.address.lower() == "a@example.kz"
    assert not client.cookies


@pytest.mark.parametrize(
    ("language", "no_text", "no_address"),
    [
        ("kk", "Не қате екенін жазыңыз.", "«қате пошта» – электрондық пошта емес"),
        ("ru", "Напишите, что не так.", "«қате пошта» – не электронная почта"),
        ("en", "Write what is wrong.", "“қате пошта” is not an e-mail address"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    client: Client, language: str, no_text: str, no_address: str
) -> None:
    answer = client.post(
        address("report_error", language),
        {"page": "/kk/zandar/", "text": "  ", "address": "қате пошта"},
    )
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {"text", "address"}
    page = answer.content.decode()
    for kept in (no_text, no_address, 'value="/kk/zandar/"', 'value="қате пошта"'):
        assert kept in page
    long = client.post(address("report_error", language), {"text": "ұ" * 3001})
    assert long.status_code == 400
    assert "3001" in long.content.decode()
    assert "ұ" * 3001 in long.content.decode()
    assert not ErrorReport.objects.exists()


def test_other_sites_programs_and_floods_are_kept_out(client: Client) -> None:
    target = address("report_error")
    foreign = client.post(target, {"text": "Мәтін"}, headers={"origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert "Мәтін" in foreign.content.decode()
    program = client.post(target, {"text": "spam", "website": "https://spam.example"})
    assert program.status_code == 302
    assert not ErrorReport.objects.exists()
    codes = [client.post(target, {"text": "Мәтін"}).status_code for _ in range(11)]
    assert codes[-1] == 429
    assert ErrorReport.objects.count() == codes.count(302)


def test_a_correction_is_told_to_the_reporter_and_to_everybody(client: Client) -> None:
    decision = make_decision("Ауыл бюджеті туралы")
    report = make_report(f"{decision.address_in('ru')}?x=1")
    report = answer_report(report=report, state="corrected", answer="Рақмет!", said=SAID, by=None)
    mail = OutgoingMail.objects.get(template="report_answer")
    assert (mail.recipient, mail.language) == ("oqyrman@example.kz", "kk")
    for language in LANGUAGES:
        page = text(client, address("corrections", language))
        assert SAID[language] in page
        assert f'href="{decision.address_in(language)}"' in page
        assert "oqyrman" not in page
        own = text(client, decision.address_in(language))
        assert SAID[language] in own
        feed = client.get(address("corrections_feed", language))
        atom = ElementTree.fromstring(feed.content)
        entry = atom.find("{http://www.w3.org/2005/Atom}entry")
        assert entry is not None
        assert entry.findtext("{http://www.w3.org/2005/Atom}summary") == SAID[language]
    assert "<strong>Түзету, 20" in text(client, decision.address_in("kk"))
    withdraw_decision(decision=decision, by=None)
    assert client.get(address("corrections")).status_code == 200


def test_what_is_not_corrected_stands_in_no_list(client: Client) -> None:
    answer_report(report=make_report(), state="kept", answer="Дұрыс тұр", by=None)
    answer_report(report=make_report(), state="closed", by=None)
    assert not Correction.objects.exists()
    assert OutgoingMail.objects.filter(template="report_answer").count() == 1


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"state": "corrected", "answer": "Рақмет"}, {"said_kk", "said_ru", "said_en"}),
        ({"state": "corrected", "answer": " ", "said": SAID}, {"answer"}),
        ({"state": "new", "answer": "Рақмет"}, {"state"}),
        ({"state": "kept"}, {"answer"}),
    ],
    ids=["no correction in words", "no answer", "not a result", "kept without a word"],
)
def test_half_an_answer_is_refused_whole(given: dict[str, Any], fields: set[str]) -> None:
    report = make_report()
    with pytest.raises(ValidationError) as refused:
        answer_report(report=report, by=None, **given)
    assert set(refused.value.message_dict) == fields
    report.refresh_from_db()
    assert report.state == "new"
    assert not OutgoingMail.objects.exists()


def test_two_editors_answer_once() -> None:
    report = make_report()
    answer_report(report=report, state="kept", answer="Дұрыс тұр", by=None)
    with pytest.raises(AnsweredError):
        answer_report(report=report, state="corrected", answer="Рақмет", said=SAID, by=None)
    assert OutgoingMail.objects.count() == 1
    assert not Correction.objects.exists()


def test_an_address_is_forgotten_thirty_days_after_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting, answered = make_report(), make_report()
    answer_report(report=answered, state="kept", answer="Дұрыс тұр", by=None)
    now = clock.now()
    for days, left in ((29, 0), (31, 1), (179, 0)):
        monkeypatch.setattr(clock, "now", lambda days=days: now + dt.timedelta(days=days))
        assert forget_reporters() == left
    answered.refresh_from_db()
    waiting.refresh_from_db()
    assert (answered.address, waiting.address) == ("", "oqyrman@example.kz")


def test_an_address_that_nobody_answers_is_forgotten_too_and_the_privacy_page_says_when(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    waiting, now = make_report(), clock.now()
    for days, left in ((179, 0), (181, 1), (182, 0)):
        monkeypatch.setattr(clock, "now", lambda days=days: now + dt.timedelta(days=days))
        assert forget_reporters() == left
    waiting.refresh_from_db()
    assert (waiting.address, waiting.text, waiting.state) == ("", "Күні қате", "new")
    said = (settings.ROOT_DIR / "coalition/website/seeds/pages.json").read_text("utf-8")
    assert settings.REPORTER_KEPT_DAYS == {"answered": 30, "unanswered": 180}
    for words in ("хабарланғаннан кейін 180 күннен", "180 дней после", "180 days after"):
        assert words in said


@pytest.fixture
def person(client: Client) -> User:
    call_command("sync_groups")
    user = User.objects.create_user("person@example.org", "secret", is_active=True)
    client.force_login(user)
    return user


@pytest.mark.parametrize("role", ["moderator", "editor", "secretariat"])
def test_the_queue_is_answered_by_those_who_may(client: Client, person: User, role: str) -> None:
    person.groups.add(Group.objects.get(name=role))
    report = make_report("/kk/")
    assert client.get(reverse("error_reports:index")).status_code == 200
    screen = reverse("error_reports:edit", args=[report.pk])
    assert "Күні қате" in client.get(screen).content.decode()
    half = client.post(screen, {"state": "corrected", "answer": "Рақмет сізге"})
    assert half.status_code == 200
    assert set(half.context["form"].errors) == {"said_kk", "said_ru", "said_en"}
    assert "Рақмет сізге" in half.content.decode()
    whole = {"state": "corrected", "answer": "Рақмет"} | {f"said_{k}": v for k, v in SAID.items()}
    assert client.post(screen, whole).status_code == 302
    report.refresh_from_db()
    assert (report.state, report.answered_by) == ("corrected", person)
    late = client.post(screen, whole)
    assert late.status_code == 409
    assert Correction.objects.count() == 1


@pytest.mark.parametrize("role", ["member", "member-editor", "translator", "analyst"])
def test_the_queue_is_closed_to_others(client: Client, person: User, role: str) -> None:
    person.groups.add(Group.objects.get(name=role))
    report = make_report()
    for url in (reverse("error_reports:index"), reverse("error_reports:edit", args=[report.pk])):
        assert client.get(url).status_code in {302, 403}
        assert client.post(url, {"state": "closed"}).status_code in {302, 403, 405}
    report.refresh_from_db()
    assert report.state == "new"


@pytest.mark.parametrize(
    "page", ["//evil.example/x", "javascript:alert(1)", "https://evil.example/kk/", "/kk/zandar/9/"]
)
def test_a_page_that_is_not_ours_is_never_a_link(client: Client, page: str) -> None:
    client.post(address("report_error"), {"page": page, "text": "Қате"})
    report = ErrorReport.objects.get()
    answer_report(report=report, state="corrected", answer="Рақмет", said=SAID, by=None)
    shown = text(client, address("corrections"))
    assert "evil.example" not in shown.replace('href="/', "")
    assert 'href="//' not in shown
    assert 'href="javascript' not in shown
