"""Reads of the room `website`: what the home page and plain pages gather."""

from __future__ import annotations

from typing import Any

from wagtail.models import Page

from coalition.pages.selectors import in_language
from coalition.website.models import HomePage, StandardPage


def children_of(page: StandardPage) -> list[Page]:
    """The pages below a plain page that exist in its language, in the editors' order."""
    return list(in_language(page.get_children(), page.locale.language_code).specific())


def home_context(page: HomePage) -> dict[str, Any]:
    """What the home page shows of the rooms below."""
    return {}
