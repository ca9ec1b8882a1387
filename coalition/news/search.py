"""News in the search: by topic and year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from coalition.news.models import NewsPage
from coalition.pages.search import make_kind
from monitoring.vocabulary.models import Topic


def _extras(page: NewsPage) -> Mapping[str, Any]:
    topics = tuple(page.topics.values_list("slug", flat=True))
    return {"facets": {"topic": topics} if topics else {}, "date": page.date}


def _labels(facet: str, values: Sequence[str], language: str) -> Mapping[str, str]:
    if facet == "topic":
        topics = Topic.objects.filter(slug__in=values)
        return {topic.slug: topic.label_in(language) for topic in topics}
    if facet == "kind":
        with translation.override(language):
            return {"news": gettext("News")}
    return {}


KIND = make_kind("news", lambda: [NewsPage], _labels, _extras)
