"""The site's pages in the frame: navigation and footer. Addresses are route words, so no query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext

from monitoring.core import sections
from monitoring.core.routes import word
from monitoring.core.sections import Section

BELOW = dict.fromkeys(
    ("funding", "method", "rules", "press", "contact", "privacy", "accessibility"), "about"
)
"""Pages that the seed puts under another: their address begins with its address."""


def address(route: str, language: str) -> str:
    """The path of the page that answers for a route: `/ru/o-koalitsii/finansirovanie/`."""
    above = address(BELOW[route], language) if route in BELOW else f"/{language}/"
    return f"{above}{word(route, language)}/"


def labels() -> dict[str, str]:
    """What the pages are called in navigation and footer, in the active language."""
    return {
        "guide": gettext("What you can do"),
        "members": gettext("Member organisations"),
        "news": gettext("News"),
        "about": gettext("About the coalition"),
        "memorandum": gettext("Memorandum"),
        "funding": gettext("Who funds us"),
        "method": gettext("Method"),
        "rules": gettext("Rules not adopted yet"),
        "press": gettext("Press"),
        "contact": gettext("Contact"),
        "privacy": gettext("Privacy"),
        "accessibility": gettext("Accessibility"),
    }


def links(routes: Sequence[str], language: str) -> list[dict[str, Any]]:
    """Label and address of some routes, in the given order."""
    named = labels()
    return [{"label": named[route], "url": address(route, language)} for route in routes]


def _item(route: str) -> sections.Provider:
    def provider(ids: Sequence[int], language: str) -> dict[int, Section]:
        return dict.fromkeys(ids, Section("", links([route], language)[0]))

    return provider


def _group(group: str, routes: Sequence[str]) -> sections.Provider:
    def provider(ids: Sequence[int], language: str) -> dict[int, Section]:
        data = {"group": group, "links": links(routes, language)}
        return dict.fromkeys(ids, Section("", data))

    return provider


NAVIGATION = [
    (20, _item("guide")),
    (30, _item("members")),
    (40, _item("news")),
    (50, _item("about")),
]
FOOTER = [
    (10, _group("site", ("memorandum", "news", "press"))),
    (30, _group("data", ("method",))),
    (10, _group("help", ("guide", "accessibility"))),
    (10, _group("coalition", ("about", "members", "contact", "funding", "privacy"))),
]


def show() -> None:
    """Put the pages into the frame. Called once, by the room's `ready()`."""
    for order, provider in NAVIGATION:
        sections.register("navigation", order, provider)
    sections.register("search.nothing", 50, _item("guide"))
    sections.register("search.nothing", 60, _item("contact"))
    for order, provider in FOOTER:
        sections.register("footer", order, provider)
