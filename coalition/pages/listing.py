"""Lists of pages with filters: which ticks a reader may set, what each would leave. Pure functions.

A list of the site holds hundreds of pages, so what the filters need is read at once, a narrow row a
page, and counted here: one query a list, whatever the number of filters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from monitoring.core.text import kazakh_key

MOST_VALUES = 50
"""Of one filter in one address: more are not read."""


@dataclass(frozen=True)
class Row:
    """What the filters know of one page: by filter, its values with their words."""

    pk: int
    values: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Filter:
    """One filter of a list; `wide` where two columns fit, `newest_first` for years."""

    name: str
    title: str
    wide: bool = False
    newest_first: bool = False


@dataclass(frozen=True)
class Narrowed:
    """A list as its address narrows it: ids in the given order, filters and ticks to show."""

    ids: list[int] = field(default_factory=list)
    facets: list[dict[str, Any]] = field(default_factory=list)
    chips: list[dict[str, str]] = field(default_factory=list)
    query: str = ""


def read(params: QueryDict, filters: Iterable[Filter]) -> dict[str, tuple[str, ...]]:
    """The ticks of an address; whatever is no filter is left out. Never raises."""
    chosen = {}
    for one in filters:
        values = tuple(dict.fromkeys(v for v in params.getlist(one.name)[:MOST_VALUES] if v))
        if values:
            chosen[one.name] = values
    return chosen


def narrow(
    rows: Sequence[Row], filters: Sequence[Filter], params: QueryDict, address: str
) -> Narrowed:
    """What is left of a list, and what each further tick would leave.

    Values of one filter are alternatives, filters are joined by "and"; counts leave out the
    filter's own ticks; a value that would leave nothing is not offered unless it is ticked. A tick
    that no page of the list has leaves nothing and can be taken back by its chip.
    """
    chosen = read(params, filters)
    ids = [row.pk for row in rows if _fits(row, chosen)]
    facets, chips = [], []
    for one in filters:
        others = {name: values for name, values in chosen.items() if name != one.name}
        left = [row.values.get(one.name, {}) for row in rows if _fits(row, others)]
        counts = Counter(value for values in left for value in values)
        words = {v: w for row in rows for v, w in row.values.get(one.name, {}).items()}
        ticked = chosen.get(one.name, ())
        options = [
            {
                "value": value,
                "label": words.get(value, value),
                "count": counts[value],
                "checked": value in ticked,
            }
            for value in sorted({*counts, *ticked}, key=_order(one, words))
        ]
        facets.append({"name": one.name, "title": one.title, "wide": one.wide, "options": options})
        chips += [
            {
                "label": words.get(value, value)[:80],
                "address": _address(address, _without(chosen, one.name, value)),
            }
            for value in ticked
        ]
    return Narrowed(ids, facets, chips, _query(chosen))


def _fits(row: Row, chosen: Mapping[str, Sequence[str]]) -> bool:
    return all(
        any(value in row.values.get(name, {}) for value in values)
        for name, values in chosen.items()
    )


def _order(one: Filter, words: Mapping[str, str]) -> Callable[[str], Any]:
    if one.newest_first:
        return lambda value: (-int(value) if re.fullmatch(r"[0-9]{4}", value) else 0, value)
    return lambda value: (kazakh_key(words.get(value, value)), value)


def _without(
    chosen: Mapping[str, Sequence[str]], name: str, value: str
) -> dict[str, tuple[str, ...]]:
    left = {
        key: tuple(v for v in values if (key, v) != (name, value)) for key, values in chosen.items()
    }
    return {key: values for key, values in left.items() if values}


def _query(chosen: Mapping[str, Sequence[str]]) -> str:
    params = QueryDict(mutable=True)
    for name, values in chosen.items():
        params.setlist(name, list(values))
    return params.urlencode()


def _address(address: str, chosen: Mapping[str, Sequence[str]]) -> str:
    query = _query(chosen)
    return f"{address}?{query}" if query else address


def page_address(query: str, number: int) -> str:
    """The address of another page of the same list."""
    return f"?{query}&p={number}" if query else f"?p={number}"


def pages_of(page: Any, query: str) -> dict[str, Any]:
    """What the pager shows of a Django page, and whether search engines should pass the list by."""
    return {
        "number": page.number,
        "total": page.paginator.num_pages,
        "count": page.paginator.count,
        "previous_url": page_address(query, page.number - 1) if page.has_previous() else "",
        "next_url": page_address(query, page.number + 1) if page.has_next() else "",
        "noindex": bool(query) or page.number > 1,
    }
