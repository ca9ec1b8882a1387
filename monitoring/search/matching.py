"""Which stored queries a document matches: evaluated in full, never from a page of results.

Engine-neutral, and it does not ask every query in turn. A query is taken apart into what its words
ask and what its filters ask; equal parts are kept once. It is filed under the tokens or values of
its *rarest* clause (see `shares`): of a phrase two words that follow one another, of words joined
by "or" all of them, of a filter its values. A document is compared only with what stands under its
own tokens, pairs and values; what no longer needs asking there (most queries) is taken as it is,
the rest is evaluated, each distinct part once a document. `plans.matches` is the meaning; tests
hold the two equal.
"""

from __future__ import annotations

import datetime as dt
import gc
import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from monitoring.search.analysis import NO_VOCABULARY, Concepts, Vocabulary
from monitoring.search.documents import SearchDocument
from monitoring.search.models import SavedQuery
from monitoring.search.plans import Leaf, Plan, leaf_stands, plan_of
from monitoring.search.query import Query
from monitoring.search.shares import facet_share, token_shares
from monitoring.search.streams import Streams, streams_of
from monitoring.search.synonyms import active_concepts
from monitoring.search.vocabularies import current_vocabulary

Record = tuple[str, int]
Facets = Mapping[str, frozenset[str]]
_NONE: frozenset[str] = frozenset()
SURE = 0.03
"""What taking a query as it is costs, as a part of evaluating one."""
_ALWAYS = ""
"""The entry of what no token and no value is needed for: dates alone."""

BESIDE = 0.1
"""Of documents with both words of a pair, about the part that has them side by side."""
FARTHEST = 3
"""Positions between two words of a phrase up to which the pair is an entry."""
Pair = tuple[str, str, int]
"""Two tokens, and how many positions the second stands after the first."""
Entry = str | Pair

T = TypeVar("T")


@dataclass(frozen=True)
class Words:
    """What the words of a query ask: `needs` all of them and `any_of` at least one (None: no such
    wish) stand anywhere; every leaf of `required` stands, none of `excluded` does.
    """

    needs: frozenset[str]
    any_of: frozenset[str] | None
    required: tuple[Leaf, ...]
    excluded: tuple[Leaf, ...]

    @classmethod
    def of(cls, plan: Plan) -> Words:
        """The words of a plan. Optional leaves of a plan are single tokens."""
        alone = len(plan.required) == 1 and all(len(run) == 1 for run in plan.required[0].runs)
        if alone or not plan.required:
            leaves = plan.required or plan.optional
            any_of = frozenset(run[0][1] for leaf in leaves for run in leaf.runs)
            return cls(frozenset(), any_of if leaves else None, (), plan.excluded)
        certain = (leaf.runs[0] for leaf in plan.required if len(leaf.runs) == 1)
        needs = frozenset(token for run in certain for _, token in run)
        whole = tuple(leaf for leaf in plan.required if [*map(len, leaf.runs)] != [1])
        return cls(needs, None, whole, plan.excluded)

    @property
    def find(self) -> bool:
        """Whether anything is looked for, not only left out."""
        return bool(self.needs or self.any_of or self.required)

    def stand(self, tokens: frozenset[str], streams: Streams) -> bool:
        """Whether a document with these tokens has what is asked."""
        if not self.needs <= tokens or (self.any_of is not None and self.any_of.isdisjoint(tokens)):
            return False
        return all(leaf_stands(leaf, streams) for leaf in self.required) and not any(
            leaf_stands(leaf, streams) for leaf in self.excluded
        )

    @property
    def is_pairs(self) -> bool:
        """Whether any one of its pairs is enough: one phrase of two words."""
        if len(self.required) != 1 or self.excluded:
            return False
        return all(
            len(run) == 2 and 0 < run[1][0] <= FARTHEST and self.needs <= {run[0][1], run[1][1]}
            for run in self.required[0].runs
        )

    @property
    def is_one_wish(self) -> bool:
        """Whether any one token is enough."""
        return self.any_of is not None and not self.excluded


@dataclass(frozen=True)
class Limits:
    """What the filters of a query ask."""

    facets: tuple[tuple[str, frozenset[str]], ...]
    numbers: frozenset[str]
    date_from: dt.date | None
    date_to: dt.date | None

    @classmethod
    def of(cls, plan: Plan) -> Limits:
        """The filters of a plan."""
        facets = tuple((name, frozenset(values)) for name, values in plan.facets)
        return cls(facets, frozenset(plan.numbers), plan.date_from, plan.date_to)

    def pass_(self, facets: Facets, numbers: frozenset[str], day: dt.date | None) -> bool:
        """Whether a document with these values is let through."""
        for name, values in self.facets:
            if values.isdisjoint(facets.get(name, _NONE)):
                return False
        if self.numbers and self.numbers.isdisjoint(numbers):
            return False
        if self.date_from and (day is None or day < self.date_from):
            return False
        return not (self.date_to and (day is None or day > self.date_to))


