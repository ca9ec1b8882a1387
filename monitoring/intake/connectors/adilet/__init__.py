"""Acts of the official collection adilet: new ones out of its feed, each then opened.

The format is that of the site's own pages: the feed that a page announces
(`<link rel=alternate>`, `/rus/docs/rss`), and the page of a document: title
`div.container_alpha.slogan > h1`, badge `span.status`, the requisites in the next `<p>`, the words
in `<article>` with anchors `id="z…"`. Searching and listing is left alone: robots.txt is said to
ask for it. A check against robots comes with code 200, so a page counts as a document only with
such anchors and some words. Badge and footnote may disagree; both are kept. The words of the act
are read out of the saved copy by `decisions.text`, never stored here. Called in a child.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from monitoring.evidence.entries import Ask, Entry, Note, Reading, UnreadableError
from monitoring.intake.connectors import feed
from monitoring.intake.connectors.requisites import code_in, requisites_in, says_ended
from monitoring.intake.connectors.texts import language_by, line, page, words_of
from monitoring.intake.sameness import mark_of

LEAST_WORDS = 120  # characters of an act; the shortest in the samples has some 400
_FEED = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
_ANCHOR = re.compile(r"z\d+")
_NOTE = re.compile(r"^\s*(?:Сноска|Ескерту|Footnote|Примечание|Note)\b")


def first(url: str, settings: Mapping[str, Any]) -> Ask:
    """The feed of the site in the language wanted, or the very document that an address names."""
    if code_in(url):
        return Ask(url)
    feed_of = settings["feed_path"].replace("{language}", settings["language"])
    return Ask(urljoin(url, feed_of))


def parse(raw: bytes, url: str, settings: Mapping[str, Any]) -> Reading:
    """Entries of the feed with the documents to open, or the one entry of a document's page.

    Raises UnreadableError as a feed does, and `captcha`, `not_document`.
    """
    if _FEED.search(raw[:2000]):
        return _listed(raw, url, settings)
    return Reading(*_document(raw, url, settings))


def _listed(raw: bytes, url: str, settings: Mapping[str, Any]) -> Reading:
    read = feed.parse(raw, url)
    entries, notes, follow = [], list(read.notes), []
    for one in read.entries:
        code = code_in(one.link)
        if not code:
            notes.append(Note("no_code", one.title or one.link))
            continue
        language = language_by("address", "", one.link)
        link = _address(one.link, code)
        # The feed's own text is left: what an act says stands on its page.
        entries.append(replace(one, key=code, code=code, link=link, summary="", language=language))
        follow.append(Ask(link))
    if not entries:
        raise UnreadableError("all_skipped")
    return replace(read, entries=entries, notes=notes, follow=follow[: int(settings["documents"])])


def _address(link: str, code: str) -> str:
    """A document's page without its tabs: `/rus/docs/CODE`."""
    parts = urlsplit(link)
    return f"{parts.scheme}://{parts.netloc}{parts.path.partition('/docs/')[0]}/docs/{code}"


def _document(raw: bytes, url: str, settings: Mapping[str, Any]) -> tuple[list[Entry], list[Note]]:
    tree = page(raw)
    body = tree.css_first("article")
    anchors = [one for one in tree.css("[id]") if _ANCHOR.fullmatch(one.attributes["id"] or "")]
    code = code_in(url)
    if body is None or not anchors or not code or len(body.text().split()) < LEAST_WORDS / 6:
        raise UnreadableError("not_document")
    title = words_of(tree.css_first("div.slogan h1") or tree.css_first("h1"))
    line_under = words_of(tree.css_first("div.slogan h1 ~ p"))
    badge = words_of(tree.css_first("span.status"))
    about = requisites_in(line_under)
    footnotes = [text for one in body.css("p, font") if _NOTE.match(text := words_of(one))]
    note = next(filter(says_ended, footnotes), footnotes[0] if footnotes else "")
    words = {**settings["statuses"]}
    ended = words.get("ended", "")
    said = {
        "requisites": line_under,
        "badge": badge,
        "footnote": note[:500],
        "register_number": about.register_number,
        "registered": about.registered,
        **_table(tree),
    }
    notes = []
    in_text = about.ended or says_ended(note[:300])
    shown_ended = says_ended(badge)
    if badge and in_text and not shown_ended:
        said["status_in_text"] = ended or note[:100] or line_under[-100:]
        notes.append(Note("disagree", f"{code}: {badge} / {said['status_in_text']}", taken=True))
    entry = Entry(
        key=code,
        title=title,
        link=_address(url, code),
        language=language_by("address", "", url),
        number=about.number,
        code=code,
        status=words.get(badge, badge) or (ended if in_text else ""),
        date=about.date,
        mark=mark_of(words_of(body)),
        said={name: value for name, value in said.items() if value},
    )
    return [entry], notes


def _table(tree: LexborHTMLParser) -> dict[str, str]:
    """The rows of the tab «Информация», under the site's own names."""
    rows = {}
    for row in tree.css("table#ethernatable tr")[:40]:
        cells = [words_of(one) for one in row.css("th, td")]
        if len(cells) == 2 and all(cells):
            rows[line(cells[0])[:100]] = cells[1][:500]
    return rows
