"""Records that say what was asked, in other words or in another language; beside the results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.search import kinds
from monitoring.search.backends import get_backend
from monitoring.search.backends.base import EngineHit, key_of
from monitoring.search.plans import Plan
from monitoring.search.semantic.asking import Meaning

LOOKED = 30
SHOWN = 5
FROM = 0.4
"""The cosine from which a text is taken for an answer; docs/search.md has how often it is one."""


@dataclass(frozen=True)
class Near:
    """A record with the language of its nearest window."""

    hit: EngineHit
    language: str


def near_hits(
    build: str, plan: Plan, meaning: Meaning | None, found: Sequence[EngineHit]
) -> list[Near]:
    """The nearest records that are not among what was found, and that pass the filters.

    None where the very words are asked for. Raises EngineError.
    """
    if meaning is None or plan.required:
        return []
    names = [kind.name for kind in kinds.all_kinds()]
    keys = {
        key_of(record, names): language
        for record, cosine, language in meaning.nearest(LOOKED)
        if cosine >= FROM
    }
    asked = tuple(key for key in keys if key and key not in {hit.key for hit in found})
    if not asked:
        return []
    among = plan.among(asked)
    passing = get_backend().search(build, among, offset=0, limit=len(asked), facets=False)
    hits = sorted(passing.hits, key=lambda hit: asked.index(hit.key))
    return [Near(hit, keys[hit.key]) for hit in hits[:SHOWN]]