class _Parts(Generic[T]):
    """Distinct values under small numbers, which are given again when nobody holds them."""

    def __init__(self) -> None:
        self.rows: list[T | None] = []
        self._numbers: dict[T, int] = {}
        self._held: list[int] = []
        self._free: list[int] = []

    def take(self, value: T) -> int:
        number = self._numbers.get(value)
        if number is None:
            if self._free:
                number = self._free.pop()
                self.rows[number], self._held[number] = value, 0
            else:
                number = len(self.rows)
                self.rows.append(value)
                self._held.append(0)
            self._numbers[value] = number
        self._held[number] += 1
        return number

    def give_back(self, number: int) -> None:
        self._held[number] -= 1
        value = self.rows[number]
        if self._held[number] == 0 and value is not None:
            del self._numbers[value]
            self.rows[number] = None
            self._free.append(number)

    def __len__(self) -> int:
        return len(self._numbers)


@dataclass(slots=True)
class _Home:
    """Where queries that ask the same are filed: numbers of words and limits, entries, whether an
    entry says all that the words ask, how many queries live there.
    """

    words: int
    limits: int
    entries: tuple[Entry, ...]
    surely: bool
    held: int = 0


class Matcher:
    """Queries made ready to be asked of documents.

    Filing costs some tenths of a ms a distinct text; adding and removing one costs no more than
    that. Not for two threads at once.
    """

    def __init__(
        self,
        concepts: Concepts,
        queries: Mapping[int, Query] | None = None,
        vocabulary: Vocabulary = NO_VOCABULARY,
    ) -> None:
        self.concepts = concepts
        self.vocabulary = vocabulary
        self._shares = token_shares(vocabulary, concepts)
        self._queries: dict[int, Query] = {}
        self._asks: dict[str, Words] = {}
        """Text of a query to what it asks."""
        self._limits_of: dict[tuple[tuple[str, tuple[str, ...]], ...], Limits] = {}
        self._words: _Parts[Words] = _Parts()
        self._limits: _Parts[Limits] = _Parts()
        self._homes: dict[tuple[int, int], _Home] = {}
        self._home_of: dict[int, _Home] = {}
        self._keys: dict[tuple[int, int], list[int]] = {}
        """Words and limits to the queries that ask just these; of those that are evaluated."""
        self._steps: set[int] = set()
        """Distances of the pairs that are entries."""
        self._surely: dict[Entry, dict[int, list[int]]] = {}
        """Entry to limits to queries that find whatever stands there and passes the limits."""
        self._perhaps: dict[Entry, dict[int, list[int]]] = {}
        """Entry to limits to words that must be evaluated."""
        for key, query in (queries or {}).items():
            self.add(key, query)

    def __len__(self) -> int:
        return len(self._queries)

    def __contains__(self, key: int) -> bool:
        return key in self._queries

    @property
    def distinct(self) -> int:
        """Queries that ask for different things."""
        return len(self._homes)

    # -- filing --------------------------------------------------------------------

    def add(self, key: int, query: Query) -> None:
        """File a query; one that stood under this key goes."""
        self.remove(key)
        self._queries[key] = query
        words = self._asked(query.text)
        limits = self._limits_of.get(query.filters)
        if limits is None:
            limits = Limits.of(plan_of(replace(query, text="")))
            self._limits_of[query.filters] = limits
        if words.find or limits != _NO_LIMITS:
            self._file(key, words, limits)

    def _asked(self, text: str) -> Words:
        known = self._asks.get(text)
        if known is None:
            known = self._asks[text] = self._read(text)
        return known

    def _read(self, text: str) -> Words:
        """In the right spelling, with the other writings of names, as a page reads it."""
        return Words.of(plan_of(Query(text), self.concepts, self.vocabulary))

    def _file(self, key: int, words: Words, limits: Limits) -> None:
        pair = self._words.take(words), self._limits.take(limits)
        home = self._homes.get(pair)
        if home is None:
            home = self._homes[pair] = self._choose(*pair, words, limits)
            if not home.surely:
                self._keys[pair] = []
                for entry in home.entries:
                    self._perhaps.setdefault(entry, {}).setdefault(pair[1], []).append(pair[0])
        self._home_of[key] = home
        home.held += 1
        if home.surely:
            for entry in home.entries:
                self._surely.setdefault(entry, {}).setdefault(home.limits, []).append(key)
        else:
            self._keys[pair].append(key)

    def _choose(self, number: int, limit: int, words: Words, limits: Limits) -> _Home:
        """The clause that fewest documents have, and whether it says all that the words say."""
        choices: list[tuple[float, tuple[Entry, ...], bool]] = [
            (self._share(one), (one,), False) for one in words.needs
        ]
        if words.any_of is not None:
            share = sum(map(self._share, words.any_of))
            # What stands there for sure is taken as it is, which costs little (SURE).
            share *= SURE if words.is_one_wish else 1
            choices.append((share, tuple(sorted(words.any_of)), words.is_one_wish))
        for leaf in words.required:
            rarest = {min((one for _, one in run), key=self._share) for run in leaf.runs}
            choices.append((sum(map(self._share, rarest)), tuple(sorted(rarest)), False))
            if pairs := _pairs(leaf, self._share):
                share = sum(map(self._share_of_pair, pairs))
                share *= SURE if words.is_pairs else 1
                choices.append((share, pairs, words.is_pairs))
        silent = not words.find and not words.excluded
        for name, values in (*limits.facets, ("number", limits.numbers)):
            if values:
                of_facet = tuple(f"{name}\x1f{value}" for value in sorted(values))
                choices.append((facet_share(name, len(values)), of_facet, silent))
        _share, entries, surely = min(
            choices, key=lambda one: one[0], default=(1.0, (_ALWAYS,), silent)
        )
        self._steps.update(entry[2] for entry in entries if isinstance(entry, tuple))
        return _Home(number, limit, entries, surely)

    def _share(self, token: str) -> float:
        """About the part of documents with a token; without a vocabulary, of queries with it."""
        if self._shares:
            return self._shares.get(token, 0.0)
        filed = len(self._surely.get(token, ())) + len(self._perhaps.get(token, ()))
        return filed / (len(self._homes) + 1)

    def _share_of_pair(self, pair: Pair) -> float:
        return BESIDE * min(self._share(pair[0]), self._share(pair[1]))

    def remove(self, key: int) -> None:
        """Take a query out; one that is not filed is passed over."""
        self._queries.pop(key, None)
        home = self._home_of.pop(key, None)
        if home is None:
            return
        pair = home.words, home.limits
        self._words.give_back(home.words)
        self._limits.give_back(home.limits)
        home.held -= 1
        if not home.held:
            del self._homes[pair]
        if home.surely:
            self._unfile(self._surely, home, key)
            return
        self._keys[pair].remove(key)
        if not home.held:
            del self._keys[pair]
            self._unfile(self._perhaps, home, home.words)

    @staticmethod
    def _unfile(filed: dict[Entry, dict[int, list[int]]], home: _Home, one: int) -> None:
        for entry in home.entries:
            by_limits = filed[entry]
            by_limits[home.limits].remove(one)
            if not by_limits[home.limits]:
                del by_limits[home.limits]
            if not by_limits:
                del filed[entry]

    def refresh(self, vocabulary: Vocabulary) -> int:
        """Take over a newer vocabulary: file anew what is read otherwise now; how many."""
        if vocabulary is self.vocabulary:
            return 0
        self.vocabulary = vocabulary
        used = {query.text for query in self._queries.values()}
        self._asks = {
            text: known
            for text, known in self._asks.items()
            if text in used and self._read(text) == known
        }
        self._limits_of.clear()  # holds those of queries that went, too
        moved = [(key, one) for key, one in self._queries.items() if one.text not in self._asks]
        for key, query in moved:
            self.add(key, query)
        return len(moved)

    # -- matching ------------------------------------------------------------------

    def match(self, document: SearchDocument) -> list[int]:
        """The keys of all queries that find a document, ascending."""
        return sorted(self.matched(document))

    def matched(self, document: SearchDocument) -> set[int]:
        """The keys of all queries that find a document."""
        # A look for garbage through all that is filed would take longer than the matching.
        with _no_garbage_collection():
            return self._matched(document)

    def _matched(self, document: SearchDocument) -> set[int]:
        streams = streams_of(document, self.concepts)
        tokens = frozenset(streams.positions)
        facets = {name: frozenset(values) for name, values in document.all_facets().items()}
        numbers = frozenset(streams.numbers)
        passes = _Answers(self._limits, lambda limits: limits.pass_(facets, numbers, document.date))
        stands = _Answers(self._words, lambda words: words.stand(tokens, streams))
        entries: list[Entry] = [
            *tokens,
            *self._pairs_of(streams),
            *(f"{name}\x1f{value}" for name, values in facets.items() for value in values),
            *(f"number\x1f{one}" for one in numbers),
            _ALWAYS,
        ]
        found: set[int] = set()
        for entry in entries:
            for limits, keys in self._surely.get(entry, _EMPTY).items():
                if passes[limits]:
                    found.update(keys)
            for limits, asked in self._perhaps.get(entry, _EMPTY).items():
                if passes[limits]:
                    for words in asked:
                        if stands[words]:
                            found.update(self._keys[words, limits])
        return found

    def _pairs_of(self, streams: Streams) -> set[Pair]:
        """The entries among the pairs of a document."""
        at: dict[int, list[str]] = {}
        for position, token in streams.placed:
            at.setdefault(position, []).append(token)
        pairs = {
            (token, other, step)
            for step in self._steps
            for position, token in streams.placed
            for other in at.get(position + step, ())
        }
        return {pair for pair in pairs if pair in self._surely or pair in self._perhaps}


