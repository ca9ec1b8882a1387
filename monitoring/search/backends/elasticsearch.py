"""Elasticsearch 8: one index a build, on one server or a cluster.

The server is given finished tokens (whitespace parts them) and counts as the embedded engine does:
the same BM25, the same norms, the same weights, so both answer alike. Kazakh is known to nobody
but our analyser; no plugin is needed on the nodes.

A reader waits at most BUDGET seconds in all, whatever the network does, and then the database
answers. A writer waits longer; whatever it repeats changes nothing, since versions are ours.
"""

from __future__ import annotations

import base64
import json
import logging
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from typing import Any, TypeVar

from elasticsearch import (
    ApiError,
    BadRequestError,
    Elasticsearch,
    NotFoundError,
    TransportError,
    helpers,
)
from elasticsearch.dsl import (
    Binary,
    Index,
    Integer,
    Keyword,
    Long,
    Object,
    Search,
    Text,
    aggs,
    analyzer,
    token_filter,
    tokenizer,
)
from elasticsearch.dsl import (
    Mapping as Fields,
)
from elasticsearch.dsl import (
    query as ask,
)

from monitoring.search.analysis import pack
from monitoring.search.backends.base import (
    ANSWER,
    WINDOW,
    Answer,
    EngineAwayError,
    EngineBusyError,
    EngineError,
    EngineHit,
    Entry,
    Reorder,
    Scored,
    place_of,
    settled,
    time_left,
)
from monitoring.search.plans import WEIGHTS, Leaf, Plan, Run
from monitoring.search.ranking import LOOK, by_relevance, second_look, wants_second_look
from monitoring.search.streams import GAP, ORDERING, Streams

logger = logging.getLogger(__name__)
logging.getLogger("elastic_transport").setLevel(logging.WARNING)  # it tells of every request

BUDGET = ANSWER
"""Seconds a reader waits for one search, retries on other hosts included."""
TRIES = 3
"""Hosts one search is tried on."""
QUIET = 2.0
"""After a search that was not answered in time, seconds in which no other reader waits for one,
unless the server answers before."""
WRITE_TIMEOUT = 12.0
"""Seconds for one request of the indexer; under its lease."""
BULK_BYTES = 4_000_000
READERS = 32
MARGIN = 16
"""Hits beside those asked for, to settle ties at the edges of a page."""
MAX_VALUES = 2_000
"""Distinct values of all facets together that are counted."""
SEPARATOR = "\x1f"
STACK = "\ue000"
"""Parts tokens that stand at one position; no letter, so in no token."""
HOLE = "\ue001"
"""A position where nothing stands; taken out again by the stop filter, which leaves the gap."""

T = TypeVar("T")


def _similarity() -> dict[str, Any]:
    """BM25 as tantivy has it: tokens that share a position count for the length of a text."""
    return {"type": "BM25", "k1": 1.2, "b": 0.75, "discount_overlaps": False}


def _fields() -> Fields:
    long_tokens = tokenizer("plain", "whitespace", max_token_length=4_000)
    plain = analyzer("plain", tokenizer=long_tokens)
    stacked = token_filter(
        "stacked", "pattern_capture", preserve_original=False, patterns=[f"([^{STACK}]+)"]
    )
    holes = token_filter("holes", "stop", stopwords=[HOLE])
    placed = analyzer("placed", tokenizer=long_tokens, filter=[stacked, holes])
    fields = Fields()
    fields.meta("dynamic", "strict")
    fields.meta("_source", excludes=["stem", "rest", "deep", "grams", *ORDERING])
    fields.field("stem", Text(analyzer=placed, similarity="ours", index_options="positions"))
    fields.field("rest", Text(analyzer=plain, index_options="docs", norms=False))
    fields.field("deep", Text(analyzer=placed, index_options="positions", norms=False))
    for name in ORDERING:
        fields.field(name, Text(analyzer=plain, similarity="ours", index_options="freqs"))
    fields.field("version", Long(index=False))
    fields.field("date", Integer())
    fields.field("place", Long(index=False))
    fields.field("number", Keyword(doc_values=False))
    fields.field("facet", Keyword())
    fields.field("grams", Binary(doc_values=True))
    fields.field("texts", Object(enabled=False))
    return fields


