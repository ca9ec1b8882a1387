"""Messages become bytes: each fragment is rendered once for its content, then spliced.

A run's mails differ in which items they hold, in whose reasons stand under them and in two links.
So an item is rendered and its styles are put into its elements once for a language; the frame
around the items once for a run and language; the rest is joining text. Rendering a reader's mail
asks no database and costs well under a millisecond.
"""

from __future__ import annotations

import re
import secrets
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from html import escape
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, ngettext

from monitoring.core import clock
from monitoring.core.dates import long_date
from monitoring.digests import links, messages
from monitoring.digests.messages import CAP, SUBJECT, Found, Item, Message, Told
from monitoring.digests.models import DigestRun
from monitoring.digests.queries import address_of, describe, form_parameters
from monitoring.mailing import compose
from monitoring.search.query import Query

OPEN, SHUT = f"\ue000{secrets.token_hex(8)}", "\ue001"
"""Around the names of places in a frame; drawn anew in each process, so that no text of a source
or an editor can hold one."""
ROOM = compose.LIMIT - 4096
"""Bytes of a whole message that items may fill it up to; headers and a signature need the rest."""
KEPT = 4000
"""Rendered items kept at once; a run with more renders the oldest again."""
REST = 10
"""Queries whose further items are named one by one; the others stand behind one link."""


NO_HEALTH = messages.Health()


@dataclass(frozen=True)
class Lead:
    """What editors say on top of an issue: a few sentences, and one news item.

    `language` is that of the text, which may be another than the reader's: then it is marked.
    """

    text: str = ""
    language: str = ""
    news_title: str = ""
    news_link: str = ""
    news_language: str = ""


NO_LEAD = Lead()


@dataclass(frozen=True)
class Frame:
    """What all mails of a run share in a language."""

    language: str
    frequency: str
    day: str
    issue_link: str
    health: messages.Health = NO_HEALTH
    lead: Lead = NO_LEAD


@dataclass(frozen=True)
class Fragment:
    """A piece in both shapes, cut at the places where something is put in."""

    html: tuple[str, ...]
    text: tuple[str, ...]

    @cached_property
    def size(self) -> int:
        """Bytes of both shapes as they stand in a message, in base64."""
        return encoded(sum(len(one.encode()) for one in (*self.html, *self.text)))


def encoded(number: int) -> int:
    """Bytes that base64 with its line ends makes of so many."""
    return number * 4 // 3 + number // 56 + 8


@dataclass
class Renderer:
    """Renders mails of one run; keep one for a run and drop it with it."""

    frames: Mapping[str, Frame]
    found: Found
    _items: dict[Any, Fragment] = field(default_factory=dict)
    _frames: dict[str, Fragment] = field(default_factory=dict)

    def parts(self, message: Message, room: int = ROOM) -> compose.Parts:
        """The rendered trio of a reader's mail; items that do not fit stand behind links.

        `room`: bytes of the whole message, nearly: links to the rest are not weighed.
        """
        with translation.override(message.language):
            return self._parts(message, room)

    def _parts(self, message: Message, room: int) -> compose.Parts:
        language, frame = message.language, self.frames[message.language]
        items = message.items
        whole = self._frame(frame)
        values = _values(message, frame, items)
        taken = whole.size + encoded(
            sum(len(html.encode()) + len(text.encode()) for html, text in values.values())
        )
        values["items"] = self._sections(message, room - taken)
        return compose.Parts(
            compose.one_line(
                messages.cut(messages.headline(items, language, with_title=True), SUBJECT)
            ),
            compose.tidy(put(whole.text, {name: text for name, (_html, text) in values.items()})),
            put(whole.html, {name: html for name, (html, _text) in values.items()}),
        )

    def _sections(self, message: Message, room: int) -> tuple[str, str]:
        html: list[str] = []
        text: list[str] = []
        several, number = len(message.sections) > 1, 0
        full = False
        for name, section in message.sections.items():
            if several:
                title = section_title(name)
                html.append(f'<h3 style="{_STYLE_H3}">{escape(title)}</h3>')
                text.append(f"{title.upper()}\n\n")
                room -= encoded(4 * len(title) + 200)
            rest: list[Told] = []
            for place, told in enumerate(section):
                if place >= CAP or full:
                    rest.append(told)
                    continue
                fragment = self._item(told.item, message.language)
                because, why = _why(told.reasons, message.language)
                need = fragment.size + encoded(len(because.encode()) + len(why.encode()))
                if need > room:
                    full = True
                    rest.append(told)
                    continue
                room -= need
                number += 1
                html.append(put(fragment.html, {"because": because}))
                text.append(f"{number}. " + put(fragment.text, {"because": why}) + "\n")
            for words, link in _rest(rest, message.language, self.found):
                html.append(
                    f'<p style="{_STYLE_REST}"><a style="{_STYLE_LINK}" '
                    f'href="{escape(link)}">{escape(words)}</a></p>'
                )
                text.append(f"{compose.wrap(words)}{link}\n\n")
        return "".join(html), "".join(text)

    def _item(self, item: Item, language: str) -> Fragment:
        if item.key not in self._items:
            if len(self._items) >= KEPT:
                del self._items[next(iter(self._items))]
            self._items[item.key] = item_fragment(item, language)
        return self._items[item.key]

    def _frame(self, frame: Frame) -> Fragment:
        if frame.language not in self._frames:
            self._frames[frame.language] = frame_fragment(frame)
        return self._frames[frame.language]


