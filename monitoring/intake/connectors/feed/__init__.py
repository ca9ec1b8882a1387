"""RSS, Atom and RDF, as feedparser reads them; called in a child process, so without Django."""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import html
import io
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser
import nh3

from monitoring.evidence import letters
from monitoring.evidence.entries import Entry, Reading, UnreadableError

MOST_ENTRIES = 1000
LONGEST_TITLE = 2000
LONGEST_SUMMARY = 20_000
LONGEST_KEY = 2000

_CAPTCHA = re.compile(
    r"captcha|не робот|робот емес|not a robot|cf-challenge|checking your browser", re.IGNORECASE
)
_PAGE = re.compile(r"<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_FEED = re.compile(r"<(\w+:)?(rss|feed|rdf|channel|cdf)[\s>]", re.IGNORECASE)
_ROOT = re.compile(rb"<((?:\w+:)?(?:rss|feed|rdf))[\s>]", re.IGNORECASE)
_LAST_ITEM = re.compile(
    rb"<(?:\w+:)?(?:item|entry)\b(?:(?!</(?:\w+:)?(?:item|entry)\s*>).)*$",
    re.IGNORECASE | re.DOTALL,
)
_BREAKS = re.compile(r"<\s*(?:br|/p|/div|/li|/h\d|/tr)\b[^>]*>", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


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
        raise UnreadableError("captcha" if _CAPTCHA.search(head) else "html")
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
    link = _link(_text(one, "link"), url)
    named = plain(_text(one, "id"))[:LONGEST_KEY] or link
    if not (title or summary or link):
        return None
    key = named or hashlib.sha256(f"{title}\n{summary}".encode()).hexdigest()
    return Entry(
        key=key,
        title=title,
        link=link,
        summary=summary,
        published=_date(one),
        language=_language(_text(one, "language") or language),
    )


def _text(mapping: Any, name: str) -> str:
    value = mapping.get(name) if hasattr(mapping, "get") else ""
    return value if isinstance(value, str) else ""


def plain(text: str) -> str:
    """Text without mark-up, scripts, control characters and lone surrogates; lines are kept.

    Line ends stand where the mark-up had paragraphs. What nh3 leaves is unescaped once, so that
    `&amp;lt;b&amp;gt;` shows as the letters `<b>`; templates escape it again.
    """
    if "<" in text or "&" in text:
        kept = nh3.clean(_BREAKS.sub("\n", text), tags=set())
        text = html.unescape(kept)
    text = text.encode("utf-8", "ignore").decode().replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub("", text).replace("\u00a0", " ")
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _link(link: str, url: str) -> str:
    """An absolute http(s) link, or nothing: a javascript: address must not reach a page."""
    try:
        absolute = urljoin(url, link.strip()) if link.strip() else ""
        parts = urlsplit(absolute)
    except ValueError:
        return ""
    bad = len(absolute) > LONGEST_KEY or _CONTROL.search(absolute) or not parts.hostname
    absolute = absolute.encode("utf-8", "ignore").decode()
    return absolute if parts.scheme in {"http", "https"} and not bad else ""


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


def _language(code: str) -> str:
    """kk, ru or en; feeds write kz for Kazakh too."""
    short = code.strip().lower().replace("_", "-").partition("-")[0]
    short = {"kz": "kk", "kaz": "kk", "rus": "ru", "eng": "en"}.get(short, short)
    return short if short in {"kk", "ru", "en"} else ""