@contextmanager
def _as_engine_error() -> Iterator[None]:
    """What the client raises, told apart: make the index anew, or wait for the server."""
    try:
        yield
    except (NotFoundError, BadRequestError) as error:
        raise EngineError(f"{type(error).__name__}: {str(error)[:300]}") from error
    except (ApiError, TransportError) as error:
        raise EngineAwayError(f"{type(error).__name__}: {str(error)[:300]}") from error


class ElasticsearchBackend:
    """An engine over a server or cluster; every build is an index `INDEX-BUILD`."""

    name = "elasticsearch"

    def __init__(
        self,
        hosts: Sequence[str],
        index: str,
        *,
        username: str = "",
        password: str = "",
        api_key: str = "",
        ca: str = "",
        shards: int = 1,
        replicas: int | None = None,
        weights: Mapping[str, float] = WEIGHTS,
    ) -> None:
        self.hosts = list(hosts)
        self.index = index
        self.shards = shards
        self.replicas = replicas
        self.weights = weights
        self._access: dict[str, Any] = {"ca_certs": ca} if ca else {}
        if api_key:
            self._access["api_key"] = api_key
        elif username:
            # Ready made: the client itself takes ASCII only.
            said = f"{username}:{password}".encode()
            self._access["basic_auth"] = base64.b64encode(said).decode()
        self._quiet_until = 0.0
        self._asking_again = threading.Lock()

    def options(self) -> dict[str, Any]:
        """Where it is; no credentials."""
        return {
            "hosts": self.hosts,
            "index": self.index,
            "shards": self.shards,
            "replicas": self.replicas,
        }

    # -- the server ----------------------------------------------------------------

    @cached_property
    def _client(self) -> Elasticsearch:
        """Made on first use, so in the process that uses it; knows all hosts, asks one in turn."""
        return Elasticsearch(
            self.hosts,
            request_timeout=WRITE_TIMEOUT,
            # A connection that was refused is tried on the next host at once; a request that was
            # sent and not answered is left to the sweep.
            max_retries=len(self.hosts) - 1,
            retry_on_status=(502, 503, 504) if len(self.hosts) > 1 else (),
            retry_on_timeout=False,
            dead_node_backoff_factor=1,
            max_dead_node_backoff=10,
            connections_per_node=READERS,
            **self._access,
        )

    @cached_property
    def _reading(self) -> Elasticsearch:
        """The client of readers: reading twice harms nobody, so it tries other hosts in time."""
        tries = min(len(self.hosts), TRIES)
        return self._client.options(
            request_timeout=(BUDGET - 0.1) / tries,
            max_retries=tries - 1,
            retry_on_timeout=True,
            retry_on_status=(429, 502, 503, 504) if tries > 1 else (),
        )

    @cached_property
    def _readers(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(READERS, thread_name_prefix="search")

    def _in_time(self, work: Callable[[], T]) -> T:
        """The result of `work`, or EngineAwayError after BUDGET seconds, or what is left of them.

        The client's own timeouts know nothing of names that are not resolved and of answers that
        come in drops.
        """
        if time.monotonic() < self._quiet_until:
            raise EngineAwayError("the server did not answer a moment ago")
        left = time_left(BUDGET)
        if left <= 0:
            raise EngineAwayError("other searches of this page took its time")
        try:
            made = self._readers.submit(work).result(left)
        except TimeoutError as error:
            if left == BUDGET:
                self._be_quiet()
            raise EngineAwayError(f"no answer within {left:.1f} s") from error
        except TransportError:
            self._be_quiet()
            raise
        return made

    def _be_quiet(self) -> None:
        """Let no reader wait for a while; but a server that was slow once is not away.

        So one thread asks on behind the readers' backs, and its answer ends the quiet.
        """
        self._quiet_until = time.monotonic() + QUIET
        if self._asking_again.acquire(blocking=False):
            self._readers.submit(self._ask_again)

    def _ask_again(self) -> None:
        try:
            asking = self._client.options(request_timeout=QUIET, max_retries=0)
            asking.search(index=f"{self.index}-*", size=0)
            self._quiet_until = 0.0
        except (ApiError, TransportError) as error:
            logger.info("the server still does not answer: %s", str(error)[:300])
        finally:
            self._asking_again.release()

    def _names(self, build: str) -> tuple[str, str]:
        """The index of a build, and the alias it is written under.

        Only the alias is written to, and only if it is there: to an index that somebody removed the
        server would otherwise make another, of fields it guessed.
        """
        return f"{self.index}-{build}", f"{self.index}-{build}-write"

    # -- builds --------------------------------------------------------------------

    def create(self, build: str) -> None:
        """Make the index with its fields."""
        name, alias = self._names(build)
        index = Index(name, using=self._client)
        index.settings(
            number_of_shards=self.shards,
            similarity={"ours": _similarity()},
            max_result_window=WINDOW + 2 * MARGIN,
            refresh_interval="30s",  # each write asks for its own
            **self._copies(),
        )
        index.mapping(_fields())
        index.aliases(**{alias: {}})
        with _as_engine_error():
            try:
                index.create()
            except BadRequestError as error:
                if error.error != "resource_already_exists_exception":
                    raise

    def _copies(self) -> dict[str, Any]:
        if self.replicas is None:
            return {"auto_expand_replicas": "0-1"}  # one, as soon as there is a second node
        return {"number_of_replicas": self.replicas}

    def drop(self, build: str) -> None:
        """Remove the index. Raises EngineAwayError."""
        with _as_engine_error():
            self._client.indices.delete(index=self._names(build)[0], ignore_unavailable=True)

    def outgrown(self, build: str) -> bool:
        """Never: Elasticsearch takes back what changed documents had."""
        return False

    def check(self, build: str) -> str:
        """Count what the index holds, on all its shards."""
        with _as_engine_error():
            counted = self._in_time(lambda: self._reading.count(index=self._names(build)[0]))
        if counted["_shards"]["failed"]:
            raise EngineAwayError(f"shards of {build} are missing")
        return f"{counted['count']} documents in {build}"

    def versions(self, build: str) -> dict[str, int]:
        """See `Backend.versions`."""
        asked = {"query": {"match_all": {}}, "_source": False, "docvalue_fields": ["version"]}
        with _as_engine_error():
            self._client.indices.refresh(index=self._names(build)[0])
            rows = helpers.scan(self._client, index=self._names(build)[0], query=asked, size=5_000)
            try:
                return {row["_id"]: int(row["fields"]["version"][0]) for row in rows}
            except helpers.ScanError as error:
                raise EngineAwayError(str(error)[:300]) from error

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
        """See `Backend.write`. In parts of BULK_BYTES; each document carries its own version."""
        name, alias = self._names(build)
        left: list[str] = []
        with _as_engine_error():
            pairs = [*self._removals(name, removed), *_writes(entries, force=force)]
            for part in _parts(pairs):
                answer = self._client.bulk(
                    index=alias,
                    operations=part,  # type: ignore[arg-type] # lines already made are sent as is
                    require_alias=True,
                )
                if answer["errors"]:
                    left += _refused(answer["items"])
            if seen:
                self._client.indices.refresh(index=name)
        return left

    def _removals(self, name: str, removed: Sequence[str]) -> Iterator[list[bytes]]:
        """Removes what is there, each under the version it has.

        So a writer that was overtaken brings nothing back, and the same version may come again.
        """
        keys = list(dict.fromkeys(removed))
        if not keys:
            return
        found = self._client.mget(index=name, ids=keys, source=False)["docs"]
        for row in found:
            if row.get("found"):
                how = {"version": row["_version"], "version_type": "external_gte"}
                yield [_line({"delete": {"_id": row["_id"], **how}})]

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
        """See `Backend.search`. One request, and one for texts after a second look."""
        if not plan.can_match:
            return Answer((), 0)
        with _as_engine_error():
            return self._in_time(
                lambda: self._answer(build, plan, offset, limit, reorder, facets=facets)
            )

    def _answer(
        self,
        build: str,
        plan: Plan,
        offset: int,
        limit: int,
        reorder: Reorder | None,
        *,
        facets: bool,
    ) -> Answer:
        need = min(offset + limit, WINDOW)
        anew = reorder is not None and by_relevance(plan)
        look = (anew or wants_second_look(plan)) and offset < LOOK
        first = 0 if look else max(0, min(offset, WINDOW) - MARGIN)
        last = (max(need, LOOK) if look else need) + MARGIN
        asked = self._search(build, plan, facets=facets)
        asked = asked.source(False).extra(docvalue_fields=["grams"]) if look else asked
        response = asked[first:last].execute().to_dict()
        best = settled(
            [Scored(row["_score"] or 0.0, row["sort"][-1], row) for row in response["hits"]["hits"]]
        )
        if look:
            best = second_look(plan, best, _grams, self.weights)
            if reorder is not None and anew:
                best = [*reorder(best[:LOOK]), *best[LOOK:]]
        best = best[offset - first : max(need - first, 0)]
        texts = self._texts(build, [one.handle["_id"] for one in best]) if look else {}
        hits = tuple(_hit(one, texts) for one in best)
        counted = _counts(response.get("aggregations", {}), plan) if facets else {}
        return Answer(hits, response["hits"]["total"]["value"], counted)

    def _texts(self, build: str, keys: Sequence[str]) -> dict[str, Any]:
        if not keys:
            return {}
        name = self._names(build)[0]
        asked = self._reading.mget(index=name, ids=keys, source_includes=["texts"], realtime=False)
        rows = asked["docs"]
        return {row["_id"]: row["_source"].get("texts", {}) for row in rows if row.get("found")}

    def _search(self, build: str, plan: Plan, *, facets: bool) -> Search[Any]:
        client = self._reading
        asked: Search[Any] = Search(using=client, index=self._names(build)[0])
        asked = asked.query(self._query(plan)).source(["texts"])
        own = {name: _facet(name, values) for name, values in plan.facets}
        if own:
            # Not a filter of the query itself: a facet's counts leave out its own filter.
            asked = asked.post_filter(ask.Bool(filter=list(own.values())))
        if facets:
            for number, name in enumerate(("", *own)):
                others = [one for key, one in own.items() if key != name]
                counted = aggs.Filter(ask.Bool(filter=others) if others else ask.MatchAll())
                counted.bucket(
                    "values", "terms", field="facet", size=MAX_VALUES, shard_size=4 * MAX_VALUES
                )
                asked.aggs.bucket(f"facet{number}", counted)
        if plan.sort == "date" or not plan.has_words:
            asked = asked.sort("-place")
        else:
            asked = asked.sort("_score", "-place")  # the client reads "_score" as best first
        return asked.extra(track_total_hits=True).params(
            # With several shards each counts its own words otherwise, and scores differ.
            search_type="dfs_query_then_fetch" if self.shards > 1 else "query_then_fetch",
            allow_partial_search_results=False,
            # Copies of a shard count removed documents differently; pages of a query ask the same.
            preference=f"q{zlib.crc32(repr(plan).encode()):x}",
        )

    # -- plan to query -------------------------------------------------------------

    def _query(self, plan: Plan) -> ask.Query:
        """The plan without its facets, which are filtered after counting."""
        must = [_leaf(leaf, plan) for leaf in plan.required]
        should = [_leaf(leaf, plan) for leaf in plan.optional]
        if should and not must:
            must, should = [ask.Bool(should=should, minimum_should_match=1)], []
        if plan.has_words:
            should += [
                ask.Term(name, _weighed(token, weight))
                for name, token, weight in plan.bonuses(self.weights)
            ]
        return ask.Bool(
            must=must or [ask.MatchAll()],
            should=should,
            must_not=[_leaf(leaf, plan) for leaf in plan.excluded],
            filter=_filters(plan),
            minimum_should_match=0,
        )


def _hit(one: Scored, texts: Mapping[str, Any]) -> EngineHit:
    key = one.handle["_id"]
    own = one.handle.get("_source", {}).get("texts", {})
    return EngineHit(key, one.score, texts.get(key) or own)


def _grams(row: Mapping[str, Any]) -> bytes:
    return base64.b64decode(row["fields"]["grams"][0]) if "fields" in row else pack(())


def _weighed(token: str, weight: float) -> dict[str, Any]:
    return {"value": token, "boost": weight}


def _leaf(leaf: Leaf, plan: Plan) -> ask.Query:
    runs = [one for run in leaf.runs for one in (_run(run), _deep(run, plan))]
    return ask.DisMax(queries=runs, tie_breaker=0.0)


def _run(run: Sequence[tuple[int, str]]) -> ask.Query:
    if len(run) == 1:
        return ask.Term("stem", {"value": run[0][1]})
    return ask.MatchPhrase("stem", {"query": _placed(run)})


def _deep(run: Run, plan: Plan) -> ask.Query:
    """In the rest of a long text: weighed without its length."""
    if len(run) == 1:
        found: ask.Query = ask.Term("rest", {"value": run[0][1]})
    else:
        found = ask.MatchPhrase("deep", {"query": _placed(run)})
    return ask.ConstantScore(filter=found, boost=plan.rest_weight(run))


def _terms(name: str, values: Iterable[str]) -> ask.Query:
    return ask.Terms(name, list(values))


def _filters(plan: Plan) -> list[ask.Query]:
    made: list[ask.Query] = []
    if plan.numbers:
        made.append(_terms("number", plan.numbers))
    if plan.keys:
        made.append(ask.Ids(values=list(plan.keys)))
    if plan.date_from or plan.date_to:
        bounds: dict[str, Any] = {"gte": plan.date_from.toordinal() if plan.date_from else 1}
        if plan.date_to:
            bounds["lte"] = plan.date_to.toordinal()
        made.append(ask.Range("date", bounds))
    return made


def _facet(name: str, values: Iterable[str]) -> ask.Query:
    return _terms("facet", (f"{name}{SEPARATOR}{value}" for value in values))


def _counts(found: Mapping[str, Any], plan: Plan) -> dict[str, dict[str, int]]:
    """Counts by facet; those of a facet that filters come from the bucket without its filter."""
    counts: dict[str, dict[str, int]] = {}
    for number, own in enumerate(("", *(name for name, _ in plan.facets))):
        mine: dict[str, dict[str, int]] = {}
        for bucket in found[f"facet{number}"]["values"]["buckets"]:
            name, _, value = bucket["key"].partition(SEPARATOR)
            mine.setdefault(name, {})[value] = int(bucket["doc_count"])
        if own:
            counts[own] = mine.get(own, {})
        else:
            counts = mine
    return counts


def _placed(tokens: Iterable[tuple[int, str]]) -> str:
    """Tokens with their positions as one text for the analyser `placed`."""
    rows: list[str] = []
    at = -1
    for position, token in tokens:
        if position == at:
            rows[-1] += STACK + token
            continue
        rows += [HOLE] * min(position - at - 1, GAP)  # no phrase crosses more
        rows.append(token)
        at = position
    return " ".join(rows)


def _body(entry: Entry) -> dict[str, Any]:
    document, streams = entry.document, entry.streams
    return {
        "version": document.version,
        "date": document.date.toordinal() if document.date else 0,
        "place": place_of(document),
        **_streams(streams),
        "number": list(streams.numbers),
        "facet": [
            f"{name}{SEPARATOR}{value}"
            for name, values in document.all_facets().items()
            for value in dict.fromkeys(values)
        ],
        "grams": base64.b64encode(streams.grams).decode(),
        "texts": document.stored(),
    }


def _streams(streams: Streams) -> dict[str, str]:
    made = {name: " ".join(streams.ordering(name)) for name in ORDERING}
    rest = {"rest": " ".join(streams.rest), "deep": _placed(streams.deep)} if streams.deep else {}
    return {"stem": _placed(streams.stems), **rest, **made}


def _writes(entries: Iterable[Entry], *, force: bool) -> Iterator[list[bytes]]:
    for entry in entries:
        how: dict[str, Any] = {"_id": entry.document.key}
        if not force:
            how |= {"version": entry.document.version, "version_type": "external_gte"}
        yield [_line({"index": how}), _line(_body(entry))]


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _parts(pairs: Iterable[list[bytes]]) -> Iterator[list[bytes]]:
    """Lines of a bulk request, in requests of about BULK_BYTES."""
    part: list[bytes] = []
    size = 0
    for lines in pairs:
        length = sum(map(len, lines))
        if part and size + length > BULK_BYTES:
            yield part
            part, size = [], 0
        part += lines
        size += length
    if part:
        yield part


def _refused(items: Iterable[Mapping[str, Any]]) -> list[str]:
    """Keys of the entries that are older than what is there; raises if others failed."""
    left: list[str] = []
    for item in items:
        (did, row), *_ = item.items()
        error, status = row.get("error"), row["status"]
        if not error:
            continue
        said = f"{row.get('_id')}: {error.get('type')}: {str(error.get('reason'))[:300]}"
        if status == 409 and did == "index":
            left.append(row["_id"])
        elif status == 409:
            raise EngineBusyError(said)
        elif status == 404:
            raise EngineError(said)
        elif status == 400:
            # Nothing that is written again would help, and others must not wait for it.
            logger.error("Elasticsearch does not take a document: %s", said)
        else:
            raise EngineAwayError(said)
    return left
