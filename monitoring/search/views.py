"""The page of results: one list over all kinds, works without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from monitoring.core import sections
from monitoring.search import kinds
from monitoring.search.forms import AdvancedForm
from monitoring.search.query import Query
from monitoring.search.selectors import Results, search

KEPT = 12_000
"""Letters of a typed query that are kept in the box; longer ones come from no keyboard."""


@dataclass(frozen=True)
class Chip:
    """A filter in use: what it says and the address without it."""

    label: str
    address: str


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Answer any query with status 200; what cannot be followed is said and kept in the box."""
    language = (get_language() or "kk")[:2]
    query = Query.from_params(request.GET)
    as_typed = request.GET.get("typed") == "1"
    found = search(query, language, _page(request.GET.get("page", "")), as_typed=as_typed)
    address = reverse("search")
    context = {
        "query": query,
        "typed": request.GET.get("q", "")[:KEPT].replace("\x00", ""),
        "asked": not query.is_empty or bool(request.GET.get("q", "").strip()),
        "results": found,
        "typed_address": _address(address, query, as_typed=True),
        "facets": [
            {
                "name": facet.name,
                "title": facet.title,
                "options": [
                    {
                        "value": one.value,
                        "label": one.label,
                        "count": one.count,
                        "checked": one.chosen,
                    }
                    for one in facet.values
                ],
            }
            for facet in found.facets
        ],
        "chips": _chips(query, address, language, found),
        "clear_address": _address(address, Query(text=query.text, sort=query.sort)),
        "sorts": [
            (sort, sort == query.sort, _address(address, _sorted(query, sort)))
            for sort in ("relevance", "date")
        ],
        "previous_address": _address(address, query, found.page - 1, as_typed=as_typed)
        if found.page > 1
        else "",
        "next_address": _address(address, query, found.page + 1, as_typed=as_typed)
        if found.page < found.pages
        else "",
        "kept": _kept(query),
        "query_string": query.to_query_string(),
        "advanced_address": _address(reverse("search_advanced"), query),
        "sections": sections.collect("search.after", [0], language)[0] if found.total else [],
    }
    answer = render(request, "search/results.html", context)
    # The index follows a change by seconds: a page kept in between would go on without it.
    patch_cache_control(answer, private=True, max_age=0)
    return answer


@require_safe
def advanced(request: HttpRequest) -> HttpResponse:
    """A form that builds a query and leads to its results; it never refuses what was filled in."""
    form = AdvancedForm(request.GET if "find" in request.GET else None, initial=_begun(request))
    if form.is_bound:
        query = form.query()
        if not query.is_empty:
            return HttpResponseRedirect(_address(reverse("search"), query))
    answer = render(request, "search/advanced.html", {"form": form})
    patch_cache_control(answer, private=True, max_age=0)  # it holds what somebody typed
    return answer


def _begun(request: HttpRequest) -> dict[str, str]:
    """The query from whose results the reader came, to go on with."""
    query = Query.from_params(request.GET)
    return {"q": query.text, "sort": query.sort} | {name: vs[0] for name, vs in query.filters}


def _kept(query: Query) -> list[tuple[str, str]]:
    """What goes along when the boxes are applied: words, order and filters without a box."""
    kept = [("q", query.text)]
    if query.sort != "relevance":
        kept.append(("sort", query.sort))
    return kept + [
        (name, value)
        for name, values in query.filters
        if name in {"from", "to", "number"}
        for value in values
    ]


def _page(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 1


def _sorted(query: Query, sort: str) -> Query:
    return Query(text=query.text, filters=query.filters, sort=sort)


def _address(address: str, query: Query, page: int = 1, *, as_typed: bool = False) -> str:
    pairs = query.to_params() + ([("page", str(page))] if page > 1 else [])
    if as_typed:
        pairs.append(("typed", "1"))
    return f"{address}?{urlencode(pairs)}" if pairs else address


def _chips(query: Query, address: str, language: str, found: Results) -> list[Chip]:
    known = {facet.name: {v.value: v.label for v in facet.values} for facet in found.facets}
    chips = []
    for name, values in query.filters:
        labels = known.get(name) or kinds.value_labels(name, values, language)
        chips += [
            Chip(
                f"{kinds.facet_title(name)}: {labels.get(value, value)}",
                _address(address, query.without(name, value)),
            )
            for value in values
        ]
    return chips
