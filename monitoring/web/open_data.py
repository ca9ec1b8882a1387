"""The list of decisions as files: the same query as the page, every column named for ever."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language, gettext, override
from django.views.decorators.http import require_safe

from monitoring.core import clock, generation
from monitoring.core.cells import BOM, cell, line
from monitoring.core.clients import bucket_key, client_network
from monitoring.core.clock import ALMATY
from monitoring.core.feeds import LENGTH, Entry, atom
from monitoring.core.forms import too_many
from monitoring.core.models import LANGUAGES
from monitoring.core.services import take_token
from monitoring.decisions import listing
from monitoring.decisions.listing import Listing
from monitoring.decisions.models import Deadline, Decision, Edition
from monitoring.decisions.selectors import for_rows
from monitoring.web.lists import with_query

COLUMNS = (
    "id", "kind", "number", "register_number",
    "date", "date_precision",
    "status", "status_by_source", "stage", "verified",
    "bodies", "topics", "region", "district",
    "codes", "sources", "deadlines",
    "title_kk", "title_ru", "title_en",
    "official_title_kk", "official_title_ru", "official_title_en",
    "summary_kk", "summary_ru", "summary_en",
    "changed",
    "url_kk", "url_ru", "url_en",
)  # fmt: skip
"""In this order; new ones go to the end, none is renamed. `docs/data.md` says what each is."""
TERMS = (
    "Official documents are no object of copyright (Law of the Republic of Kazakhstan of 10 June "
    "1996 No. 6-I on copyright, article 8). For summaries and translations name this site as the "
    "source, with the day you took them."
)
PARTS = (
    ("editions", Edition.objects.filter(live=True)),
    ("bodies", None),
    ("topics", None),
    ("codes", None),
    ("links", None),
    ("deadlines", Deadline.objects.select_related("kind")),
)
"""What a row of a file is made of beside the decision. Read into plain lists (`editions_read` …): a
manager with a queryset for each row and part took two thirds of the time of a file of everything.
"""
_CHUNK = 500
FILES_AN_HOUR = 60
"""Whole files that one network may take; who has the newest already is not counted."""


@require_safe
def decisions_csv(request: HttpRequest) -> HttpResponseBase:
    """The decisions of the query as CSV."""
    return _file(request, "csv", "text/csv; charset=utf-8")


@require_safe
def decisions_json(request: HttpRequest) -> HttpResponseBase:
    """The decisions of the query as JSON."""
    return _file(request, "json", "application/json")


@require_safe
def decisions_atom(request: HttpRequest) -> HttpResponseBase:
    """The decisions of the query as a feed, those last changed first: at most fifty."""
    language = (get_language() or "kk")[:2]
    asked = listing.read(request.GET)
    found = listing.answer(asked.sorted_by("changed"), language).found
    rows = list(for_rows(found.latest_changed_first()[:LENGTH]))
    query = asked.to_params().urlencode()
    key = hashlib.sha256(query.encode()).hexdigest()[:16] if query else "all"
    return atom(
        request,
        key=f"decisions/{key}",
        title=gettext("Laws and decisions"),
        address=with_query(reverse("decision_list"), query),
        entries=[_entry(one, language) for one in rows],
    )


def _entry(decision: Decision, language: str) -> Entry:
    edition = decision.edition_for(language)
    status = decision.status.label_in(language) if decision.status else ""
    said = (edition.first_line if edition else "", decision.naming(language), status)
    return Entry(
        key=f"decision/{decision.pk}",
        title=edition.short_title if edition else decision.naming(language),
        address=decision.address_in(language),
        summary=" · ".join(filter(None, said)),
        published=decision.published_at or decision.changed_at,
        updated=decision.changed_at,
    )


def _file(request: HttpRequest, ending: str, kind: str) -> HttpResponseBase:
    language = (get_language() or "kk")[:2]
    # A file changes when anything public does, and with the day: no need to make it to know that.
    mark = f"{generation.current()} {clock.today()} {request.get_full_path()}"
    etag = f'W/"{hashlib.sha256(mark.encode()).hexdigest()[:24]}"'
    # Made for each who asks, and counted: no cache between keeps it.
    headers = {"ETag": etag, "X-Robots-Tag": "noindex", "Cache-Control": "private, max-age=0"}
    unchanged = get_conditional_response(request, etag, None, None)
    if unchanged is not None:
        return unchanged
    if not take_token(
        key=bucket_key("files", client_network(request)), capacity=FILES_AN_HOUR, per_seconds=3600
    ):
        wait = 3600 // FILES_AN_HOUR
        answer = HttpResponse(too_many(wait), "text/plain; charset=utf-8", status=429)
        answer["Retry-After"] = str(wait)
        return answer
    asked = listing.read(request.GET)
    ids = listing.answer(asked, language).ids
    whole = ids[0:]
    name = f"decisions-{clock.today():%Y-%m-%d}.{ending}"
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if request.method == "HEAD":
        return HttpResponse(content_type=kind, headers=headers)
    content = as_csv(whole, request) if ending == "csv" else as_json(whole, asked, request)
    return StreamingHttpResponse(content, content_type=kind, headers=headers)


def as_csv(ids: Sequence[int], request: HttpRequest) -> Iterator[bytes]:
    """CSV after RFC 4180 with a BOM, by which spreadsheets know UTF-8; several values by ";"."""
    yield BOM + line(COLUMNS)
    for part in _chunks(ids):
        yield b"".join(
            line(_cell(record[name]) for name in COLUMNS) for record in _records(part, request)
        )


def _cell(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        value = [" ".join(filter(None, one.values())) for one in value]
    return cell(cell(value) if isinstance(value, list) else value)


def as_json(ids: Sequence[int], asked: Listing, request: HttpRequest) -> Iterator[bytes]:
    """One object: of what and when it was made, on what terms, then `decisions`."""
    address = with_query(reverse("decision_list"), asked.to_params().urlencode())
    head = {
        "generated": clock.now().astimezone(ALMATY).isoformat(timespec="seconds"),
        "list": request.build_absolute_uri(address),
        "terms": TERMS,
        "total": len(ids),
        "left_out": [{"name": name, "value": value} for name, value in asked.left_out],
        "columns": COLUMNS,
    }
    yield json.dumps(head, ensure_ascii=False).encode()[:-1] + b', "decisions": ['
    begun = False
    for part in _chunks(ids):
        for record in _records(part, request):
            yield (b",\n" if begun else b"\n") + json.dumps(record, ensure_ascii=False).encode()
            begun = True
    yield b"\n]}\n"


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def _records(ids: Sequence[int], request: HttpRequest) -> Iterator[dict[str, Any]]:
    """Seven queries for all; what was withdrawn meanwhile is left out."""
    found = (
        Decision.objects.public()
        .filter(pk__in=ids)
        .select_related("kind", "status", "source_status", "stage", "region", "district")
        .prefetch_related(*(Prefetch(name, rows, to_attr=f"{name}_read") for name, rows in PARTS))
    )
    rows = {one.pk: one for one in found}
    address = _addresses(request)
    for pk in ids:
        if pk in rows:
            yield record_of(rows[pk], address)


def _addresses(request: HttpRequest) -> Callable[[Decision, str], str]:
    """The whole address of a decision in a language; the route is resolved once, not a row."""
    heads = {}
    for code in LANGUAGES:
        with override(code):
            path = reverse("decision", args=[1, "n"])
        heads[code] = request.build_absolute_uri(path.removesuffix("1-n/"))
    return lambda one, code: f"{heads[code]}{one.pk}-{one.slug_in(code)}/"


def record_of(one: Any, address: Callable[[Decision, str], str]) -> dict[str, Any]:
    """One decision, read with its PARTS, with the columns of the files; no query."""
    editions = {text.language: text for text in one.editions_read}
    record: dict[str, Any] = {
        "id": one.pk,
        "kind": one.kind.key,
        "number": one.adoption_number,
        "register_number": one.register_number,
        "date": known(one.date, one.precision),
        "date_precision": one.precision,
        "status": one.status.key if one.status else None,
        "status_by_source": one.source_status.key if one.source_status else None,
        "stage": one.stage.key if one.stage else None,
        "verified": one.verified,
        "bodies": sorted(body.key for body in one.bodies_read),
        "topics": sorted(topic.slug for topic in one.topics_read),
        "region": one.region.code if one.region else None,
        "district": one.district.code if one.district else None,
        "codes": [str(code) for code in one.codes_read],
        "sources": [link.url for link in one.links_read if link.url],
        "deadlines": [
            {
                "date": day.date.isoformat(),
                "hour": f"{day.hour:%H:%M}" if day.hour else "",
                "kind": day.kind.key,
            }
            for day in one.deadlines_read
        ],
        "changed": one.changed_at.astimezone(ALMATY).isoformat(timespec="seconds"),
    }
    for code in LANGUAGES:
        text = editions.get(code)
        record[f"title_{code}"] = text.short_title if text else None
        record[f"official_title_{code}"] = text.official_title if text else None
        record[f"summary_{code}"] = text.summary if text else None
        record[f"url_{code}"] = address(one, code)
    return {name: record[name] for name in COLUMNS}


def known(date: dt.date | None, precision: str) -> str | None:
    """No more of a date than is known: 2026-07-01, 1993-12, 1996; None if nothing is."""
    if date is None:
        return None
    return date.isoformat()[: {"year": 4, "month": 7, "announced": 7}.get(precision, 10)]
