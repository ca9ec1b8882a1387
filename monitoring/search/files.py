"""The results of a search as Atom, CSV and JSON: the same query as the page, the same records."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from monitoring.core import clock
from monitoring.core.cells import BOM, cell, line
from monitoring.core.clients import bucket_key, client_network
from monitoring.core.clock import ALMATY
from monitoring.core.feeds import LENGTH, NEVER, Entry, atom
from monitoring.core.forms import too_many
from monitoring.core.services import take_token
from monitoring.search.query import Query
from monitoring.search.selectors import Listed, list_found

MOST = 1_000
"""Records of one file, the best or newest first; `total` says how many there are."""
FILES_AN_HOUR = 60
"""Files that one network may take, as of the list of decisions."""
COLUMNS = ("kind", "id", "title", "language", "date", "about", "url")
"""In this order; new ones go to the end, none is renamed."""


@require_safe
def results_atom(request: HttpRequest) -> HttpResponseBase:
    """The newest of what a search finds, at most fifty."""
    language = (get_language() or "kk")[:2]
    query = Query.from_params(request.GET)
    newest = Query(text=query.text, filters=query.filters, sort="date")
    found = list_found(newest, language, LENGTH, as_typed=_as_typed(request))
    return atom(
        request,
        key=f"search/{query.digest[:16]}",
        title=gettext("Search: %(text)s") % {"text": query.describe(language)},
        address=_page(query),
        entries=[
            Entry(
                key=f"{one.kind}/{one.id}",
                title=one.hit.title,
                address=one.hit.address,
                summary=" · ".join(filter(None, (one.kind_label, one.hit.meta))),
                published=one.hit.changed or NEVER,
                updated=one.hit.changed or NEVER,
            )
            for one in found.rows
        ],
    )


@require_safe
def results_csv(request: HttpRequest) -> HttpResponseBase:
    """What a search finds as CSV (RFC 4180 with a BOM), in the order of the page."""
    return _file(request, "csv", "text/csv; charset=utf-8")


@require_safe
def results_json(request: HttpRequest) -> HttpResponseBase:
    """What a search finds as JSON, with the query as it was understood."""
    return _file(request, "json", "application/json")


def _file(request: HttpRequest, ending: str, kind: str) -> HttpResponseBase:
    if not take_token(
        key=bucket_key("files", client_network(request)), capacity=FILES_AN_HOUR, per_seconds=3600
    ):
        wait = 3600 // FILES_AN_HOUR
        answer = HttpResponse(too_many(wait), "text/plain; charset=utf-8", status=429)
        answer["Retry-After"] = str(wait)
        return answer
    language = (get_language() or "kk")[:2]
    query = Query.from_params(request.GET)
    found = list_found(query, language, MOST, as_typed=_as_typed(request))
    rows = [_row(one, request) for one in found.rows]
    if ending == "csv":
        content = (
            BOM
            + line(COLUMNS)
            + b"".join(line(cell(row[name]) for name in COLUMNS) for row in rows)
        )
    else:
        head = {
            "generated": clock.now().astimezone(ALMATY).isoformat(timespec="seconds"),
            "page": request.build_absolute_uri(_page(query)),
            "query": query.to_json(),
            "said": found.notices,
            "total": found.total,
            "columns": COLUMNS,
            "results": rows,
        }
        content = json.dumps(head, ensure_ascii=False).encode()
    name = f"search-{hashlib.sha256(query.digest.encode()).hexdigest()[:8]}.{ending}"
    return HttpResponse(
        content,
        content_type=kind,
        headers={
            "X-Robots-Tag": "noindex",
            "Cache-Control": "private, max-age=0",
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


def _row(one: Listed, request: HttpRequest) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "id": one.id,
        "title": one.hit.title,
        "language": one.hit.language,
        "date": one.hit.date.isoformat() if one.hit.date else None,
        "about": one.hit.meta,
        "url": request.build_absolute_uri(one.hit.address),
    }


def _as_typed(request: HttpRequest) -> bool:
    return request.GET.get("typed") == "1"


def _page(query: Query) -> str:
    pairs = query.to_query_string()
    return f"{reverse('search')}?{pairs}" if pairs else reverse("search")
