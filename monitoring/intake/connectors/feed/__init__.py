"""RSS, Atom and RDF, as feedparser reads them; called in a child process, so without Django."""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import io
import re
import time
from collections.abc import Mapping
from typing import Any

import feedparser

from monitoring.evidence import letters
from monitoring.evidence.entries import Entry, Reading, UnreadableError
from monitoring.intake.connectors.texts import CAPTCHA, language_code, link_at, plain

__all__ = ["parse", "plain"]

MOST_ENTRIES = 1000
LONGEST_TITLE = 2000
LONGEST_SUMMARY = 20_000
LONGEST_KEY = 2000

_PAGE = re.compile(r"<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_FEED = re.compile(r"<(\w+:)?(rss|feed|rdf|channel|cdf)[\s>]", re.IGNORECASE)
_ROOT = re.compile(rb"<((?:\w+:)?(?:rss|feed|rdf))[\s>]", re.IGNORECASE)
_LAST_ITEM = re.compile(
    rb"<(?:\w+:)?(?:item|entry)\b(?:(?!</(?:\w+:)?(?:item|entry)\s*>).)*$",
    re.IGNORECASE | re.DOTALL,
)


def parse(raw: bytes, url: str, settings: Mapping[str, Any] | None = None) -> Reading:
    """The entries of a feed, newest as the feed has them, at most MOST_ENTRIES, texts plain.

    A feed has no settings. One that breaks off before its end is `half`: the item in which it
    broke off is left out, for its words may be half too.

    Raises UnreadableError: `blank`, `captcha`, `html`, `entities`, `not_feed`, `empty`.
    """
    if not raw.strip():
        raise UnreadableError("blank")
    head = raw[:20_000].decode("utf-8", "replace")
    page = _PAGE.search(head)
    feed = _FEED.search(head)
    if page and (not feed or page.start() < feed.start()):
        raise UnreadableError("captcha" if CAPTCHA.search(head) else "html")
    entity = raw.replace(b"\x00", b"").find(b"<!ENTITY")  # without the zeros of UTF-16
    if entity >= 0 and (not feed or entity < feed.start() * 4):
        # Entities of its own make nothing but bombs and ways into our files.
        raise UnreadableError("entities")
    try:
        read = feedparser.parse(
            io.BytesIO(letters.in_utf8(raw)),  # an address or a file name would be opened
            sanitize_html=False,  # nh3 does it, below
            resolve_relative_uris=False,
            response_headers={"content-location": url},
        )
        found = list(read.entries)
        version, language = read.get("version", ""), str(read.feed.get("language", ""))
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # feedparser raises what it likes on bad input
        raise UnreadableError("not_feed") from error
    if not found:
        raise UnreadableError("empty" if version else "not_feed")
    half = _breaks_off(raw)
    if half and _LAST_ITEM.search(raw.replace(b"\x00", b"")):
        del found[-1]
    entries = [
        entry for one in found[:MOST_ENTRIES] if (entry := _entry(one, url, language)) is not None
    ]
    if not entries:
        raise UnreadableError("empty")
    return Reading(entries, worse="half" if half else "")


def _breaks_off(raw: bytes) -> bool:
    """Whether a feed's root is opened and never closed."""
    plain_bytes = raw.replace(b"\x00", b"")
    root = _ROOT.search(plain_bytes)
    return root is not None and b"</" + root[1].lower() not in plain_bytes.lower()


def _entry(one: Any, url: str, language: str) -> Entry | None:
    title = plain(_text(one, "title"))[:LONGEST_TITLE]
    contents = one.get("content") or [{}]
    first = contents[0] if isinstance(contents, list) and contents else {}
    summary = plain(_text(one, "summary") or _text(first, "value"))[:LONGEST_SUMMARY]
    link = link_at(_text(one, "link"), url)
    named = plain(_text(one, "id"))[:LONGEST_KEY] or link
    date = _date(one)
    if not (title or summary or link or named or date):
        return None
    said = f"{title}\n{summary}" if title or summary else date
    key = named or hashlib.sha256(said.encode()).hexdigest()
    return Entry(
        key=key,
        title=title,
        link=link,
        summary=summary,
        published=date,
        language=language_code(_text(one, "language") or language),
    )


def _text(mapping: Any, name: str) -> str:
    value = mapping.get(name) if hasattr(mapping, "get") else ""
    return value if isinstance(value, str) else ""


def _date(one: Any) -> str:
    """The entry's date as ISO 8601 in UTC, or nothing if it has none that can be read."""
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        value = one.get(name)
        if isinstance(value, time.struct_time):
            try:
                moment = dt.datetime.fromtimestamp(calendar.timegm(value), dt.UTC)
            except (ValueError, OverflowError, OSError):
                continue
            return moment.isoformat()
    return ""
