"""tantivy, an engine inside the process: one folder a build, no server.

Each build lies in its own folder. One process writes at a time (the indexer's lease; tantivy's own
lock is the second guard); every process reads, and looks before each search whether the folder was
committed to since.
"""

from __future__ import annotations

import json
import logging
import shutil
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import tantivy

from monitoring.search.backends.base import (
    WINDOW,
    Answer,
    EngineBusyError,
    EngineError,
    EngineHit,
    Entry,
    Reorder,
    Scored,
    parted,
    place_of,
    settled,
)
from monitoring.search.plans import WEIGHTS, Leaf, Plan
from monitoring.search.ranking import LOOK, by_relevance, second_look, wants_second_look
from monitoring.search.streams import ORDERING

logger = logging.getLogger(__name__)

HEAP = 32_000_000
"""Bytes a writer may hold before it makes a segment."""
SEPARATOR = "\x1f"
MARGIN = 16
"""Hits looked at beyond those asked for, to see whether the last one ties with the next."""
MAX_TIED = 4_000
"""Of so many equal ones tantivy decides which are looked at."""
MAX_VALUES = 2_000
"""Distinct values of all facets together that are counted."""

Occur = tantivy.Occur
TQuery = tantivy.Query


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("version", stored=True, fast=True, indexed=False)
    builder.add_integer_field("date", fast=True, indexed=True)
    builder.add_integer_field("place", fast=True, indexed=False)
    builder.add_text_field("stem", tokenizer_name="whitespace", index_option="position")
    for name in ORDERING:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("number", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("facet", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_bytes_field("grams", stored=True)
    builder.add_bytes_field("payload", stored=True)
    return builder.build()


@contextmanager
def _as_engine_error() -> Iterator[None]:
    """tantivy raises ValueError, OSError and panics for broken or missing folders."""
    try:
        yield
    except EngineError:
        raise
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
            raise
        if "LockBusy" in str(error) or "lock" in str(error).lower():
            raise EngineBusyError(str(error)[:300]) from error
        raise EngineError(f"{type(error).__name__}: {str(error)[:300]}") from error


def _grams(searcher: Any, address: Any) -> bytes:
    return bytes(searcher.doc(address)["grams"][0])


@dataclass
class _Open:
    index: Any
    stamp: tuple[int, int]


class EmbeddedBackend:
    """The embedded engine over a folder of builds."""

    name = "embedded"

    def __init__(self, directory: Path, *, weights: Mapping[str, float] = WEIGHTS) -> None:
        self.directory = directory
        self.weights = weights
        self.schema = _schema()
        self._open: dict[str, _Open] = {}
        self._lock = threading.Lock()

    def options(self) -> dict[str, Any]:
        """The folder of the builds."""
        return {"directory": str(self.directory)}

    def create(self, build: str) -> None:
        """Make the folder and an empty index in it."""
        with _as_engine_error():
            folder = self.directory / build
            folder.mkdir(parents=True, exist_ok=True)
            if not (folder / "meta.json").exists():
                index = tantivy.Index(self.schema, path=str(folder))
                writer = index.writer(HEAP, 1)
                writer.commit()
                writer.wait_merging_threads()

    def drop(self, build: str) -> None:
        """Remove the folder."""
        with self._lock:
            self._open.pop(build, None)
        shutil.rmtree(self.directory / build, ignore_errors=True)

    def _index(self, build: str) -> Any:
        """The index of a build, reloaded if its folder was committed to since the last look."""
        folder = self.directory / build
        try:
            stat = (folder / "meta.json").stat()
        except OSError as error:
            raise EngineError(f"the index {build} is missing") from error
        stamp = (stat.st_mtime_ns, stat.st_ino)
        with self._lock:
            known = self._open.get(build)
            if known is None:
                known = _Open(tantivy.Index(self.schema, path=str(folder), reuse=True), stamp)
                known.index.reload()
                self._open[build] = known
            elif known.stamp != stamp:
                known.index.reload()
                known.stamp = stamp
            return known.index

    def check(self, build: str) -> str:
        """Open the build and count what it holds."""
        with _as_engine_error():
            return f"{self._index(build).searcher().num_docs} documents in {build}"

    # -- writing -------------------------------------------------------------------

    def write(
        self, build: str, entries: Sequence[Entry], removed: Sequence[str], *, force: bool = False
    ) -> list[str]:
        """One commit, all or nothing; see `Backend.write`."""
        left: list[str] = []
        with _as_engine_error():
            index = self._index(build)
            keys = [] if force else [entry.document.key for entry in entries]
            known = self._known(index.searcher(), keys)
            writer = index.writer(HEAP, 1)
            try:
                for key in removed:
                    writer.delete_documents_by_term("key", key)
                for entry in entries:
                    key = entry.document.key
                    if known.get(key, entry.document.version) > entry.document.version:
                        left.append(key)
                        continue
                    writer.delete_documents_by_term("key", key)
                    writer.add_document(self._document(entry))
                writer.commit()
            except BaseException:
                writer.rollback()
                raise
            finally:
                writer.wait_merging_threads()
        return left

    def _known(self, searcher: Any, keys: Sequence[str]) -> dict[str, int]:
        if not keys or not searcher.num_docs:
            return {}
        query = TQuery.term_set_query(self.schema, "key", list(keys))
        found = searcher.search(query, limit=len(keys), count=False).hits
        stored = [searcher.doc(address) for _, address in found]
        return {document["key"][0]: document["version"][0] for document in stored}

    def _document(self, entry: Entry) -> Any:
        document, streams = entry.document, entry.streams
        made = tantivy.Document()
        made.add_text("key", document.key)
        made.add_integer("version", document.version)
        made.add_integer("date", document.date.toordinal() if document.date else 0)
        tokens = [tantivy.Token(token, place, 0, 0) for place, token in streams.stems]
        made.add_pre_tokenized_text("stem", tantivy.PreTokenizedString("", tokens))
        made.add_integer("place", place_of(document))
        for name in ORDERING:
            made.add_text(name, " ".join(streams.ordering(name)))
        made.add_bytes("grams", streams.grams)
        for number in streams.numbers:
            made.add_text("number", number)
        for name, values in document.all_facets().items():
            for value in dict.fromkeys(values):
                made.add_text("facet", f"{name}{SEPARATOR}{value}")
        texts = {lang: [text.title, text.body] for lang, text in document.texts.items()}
        payload = json.dumps(texts, ensure_ascii=False).encode()
        made.add_bytes("payload", zlib.compress(payload, 1))
        return made

    # -- reading -------------------------------------------------------------------

    def search(
        self,
        build: str,
        plan: Plan,
        *,
        offset: int,
        limit: int,
        facets: bool = True,
        reorder: Reorder | None = None,
    ) -> Answer:
        """See `Backend.search`."""
        if not plan.can_match:
            return Answer((), 0)
        with _as_engine_error():
            searcher = self._index(build).searcher()
            query = self._query(plan)
            need = min(offset + limit, WINDOW)
            look = wants_second_look(plan) or (reorder is not None and by_relevance(plan))
            total, best = self._best(searcher, query, max(need, LOOK) if look else need, plan)
            if look:
                best = second_look(plan, best, partial(_grams, searcher), self.weights)
            if reorder is not None and by_relevance(plan) and offset < LOOK:
                best = [*reorder(best[:LOOK]), *best[LOOK:]]
            hits = []
            for one in best[offset:need]:
                stored = searcher.doc(one.handle)
                payload = zlib.decompress(bytes(stored["payload"][0]))
                hits.append(EngineHit(stored["key"][0], one.score, json.loads(payload)))
            counts = self._facets(searcher, plan, query) if facets else {}
            return Answer(tuple(hits), total, counts)

    def _best(self, searcher: Any, query: Any, need: int, plan: Plan) -> tuple[int, list[Scored]]:
        """The number of all, and at least the first `need` in their order."""
        if plan.sort == "date" or not plan.has_words:
            found = searcher.search(query, limit=max(need, 1), order_by_field="place")
            best = [Scored(0.0, place, address) for place, address in found.hits]
            return found.count, best
        size = need + MARGIN
        while True:
            # tantivy breaks ties by where it keeps a document: look on until the tie ends.
            found = searcher.search(query, limit=size)
            scores = [score for score, _ in found.hits]
            if len(scores) < size or size >= need + MAX_TIED or parted(scores[need - 1 :]):
                break
            size = min(size * 4, need + MAX_TIED)
        addresses = [address for _, address in found.hits]
        places = searcher.fast_field_values("place", addresses) if addresses else []
        rows = zip(scores, places, addresses, strict=True)
        return found.count, settled([Scored(*row) for row in rows])

    def _facets(self, searcher: Any, plan: Plan, query: Any) -> dict[str, dict[str, int]]:
        counts = self._counts(searcher, query)
        for name, _ in plan.facets:
            open_plan = plan.without_facet(name)
            # Without its only filter a plan may ask for nothing: then all documents are counted.
            wider = self._query(open_plan) if open_plan.can_match else TQuery.all_query()
            counts[name] = self._counts(searcher, wider).get(name, {})
        return counts

    @staticmethod
    def _counts(searcher: Any, query: Any) -> dict[str, dict[str, int]]:
        asked = {"facet": {"terms": {"field": "facet", "size": MAX_VALUES}}}
        counts: dict[str, dict[str, int]] = {}
        for bucket in searcher.aggregate(query, asked)["facet"]["buckets"]:
            name, _, value = bucket["key"].partition(SEPARATOR)
            counts.setdefault(name, {})[value] = int(bucket["doc_count"])
        return counts

    def versions(self, build: str) -> dict[str, int]:
        """See `Backend.versions`."""
        with _as_engine_error():
            searcher = self._index(build).searcher()
            if not searcher.num_docs:
                return {}
            found = searcher.search(TQuery.all_query(), limit=searcher.num_docs, count=False).hits
            stored = (searcher.doc(address) for _, address in found)
            return {document["key"][0]: document["version"][0] for document in stored}

    # -- plan to query -------------------------------------------------------------

    def _term(self, name: str, value: str) -> Any:
        return TQuery.term_query(self.schema, name, value, "freq")

    def _query(self, plan: Plan) -> Any:
        clauses: list[tuple[Any, Any]] = []
        clauses += [(Occur.Must, self._leaf(leaf)) for leaf in plan.required]
        wanted = [self._leaf(leaf) for leaf in plan.optional]
        if plan.required or not wanted:
            clauses += [(Occur.Should, one) for one in wanted]
        else:
            any_of = TQuery.boolean_query([(Occur.Should, one) for one in wanted])
            clauses.append((Occur.Must, any_of))
        clauses += [(Occur.MustNot, self._leaf(leaf)) for leaf in plan.excluded]
        clauses += [(Occur.Must, one) for one in self._filters(plan)]
        if not any(occur == Occur.Must for occur, _ in clauses):
            clauses.append((Occur.Must, TQuery.all_query()))
        if plan.has_words:
            clauses += [(Occur.Should, one) for one in self._bonuses(plan)]
        return TQuery.boolean_query(clauses)

    def _bonuses(self, plan: Plan) -> list[Any]:
        boost = TQuery.boost_query
        return [
            boost(self._term(name, token), weight)
            for name, token, weight in plan.bonuses(self.weights)
        ]

    def _leaf(self, leaf: Leaf) -> Any:
        runs = [
            self._term("stem", run[0][1])
            if len(run) == 1
            else TQuery.phrase_query(self.schema, "stem", list(run))
            for run in leaf.runs
        ]
        return runs[0] if len(runs) == 1 else TQuery.disjunction_max_query(runs)

    def _filters(self, plan: Plan) -> list[Any]:
        made = [
            self._any("facet", [f"{name}{SEPARATOR}{value}" for value in values])
            for name, values in plan.facets
        ]
        if plan.numbers:
            made.append(self._any("number", plan.numbers))
        if plan.keys:
            made.append(self._any("key", plan.keys))
        if plan.date_from or plan.date_to:
            made.append(
                TQuery.range_query(
                    self.schema,
                    "date",
                    tantivy.FieldType.Integer,
                    plan.date_from.toordinal() if plan.date_from else 1,
                    plan.date_to.toordinal() if plan.date_to else None,
                )
            )
        return [TQuery.const_score_query(one, 0.0) for one in made]

    def _any(self, name: str, values: Sequence[str]) -> Any:
        return TQuery.term_set_query(self.schema, name, list(values))