def _pairs(leaf: Leaf, share: Callable[[str], float]) -> tuple[Pair, ...]:
    """Of each run the pair of neighbours that fewest documents have; none if a run has no such."""
    found: set[Pair] = set()
    for run in leaf.runs:
        row = [
            (token, other, place - before)
            for (before, token), (place, other) in itertools.pairwise(run)
            if 0 < place - before <= FARTHEST
        ]
        if not row:
            return ()
        found.add(min(row, key=lambda pair: min(share(pair[0]), share(pair[1]))))
    return tuple(sorted(found))


_EMPTY: Mapping[int, list[int]] = {}
_NO_LIMITS = Limits((), _NONE, None, None)


class _Answers(dict[int, bool], Generic[T]):
    """Yes or no of a document to each part, asked once."""

    def __init__(self, parts: _Parts[T], ask: Callable[[T], bool]) -> None:
        super().__init__()
        self._rows, self._ask = parts.rows, ask

    def __missing__(self, number: int) -> bool:
        part = self._rows[number]
        assert part is not None  # a filed part is held
        answer = self[number] = self._ask(part)
        return answer


def match(
    queries: Mapping[int, Query],
    documents: Sequence[SearchDocument],
    concepts: Concepts | None = None,
    vocabulary: Vocabulary | None = None,
) -> dict[int, list[Record]]:
    """The documents, as (kind, id), that each query finds; queries that find none are left out.

    For queries at hand; `match_saved` keeps the stored ones ready. Few queries to the database, for
    the concepts and the vocabulary of the index if not given.
    """
    matcher = Matcher(
        active_concepts() if concepts is None else concepts,
        queries,
        current_vocabulary() if vocabulary is None else vocabulary,
    )
    return _by_query(matcher, documents)


