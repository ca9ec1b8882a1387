"""The page of results, over HTTP, in three languages; what people type by mistake is kept."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils.html import escape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from monitoring.core import generation, sections
from monitoring.search import indexing, views
from monitoring.search.models import Build
from monitoring.search.query import Query, params_of
from monitoring.search.selectors import Results, search
from tests.factories.search import Notes, make_note

ADDRESS = {"kk": "/kk/izdeu/", "ru": "/ru/poisk/", "en": "/en/search/"}


def page(client: Client, language: str = "en", **params: str | list[str]) -> str:
    response = client.get(ADDRESS[language], params)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def record(notes: Notes) -> Notes:
    make_note("Мәслихаттың сессиясы", "Аудан бюджеті <b>бекітілді</b>, мәслихат шешім қабылдады")
    make_note("Бюджет туралы", "Облыстық бюджет", senate=True)
    make_note(ru="Отчёт акима о бюджете")
    indexing.run()
    return notes


def test_a_result_shows_title_kind_and_a_marked_excerpt(record: Notes, client: Client) -> None:
    html = page(client, "kk", q="маслихатта")
    assert "<mark>Мәслихаттың</mark> сессиясы" in html
    assert "<mark>мәслихат</mark> шешім" in html
    assert "&lt;b&gt;бекітілді" in html
    assert "Жазба" in html


def test_the_language_in_which_it_was_found_is_said_and_marked(
    record: Notes, client: Client
) -> None:
    html = page(client, "en", q="мәслихат")
    assert "Found in the Kazakh text" in html
    assert re.search(r'<a class="row-title"\s+href="/notes/\d+" lang="kk">', html)
    assert "Found in" not in page(client, "kk", q="мәслихат")


def test_facets_count_without_their_own_filter_and_chips_take_filters_off(
    record: Notes, client: Client
) -> None:
    html = page(client, "en", q="бюджет", body="senate")
    assert "1 result found" in html
    assert "in Kazakh" in html
    assert "in Russian" not in html
    assert "Clear all" in html
    assert re.search(r'value="senate"\s+checked', html)
    assert 'href="/en/search/?q=%D0%B1%D1%8E%D0%B4%D0%B6%D0%B5%D1%82"' in html


@pytest.mark.parametrize("number", ["0", "-1", "2", "999999", "99999999999999999999", "x", "²", ""])
def test_no_number_of_a_page_is_an_error(record: Notes, client: Client, number: str) -> None:
    assert "<mark>" in page(client, "en", q="бюджет", page=number)


def test_pages_follow_one_another_and_hold_every_result(notes: Notes, client: Client) -> None:
    for number in range(45):
        make_note(f"Мәслихат {number} сессиясы")
    indexing.run()
    seen = [
        found
        for number in ("1", "2", "3")
        for found in re.findall(
            r'href="(/notes/\d+)"', page(client, "ru", q="маслихат", page=number)
        )
    ]
    assert len(seen) == len(set(seen)) == 45
    assert 'rel="next"' not in page(client, "ru", q="маслихат", page="9")


SAID = {
    "too_long": {
        "kk": "Сұрау тым ұзын", "ru": "Запрос очень длинный", "en": "The query is very long",
    },
    "no_words": {
        "kk": "іздейтін сөз жоқ", "ru": "нет слова для поиска",
        "en": "There is no word to look for",
    },
    "open_quote": {
        "kk": "Тырнақша жабылмаған", "ru": "Кавычка не закрыта",
        "en": "A quotation mark is not closed",
    },
    "unknown_filter": {
        "kk": "деген сүзгі жоқ", "ru": "Он прочитан как слова", "en": "There is no filter",
    },
    "bad_date": {"kk": "күн емес", "ru": "не дата", "en": "is not a date"},
    "only_without": {
        "kk": "нені алып тастау", "ru": "только, что исключить",
        "en": "only says what to leave out",
    },
}  # fmt: skip
TYPED = [
    ("too_long", "бюджет " * 1_430),
    ("too_long", "ж" * 10_000),
    ("no_words", '"""""'),
    ("no_words", "🙂🙃 👍"),
    ("no_words", "\x00\x01\x1f"),
    ("no_words", "!!! ??? ..."),
    ("open_quote", '"бюджет туралы'),
    ("unknown_filter", "әртүрлі:нәрсе бюджет"),
    ("bad_date", "бюджет from:ертең"),
    ("bad_date", "бюджет to:2024-13-45"),
    ("only_without", "-бюджет"),
]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize(("code", "typed"), TYPED)
def test_what_cannot_be_followed_is_said_and_kept_in_the_box(
    record: Notes, client: Client, language: str, code: str, typed: str
) -> None:
    html = page(client, language, q=typed)
    assert SAID[code][language] in html
    assert f'value="{escape(typed.replace(chr(0), ""))}"' in html
    if "бюджет" in typed and code not in {"only_without"}:
        assert "<mark>" in html  # the rest was answered


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=80))
def test_any_text_is_answered_with_a_page(record: Notes, client: Client, typed: str) -> None:
    page(client, "ru", q=typed, kind=typed[:10], sort=typed[:3], page=typed[:4])


