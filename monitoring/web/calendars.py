"""iCalendar (RFC 5545): deadlines and elections to take along or to follow."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language, gettext, pgettext
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from monitoring.core import clock
from monitoring.core.dates import Precision
from monitoring.decisions import listing, selectors
from monitoring.decisions.deadlines import end_of
from monitoring.decisions.models import Deadline
from monitoring.institutions.models import Event as Dated

LENGTH = 500
"""Deadlines in the calendar of all; those that passed longest ago fall out first."""


@require_safe
def deadlines(request: HttpRequest) -> HttpResponse:
    """The deadlines of the decisions that the list holds under the same address, past ones too.

    Without a query of all. Three queries, of words and filters some more.
    """
    found = selectors.public_deadlines()
    asked = listing.read(request.GET)
    if asked.is_narrowed:
        language = (get_language() or "kk")[:2]
        found = found.filter(decision__in=listing.answer(asked, language).found.order_by())
    rows = list(found.order_by("-date", "-pk")[:LENGTH])
    return _answer(request, rows, "deadlines.ics", attached=False)


@require_safe
def deadline(request: HttpRequest, pk: int) -> HttpResponse:
    """One deadline, as a file for a phone's calendar. Three queries."""
    row = get_object_or_404(selectors.public_deadlines(), pk=pk)
    return _answer(request, [row], f"deadline-{row.date:%Y-%m-%d}.ics", attached=True)


@require_safe
def dates(request: HttpRequest) -> HttpResponse:
    """Elections and other dates of institutions whose day is known. One query."""
    days = (Precision.DAY, Precision.DAYS)
    rows = list(Dated.objects.filter(precision__in=days).order_by("-date", "-pk")[:LENGTH])
    language = (get_language() or "kk")[:2]
    calendar = _calendar(request, "dates", pgettext("of institutions", "Elections and other dates"))
    page = request.build_absolute_uri(reverse("body_dates"))
    for row in rows:
        event = Event()
        event.add("uid", f"date-{row.key}-{language}@{request.get_host()}")
        event.add("dtstamp", dt.datetime.combine(row.date, dt.time(), dt.UTC))
        event.add("dtstart", row.date)
        event.add("dtend", (row.date_end or row.date) + dt.timedelta(days=1))
        event.add("summary", row.label_in(language), parameters={"language": language})
        event.add("url", page)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return _file(calendar, "dates.ics", attached=False)


def _answer(
    request: HttpRequest, rows: list[Deadline], name: str, *, attached: bool
) -> HttpResponse:
    language = (get_language() or "kk")[:2]
    calendar = _calendar(request, "deadlines", gettext("Deadlines on laws and decisions"))
    for row in rows:
        calendar.add_component(_event(request, row, language))
    return _file(calendar, name, attached=attached)


def _calendar(request: HttpRequest, what: str, title: str) -> Calendar:
    language = (get_language() or "kk")[:2]
    calendar = Calendar()
    calendar.add("prodid", f"-//{request.get_host()}//{what}//{language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    calendar.add("x-wr-timezone", str(clock.ALMATY))
    return calendar


def _file(calendar: Calendar, name: str, *, attached: bool) -> HttpResponse:
    answer = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'{"attachment" if attached else "inline"}; filename="{name}"'
    return answer


def _event(request: HttpRequest, row: Deadline, language: str) -> Event:
    """One deadline. The UID is the same for ever; SEQUENCE grows when the deadline is changed."""
    shown = selectors.shown_deadline(row, language, clock.now())
    page = request.build_absolute_uri(shown["address"])
    event = Event()
    event.add("uid", f"deadline-{row.pk}-{language}@{request.get_host()}")
    event.add("dtstamp", row.updated_at.astimezone(dt.UTC))
    event.add("last-modified", row.updated_at.astimezone(dt.UTC))
    event.add("sequence", row.version - 1)
    if row.hour:
        end = end_of(row.date, row.hour).astimezone(dt.UTC)
        event.add("dtstart", end)
        event.add("dtend", end)
    else:
        event.add("dtstart", row.date)
        event.add("dtend", row.date + dt.timedelta(days=1))
    event.add("summary", f"{shown['kind']}: {shown['title']}", parameters={"language": language})
    said = (shown["how"], row.url, page)
    event.add("description", "\n".join(part for part in said if part))
    event.add("url", page)
    event.add("transp", "TRANSPARENT")
    return event