def _by_query(matcher: Matcher, documents: Iterable[SearchDocument]) -> dict[int, list[Record]]:
    found: dict[int, list[Record]] = {}
    for document in documents:
        record = document.kind, document.id
        for key in matcher.matched(document):
            found.setdefault(key, []).append(record)
    return found


_kept: Matcher | None = None
_digests: dict[int, int] = {}
_lock = threading.Lock()


def match_saved(documents: Iterable[SearchDocument]) -> dict[int, list[Record]]:
    """The documents, as (kind, id), that each stored query finds, by the query's id.

    The queries are kept ready in the process. The first call of a process, and the first after a
    change of synonyms, reads them all; later ones read those that came, forget those that went,
    and file anew those that the vocabulary of the index spells otherwise now. Few queries to the
    database.
    """
    with _lock:
        return _by_query(_brought_up_to_date(), documents)


def warm_up() -> int:
    """Read all stored queries now, so that the next match finds them ready; how many there are."""
    with _lock:
        return len(_brought_up_to_date())


def _brought_up_to_date() -> Matcher:
    """The kept matcher with just the queries that are stored now.

    All ids are compared, and the content with them: ids do not follow the order of commits, so
    "those after the last" would miss one, and a restored backup gives them again.
    """
    global _kept  # noqa: PLW0603 - one for the process, guarded by the lock
    concepts, vocabulary = active_concepts(), current_vocabulary()
    if _kept is None or _kept.concepts.fingerprint != concepts.fingerprint:
        _kept = Matcher(concepts, None, vocabulary)
        _digests.clear()
    _kept.refresh(vocabulary)
    rows = SavedQuery.objects.order_by("pk").values_list("pk", "digest")
    asked = {pk: int(digest[:15], 16) for pk, digest in rows.iterator(10_000)}
    for pk in [pk for pk, digest in _digests.items() if asked.get(pk) != digest]:
        _kept.remove(pk)
        del _digests[pk]
    missing = [pk for pk in asked if pk not in _digests]
    many = len(missing) > _AT_ONCE
    for first in range(0, len(missing), _AT_ONCE):
        # What is filed stays: looking through all of it for garbage again and again would take a
        # quarter of the time.
        with _no_garbage_collection():
            part = SavedQuery.objects.filter(pk__in=missing[first : first + _AT_ONCE])
            for pk, query in part.values_list("pk", "query"):
                _kept.add(pk, Query.from_json(query))
                _digests[pk] = asked[pk]
    if many:
        gc.collect()
        gc.freeze()  # what is filed stays, and need not be looked through ever after
    return _kept


_AT_ONCE = 900
"""Ids in one query to the database."""


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()
