"""What editors see of search: queries without people, why a record matches, a synonym's effect."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from monitoring.core import clock
from monitoring.search import asked, indexing
from monitoring.search.analysis import Concept
from monitoring.search.models import AskedQuery, Synonym
from monitoring.search.preview import effects
from monitoring.search.query import Query
from monitoring.search.selectors import search
from monitoring.search.why import explain
from tests.factories.search import Notes, make_note

WHY = "/admin/search-queries/why/"


@pytest.fixture(autouse=True)
def nothing_waits() -> Iterator[None]:
    asked._waiting.clear()
    cache.clear()
    yield
    asked._waiting.clear()


@pytest.fixture
def record(notes: Notes) -> Notes:
    make_note("Мәслихаттың сессиясы", "Аудан бюджетін бекітті")
    make_note(ru="Совет ветеранов")
    make_note("Бюджет туралы", senate=True)
    indexing.run()
    return notes


def ask(text: str, networks: int, language: str = "ru") -> None:
    word = {"kk": "izdeu", "ru": "poisk"}[language]
    for number in range(networks):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        assert client.get(f"/{language}/{word}/", {"q": text}).status_code == 200


def test_a_query_counts_from_the_third_network_and_by_its_skeleton(record: Notes) -> None:
    ask("Мәслихат", 2)
    ask("маслихат", 2, "kk")
    assert asked.flush() == 0
    ask("МАСЛИХАТ ", 5)
    ask("жоқнәрсе", 3)
    assert asked.flush() == 2
    assert not asked._waiting
    (most, none) = asked.popular()
    assert (most.text, most.asked, most.found_none) == ("маслихат", 3, 0)
    assert (none.text, none.asked, none.found_none) == ("жоқнәрсе", 1, 1)
    assert [one.text for one in asked.popular(failed=True)] == ["жоқнәрсе"]


def test_one_network_alone_is_never_counted(record: Notes) -> None:
    for _ in range(10):
        ask("құпия сұрау", 1)
    assert asked.flush() == 0


@pytest.mark.parametrize(
    "typed",
    [
        "870112345678", "жсн 870112 345 678", "+7 (701) 123-45-67", "8 701 1234567", "a@b.kz",
        "https://example.kz/x", "KZ86125KZT5004100100", "ж" * 81, "ж", "",
    ],
)  # fmt: skip
def test_what_looks_like_a_person_is_never_counted(record: Notes, typed: str) -> None:
    assert asked.normalised(typed) == ""
    ask(typed, 4)
    assert asked.flush() == 0
    assert not AskedQuery.objects.exists()


@pytest.mark.parametrize("typed", ["148-II", "Z010000148_", "закон 60-VII 2021", "15630"])
def test_numbers_of_acts_are_counted(typed: str) -> None:
    assert asked.normalised(typed)


def test_a_search_writes_nothing_itself_and_old_counts_go(
    record: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("мәслихат", 4)
    assert not AskedQuery.objects.exists()
    asked.flush()
    monkeypatch.setattr(asked, "_flushed", asked._flushed - 100)
    ask("мәслихат", 4)  # a minute later the next search writes what waited
    assert AskedQuery.objects.get().asked == 2 + 1
    later = clock.today() + dt.timedelta(days=asked.KEPT_DAYS + 1)
    monkeypatch.setattr(clock, "today", lambda: later)
    assert asked.forget_old() == 1


def test_why_says_what_decides_the_place(record: Notes) -> None:
    Synonym.objects.create(key="m", terms_kk="мәслихат", terms_ru="маслихат")
    indexing.request_build()
    indexing.run()
    query = Query.parse("маслихата бюджет -ветеран body:senate")
    first = search(Query.parse("мәслихат бюджет"), "kk").hits[0]
    why = explain(query, "note", first.id, "kk")
    assert why is not None
    assert why.title == "Мәслихаттың сессиясы"
    assert why.filtered == ("body",)
    assert not why.found
    assert why.place == 0
    required = {part.terms: part for part in why.parts if part.role == "optional"}
    assert required["m",].in_title
    assert required[()].times == 1
    assert not required[()].in_title
    assert [part.role for part in why.parts][-1] == "excluded"
    there = explain(Query.parse("маслихата бюджет"), "note", first.id, "kk")
    assert there is not None
    assert (there.found, there.place) == (True, 1)
    assert there.score > there.grams > 0
    assert explain(query, "note", 10**9, "kk") is None


def test_a_record_is_named_by_the_words_of_its_title(record: Notes, admin_client: Client) -> None:
    """Whoever asks why something is not found knows its title, not its number."""
    page = admin_client.get(WHY, {"q": "бюджет", "record": "ветеранов"}).content.decode()
    [address] = re.findall(r'href="(\?q=[^"]+)">Совет ветеранов', page)
    told = admin_client.get(WHY + address.replace("&amp;", "&")).content.decode()
    assert "<h2>Совет ветеранов</h2>" in told
    nothing = admin_client.get(WHY, {"q": "бюджет", "record": "жоқнәрсе"})
    assert nothing.status_code == 200
    assert nothing.context["notice"]


def test_a_preview_says_what_comes_in_and_goes_and_saves_nothing(record: Notes) -> None:
    old = Synonym.objects.create(key="m", terms_kk="мәслихат", terms_ru="бюджет")
    indexing.request_build()
    indexing.run()
    concept = Concept("m", {"kk": ("мәслихат",), "ru": ("совет",)})
    found = {one.query: one for one in effects(concept, active=True, language="kk")}
    assert found["мәслихат"].gained == ("Совет ветеранов",)
    assert found["мәслихат"].lost == ("Бюджет туралы",)
    assert found["совет"].gained == ("Мәслихаттың сессиясы",)
    off = {one.query: one for one in effects(concept, active=False, language="kk")}
    assert off["мәслихат"].lost == ("Бюджет туралы",)
    assert "совет" not in off
    # The index made with it says the same.
    old.terms_ru = "совет"
    old.save()
    indexing.request_build()
    indexing.run()
    hits = {hit.title for hit in search(Query.parse("мәслихат"), "kk").hits}
    assert hits == {"Мәслихаттың сессиясы", "Совет ветеранов"}
    assert effects(concept, active=True, language="kk") == []


def test_editors_go_from_a_failed_query_to_its_reasons_and_a_synonym(
    record: Notes, admin_client: Client
) -> None:
    ask("кеңесшілер", 4)
    asked.flush()
    page = admin_client.get("/admin/search-queries/").content.decode()
    assert "кеңесшілер" in page
    add = "/admin/snippets/search/synonym/add/?terms_kk="
    assert add in page
    form = admin_client.get(f"{add}кеңесшілер").content.decode()
    assert "кеңесшілер</textarea>" in form
    assert 'formaction="/admin/search-queries/preview/"' in form
    note = search(Query.parse("мәслихат"), "ru").hits[0]
    html = admin_client.get(WHY, {"q": "мәслихат", "record": f"note:{note.id}"}).content.decode()
    assert "Мәслихаттың сессиясы" in html
    for record_typed in ("", "note:", "note:x", "nothing:1", f"note:{'9' * 30}", "note:²", "\x00"):
        answer = admin_client.get(WHY, {"q": "мәслихат", "record": record_typed})
        assert answer.status_code == 200
    before = Synonym.objects.count()
    posted = {"terms_kk": "мәслихат\r\n\r\n", "terms_ru": "совет", "active": "on", "synonym": ""}
    answer = admin_client.post("/admin/search-queries/preview/", posted)
    assert "Совет ветеранов" in answer.content.decode()
    assert Synonym.objects.count() == before


def test_strangers_see_none_of_it(client: Client, db: None) -> None:
    for path in ("", "why/"):
        assert client.get(f"/admin/search-queries/{path}").status_code == 302
    assert client.post("/admin/search-queries/preview/").status_code == 302
