"""What every search engine must do: the same suite on each, against the meaning of a plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring.search.analysis import Concept, Concepts
from monitoring.search.backends.base import Backend, EngineBusyError, EngineError, Entry
from monitoring.search.backends.embedded import EmbeddedBackend
from monitoring.search.documents import SearchDocument, Text
from monitoring.search.plans import matches, plan_of
from monitoring.search.query import Query
from monitoring.search.streams import streams_of

CONCEPTS = Concepts(
    [
        Concept("kuryltay", {"kk": ("Құрылтай",), "ru": ("Курултай",)}),
        Concept("ulttyk", {"kk": ("Ұлттық құрылтай",), "ru": ("Национальный курултай",)}, True),
        Concept("zhiyn", {"kk": ("жергілікті қоғамдастық жиыны",), "ru": ("сход сообщества",)}),
        Concept("maslikhat", {"kk": ("мәслихат",), "ru": ("маслихат",), "en": ("maslikhat",)}),
    ]
)
RECORDS = [
    SearchDocument(
        "law", 1, 5,
        {"kk": Text("Мәслихаттың үлгі регламенті", "Сессия, отырыс, тұрақты комиссия"),
         "ru": Text("Типовой регламент маслихата", "Сессия и постоянная комиссия")},
        {"body": ("president",), "topic": ("status", "rules")}, ("704",), dt.date(2013, 12, 3),
    ),
    SearchDocument(
        "law", 2, 5, {"kk": Text("Жергілікті мемлекеттік басқару туралы заң", "№ 148-II")},
        {"body": ("parliament",), "topic": ("status",)}, ("148-II", "Z010000148_"),
        dt.date(2001, 1, 23),
    ),
    SearchDocument(
        "law", 3, 5, {"kk": Text("Ұлттық құрылтайдың отырысы", "Ұлттық құрылтай туралы")},
        {"body": ("president",)}, (), dt.date(2022, 6, 14),
    ),
    SearchDocument(
        "news", 3, 5, {"kk": Text("Құрылтай сайлауы", "Депутаттарды сайлау күні")}, {}, (),
        dt.date(2026, 7, 1),
    ),
    SearchDocument(
        "news", 4, 5, {"ru": Text("Сход сообщества прошёл", "Обсудили бюджет и дороги")}, {},
    ),
    SearchDocument(
        "news", 5, 5, {"en": Text("Local budget explained", "How a maslikhat adopts the budget")},
        {"topic": ("money",)}, (), dt.date(2026, 7, 1),
    ),
]  # fmt: skip
QUERIES = [
    "құрылтай", "Ұлттық құрылтай", "Курултая", "мәслихат", "маслихаты",
    "жергилики когамдастык жиынында", "жергілікті қоғамдастық жиыны", "148-II", "148", "№ 704",
    '"үлгі регламенті"', '"регламенті үлгі"', "бюджет", "budget -maslikhat", "сессия -регламент",
    "сайлау отырыс", "kind:law", "body:president", "body:president body:senate",
    "topic:status from:2010", "from:2022 to:2026-07-01", "number:148-II", "lang:ru бюджет",
    "year:2026", "туралы", "жоқ сөз", '"ұлттық құрылтайдың отырысы"', "kind:news kind:law құрылтай",
    "-құрылтай kind:law", "-сайлау", '""', "( ) AND OR *:* [a TO b]",
]  # fmt: skip


@pytest.fixture(params=["embedded"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    backend: Backend = EmbeddedBackend(tmp_path / "search")
    backend.create("one")
    backend.write("one", [entry(record) for record in RECORDS], [])
    yield backend
    backend.drop("one")


def entry(document: SearchDocument) -> Entry:
    return Entry(document, streams_of(document, CONCEPTS))


def ask(engine: Backend, text: str, **options: int) -> list[str]:
    plan = plan_of(Query.parse(text), CONCEPTS)
    limit, offset = options.get("limit", 100), options.get("offset", 0)
    return [hit.key for hit in engine.search("one", plan, offset=offset, limit=limit).hits]


@pytest.mark.parametrize("text", QUERIES)
def test_an_engine_finds_what_the_plan_means(engine: Backend, text: str) -> None:
    plan = plan_of(Query.parse(text), CONCEPTS)
    meant = {one.key for one in RECORDS if matches(plan, one, streams_of(one, CONCEPTS))}
    answer = engine.search("one", plan, offset=0, limit=100)
    assert {hit.key for hit in answer.hits} == meant
    assert answer.total == len(meant)


WORDS = [
    "құрылтай", "ұлттық", "сайлауда", "бюджет", "budget", "маслихата", "сессия", "отырысы",
    '"үлгі регламенті"', "-комиссия", "-бюджет", "148", "туралы", "kind:law", "topic:status",
    "from:2020", "сход", "сообщества", "жергілікті", "lang:kk",
]  # fmt: skip


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5))
def test_any_mixture_of_words_means_the_same_to_an_engine(
    engine: Backend, parts: list[str]
) -> None:
    plan = plan_of(Query.parse(" ".join(parts)), CONCEPTS)
    meant = {one.key for one in RECORDS if matches(plan, one, streams_of(one, CONCEPTS))}
    assert {hit.key for hit in engine.search("one", plan, offset=0, limit=100).hits} == meant


def test_stored_texts_come_back_as_they_were(engine: Backend) -> None:
    plan = plan_of(Query.parse("704"), CONCEPTS)
    hit = engine.search("one", plan, offset=0, limit=1).hits[0]
    assert hit.texts["ru"][0] == "Типовой регламент маслихата"


def test_counts_of_a_facet_leave_out_its_own_filter(engine: Backend) -> None:
    plan = plan_of(Query.parse("kind:law body:president"), CONCEPTS)
    counts = engine.search("one", plan, offset=0, limit=10).facets
    assert counts["kind"] == {"law": 2}  # with the filter on the body
    assert counts["body"] == {"president": 2, "parliament": 1}  # without it
    assert counts["year"] == {"2013": 1, "2022": 1}


def test_a_title_weighs_more_than_a_body(engine: Backend) -> None:
    assert ask(engine, "бюджет budget")[0] == "news:5"
    assert ask(engine, "регламент сессия")[0] == "law:1"


def test_newest_first_is_an_order_and_pages_follow_one_another(engine: Backend) -> None:
    plan = plan_of(Query(text="", filters=(("lang", ("en", "kk", "ru")),), sort="date"), CONCEPTS)
    whole = [hit.key for hit in engine.search("one", plan, offset=0, limit=100).hits]
    assert whole[-1] == "news:4"  # it has no date
    pages = [
        hit.key
        for offset in range(0, 6, 2)
        for hit in engine.search("one", plan, offset=offset, limit=2).hits
    ]
    assert pages == whole


def test_an_older_version_never_replaces_a_newer_one(engine: Backend) -> None:
    old = SearchDocument("law", 2, 4, {"kk": Text("Ескі атау")})
    engine.write("one", [entry(old)], [])
    assert ask(engine, "ескі") == []
    assert engine.versions("one")["law:2"] == 5
    new = SearchDocument("law", 2, 6, {"kk": Text("Жаңа атау")})
    engine.write("one", [entry(new)], [])
    assert ask(engine, "жаңа") == ["law:2"]
    assert ask(engine, "148-II") == []
    assert len(engine.versions("one")) == len(RECORDS)


def test_what_is_removed_is_gone_at_once_and_may_be_removed_again(engine: Backend) -> None:
    engine.write("one", [], ["law:2", "law:2", "law:999"])
    engine.write("one", [], ["law:2"])
    assert "law:2" not in engine.versions("one")
    assert ask(engine, "kind:law") == ["law:3", "law:1"]


def test_a_missing_or_broken_index_is_an_engine_error(engine: Backend, tmp_path: Path) -> None:
    plan = plan_of(Query.parse("бюджет"), CONCEPTS)
    with pytest.raises(EngineError):
        engine.search("another", plan, offset=0, limit=1)
    for file in (tmp_path / "search" / "one").iterdir():
        file.write_bytes(b"broken")
    with pytest.raises(EngineError):
        EmbeddedBackend(tmp_path / "search").search("one", plan, offset=0, limit=1)


def test_a_second_writer_is_told_that_the_index_is_busy(engine: Backend, tmp_path: Path) -> None:
    other = EmbeddedBackend(tmp_path / "search")
    held = other._index("one").writer(32_000_000, 1)
    with pytest.raises(EngineBusyError):
        engine.write("one", [], ["law:1"])
    del held
    engine.write("one", [], ["law:1"])


def test_another_reader_sees_a_write_at_once(engine: Backend, tmp_path: Path) -> None:
    reader = EmbeddedBackend(tmp_path / "search")
    assert ask(reader, "kind:law")
    engine.write("one", [], ["law:1", "law:2", "law:3"])
    assert ask(reader, "kind:law") == []
