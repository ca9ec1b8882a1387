"""iCalendar (RFC 5545): one deadline to take along, and all of them to follow, in a language."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from monitoring.core import clock
from monitoring.decisions import selectors
from monitoring.decisions.deadlines import end_of
from monitoring.decisions.models import Deadline

LENGTH = 500
"""Deadlines in the calendar of all; those that passed longest ago fall out first."""


@require_safe
def deadlines(request: HttpRequest) -> HttpResponse:
    """Every deadline of public decisions, past ones too. Three queries."""
    rows = list(selectors.public_deadlines().order_by("-date", "-pk")[:LENGTH])
    return _answer(request, rows, "deadlines.ics", attached=False)


@require_safe
def deadline(request: HttpRequest, pk: int) -> HttpResponse:
    """One deadline, as a file for a phone's calendar. Three queries."""
    row = get_object_or_404(selectors.public_deadlines(), pk=pk)
    return _answer(request, [row], f"deadline-{row.date:%Y-%m-%d}.ics", attached=True)


def _answer(
    request: HttpRequest, rows: list[Deadline], name: str, *, attached: bool
) -> HttpResponse:
    language = (get_language() or "kk")[:2]
    calendar = Calendar()
    calendar.add("prodid", f"-//{request.get_host()}//deadlines//{language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", gettext("Deadlines on laws and decisions"))
    calendar.add("x-wr-timezone", str(clock.ALMATY))
    for row in rows:
        calendar.add_component(_event(request, row, language))
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
