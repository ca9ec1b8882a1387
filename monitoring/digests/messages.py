"""The mail of one reader, built from what a run found. Pure: rows in, a message out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import ngettext

from monitoring.core import clock
from monitoring.core.dates import long_date
from monitoring.decisions.wording import IN_LANGUAGE
from monitoring.digests import links
from monitoring.digests.changes import Line, Names, tell
from monitoring.digests.choosing import wants
from monitoring.digests.models import DigestRun, Subscriber, Subscription
from monitoring.digests.queries import describe
from monitoring.journal.models import Change
from monitoring.search.kinds import Hit
from monitoring.search.query import Query

CAP = 30
"""Records in one mail; the rest stand behind a link."""
SUBJECT = 90
CHAT = 600
"""Characters of the message that is copied into a group chat."""

Record = tuple[str, int]


@dataclass(frozen=True)
class Found:
    """What a run knows of the changed records; the same for every reader.

    `hits` by language, `sources` is one official address a record, `changes` in their order.
    """

    changes: Mapping[Record, Sequence[Change]]
    hits: Mapping[str, Mapping[Record, Hit]]
    sources: Mapping[Record, str]
    names: Names
    health: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """One changed record as a reader sees it."""

    record: Record
    title: str
    language: str
    link: str
    meta: str
    word: str
    lines: tuple[Line, ...]
    source: str
    source_host: str
    reasons: tuple[str, ...]

    @property
    def spoken(self) -> str:
        """The language of the title in words, in the active language: «орысша»."""
        return str(IN_LANGUAGE.get(self.language, self.language))


@dataclass(frozen=True)
class Message:
    """A reader's mail before it is rendered."""

    context: Mapping[str, Any]
    headers: Mapping[str, str]
    subscriptions: frozenset[int]
    changes: tuple[int, ...]


def build(
    run: DigestRun,
    reader: Subscriber,
    matched: Mapping[Record, Sequence[Subscription]],
    found: Found,
    *,
    cap: int = CAP,
) -> Message | None:
    """The mail that tells `reader` of a run; None if there is nothing to tell.

    `matched` names, for each record, the reader's own subscriptions that it matches. A record is
    told once, with all of them as its reasons, from the changes after each one's `since`.
    """
    items: list[Item] = []
    told: list[int] = []
    used: set[int] = set()
    for record, subscriptions in sorted(matched.items(), key=lambda pair: _newest(pair[0], found)):
        item, changes, because = _item(run, reader, record, subscriptions, found)
        if item is not None:
            items.append(item)
            told += changes
            used |= because
    if not items:
        return None
    language = reader.language
    ids = tuple(sorted(used))
    leave = links.leave_link(reader, ids)
    shown = items[:cap]
    context = {
        "items": shown,
        "count": len(items),
        "rest": len(items) - len(shown),
        "headline": headline(items, language),
        "subject": _cut(headline(items, language, with_title=True), SUBJECT),
        "preheader": _preheader(items[0]),
        "chat": chat_message(items, language),
        "frequency": run.frequency,
        "day": long_date(run.window_end.astimezone(clock.ALMATY).date(), "day", language),
        "all_link": links.address("decision_list", language),
        "manage_link": links.manage_link(reader),
        "leave_link": leave,
        "health": found.health.get(language, ""),
    }
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "localhost"
    headers = {
        "List-Id": f"<{run.frequency}.digest.{host}>",
        "List-Unsubscribe": f"<{leave}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return Message(context, headers, frozenset(used), tuple(sorted(told)))


def _newest(record: Record, found: Found) -> int:
    """Sort key: the record that changed last stands first."""
    return -max(change.position or 0 for change in found.changes[record])


def _item(
    run: DigestRun,
    reader: Subscriber,
    record: Record,
    subscriptions: Sequence[Subscription],
    found: Found,
) -> tuple[Item | None, list[int], set[int]]:
    language = reader.language
    hit = found.hits.get(language, {}).get(record)
    fresh = {
        one.pk: [c for c in found.changes[record] if wants(one, c, run)] for one in subscriptions
    }
    because = [one for one in subscriptions if fresh[one.pk]]
    if hit is None or not because:
        return None, [], set()
    changes = max((fresh[one.pk] for one in because), key=len)
    told = tell(changes, found.names, language)
    source = found.sources.get(record, "")
    item = Item(
        record=record,
        title=hit.title,
        language=hit.language,
        link=links.absolute(hit.address),
        meta=hit.meta,
        word=told.word,
        lines=told.lines,
        source=source,
        source_host=urlsplit(source).hostname or "",
        reasons=tuple(dict.fromkeys(_reason(one, language) for one in because)),
    )
    return item, [change.pk for change in changes], {one.pk for one in because}


def _reason(subscription: Subscription, language: str) -> str:
    words = describe(Query.from_json(subscription.query.query), language)
    return f"{words} ({subscription.note})" if subscription.note else words


def headline(items: Sequence[Item], language: str, *, with_title: bool = False) -> str:
    """«3 өзгеріс»; with the first title: «3 өзгеріс: Жергілікті …»."""
    count = len(items)
    with translation.override(language):
        words = ngettext("%(count)d change", "%(count)d changes", count) % {"count": count}
    return f"{words}: {items[0].title}" if with_title else words


def _preheader(item: Item) -> str:
    after = item.lines[0].after if item.lines else ""
    return f"{item.title} – {after or item.word}"


def _cut(text: str, limit: int) -> str:
    """Text of at most `limit` characters, cut at a word with an ellipsis."""
    if len(text) <= limit:
        return text
    return f"{text[: limit - 1].rpartition(' ')[0]}…"


def chat_message(items: Sequence[Item], language: str) -> str:
    """A message for a group chat: titles and the link, at most 600 characters."""
    link = items[0].link if len(items) == 1 else links.address("decision_list", language)
    room = CHAT - len(link) - 1
    lines = [headline(items, language) + "."]
    for number, item in enumerate(items, 1):
        line = f"{number}) {_cut(item.title, 120)}"
        if sum(map(len, lines)) + len(lines) + len(line) > room:
            break
        lines.append(line)
    return "\n".join([*lines, link])
