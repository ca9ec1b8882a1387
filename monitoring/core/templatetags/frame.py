"""The frame of a page: navigation, footer and language switch, filled by the rooms above.

A room shows itself in `ready()` through `core.sections`: slot "navigation" with data
`{"label": str, "url": str}`, slot "footer" with `{"group": str, "label": str, "url": str}` or
`{"group": str, "links": [{"label", "url"}, …]}`, where the group is one of `FOOTER_GROUPS`.
"""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.template.context import Context
from django.urls import translate_url
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from monitoring.core import sections
from monitoring.core.found import brief

register = template.Library()

SHORT_NAMES = {"kk": "Қаз", "ru": "Рус", "en": "Eng"}
OWN_NAMES = {"kk": "Қазақша", "ru": "Русский", "en": "English"}
FOOTER_GROUPS = ("site", "data", "help", "coalition")

_UNBROKEN = re.compile(
    r"(?<![\w#-])(?:өз[іi]н-өз[іi]\w*|\d[\d:]*(?:[-–][\w]{1,12})+)(?!\w)", re.IGNORECASE
)
"""The coalition's own word, and numerals with what hangs on them: 45-бап, 18:00-ге, 126-IV."""


def _language() -> str:
    return (get_language() or settings.LANGUAGE_CODE)[:2]


def _path(context: Context) -> str:
    """The path asked for; the root where a page is made without a request (the 500 page)."""
    request = context.get("request")
    return request.path if request is not None else "/"


@register.simple_tag(takes_context=True)
def navigation(context: Context) -> list[dict[str, Any]]:
    """The items of the main navigation: `{"url", "label", "active"}` in the registered order."""
    path = _path(context)
    return [
        {
            "url": section.data["url"],
            "label": section.data["label"],
            "active": path.startswith(section.data["url"]),
        }
        for section in sections.collect("navigation", [0], _language())[0]
        if section.data.get("url")
    ]


@register.simple_tag
def footer_links() -> dict[str, list[dict[str, Any]]]:
    """The links of the footer by group; every group is present, an empty one is not shown."""
    groups: dict[str, list[dict[str, Any]]] = {name: [] for name in FOOTER_GROUPS}
    for section in sections.collect("footer", [0], _language())[0]:
        links = section.data.get("links", [section.data])
        groups[section.data["group"]] += [link for link in links if link.get("url")]
    return groups


def _in_language(path: str, language: str) -> str:
    """The same path under another language's prefix; a path without a prefix leads home."""
    translated = translate_url(path, language)
    if translated != path:
        return translated
    first, _, rest = path.lstrip("/").partition("/")
    return f"/{language}/{rest}" if first in SHORT_NAMES else f"/{language}/"


def _query(request: HttpRequest | None) -> str:
    """The search, the filter or the page number, to go along with a link to the same page."""
    try:
        return f"?{request.GET.urlencode()}" if request is not None and request.GET else ""
    except SuspiciousOperation:  # more parameters than Django reads: the page that says so
        return ""


@register.simple_tag(takes_context=True)
def languages(context: Context) -> list[dict[str, Any]]:
    """The language switch: `{"language", "url", "short", "name", "current"}`, always all three.

    A view that knows better puts `alternates` (`[{"language", "url", "state"}]`) in the context.
    """
    known = {one["language"]: one for one in context.get("alternates") or ()}
    path, now = _path(context), _language()
    query = _query(context.get("request"))
    return [
        {
            "language": code,
            "url": known[code]["url"] if code in known else _in_language(path, code) + query,
            "state": known.get(code, {}).get("state", ""),
            "short": SHORT_NAMES[code],
            "name": OWN_NAMES[code],
            "current": code == now,
        }
        for code, _ in settings.LANGUAGES
    ]


register.filter("brief", brief)


@register.filter
def unbroken(text: Any) -> SafeString:
    """«өзін-өзі» and «45-бап» in spans that do not break; the stored text stays as it is."""
    escaped = conditional_escape(text)
    return mark_safe(_UNBROKEN.sub(lambda found: f'<span class="nb">{found[0]}</span>', escaped))


_TAGS = re.compile(r"(<[^>]*>)")


@register.filter
def unbroken_html(html: Any) -> SafeString:
    """The same for text that is markup already (an editor's rich text); tags stay as they are."""
    parts = _TAGS.split(str(html))
    parts[::2] = [
        _UNBROKEN.sub(lambda found: f'<span class="nb">{found[0]}</span>', part)
        for part in parts[::2]
    ]
    return mark_safe("".join(parts))
