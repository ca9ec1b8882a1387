"""The record by time: what happened in a year, and the calendar of a month."""

from __future__ import annotations

import calendar as months
import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q, QuerySet, Value
from django.db.models.functions import ExtractYear
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from monitoring.core import clock
from monitoring.core.dates import WEEKDAYS, WEEKDAYS_SHORT, Precision, long_date
from monitoring.decisions import selectors
from monitoring.decisions.filters import matching
from monitoring.decisions.models import Decision, Edition, StageEvent
from monitoring.institutions.models import Event
from monitoring.web.found import found_of_record_page
from monitoring.web.lists import filters_only, neighbours, with_query
from monitoring.web.ready_texts import deadline_in_words
from monitoring.web.views import alternates

PAGE_SIZE = 40
FIRST_YEAR, LAST_YEAR = 1990, 2100
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")


def _steps() -> QuerySet[StageEvent]:
    return StageEvent.objects.filter(void=False, replaced_by=None, decision__is_public=True)


def _undrawn() -> QuerySet[Decision]:
    """Decisions of which no step is known: their own date is all there is to show."""
    return Decision.objects.public().filter(stage=None)


@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    """What happened in a year, the newest first, with ways to the other years: 6 queries.

    `?year=`: one of which nothing is known shows the nearest one that is.
    """
    language = (get_language() or "kk")[:2]
    years = _years()
    typed = request.GET.get("year", "")
    year, problem = _year(typed, years)
    page = Paginator(_happened(year), PAGE_SIZE).get_page(request.GET.get("page"))
    known = sorted(years)
    place = known.index(year) if year in years else 0
    title = gettext("The record by year")
    query = f"year={year}"
    context = {
        "found": found_of_record_page(title, "timeline", noindex=bool(typed) or page.number > 1),
        "title": title,
        "year": year,
        "problem": problem,
        "years": [
            {"year": one, "count": years[one], "is_chosen": one == year} for one in reversed(known)
        ],
        "earlier": known[place - 1] if place else None,
        "later": known[place + 1] if place + 1 < len(known) else None,
        "total": page.paginator.count,
        "rows": _rows(page.object_list, language),
        "page": page,
        **neighbours(page, query),
        "alternates": alternates("timeline", query=query if typed else ""),
    }
    return render(request, "web/timeline.html", context)


def _years() -> dict[int, int]:
    """How many dated entries each year has: one query."""
    steps = _steps().filter(date__isnull=False).order_by().annotate(y=ExtractYear("date"))
    events = Event.objects.order_by().annotate(y=ExtractYear("date"))
    undrawn = _undrawn().filter(year__isnull=False).order_by().annotate(y=ExtractYear("date"))
    counted = [rows.values_list("y").annotate(n=Count("pk")) for rows in (steps, events, undrawn)]
    found: dict[int, int] = {}
    for year, n in counted[0].union(*counted[1:], all=True):
        found[year] = found.get(year, 0) + n
    return found


def _year(typed: str, years: dict[int, int]) -> tuple[int, str]:
    """The year to show, and the sentence about what was asked if it cannot be."""
    today = clock.today().year
    past = [year for year in years if year <= today]
    usual = max(past, default=max(years, default=today))
    if not typed:
        return usual, ""
    if not (typed.isascii() and typed.isdigit() and len(typed) == 4):
        said = gettext("“%(text)s” is not a year. Below stands %(year)s.")
        return usual, said % {"text": typed[:20], "year": usual}
    year = int(typed)
    if year in years or not years:
        return year, ""
    nearest = min(years, key=lambda one: (abs(one - year), -one))
    said = gettext("The record holds nothing of %(text)s. Below stands %(year)s.")
    return nearest, said % {"text": typed, "year": nearest}


def _happened(year: int) -> QuerySet[Any, Any]:
    """Rows (what, id, date) of a year, the newest first."""
    if not dt.MINYEAR <= year < dt.MAXYEAR:
        year = FIRST_YEAR
    within = Q(date__gte=dt.date(year, 1, 1), date__lt=dt.date(year + 1, 1, 1))
    named: list[QuerySet[Any, Any]] = [
        rows.filter(within).order_by().annotate(what=Value(what)).values_list("what", "pk", "date")
        for what, rows in (
            ("step", _steps()),
            ("event", Event.objects.all()),
            ("decision", _undrawn()),
        )
    ]
    return named[0].union(*named[1:], all=True).order_by("-date", "what", "-pk")


def _rows(found: Iterable[tuple[str, int, dt.date]], language: str) -> list[dict[str, Any]]:
    """Entries as components/row.html shows them: four queries at most."""
    listed = list(found)
    ids = {what: [pk for one, pk, _ in listed if one == what] for what in ("step", "event")}
    steps = {}
    if ids["step"]:
        rows = StageEvent.objects.filter(pk__in=ids["step"]).select_related("stage")
        steps = {one.pk: one for one in rows}
    wanted = {one.decision_id for one in steps.values()}
    wanted |= {pk for what, pk, _ in listed if what == "decision"}
    live = Prefetch("editions", Edition.objects.filter(live=True))
    decisions = (
        Decision.objects.filter(pk__in=wanted).select_related("kind").prefetch_related(live)
    ).in_bulk()
    events = Event.objects.filter(pk__in=ids["event"]).select_related("kind").in_bulk()
    shown = []
    for what, pk, _ in listed:
        if what == "event" and pk in events:
            shown.append(_event(events[pk], language))
        elif what == "step" and pk in steps:
            shown.append(_step(steps[pk], decisions[steps[pk].decision_id], language))
        elif what == "decision" and pk in decisions:
            shown.append(_decision(decisions[pk], language))
    return shown


