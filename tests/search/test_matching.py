"""Stored queries: evaluated in full, on what the engine finds too."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from monitoring.search import indexing, kinds
from monitoring.search.matching import match
from monitoring.search.models import SavedQuery, Synonym
from monitoring.search.query import Query
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
    one = save_query(query=Query.parse("бюджет kind:law body:senate"))
    other = save_query(query=Query.parse("body:senate бюджет kind:law"))
    assert one == other
    assert Query.from_json(SavedQuery.objects.get().query) == Query.parse(
        "бюджет body:senate kind:law"
    )


@pytest.mark.parametrize("text", ["", "   ", '""', "-бюджет", "!!!"])
def test_a_query_that_can_never_match_is_not_stored(notes: Notes, text: str) -> None:
    with pytest.raises(ValidationError):
        save_query(query=Query.parse(text))
    assert not SavedQuery.objects.exists()
