"""The room's entries in the footer; news itself stands in the navigation of five."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext, pgettext

from coalition.news.models import EventIndexPage
from coalition.pages.feeds import list_address
from monitoring.core.sections import Section


def events(ids: Sequence[int], language: str) -> dict[int, Section]:
    """The list of events, among the pages of the site."""
    link = {"label": pgettext("of the coalition", "Events"), "url": list_address(EventIndexPage)}
    return dict.fromkeys(ids, Section("", {"group": "site", "links": [link]}))


def feeds(ids: Sequence[int], language: str) -> dict[int, Section]:
    """The calendar, among the open data."""
    link = {"label": gettext("Calendar of events"), "url": reverse("event_calendar")}
    return dict.fromkeys(ids, Section("", {"group": "data", "links": [link]}))
