"""Which stored queries a document matches: evaluated in full, never from a page of results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from monitoring.search.analysis import Concepts, Vocabulary
from monitoring.search.documents import SearchDocument
from monitoring.search.plans import Plan, matches, plan_of
from monitoring.search.query import Query
from monitoring.search.streams import streams_of
from monitoring.search.synonyms import active_concepts
from monitoring.search.vocabularies import current_vocabulary


def match(
    queries: Mapping[int, Query],
    documents: Sequence[SearchDocument],
    concepts: Concepts | None = None,
    vocabulary: Vocabulary | None = None,
) -> dict[int, list[tuple[str, int]]]:
    """The documents, as (kind, id), that each query finds; queries that find none are left out.

    The queries are put into an index by one token that a document must have, so that a document is
    compared with a few candidates only. Few queries to the database, for the concepts and the
    vocabulary of the index if not given.
    """
    known = active_concepts() if concepts is None else concepts
    words = current_vocabulary() if vocabulary is None else vocabulary
    plans = {key: plan_of(query, known, words) for key, query in queries.items()}
    by_token: dict[str, list[int]] = defaultdict(list)
    always: list[int] = []
    for key, plan in plans.items():
        tokens = _entries(plan)
        for token in tokens:
            by_token[token].append(key)
        if not tokens and plan.can_match:
            always.append(key)
    found: dict[int, list[tuple[str, int]]] = {}
    for document in documents:
        streams = streams_of(document, known)
        candidates = {key for token in streams.positions for key in by_token.get(token, ())}
        for key in sorted(candidates.union(always)):
            if matches(plans[key], document, streams):
                found.setdefault(key, []).append((document.kind, document.id))
    return found


def _entries(plan: Plan) -> set[str]:
    """Tokens of which a found document has at least one; empty: no word is needed."""
    leaves = plan.required[:1] or plan.optional
    return {run[0][1] for leaf in leaves for run in leaf.runs}
