"""News and events in the search: by topic, region and year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from coalition.news.models import EventPage, NewsPage
from coalition.pages.search import make_kind
from monitoring.core.clock import ALMATY
from monitoring.vocabulary.models import Region, Topic


def _of_news(page: NewsPage) -> Mapping[str, Any]:
    topics = tuple(page.topics.values_list("slug", flat=True))
    return {"facets": {"topic": topics} if topics else {}, "date": page.date}


def _of_event(page: EventPage) -> Mapping[str, Any]:
    regions = (page.region.code,) if page.region else ()
    return {
        "facets": {"region": regions} if regions else {},
        "date": page.start.astimezone(ALMATY).date(),
    }


def _news_labels(facet: str, values: Sequence[str], language: str) -> Mapping[str, str]:
    if facet == "topic":
        topics = Topic.objects.filter(slug__in=values)
        return {topic.slug: topic.label_in(language) for topic in topics}
    return _kind(facet, "news", language)


def _event_labels(facet: str, values: Sequence[str], language: str) -> Mapping[str, str]:
    if facet == "region":
        regions = Region.objects.filter(code__in=values)
        return {region.code: region.label_in(language) for region in regions}
    return _kind(facet, "event", language)


def _kind(facet: str, name: str, language: str) -> Mapping[str, str]:
    if facet != "kind":
        return {}
    with translation.override(language):
        return {name: {"news": gettext("News"), "event": gettext("Event")}[name]}


NEWS = make_kind("news", lambda: [NewsPage], _news_labels, _of_news)
EVENTS = make_kind("event", lambda: [EventPage], _event_labels, _of_event)
