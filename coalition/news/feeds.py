"""What programs read of the room `news`: Atom of both lists, the calendar, one event."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language, gettext, pgettext
from django.views.decorators.http import require_safe

from coalition.news import selectors
from coalition.news.calendar import calendar as as_calendar
from coalition.news.models import EventIndexPage, EventPage, NewsIndexPage
from coalition.news.wording import event_time
from coalition.pages.feeds import entry, list_address
from monitoring.core import clock
from monitoring.core.feeds import LENGTH, NEVER, atom, conditional

KEPT = dt.timedelta(days=365)
"""Past events that stay in the calendar: whoever subscribes late sees the last year."""


def _language() -> str:
    return (get_language() or "kk")[:2]


@require_safe
def news(request: HttpRequest) -> HttpResponseBase:
    """News that exist in the language, newest first: two queries."""
    pages = selectors.published(_language()).select_related("locale")[:LENGTH]
    return atom(
        request,
        key="news",
        title=gettext("News"),
        address=list_address(NewsIndexPage),
        entries=[entry(page, page.lead) for page in pages],
    )


@require_safe
def events(request: HttpRequest) -> HttpResponseBase:
    """Events that exist in the language, the last published first: two queries."""
    language = _language()
    pages = selectors.events(language).order_by("-last_published_at", "-pk")
    return atom(
        request,
        key="events",
        title=pgettext("of the coalition", "Events"),
        address=list_address(EventIndexPage),
        entries=[
            entry(page, _in_words(page, language))
            for page in pages.select_related("locale")[:LENGTH]
        ],
    )


def _in_words(event: EventPage, language: str) -> str:
    said = [gettext("Called off")] if event.cancelled else []
    said += [event_time(event, language), selectors.where(event, language), event.lead]
    return ". ".join(one.rstrip(".") for one in said if one)


@require_safe
def calendar(request: HttpRequest) -> HttpResponseBase:
    """All events of a language that are to come or were within the year: two queries."""
    pages = selectors.events(_language()).filter(start__gte=clock.now() - KEPT)
    return _ics(request, list(pages.select_related("locale")), "calendar")


@require_safe
def event(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One event, for the button of its page. Raises Http404 where readers do not see it."""
    page = selectors.events(_language()).select_related("locale").filter(pk=pk).first()
    if page is None:
        raise Http404
    return _ics(request, [page], page.slug)


def _ics(request: HttpRequest, pages: list[Any], name: str) -> HttpResponseBase:
    body = as_calendar(gettext("Events of the coalition"), pages)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    changed = max((one.last_published_at for one in pages if one.last_published_at), default=NEVER)
    return conditional(request, response, changed)
