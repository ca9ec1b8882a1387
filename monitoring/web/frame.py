"""The record's own entries in the frame of every page."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext

from monitoring.core.sections import Section


def navigation(ids: Sequence[int], language: str) -> dict[int, Section]:
    """The first item of the navigation."""
    link = {"label": gettext("Laws and decisions"), "url": reverse("decision_list")}
    return dict.fromkeys(ids, Section("", link))


def footer(ids: Sequence[int], language: str) -> dict[int, Section]:
    """The feed and the state of the sources, among the open data."""
    links = [
        {"label": gettext("What changed"), "url": reverse("changes")},
        {"label": gettext("Public bodies"), "url": reverse("bodies")},
        {"label": gettext("Budgets of rural districts"), "url": reverse("budgets")},
        {"label": gettext("Calendar of deadlines"), "url": reverse("deadlines_calendar")},
        {"label": gettext("Atom feed"), "url": reverse("decision_feed")},
        {"label": gettext("Source status"), "url": reverse("sources")},
    ]
    return dict.fromkeys(ids, Section("", {"group": "data", "links": links}))