@given(st.text(max_size=120))
def test_a_query_survives_the_address_and_the_store(typed: str) -> None:
    query = Query.parse(typed)
    assert Query.from_json(query.to_json()) == query
    again = Query.from_params(params_of(query.to_params()))
    assert again.filters == query.filters or ":" in query.text
    assert again.digest == query.digest or ":" in query.text


def test_nothing_found_leads_on(record: Notes, client: Client) -> None:
    html = page(client, "en", q="жоқнәрсе", body="senate")
    assert "Nothing found for “жоқнәрсе”" in html
    assert "Search without the filters" in html


def test_without_an_index_nothing_is_promised_that_titles_alone_cannot_keep(
    record: Notes, client: Client
) -> None:
    promise = "understood in any form"
    assert promise in page(client, q="quokka")
    Build.objects.all().delete()
    cache.clear()
    assert promise not in page(client, q="quokka")


def test_an_empty_search_shows_the_box_alone(record: Notes, client: Client) -> None:
    html = page(client, "en")
    assert "results found" not in html
    assert 'name="q"' in html


def test_a_page_of_results_takes_few_queries(
    record: Notes, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    page(client, "en", q="бюджет")
    with django_assert_max_num_queries(15):
        page(client, "en", q="бюджет")


def test_upper_rooms_can_offer_something_for_the_search(
    record: Notes, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sections, "_providers", defaultdict(list))
    way_back = {0: sections.Section("components/back.html")}
    sections.register("search.after", 1, lambda *_: way_back)
    assert page(client, "en", q="бюджет").count('class="back"') == 1


def test_describing_a_query_names_its_filters(notes: Notes) -> None:
    query = Query.parse("бюджет body:senate from:2024 lang:ru")
    assert query.describe("en") == (
        "“бюджет” · Body: body senate · From: 2024-01-01 · Language of the text: in Russian"
    )
    assert query.describe("ru") != query.describe("en")


def test_a_repeated_query_is_answered_from_the_cache_until_record_or_index_change(
    record: Notes, client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PAGE_CACHE_SECONDS = 60
    monkeypatch.setattr(generation, "READ_EVERY", 0.0)
    cache.clear()
    searched: list[str] = []

    def counted(query: Query, *args: Any, **options: Any) -> Results:
        searched.append(query.text)
        return search(query, *args, **options)

    monkeypatch.setattr(views, "search", counted)
    for _ in range(3):
        assert "2 results" in page(client, "en", q="бюджет", kind="note", lang="kk")
    assert len(searched) == 1
    page(client, "kk", q="бюджет")
    page(client, "kk", q="бюджет", page="2")
    assert len(searched) == 3
    make_note("Жаңа бюджет")
    assert "2 results" in page(client, "en", q="бюджет", kind="note", lang="kk")
    indexing.run()
    assert "3 results" in page(client, "en", q="бюджет", kind="note", lang="kk")
    build = Build.objects.get(state=Build.State.CURRENT)
    page(client, "en", q="бюджет")
    assert len(searched) == 6
    Build.objects.filter(pk=build.pk).update(name="gone")
    for _ in range(2):  # titles answer while there is no index; that is not kept
        assert "Full search is not available" in page(client, "en", q="бюджет")
    assert len(searched) == 8
