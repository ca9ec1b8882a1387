"""What no reader should meet: bad input through whole pages, an index that lies, an engine that is
slow or away. On both engines where a server is there.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from monitoring.search import indexing, saved, vocabularies
from monitoring.search.analysis import NO_CONCEPTS, Concept
from monitoring.search.backends import get_backend
from monitoring.search.backends.base import (
    Answer,
    EngineAwayError,
    Entry,
    record_in,
    time_left,
    within,
)
from monitoring.search.backends.elasticsearch import ElasticsearchBackend
from monitoring.search.backends.embedded import EmbeddedBackend
from monitoring.search.documents import SearchDocument, Text
from monitoring.search.models import Build, Synonym
from monitoring.search.preview import effects
from monitoring.search.query import Query
from monitoring.search.selectors import list_found, nearest, search
from monitoring.search.streams import streams_of
from tests.factories.engines import ENGINES, remove_indexes, server_settings
from tests.factories.search import Notes, make_note

PAGES = {"kk": "/kk/izdeu/", "ru": "/ru/poisk/", "en": "/en/search/"}
VIEWS = ("", "suggest/", "results.csv", "results.json", "results.xml", "advanced/")
SECONDS = 5
"""Of processor time for one page; 30 to 300 ms on a quiet machine."""


@pytest.fixture
def engine(request: pytest.FixtureRequest, settings: Settings, notes: Notes) -> Iterator[str]:
    """An engine with three records."""
    name = str(getattr(request, "param", "embedded"))
    if name == "elasticsearch":
        settings.SEARCH = server_settings()
    make_note("Мәслихаттың сессиясы", "Аудан бюджеті бекітілді, мәслихат шешім қабылдады")
    make_note("Бюджет туралы", "Облыстық бюджет", senate=True)
    make_note(ru="Отчёт акима о бюджете")
    indexing.run()
    yield name
    backend = get_backend()
    if name == "elasticsearch" and isinstance(backend, ElasticsearchBackend):
        remove_indexes(backend)


EVERY_BLOCK = "".join(map(chr, [*range(0x20, 0xD800, 0x80), *range(0xE000, 0x110000, 0x1000)]))
HOSTILE: list[dict[str, str | list[str]]] = [
    {"q": "ж" * 10_000},
    {"q": "бюджет " * 1_430},
    {"q": '"' * 9_999},
    {"q": '"бюджет -"ауыл «сессия'},
    {"q": "-а " * 3_000},
    {"q": "".join(map(chr, range(32))) + "бюджет\x7f\x00"},
    {"q": EVERY_BLOCK},
    {"q": "ﷺ" * 3_000 + "\u202e\u200d\ufeff" * 99},
    {"q": "а\u0301" * 5_000},
    {"q": "'; DROP TABLE search_build; --"},
    {"q": "1 OR 1=1 UNION SELECT * FROM accounts_user"},
    {"q": "title:(+бюджет -\"x\"~3) AND [a TO z]^9 /re.*/ {!q} \\ && || ! ( ) * ? :"},
    {"q": "kind:" * 2_000},
    {"q": "body:" + "я" * 9_000},
    {"q": "бюджет", "page": "1000000000"},
    {"q": "бюджет", "page": "-1"},
    {"q": "бюджет", "page": "abc"},
    {"q": "бюджет", "page": ["2", "1", "\x00"]},
    {"q": "бюджет", "nofield": "x", "q[]": "y", "": "z", "\x00": "\x00"},
    {"q": "бюджет", "body": [f"b{number}" for number in range(990)]},
    {"q": "бюджет", "kind": ["note"] * 500, "year": ["2024", "x", "²", "-1"], "lang": "xx\x00"},
    {"q": "бюджет", "from": "9999-99-99", "to": "0000-00-00", "number": "\x00\ud7ff" * 99},
    {"q": "бюджет", "from": ["2024", "10000"], "to": "01.01.0001", "sort": "x'--"},
    {"q": ["бюджет", "ауыл", ""], "typed": "2", "year": "1" * 5_000},
]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES, indirect=True)
def test_every_page_of_search_answers_whatever_is_asked(engine: str, client: Client) -> None:
    slowest = 0.0
    for number, asked in enumerate(HOSTILE):
        pages = VIEWS if engine == "embedded" else ("", "results.json")
        for view in pages:
            path = PAGES[("kk", "ru", "en")[number % 3]] + view
            began = time.process_time()
            answer = client.get(f"{path}?{urlencode(asked, doseq=True)}", follow=True)
            slowest = max(slowest, time.process_time() - began)
            assert answer.status_code == 200, (view, str(asked)[:80])
            assert slowest < SECONDS, (view, str(asked)[:80])
    print(f"{engine}: slowest {slowest:.2f} s of processor time")


@pytest.mark.parametrize(
    "raw",
    [
        "q=%ED%A0%80%ED%BF%BF",  # lone surrogates
        "q=%ff%fe%c0%80",
        "q=%",
        "q=%zz&&&=&=x&q",
        "q=\xd0\xb1\xff",  # bytes that no browser escaped
        "q=" + "%00" * 3_000,
        "&" * 900,
        ";".join(["q=x"] * 900),
    ],
)
@pytest.mark.parametrize("view", VIEWS)
def test_broken_escapes_are_answered(engine: str, client: Client, raw: str, view: str) -> None:
    answer = client.get(PAGES["ru"] + view, QUERY_STRING=raw, follow=True)
    assert answer.status_code == 200


def test_more_parameters_than_anybody_sends_are_refused_with_a_page(
    engine: str, client: Client
) -> None:
    answer = client.get(PAGES["kk"] + "?" + "&".join(f"f{n}=x" for n in range(5_000)))
    assert answer.status_code == 400
    assert b"<html" in answer.content


names = st.sampled_from(
    ["q", "page", "kind", "body", "year", "from", "to", "number", "lang", "sort", "typed", "find"]
)  # fmt: skip
pieces = st.sampled_from(
    ["бюджет", '"', "-", "мәслихат", "body:", "from:2024", "148-II", "\x00", "«", "AND", "'", "("]
)  # fmt: skip
texts = st.one_of(
    st.text(st.characters(blacklist_categories=()), max_size=30),
    st.lists(pieces, max_size=8).map(" ".join),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    asked=st.lists(st.tuples(names, texts), max_size=6),
    view=st.sampled_from(VIEWS),
    language=st.sampled_from(["kk", "ru", "en"]),
)
def test_any_parameters_are_answered(
    engine: str, client: Client, asked: list[tuple[str, str]], view: str, language: str
) -> None:
    raw = "&".join(
        f"{name}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in asked
    )
    began = time.process_time()
    answer = client.get(PAGES[language] + view, QUERY_STRING=raw, follow=True)
    assert answer.status_code == 200
    assert time.process_time() - began < SECONDS


SECRET = "Жасырын"
"""Stands in no record that anybody may see."""


def current() -> str:
    return Build.objects.get(state=Build.State.CURRENT).name


def notes_of() -> list[int]:
    return list(Synonym.objects.filter(active=False, reviewed=True).values_list("pk", flat=True))


def lie(notes: Notes) -> None:
    """Put into the index what the database does not hold, or hides."""
    hidden = make_note(f"{SECRET} бюджет")
    notes.hidden.add(hidden.pk)
    build = Build.objects.get(name=current())
    keys = [("note", hidden.pk), ("note", 999_999), ("ghost", 5), ("note", 10**30)]
    entries = []
    for kind, one in keys:
        document = SearchDocument(
            kind,
            one,
            1,
            {"kk": Text(f"{SECRET} бюджет", f"бюджет {SECRET}")},
            {"body": ("senate",)},
        )
        entries.append(Entry(document, streams_of(document, NO_CONCEPTS)))
    strange = SearchDocument("note:x", 1, 1, {"kk": Text(f"{SECRET} бюджет")})
    object.__setattr__(strange, "kind", "note:1x")  # a key whose last part is one of ours is enough
    entries.append(Entry(strange, streams_of(strange, NO_CONCEPTS)))
    get_backend().write(build.name, entries, [])
    vocabularies.count_into(build, [entry.streams for entry in entries])
    vocabularies._read.clear()


@pytest.mark.parametrize("engine", ENGINES, indirect=True)
def test_what_must_not_be_seen_appears_nowhere_whatever_the_index_says(
    engine: str, notes: Notes, client: Client
) -> None:
    lie(notes)
    for view in VIEWS:
        for typed in ("бюджет", SECRET.lower(), SECRET[:5].lower()):
            answer = client.get(PAGES["kk"] + view, {"q": typed})
            assert answer.status_code == 200
            assert f"{SECRET} бюджет" not in answer.content.decode(), (view, typed)
    offered = client.get(PAGES["kk"] + "suggest/", {"q": SECRET[:5].lower()}).json()
    assert offered["suggestions"] == []
    assert nearest("note", SECRET, "kk", 9)[0] != []  # a list filters itself, and does not break
    assert saved.expected_hits(Query.parse(SECRET)) == 0
    concept = Concept("new", {"kk": (SECRET,), "ru": ("бюджет",)})
    for one in effects(concept, active=True, language="kk"):
        assert SECRET not in "".join((*one.gained, *one.lost))
    assert indexing.reconcile() >= 3
    indexing.run()
    assert not search(Query.parse(SECRET), "kk").hits
    assert set(get_backend().versions(current())) == {f"note:{pk}" for pk in notes_of()}


@pytest.mark.parametrize(
    "key", ["note:", "note:x", "note:²", "note:-1", "note:" + "9" * 30, "", ":"]
)
def test_a_key_that_is_no_records_is_known_by_its_form(key: str) -> None:
    assert record_in(key) is None
    assert record_in("note:12") == ("note", 12)


def test_searches_of_one_page_share_their_time_and_a_short_rest_makes_nobody_wait() -> None:
    backend = ElasticsearchBackend(["http://127.0.0.1:1"], "x")
    began = time.monotonic()
    with within(0.3):
        backend._in_time(lambda: time.sleep(0.1))
        with pytest.raises(EngineAwayError):
            backend._in_time(lambda: time.sleep(5))
        with pytest.raises(EngineAwayError), within(60):
            backend._in_time(lambda: None)
    assert time.monotonic() - began < 1
    assert backend._quiet_until == 0
    backend._in_time(lambda: None)


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_of_several_searches_is_in_time_when_each_answers_slowly(
    engine: str, client: Client, monkeypatch: pytest.MonkeyPatch, view: str
) -> None:
    real, slept = EmbeddedBackend.search, 0.0

    def slow(self: EmbeddedBackend, *args: Any, **options: Any) -> Answer:
        nonlocal slept
        waits = max(0.0, min(0.5, time_left(1.2)))
        time.sleep(waits)
        slept += waits
        if waits < 0.5:
            raise EngineAwayError("slow")
        return real(self, *args, **options)

    monkeypatch.setattr(EmbeddedBackend, "search", slow)
    asked = {"q": "мәслихвт сессиялр бюджит", "page": "9"}
    answer = client.get(PAGES["kk"] + view, asked)
    assert answer.status_code == 200
    assert slept <= 1.3  # and 0.3 s are left for all else


AWAY = {
    "kk": "Толық іздеу қазір істемей тұр",
    "ru": "Полный поиск сейчас недоступен",
    "en": "Full search is not available at the moment",
}


@pytest.mark.parametrize("language", list(PAGES))
def test_without_its_engine_every_page_says_so_or_does_without(
    engine: str, client: Client, folder: Path, settings: Settings, language: str
) -> None:
    settings.SEARCH = {
        "engine": "elasticsearch", "hosts": ["http://127.0.0.1:1"], "index": "gone", "shards": 1,
    }  # fmt: skip
    said = client.get(PAGES[language], {"q": "бюджет"}).content.decode()
    assert AWAY[language] in said
    assert "/notes/" in said
    listed = json.loads(client.get(PAGES[language] + "results.json", {"q": "бюджет"}).content)
    assert AWAY[language] in listed["said"][0]
    assert listed["total"]
    assert b"/notes/" in client.get(PAGES[language] + "results.xml", {"q": "бюджет"}).content
    assert (
        "/notes/" in client.get(PAGES[language] + "results.csv", {"q": "бюджет"}).content.decode()
    )
    offered = client.get(PAGES[language] + "suggest/", {"q": "отчёт а"}).json()["suggestions"]
    assert bool(offered) == (language == "ru")  # titles need no engine, in their own language
    assert list_found(Query.parse("бюджет"), language, 5).notices
    assert saved.expected_hits(Query.parse("бюджет")) is None
