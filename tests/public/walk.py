"""Every kind of public page, found by following the links of the seeded site as a reader does.

A kind is the view and the template that answered; of each, one page a language is kept. What no
link of the seeded site leads to stands in `UNLINKED`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

LANGUAGES = ("kk", "ru", "en")

UNLINKED = {
    "/{}/no-such-page-123/": "the page that is not there",
    "/{}/sabaq/": "likewise, one word",
}

MOST_OF_A_KIND = 3
"""Pages of one kind and language that are followed further; two alike link to the same kinds."""

BY_LINK_ALONE = {
    # Views that only a mail, a person who signed in, or a rare record leads to.
    "search_atom": "under results, which the walk does not ask for; tests/search/test_offers.py",
    "search_csv": "likewise",
    "search_json": "likewise",
    "search_suggest": "asked by the search box while somebody types",
    "subscribe_confirm": "by a signed link",
    "subscription_leave": "by a signed link",
    "letters_leave": "by a signed link",
    "digest_issue": "needs an issue; the seed has none. tests/digests/test_issues.py",
    "digest_year": "likewise",
    "digest_letter": "needs a letter that was sent",
    "subscriptions": "by a signed link",
    "decision_by_id": "an older address: leads on to a decision",
    "decision_by_key": "leads on to a decision",
    "vote": "needs a vote of a body; the seed has none",
    "body_votes": "likewise, more than ten",
    "event_ics": "needs an event; the seed has none",
    "data_check": "by a signed link",
    "deadline_calendar": "needs a deadline that is open; the seed has none",
    "deadline_feed": "likewise",
    "text_compare": "needs an act with two wordings; tests/web/test_texts.py",
    "text_table": "likewise",
    "memorandum_version": "needs a second version; tests/memorandum",
    "memorandum_compare": "likewise",
    "provider_report": "a mail provider posts there",
    "page_in_language": "needs a page without a translation",
    "wagtailcore_authenticate_with_password": "a page under a password; there is none",
    "wagtailcore_login": "a page under a login; there is none",
}


OF_THE_SIGNED_IN = re.compile(
    r"account_\w+|mfa_\w+|reauthenticate|tasks|our_organisation\w*|styleguide"
)
"""Views of people who sign in; they have cookies and tokens and are never kept."""


@dataclass(frozen=True)
class Found:
    """One page: its kind, language and path, and what it answered."""

    kind: str
    language: str
    path: str
    answer: Any

    def __str__(self) -> str:
        return f"{self.language} {self.kind} {self.path}"

    @property
    def is_html(self) -> bool:
        return str(self.answer["Content-Type"]).startswith("text/html")


def walk(client: Client) -> list[Found]:
    """One page of every kind in every language."""
    waiting = deque(f"/{language}/" for language in LANGUAGES)
    waiting.extend(path.format(one) for path in UNLINKED for one in LANGUAGES)
    known = set(waiting)
    followed: dict[tuple[str, str], int] = {}
    found: dict[tuple[str, str], Found] = {}
    while waiting:
        path = waiting.popleft()
        answer: Any = client.get(path)
        if answer.status_code in {301, 302}:
            _add(urljoin(path, answer["Location"]), known, waiting)
            continue
        if answer.streaming:
            b"".join(answer.streaming_content)
        one = Found(_kind(answer), path[1:3], path, answer)
        if OF_THE_SIGNED_IN.fullmatch(one.kind.split()[0]):
            continue
        key = (one.kind, one.language)
        found.setdefault(key, one)
        followed[key] = followed.get(key, 0) + 1
        if one.is_html and followed[key] <= MOST_OF_A_KIND:
            for link in _links(answer.content, path):
                _add(link, known, waiting)
    return sorted(found.values(), key=str)


def _add(link: str, known: set[str], waiting: deque[str]) -> None:
    parts = urlsplit(link)
    if parts.netloc not in {"", "testserver", "localhost"} or parts.path[:4] not in {
        f"/{one}/" for one in LANGUAGES
    }:
        return
    # One address with a query a path: filters of one list are pages of one kind.
    address = parts.path + ("?" + parts.query if parts.query else "")
    mark = parts.path + ("?" if parts.query else "")
    if mark not in known:
        known.add(mark)
        waiting.append(address)


def _links(body: bytes, path: str) -> Iterator[str]:
    for tag in BeautifulSoup(body, "html.parser").find_all(["a", "link"], href=True):
        yield urljoin(path, str(tag["href"]))


def _kind(answer: Any) -> str:
    match = answer.wsgi_request.resolver_match
    view = match.view_name if match else "none"
    template = answer.templates[0].name if answer.templates else answer["Content-Type"]
    return f"{view} {template}"


def public_views() -> set[str]:
    """The names of all views whose address begins with a language."""
    return {
        name
        for one in get_resolver().url_patterns
        if isinstance(one, URLResolver) and hasattr(one.pattern, "prefix_default_language")
        for name in _names(one)
        if not OF_THE_SIGNED_IN.fullmatch(name)
    }


def _names(resolver: URLResolver) -> Iterator[str]:
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            if one.name:  # the others only lead on
                yield str(one.name)
        else:
            yield from _names(one)
