"""Public pages of the record. Nothing that is not public is shown, or admitted to exist."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.paginator import Paginator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    QueryDict,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext, override
from django.views.decorators.http import require_safe

from monitoring.core import clock, sections
from monitoring.core.models import LANGUAGES
from monitoring.decisions import lines, relations, selectors
from monitoring.decisions.merging import kept_instead_of
from monitoring.decisions.models import Decision, DecisionAlias
from monitoring.decisions.publication import SUBJECT
from monitoring.decisions.selectors import Filters
from monitoring.decisions.versions import with_texts
from monitoring.decisions.votes import for_rows as votes_for_rows
from monitoring.decisions.votes import shown_vote
from monitoring.journal.selectors import corrections_of
from monitoring.vocabulary.selectors import districts_by_region
from monitoring.web.found import found_of_decision, found_of_list
from monitoring.web.ready_texts import citation, for_chat

PAGE_SIZE = 20


def _language() -> str:
    return (get_language() or "kk")[:2]


def alternates(name: str, *args: Any, query: str = "") -> list[dict[str, str]]:
    """The same page in every language, for the switch."""
    found = []
    for code in LANGUAGES:
        with override(code):
            url = reverse(name, args=args)
        found.append({"language": code, "url": f"{url}?{query}" if query else url, "state": ""})
    return found


def _as_search(filters: Filters) -> str:
    """The same choice as parameters of a search, for whoever offers mail about this list.

    In a search "kind" tells decisions from pages; the kind of a document is "document" there.
    """
    params = QueryDict("kind=decision", mutable=True)
    for group, values in filters.to_params().lists():
        params.setlist("document" if group == "kind" else group, values)
    return params.urlencode()


def _facets(groups: dict[str, list[selectors.Option]]) -> list[dict[str, Any]]:
    """The groups of the filter with their names, as components/facets.html shows them."""
    titles = {
        "topic": gettext("Topic"),
        "kind": gettext("Kind of document"),
        "body": gettext("Public body"),
        "status": gettext("Status"),
        "region": gettext("Area"),
        "district": gettext("District"),
        "year": gettext("Year"),
    }
    return [
        {"name": name, "title": titles[name], "options": options, "wide": name == "year"}
        for name, options in groups.items()
    ]


def leads_on(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The same page of the kept record where a double's is asked for; else the view's own 404."""

    @wraps(view)
    def led(request: HttpRequest, pk: int) -> HttpResponse:
        try:
            return view(request, pk)
        except Http404:
            kept = kept_instead_of(pk)
            if kept is None:
                raise
        assert request.resolver_match
        address = reverse(request.resolver_match.view_name, args=[kept.pk])
        query = request.GET.urlencode()
        return HttpResponsePermanentRedirect(_with_query(address, query))

    return led


@require_safe
def decision_list(request: HttpRequest) -> HttpResponse:
    """Laws and decisions with filters. A page beyond the end shows the last one: 15 queries.

    `?district=CODE`, as the home page asks, also says which wider decisions apply there.
    """
    language = _language()
    filters = Filters.from_params(request.GET)
    # Ids first: they are read from an index alone, however far back the page is.
    ids = selectors.matching(filters).newest_first().values_list("pk", flat=True)
    page = Paginator(ids, PAGE_SIZE).get_page(request.GET.get("page"))
    found = Decision.objects.filter(pk__in=list(page.object_list)).newest_first()
    decisions = list(found.select_related("kind", "status"))
    place = selectors.place_of(filters, language, beside=decisions)
    rows = selectors.titles(decisions, language)
    shown = sections.collect("decision.row", [row["decision"].pk for row in rows], language)
    for row in rows:
        row["sections"] = shown[row["decision"].pk]
    lines.say_stages(rows, language)
    groups = selectors.facets(filters, language)
    query = filters.to_params().urlencode()
    address = reverse("decision_list")
    lead = gettext(
        "Laws, decrees, resolutions and bills on local self-government: "
        "what was decided, where it stands, what changed."
    )
    context = {
        "found": found_of_list(language, lead, noindex=bool(query) or page.number > 1),
        "page": page,
        "previous_url": _page_address(query, page.number - 1) if page.has_previous() else "",
        "next_url": _page_address(query, page.number + 1) if page.has_next() else "",
        "rows": rows,
        "facets": _facets(groups),
        "place": place,
        # Asked for a place: the box stands ready for another one.
        "districts": districts_by_region(language) if "district" in request.GET else [],
        "chips": [
            {
                "label": option.label,
                "address": _with_query(
                    address, filters.without(group, option.value).to_params().urlencode()
                ),
            }
            for group, options in groups.items()
            for option in options
            if option.checked
        ],
        "query": query,
        "is_filtered": bool(query),
        "after": sections.collect("decisions.after", [0], language)[0],
        "as_search": _as_search(filters),
        "alternates": alternates("decision_list", query=query),
    }
    return render(request, "web/decision_list.html", context)