def _decision(one: Decision, language: str) -> dict[str, Any]:
    edition = one.edition_for(language)
    return {
        "date": one.date,
        "precision": one.precision,
        "meta": one.naming(language),
        "title": edition.short_title if edition else one.naming(language),
        "title_language": edition.language if edition else language,
        "url": one.address_in(language),
    }


def _step(step: StageEvent, decision: Decision, language: str) -> dict[str, Any]:
    row = _decision(decision, language)
    words = step.title_in(language)
    return {
        **row,
        "date": step.date,
        "precision": step.precision,
        "meta": f"{words} · {row['meta']}",
        "url": f"{row['url']}#step-{step.pk}",
    }


def _event(event: Event, language: str) -> dict[str, Any]:
    return {
        "date": event.date,
        "date_end": event.date_end,
        "precision": event.precision,
        "meta": event.kind.label_in(language),
        "title": event.label_in(language),
        "title_language": language,
        "url": f"{reverse('body_dates')}#date-{event.key}",
    }


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Deadlines and dates of institutions of a month, in a grid and day by day: 8 queries.

    `?month=2026-11`; anything else shows the month that is now, and says so. The filters of the
    list leave only deadlines of the decisions that it would hold, and no date of institutions.
    """
    language = (get_language() or "kk")[:2]
    now, today = clock.now(), clock.today()
    typed = request.GET.get("month", "")
    first, problem = _month(typed, today)
    after = _shifted(first, 1)
    within = Q(date__gte=first, date__lt=after)
    filters = filters_only(request.GET)
    chosen = filters.to_params().urlencode()
    deadlines = selectors.public_deadlines()
    if chosen:
        deadlines = deadlines.filter(decision__in=matching(filters).order_by())
    days: dict[dt.date, list[dict[str, Any]]] = {}
    for deadline in deadlines.filter(within).order_by("date", "hour", "pk"):
        shown = selectors.shown_deadline(deadline, language, now)
        shown["words"] = deadline_in_words(shown, language)
        days.setdefault(deadline.date, []).append({"deadline": shown})
    dated = Event.objects.filter(within, precision__in=(Precision.DAY, Precision.DAYS))
    for event in () if chosen else dated.select_related("kind").order_by("date", "pk"):
        days.setdefault(event.date, []).append({"event": _event(event, language)})
    following = selectors.still_open(deadlines.filter(date__gte=after), now)
    follower = following.first() if not days else None
    title = gettext("Calendar of deadlines")
    said = long_date(first, "month", language)
    query = "&".join(filter(None, (chosen, f"month={first:%Y-%m}" if typed else "")))
    context = {
        "found": found_of_record_page(title, "calendar", noindex=bool(typed or chosen)),
        "title": title,
        "month": said,
        "problem": problem,
        "weekdays": list(
            zip(WEEKDAYS_SHORT[language].split(), WEEKDAYS[language].split(), strict=True)
        ),
        "weeks": _weeks(first, days, today),
        "days": [{"date": day, "entries": days[day]} for day in sorted(days)],
        "previous": _month_link(_shifted(first, -1), language, chosen),
        "next": _month_link(after, language, chosen),
        "now": None if first == today.replace(day=1) else _month_link(today, language, chosen),
        "following": follower and selectors.shown_deadline(follower, language, now),
        "following_url": follower and _month_link(follower.date, language, chosen),
        "is_filtered": bool(chosen),
        "list_url": with_query(reverse("decision_list"), chosen),
        "ics_url": with_query(reverse("deadlines_calendar"), chosen),
        "alternates": alternates("calendar", query=query),
    }
    return render(request, "web/calendar.html", context)


def _month(typed: str, today: dt.date) -> tuple[dt.date, str]:
    usual = today.replace(day=1)
    if not typed:
        return usual, ""
    found = _MONTH.fullmatch(typed) if typed.isascii() else None
    if found and FIRST_YEAR <= int(found[1]) <= LAST_YEAR and 1 <= int(found[2]) <= 12:
        return dt.date(int(found[1]), int(found[2]), 1), ""
    said = gettext("“%(text)s” is no month of this calendar. Below stands the present one.")
    return usual, said % {"text": typed[:20]}


def _shifted(first: dt.date, by: int) -> dt.date:
    count = first.year * 12 + first.month - 1 + by
    return dt.date(count // 12, count % 12 + 1, 1)


def _month_link(day: dt.date, language: str, chosen: str) -> dict[str, str] | None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    query = "&".join(filter(None, (chosen, f"month={day:%Y-%m}")))
    return {"label": long_date(day, "month", language), "url": f"?{query}"}


def _weeks(
    first: dt.date, days: dict[dt.date, list[dict[str, Any]]], today: dt.date
) -> list[list[dict[str, Any] | None]]:
    """The month week by week from Monday; None for a day of another month."""
    return [
        [
            {"day": day, "count": len(days.get(day, ())), "is_today": day == today}
            if day.month == first.month
            else None
            for day in week
        ]
        for week in months.Calendar().monthdatescalendar(first.year, first.month)
    ]
