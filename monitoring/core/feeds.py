"""Atom for every room: stable ids, an author, and an answer of 304 to who asks again (RFC 4287)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import http_date
from django.utils.translation import get_language

LENGTH = 50
"""Entries of a feed."""
NEVER = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
"""When a feed without entries last changed: an empty one says the same each time it is asked."""


@dataclass(frozen=True)
class Entry:
    """One entry: `key` names it for ever, `address` is its path."""

    key: str
    title: str
    address: str
    summary: str
    published: dt.datetime
    updated: dt.datetime


class _Feed(Atom1Feed):
    def root_attributes(self) -> dict[str, str]:
        """With a name space for what Atom has no word for (RFC 4287, 6)."""
        names: dict[str, str] = super().root_attributes()
        return {**names, "xmlns:evidence": tag("evidence")} if self.feed.get("evidence") else names

    def add_root_elements(self, handler: Any) -> None:
        """The hash over all saved copies, if the caller gave it."""
        super().add_root_elements(handler)
        if self.feed.get("evidence"):
            handler.addQuickElement("evidence:head", self.feed["evidence"])

    def latest_post_date(self) -> dt.datetime:
        """The newest change of an entry; Django's own says "now" of an empty feed."""
        return max((item["updateddate"] for item in self.items), default=NEVER)


def site_host() -> str:
    """The host of the site's address, which ids hang on: the same behind every proxy."""
    return urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "localhost"


def tag(key: str) -> str:
    """An id that stays when addresses change (RFC 4151)."""
    return f"tag:{site_host()},2026:{key}"


def atom(
    request: HttpRequest,
    *,
    key: str,
    title: str,
    address: str,
    entries: Sequence[Entry],
    evidence: str = "",
) -> HttpResponseBase:
    """The feed of a list in the active language, newest change first; 304 when nothing changed.

    `key` names the feed ("news"), `address` is the path of the list; `evidence` is the hash over
    all saved copies, which whoever keeps a feed can later hold against the archive.
    """
    language = (get_language() or "kk")[:2]
    feed = _Feed(
        title=title,
        link=request.build_absolute_uri(address),
        description=None,
        language=language,
        author_name=settings.SITE_NAMES[language],
        feed_url=request.build_absolute_uri(request.path),
        feed_guid=tag(f"{key}/{language}"),
        evidence=evidence,
    )
    for entry in entries[:LENGTH]:
        feed.add_item(
            title=entry.title,
            link=request.build_absolute_uri(entry.address),
            description=entry.summary,
            pubdate=entry.published,
            updateddate=entry.updated,
            unique_id=tag(f"{entry.key}/{language}"),
        )
    body = feed.writeString("utf-8")
    # The type that Django gives alone misses what browsers ask for; readers know this one.
    response = HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    return conditional(request, response, feed.latest_post_date())


def conditional(
    request: HttpRequest, response: HttpResponse, changed: dt.datetime
) -> HttpResponseBase:
    """The response with ETag and Last-Modified, or 304 for who has it already."""
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    seconds = int(changed.timestamp())
    response["ETag"] = etag
    response["Last-Modified"] = http_date(seconds)
    found = get_conditional_response(request, etag, seconds, response)
    return response if found is None else found
