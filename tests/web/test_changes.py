"""What changed since a day, deadlines as calendars, and what a decision's page says of both."""

from __future__ import annotations

import datetime as dt
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from icalendar import Calendar

from monitoring.core import clock
from monitoring.core.clock import ALMATY
from monitoring.decisions.relations import add_relation
from monitoring.decisions.services import (
    add_stage_event,
    update_deadline,
    update_decision,
    withdraw_decision,
)
from tests.factories.record import (
    make_deadline,
    make_deadline_kind,
    make_decision,
    make_kind,
    make_stage,
    make_status,
)
from tests.web.test_pages import address, text

pytestmark = pytest.mark.django_db
LANGUAGES = ("kk", "ru", "en")


def tomorrow() -> dt.date:
    return clock.today() + dt.timedelta(1)


def test_changes_stand_by_day_and_the_oldest_asked_day_is_the_first(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    # Half past midnight of 2 November in Almaty is still 1 November in UTC.
    night = dt.datetime(2026, 11, 2, 0, 30, tzinfo=ALMATY)
    monkeypatch.setattr(clock, "now", lambda: night)
    decision = make_decision("Ауыл бюджеті туралы")
    make_decision("Ескі шешім", announce=False)
    gone = make_decision("Кері алынған шешім")
    withdraw_decision(decision=gone, by=None)
    add_stage_event(decision=decision, stage=make_stage(), date=dt.date(2026, 11, 1))
    for _ in range(20):
        make_decision()
    page = text(client, f"{address('changes')}?since=2026-11-02")
    assert "2026\xa0ж. 2\xa0қараша" in page
    assert "Жаңа кезең: adopted kk, 2026\xa0ж. 1\xa0қараша" in page
    assert "Ескі шешім" not in page
    assert "Кері алынған" not in page
    with django_assert_max_num_queries(6):
        client.get(f"{address('changes')}?since=2026-11-02")
    monkeypatch.setattr(clock, "now", lambda: night + dt.timedelta(days=3))
    assert "Ауыл бюджеті" not in text(client, f"{address('changes')}?since=03.11.2026")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("kk", "«31.02.2026» – күн емес."),
        ("ru", "«31.02.2026» – не дата."),
        ("en", "“31.02.2026” is not a date."),
    ],
)
def test_a_day_that_is_none_is_answered_and_the_list_stands(
    client: Client, language: str, sentence: str
) -> None:
    make_decision("Ауыл бюджеті туралы")
    page = text(client, f"{address('changes', language)}?since=31.02.2026")
    assert sentence in page
    assert 'value="31.02.2026"' in page
    assert "Ауыл бюджеті туралы" in page


@pytest.mark.parametrize("since", ["2999-01-01", "%00", "0001-01-01", "x" * 500, "2026", "<b>"])
def test_any_other_day_is_answered_too(client: Client, since: str) -> None:
    make_decision()
    page = text(client, f"{address('changes')}?since={since}&page=x")
    assert "<b>" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_deadline_goes_into_a_calendar_with_a_name_for_ever(
    client: Client, language: str
) -> None:
    decision = make_decision("Ауыл бюджеті туралы")
    deadline = make_deadline(decision, tomorrow(), hour=dt.time(18), how={"kk": "Хат жазыңыз"})
    whole = make_deadline(decision, tomorrow(), kind=make_deadline_kind("hearing"))
    one = client.get(address("deadline_calendar", language, deadline.pk))
    assert one["Content-Type"] == "text/calendar; charset=utf-8"
    assert "attachment" in one["Content-Disposition"]
    event = Calendar.from_ical(one.content).walk("VEVENT")[0]
    assert event["UID"] == f"deadline-{deadline.pk}-{language}@testserver"
    assert event.decoded("DTSTART") == dt.datetime.combine(tomorrow(), dt.time(13), dt.UTC)
    assert "Ауыл бюджеті туралы" in event["SUMMARY"]
    assert event["SEQUENCE"] == 0
    update_deadline(deadline=deadline, by=None, date=tomorrow() + dt.timedelta(1))
    every = Calendar.from_ical(client.get(address("deadlines_calendar", language)).content)
    events = {str(found["UID"]): found for found in every.walk("VEVENT")}
    assert events[event["UID"]]["SEQUENCE"] == 1
    day = events[f"deadline-{whole.pk}-{language}@testserver"]
    assert day.decoded("DTSTART") == tomorrow()
    assert (every.errors, events[event["UID"]].errors) == ([], [])
    atom = ElementTree.fromstring(client.get(address("deadline_feed", language)).content)
    assert len(atom.findall("{http://www.w3.org/2005/Atom}entry")) == 2


