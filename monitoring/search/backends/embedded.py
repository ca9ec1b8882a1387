"""tantivy, an engine inside the process: one folder a build, no server.

Each build lies in its own folder. One process writes at a time (the indexer's lease; tantivy's own
lock is the second guard); every process reads, and looks before each search whether the folder was
committed to since. What finds and orders is tantivy's; the grams and texts of a hit stand beside it
(see `beside`), each facet is a column of its own.
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
from monitoring.search.backends.beside import Beside
from monitoring.search.plans import WEIGHTS, Leaf, Plan
from monitoring.search.ranking import LOOK, by_relevance, second_look, wants_second_look
from monitoring.search.streams import ORDERING

logger = logging.getLogger(__name__)

HEAP = 32_000_000
"""Bytes a writer may hold before it makes a segment."""
SEPARATOR = "\x1f"
MARGIN = 150
"""Hits looked at beyond those asked for, to see where the ties of the last one end; asking twice
costs more than these."""
MAX_TIED = 4_000
"""Of so many equal ones tantivy decides which are looked at."""
MAX_VALUES = 2_000
"""Distinct values of a facet that are counted, the most frequent."""
BESIDE = "texts.bin"
WASTE = 3
"""Times what its documents take that the file beside a build may grow to by changes, and its least
size in bytes for which that counts."""
WASTE_FROM = 256 << 20

Occur = tantivy.Occur
TQuery = tantivy.Query


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("version", stored=True, fast=True, indexed=False)
    builder.add_integer_field("date", fast=True, indexed=True)
    builder.add_integer_field("place", fast=True, indexed=False)
    builder.add_text_field("stem", tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("rest", tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("deep", tokenizer_name="whitespace", index_option="position")
    for name in ORDERING:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("number", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("facet", tokenizer_name="raw", index_option="basic")
    # A column for each name, which one pass counts three times as fast as a column of pairs.
    builder.add_json_field("facets", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("named", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("at", fast=True, indexed=False)
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


def _is_plain(plan: Plan) -> bool:
    """Whether a plan is words joined by "or" and nothing else, as most are."""
    filters = plan.facets or plan.numbers or plan.keys or plan.date_from or plan.date_to
    return bool(plan.optional) and not (plan.required or plan.excluded or filters)


def _packed(entry: Entry) -> tuple[bytes, bytes]:
    """The grams of a document, and its key and texts, as they stand beside the index."""
    document = entry.document
    payload = json.dumps([document.key, document.stored()], ensure_ascii=False)
    return entry.streams.grams, zlib.compress(payload.encode("utf-8", "replace"), 1)


@dataclass
class _Open:
    index: Any
    stamp: tuple[int, int]
    beside: Beside
    facets: tuple[str, ...] = ()
    """The names of facets that any document has."""

    def reload(self) -> None:
        self.index.reload()
        self.facets = tuple(
            name for name, _ in self.index.searcher().terms_with_prefix("named", "")
        )


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
            Beside(folder / BESIDE).create()
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

    def _opened(self, build: str) -> _Open:
        """A build, reloaded if its folder was committed to since the last look."""
        folder = self.directory / build
        try:
            stat = (folder / "meta.json").stat()
        except OSError as error:
            raise EngineError(f"the index {build} is missing") from error
        stamp = (stat.st_mtime_ns, stat.st_ino)
        with self._lock:
            known = self._open.get(build)
            if known is None:
                index = tantivy.Index(self.schema, path=str(folder), reuse=True)
                known = _Open(index, stamp, Beside(folder / BESIDE))
                known.reload()
                self._open[build] = known
            elif known.stamp != stamp:
                known.reload()
                known.stamp = stamp
            return known

    def check(self, build: str) -> str:
        """Open the build and count what it holds."""
        with _as_engine_error():
            build_of = self._opened(build)
            searcher = build_of.index.searcher()
            last = searcher.search(TQuery.all_query(), limit=1, order_by_field="at", count=False)
            for place, _ in last.hits:
                build_of.beside.tail(place)
            return f"{searcher.num_docs} documents in {build}"

    # -- writing -------------------------------------------------------------------

    def write(
        self,
        build: str,
        entries: Sequence[Entry],
        removed: Sequence[str],
        *,
        force: bool = False,
        seen: bool = True,
    ) -> list[str]:
        """One commit, all or nothing; see `Backend.write`."""
        left: list[str] = []
        if not entries and not removed:
            return left
        with _as_engine_error():
            opened = self._opened(build)
            keys = [] if force else [entry.document.key for entry in entries]
            known = self._known(opened.index.searcher(), keys)
            writer = opened.index.writer(HEAP, 1)
            try:
                for key in removed:
                    writer.delete_documents_by_term("key", key)
                newer = []
                for entry in entries:
                    key = entry.document.key
                    if known.get(key, entry.document.version) > entry.document.version:
                        left.append(key)
                    else:
                        newer.append(entry)
                places = opened.beside.append([_packed(entry) for entry in newer])
                for entry, place in zip(newer, places, strict=True):
                    writer.delete_documents_by_term("key", entry.document.key)
                    writer.add_document(self._document(entry, place))
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

    @staticmethod
    def _document(entry: Entry, place: int) -> Any:
        document, streams = entry.document, entry.streams
        made = tantivy.Document()
        made.add_text("key", document.key)
        made.add_integer("version", document.version)
        made.add_integer("date", document.date.toordinal() if document.date else 0)
        tokens = [tantivy.Token(token, place, 0, 0) for place, token in streams.stems]
        made.add_pre_tokenized_text("stem", tantivy.PreTokenizedString("", tokens))
        if streams.deep:
            made.add_text("rest", " ".join(streams.rest))
            tokens = [tantivy.Token(token, place, 0, 0) for place, token in streams.deep]
            made.add_pre_tokenized_text("deep", tantivy.PreTokenizedString("", tokens))
        made.add_integer("place", place_of(document))
        for name in ORDERING:
            made.add_text(name, " ".join(streams.ordering(name)))
        made.add_integer("at", place)
        for number in streams.numbers:
            made.add_text("number", number)
        facets = {
            name: list(dict.fromkeys(values)) for name, values in document.all_facets().items()
        }
        made.add_json("facets", facets)
        for name, values in facets.items():
            made.add_text("named", name)
            for value in values:
                made.add_text("facet", f"{name}{SEPARATOR}{value}")
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
            opened = self._opened(build)
            searcher, beside = opened.index.searcher(), opened.beside
            need = min(offset + limit, WINDOW)
            look = wants_second_look(plan) or (reorder is not None and by_relevance(plan))
            counts, counted = self._facets(searcher, plan, opened.facets) if facets else ({}, None)
            wanted = max(need, LOOK) if look else need
            total, best = self._best(searcher, plan, wanted, total=counted)
            if look:
                best = second_look(plan, best, beside.head, self.weights)
            if reorder is not None and by_relevance(plan) and offset < LOOK:
                best = [*reorder(best[:LOOK]), *best[LOOK:]]
            hits = []
            for one in best[offset:need]:
                key, texts = json.loads(zlib.decompress(beside.tail(one.handle)))
                hits.append(EngineHit(key, one.score, texts))
            return Answer(tuple(hits), total, counts)

    def _best(
        self, searcher: Any, plan: Plan, need: int, *, total: int | None
    ) -> tuple[int, list[Scored]]:
        """The number of all, unless it is known, and at least the first `need` in their order.

        Handles are places beside the index.
        """
        query = self._query(searcher, plan)
        if plan.sort == "date" or not plan.has_words:
            found = searcher.search(query, limit=max(need, 1), order_by_field="place")
            return found.count, self._scored(searcher, [(0.0, one) for _, one in found.hits])
        size = need + MARGIN
        while True:
            # tantivy breaks ties by where it keeps a document: look on until the tie ends.
            found = searcher.search(query, limit=size, count=total is None)
            hits = found.hits
            end = min(need, len(hits))
            while 0 < end < len(hits) and not parted([hits[end - 1][0], hits[end][0]]):
                end += 1
            if end < len(hits) or len(hits) < size or size >= need + MAX_TIED:
                break
            size = need + MAX_TIED
        best = settled(self._scored(searcher, hits[:end]))
        return found.count if total is None else total, best

    @staticmethod
    def _scored(searcher: Any, hits: Sequence[tuple[float, Any]]) -> list[Scored]:
        if not hits:
            return []
        addresses = [address for _, address in hits]
        places = searcher.fast_field_values("place", addresses)
        beside = searcher.fast_field_values("at", addresses)
        rows = zip((score for score, _ in hits), places, beside, strict=True)
        return [Scored(*row) for row in rows]

    def _facets(
        self, searcher: Any, plan: Plan, names: Sequence[str]
    ) -> tuple[dict[str, dict[str, int]], int]:
        """The counts of each facet without its own filter, and the number of all that is found."""
        counts = self._counts(searcher, self._query(searcher, plan, ordered=False), names)
        total = sum(counts.get("kind", {}).values())  # each document has one kind
        for name, _ in plan.facets:
            wider = plan.without_facet(name)
            # Without its only filter a plan may ask for nothing: then all documents are counted.
            query = (
                self._query(searcher, wider, ordered=False)
                if wider.can_match
                else TQuery.all_query()
            )
            counts[name] = self._counts(searcher, query, [name]).get(name, {})
        return counts, total

    @staticmethod
    def _counts(searcher: Any, query: Any, names: Sequence[str]) -> dict[str, dict[str, int]]:
        asked = {name: {"terms": {"field": f"facets.{name}", "size": MAX_VALUES}} for name in names}
        if not asked:
            return {}
        return {
            name: {bucket["key"]: int(bucket["doc_count"]) for bucket in said["buckets"]}
            for name, said in searcher.aggregate(query, asked).items()
            if said["buckets"]
        }

    def outgrown(self, build: str) -> bool:
        """See `Backend.outgrown`: what changed documents had before lies beside the index."""
        with _as_engine_error():
            opened = self._opened(build)
            beside, searcher = opened.beside, opened.index.searcher()
            if beside.size < WASTE_FROM:
                return False
            found = searcher.search(TQuery.all_query(), limit=searcher.num_docs, count=False).hits
            places = [one.handle for one in self._scored(searcher, found)]
            held = sum(len(beside.head(one)) + len(beside.tail(one)) for one in places)
            return beside.size > WASTE * held

    def versions(self, build: str) -> dict[str, int]:
        """See `Backend.versions`."""
        with _as_engine_error():
            searcher = self._opened(build).index.searcher()
            if not searcher.num_docs:
                return {}
            found = searcher.search(TQuery.all_query(), limit=searcher.num_docs, count=False).hits
            stored = (searcher.doc(address) for _, address in found)
            return {document["key"][0]: document["version"][0] for document in stored}

    # -- plan to query -------------------------------------------------------------

    def _term(self, name: str, value: str) -> Any:
        return TQuery.term_query(self.schema, name, value, "freq")

    def _query(self, searcher: Any, plan: Plan, *, ordered: bool = True) -> Any:
        """What a plan finds; `ordered` with what only orders it."""
        if _is_plain(plan):
            # What only orders stands nowhere without what finds, so one row of alternatives does,
            # of which tantivy passes over whole blocks that cannot come among the best.
            flat = [self._leaf(searcher, plan, leaf) for leaf in plan.optional]
            flat += self._bonuses(plan, searcher) if ordered else []
            return TQuery.boolean_query([(Occur.Should, one) for one in flat])
        clauses: list[tuple[Any, Any]] = []
        clauses += [(Occur.Must, self._leaf(searcher, plan, leaf)) for leaf in plan.required]
        wanted = [self._leaf(searcher, plan, leaf) for leaf in plan.optional]
        if plan.required or not wanted:
            clauses += [(Occur.Should, one) for one in wanted]
        else:
            any_of = TQuery.boolean_query([(Occur.Should, one) for one in wanted])
            clauses.append((Occur.Must, any_of))
        clauses += [(Occur.MustNot, self._leaf(searcher, plan, leaf)) for leaf in plan.excluded]
        clauses += [(Occur.Must, one) for one in self._filters(plan)]
        if not any(occur == Occur.Must for occur, _ in clauses):
            clauses.append((Occur.Must, TQuery.all_query()))
        if ordered and plan.has_words:
            clauses += [(Occur.Should, one) for one in self._bonuses(plan, searcher)]
        return TQuery.boolean_query(clauses)

    def _bonuses(self, plan: Plan, searcher: Any) -> list[Any]:
        return [
            TQuery.boost_query(self._term(name, token), weight)
            for name, token, weight in plan.bonuses(self.weights)
            if searcher.doc_freq(name, token)
        ]

    def _leaf(self, searcher: Any, plan: Plan, leaf: Leaf) -> Any:
        runs = []
        for run in leaf.runs:
            if len(run) == 1:
                # Of the stems that a word may have most stand nowhere: one alone is faster.
                if len(leaf.runs) == 1 or searcher.doc_freq("stem", run[0][1]):
                    runs.append(self._term("stem", run[0][1]))
                deep = TQuery.term_query(self.schema, "rest", run[0][1], "basic")
            else:
                runs.append(TQuery.phrase_query(self.schema, "stem", list(run)))
                deep = TQuery.phrase_query(self.schema, "deep", list(run))
            # In the rest of a long text a run is weighed without its length. Most words stand in
            # none: without an alternative tantivy passes over blocks (see `_query`).
            name = "rest" if len(run) == 1 else "deep"
            if all(searcher.doc_freq(name, token) for _, token in run):
                runs.append(TQuery.const_score_query(deep, plan.rest_weight(run)))
        if not runs:
            return self._term("stem", leaf.runs[0][0][1])
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
