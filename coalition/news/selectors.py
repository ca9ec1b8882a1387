"""Reads of the room `news`: the lists as a reader of a language sees them, and single pages."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F, Prefetch, Q, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from wagtail.models import Page

from coalition.news.models import (
    EventIndexPage,
    EventPage,
    NewsIndexPage,
    NewsPage,
)
from coalition.news.wording import event_time
from coalition.pages.feeds import list_address
from coalition.pages.listing import Filter, Row, narrow, pages_of
from coalition.pages.selectors import in_any_language, in_language, load_related
from monitoring.core import clock, sections
from monitoring.core.dates import Precision, long_date
from monitoring.core.sections import Section
from monitoring.core.sharing import chat_message
from monitoring.decisions.models import Edition
from monitoring.decisions.selectors import titles

PER_PAGE = 20
MOST_UPCOMING = 50
LONGEST = dt.timedelta(days=31)
"""What lasts longer is a programme, not an event; the list looks back no further."""
MOST_SHORT = 200
NOTE = "pages/elsewhere.html"


def published(language: str) -> Any:
    """The news that exist in a language, newest first."""
    return in_language(NewsPage.objects.all(), language).order_by("-date", "-pk")


def events(language: str) -> Any:
    """The events that exist in a language, by their beginning."""
    return in_language(EventPage.objects.all(), language).order_by("start", "pk")


# -- news ----------------------------------------------------------------------------------------


def news_list(index: NewsIndexPage, request: HttpRequest) -> dict[str, Any]:
    """The list with its filters: six queries, whatever its length.

    News that exist in another language only stand in it too, and say so. A wrong page number gives
    the nearest page.
    """
    language = index.locale.language_code
    address = index.get_url(request) or ""
    pages = in_any_language(NewsPage.objects.all(), language).order_by("-date", "-pk")
    left = narrow(_news_rows(pages, language), _news_filters(), request.GET, address)
    page = Paginator(left.ids, PER_PAGE).get_page(request.GET.get("p"))
    found = NewsPage.objects.filter(pk__in=list(page.object_list))
    rows = found.select_related("locale", "organisation").prefetch_related("topics")
    return {
        "rows": [news_row(one, language, request) for one in rows.order_by("-date", "-pk")],
        "facets": left.facets if any(one["options"] for one in left.facets) else [],
        "chips": left.chips,
        "address": address,
        "feed": reverse("news_feed"),
        **pages_of(page, left.query),
    }


def _news_filters() -> list[Filter]:
    return [
        Filter("topic", gettext("Topic")),
        Filter("year", gettext("Year"), wide=True, newest_first=True),
    ]


def _news_rows(pages: Any, language: str) -> list[Row]:
    """Two queries: the dates, and the topics of all."""
    dates = list(pages.values_list("pk", "date"))
    links = NewsPage.topics.through.objects.filter(newspage__in=[pk for pk, _ in dates])
    topics: dict[int, dict[str, str]] = defaultdict(dict)
    for pk, slug, label in links.values_list(
        "newspage_id", "topic__slug", f"topic__name_{language}"
    ):
        topics[pk][slug] = label
    return [
        Row(pk, {"topic": topics.get(pk, {}), "year": {str(date.year): str(date.year)}})
        for pk, date in dates
    ]


def news_row(page: NewsPage, language: str, request: HttpRequest | None = None) -> dict[str, Any]:
    """What a row shows; the words of a page in another language carry that language."""
    said = [page.organisation.short_name(language)] if page.organisation else []
    said += [topic.label_in(language) for topic in page.topics.all()]
    return {
        "date": page.date,
        "meta": " · ".join(said),
        "url": page.get_url(request),
        "title": page.title,
        "language": page.locale.language_code,
        "text": page.lead,
        "sections": _notes(page, language),
    }


def _notes(page: Page, language: str) -> list[Section]:
    other = page.locale.language_code
    return [Section(NOTE, {"language": other})] if other != language else []


def news_context(page: NewsPage, request: HttpRequest) -> dict[str, Any]:
    """What the page shows beside its text: at most six queries, and those of the slot."""
    language = page.locale.language_code
    load_related(page, "organisation", "image")
    full_url = page.get_full_url(request)
    related = _decisions(page, language)
    # Whom to call stands on the page of a decision too; both would cost more than fifteen queries.
    contact = [] if related else sections.collect("news.contact", [page.pk], language)[page.pk]
    return {
        "back": {"url": list_address(NewsIndexPage), "label": gettext("News")},
        "topics": list(page.topics.all()),
        "related": related,
        "contact": contact,
        "full_url": full_url,
        "message": chat_message(
            title=page.title,
            lines=[one for one in (long_date(page.date, "day", language), page.lead) if one],
            url=full_url or "",
        ),
    }


def _decisions(page: NewsPage | EventPage, language: str) -> list[dict[str, Any]]:
    """The public decisions a page is about, in its editor's order: three queries."""
    links = page.decision_links.select_related("decision__kind", "decision__status")
    about = [link.decision for link in links.order_by("sort_order") if link.decision.is_public]
    editions = Prefetch("editions", Edition.objects.filter(live=True))
    prefetch_related_objects(about, editions, "bodies")
    return titles(about, language)


# -- events --------------------------------------------------------------------------------------


