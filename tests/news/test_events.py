"""Events: what is to come and what was, in words and in calendars, in every language at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import icalendar
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation

from coalition.news.models import EventDecision, EventPage
from coalition.news.wording import span
from monitoring.core.clock import ALMATY
from monitoring.search.kinds import documents, get
from tests.factories.news import START, again, make_event, make_news, publish, translate
from tests.factories.record import make_decision

pytestmark = pytest.mark.usefixtures("lists")

URLS = {"kk": "/kk/is-sharalar/", "ru": "/ru/sobytiya/", "en": "/en/events/"}
EMPTY = {
    "kk": "Әзірге ешбір іс-шара жарияланған жоқ.",
    "ru": "Пока ни одно событие не объявлено.",
    "en": "No event has been announced.",
}


def text_of(url: str) -> str:
    response = Client().get(url)
    assert response.status_code == 200
    return str(response.content.decode())


def ics_of(url: str) -> list[Any]:
    response = Client().get(url)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/calendar")
    return [dict(one) for one in icalendar.Calendar.from_ical(response.content).walk("VEVENT")]


@pytest.mark.parametrize("language", URLS)
def test_without_events_the_list_says_so(language: str) -> None:
    assert EMPTY[language] in text_of(URLS[language])
    assert ics_of(URLS[language] + "calendar.ics") == []


def test_the_soonest_stands_first_and_what_was_stands_below_newest_first() -> None:
    make_event("Кейінгі", start=START + dt.timedelta(days=9))
    make_event("Жақын", start=START)
    make_event("Ескі", start=dt.datetime(2020, 1, 1, 10, tzinfo=ALMATY))
    make_event("Ең ескі", start=dt.datetime(2019, 1, 1, 10, tzinfo=ALMATY))
    text = text_of(URLS["kk"])
    places = [text.index(f">{word}<") for word in ("Жақын", "Кейінгі", "Ескі", "Ең ескі")]
    assert places == sorted(places)
    assert places[1] < text.index('id="past"') < places[2]
    assert "18:00 · Ақжар ауылы" in text


def test_an_event_is_over_at_its_end_or_when_its_day_is() -> None:
    with_end = make_event("Аяғы белгілі", end=START + dt.timedelta(hours=2))
    without = make_event("Аяғы белгісіз")
    for hours, past in ((1, [False, False]), (3, [True, False]), (7, [True, True])):
        with time_machine.travel(START + dt.timedelta(hours=hours), tick=False):
            assert [again(with_end).is_past, again(without).is_past] == past


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("kk", "2030\u00a0ж. 24\u00a0қараша, жексенбі, 18:00–20:00 (Қазақстан уақыты)"),
        ("ru", "24\u00a0ноября 2030\u00a0г., воскресенье, 18:00–20:00 (время Казахстана)"),
        ("en", "24\u00a0November 2030, Sunday, 18:00–20:00 (Kazakhstan time)"),
    ],
)
def test_the_hours_are_those_of_kazakhstan_wherever_the_server_is(
    language: str, words: str
) -> None:
    assert span(START, START + dt.timedelta(hours=2), language) == words


def test_a_second_day_is_named_with_its_own_hour() -> None:
    assert span(START, START + dt.timedelta(days=1), "kk", with_day=False) == (
        "18:00 – 2030\u00a0ж. 25\u00a0қараша, дүйсенбі, 18:00"
    )


def test_the_page_says_when_where_by_whom_and_offers_the_calendar() -> None:
    event = make_event("Жиын", online="https://example.org/room", end=START + dt.timedelta(hours=2))
    text = text_of(event.url)
    assert '<time datetime="2030-11-24T18:00:00+05:00">' in text
    assert "Ақжар ауылы" in text
    assert 'href="https://example.org/room"' in text
    assert "Коалиция" in text
    assert f"/kk/is-sharalar/{event.pk}.ics" in text
    assert "wa.me" in text


# -- calendars -----------------------------------------------------------------------------------


def test_an_event_in_a_calendar_has_its_time_zone_place_and_address() -> None:
    event = make_event("Жиын; үтір, сызық\\", lead="Бір\nекі")
    (one,) = ics_of(f"/kk/is-sharalar/{event.pk}.ics")
    assert one["DTSTART"].dt == START
    assert one["DTSTART"].params["TZID"] == "Asia/Almaty"
    assert str(one["SUMMARY"]) == "Жиын; үтір, сызық\\"
    assert str(one["LOCATION"]) == "Ақжар ауылы"
    assert str(one["STATUS"]) == "CONFIRMED"
    assert str(one["URL"]).endswith(event.url)
    body = Client().get(f"/kk/is-sharalar/{event.pk}.ics").content
    assert b"BEGIN:VTIMEZONE" in body
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))


def test_calling_an_event_off_keeps_its_id_raises_its_sequence_and_says_so_everywhere() -> None:
    with time_machine.travel(dt.datetime(2030, 1, 1, tzinfo=dt.UTC), tick=False) as clock:
        event = make_event()
        (before,) = ics_of("/kk/is-sharalar/calendar.ics")
        clock.shift(60)
        publish(event, cancelled=True)
        (after,) = ics_of("/kk/is-sharalar/calendar.ics")
    assert after["UID"] == before["UID"]
    assert int(before["SEQUENCE"]) == 0
    assert int(after["SEQUENCE"]) > 0
    assert str(after["STATUS"]) == "CANCELLED"
    assert "Өтпейді" in text_of(URLS["kk"])
    assert "Бұл іс-шара өтпейді." in text_of(event.url)
    assert "Өтпейді" in text_of("/kk/is-sharalar/feed.xml")


def test_an_event_moved_in_kazakh_moves_in_every_language_at_once() -> None:
    event = make_event()
    russian = translate(event, "ru")
    (before,) = ics_of("/ru/sobytiya/calendar.ics")
    publish(event, start=START + dt.timedelta(days=1), cancelled=True)
    (after,) = ics_of("/ru/sobytiya/calendar.ics")
    (kazakh,) = ics_of("/kk/is-sharalar/calendar.ics")
    assert again(russian).start == START + dt.timedelta(days=1)
    assert after["DTSTART"].dt == START + dt.timedelta(days=1)
    assert str(after["STATUS"]) == "CANCELLED"
    assert int(after["SEQUENCE"]) >= int(before["SEQUENCE"])
    assert after["UID"] == kazakh["UID"]
    assert "Это событие отменено." in text_of(russian.url)


def test_a_calendar_holds_only_what_is_real_in_its_language() -> None:
    event = make_event()
    make_event("Келесі")
    translate(event, "ru")
    assert len(ics_of("/kk/is-sharalar/calendar.ics")) == 2
    assert len(ics_of("/ru/sobytiya/calendar.ics")) == 1
    assert Client().get(f"/ru/sobytiya/{event.pk}.ics").status_code == 404
    again(event).unpublish()
    assert Client().get(f"/kk/is-sharalar/{event.pk}.ics").status_code == 404


def test_a_calendar_that_has_not_changed_is_not_sent_again() -> None:
    event = make_event()
    first = Client().get("/kk/is-sharalar/calendar.ics")
    asked = {"If-None-Match": first["ETag"]}
    assert Client().get("/kk/is-sharalar/calendar.ics", headers=asked).status_code == 304
    publish(event, place="Басқа жер")
    assert Client().get("/kk/is-sharalar/calendar.ics", headers=asked).status_code == 200


# -- languages, decisions ------------------------------------------------------------------------


def test_a_reader_of_english_sees_that_an_event_exists_in_kazakh() -> None:
    event = make_event("Қазақша ғана")
    text = text_of(URLS["en"])
    assert "Not yet in English; there is a Kazakh text." in text
    assert f'href="{event.url}" lang="kk"' in text


def test_a_decision_shows_its_events_and_the_event_its_decision(
    django_assert_max_num_queries: Any,
) -> None:
    decision = make_decision()
    event = make_event("Талқылау")
    EventDecision.objects.create(page=event, decision=decision)
    theirs, own = decision.address_in("kk"), event.url
    with django_assert_max_num_queries(15):
        assert theirs in text_of(own)
    with django_assert_max_num_queries(15):
        assert f'href="{own}"' in text_of(theirs)


def test_lists_and_feeds_take_few_queries(django_assert_max_num_queries: Any) -> None:
    for number in range(25):
        make_event(f"Іс-шара {number}", start=START + dt.timedelta(days=number))
        make_event(f"Өткен {number}", start=START - dt.timedelta(days=9000 + number))
        make_news(f"Жаңалық {number}")
    for url in (*URLS.values(), URLS["kk"] + "?p=2"):
        with django_assert_max_num_queries(15):
            text_of(url)
    for url in ("calendar.ics", "feed.xml"):
        with django_assert_max_num_queries(6):
            Client().get(URLS["kk"] + url)


# -- bad input -----------------------------------------------------------------------------------

WRONG: dict[str, tuple[dict[str, Any], str, dict[str, str]]] = {
    "end": (
        {"end": START - dt.timedelta(hours=1)},
        "end",
        {
            "kk": "Аяқталуы басталуынан ерте тұр. Екі күн мен сағатты тексеріңіз.",
            "ru": "Окончание раньше начала. Проверьте оба дня и часа.",
            "en": "It ends before it begins. Check both days and hours.",
        },
    ),
    "place": (
        {"place": ""},
        "place",
        {
            "kk": "Өтетін жерін немесе онлайн қатысу сілтемесін жазыңыз.",
            "ru": "Укажите место или ссылку для участия онлайн.",
            "en": "Enter a place or a link to take part online.",
        },
    ),
}


@pytest.mark.parametrize("language", URLS)
@pytest.mark.parametrize("name", WRONG)
def test_an_impossible_event_is_refused_at_its_field(name: str, language: str) -> None:
    changed, field, sentences = WRONG[name]
    event = make_event()
    for key, value in changed.items():
        setattr(event, key, value)
    with translation.override(language), pytest.raises(ValidationError) as refused:
        event.full_clean()
    with translation.override(language):
        assert refused.value.message_dict[field] == [sentences[language]]


def test_the_database_refuses_an_event_that_ends_before_it_begins() -> None:
    event = make_event()
    with pytest.raises(IntegrityError), transaction.atomic():
        EventPage.objects.filter(pk=event.pk).update(end=START - dt.timedelta(hours=1))


def test_events_are_found_by_region_and_day() -> None:
    event = make_event()
    kind = get("event")
    assert kind is not None
    (document,) = documents(kind, [event.pk])
    assert document.date == START.date()
    assert kind.labels("kind", ["event"], "kk") == {"event": "Іс-шара"}
