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
    """The feed, among the open data."""
    link = {"group": "data", "label": gettext("Atom feed"), "url": reverse("decision_feed")}
    return dict.fromkeys(ids, Section("", link))
