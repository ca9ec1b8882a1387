"""Stored queries: evaluated in full, on what the engine finds too."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from monitoring.core import clock
from monitoring.search import indexing, kinds
from monitoring.search.documents import SearchDocument
from monitoring.search.matching import match
from monitoring.search.models import SavedQuery, Synonym
from monitoring.search.query import Query, params_of
from monitoring.search.saved import expected_hits
from monitoring.search.selectors import search
from monitoring.search.services import save_query
from tests.factories.search import Notes, make_note

TEXTS = [
    "мәслихат", "маслихата", "бюджет -мәслихат", '"жергілікті бюджет"', "жергілікті бюджеттің",
    "kind:note", "body:senate", "body:senate бюджет", "lang:ru", "собрание", "жоқ", "kind:decision",
    "собрание депутатов",
]  # fmt: skip


def test_stored_queries_match_exactly_what_the_page_finds(notes: Notes) -> None:
    Synonym.objects.create(
        key="m", terms_kk="мәслихат", terms_ru="маслихат\nсобрание депутатов", terms_en="maslikhat"
    )
    make_note("Мәслихаттың сессиясы", "Жергілікті бюджетті бекітті")
    make_note("Бюджет туралы", "Облыстық бюджет", senate=True)
    make_note(ru="Собрание маслихатов")
    make_note("Әкімнің есебі", ru="Отчёт акима", senate=True)
    indexing.run()
    kind = kinds.get("note")
    assert kind is not None
    documents = kinds.documents(kind)
    queries = {number: Query.parse(text) for number, text in enumerate(TEXTS)}
    matched = match(queries, documents)
    for number, query in queries.items():
        page = {(hit.kind, hit.id) for hit in search(query, "kk", size=100).hits}
        assert set(matched.get(number, [])) == page, TEXTS[number]
    assert len(matched) > 8


def test_many_stored_queries_are_matched_and_silent_ones_left_out(notes: Notes) -> None:
    make_note("Мәслихаттың сессиясы")
    kind = kinds.get("note")
    assert kind is not None
    queries = {number: Query.parse(f"сөз{number} басқа{number}") for number in range(2_000)}
    queries[5_000] = Query.parse("сессияда")
    assert list(match(queries, kinds.documents(kind))) == [5_000]


def test_equal_queries_share_a_row_whatever_their_order(notes: Notes) -> None:
    one = save_query(query=Query.parse("бюджет kind:note body:senate"))
    other = save_query(query=Query.parse("body:senate бюджет kind:note"))
    assert one == other
    assert Query.from_json(SavedQuery.objects.get().query) == Query.parse(
        "бюджет body:senate kind:note"
    )


@pytest.mark.parametrize("text", ["", "   ", '""', "-бюджет", "!!!"])
def test_a_query_that_asks_for_nothing_is_not_stored(notes: Notes, text: str) -> None:
    with pytest.raises(ValidationError):
        save_query(query=Query.parse(text))
    assert not SavedQuery.objects.exists()


NEVER = {
    "бюджет from:2025 to:2024": ("Между этими датами", "Бұл күндердің арасында", "No day lies"),
    "бюджет year:2020 from:2024": ("Между этими датами", "Бұл күндердің арасында", "No day lies"),
    "kind=nothing": ("ничто не называется", "деп аталатын ештеңе жоқ", "Nothing is called"),
    "lang:de": ("ничто не называется", "деп аталатын ештеңе жоқ", "Nothing is called"),
    "бюджет -бюджеті": ("исключает те самые", "алып тастайды", "leaves out the very words"),
    '"ауыл бюджеті" -ауыл': ("исключает те самые", "алып тастайды", "leaves out the very"),
}


@pytest.mark.parametrize("typed", list(NEVER))
def test_a_query_that_contradicts_itself_is_refused_with_the_reason(
    notes: Notes, typed: str
) -> None:
    query = Query.parse(typed)
    if typed.startswith("kind="):  # the address of a page that is no more
        query = Query.from_params(params_of([("kind", "nothing")]))
    for language, said in zip(("ru", "kk", "en"), NEVER[typed], strict=True):
        with override(language), pytest.raises(ValidationError, match=said):
            save_query(query=query)
    assert not SavedQuery.objects.exists()


@pytest.mark.parametrize(
    "typed", ["бюджет from:2024 to:2024", "year:2024 from:2024", "бюджет ауыл -бюджет", "kind:note"]
)
def test_a_query_that_could_match_one_day_is_stored(notes: Notes, typed: str) -> None:
    assert save_query(query=Query.parse(typed)).pk


def test_expected_hits_are_counted_over_twelve_months_by_the_same_query(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = clock.today()
    days = {"ескі": 400, "жаңа": 30, "кеше": 1}
    ages = {make_note(f"Бюджет {name}").pk: days[name] for name in days}
    plain = notes.from_db

    def dated(row: Synonym) -> SearchDocument:
        return replace(plain(row), date=today - dt.timedelta(days=ages[row.pk]))

    monkeypatch.setattr(notes, "from_db", dated)
    kinds.register(notes.kind())
    indexing.run()
    assert expected_hits(Query.parse("бюджеттің")) == pytest.approx(2 / 12)
    assert expected_hits(Query.parse(f"бюджет to:{today - dt.timedelta(days=10)}")) == 1 / 12
    assert expected_hits(Query.parse("бюджет to:2001")) == 0
    assert expected_hits(Query.parse("жоқнәрсе")) == 0


def test_without_an_engine_nothing_is_said_of_how_much_to_expect(notes: Notes) -> None:
    assert expected_hits(Query.parse("бюджет")) is None
