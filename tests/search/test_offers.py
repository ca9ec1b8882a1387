"""What is offered beside results: other spellings, suggestions while typing, files of the list."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from monitoring.search import indexing, kinds
from monitoring.search.matching import match
from monitoring.search.models import Suggestion
from monitoring.search.query import Query
from monitoring.search.suggestions import LETTERS, folded, key_of
from tests.factories.search import Notes, make_note

PAGES = {"kk": "/kk/izdeu/", "ru": "/ru/poisk/", "en": "/en/search/"}
ASKS = {
    "kk": "Мүмкін, былай жазу керек шығар",
    "ru": "Возможно, вы имели в виду",
    "en": "Did you mean",
}


@pytest.fixture
def record(notes: Notes) -> Notes:
    make_note("Мәслихаттың сессиясы", "Аудан бюджетін бекітті")
    make_note("Бюджет туралы", "Облыстық бюджет", senate=True)
    make_note("Заң «Қоғамдық кеңестер туралы»", ru="Закон «Об общественных советах» <b>")
    indexing.run()
    return notes


def found(client: Client, language: str, **asked: str) -> str:
    answer = client.get(PAGES[language], asked)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_an_unknown_word_is_answered_with_the_nearest_that_find_something(
    record: Notes, client: Client, language: str
) -> None:
    html = found(client, language, q="мәслихвт")
    assert ASKS[language] in html
    offered = re.findall(rf'<a href="({PAGES[language]}\?q=[^"]+)" rel="nofollow">(.+?)</a>', html)
    assert [text for _, text in offered][:1] == ["мәслихаттың"]
    assert "<mark>Мәслихаттың</mark>" in client.get(offered[0][0]).content.decode()


def test_two_misspelled_words_are_mended_together_first(record: Notes, client: Client) -> None:
    html = found(client, "ru", q="общественых советвх")
    offered = re.findall(r'rel="nofollow">(.+?)</a>', html)
    assert offered[0] == "общественных советах"


def test_an_unfinished_word_is_completed_without_any_script(record: Notes, client: Client) -> None:
    assert ">бюджетін</a>" in found(client, "kk", q="бюдж") or ">бюджет</a>" in found(
        client, "kk", q="бюдж"
    )


def test_known_words_ask_nothing_and_what_finds_nothing_is_not_offered(
    record: Notes, client: Client
) -> None:
    assert ASKS["kk"] not in found(client, "kk", q="бюджет")
    assert ASKS["kk"] not in found(client, "kk", q="абырвалгғғ")


def test_filters_and_quotes_that_leave_nothing_are_taken_off_with_a_count(
    record: Notes, client: Client
) -> None:
    html = found(client, "en", q='"бюджет сессиясы"')
    assert '<a href="/en/search/?q=%D0%B1%D1%8E%D0%B4%D0%B6%D0%B5%D1%82+' in html
    assert "2 results" in html


def test_offers_that_differ_by_a_filter_do_not_read_alike(record: Notes, client: Client) -> None:
    html = found(client, "en", q="бюджет body:senate lang:en")
    offered = re.findall(r'rel="nofollow">([^<]+)</a>', html)
    assert "“бюджет” · Body: body senate" in offered


def suggested(client: Client, typed: str, language: str = "kk") -> list[dict[str, Any]]:
    answer = client.get(f"{PAGES[language]}suggest/", {"q": typed})
    assert answer.status_code == 200
    assert "private" in answer["Cache-Control"]
    rows: list[dict[str, Any]] = answer.json()["suggestions"]
    return rows


def test_titles_numbers_and_words_are_suggested_in_any_letters(
    record: Notes, client: Client
) -> None:
    for typed in ("Мәслих", "маслих", "МАСЛИХ", "maslih", "мәслихаттың сес"):
        assert suggested(client, typed)[0]["text"] == "Мәслихаттың сессиясы", typed
    assert suggested(client, "Қоғамдық ке")[0]["text"] == "Заң «Қоғамдық кеңестер туралы»"
    assert suggested(client, "об общ", "ru")[0] == {
        "text": "Закон «Об общественных советах» <b>", "about": "Заметка",
        "address": f"/notes/{Suggestion.objects.filter(language='ru')[0].record_id}",
    }  # fmt: skip
    assert suggested(client, "м") == []


def test_a_title_is_suggested_by_any_word_inside_it(record: Notes, client: Client) -> None:
    for typed in ("сессиясы", "сесс", "СЕССИЯ", "sessi", "ctccb"):
        assert suggested(client, typed)[0]["text"] == "Мәслихаттың сессиясы", typed
    make_note("Сессия туралы")
    make_note(ru="Отчёт о народных слушаниях")
    indexing.run()
    for typed in ("народн", "народных слу", "слушаниях", "yfhjl", "НАРОД"):
        assert suggested(client, typed, "ru")[0]["text"] == "Отчёт о народных слушаниях", typed
    said = [one["text"] for one in suggested(client, "сесси") if one["address"]]
    assert said == ["Сессия туралы", "Мәслихаттың сессиясы"]  # first what begins so
    row = Suggestion.objects.get(language="kk", key=key_of("сессииасы", inside=True))
    record.hidden.add(row.record_id)
    assert not [one for one in suggested(client, "сессияс") if one["address"]]


@given(st.text(max_size=30), st.text(max_size=30))
def test_keys_begin_alike_where_letters_do(one: str, other: str) -> None:
    first, second = key_of(folded(one)), key_of(folded(one + other))
    if folded(one + other).startswith(folded(one)):
        assert second.startswith(first[:LETTERS]) or len(folded(one)) > LETTERS
    assert re.fullmatch("[0-9a-z]{1,120}", second)


def test_what_is_withdrawn_is_suggested_no_more_whatever_the_rows_say(
    record: Notes, client: Client
) -> None:
    row = Suggestion.objects.filter(text="Мәслихаттың сессиясы").get()
    assert suggested(client, "мәслихаттың")
    record.hidden.add(row.record_id)
    assert "Мәслихаттың сессиясы" not in [one["text"] for one in suggested(client, "мәслихатты")]


def test_what_people_asked_is_never_suggested(record: Notes, client: Client) -> None:
    for _ in range(5):
        found(client, "kk", q="Қайрат Нұртас 870112345678")
    assert suggested(client, "қайрат") == suggested(client, "8701") == []


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=60))
def test_any_beginning_is_answered(record: Notes, client: Client, typed: str) -> None:
    assert len(suggested(client, typed)) <= 8


def test_suggestions_cost_few_queries_and_repeats_none(
    record: Notes, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(10):
        suggested(client, "мәслихаттың с")
    with django_assert_max_num_queries(1):  # the generation
        suggested(client, "мәслихаттың с")


def test_page_feed_files_and_matcher_hold_the_same_records(notes: Notes, client: Client) -> None:
    for number in range(45):
        make_note(f"Мәслихат {number} сессиясы", senate=number % 2 == 0)
    make_note("Бюджет туралы")
    indexing.run()
    asked = {"q": "маслихаты", "body": "senate"}
    pages = [found(client, "ru", **asked, page=str(number)) for number in (1, 2)]
    shown = [
        int(one) for page in pages for one in re.findall(r'row-title"\s+href="/notes/(\d+)"', page)
    ]
    assert len(shown) == 23
    text = client.get("/ru/poisk/results.csv", asked).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [int(row["id"]) for row in rows] == shown
    data = json.loads(client.get("/ru/poisk/results.json", asked).content)
    assert [row["id"] for row in data["results"]] == shown
    assert (data["total"], data["query"]["filters"]) == (23, {"body": ["senate"]})
    feed = client.get("/ru/poisk/results.xml", asked).content.decode()
    assert {int(one) for one in re.findall(r":note/(\d+)/ru<", feed)} == set(shown)
    kind = kinds.get("note")
    assert kind is not None
    query = Query(text="маслихаты", filters=(("body", ("senate",)),))
    matched = match({1: query}, kinds.documents(kind))
    assert {pk for _, pk in matched[1]} == set(shown)
    page = pages[0].replace("&amp;", "&")
    for ending in ("csv", "json", "xml"):
        assert f"/ru/poisk/results.{ending}?q=%D0%BC" in page


@pytest.mark.parametrize("ending", ["csv", "json", "xml"])
@pytest.mark.parametrize("typed", ["", "-бюджет", "\x00", "ж" * 10_000, "from:2025 to:2024"])
def test_files_answer_whatever_is_asked(
    record: Notes, client: Client, ending: str, typed: str
) -> None:
    assert client.get(f"/kk/izdeu/results.{ending}", {"q": typed}).status_code == 200


def test_a_cell_of_a_file_is_never_a_formula(notes: Notes, client: Client) -> None:
    make_note("=1+1 бюджет")
    indexing.run()
    text = client.get("/kk/izdeu/results.csv", {"q": "бюджет"}).content.decode()
    assert "'=1+1 бюджет" in text


@pytest.mark.parametrize(
    ("language", "said"),
    [("kk", "бірде-бір күн жоқ"), ("ru", "нет ни одного дня"), ("en", "No day lies within")],
)
def test_a_search_that_contradicts_itself_says_so_and_offers_no_mail(
    record: Notes, client: Client, language: str, said: str
) -> None:
    html = found(client, language, q="бюджет from:2025 to:2024")
    assert html.count(said) == 1
    assert 'value="бюджет from:2025 to:2024"' in html
    assert 'class="mail-me"' not in html
    assert 'class="mail-me"' in found(client, language, q="жоқнәрсе")


def test_a_misspelling_under_a_filter_that_has_none_is_offered_without_it(
    record: Notes, client: Client
) -> None:
    html = found(client, "kk", q="мәслихвт", body="senate")
    assert ">мәслихаттың</a>" in html


BLOCKS = "".join(chr(first) for first in range(0x21, 0x30000, 0x80) if not 0xD800 <= first < 0xE000)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_block_of_unicode_control_letters_and_deep_pages_are_answered(
    record: Notes, client: Client, language: str
) -> None:
    for start in range(0, len(BLOCKS), 300):
        found(client, language, q=f"бюджет {BLOCKS[start : start + 300]}")
    controls = "".join(map(chr, [*range(32), *range(127, 160)]))
    assert "<mark>" in found(client, language, q=f"бюджет{controls}", page="99999")
    for typed in ("' OR 1=1 --", '"); DROP TABLE x', "title:(a AND b~2)^3 [a TO z] *:*", "{{7*7}}"):
        found(client, language, q=typed)
    answer = client.get(PAGES[language], {"q": "бюджет", "nofield": "x", "sort": "?", "year": "²"})
    assert answer.status_code == 200
