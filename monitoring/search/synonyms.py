"""Editors' synonyms as the concepts that the analyser takes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from monitoring.search.analysis import Concept, Concepts
from monitoring.search.models import Synonym

LANGUAGES = ("kk", "ru", "en")


def snapshot() -> list[list[Any]]:
    """The active synonyms as plain JSON: [key, opaque, {language: [terms]}]. One query."""
    return [
        [row.key, row.opaque, {lang: _lines(getattr(row, f"terms_{lang}")) for lang in LANGUAGES}]
        for row in Synonym.objects.filter(active=True).order_by("key")
    ]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def concepts_of(data: Sequence[Sequence[Any]]) -> Concepts:
    """The concepts of a snapshot; the last few are kept ready."""
    return _compiled(
        tuple(
            (key, opaque, tuple((lang, tuple(terms)) for lang, terms in sorted(named.items())))
            for key, opaque, named in data
        )
    )


@lru_cache(maxsize=8)
def _compiled(data: tuple[Any, ...]) -> Concepts:
    return Concepts([Concept(key, dict(terms), opaque) for key, opaque, terms in data])


def active_concepts() -> Concepts:
    """The concepts as editors keep them now. One query."""
    return concepts_of(snapshot())