def item_fragment(item: Item, language: str) -> Fragment:
    """One item in both shapes, with a place for the reasons."""
    values = {"item": item, "language": language, "because": f"{OPEN}because{SHUT}"}
    with translation.override(language):
        html = compose.inline(render_to_string("email/digest/item.html", values))
        text = compose.wrap(render_to_string("email/digest/item.txt", values)).removeprefix("1. ")
    return Fragment(cut_at_places(html), cut_at_places(text))


def frame_fragment(frame: Frame) -> Fragment:
    """All around the items, with places for what differs from reader to reader."""
    names = (*_PLACES, "items")
    values = {"frame": frame, "at": {name: f"{OPEN}{name}{SHUT}" for name in names}}
    values["preheader"] = f"{OPEN}preheader{SHUT}"
    values["mail_title"] = f"{OPEN}headline{SHUT}"
    parts = compose.render("digest", frame.language, values)
    return Fragment(cut_at_places(parts.html), cut_at_places(parts.text))


_PLACES = (
    "headline", "preheader", "first", "due", "todo", "button", "button_link",
    "chat", "manage", "leave", "since", "forward",
)  # fmt: skip


def _values(message: Message, frame: Frame, items: Sequence[Item]) -> dict[str, tuple[str, str]]:
    """What is put into a frame: name → (HTML, text)."""
    language = message.language
    nearest = messages.nearest_of(items)
    first = items[0]
    chat = messages.chat_message(items, language, _chat_link(items, frame))
    since = long_date(message.since, "day", language)
    said = {
        "headline": messages.headline(items, language),
        "preheader": messages.cut(f"{first.title} – {first.news}", 200),
        "first": messages.cut(f"{first.title}: {first.news}", 140),
        "due": _due(nearest, first)
        if nearest
        else gettext("No deadline is open for what changed."),
        "todo": (nearest or first).todo,
        "button": gettext("How to comment") if nearest else gettext("Read on the site"),
        "button_link": nearest.todo_link if nearest else frame.issue_link or first.link,
        "manage": message.manage_link,
        "leave": message.leave_link,
        "forward": _forward_link(message),
        "since": gettext("You subscribed to this mail yourself: %(date)s") % {"date": since}
        if since
        else gettext("You subscribed to this mail yourself."),
    }
    values = {name: (_html(words), words) for name, words in said.items()}
    if nearest is None:
        # Nothing is due: no colour of deadlines. Dark mode finds it by its class.
        values["due"] = (
            f'<span class="none" style="{_STYLE_NONE}">{said["due"]}</span>',
            said["due"],
        )
    for name in ("preheader", "button_link", "manage", "leave", "forward"):
        values[name] = escape(said[name]), said[name]
    values["chat"] = _html(chat).replace("\n", "<br>"), compose.wrap(chat).rstrip()
    for name in ("first", "due", "todo", "since"):
        words = f"{gettext('What you can do')}: {said[name]}" if name == "todo" else said[name]
        values[name] = values[name][0], compose.wrap(words).rstrip()
    return values


def _forward_link(message: Message) -> str:
    """The form about what the mail's first section is about, for whom it was passed on to.

    It carries nothing of its reader: no token, and of the search what the mail says anyway.
    """
    query = next(iter(message.sections.values()))[0].query
    return links.absolute(f"{reverse('subscribe')}?{form_parameters(query)}&forwarded=1")


