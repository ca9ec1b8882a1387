"""How a page is found and shared: titles that fit, addresses, what machines read of it.

A view puts a `Found` into its context under "found"; `components/found.html` writes it into the
head of the page. Structured data follows schema.org; it is a data block, never run as a script.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

LONGEST_TITLE = 70
"""Letters of a title that a list of hits shows; the page's own h1 is never cut."""
LONGEST_SHARED = 110
"""Letters of a title that messengers show, and the limit of `headline`."""
LONGEST_DESCRIPTION = 200

TERRITORIES = {"kk": "kk_KZ", "ru": "ru_KZ", "en": "en_GB"}
"""Open Graph wants a territory with each language."""


def brief(text: str, limit: int = LONGEST_TITLE) -> str:
    """Text in one line, cut at a word's end with «…» if it is longer than `limit` letters."""
    line = " ".join(str(text).split())
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    if line[limit - 1] != " " and " " in head[limit // 2 :]:
        head = head.rpartition(" ")[0]
    return head.rstrip(" ,;:–-«(") + "…"


def absolute(path: str) -> str:
    """A path of this site with scheme and host of SITE_URL: one page has one address."""
    if path.startswith(("http://", "https://")):
        return path
    return str(settings.WAGTAILADMIN_BASE_URL).rstrip("/") + path


def data_block(data: Mapping[str, Any]) -> SafeString:
    """JSON-LD for a `<script type="application/ld+json">`: no text in it can end the element."""
    text = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False)
    for sign, code in (("<", "\\u003C"), (">", "\\u003E"), ("&", "\\u0026")):
        text = text.replace(sign, code)
    return mark_safe(text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def breadcrumbs(steps: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """BreadcrumbList of (name, path), the home page first and the page itself last."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": absolute(path)}
            for place, (name, path) in enumerate(steps, start=1)
        ],
    }


@dataclass(frozen=True)
class Card:
    """What stands on the picture that messengers show: `over` and `under` the title."""

    kind: str
    id: int
    language: str
    title: str
    over: str = ""
    under: str = ""

    def fingerprint(self) -> str:
        """Sixteen letters that change with any word of the card."""
        words = json.dumps(
            [self.kind, self.id, self.language, self.title, self.over, self.under],
            ensure_ascii=False,
        )
        return hashlib.sha256(words.encode()).hexdigest()[:16]


_address_of: Callable[[Card], str] | None = None


def draw_with(address_of: Callable[[Card], str]) -> None:
    """The room that draws cards says where one stands. Called once, in its `ready()`."""
    global _address_of  # noqa: PLW0603 - set once, when the apps are loaded
    _address_of = address_of


def card_address(card: Card) -> str:
    """The path of a card's picture; empty while no room draws them."""
    return _address_of(card) if _address_of is not None else ""


@dataclass(frozen=True)
class Found:
    """What the head of a page says of it.

    `path` is the page's own, `alternates` those of its real translations by language, itself among
    them; `data` are JSON-LD objects; `image` is the path of a picture of 1200 × 630.
    """

    title: str
    path: str
    language: str
    description: str = ""
    alternates: Mapping[str, str] = field(default_factory=dict)
    kind: str = "website"
    image: str = ""
    data: Sequence[Mapping[str, Any]] = ()
    noindex: bool = False

    @property
    def shared_title(self) -> str:
        """The title as messengers show it."""
        return brief(self.title, LONGEST_SHARED)

    @property
    def shared_description(self) -> str:
        """The description, at a length that is shown whole."""
        return brief(self.description, LONGEST_DESCRIPTION)

    @property
    def canonical(self) -> str:
        """The one address of the page."""
        return absolute(self.path)

    @property
    def image_url(self) -> str:
        """The full address of the picture, or ""."""
        return absolute(self.image) if self.image else ""

    @property
    def territory(self) -> str:
        """The language as Open Graph writes it."""
        return TERRITORIES[self.language]

    @property
    def translations(self) -> list[tuple[str, str]]:
        """(hreflang, full address) of every real translation, and x-default; none if there is one.

        The default is the Kazakh page, the site's first language, else the page itself.
        """
        if len(self.alternates) < 2:
            return []
        default = self.alternates.get("kk") or self.path
        pairs = [*self.alternates.items(), ("x-default", default)]
        return [(language, absolute(path)) for language, path in pairs]

    @property
    def blocks(self) -> list[SafeString]:
        """The structured data, ready for the template."""
        return [data_block(one) for one in self.data]
