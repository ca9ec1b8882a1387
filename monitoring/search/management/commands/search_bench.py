"""`manage.py search_bench`: rank passages for a list of questions, to be scored from outside."""

from __future__ import annotations

import gzip
import json
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from monitoring.search.analysis import NO_CONCEPTS, Tally, Vocabulary
from monitoring.search.backends.base import Entry
from monitoring.search.backends.embedded import EmbeddedBackend
from monitoring.search.documents import SearchDocument, Text
from monitoring.search.plans import WEIGHTS, plan_of
from monitoring.search.query import Query
from monitoring.search.semantic.bench import Means
from monitoring.search.streams import streams_of

BATCH = 2_000
DEPTH = 100


class Command(BaseCommand):
    """Indexes passages in a folder of its own and answers questions as the site does.

    The corpus is JSON lines (docid, title, text; more is passed over), the questions are
    "id<TAB>text"; both gzipped or not, empty lines passed over.
    Writes "id<TAB>docid<TAB>rank<TAB>score". Titles weigh no more than the rest.
    """

    help = "Rank a corpus for a list of questions and write a run file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the run goes, and where corpus and questions come from."""
        parser.add_argument("run", type=Path)
        parser.add_argument("--corpus", type=Path, required=True)
        parser.add_argument("--queries", type=Path, required=True)
        parser.add_argument(
            "--semantic", action="store_true", help="order by meaning too (requirements-semantic)"
        )
        parser.add_argument(
            "--vectors", type=Path, help="folder that keeps the vectors for the next run"
        )

    def handle(
        self,
        *args: Any,
        run: Path,
        corpus: Path,
        queries: Path,
        semantic: bool,
        vectors: Path | None,
        **options: Any,
    ) -> None:
        """Build, ask, write."""
        with tempfile.TemporaryDirectory(prefix="search-bench-") as folder:
            backend = EmbeddedBackend(Path(folder), weights={**WEIGHTS, "title": 0.0})
            backend.create("bench")
            started = time.perf_counter()
            names: list[str] = []
            documents: list[SearchDocument] = []
            batch: list[Entry] = []
            tally, part = Tally(), Tally()
            for passage in _passages(corpus):
                names.append(str(passage["docid"]))
                title, body = passage.get("title") or "", passage.get("text") or ""
                texts = {"kk": Text(str(title), str(body))}
                document = SearchDocument("passage", len(names), 1, texts)
                if semantic:
                    documents.append(document)
                streams = streams_of(document, NO_CONCEPTS)
                part.add(streams.spelled, streams.grams)
                batch.append(Entry(document, streams))
                if len(batch) == BATCH:
                    backend.write("bench", batch, [])
                    tally.merge(part)  # forgets the rarest words of a very large corpus
                    batch, part = [], Tally()
            backend.write("bench", batch, [])
            tally.merge(part)
            vocabulary = Vocabulary(tally)
            self.stdout.write(f"{len(names)} passages in {time.perf_counter() - started:.1f} s")
            means = Means.made(Path(folder), vectors, documents, self.stdout) if semantic else None
            started = time.perf_counter()
            asked = 0
            with run.open("w", encoding="utf-8") as out:
                for line in _lines(queries):
                    key, text, *_ = [*line.split("\t"), ""]
                    self._ask(backend, out, key, text, names, vocabulary, means)
                    asked += 1
            took = (time.perf_counter() - started) / max(asked, 1) * 1000
            self.stdout.write(f"{asked} questions, {took:.1f} ms each")
            if means:
                means.close()
                self.stdout.write(f"{means.failed} of them answered by words alone")

    @staticmethod
    def _ask(
        backend: EmbeddedBackend,
        out: TextIO,
        key: str,
        text: str,
        names: list[str],
        vocabulary: Vocabulary,
        means: Means | None,
    ) -> None:
        query = Query.parse(text.replace(":", " "))
        plan = plan_of(query, NO_CONCEPTS, vocabulary)
        meaning = means.of(query.text, vocabulary) if means else None
        reorder = meaning.reorder if meaning else None
        answer = backend.search("bench", plan, offset=0, limit=DEPTH, facets=False, reorder=reorder)
        if means and meaning:
            means.failed += meaning.failed
        for rank, hit in enumerate(answer.hits, 1):
            number = int(hit.key.partition(":")[2])
            out.write(f"{key}\t{names[number - 1]}\t{rank}\t{hit.score:.6f}\n")


def _lines(path: Path) -> Iterator[str]:
    """The lines of a file, gzipped or not, that are not empty."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig") as file:
        for line in file:
            if line.strip():
                yield line.rstrip("\r\n")


def _passages(path: Path) -> Iterator[dict[str, Any]]:
    for line in _lines(path):
        try:
            passage = json.loads(line)
        except ValueError as error:
            raise CommandError(f"{path} holds a line that is no JSON: {line[:80]}") from error
        if not isinstance(passage, dict) or "docid" not in passage:
            raise CommandError(f"{path} holds a line without docid: {line[:80]}")
        yield passage
