"""Public pages of the record. Nothing that is not public is shown, or admitted to exist."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.views.decorators.http import require_safe

from monitoring.core import clock, sections
from monitoring.core.models import LANGUAGES
from monitoring.decisions import lines, relations, selectors
from monitoring.decisions.citations import acts_named
from monitoring.decisions.merging import kept_instead_of
from monitoring.decisions.models import Decision, DecisionAlias, Edition
from monitoring.decisions.publication import SUBJECT
from monitoring.decisions.steps import in_order
from monitoring.decisions.versions import with_texts
from monitoring.decisions.votes import for_rows as votes_for_rows
from monitoring.decisions.votes import shown_vote
from monitoring.journal.selectors import corrections_of
from monitoring.web.found import found_of_decision
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
        return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)

    return led


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
    selectors.read_page(found)
    editions = found.live_editions()
    edition = found.edition_for(language)
    events = in_order(found.stage_events.all())
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
        **_cited(found, edition, language),
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
        # The step that ended it says when, and how exactly that is known: once is enough.
        "status_date": None
        if any(one.stage.ends or one.date == found.status_date for one in events)
        else found.status_date,
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


def _cited(found: Decision, edition: Edition | None, language: str) -> dict[str, Any]:
    """The summary's lines and the official title with the acts they name; one query if any."""
    lines = edition.lines if edition else []
    official = edition.official_title if edition else ""
    acts = acts_named([*lines, official], but=found.pk)
    return {
        "summary": [acts.parts(line, language) for line in lines],
        "official_title": acts.parts(official, language),
    }


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
