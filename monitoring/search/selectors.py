"""Reads of the room `search`."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitoring.search.query import Query


@dataclass(frozen=True)
class Found:
    """One result as the page shows it."""

    kind: str
    id: int
    title: str
    address: str
    language: str
    meta: str = ""
    kind_label: str = ""
    excerpt: str = ""
    excerpt_language: str = ""


@dataclass(frozen=True)
class FacetValue:
    """One value of a facet: how many results it would leave, and whether it is chosen."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """A facet with its values; counts leave out the facet's own filter."""

    name: str
    title: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True)
class Results:
    """A page of results. `notices` are sentences in the reader's language."""

    hits: tuple[Found, ...] = ()
    total: int = 0
    facets: tuple[Facet, ...] = ()
    notices: tuple[str, ...] = ()
    page: int = 1
    pages: int = 1
    highlights: tuple[str, ...] = field(default=())


def search(query: Query, language: str, page: int = 1, size: int = 20) -> Results:
    """Search all kinds; never raises for what a reader typed or for an engine that is away."""
    return Results()
