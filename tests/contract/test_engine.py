"""What every search engine must do: the same suite on each, against the meaning of a plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring.search import kinds
from monitoring.search.analysis import Concept, Concepts
from monitoring.search.backends.base import (
    WINDOW,
    Backend,
    EngineAwayError,
    EngineBusyError,
    EngineError,
    Entry,
    place_of,
)
from monitoring.search.backends.embedded import EmbeddedBackend
from monitoring.search.documents import HEAD, SearchDocument, Text
from monitoring.search.plans import matches, plan_of
from monitoring.search.query import Query
from monitoring.search.streams import streams_of
from tests.factories.engines import ENGINES, again, made_engine

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


@pytest.fixture(autouse=True)
def no_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values of filters stand as they are typed: nobody gives them names."""
    monkeypatch.setattr(kinds, "_registry", kinds._Registry())


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    with made_engine(request.param, tmp_path / "search") as backend:
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


def test_documents_asked_by_name_pass_the_same_filters(engine: Backend) -> None:
    keys = ("law:1", "law:3", "news:4", "law:99")
    for text in ("құрылтай lang:kk", "сход -регламент", "body:president from:2014"):
        plan = plan_of(Query.parse(text), CONCEPTS).among(keys)
        meant = {one.key for one in RECORDS if matches(plan, one, streams_of(one, CONCEPTS))}
        answer = engine.search("one", plan, offset=0, limit=10, facets=False)
        assert {hit.key for hit in answer.hits} == meant
        assert meant < set(keys)


def test_the_last_word_on_the_order_changes_nothing_else(engine: Backend) -> None:
    plan = plan_of(Query.parse("бюджет құрылтай регламент"), CONCEPTS)
    usual = engine.search("one", plan, offset=0, limit=100)
    pages = [
        engine.search("one", plan, offset=offset, limit=2, reorder=lambda best: best[::-1])
        for offset in range(0, usual.total, 2)
    ]
    turned = [hit.key for page in pages for hit in page.hits]
    assert turned == [hit.key for hit in usual.hits][::-1]
    assert all(page.total == usual.total and page.facets == usual.facets for page in pages)
    by_date = plan_of(Query(text="бюджет құрылтай", sort="date"), CONCEPTS)
    newest = engine.search("one", by_date, offset=0, limit=9)
    same = engine.search("one", by_date, offset=0, limit=9, reorder=lambda best: best[::-1])
    assert newest == same


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


def test_a_missing_index_is_an_engine_error_and_is_not_made_by_a_write(engine: Backend) -> None:
    plan = plan_of(Query.parse("бюджет"), CONCEPTS)
    with pytest.raises(EngineError):
        engine.search("another", plan, offset=0, limit=1)
    with pytest.raises(EngineError):
        engine.write("another", [entry(RECORDS[0])], [])
    for asked in (engine.check, engine.versions):
        with pytest.raises(EngineError) as caught:
            asked("another")
        assert not isinstance(caught.value, EngineAwayError)  # it must be made anew
    engine.drop("another")


def test_a_build_that_exists_is_left_as_it_is(engine: Backend) -> None:
    engine.create("one")
    assert len(engine.versions("one")) == len(RECORDS)
    assert "6 documents" in engine.check("one")


def test_an_entry_left_out_as_older_is_named_and_written_when_forced(engine: Backend) -> None:
    old = entry(SearchDocument("law", 2, 4, {"kk": Text("Ескі атау")}))
    fresh = entry(SearchDocument("law", 9, 1, {"kk": Text("Тоғызыншы")}))
    assert engine.write("one", [old, fresh], []) == ["law:2"]
    assert ask(engine, "тоғызыншы") == ["law:9"]
    assert engine.write("one", [old], [], force=True) == []
    assert ask(engine, "ескі") == ["law:2"]
    assert engine.versions("one")["law:2"] == 4
    newer = entry(SearchDocument("law", 2, 8, {"kk": Text("Тағы жаңа")}))
    assert engine.write("one", [newer], []) == []
    assert ask(engine, "ескі") == []


def test_what_was_removed_comes_back_under_the_same_version(engine: Backend) -> None:
    engine.write("one", [], ["law:2"])
    assert engine.write("one", [entry(RECORDS[1])], []) == []
    assert ask(engine, "148-II") == ["law:2"]


