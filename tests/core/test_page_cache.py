"""Readers' pages come from one cache; any public change empties it; nothing private is in it."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.conf import settings as conf
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from coalition.news.models import EventIndexPage
from monitoring.core import clock, generation, pages
from monitoring.core.middleware import PageCache
from monitoring.core.models import Generation, Heartbeat
from monitoring.decisions.models import Decision
from monitoring.evidence.models import Source
from monitoring.evidence.services import take_in
from monitoring.vocabulary.models import Topic
from tests.factories import record as make
from tests.factories.evidence import source, stored
from tests.factories.news import make_event, make_list
from tests.factories.pages import make_site
from tests.intake.feeds import item, rss

NOON = dt.datetime(2026, 11, 21, 7, tzinfo=dt.UTC)
"""12:00 in Almaty."""


@pytest.fixture(autouse=True)
def cached(settings: Any) -> None:
    """The cache is on and empty."""
    settings.PAGE_CACHE_SECONDS = 3600
    cache.clear()


def almaty(hour: str) -> dt.datetime:
    """A moment of that Saturday."""
    return dt.datetime.fromisoformat(f"2026-11-21T{hour}+05:00")


def ask(path: str = "/kk/x/", **meta: Any) -> HttpRequest:
    return RequestFactory().get(path, **meta)


# -- what is kept -------------------------------------------------------------------


def _cookie(answer: HttpResponse) -> None:
    answer.set_cookie("a", "b")


def _header(name: str, value: str) -> Callable[[HttpResponse], None]:
    return lambda answer: answer.__setitem__(name, value)


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (_header("X-Any", "x"), True),
        (_header("Vary", "Accept-Encoding"), True),
        (_header("Vary", "Cookie"), False),
        (_header("Vary", "Accept-Encoding, Accept-Language"), False),
        (_header("Cache-Control", "max-age=0, no-cache, no-store, private"), False),
        (_header("Cache-Control", "private"), False),
        (_header("Cache-Control", "public, max-age=60"), True),
        (_cookie, False),
        (lambda answer: setattr(answer, "status_code", 404), False),
        (lambda answer: setattr(answer, "content", b"x" * (pages.BIGGEST + 1)), False),
    ],
)
def test_only_what_is_everybodys_is_kept(
    change: Callable[[HttpResponse], None], kept: bool
) -> None:
    answer = HttpResponse("x")
    change(answer)
    assert pages.may_be_kept(answer) is kept


def test_a_stream_is_not_kept() -> None:
    assert not pages.may_be_kept(StreamingHttpResponse(iter([b"x"])))  # type: ignore[arg-type] # the same at run time


@pytest.mark.parametrize(
    ("request_", "readers"),
    [
        (ask(), True),
        (RequestFactory().head("/ru/"), True),
        (RequestFactory().post("/kk/x/"), False),
        (ask("/admin/"), False),
        (ask("/documents/1/x.pdf"), False),
        (ask("/healthz"), False),
        (ask("/"), False),
        (ask(HTTP_COOKIE=f"{conf.SESSION_COOKIE_NAME}=x"), False),
        (ask(HTTP_COOKIE="other=x"), True),
        (ask(HTTP_AUTHORIZATION="Bearer x"), False),
    ],
    ids=lambda value: f"{value.method} {value.path}" if isinstance(value, HttpRequest) else None,
)
def test_only_readers_are_answered_from_the_cache(request_: HttpRequest, readers: bool) -> None:
    assert pages.is_readers(request_) is readers


@given(st.permutations([("topic", "a"), ("topic", "b"), ("page", "2"), ("year", "2025")]))
def test_the_order_of_names_is_one_page_the_order_of_values_another(
    pairs: list[tuple[str, str]],
) -> None:
    query = "&".join(f"{name}={value}" for name, value in pairs)
    topics = [value for name, value in pairs if name == "topic"]
    assert pages.query_of(ask(f"/kk/x/?{query}")) == (
        f"page=2&topic={topics[0]}&topic={topics[1]}&year=2025"
    )


def test_a_name_no_page_reads_is_answered_and_not_kept() -> None:
    assert pages.query_of(ask("/kk/x/?page=2&x=1")) is None
    assert pages.without_tracking("utm_source=a&page=2&fbclid=b") == "page=2"
    assert pages.without_tracking("q=%D0%B0&x") == "q=%D0%B0&x"
    unescaped = "q=бюджет".encode().decode("latin-1")
    assert pages.without_tracking(f"{unescaped}&utm_source=x") == unescaped


def test_host_generation_path_query_and_packing_make_the_key(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    keys = [
        pages.key_of(ask(), "1.1", ""),
        pages.key_of(ask(), "1.2", ""),
        pages.key_of(ask(), "1.1", "page=2"),
        pages.key_of(ask("/kk/y/"), "1.1", ""),
        pages.key_of(ask("/ru/x/"), "1.1", ""),
        pages.key_of(ask(HTTP_HOST="other.example"), "1.1", ""),
        pages.key_of(ask(HTTP_ACCEPT_ENCODING="gzip, br"), "1.1", ""),
    ]
    assert len(set(keys)) == len(keys)
    assert pages.key_of(RequestFactory().get("/kk/x/", secure=True), "1.1", "") == keys[0]


# -- the middleware ------------------------------------------------------------------


class Made:
    """A site of one page that counts how often it was made."""

    def __init__(self) -> None:
        self.times = 0
        self.go_on = threading.Event()
        self.go_on.set()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.times += 1
        self.go_on.wait(5)
        return HttpResponse(f"page {self.times}")


@pytest.mark.django_db
def test_a_page_is_made_once_and_known_copies_cost_no_body() -> None:
    made = Made()
    site = PageCache(made)
    first, second = site(ask()), site(ask())
    assert (first.content, second.content, made.times) == (b"page 1", b"page 1", 1)
    assert second["Cache-Control"] == "public, max-age=0, s-maxage=1"
    known = site(ask(HTTP_IF_NONE_MATCH=first["ETag"]))
    assert (known.status_code, known.content) == (304, b"")
    assert known["ETag"] == first["ETag"]
    assert site(ask(HTTP_IF_NONE_MATCH='W/"other"')).status_code == 200


@pytest.mark.django_db
def test_a_page_is_made_anew_after_an_hour_and_at_a_new_generation() -> None:
    made = Made()
    site = PageCache(made)
    with time_machine.travel(NOON, tick=False) as clock:
        site(ask())
        clock.shift(3599)
        site(ask())
        assert made.times == 1
        clock.shift(2)
        site(ask())
        assert made.times == 2
    Generation.objects.create()
    generation._seen = None
    assert site(ask()).content == b"page 3"


TURNS = {
    # A deadline at 18:30 counts whole hours down to its end.
    "17:10:00": "17:30:00",
    "17:30:00": "18:30:00",
    "18:10:00": "18:30:00",
    "18:29:59": "18:30:00",
    # An event ends at 20:15; nothing turns at its beginning.
    "18:45:00": "19:45:00",  # the most that a page is kept
    "20:00:00": "20:15:00",
    # Days change at midnight in Almaty.
    "23:50:00": "00:00:00",
}


@pytest.mark.django_db
def test_no_page_outlives_what_it_says_of_the_time() -> None:
    with time_machine.travel(almaty("12:00:00"), tick=False) as clock:
        make.make_deadline(make.make_decision(), dt.date(2026, 11, 21), hour=dt.time(18, 30))
        make_list(EventIndexPage, make_site())
        make_event(start=almaty("19:00:00"), end=almaty("20:15:00"))
        made = Made()
        site = PageCache(made)
        for asked, moment in TURNS.items():
            begin, end = almaty(asked), almaty(moment)
            end += dt.timedelta(days=end < begin)
            generation._seen = None
            clock.move_to(begin)
            cache.clear()
            site(ask())
            before = made.times
            clock.move_to(end - dt.timedelta(milliseconds=1))
            site(ask())
            assert made.times == before, f"asked at {asked}, asked again just before {moment}"
            clock.move_to(end)
            site(ask())
            assert made.times == before + 1, f"asked at {asked}, asked again at {moment}"


@pytest.mark.django_db
def test_a_page_begun_before_a_deadline_and_done_after_it_is_not_kept() -> None:
    made = Made()
    with time_machine.travel(almaty("18:29:59"), tick=False) as clock:
        make.make_deadline(make.make_decision(), dt.date(2026, 11, 21), hour=dt.time(18, 30))

        def slow(request: HttpRequest) -> HttpResponse:
            answer = made(request)
            clock.shift(2)
            return answer

        site = PageCache(slow)
        assert site(ask()).content == b"page 1"
        assert site(ask()).content == b"page 2"


@pytest.mark.django_db
def test_a_deadline_entered_later_shortens_what_is_kept_from_then_on() -> None:
    made = Made()
    site = PageCache(made)
    with time_machine.travel(almaty("18:00:00"), tick=False) as clock:
        site(ask())
        make.make_deadline(make.make_decision(), dt.date(2026, 11, 21), hour=dt.time(18, 30))
        generation._seen = None
        assert site(ask()).content == b"page 2"
        clock.move_to(almaty("18:30:00"))
        assert site(ask()).content == b"page 3"


@pytest.mark.django_db
def test_twenty_at_once_make_a_page_once() -> None:
    made = Made()
    site = PageCache(made)
    generation.current()  # read in this thread, which has the test's transaction
    made.go_on.clear()
    answers: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: answers.append(site(ask()).content)) for _ in range(20)
    ]
    generation._seen = (generation._seen or ("", 0))[0], 1e12  # believed while they run
    for thread in threads:
        thread.start()
    made.go_on.set()
    for thread in threads:
        thread.join()
    assert answers == [b"page 1"] * 20
    assert made.times == 1
    assert site.being_made.locks == {}


@pytest.mark.django_db
def test_a_cache_or_database_that_fails_costs_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made()
    site = PageCache(made)
    site(ask())

    def broken(*_: Any, **__: Any) -> Any:
        raise DatabaseError("away")

    monkeypatch.setattr(generation, "_read", broken)
    known = generation._seen
    assert known is not None
    generation._seen = known[0], -1e9
    assert site(ask())["X-Cache"] == "hit", "the last generation known goes on being read"
    generation._seen = None
    assert site(ask()).content == b"page 2", "none known: made for each"
    monkeypatch.undo()
    monkeypatch.setattr(type(cache._connections["default"]), "get", broken)  # type: ignore[attr-defined] # the proxy's own
    monkeypatch.setattr(type(cache._connections["default"]), "set", broken)  # type: ignore[attr-defined] # likewise
    assert site(ask()).content == b"page 3"


# -- what purges ---------------------------------------------------------------------


def now_named() -> str:
    generation._seen = None
    return generation.current()


@pytest.mark.django_db(transaction=True)
def test_every_way_of_writing_a_public_row_makes_a_new_generation() -> None:
    topic, decision = make.make_topic(), make.make_decision()
    ways: dict[str, Callable[[], object]] = {
        "save": lambda: Topic.objects.get(pk=topic.pk).save(),
        "update": lambda: Topic.objects.update(name_en="8"),
        "bulk": lambda: Topic.objects.bulk_update([topic], ["name_en"]),
        "many to many": lambda: decision.bodies.add(make.make_body()),
        "raw": lambda: connection.cursor().execute("UPDATE vocabulary_topic SET name_en = '9'"),
        "create": lambda: make.make_topic("another"),
        "delete": lambda: topic.delete(),
    }
    for name, write in ways.items():
        before = now_named()
        write()
        assert now_named() != before, name


@pytest.mark.django_db(transaction=True)
def test_a_transaction_makes_one_generation_and_a_rollback_none() -> None:
    make.make_topic()
    rows = Generation.objects.count()
    with transaction.atomic():
        for number in ("1", "2", "3"):
            Topic.objects.update(name_en=number)
    assert Generation.objects.count() == rows + 1
    with transaction.atomic():
        Topic.objects.update(name_en="4")
        transaction.set_rollback(True)
    assert Generation.objects.count() == rows + 1
    with transaction.atomic():
        with transaction.atomic():
            Topic.objects.update(name_en="5")
            transaction.set_rollback(True)  # its generation goes with the savepoint
        Topic.objects.update(name_en="6")
    assert Generation.objects.count() == rows + 2
    assert Topic.objects.get().name_en == "6"


@pytest.mark.django_db(transaction=True)
def test_what_readers_never_see_purges_nothing() -> None:
    make.make_decision()
    before = now_named()
    Heartbeat.objects.create(name="x", at=NOON)
    with connection.cursor() as cursor:
        cursor.execute('UPDATE "wagtailcore_page" SET "draft_title" = %s', ["draft"])
        cursor.execute(
            'UPDATE "wagtailcore_page" SET "latest_revision_id" = NULL, '
            '"has_unpublished_changes" = %s WHERE "title" = %s',
            [True, "x"],
        )
    assert now_named() == before
    with connection.cursor() as cursor:
        cursor.execute('UPDATE "wagtailcore_page" SET "draft_title" = %s, "title" = %s', ["x", "x"])
    assert now_named() != before


@pytest.mark.django_db(transaction=True)
def test_a_look_at_a_source_without_news_purges_nothing(settings: Any) -> None:
    settings.PAGE_CACHE_SECONDS = 3600
    one = source()
    before = Generation.objects.count()
    assert Source.objects.claim(one.pk, clock.now(), 60)
    assert take_in(fetch=stored(one, rss(item(1)))).reason == "new"
    assert take_in(fetch=stored(one, b"<html>")).reason != "new"
    assert Generation.objects.count() == before
    one.name = "Another"
    one.save(update_fields=["name"])
    assert Generation.objects.count() == before + 1


@pytest.mark.django_db
def test_no_generation_is_named_twice() -> None:
    """A writer that commits late, under a lower id, makes a new one too; so does pruning."""
    names = [generation._read()]
    last = Generation.objects.create()
    names.append(generation._read())
    Generation.objects.create(pk=last.pk + 200)
    names.append(generation._read())
    Generation.objects.create(pk=last.pk + 150)
    names.append(generation._read())
    for _ in range(2):
        generation.prune()
        names.append(generation._read())
        Generation.objects.create(pk=(Generation.objects.latest("pk").pk) + 300)
        names.append(generation._read())
    assert len(set(names)) == len(names)
    assert Generation.objects.count() < 5


def test_what_purges_nothing_is_named_with_a_reason_and_exists() -> None:
    of_sqlite = {"wagtailsearch.SQLiteFTSIndexEntry"}
    there = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert conf.PAGE_CACHE_LEAVES_OUT.keys() - there <= of_sqlite
    assert all(conf.PAGE_CACHE_LEAVES_OUT.values())
    assert generation.tables_left_out() >= {"django_session", "core_generation"}
    public = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label
        in {"website", "news", "memorandum", "pages", "decisions", "institutions", "vocabulary"}
    }
    assert public & conf.PAGE_CACHE_LEAVES_OUT.keys() == set()


@pytest.mark.django_db(transaction=True)
def test_a_reader_sees_a_change_at_once_in_the_process_that_made_it(client: Client) -> None:
    decision = make.make_decision("Ауыл бюджеті туралы")
    path = decision.address_in("kk")
    assert "Ауыл бюджеті туралы" in client.get(path).content.decode()
    assert client.get(path)["X-Cache"] == "hit"
    edition = decision.editions.get()
    edition.title = "Ауыл мәселесі туралы"
    edition.save_revision().publish()
    fresh = client.get(Decision.objects.get().address_in("kk"), follow=True).content.decode()
    assert "Ауыл мәселесі туралы" in fresh


def test_the_statements_of_both_databases_are_understood() -> None:
    for sql in (
        'INSERT INTO "decisions_decision" ("id") VALUES (1)',
        'INSERT OR IGNORE INTO "decisions_decision" ("id") VALUES (1)',
        'UPDATE "decisions_decision" SET "number" = 1',
        "update decisions_decision set number = 1",
        'DELETE FROM "decisions_decision" WHERE "decisions_decision"."id" IN (1)',
    ):
        found = generation._WRITE.match(sql)
        assert found, sql
        assert re.fullmatch("decisions_decision", found[1])
        assert generation._is_public(found[1], sql)
