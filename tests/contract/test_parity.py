"""Both engines give the same first ten, ties included, the same numbers and the same counts."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import pytest
from pytest_django import Settings
from wagtail.models import Page, PageViewRestriction

from coalition.registry.models import OrganisationPage
from monitoring.decisions.models import Decision
from monitoring.institutions.models import Body
from monitoring.search import indexing, kinds
from monitoring.search.analysis import NO_CONCEPTS, Tally, Vocabulary
from monitoring.search.backends import get_backend
from monitoring.search.backends.base import Answer, Entry
from monitoring.search.backends.elasticsearch import ElasticsearchBackend
from monitoring.search.documents import SearchDocument, Text
from monitoring.search.plans import plan_of
from monitoring.search.query import Query
from monitoring.search.selectors import search
from monitoring.search.streams import streams_of
from monitoring.search.synonyms import active_concepts
from tests import kept
from tests.bench.bench_search import vocabulary
from tests.factories.engines import made_engine, remove_indexes, server_settings

pytestmark = pytest.mark.elasticsearch
DOCUMENTS = 300


def test_two_engines_answer_two_hundred_mixed_queries_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "_registry", kinds._Registry())
    draw = random.Random(3)
    words = vocabulary(draw)[::40]

    def text(length: int) -> str:
        return " ".join(draw.choices(words, k=length))

    documents = [
        SearchDocument(
            draw.choice(("law", "news")), number, 1,
            {"kk": Text(text(2), text(9_000 if number % 60 == 0 else draw.choice((3, 3, 30))))}
            | ({"ru": Text(text(2))} if number % 3 else {}),
            {"body": (f"b{number % 5}",), "topic": tuple(f"t{number % step}" for step in (2, 3))},
            (f"{number}-V",) if number % 4 == 0 else (),
            dt.date(2020, 1, 1) + dt.timedelta(number % 40) if number % 7 else None,
        )
        for number in range(1, DOCUMENTS)
    ]  # fmt: skip
    tally = Tally()
    entries = []
    for document in documents:
        streams = streams_of(document, NO_CONCEPTS)
        tally.add(streams.spelled, streams.grams)
        entries.append(Entry(document, streams))
    known = Vocabulary(tally)

    def query() -> Query:
        parts = [text(draw.choice((1, 2, 3)))]
        body = draw.choice(documents).texts["kk"].body.split()
        pair = body[-2:] if len(body) > 30 else body[:2]  # of a long text what stands at its end
        parts.append(draw.choice(("", "", f'"{" ".join(pair)}"', f"-{body[0]}")))
        parts.append(
            draw.choice(("", "body:b1", "topic:t0 body:b1 body:b2", "kind:law", "lang:ru"))
        )
        parts.append(draw.choice(("", "from:2020-01-10", "to:2020-01-20", "number:8-V")))
        if draw.random() < 0.2:
            parts = parts[2:]
        return Query.parse(" ".join(parts))

    plans = [plan_of(query(), NO_CONCEPTS, known) for _ in range(200)]
    answers: list[list[object]] = []
    for name in ("embedded", "elasticsearch"):
        with made_engine(name, tmp_path) as engine:
            engine.create("one")
            for first in range(0, len(entries), 100):
                engine.write("one", entries[first : first + 100], [])
            answers.append([seen(engine.search("one", plan, offset=0, limit=10)) for plan in plans])
    for plan, mine, theirs in zip(plans, *answers, strict=True):
        assert mine == theirs, plan


@pytest.fixture(scope="module")
def seeded(rows_of_the_file: None) -> list[SearchDocument]:
    """All documents of the seeded site."""
    kept.seed()
    return [one for kind in kinds.all_kinds() for one in kinds.documents(kind)]


@pytest.mark.django_db
def test_two_engines_answer_two_hundred_queries_over_the_seeded_site_alike(
    seeded: list[SearchDocument], tmp_path: Path
) -> None:
    concepts = active_concepts()
    entries = [Entry(document, streams_of(document, concepts)) for document in seeded]
    tally = Tally()
    for entry in entries:
        tally.add(entry.streams.spelled, entry.streams.grams)
    known = Vocabulary(tally)
    queries = queries_over(seeded, random.Random(9))
    assert len(queries) == 200
    plans = [plan_of(query, concepts, known) for query in queries]
    answers: list[list[object]] = []
    totals: list[int] = []
    for name in ("embedded", "elasticsearch"):
        with made_engine(name, tmp_path) as engine:
            engine.create("one")
            for first in range(0, len(entries), 100):
                engine.write("one", entries[first : first + 100], [])
            found = [engine.search("one", plan, offset=0, limit=10) for plan in plans]
        answers.append([seen(answer) for answer in found])
        totals = [answer.total for answer in found]
    for query, mine, theirs in zip(queries, *answers, strict=True):
        assert mine == theirs, query
    assert sum(total > 10 for total in totals) > 60  # their order was put to the test
    assert sum(total > 0 for total in totals) > 180


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["embedded", "elasticsearch"])
def test_what_is_not_public_any_more_never_appears_whatever_the_index_says(
    seeded: list[SearchDocument], name: str, settings: Settings, tmp_path: Path
) -> None:
    folder = {"engine": "embedded", "directory": str(tmp_path)}
    settings.SEARCH = folder if name == "embedded" else server_settings()
    indexing.run()
    shown: dict[str, SearchDocument] = {}
    for document in seeded:
        shown.setdefault(document.kind, document)
    assert {"decision", "body", "organisation", "page", "news"} <= set(shown)

    def found(document: SearchDocument, language: str, *, everywhere: bool = False) -> bool:
        text = next(iter(document.texts.values())).title
        filters = () if everywhere else (("kind", (document.kind,)),)
        results = search(Query(text.replace('"', " "), filters), language, size=100)
        return document.key in {f"{hit.kind}:{hit.id}" for hit in results.hits}

    for document in shown.values():
        assert found(document, "kk"), document.key
        hide(document)
    for document in shown.values():
        for language in ("kk", "ru", "en"):
            assert not found(document, language), document.key
            assert not found(document, language, everywhere=True), document.key
    backend = get_backend()
    if isinstance(backend, ElasticsearchBackend):
        remove_indexes(backend)
    settings.SEARCH = {**folder, "directory": str(tmp_path / "nothing")}  # titles answer now
    for document in shown.values():
        assert not found(document, "ru", everywhere=True), document.key


def hide(document: SearchDocument) -> None:
    """Take a record from the public behind the back of everything that would tell the index."""
    if document.kind == "decision":
        Decision.objects.filter(pk=document.id).update(is_public=False)
    elif document.kind == "body":
        Body.objects.filter(pk=document.id).update(has_page=False)
    elif document.kind == "organisation":
        OrganisationPage.objects.filter(organisation_id=document.id).update(live=False)
    else:
        page = Page.objects.filter(pk=document.id).first()
        assert page is not None, f"say here how a {document.kind} is hidden"
        versions = Page.objects.filter(translation_key=page.translation_key)
        if document.kind == "news":  # members only, instead of unpublished
            PageViewRestriction.objects.bulk_create(
                PageViewRestriction(page=one, restriction_type=PageViewRestriction.LOGIN)
                for one in versions
            )
        else:
            versions.update(live=False)


def queries_over(documents: list[SearchDocument], draw: random.Random) -> list[Query]:
    """Two hundred queries of values, phrases and words that stand in the documents: of facets
    alone, of phrases, of words with filters, in each language that a document has.
    """
    made: list[Query] = []
    for number in range(200):
        document = draw.choice(documents)
        language = draw.choice(sorted(document.texts))
        text = document.texts[language]
        words = f"{text.title} {text.body}".replace('"', " ").split()
        start = draw.randrange(max(1, len(words) - 4))
        facets = [(name, (draw.choice(values),)) for name, values in document.all_facets().items()]
        if document.date:
            day = document.date
            facets.append(("from", (day.isoformat(),)))
            facets.append(("to", ((day + dt.timedelta(500)).isoformat(),)))
        if document.numbers:
            facets.append(("number", (draw.choice(document.numbers),)))
        some = tuple(sorted(draw.sample(facets, draw.choice((1, 1, 2)))))
        if number % 4 == 0:
            made.append(Query("", some, sort=draw.choice(("relevance", "date"))))
        elif number % 4 == 1:
            made.append(Query(f'"{" ".join(words[start : start + draw.choice((2, 3))])}"'))
        elif number % 4 == 2:
            made.append(Query(" ".join(draw.sample(words, min(3, len(words)))), some))
        else:
            row = words[start : start + 4]
            made.append(Query(" ".join([*row, draw.choice(("", f"-{row[0]}"))]).strip()))
    return made


def seen(answer: Answer) -> object:
    hits = [
        (hit.key, {lang: list(pair) for lang, pair in hit.texts.items()}) for hit in answer.hits
    ]
    return hits, answer.total, answer.facets
