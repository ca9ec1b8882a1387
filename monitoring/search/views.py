"""The page of results: one list over all kinds, works without JavaScript."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.db.models import Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from monitoring.core import generation, pages, sections
from monitoring.search import asked, kinds, suggestions
from monitoring.search.analysis import clean
from monitoring.search.forms import AdvancedForm
from monitoring.search.models import Build, OutboxRow
from monitoring.search.query import Query
from monitoring.search.saved import never_matches
from monitoring.search.selectors import Results, search

SUGGESTIONS_KEPT = 60
"""Seconds for which a beginning is answered without looking again: a change of the record ends it
at once, but the index with its words follows seconds after that."""
RESULTS_KEPT = 60
"""Seconds for which a repeated query is answered without searching again: a process reads a newer
vocabulary as late."""
FILES = {"CSV": "search_csv", "JSON": "search_json", "Atom": "search_atom"}
"""The same query as files: name and view."""
KEPT = 12_000
"""Letters of a typed query that are kept in the box; longer ones come from no keyboard."""


@dataclass(frozen=True)
class Chip:
    """A filter in use: what it says and the address without it."""

    label: str
    address: str


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Answer any query with status 200; what cannot be followed is said and kept in the box.

    A repeated query is answered from the cache until the record or the index changes.
    """
    language = (get_language() or "kk")[:2]
    query = Query.from_params(request.GET)
    key = _key_of(request)
    kept = cache.get(key) if key else None
    if kept is None:
        content, found = _page_of(request, query, language)
        kept = content, found.total, found.page
        if key and found.from_index:
            cache.set(key, kept, RESULTS_KEPT)
    content, total, page = kept
    if page == 1 and query.text:
        asked.note(request, query.text, found=total)
    answer = HttpResponse(content)
    # The index follows a change by seconds: a page kept in between would go on without it.
    patch_cache_control(answer, private=True, max_age=0)
    return answer


def _key_of(request: HttpRequest) -> str:
    """The key of a page of results; empty where it is not everybody's. One query.

    Under the record's generation, the index in use and the changes that wait for it, so that a
    page is made anew when a change is written, and again when the index has it.
    """
    if not settings.PAGE_CACHE_SECONDS or not pages.is_readers(request):
        return ""
    waiting = OutboxRow.objects.order_by("pk").values("pk")
    build = Build.objects.filter(state=Build.State.CURRENT).values_list(
        "name", Subquery(waiting[:1]), Subquery(waiting.reverse()[:1])
    )
    index = build.first()
    number = generation.current()
    if index is None or not number:
        return ""
    parts = (number, *map(str, index), request.get_host(), request.path)
    mark = "\n".join((*parts, request.META.get("QUERY_STRING", "")))
    return "results:" + hashlib.sha256(mark.encode("utf-8", "replace")).hexdigest()


def _page_of(request: HttpRequest, query: Query, language: str) -> tuple[bytes, Results]:
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
        "impossible": _impossible(query, found),
        "kept": _kept(query),
        "offers": [
            {
                # Two that differ by a filter alone must not read alike.
                "text": one.query.describe(language) if one.query.filters else one.query.text,
                "total": one.total,
                "address": _address(address, one.query),
            }
            for one in found.offers
        ],
        "files": [
            {"name": name, "address": _address(reverse(view), query, as_typed=as_typed)}
            for name, view in FILES.items()
        ],
        "atom_address": _address(reverse("search_atom"), query, as_typed=as_typed),
        "guide": sections.collect("search.nothing", [0], language)[0] if not found.total else [],
        "query_string": query.to_query_string(),
        "advanced_address": _address(reverse("search_advanced"), query),
        "sections": _after(query, found, language),
    }
    return render(request, "search/results.html", context).content, found


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


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """What may be meant by a query typed so far, as JSON: at most eight, the same for everybody.

    A repeated beginning is answered from the cache until anything public changes.
    """
    language = (get_language() or "kk")[:2]
    typed = " ".join(clean(request.GET.get("q", "")[:200]).split())
    mark = f"{generation.current()}\n{language}\n{typed}"
    key = "suggest:" + hashlib.sha256(mark.encode("utf-8", "replace")).hexdigest()
    rows = cache.get(key)
    if rows is None:
        rows = [asdict(one) for one in suggestions.suggest(typed, language)]
        cache.set(key, rows, SUGGESTIONS_KEPT)
    answer = JsonResponse(
        {"q": typed, "suggestions": rows}, json_dumps_params={"ensure_ascii": False}
    )
    answer["X-Robots-Tag"] = "noindex"
    patch_cache_control(answer, private=True, max_age=60)
    return answer


def _begun(request: HttpRequest) -> dict[str, str]:
    """The query from whose results the reader came, to go on with."""
    query = Query.from_params(request.GET)
    return {"q": query.text, "sort": query.sort} | {name: vs[0] for name, vs in query.filters}


def _impossible(query: Query, found: Results) -> list[str]:
    """Why nothing could be found, in sentences; what the notices say already is left out."""
    if found.total or query.is_empty:
        return []
    said = [problem.sentence for problem in never_matches(query)]
    return [sentence for sentence in said if sentence not in found.notices]


def _after(query: Query, found: Results, language: str) -> list[sections.Section]:
    """What other rooms offer under the results: mail for this search, if it can ever find."""
    if found.total or (not query.is_empty and not never_matches(query)):
        return sections.collect("search.after", [0], language)[0]
    return []


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