def event_list(index: EventIndexPage, request: HttpRequest) -> dict[str, Any]:
    """What is to come, soonest first, and a page of what was, newest first: three queries."""
    language = index.locale.language_code
    pages = in_any_language(EventPage.objects.all(), language).select_related(
        "locale", "organisation", "region"
    )
    recent = list(pages.order_by("start", "pk").filter(start__gte=clock.now() - LONGEST))
    upcoming = [one for one in recent if not one.is_past][:MOST_UPCOMING]
    past = pages.exclude(pk__in=[one.pk for one in upcoming]).filter(start__lt=clock.now())
    page = Paginator(past.order_by("-start", "-pk"), PER_PAGE).get_page(request.GET.get("p"))
    return {
        "upcoming": [event_row(one, language, request) for one in upcoming],
        "past": [event_row(one, language, request) for one in page.object_list],
        "feed": reverse("event_feed"),
        "calendar": reverse("event_calendar"),
        **pages_of(page, ""),
    }


def next_turn(now: dt.datetime) -> dt.datetime | None:
    """When an event ends next; pages are not kept past it. One query.

    Where the end is not known the event is of the past from midnight on, when all pages turn.
    """
    ends = EventPage.objects.filter(live=True, end__gt=now).order_by("end")
    first: dt.datetime | None = ends.values_list("end", flat=True).first()
    return first


def event_row(page: EventPage, language: str, request: HttpRequest | None = None) -> dict[str, Any]:
    """What a row shows: the day, hours and place, and in words that it was called off."""
    said = [event_time(page, language, with_day=False), where(page, language)]
    said += [page.organisation.short_name(language)] if page.organisation else []
    return {
        "date": page.start.astimezone(clock.ALMATY).date(),
        "date_end": _last_day(page),
        "precision": Precision.DAYS if _last_day(page) else Precision.DAY,
        "meta": " · ".join(one for one in said if one),
        "url": page.get_url(request),
        "title": page.title,
        "language": page.locale.language_code,
        "text": page.lead,
        "sections": [
            *([Section("news/cancelled.html")] if page.cancelled else []),
            *_notes(page, language),
        ],
    }


def _last_day(page: EventPage) -> Any:
    if not page.end:
        return None
    last = page.end.astimezone(clock.ALMATY).date()
    return last if last != page.start.astimezone(clock.ALMATY).date() else None


def where(page: EventPage, language: str) -> str:
    """The place in words; of an event without one, that it is online."""
    if page.place:
        return page.place
    if page.region:
        return str(page.region.label_in(language))
    return gettext("Online") if page.online else ""


def event_context(page: EventPage, request: HttpRequest) -> dict[str, Any]:
    """What the page shows beside its text: at most seven queries."""
    language = page.locale.language_code
    load_related(page, "organisation", "image", "region", "district")
    full_url = page.get_full_url(request)
    when = event_time(page, language)
    called_off = gettext("Called off") if page.cancelled else ""
    return {
        "back": {
            "url": list_address(EventIndexPage),
            "label": pgettext("of the coalition", "Events"),
        },
        "related": _decisions(page, language),
        "when": when,
        "ics": reverse("event_ics", args=[page.pk]),
        "full_url": full_url,
        "message": chat_message(
            title=f"{called_off}: {page.title}" if called_off else page.title,
            lines=[one for one in (when, where(page, language), page.lead) if one],
            url=full_url or "",
        ),
    }


# -- what other rooms show of this one -------------------------------------------------------------


def about_decisions(ids: Sequence[int], language: str) -> dict[int, Section]:
    """For the slot decision.after: news and events about decisions, newest first."""
    pages = _short(language).filter(
        Q(newspage__decision_links__decision__in=ids)
        | Q(eventpage__decision_links__decision__in=ids)
    )
    return _sections(
        pages.annotate(
            about=Coalesce(
                "newspage__decision_links__decision", "eventpage__decision_links__decision"
            )
        ),
        ids,
    )


def of_organisations(ids: Sequence[int], language: str) -> dict[int, Section]:
    """For the slot organisation.page: its latest news and events, newest first."""
    pages = _short(language).filter(
        Q(newspage__organisation__in=ids) | Q(eventpage__organisation__in=ids)
    )
    return _sections(
        pages.annotate(about=Coalesce("newspage__organisation", "eventpage__organisation")), ids
    )


def _short(language: str) -> Any:
    """News and events of a language with what a short row shows; one query for both kinds."""
    return (
        in_language(Page.objects.all(), language)
        .annotate(
            date=F("newspage__date"),
            start=F("eventpage__start"),
            cancelled=F("eventpage__cancelled"),
            text=Coalesce("newspage__lead", "eventpage__lead"),
        )
        .select_related("locale")
        .order_by("-newspage__date", "-eventpage__start", "-pk")
    )


def _sections(pages: Any, ids: Sequence[int]) -> dict[int, Section]:
    """The rows of each id, at most five of a kind."""
    found: dict[int, dict[str, list[dict[str, Any]]]] = {}
    for page in pages[:MOST_SHORT]:
        kinds = found.setdefault(page.about, {"news": [], "events": []})
        rows = kinds["events" if page.start else "news"]
        if len(rows) < 5:
            rows.append(
                {
                    "date": page.date or page.start.astimezone(clock.ALMATY).date(),
                    "url": page.get_url(),
                    "title": page.title,
                    "text": page.text,
                    "sections": [Section("news/cancelled.html")] if page.cancelled else [],
                }
            )
    return {one: Section("news/of_decision.html", found[one]) for one in ids if one in found}
