"""The room's entry in the footer; the navigation of five stays as it is."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext

from coalition.library.models import LibraryIndexPage
from coalition.pages.feeds import list_address
from monitoring.core.sections import Section


def library(ids: Sequence[int], language: str) -> dict[int, Section]:
    """Among the pages of the site."""
    link = {"label": gettext("Library"), "url": list_address(LibraryIndexPage)}
    return dict.fromkeys(ids, Section("", {"group": "site", "links": [link]}))
