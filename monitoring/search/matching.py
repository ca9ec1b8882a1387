"""Which stored queries a document matches: evaluated in full, never from a page of results.

Engine-neutral: a query is filed under the tokens of which a document that it finds must have one,
so a document is compared with few queries; those are then evaluated by `plans.matches`.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from monitoring.search.analysis import NO_VOCABULARY, Concepts, Vocabulary
from monitoring.search.documents import SearchDocument
from monitoring.search.models import SavedQuery
from monitoring.search.plans import Plan, matches, plan_of
from monitoring.search.query import Query
from monitoring.search.streams import Streams, streams_of
from monitoring.search.synonyms import active_concepts
from monitoring.search.vocabularies import current_vocabulary

Record = tuple[str, int]
_NONE: frozenset[str] = frozenset()


class Matcher:
    """Queries made ready to be asked of documents; filing costs some tenths of a ms a query."""

    def __init__(
        self,
        concepts: Concepts,
        queries: Mapping[int, Query] | None = None,
        vocabulary: Vocabulary = NO_VOCABULARY,
    ) -> None:
        self.concepts = concepts
        self.vocabulary = vocabulary
        self._plans: dict[int, Plan] = {}
        self._by_token: dict[str, list[int]] = defaultdict(list)
        self._surely: dict[str, list[int]] = defaultdict(list)
        """Queries that find whatever has this token: nothing else is asked."""
        self._always: list[int] = []
        for key, query in (queries or {}).items():
            self.add(key, query)

    def __len__(self) -> int:
        return len(self._plans)

    def add(self, key: int, query: Query) -> None:
        """File a query under a key that is not in use."""
        plan = plan_of(query, self.concepts, self.vocabulary)
        self._plans[key] = plan
        tokens = self._entries(plan)
        filed = self._surely if _asks_one_word(plan) else self._by_token
        for token in tokens:
            filed[token].append(key)
        if not tokens and plan.can_match:
            self._always.append(key)

    def _entries(self, plan: Plan) -> set[str]:
        """Tokens of which a found document has at least one; empty: no word is needed.

        Of what is required the leaf, and of a phrase the word, under which fewest queries stand.
        """
        if not plan.required:
            return {run[0][1] for leaf in plan.optional for run in leaf.runs}
        choices = []
        for leaf in plan.required:
            words = {
                min((token for _, token in run), key=lambda one: len(self._by_token.get(one, ())))
                for run in leaf.runs
            }
            choices.append((sum(len(self._by_token.get(one, ())) for one in words), words))
        return min(choices, key=lambda pair: pair[0])[1]

    def match(self, document: SearchDocument) -> list[int]:
        """The keys of all queries that find a document, ascending."""
        streams = streams_of(document, self.concepts)
        found: set[int] = set()
        candidates = set(self._always)
        for token in streams.positions:
            found.update(self._surely.get(token, ()))
            candidates.update(self._by_token.get(token, ()))
        found.update(self._evaluated(candidates - found, document, streams))
        return sorted(found)

    def _evaluated(
        self, keys: Iterable[int], document: SearchDocument, streams: Streams
    ) -> Iterable[int]:
        facets = {name: frozenset(values) for name, values in document.all_facets().items()}
        for key in keys:
            plan = self._plans[key]
            # The cheap half of `matches` first: most candidates ask for another body or topic.
            if any(facets.get(name, _NONE).isdisjoint(values) for name, values in plan.facets):
                continue
            if matches(plan, document, streams):
                yield key


def match(
    queries: Mapping[int, Query],
    documents: Sequence[SearchDocument],
    concepts: Concepts | None = None,
    vocabulary: Vocabulary | None = None,
) -> dict[int, list[Record]]:
    """The documents, as (kind, id), that each query finds; queries that find none are left out.

    Few queries to the database, for the concepts and the vocabulary of the index if not given.
    """
    matcher = Matcher(
        active_concepts() if concepts is None else concepts,
        queries,
        current_vocabulary() if vocabulary is None else vocabulary,
    )
    found: dict[int, list[Record]] = {}
    for document in documents:
        for key in matcher.match(document):
            found.setdefault(key, []).append((document.kind, document.id))
    return found


_kept: Matcher | None = None
_last = 0
_lock = threading.Lock()


def saved_queries_for(document: SearchDocument) -> list[int]:
    """The ids of all stored queries that find a document.

    The queries are kept ready in the process: the first call of a process, and the first after a
    change of synonyms, reads them all; later ones only those that were stored since. Rows of
    queries never change. Two queries to the database; ids of queries deleted meanwhile may be among
    the answer.
    """
    global _kept, _last  # noqa: PLW0603 - one for the process, guarded by the lock
    concepts, vocabulary = active_concepts(), current_vocabulary()
    with _lock:
        if (
            _kept is None
            or _kept.concepts.fingerprint != concepts.fingerprint
            or _kept.vocabulary is not vocabulary
        ):
            _kept, _last = Matcher(concepts, None, vocabulary), 0
        fresh = SavedQuery.objects.filter(pk__gt=_last).order_by("pk")
        for pk, query in fresh.values_list("pk", "query").iterator(2_000):
            _kept.add(pk, Query.from_json(query))
            _last = pk
        return _kept.match(document)


def _asks_one_word(plan: Plan) -> bool:
    """Whether any one of the tokens that a plan is filed under is enough."""
    filters = plan.facets or plan.numbers or plan.date_from or plan.date_to
    if filters or plan.excluded or len(plan.required) > 1:
        return False
    leaves = plan.required or plan.optional
    return all(len(run) == 1 for leaf in leaves for run in leaf.runs)
