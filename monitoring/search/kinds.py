"""The kinds of record that can be found; rooms register theirs in `ready()`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext

from monitoring.search.documents import SearchDocument


@dataclass(frozen=True)
class Hit:
    """How a found record is shown: its title, its address and the language of that title.

    `meta` is a short line under the title (number, date, body), already in the reader's language.
    `date`: the record's own, if one is known exactly; `changed`: when readers last saw a change.
    """

    title: str
    address: str
    language: str
    meta: str = ""
    date: dt.date | None = None
    changed: dt.datetime | None = None


@dataclass(frozen=True)
class Place:
    """A provision of a record: what it is called («39-3-бап, 1») and its own address."""

    label: str
    address: str


@dataclass(frozen=True)
class Line:
    """A line of a record's body in which it was found, and the language of that text.

    `anchor` and `label`: of the provision that it is, where the projection named it (`Text.marks`).
    """

    language: str
    text: str
    anchor: str = ""
    label: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of record.

    - `labels(facet, values, language)` names values of a facet; asked for the facet "kind" it names
      the kind itself. A value that it leaves out is shown as its key.
    - `queryset()` gives the rows that belong into the index, and no others.
    - `from_db(row)` is the pure projection; None keeps a row out.
    - `visible(ids)` says which of the ids any reader may see now. Asked before every hit is shown.
    - `hits(ids, language)` describes hits for display; a missing id is not shown.
    - `versions()`, if given, lists (id, version) of the whole queryset more cheaply than `from_db`.
    - `places(found, language)`, if given, names the provisions in which records were found, from
      a line of each by id. What is no provision is left out.
    - `names(facet)`, if given, lists (key, name) of all values of a facet, in every language: what
      people type after `body:`.
    """

    name: str
    labels: Callable[[str, Sequence[str], str], Mapping[str, str]]
    queryset: Callable[[], QuerySet[Any]]
    from_db: Callable[[Any], SearchDocument | None]
    visible: Callable[[Iterable[int]], set[int]]
    hits: Callable[[Sequence[int], str], Mapping[int, Hit]]
    versions: Callable[[], Iterable[tuple[int, int]]] | None = None
    names: Callable[[str], Iterable[tuple[str, str]]] | None = None
    places: Callable[[Mapping[int, Line], str], Mapping[int, Place]] | None = None


@dataclass(frozen=True)
class Extension:
    """A facet that a higher room adds to a kind of a lower one."""

    facet: str
    labels: Callable[[Sequence[str], str], Mapping[str, str]]
    values_for: Callable[[Sequence[int]], Mapping[int, tuple[str, ...]]]


@dataclass
class _Registry:
    kinds: dict[str, Kind] = field(default_factory=dict)
    extensions: dict[str, list[Extension]] = field(default_factory=dict)


_registry = _Registry()


def register(kind: Kind) -> None:
    """Make a kind known; the same name again replaces it (a room's `ready()` may run twice)."""
    _registry.kinds[kind.name] = kind


def forget(name: str) -> None:
    """Take a kind out, with its extensions; for tests that bring their own."""
    _registry.kinds.pop(name, None)
    _registry.extensions.pop(name, None)


def extend(
    kind: str,
    facet: str,
    labels: Callable[[Sequence[str], str], Mapping[str, str]],
    values_for: Callable[[Sequence[int]], Mapping[int, tuple[str, ...]]],
) -> None:
    """Add a facet to a kind from a higher room; `values_for(ids)` answers for many rows at once."""
    added = _registry.extensions.setdefault(kind, [])
    added[:] = [one for one in added if one.facet != facet]
    added.append(Extension(facet, labels, values_for))


def all_kinds() -> list[Kind]:
    """Every kind, by name."""
    return [_registry.kinds[name] for name in sorted(_registry.kinds)]


def get(name: str) -> Kind | None:
    """The kind of that name, or None."""
    return _registry.kinds.get(name)


def extended_facets() -> set[str]:
    """The facets that higher rooms added."""
    return {one.facet for many in _registry.extensions.values() for one in many}


def facet_title(facet: str) -> str:
    """The name of a facet in the active language; rooms that add one translate its key."""
    from monitoring.search.query import FACET_TITLES

    return str(FACET_TITLES[facet]) if facet in FACET_TITLES else gettext(facet.capitalize())


def documents(kind: Kind, ids: Sequence[int] | None = None) -> list[SearchDocument]:
    """The documents of the rows with these ids (None: all) that belong into the index now."""
    rows = kind.queryset()
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    made = [document for document in map(kind.from_db, rows) if document is not None]
    for extension in _registry.extensions.get(kind.name, []):
        values = extension.values_for([document.id for document in made])
        made = [
            _with_facet(document, extension.facet, tuple(values.get(document.id, ())))
            for document in made
        ]
    return made


def _with_facet(document: SearchDocument, facet: str, values: tuple[str, ...]) -> SearchDocument:
    facets = {**document.facets, facet: values}
    return SearchDocument(
        kind=document.kind,
        id=document.id,
        version=document.version,
        texts=document.texts,
        facets=facets,
        numbers=document.numbers,
        date=document.date,
    )


def value_names(facet: str) -> dict[str, list[str]]:
    """The names of every value of a facet in all languages, by key; empty where no kind knows."""
    found: dict[str, list[str]] = {}
    if facet == "kind":
        for kind in all_kinds():
            labels = [kind.labels("kind", [kind.name], one) for one in ("kk", "ru", "en")]
            found[kind.name] = [str(one[kind.name]) for one in labels if kind.name in one]
        return found
    for kind in all_kinds():
        for key, name in kind.names(facet) if kind.names else ():
            found.setdefault(key, []).append(name)
    return found


def value_labels(facet: str, values: Sequence[str], language: str) -> dict[str, str]:
    """The names of a filter's values in a language; a value that nobody names keeps its key."""
    from monitoring.search.query import LANGUAGE_NAMES

    if facet in {"number", "from", "to"}:
        return {value: value for value in values}
    if facet == "lang":
        with translation.override(language):
            return {value: str(LANGUAGE_NAMES.get(value, value)) for value in values}
    named: dict[str, str] = {}
    for kind in all_kinds():
        asked = [value for value in values if value not in named]
        if facet == "kind":
            asked = [value for value in asked if value == kind.name]
        if asked:
            named.update(kind.labels(facet, asked, language))
        for extension in _registry.extensions.get(kind.name, []):
            if extension.facet == facet and asked:
                named.update(extension.labels(asked, language))
    return {value: str(named.get(value, value)) for value in values}
