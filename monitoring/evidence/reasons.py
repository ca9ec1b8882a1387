"""What can come of a fetch: a code kept on its row, and the sentence a person reads.

Sentences are made from the code when they are shown, so that each reader has their own language.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, gettext_noop

STORED = "stored"
NEW = "new"
UNCHANGED = "unchanged"

SENTENCES: dict[str, str] = {
    # -- as it should be -----------------------------------------------------------
    STORED: gettext_noop("The answer is stored and waits to be read."),
    NEW: gettext_noop("The source was read."),
    UNCHANGED: gettext_noop("The source was asked; nothing has changed."),
    # -- refused by us ---------------------------------------------------------------
    "bad_address": gettext_noop("The address cannot be used: only http and https are asked."),
    "private_address": gettext_noop(
        "The address %(address)s is not public; we do not ask private addresses."
    ),
    "robots": gettext_noop("The site's robots.txt asks machines to stay away from this address."),
    "robots_unreachable": gettext_noop(
        "The site's robots.txt could not be read, so the site was left alone."
    ),
    "busy": gettext_noop("The site was left alone: its turn did not come in time."),
    "too_many_redirects": gettext_noop("The site sends us on more than %(limit)s times."),
    "too_big": gettext_noop("The answer is larger than %(megabytes)s MB; reading was stopped."),
    "bomb": gettext_noop(
        "The compressed answer grows without measure (a compression bomb); reading was stopped."
    ),
    # -- the net ---------------------------------------------------------------------
    "dns": gettext_noop("The name of the host is not known."),
    "connect": gettext_noop("The host does not take a connection."),
    "tls": gettext_noop("The site's certificate could not be checked."),
    "ca_bundle": gettext_noop("The file of certificates %(name)s is missing or broken."),
    "timeout": gettext_noop("The site did not answer within %(seconds)s seconds."),
    "truncated": gettext_noop("The connection broke off before the end of the answer."),
    "bad_encoding": gettext_noop("The compression of the answer is damaged or not known."),
    "protocol": gettext_noop("The site does not keep to HTTP."),
    # -- the site's own answer ---------------------------------------------------------
    "not_found": gettext_noop("There is no such page on the site (404)."),
    "gone": gettext_noop("The page was taken down for good (410)."),
    "forbidden": gettext_noop("The site refuses us (%(status)s)."),
    "server_error": gettext_noop("The site has a fault of its own (%(status)s)."),
    "retry_later": gettext_noop("The site asks to come back later (%(status)s)."),
    "http_error": gettext_noop("The site answered with code %(status)s."),
    # -- what the bytes are --------------------------------------------------------------
    "captcha": gettext_noop("Instead of what we asked for the site shows a check against robots."),
    "html": gettext_noop("This is a web page, not a feed."),
    "blank": gettext_noop("The answer is empty: not one byte."),
    "not_feed": gettext_noop("The answer is not a feed, or it is broken beyond reading."),
    "empty": gettext_noop("The feed holds no entries at all; that is taken for a fault."),
    "half": gettext_noop(
        "Only a part of the answer came; what came whole was read, the rest is awaited."
    ),
    "shrunk": gettext_noop(
        "The answer holds far fewer entries than before (%(few)s instead of %(usual)s)."
    ),
    "entities": gettext_noop("The feed defines XML entities of its own; it is left unread."),
    # -- lists and documents ---------------------------------------------------------------
    "bad_selector": gettext_noop("This is not a CSS selector."),
    "nothing_matched": gettext_noop("Nothing on the page fits the selector of the items."),
    "no_titles": gettext_noop("None of the items has a title where the selector looks."),
    "no_links": gettext_noop("None of the items has a link where the selector looks."),
    "no_dates": gettext_noop("None of the items has a date where the selector looks."),
    "dates_unreadable": gettext_noop("None of the dates can be read."),
    "all_skipped": gettext_noop("Every item of the page was left out."),
    "not_json": gettext_noop("The answer is not the JSON that the source is known for."),
    "not_document": gettext_noop("The page holds no text of a document."),
    "parser_died": gettext_noop("The answer broke the reader, which works apart from the site."),
    "parser_slow": gettext_noop("The answer could not be read within %(seconds)s seconds."),
    "internal": gettext_noop("A fault on our side; it is in the log."),
}

NOTES: dict[str, str] = {
    "no_title": gettext_noop("It has no title; its link stands for it."),
    "no_link": gettext_noop("It has no link."),
    "no_date": gettext_noop("Its date is missing or cannot be read; it is taken without one."),
    "no_title_no_link": gettext_noop("It has neither title nor link."),
    "unwanted": gettext_noop("It holds a word that you asked to leave out."),
    "twice": gettext_noop("It stands on the page a second time."),
    "disagree": gettext_noop("Its languages disagree; both are kept."),
    "no_code": gettext_noop("Its address names no document."),
}
"""What a reader remarks on one item, left out or taken all the same."""

GOOD = frozenset({NEW, UNCHANGED})
WORSE = frozenset({"captcha", "html", "blank", "empty", "not_feed", "half", "shrunk", "truncated"})
"""The site answered, and worse than before: a source is late from the first of these on."""


def sentence(code: str, detail: Mapping[str, Any]) -> str:
    """The sentence of a code in the active language; a code of another version shows itself."""
    pattern = gettext(SENTENCES[code]) if code in SENTENCES else code
    try:
        return pattern % detail
    except (KeyError, TypeError, ValueError):
        return pattern


def note_sentence(code: str) -> str:
    """The sentence of a note in the active language; a code of another version shows itself."""
    return gettext(NOTES[code]) if code in NOTES else code


class FetchError(Exception):
    """A fetch that came to nothing: `code` of SENTENCES, its `detail`, the site's status if any.

    `wait` is how many seconds the site asked us to stay away (Retry-After), or None.
    """

    def __init__(
        self, code: str, *, status: int | None = None, wait: float | None = None, **detail: Any
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.wait = wait
        self.detail = {**detail, "status": status} if status is not None else detail
