"""Atom of news, events and decisions: valid, stable, and silent when nothing changed."""

from __future__ import annotations

import datetime as dt
import re
from xml.etree import ElementTree

import feedparser
import pytest
import time_machine
from django.test import Client

from tests.factories.news import again, make_event, make_news, publish
from tests.factories.record import make_decision

pytestmark = pytest.mark.usefixtures("lists")

FEEDS = {
    "/kk/zhanalyktar/feed.xml": "/kk/zhanalyktar/",
    "/ru/novosti/feed.xml": "/ru/novosti/",
    "/en/news/feed.xml": "/en/news/",
    "/kk/is-sharalar/feed.xml": "/kk/is-sharalar/",
    "/ru/sobytiya/feed.xml": "/ru/sobytiya/",
    "/en/events/feed.xml": "/en/events/",
    "/kk/zandar/feed.xml": "/kk/zandar/",
    "/ru/zakony/feed.xml": "/ru/zakony/",
    "/en/laws/feed.xml": "/en/laws/",
}


def full() -> None:
    make_decision()
    make_news("Жаңалық & <белгілер>")
    make_event()


@pytest.mark.parametrize("url", FEEDS)
def test_a_feed_is_valid_and_its_list_advertises_it(url: str) -> None:
    full()
    response = Client().get(url)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    read = feedparser.parse(response.content)
    assert not read.bozo
    assert read.version == "atom10"
    assert read.feed.id.startswith("tag:localhost,2026:")
    assert read.feed.author
    assert read.feed.language == url[1:3]
    for entry in read.entries:
        assert entry.id.startswith("tag:localhost,2026:")
        assert entry.id.endswith(url[1:3])
        assert Client().get(entry.link).status_code == 200
    if url.startswith("/kk/"):
        assert read.entries
    page = Client().get(FEEDS[url]).content.decode()
    links = re.findall(
        r'<link rel="alternate"\s+type="application/atom\+xml"\s+href="([^"]+)"', page
    )
    assert url in links


@pytest.mark.parametrize("url", FEEDS)
def test_who_asks_again_is_told_that_nothing_changed(url: str) -> None:
    full()
    first = Client().get(url)
    by_tag = {"If-None-Match": first["ETag"]}
    by_date = {"If-Modified-Since": first["Last-Modified"]}
    for asked in (by_tag, by_date, {**by_tag, **by_date}):
        again_asked = Client().get(url, headers=asked)
        assert again_asked.status_code == 304
        assert again_asked.content == b""


@pytest.mark.parametrize("url", FEEDS)
def test_an_empty_feed_is_valid_and_stays_the_same(url: str) -> None:
    with time_machine.travel(dt.datetime(2026, 5, 1, tzinfo=dt.UTC), tick=False) as clock:
        first = Client().get(url)
        clock.shift(dt.timedelta(days=3))
        assert Client().get(url).content == first.content
    assert not feedparser.parse(first.content).bozo
    ElementTree.fromstring(first.content)


def test_a_corrected_item_keeps_its_id_and_is_newer() -> None:
    with time_machine.travel(dt.datetime(2026, 5, 1, tzinfo=dt.UTC), tick=False) as clock:
        news = make_news("Бастапқы")
        before = feedparser.parse(Client().get("/kk/zhanalyktar/feed.xml").content).entries[0]
        clock.shift(dt.timedelta(hours=1))
        publish(news, title="Түзетілген")
        after = feedparser.parse(Client().get("/kk/zhanalyktar/feed.xml").content).entries[0]
    assert after.id == before.id
    assert after.title == "Түзетілген"
    assert after.updated_parsed > before.updated_parsed
    assert after.published == before.published


def test_an_address_that_changes_leaves_the_id() -> None:
    news = make_news("Бастапқы")
    before = feedparser.parse(Client().get("/kk/zhanalyktar/feed.xml").content).entries[0]
    publish(news, slug="baska-mekenzhay")
    after = feedparser.parse(Client().get("/kk/zhanalyktar/feed.xml").content).entries[0]
    assert (after.id, after.link != before.link) == (before.id, True)
    assert Client().get(again(news).url).status_code == 200