def test_a_deadline_of_a_hidden_decision_is_nowhere(client: Client) -> None:
    deadline = make_deadline(make_decision("Құпия", public=False), tomorrow())
    assert client.get(address("deadline_calendar", "kk", deadline.pk)).status_code == 404
    for name in ("deadlines_calendar", "deadline_feed"):
        assert "Құпия" not in client.get(address(name)).content.decode()


@pytest.mark.parametrize(
    ("language", "absolute", "near"),
    [
        ("kk", "ж. ", "Пікір қабылдау ертең аяқталады"),
        ("ru", " г.", "Приём мнений закончится завтра"),
        ("en", "", "Comments close tomorrow"),
    ],
)
def test_the_page_says_until_when_with_the_day_itself(
    client: Client, language: str, absolute: str, near: str
) -> None:
    decision = make_decision()
    make_deadline(decision, tomorrow(), hour=dt.time(18), how={"kk": "Порталда пікір қалдырыңыз"})
    page = text(client, decision.address_in(language))
    assert near in page
    assert f'datetime="{tomorrow():%Y-%m-%d}T18:00+05:00"' in page
    assert "Порталда пікір қалдырыңыз" in page
    assert "legalacts.example.kz" in page
    assert address("deadline_calendar", language, decision.deadlines.get().pk) in page
    rows = text(client, address("decision_list", language))
    assert 'class="badge due"' in rows


def test_only_of_a_draft_under_way_it_is_said_that_no_period_was_announced(
    client: Client,
) -> None:
    said = "Пікір қабылдау мерзімі жарияланбаған"
    bill = make_kind("bill", is_draft=True)
    assert said in text(client, make_decision(kind=bill).address_in("kk"))
    assert said not in text(client, make_decision().address_in("kk"))
    ended = make_decision(kind=bill, status=make_status("withdrawn", ends=True))
    assert said not in text(client, ended.address_in("kk"))


def test_the_page_can_be_passed_on_in_600_characters(client: Client) -> None:
    title = ("Кейбір заңнамалық актілерге өзгерістер енгізу туралы " * 9)[:457].strip()
    decision = make_decision(
        editions={"kk": {"official_title": title, "summary": "Ауыл өз ақшасын жұмсайды"}}
    )
    answer = client.get(decision.address_in("kk"))
    message = answer.context["chat_text"]
    assert len(message) <= 600
    assert message.startswith(title)
    assert message.endswith(f"http://testserver{decision.address_in('kk')}")
    page = answer.content.decode()
    assert '<h1 class="long">' in page
    assert title in page
    assert "https://wa.me/?text=" in page
    assert "https://t.me/share/url?url=http%3A%2F%2Ftestserver" in page


def test_a_page_with_everything_takes_at_most_fifteen_queries(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    other = make_decision(number="x")
    decision = make_decision(status=make_status())
    add_relation(subject=other, kind="repeals", target=decision)
    for kind in ("public-consultation", "hearing", "answer"):
        make_deadline(decision, tomorrow(), kind=make_deadline_kind(kind))
        make_deadline(other, tomorrow(), kind=make_deadline_kind(kind))
    update_decision(decision=decision, links=["https://a.kz/1"])
    client.get(decision.address_in("kk"))
    with django_assert_max_num_queries(15):
        client.get(decision.address_in("kk"))