def _with_query(address: str, query: str) -> str:
    return f"{address}?{query}" if query else address


def _page_address(query: str, number: int) -> str:
    return f"?{query}&page={number}" if query else f"?page={number}"


@require_safe
def decision_by_key(request: HttpRequest, key: str) -> HttpResponse:
    """Leads from a permanent key, its own or of a step it took, to the decision's page."""
    found = Decision.objects.public().filter(key=key).first()
    if found is None and (gone := Decision.objects.filter(key=key).first()):
        found = kept_instead_of(gone.pk)
    if found is None:
        alias = DecisionAlias.objects.filter(key=key).select_related("decision__kind").first()
        found = alias.decision if alias and alias.decision.is_public else None
    if found is None:
        raise Http404
    return redirect(found, permanent=True)


@require_safe
def decision(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """One decision; the id decides, another slug leads to the right one. At most 15 queries."""
    language = _language()
    found = with_texts(selectors.for_page(Decision.objects.public())).filter(pk=pk).first()
    if found is None:
        kept = kept_instead_of(pk)
        if kept is None:
            raise Http404
        return HttpResponsePermanentRedirect(kept.address_in(language))
    address = found.address_in(language)
    if request.path != address:
        return HttpResponsePermanentRedirect(address)
    selectors.read_texts(found)
    editions = found.live_editions()
    edition = found.edition_for(language)
    events = selectors.in_order(found.stage_events.all())
    ended_by = relations.ended_by(found)
    now = clock.now()
    deadlines = [selectors.shown_deadline(one, language, now) for one in found.deadlines.all()]
    # What can still be done stands first, the nearest on top; what is over, last.
    deadlines.sort(key=lambda one: one["state"] == "closed")
    title = edition.short_title if edition else found.naming(language)
    url = request.build_absolute_uri(address)
    context = {
        "found": found_of_decision(found, language),
        "decision": found,
        "naming": found.naming(language),
        "edition": edition,
        "is_translated": language in editions,
        # Another language's text, with the page that is written in that language.
        "editions": [
            {"edition": one, "url": found.address_in(one.language)}
            for one in editions.values()
            if one.language != language
        ],
        "title": title,
        "behind": selectors.older_text(edition, editions) if edition else None,
        "deadlines": deadlines,
        # Only of a draft under way can it be said that no period for comments was announced.
        "no_deadline": {"state": "none", "mail_url": "#mail-me"},
        "no_period": not deadlines and selectors.is_under_way(found),
        "url": url,
        "chat_text": for_chat(edition, found.naming(language), deadlines, url, language),
        "citation": citation(
            found, title, language, site=settings.SITE_NAME, url=url, today=clock.today()
        ),
        "corrections": corrections_of(SUBJECT, found.pk),
        "title_language": edition.language if edition else language,
        "line": lines.line_of_page(found, language),
        "timeline": [
            {"event": event, "title": event.title_in(language), "host": _host(event.url)}
            for event in reversed(events)
        ],
        "ended_by": ended_by
        and {
            "address": ended_by.address_in(language),
            "title": ended_by.title_in(language) or ended_by.naming(language),
        },
        "votes": _votes(found, language),
        "sources": _sources(found, language),
        "related": selectors.related_rows(found, language),
        "events": _happened(found),
        "alternates": [
            {
                "language": code,
                "url": found.address_in(code),
                "state": "complete" if code in editions else "none",
            }
            for code in LANGUAGES
        ],
    } | {
        name: sections.collect(f"decision.{name}", [found.pk], language)[found.pk]
        for name in ("pointer", "contact", "voice", "actions", "after")
    }
    return render(request, "web/decision.html", context)


def _happened(found: Any) -> Any:
    return found.events.select_related("kind", "status") if found.has_events else ()


def _votes(found: Any, language: str) -> list[dict[str, Any]]:
    if not found.has_votes:
        return []
    return [shown_vote(one, language) for one in votes_for_rows(found.votes.public())]


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _sources(found: Decision, language: str) -> list[dict[str, Any]]:
    """Where the decision stands: host, words, the code that the address holds."""
    codes = [code.value for code in found.codes.all()]
    return [
        {
            "url": link.url,
            "checked": link.checked,
            "host": _host(link.url),
            "label": link.label_in(language),
            "code": next((code for code in codes if len(code) > 4 and code in link.url), ""),
        }
        for link in found.links.all()
    ]
