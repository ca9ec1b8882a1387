"""What changed since a day: the journal in words, day by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from monitoring.core import clock
from monitoring.core.clock import ALMATY
from monitoring.core.dates import parse_partial
from monitoring.decisions.models import Decision, Stage
from monitoring.decisions.publication import SUBJECT
from monitoring.decisions.wording import others_named, sentence
from monitoring.journal import selectors
from monitoring.journal.models import Change, ChangeQuerySet
from monitoring.web.views import alternates

PAGE_SIZE = 50
BACK = dt.timedelta(days=30)
"""How far back the page looks if no day is asked for."""
FIRST = dt.date(1991, 1, 1)


def latest_changes(language: str, length: int = 5) -> list[dict[str, Any]]:
    """The newest announced changes in words, for the home page: two queries."""
    return in_words(_public(Change.objects.announced()).order_by("-pk")[:length], language)


def in_words(changes: Iterable[Change], language: str) -> list[dict[str, Any]]:
    """Changes as rows: `at`, `date`, `title`, `url`, `text`; at most three queries more."""
    found: Sequence[Change] = list(changes)
    stages = {stage.key: stage for stage in Stage.objects.all()} if found else {}
    others = others_named(found)
    return [
        {
            "at": change.at,
            "date": change.at.astimezone(ALMATY).date(),
            "title": change.titles[language],
            "url": change.addresses[language],
            "text": sentence(change, language, stages, others),
        }
        for change in found
    ]


def _public(found: ChangeQuerySet) -> ChangeQuerySet:
    """Those whose record a reader may still see: what was withdrawn is named nowhere."""
    shown = Decision.objects.public().values("pk")
    return found.filter(subject=SUBJECT, subject_id__in=shown)


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """`?since=2026-11-01`: every announced change from that day on, by day. Three queries.

    A date that is none, or lies ahead, is answered with a sentence and the last month.
    """
    language = (get_language() or "kk")[:2]
    asked = request.GET.get("since", "").strip()[:20]
    day, problem = _day(asked)
    page = Paginator(_public(selectors.since(day)), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = in_words(page.object_list, language)
    params = QueryDict(mutable=True)
    params["since"] = day.isoformat()
    query = params.urlencode()
    context = {
        "since": day,
        "asked": asked or f"{day:%d.%m.%Y}",
        "problem": problem,
        "days": [
            {"date": date, "rows": list(group)}
            for date, group in groupby(rows, key=lambda row: row["date"])
        ],
        "page": page,
        "previous_url": f"?{query}&page={page.number - 1}" if page.has_previous() else "",
        "next_url": f"?{query}&page={page.number + 1}" if page.has_next() else "",
        "alternates": alternates("changes", query=query if asked else ""),
    }
    return render(request, "web/changes.html", context)


def _day(asked: str) -> tuple[dt.date, str]:
    """The day to begin with, and the sentence about what was asked if it cannot be."""
    today = clock.today()
    usual = today - BACK
    if not asked:
        return usual, ""
    try:
        day, _precision = parse_partial(asked)
    except ValueError:
        said = gettext("“%(text)s” is not a date. Write a day as 2026-11-01 or 01.11.2026.")
        return usual, said % {"text": asked}
    if day > today:
        return usual, gettext("That day has not come yet. Below stands the last month.")
    return max(day, FIRST), ""
