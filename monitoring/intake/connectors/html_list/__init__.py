"""A list on a web page, read by CSS selectors that are settings of the source.

Maslikhats and akimats publish their acts as lists without a feed, each site in its own mark-up. The
page is read as browsers do (HTML Living Standard, by lexbor). A selector may end in `@attribute`
to take an attribute instead of the words: `time@datetime`. Called in a child, so without Django.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from monitoring.evidence.entries import Ask, Entry, Note, Reading, UnreadableError
from monitoring.intake.connectors.texts import (
    date_in,
    language_by,
    line,
    link_at,
    moment_of,
    page,
    words_of,
)

MOST_ENTRIES = 1000
LONGEST_TITLE = 2000
LONGEST_SUMMARY = 20_000
SELECTORS = ("item", "title", "link", "date", "number", "text", "next")
_ATTRIBUTE = re.compile(r"@([\w:-]+)\s*$")


def parse(raw: bytes, url: str, settings: Mapping[str, Any]) -> Reading:
    """The items of a page in its order, what was left out and why, and the next page.

    Raises UnreadableError: `blank`, `captcha`, `bad_selector` (which), `nothing_matched`,
    `no_titles`, `no_links`, `dates_unreadable`.
    """
    check(b"", url, settings)
    tree = page(raw)
    found = tree.css(_bare(settings["item"]))[:MOST_ENTRIES]
    if not found:
        raise UnreadableError("nothing_matched", "item")
    entries: list[Entry] = []
    notes: list[Note] = []
    dated = 0
    keys: set[str] = set()
    for item in found:
        entry, said = _entry(item, url, settings)
        dated += bool(_said(item, settings.get("date"))) and entry is not None
        notes += said
        if entry is None:
            continue
        if entry.key in keys:
            notes.append(Note("twice", entry.title or entry.link))
            continue
        keys.add(entry.key)
        entries.append(entry)
    _refuse_what_is_wrong_throughout(found, entries, dated, settings)
    return Reading(entries, notes, _onward(tree, url, settings))


def check(raw: bytes, url: str, settings: Mapping[str, Any]) -> list[Entry]:
    """Refuse selectors that are no CSS: raises UnreadableError `bad_selector` with its setting."""
    empty = LexborHTMLParser("<p></p>")
    for name in SELECTORS:
        selector = settings.get(name)
        if selector and _bare(selector):
            try:
                empty.css(_bare(selector))
            except SelectolaxError as error:
                raise UnreadableError("bad_selector", name) from error
        elif selector or name == "item":
            raise UnreadableError("bad_selector", name)
    return []


def _refuse_what_is_wrong_throughout(
    found: list[LexborNode], entries: list[Entry], dated: int, settings: Mapping[str, Any]
) -> None:
    """One odd item is noted; when all are odd the selector, or the site, has changed."""
    if settings.get("title") and not any(_said(one, settings["title"]) for one in found):
        raise UnreadableError("no_titles", "title")
    if settings.get("link") and not any(_address(one, settings["link"]) for one in found):
        raise UnreadableError("no_links", "link")
    if settings.get("date") and entries and not any(one.date for one in entries):
        raise UnreadableError("dates_unreadable" if dated else "no_dates", "date")
    if not entries:
        raise UnreadableError("all_skipped")


def _entry(
    item: LexborNode, url: str, settings: Mapping[str, Any]
) -> tuple[Entry | None, list[Note]]:
    notes = []
    link = link_at(_address(item, settings.get("link")), url)
    title = _said(item, settings.get("title"))
    if not title and not settings.get("title"):
        title = words_of(_first(item, settings.get("link") or "a[href]"))
    whole = words_of(item)
    shown = (title or whole or link)[:200]
    for word in settings.get("skip") or ():
        if word.casefold() in whole.casefold():
            return None, [Note("unwanted", f"{shown} («{word}»)")]
    if not title and not link:
        if not whole:
            return None, [Note("no_title_no_link")]
        title = whole  # words that nobody marked are words all the same
    if not title:
        notes.append(Note("no_title", link, taken=True))
    if not link:
        notes.append(Note("no_link", shown, taken=True))
    written = _said(item, settings.get("date"))
    day = date_in(written, settings.get("date_order") or "dmy")
    if settings.get("date") and not day:
        notes.append(Note("no_date", f"{shown} ({written})" if written else shown, taken=True))
    text = _said(item, settings.get("text"))[:LONGEST_SUMMARY]
    title = title[:LONGEST_TITLE]
    key = link or hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()
    entry = Entry(
        key=key,
        title=title,
        link=link,
        summary=text,
        published=moment_of(day),
        language=language_by(settings.get("language_rule") or "", title, link or url),
        number=_said(item, settings.get("number"))[:100],
        date=day,
    )
    return entry, notes


def _bare(selector: str) -> str:
    return _ATTRIBUTE.sub("", selector).strip()


def _first(item: LexborNode, selector: str) -> LexborNode | None:
    """The first match within an item; the item itself where it is what is looked for."""
    found = item.css_first(_bare(selector))
    if found is None and item.css_matches(_bare(selector)):
        return item
    return found


def _said(item: LexborNode, selector: str | None) -> str:
    """The words, or the attribute, that a selector finds in an item."""
    if not selector:
        return ""
    found = _first(item, selector)
    if found is None:
        return ""
    if attribute := _ATTRIBUTE.search(selector):
        return line(found.attributes.get(attribute[1]) or "")
    return words_of(found)


def _address(item: LexborNode, selector: str | None) -> str:
    found = _first(item, selector or "a[href]")
    if found is None and selector is None:
        return ""
    if found is None:
        return ""
    attribute = _ATTRIBUTE.search(selector or "")
    return found.attributes.get(attribute[1] if attribute else "href") or ""


def _onward(tree: LexborHTMLParser, url: str, settings: Mapping[str, Any]) -> list[Ask]:
    """The next page: what its link names, else this address with the next page's number."""
    if int(settings.get("pages") or 1) <= int(settings.get("step") or 1):
        return []
    if settings.get("next"):
        found = tree.css_first(_bare(settings["next"]))
        attribute = _ATTRIBUTE.search(settings["next"])
        named = found.attributes.get(attribute[1] if attribute else "href") if found else ""
        onward = link_at(named or "", url)
        return [Ask(onward)] if onward and onward != url else []
    if name := settings.get("page_parameter"):
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        now = query.get(name, "")
        number = int(now) if now.isdecimal() and len(now) < 7 else int(settings["first_page"])
        query[name] = str(number + int(settings.get("page_step") or 1))
        return [Ask(urlunsplit((*parts[:3], urlencode(query), "")))]
    return []