def _due(nearest: Item, first: Item) -> str:
    """The nearest deadline, and of what: unless the line above it names that."""
    if nearest is first:
        return nearest.deadline
    return f"{nearest.deadline}: " + gettext("“%(title)s”") % {
        "title": messages.cut(nearest.title, 100)
    }


def _html(words: str) -> str:
    """Escaped, with words that must not break at their hyphen held together."""
    return _UNBROKEN.sub(
        lambda found: f'<span style="{_STYLE_NB}">{found[0]}</span>', escape(words)
    )


def _chat_link(items: Sequence[Item], frame: Frame) -> str:
    return items[0].link if len(items) == 1 or not frame.issue_link else frame.issue_link


def _rest(rest: Sequence[Told], language: str, found: Found) -> list[tuple[str, str]]:
    """Lines for what did not fit: how many more a subscription has, and the same query's page."""
    by_query: dict[Query, int] = {}
    for told in rest:
        by_query[told.query] = by_query.get(told.query, 0) + 1
    lines = []
    shown = list(by_query.items())[:REST]
    for query, count in shown:
        more = ngettext("%(count)d more change", "%(count)d more changes", count)
        name, link = _page(query, language, found)
        lines.append((f"{more % {'count': count}}: {name}", link))
    others = len(rest) - sum(count for _query, count in shown)
    if others:
        more = ngettext("%(count)d more change", "%(count)d more changes", others)
        lines.append((more % {"count": others}, links.address("changes", language)))
    return lines


def _page(query: Query, language: str, found: Found) -> tuple[str, str]:
    """What a query is called and where its page stands; asked of the database once a run."""
    key = ("page", query, language)
    if key not in found.memo:
        link = links.absolute(address_of(query, language))
        found.memo[key] = messages.cut(describe(query, language), 120), link
    kept: tuple[str, str] = found.memo[key]
    return kept


def section_title(name: str) -> str:
    """The heading over the items of a kind of subscription, in the active language."""
    return {
        "decision": gettext("Documents that you follow"),
        "body": gettext("Public bodies that you follow"),
        "topic": gettext("Topics that you follow"),
        "place": gettext("Places that you follow"),
        "search": gettext("Your searches"),
        "all": gettext("All changes"),
    }[name]


def frames_of(
    run: DigestRun,
    found: Found,
    *,
    leads: Mapping[str, Lead] | None = None,
    issue_links: Mapping[str, str] | None = None,
) -> dict[str, Frame]:
    """The frame of each language for a run."""
    day = run.window_end.astimezone(clock.ALMATY).date()
    return {
        language: Frame(
            language=language,
            frequency=run.frequency,
            day=long_date(day, "day", language),
            issue_link=(issue_links or {}).get(language, ""),
            health=found.health.get(language, messages.Health()),
            lead=(leads or {}).get(language, Lead()),
        )
        for language in ("kk", "ru", "en")
    }


@lru_cache(4000)
def _why(reasons: tuple[str, ...], language: str) -> tuple[str, str]:
    """The reasons for HTML, and as the line under an item of the text part, at its indent."""
    because = "; ".join(reasons)
    with translation.override(language):
        words = f"{gettext('Why you got this')}: {because}"
    text = textwrap.fill(
        words,
        compose.WIDTH,
        initial_indent="   ",
        subsequent_indent="   ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return escape(because), text.lstrip()


def cut_at_places(text: str) -> tuple[str, ...]:
    """Text, name, text, name, … text."""
    return tuple(re.split(f"{OPEN}(\\w+){SHUT}", text))


def put(pieces: Sequence[str], values: Mapping[str, str]) -> str:
    """A cut text with its places filled; each value as it is, never read again for places."""
    return "".join(values[one] if number % 2 else one for number, one in enumerate(pieces))


_STYLE_H3 = "margin: 24px 0 8px; font-size: 17px; line-height: 24px; font-weight: 600;"
_STYLE_REST = "margin: 0 0 14px; font-size: 17px; line-height: 26px;"
_STYLE_LINK = "color: #2E3A97;"
_STYLE_NONE = "color: #545868; font-weight: 400;"
_STYLE_NB = "white-space: nowrap;"
_UNBROKEN = re.compile("өз[iі]н-өз[iі]", re.IGNORECASE)
