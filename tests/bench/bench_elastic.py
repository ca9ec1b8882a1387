"""`python -m tests.bench.bench_elastic`: Elasticsearch beside its own client and the other engine.

On a real server (ELASTICSEARCH_URL; without one it says so and leaves). Documents of 220 words:

1. writing them with `Backend.write` in batches of 500, against `helpers.bulk` of the same lines
   into an index with the same fields and one refresh at the end: documents a second, and the ratio
   (bar .5). Both twice, the better of each counts;
2. top ten, count and facets of queries of one to three words: median and p95 beside the embedded
   engine's, and whether their first ten are the same, ties included.

BENCH_DOCUMENTS=20000 is the profile of the promise. BENCH_CORPUS (JSON lines of docid, title, text,
gzipped) with BENCH_QUESTIONS (a file of "id<TAB>text", or several parted by commas) asks for the
same first ten over those passages too. Fails only if an answer differs.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from monitoring.search.backends.base import Backend, Entry
    from monitoring.search.documents import SearchDocument
    from monitoring.search.plans import Plan

DOCUMENTS = int(os.environ.get("BENCH_DOCUMENTS", "500"))
QUERIES = 200
BATCH = 500


def main() -> int:
    """Write, ask, compare; the exit code."""
    if not os.environ.get("ELASTICSEARCH_URL"):
        print("skipped: no Elasticsearch; start .ci/elasticsearch/start, set ELASTICSEARCH_URL")
        return 0
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition.settings.test")
    django.setup()
    from monitoring.search.documents import SearchDocument, Text
    from tests.bench.bench_search import vocabulary

    draw = random.Random(7)
    words = vocabulary(draw)
    weights = [1 / (rank + 3) for rank in range(len(words))]
    documents = [
        SearchDocument(
            "d", number, 1, {"kk": Text("Шешім", " ".join(draw.choices(words, weights, k=220)))},
            {"body": (f"b{number % 20}",), "topic": (f"t{number % 7}",)},
        )
        for number in range(1, DOCUMENTS + 1)
    ]  # fmt: skip
    questions = [" ".join(draw.choices(words, weights, k=1 + n % 3)) for n in range(QUERIES)]
    wrong = compared("generated", documents, questions, rates=True)
    if os.environ.get("BENCH_CORPUS"):
        passages = read_passages(Path(os.environ["BENCH_CORPUS"]))
        rows = [
            row
            for name in os.environ["BENCH_QUESTIONS"].split(",")
            for row in Path(name).read_text(encoding="utf-8").splitlines()
        ]
        wrong += compared("corpus", passages, [row.split("\t")[1] for row in rows])
    return int(wrong > 0)


def read_passages(path: Path) -> list[SearchDocument]:
    """A corpus as documents in Kazakh."""
    from monitoring.search.documents import SearchDocument, Text

    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [
        SearchDocument("passage", number, 1, {"kk": Text(row.get("title", ""), row["text"])})
        for number, row in enumerate(rows, 1)
    ]


def compared(
    name: str, documents: Sequence[SearchDocument], questions: Sequence[str], *, rates: bool = False
) -> int:
    """Index in both engines and ask both; how many answers differ."""
    from monitoring.search.analysis import NO_CONCEPTS, Tally, Vocabulary
    from monitoring.search.backends import elasticsearch
    from monitoring.search.backends.base import Entry
    from monitoring.search.plans import plan_of
    from monitoring.search.query import Query
    from monitoring.search.streams import streams_of
    from tests.factories.engines import made_engine

    tally = Tally()
    entries = []
    for document in documents:
        streams = streams_of(document, NO_CONCEPTS)
        tally.add(streams.spelled, streams.grams)
        entries.append(Entry(document, streams))
    known = Vocabulary(tally)
    plans = [plan_of(Query(text), NO_CONCEPTS, known) for text in questions]
    elasticsearch.BUDGET = 60.0  # a busy machine is no fault here
    answers, times = [], []
    for engine_name in ("embedded", "elasticsearch"):
        with tempfile.TemporaryDirectory() as folder, made_engine(engine_name, Path(folder)) as one:
            if rates and engine_name == "elasticsearch":
                print_rates(one, entries)
            one.create("kept")
            for first in range(0, len(entries), BATCH):
                one.write("kept", entries[first : first + BATCH], [])
            found, took = asked(one, plans)
            answers.append(found)
            times.append(took)
    different: int = sum(mine != theirs for mine, theirs in zip(*answers, strict=True))
    (mine50, mine95), (theirs50, theirs95) = (
        (took[len(took) // 2], took[len(took) * 95 // 100]) for took in times
    )
    print(
        f"{name}, {len(documents)} documents, {len(plans)} queries:"
        f" embedded median {mine50:.1f} ms, p95 {mine95:.1f};"
        f" Elasticsearch {theirs50:.1f}, {theirs95:.1f}"
        f" ({theirs95 / mine95:.2f} of its p95); first ten differ: {different}"
    )
    return different


def asked(engine: Backend, plans: Sequence[Plan]) -> tuple[list[Any], list[float]]:
    """Answers of every plan, and the sorted milliseconds of a second round."""
    for plan in plans[:20]:
        engine.search("kept", plan, offset=0, limit=10)
    found, took = [], []
    for plan in plans:
        began = time.perf_counter()
        answer = engine.search("kept", plan, offset=0, limit=10)
        took.append((time.perf_counter() - began) * 1000)
        found.append(([hit.key for hit in answer.hits], answer.total, answer.facets))
    return found, sorted(took)


def print_rates(engine: Backend, entries: Sequence[Entry]) -> None:
    """Our writing beside the client's own bulk helper."""
    from elasticsearch import helpers

    from monitoring.search.backends.elasticsearch import ElasticsearchBackend, _body

    assert isinstance(engine, ElasticsearchBackend)
    client = engine._client

    def ours(build: str) -> None:
        for first in range(0, len(entries), BATCH):
            engine.write(build, entries[first : first + BATCH], [])

    def raw(build: str) -> None:
        index = f"{engine.index}-{build}"
        actions = (
            {"_index": index, "_id": one.document.key, "_source": _body(one)} for one in entries
        )
        helpers.bulk(client, actions, chunk_size=BATCH)
        client.indices.refresh(index=index)

    best: dict[str, float] = {}
    for number in range(2):
        for name, write in (("ours", ours), ("raw", raw)):
            build = f"{name}{number}"
            engine.create(build)
            took = _seconds(write, build)
            best[name] = min(took, best.get(name, took))
            engine.drop(build)
    print(
        f"writing {len(entries)} documents: ours {len(entries) / best['ours']:.0f}/s, helpers.bulk"
        f" {len(entries) / best['raw']:.0f}/s, ratio {best['raw'] / best['ours']:.2f} (bar .5)"
    )


def _seconds(work: Callable[[str], None], build: str) -> float:
    began = time.perf_counter()
    work(build)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