def test_equal_scores_stand_newest_first_across_pages(engine: Backend) -> None:
    days = [None, *(dt.date(2020, 1, day) for day in range(1, 20))]
    made = [
        SearchDocument("tie", number, 1, {"kk": Text("Тең сөздер")}, {}, (), days[number % 20])
        for number in range(1, 61)
    ]
    engine.write("one", [entry(document) for document in reversed(made)], [])
    meant = [one.key for one in sorted(made, key=place_of, reverse=True)]
    assert ask(engine, "тең") == meant
    assert [
        key for at in range(0, 60, 7) for key in ask(engine, "тең", offset=at, limit=7)
    ] == meant


def test_nothing_is_reached_beyond_the_window(engine: Backend) -> None:
    plan = plan_of(Query.parse("kind:law"), CONCEPTS)
    for offset in (WINDOW - 1, WINDOW, WINDOW * 100):
        answer = engine.search("one", plan, offset=offset, limit=100)
        assert answer.hits == ()
        assert answer.total == 3


def test_long_queries_and_strange_letters_are_answered(engine: Backend) -> None:
    words = " ".join(f"с{number}ө" for number in range(150))
    assert "news:4" in ask(engine, f"{words} бюджет")
    for text in ("\ue000\ue001 бюджет", "бюджет\ue000", "_ бюджет \x00", "\U0001f600 бюджет"):
        assert ask(engine, text) == ["news:4"], text


def test_a_document_with_strange_or_endless_text_is_taken(engine: Backend) -> None:
    odd = SearchDocument(
        "odd", 1, 1,
        {"kk": Text("Ж" * 50_000, "\ue000 \ue001 _ сынақ \x00 \ufffe " + "ұзақ " * 20_000)},
        {"body": ("a\x1fb", "ы" * 500)}, ("№" * 300, "7" * 3_000),
    )  # fmt: skip
    empty = SearchDocument("odd", 2, 1, {})
    assert engine.write("one", [entry(odd), entry(empty)], []) == []
    assert ask(engine, "сынақ") == ["odd:1"]
    assert set(ask(engine, "kind:odd")) == {"odd:1", "odd:2"}


LONG = SearchDocument(
    "code", 1, 5,
    {"kk": Text("Кодекс", " ".join(
        f"{number}-бап. Орган сессияның отырысын өткізеді." for number in range(1_200)
    ) + " Ара өсіруші ұлттық құрылтайға шағым береді."),
     "ru": Text("Кодекс", "Орган ведёт учёт расходов. " * 1_500 + "Пчеловод подаёт жалобу.")},
    {"body": ("president",)},
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "пчеловод", '"пчеловод подаёт"', '"подаёт пчеловод"', '"ара өсіруші"', "ұлттық құрылтай",
        '"расходов пчеловод"', "құрылтай", '"ара өсіруші ұлттық құрылтайға"', "сессия -пчеловод",
        'сессия -"ара өсіруші"', "1199-бап", '"сессияның отырысын"', "kind:code шағым",
        '"өсіруші құрылтай"',
    ],
)  # fmt: skip
def test_all_of_a_long_text_is_found(engine: Backend, text: str) -> None:
    engine.write("one", [entry(LONG)], [])
    plan = plan_of(Query.parse(text), CONCEPTS)
    meant = {one.key for one in [*RECORDS, LONG] if matches(plan, one, streams_of(one, CONCEPTS))}
    answer = engine.search("one", plan, offset=0, limit=100)
    assert {hit.key for hit in answer.hits} == meant
    assert len(meant - {"code:1"}) < len(RECORDS)
    assert all(len(part) <= HEAD for hit in answer.hits for part in hit.texts.get("ru", ()))


def test_another_reader_sees_a_write_at_once(engine: Backend) -> None:
    reader = again(engine)
    assert ask(reader, "kind:law")
    engine.write("one", [], ["law:1", "law:2", "law:3"])
    assert ask(reader, "kind:law") == []


def test_a_broken_folder_is_an_engine_error(tmp_path: Path) -> None:
    engine = EmbeddedBackend(tmp_path)
    engine.create("one")
    for file in (tmp_path / "one").iterdir():
        file.write_bytes(b"broken")
    with pytest.raises(EngineError):
        EmbeddedBackend(tmp_path).search("one", plan_of(Query.parse("а")), offset=0, limit=1)


def test_a_second_writer_is_told_that_the_index_is_busy(tmp_path: Path) -> None:
    engine, other = EmbeddedBackend(tmp_path), EmbeddedBackend(tmp_path)
    engine.create("one")
    held = other._opened("one").index.writer(32_000_000, 1)
    with pytest.raises(EngineBusyError):
        engine.write("one", [], ["law:1"])
    del held
    engine.write("one", [], ["law:1"])
