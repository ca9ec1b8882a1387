"""Stored queries: evaluated in full, on what the engine finds too."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.core import clock
from monitoring.search import indexing, kinds
from monitoring.search.analysis import (
    NO_CONCEPTS,
    NO_VOCABULARY,
    Concept,
    Concepts,
    Tally,
    Vocabulary,
    pack,
)
from monitoring.search.documents import SearchDocument, Text
from monitoring.search.matching import Matcher, match, match_saved
from monitoring.search.models import SavedQuery, Synonym
from monitoring.search.plans import Leaf, leaf_stands, matches, plan_of
from monitoring.search.query import Query, params_of
from monitoring.search.saved import expected_hits
from monitoring.search.selectors import search
from monitoring.search.services import save_query
from monitoring.search.streams import Streams, streams_of
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


def test_stored_queries_are_kept_ready_and_follow_what_is_stored(notes: Notes) -> None:
    make_note("Мәслихаттың сессиясы", "Жергілікті бюджетті бекітті")
    indexing.run()
    kind = kinds.get("note")
    assert kind is not None
    documents = kinds.documents(kind)
    row = save_query(query=Query.parse("мәслихат"))
    other = save_query(query=Query.parse("қала"))
    assert set(match_saved(documents)) == {row.pk}
    same = save_query(query=Query.parse("мәслихатта"))  # asks for the same, is another row
    assert set(match_saved(documents)) == {row.pk, same.pk}
    # One that was committed after a later id was read, one that went, one of a restored backup.
    SavedQuery.objects.filter(pk__in=[same.pk, other.pk]).delete()
    late = Query.parse("бюджет")
    SavedQuery.objects.create(
        pk=other.pk, query=late.to_json(), digest=late.digest, created_at=clock.now()
    )
    assert set(match_saved(documents)) == {row.pk, other.pk}
    Synonym.objects.create(key="town", terms_kk="қала", terms_ru="мәслихат", terms_en="town")
    town = save_query(query=Query.parse("town"))
    assert set(match_saved(documents)) == {row.pk, other.pk, town.pk}


def test_a_newer_vocabulary_moves_only_what_is_spelled_otherwise() -> None:
    tally = Tally()
    tally.add(["әкім", "бюджет"], pack(()))
    before, after = Vocabulary(tally), Vocabulary(Tally())
    document = SearchDocument("d", 1, 1, {"kk": Text("Әкім", "бюджет")})
    queries = {1: Query.parse("fkiv"), 2: Query.parse("бюджет"), 3: Query.parse("akim")}
    matcher = Matcher(NO_CONCEPTS, queries, NO_VOCABULARY)
    for vocabulary in (before, after, before):
        matcher.refresh(vocabulary)
        assert matcher.match(document) == Matcher(NO_CONCEPTS, queries, vocabulary).match(document)
    assert matcher.refresh(before) == 0


def test_other_writings_of_a_name_are_matched_as_the_page_finds_them() -> None:
    document = SearchDocument("d", 1, 1, {"kk": Text("Құнанбайұлы", "Хантәңірі шыңы")})
    streams = streams_of(document, NO_CONCEPTS)
    tally = Tally()
    tally.add(streams.spelled, streams.grams)
    known = Vocabulary(tally)
    queries = {1: Query.parse("Құнанбаев"), 2: Query.parse("Хан Тәңірі"), 3: Query.parse("Абаев")}
    plans = {key: plan_of(query, NO_CONCEPTS, known) for key, query in queries.items()}
    meant = [key for key, plan in plans.items() if matches(plan, document, streams)]
    assert meant == [1, 2]
    assert Matcher(NO_CONCEPTS, queries, known).match(document) == meant
    # Filed while no document held these writings: they move when the first one does.
    matcher = Matcher(NO_CONCEPTS, queries, NO_VOCABULARY)
    assert matcher.match(document) == []
    assert matcher.refresh(known) == 2
    assert matcher.match(document) == meant


PARTS = [
    "құрылтай", "ұлттық", "сайлауда", "бюджет", "budget", "маслихата", '"үлгі регламенті"',
    '"мәслихаттың үлгі"', '"бюджет"', "-комиссия", "-бюджет", "148", "туралы", "ұлттық құрылтай",
    "kind:law", "body:a body:b", "topic:t0", "from:2020", "to:2021-05-01", "number:148-II",
    "lang:ru", "-мәслихат", '"бюджет туралы"', '"маслихата типовой"', '"№ 148-II заң"',
    '"құрылтайға сайлау"', '-"бюджет туралы"', '"үлгі регламенті бюджет"', "«budget»",
]  # fmt: skip
CONCEPTS = Concepts(
    [
        Concept("ulttyk", {"kk": ("Ұлттық құрылтай",), "ru": ("Национальный курултай",)}, True),
        Concept("maslikhat", {"kk": ("мәслихат",), "ru": ("маслихат",), "en": ("maslikhat",)}),
    ]
)
TITLES = [
    "Мәслихаттың үлгі регламенті", "Ұлттық құрылтай", "Бюджет туралы", "Құрылтайға сайлау",
    "Типовой регламент маслихата", "Комиссия", "№ 148-II заң бюджет",
]  # fmt: skip


@st.composite
def documents_of(draw: st.DrawFn) -> SearchDocument:
    texts = {
        code: Text(draw(st.sampled_from(TITLES)), draw(st.sampled_from(TITLES)))
        for code in draw(st.sampled_from([("kk",), ("ru",), ("kk", "ru"), ()]))
    }
    facets = {"body": ("a",), "topic": ("t0", "t1")} if draw(st.booleans()) else {"body": ("c",)}
    day = draw(st.sampled_from([None, dt.date(2019, 1, 1), dt.date(2021, 1, 1)]))
    numbers = draw(st.sampled_from([(), ("148-II",)]))
    return SearchDocument(draw(st.sampled_from(["law", "news"])), 1, 1, texts, facets, numbers, day)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(PARTS), max_size=4).map(" ".join), min_size=1, max_size=25),
    documents_of(),
    st.data(),
)
def test_the_matcher_finds_what_asking_each_query_in_turn_finds_also_after_some_went(
    texts: list[str], document: SearchDocument, data: st.DataObject
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kinds, "_registry", kinds._Registry())
        queries = {number: Query.parse(text) for number, text in enumerate(texts)}
    tally = Tally()
    tally.add(data.draw(st.lists(st.sampled_from(["бюджет", "мәслихат", "үлгі"]))), pack(()))
    vocabulary = Vocabulary(tally)
    matcher = Matcher(CONCEPTS, queries, vocabulary)
    streams = streams_of(document, CONCEPTS)
    for gone in data.draw(st.lists(st.sampled_from(sorted(queries)), max_size=10)):
        assert matcher.match(document) == [
            key
            for key, query in sorted(queries.items())
            if matches(plan_of(query, CONCEPTS, vocabulary), document, streams)
        ]
        matcher.remove(gone)
        queries.pop(gone, None)
        if data.draw(st.booleans()):
            queries[gone] = Query(data.draw(st.sampled_from(TITLES)))
            matcher.add(gone, queries[gone])
    for key in queries:
        matcher.remove(key)
    assert matcher.match(document) == []
    assert (len(matcher), matcher.distinct) == (0, 0)
    assert not matcher._surely
    assert not matcher._perhaps


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from("абвг"), min_size=30, max_size=120),
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from("абвг")), min_size=1, max_size=4),
)
def test_a_phrase_of_frequent_words_stands_where_it_stands(
    row: list[str], asked: list[tuple[int, str]]
) -> None:
    run = tuple(sorted({(step - min(one for one, _ in asked), token) for step, token in asked}))
    streams = Streams(tuple(enumerate(row)), (), b"", (), ())
    meant = any(
        all(place + step < len(row) and row[place + step] == token for step, token in run)
        for place in range(len(row))
    )
    assert leaf_stands(Leaf((run,)), streams) == meant
