"""Both engines give the same first ten, ties included, the same numbers and the same counts."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import pytest

from monitoring.search import kinds
from monitoring.search.analysis import NO_CONCEPTS, Tally, Vocabulary
from monitoring.search.backends.base import Answer, Entry
from monitoring.search.documents import SearchDocument, Text
from monitoring.search.plans import plan_of
from monitoring.search.query import Query
from monitoring.search.streams import streams_of
from tests.bench.bench_search import vocabulary
from tests.factories.engines import made_engine

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
            {"kk": Text(text(2), text(draw.choice((3, 3, 30))))}
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
        parts.append(draw.choice(("", "", f'"{" ".join(body[:2])}"', f"-{body[0]}")))
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


def seen(answer: Answer) -> object:
    hits = [
        (hit.key, {lang: list(pair) for lang, pair in hit.texts.items()}) for hit in answer.hits
    ]
    return hits, answer.total, answer.facets
