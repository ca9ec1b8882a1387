"""The library in the search: by topic, region and year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from coalition.library.models import LibraryEntryPage
from coalition.pages.search import make_kind
from monitoring.vocabulary.models import Region, Topic


def _extras(page: LibraryEntryPage) -> Mapping[str, Any]:
    topics = tuple(page.topics.values_list("slug", flat=True))
    facets = {"topic": topics} if topics else {}
    if page.region:
        facets["region"] = (page.region.code,)
    return {"facets": facets, "date": dt.date(page.year, 1, 1) if page.year else None}


def _labels(facet: str, values: Sequence[str], language: str) -> Mapping[str, str]:
    if facet == "topic":
        topics = Topic.objects.filter(slug__in=values)
        return {topic.slug: topic.label_in(language) for topic in topics}
    if facet == "region":
        regions = Region.objects.filter(code__in=values)
        return {region.code: region.label_in(language) for region in regions}
    if facet == "kind":
        with translation.override(language):
            return {"library": gettext("Library")}
    return {}


KIND = make_kind("library", lambda: [LibraryEntryPage], _labels, _extras)
