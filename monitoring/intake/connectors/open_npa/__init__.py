"""Drafts on the site of open drafts (Open NPA, legalacts.egov.kz), out of its lists of cards.

The format is that of the site's own list, `/list?page=N`, five cards a page: `div.contentlist` with
`h3 a[href^="/npa/view?id="]`, in `div.info` bold labels with status, kind, day of creation and last
day of the discussion, in `div.tags` the body that drew it up; a script says `totalPages: N`. The
drafts themselves and what people commented on them are never opened (robots.txt is said to ask for
it), and of a card nothing is kept but what is named here: no name of a commenter can come along.

The site's first language is Kazakh and its labels in it were not seen: labels that the settings do
not know are taken by their order. Called in a child process, so without Django.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from selectolax.lexbor import LexborNode

from monitoring.evidence.entries import Ask, Entry, Note, Reading, UnreadableError
from monitoring.intake.connectors.texts import (
    date_in,
    decoded,
    language_by,
    line,
    link_at,
    moment_of,
    page,
    words_of,
)

IN_ORDER = ("status", "kind", "created", "until")
_ID = re.compile(r"/npa/view\?(?:[^#]*&)?id=(\d{1,12})(?![0-9])")
_TOTAL = re.compile(r"totalPages[\"']?\s*[:=]\s*[\"']?(\d{1,6})")


def first(url: str, settings: Mapping[str, Any]) -> Ask:
    """The first page of the list, of the status wanted."""
    return Ask(_page_address(url, settings, 1))


def parse(raw: bytes, url: str, settings: Mapping[str, Any]) -> Reading:
    """The drafts of a page, and the next page while there is one within the settings' bound.

    Raises UnreadableError: `blank`, `captcha`, `nothing_matched`, `all_skipped`.
    """
    cards = page(raw).css("div.contentlist")
    if not cards:
        raise UnreadableError("nothing_matched")
    entries, notes = [], []
    for card in cards:
        entry, said = _entry(card, url, settings)
        notes += said
        if entry is not None:
            entries.append(entry)
    if not entries:
        raise UnreadableError("all_skipped")
    return Reading(entries, notes, _onward(raw, url, settings))


def _entry(
    card: LexborNode, url: str, settings: Mapping[str, Any]
) -> tuple[Entry | None, list[Note]]:
    anchor = card.css_first("h3 a[href]")
    title = words_of(anchor)[:2000]
    found = _ID.search((anchor.attributes.get("href") or "") if anchor else "")
    if not found:
        return None, [Note("no_code", (title or words_of(card))[:200])]
    number = found[1]
    info = _info(card.css_first("div.info"), settings["labels"])
    deadline, created = date_in(info["until"]), date_in(info["created"])
    notes = [] if created else [Note("no_date", title, taken=True)]
    if not title:
        notes.append(Note("no_title", number, taken=True))
    status = info["status"]
    entry = Entry(
        key=number,
        title=title,
        link=link_at(f"/npa/view?id={number}", url),
        published=moment_of(created),
        language=language_by(settings["language_rule"], title, ""),
        code=f"npa-{number}",
        kind=info["kind"],
        status=settings["statuses"].get(status, status),
        body=_body(card),
        deadline=deadline,
    )
    return entry, notes


def _info(info: LexborNode | None, labels: Mapping[str, str]) -> dict[str, str]:
    """What stands behind each bold label: by its words where they are known, else by its place."""
    said = dict.fromkeys(IN_ORDER, "")
    for place, label in enumerate(info.css("strong") if info else []):
        words = []
        node = label.next
        while node is not None and node.tag not in {"strong", "br"}:
            words.append(node.text(deep=True))
            node = node.next
        name = labels.get(words_of(label).rstrip(": "), "")
        if not name and place < len(IN_ORDER):
            name = IN_ORDER[place]
        if name in said:
            said[name] = line(" ".join(words))[:200]
    return said


def _body(card: LexborNode) -> str:
    """Who drew it up: the words behind the second picture of the card's last line."""
    picture = card.css_first("div.tags span.icon2")
    node = picture.next if picture else None
    words = line(node.text()) if node is not None and node.tag == "-text" else ""
    return words[:300]


def _onward(raw: bytes, url: str, settings: Mapping[str, Any]) -> list[Ask]:
    now = parse_qs(urlsplit(url).query).get("page", ["1"])[0]
    number = int(now) if now.isdecimal() and len(now) < 7 else 1
    total = _TOTAL.search(decoded(raw))
    last = min(int(settings["pages"]), int(total[1]) if total else number)
    return [Ask(_page_address(url, settings, number + 1))] if number < last else []


def _page_address(url: str, settings: Mapping[str, Any], number: int) -> str:
    asked = {"page": str(number)}
    if settings["status"]:
        asked["status"] = settings["status"]
    return f"{urljoin(url, settings['list_path'])}?{urlencode(asked)}"
