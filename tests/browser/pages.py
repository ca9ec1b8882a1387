"""The kinds of page that readers see, and where one of each is: for tests and by-hand scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

from monitoring.core.routes import word

LANGUAGES = ("kk", "ru", "en")
LISTS: dict[str, str] = {
    "home": "",
    "laws": "{laws}/",
    "laws by topic": "{laws}/?topic=elections",
    "laws by words": "{laws}/?q=%D0%B1%D1%8E%D0%B4%D0%B6%D0%B5%D1%82&sort=changed",
    "charts": "{charts}/",
    "timeline": "{timeline}/",
    "calendar": "{calendar}/",
    "changes": "{changes}/",
    "procedures": "{procedures}/",
    "bodies": "{bodies}/",
    "dates of institutions": "{bodies}/dates/",
    "memorandum": "{memorandum}/",
    "members": "{members}/",
    "news": "{news}/",
    "events": "{events}/",
    "library": "{library}/",
    "about": "{about}/",
    "contact": "{about}/{contact}/",
    "press": "{about}/{press}/",
    "method": "{about}/{method}/",
    "funding": "{about}/{funding}/",
    "privacy": "{about}/{privacy}/",
    "accessibility": "{about}/{accessibility}/",
    "guide": "{guide}/",
    "search": "{search}/?q=%D0%B1%D1%8E%D0%B4%D0%B6%D0%B5%D1%82",
    "search without a hit": "{search}/?q=zzzzqq",
    "advanced search": "{search}/advanced/",
    "subscribe": "{mail}/",
    "fresh link": "{manage}/",
    "issues of the digest": "{issues}/",
    "sources": "{sources}/",
    "corrections": "{corrections}/",
    "report an error": "{report-error}/",
    "sign in": "{sign-in}/",
    "missing": "no-such-page-123/",
}
"""Kind of page → its path under the language's prefix; a {word} comes from the table of routes."""
DETAILS: dict[str, tuple[str, str]] = {
    "decision": ("laws", r"\d+-[\w-]+/"),
    "procedure": ("procedures", r"[a-z][\w-]+/"),
    "body": ("bodies", r"(?!dates/)[\w-]+/"),
    "organisation": ("members", r"[\w-]+/"),
    "guide page": ("guide", r"[\w-]+/"),
    "news item": ("news", r"[\w-]+/"),
}
"""Kind of page → (kind of list, pattern of a link on it): the first such link is opened."""
KINDS = [*LISTS, *DETAILS]


def list_path(kind: str, language: str) -> str:
    """The path of a kind that has one address a language."""
    rest = re.sub(r"{([\w-]+)}", lambda found: word(found[1], language), LISTS[kind])
    return f"/{language}/{rest}"


def path_of(get: Callable[[str], str], kind: str, language: str) -> str:
    """The path of a kind of page; `get` reads the list on which a detail is linked."""
    if kind in LISTS:
        return list_path(kind, language)
    listing, pattern = DETAILS[kind]
    start = list_path(listing, language)
    found = re.search(rf'href="({re.escape(start)}{pattern})"', get(start))
    assert found, f"no link to a {kind} on {start}"
    return found[1]
