"""Lists of pages for search engines: one a kind and language, only of what exists in it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import Page

from coalition.pages.selectors import in_language
from monitoring.core.found import absolute
from monitoring.core.models import LANGUAGES
from monitoring.core.routes import word
from monitoring.decisions.models import Decision, Edition
from monitoring.digests.issues import LISTED, address_of_issue
from monitoring.digests.models import Issue
from monitoring.institutions.models import Body

PER_FILE = 10_000
"""Addresses a file: a fifth of what the protocol allows, so that a file is made in a second."""

PERSONAL = ("manage", "tasks", "our-organisation", "sign-in", "sign-out")
"""Routes that are one person's; crawlers have no business there."""


class _InLanguage(Sitemap[Any]):
    limit = PER_FILE

    def __init__(self, language: str) -> None:
        self.language = language
        self.protocol = urlsplit(settings.WAGTAILADMIN_BASE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        """The one host of the site, whichever was asked."""
        return str(urlsplit(settings.WAGTAILADMIN_BASE_URL).netloc)


class Decisions(_InLanguage):
    """Public decisions that have a text in the language."""

    def items(self) -> Any:
        """By id, so that a file keeps its addresses as the record grows."""
        texts = Edition.objects.filter(language=self.language, live=True)
        public = Decision.objects.public().filter(pk__in=texts.values("decision_id"))
        return (
            public.select_related("kind")
            .only("pk", "kind", "adoption_number", "updated_at")
            .order_by("pk")
        )

    def lastmod(self, item: Decision) -> dt.datetime:
        """When the public record of it last changed."""
        return item.updated_at

    def get_latest_lastmod(self) -> Any:
        """One query for all."""
        return self.items().order_by().aggregate(at=Max("updated_at"))["at"]

    def location(self, item: Decision) -> str:
        """Its address in the language."""
        return item.address_in(self.language)


class Bodies(_InLanguage):
    """Public bodies with a page; their names stand in all three languages."""

    def items(self) -> Any:
        """By key."""
        return Body.objects.filter(has_page=True).order_by("key")

    def location(self, item: Body) -> str:
        """Its address in the language."""
        with override(self.language):
            return reverse("body", args=[item.key])


class Pages(_InLanguage):
    """Pages of every type that exist in the language: news and organisations too."""

    def items(self) -> Any:
        """In the order of the tree."""
        shown = in_language(Page.objects.filter(depth__gt=1), self.language)
        return shown.defer_streamfields().order_by("path").select_related("locale")

    def lastmod(self, item: Page) -> Any:
        """When it was last published."""
        return item.last_published_at

    def get_latest_lastmod(self) -> Any:
        """One query for all."""
        return self.items().order_by().aggregate(at=Max("last_published_at"))["at"]

    def location(self, item: Page) -> str:
        """Its path; the query of site roots is Wagtail's and kept."""
        return item.get_url() or ""


class Issues(_InLanguage):
    """Issues of the digest that the archive lists; each stands in all three languages."""

    def items(self) -> Any:
        """By id."""
        return Issue.objects.filter(run__frequency__in=LISTED).defer("content").order_by("pk")

    def lastmod(self, item: Issue) -> dt.datetime:
        """When it left: an issue never changes."""
        return item.created_at

    def get_latest_lastmod(self) -> Any:
        """One query for all."""
        return self.items().order_by().aggregate(at=Max("created_at"))["at"]

    def location(self, item: Issue) -> str:
        """Its address in the language."""
        return address_of_issue(item, self.language)


KINDS: dict[str, type[_InLanguage]] = {
    "decisions": Decisions,
    "bodies": Bodies,
    "pages": Pages,
    "issues": Issues,
}


def all_sitemaps() -> dict[str, Any]:
    """`{"kk-decisions": …}`: one a kind and language."""
    return {
        f"{language}-{kind}": made(language)
        for language in LANGUAGES
        for kind, made in KINDS.items()
    }


def robots_txt() -> str:
    """The rules for crawlers: neither admin nor results of searches nor anybody's own pages."""
    closed = ["/admin/"]
    for language in LANGUAGES:
        closed += [f"/{language}/{word(name, language)}/" for name in ("search", *PERSONAL)]
        closed += [f"/{language}/p/", f"/{language}/{word('mail', language)}/t/"]
    lines = ["User-agent: *", *[f"Disallow: {path}" for path in dict.fromkeys(closed)], ""]
    return "\n".join([*lines, f"Sitemap: {absolute(reverse('sitemaps'))}", ""])
