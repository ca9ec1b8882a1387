"""The mail of one reader, built from what a run found. Pure: rows in, a message out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext

from monitoring.core import clock
from monitoring.core.dates import long_date, until_day, until_hour, weekday
from monitoring.core.sections import Section
from monitoring.decisions.deadlines import end_of
from monitoring.decisions.models import Deadline
from monitoring.decisions.wording import IN_LANGUAGE, until
from monitoring.digests import links
from monitoring.digests.changes import Line, Names, stage_now, tell
from monitoring.digests.choosing import language_of, told_before, wants
from monitoring.digests.matching import news
from monitoring.digests.models import DigestRun, Subscriber, Subscription
from monitoring.digests.queries import decision_of, describe, section_of
from monitoring.journal.models import Change
from monitoring.search.kinds import Hit
from monitoring.search.query import Query

CAP = 12
"""Records in one section of a mail: more nobody reads. The rest are counted, behind a link."""
SUBJECT = 78
CHAT = 600
"""Characters of the message that is copied into a group chat."""
SECTIONS = ("decision", "body", "topic", "place", "search", "all")
"""Kinds of subscription in the order in which their items stand: what is nearest comes first."""

Record = tuple[str, int]
NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True)
class Health:
    """One line on the watch itself; a broken one stands on top of the mail.

    `head` is the evidence chain's, in words: it stands in the footer, whatever the sources do.
    """

    line: str = ""
    broken: bool = False
    head: str = ""


@dataclass(frozen=True)
class Found:
    """What a run knows of the changed records; the same for every reader.

    `hits` by language, `sources` is one official address a record, `changes` in their order,
    `deadlines` those still open at `now`, nearest first, `under_way` the drafts that nothing has
    ended, `sections` what other rooms say of a record (our position), by language, `seen` what
    readers knew before each change. `memo` keeps what was worked out once for all who share it.
    """

    changes: Mapping[Record, Sequence[Change]]
    hits: Mapping[str, Mapping[Record, Hit]]
    sources: Mapping[Record, str]
    names: Names
    health: Mapping[str, Health] = field(default_factory=dict)
    deadlines: Mapping[Record, Sequence[Deadline]] = field(default_factory=dict)
    under_way: frozenset[Record] = frozenset()
    sections: Mapping[str, Mapping[Record, Sequence[Section]]] = field(default_factory=dict)
    key: frozenset[Record] = frozenset()
    """Decisions that analysts marked as key."""
    seen: Mapping[int, str] = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Item:
    """One changed record as readers of a language see it; nothing in it is one person's."""

    key: tuple[Any, ...]
    title: str
    language: str
    link: str
    meta: str
    word: str
    lines: tuple[Line, ...]
    stage: str
    deadline: str
    due: dt.datetime | None
    todo: str
    todo_link: str
    source: str
    source_host: str
    sections: tuple[Section, ...] = ()

    @property
    def spoken(self) -> str:
        """The language of the title in words, in the active language: «орысша»."""
        return str(IN_LANGUAGE.get(self.language, self.language))

    @property
    def news(self) -> str:
        """What is new in a few words: where it stands now, else the kind of change."""
        return (self.lines[0].after if self.lines else "") or self.word


@dataclass(frozen=True)
class Told:
    """An item in a reader's mail: why it stands there, and the first of the reasons' queries."""

    item: Item
    reasons: tuple[str, ...]
    query: Query


@dataclass(frozen=True)
class Message:
    """A reader's mail before it is rendered: sections of items, in the order of `SECTIONS`."""

    language: str
    sections: Mapping[str, tuple[Told, ...]]
    manage_link: str
    leave_link: str
    since: dt.date | None
    headers: Mapping[str, str]
    subscriptions: frozenset[int]
    changes: tuple[int, ...]
    parts: Mapping[int, int] = field(default_factory=dict)
    """For each subscription that is served, the position after which it is told."""

    @property
    def items(self) -> list[Item]:
        """All items in the order in which they stand."""
        return [told.item for section in self.sections.values() for told in section]


def build(
    run: DigestRun,
    reader: Subscriber,
    matched: Mapping[Record, Sequence[Subscription]],
    found: Found,
) -> Message | None:
    """The mail that tells `reader` of a run; None if there is nothing to tell.

    `matched` names, for each record, the reader's own subscriptions that it matches. A record is
    told once, with all of them as its reasons, from the changes after each one's `since`.
    """
    # `id`, not `pk`: this is asked a hundred times a mail, and `pk` is a property.
    own = {one.id: one for subscriptions in matched.values() for one in subscriptions}
    views = {pk: _view(run, one, found) for pk, one in own.items()}
    telling: list[tuple[Record, list[_View], Changes]] = []
    for record in sorted(matched, key=_order(found).__getitem__):
        because, changes = list[_View](), _NO_CHANGES
        for one in matched[record]:
            view = views[one.id]
            fresh = view.fresh(record)
            if fresh:
                because.append(view)
                changes = fresh if len(fresh) > len(changes) else changes
        if because and any(record in hits for hits in found.hits.values()):
            telling.append((record, because, changes))
    # What matches a record and has nothing new to tell of it has no say in the language.
    serving = {view.pk: own[view.pk] for _record, because, _changes in telling for view in because}
    language = language_of(serving.values(), reader)
    why = {pk: _reason(one, language, found) for pk, one in serving.items()}
    sections: dict[str, list[Told]] = {name: [] for name in SECTIONS}
    told: list[int] = []
    used: set[int] = set()
    for record, because, changes in telling:
        item = item_of(record, changes, language, found)
        if item is None:
            continue
        nearest = because[0]
        reasons: tuple[str, ...] = (why[nearest.pk],)
        if len(because) > 1:
            nearest = min(because, key=lambda view: view.rank)
            reasons = tuple(dict.fromkeys([why[view.pk] for view in because]))
        sections[SECTIONS[nearest.rank]].append(Told(item, reasons, nearest.query))
        told += item.key[2]
        used.update([view.pk for view in because])
    if not told:
        return None
    ids = tuple(sorted(used))
    leave = links.leave_link(reader, ids, language)
    return Message(
        language=language,
        sections={name: tuple(items) for name, items in sections.items() if items},
        manage_link=links.manage_link(reader, language),
        leave_link=leave,
        since=reader.confirmed_at.astimezone(clock.ALMATY).date() if reader.confirmed_at else None,
        headers=headers_of(f"{run.frequency}.digest", leave, f"{run.pk}:{run.frequency}"),
        subscriptions=frozenset(used),
        changes=tuple(sorted(told)),
        parts={pk: told_before(own[pk], run) for pk in ids},
    )


def headers_of(name: str, leave: str, campaign: str) -> dict[str, str]:
    """Headers by which mail programs sort, end (RFC 8058) and report mail to many.

    Feedback-ID has the four fields that large receivers read: campaign, kind, list, sender.
    """
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "localhost"
    return {
        "List-Id": f"<{name}.{host}>",
        "List-Unsubscribe": f"<{leave}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Feedback-ID": f"{campaign}:{name}:{host}",
    }


Changes = tuple[Change, ...]
_NO_CHANGES: Changes = ()


@dataclass(frozen=True, slots=True)
class _View:
    """What one subscription asks of each record; worked out once for all that ask the same."""

    pk: int
    query: Query
    rank: int
    subscription: Subscription
    run: DigestRun
    found: Found
    known: dict[Record, Changes]

    def fresh(self, record: Record) -> Changes:
        """The changes of a record that the subscription is to tell of."""
        if record not in self.known:
            wanted = (
                c
                for c in self.found.changes[record]
                if wants(self.subscription, c, self.run, self.found.key)
            )
            self.known[record] = tuple(news(list(wanted), self.found.seen))
        return self.known[record]


def _view(run: DigestRun, one: Subscription, found: Found) -> _View:
    query = _query(one, found)
    known = found.memo.setdefault(("fresh", run.pk, one.since, one.kinds), {})
    rank = SECTIONS.index(section_of(query))
    return _View(one.pk, query, rank, one, run, found, known)


def _order(found: Found) -> dict[Record, int]:
    """Each record's number in the order of `place_of`, worked out once."""
    if "order" not in found.memo:
        ranked = sorted(found.changes, key=lambda one: place_of(one, found))
        found.memo["order"] = {record: number for number, record in enumerate(ranked)}
    kept: dict[Record, int] = found.memo["order"]
    return kept


def place_of(record: Record, found: Found) -> tuple[bool, dt.datetime, int]:
    """Sort key: the nearest open deadline first, so none is cut off; then what changed last."""
    key = ("place", record)
    if key not in found.memo:
        nearest = next(iter(found.deadlines.get(record, ())), None)
        due = end_of(nearest.date, nearest.hour) if nearest else NEVER
        newest = max(change.position or 0 for change in found.changes[record])
        found.memo[key] = (nearest is None, due, -newest)
    kept: tuple[bool, dt.datetime, int] = found.memo[key]
    return kept


def item_of(record: Record, changes: Sequence[Change], language: str, found: Found) -> Item | None:
    """A record's changes as an item in a language; None if it can be shown to nobody any more."""
    key = (language, record, tuple([change.pk for change in changes]))
    if key not in found.memo:
        found.memo[key] = _made(key, record, changes, language, found)
    kept: Item | None = found.memo[key]
    return kept


def _made(
    key: tuple[Any, ...], record: Record, changes: Sequence[Change], language: str, found: Found
) -> Item | None:
    hit = found.hits.get(language, {}).get(record)
    if hit is None:
        return None
    told = tell(changes, found.names, language)
    source = found.sources.get(record, "")
    nearest = next(iter(found.deadlines.get(record, ())), None)
    link = links.absolute(hit.address)
    with translation.override(language):
        todo = _todo(nearest, record in found.under_way)
        stage = stage_now(changes[-1].after, found.names, language)
        shown = any(line.name == pgettext("mail", "Stage") for line in told.lines)
        due = pgettext("mail", "Deadline")
    # A deadline that is new is said once, with its hour; one that was moved says from when.
    lines = [one for one in told.lines if nearest is None or one.name != due or one.before]
    return Item(
        key=key,
        title=" ".join(hit.title.split()),
        language=hit.language,
        link=link,
        meta=hit.meta,
        word=told.word,
        lines=tuple(lines),
        stage="" if shown else stage,
        deadline=deadline_words(nearest, language) if nearest else "",
        due=end_of(nearest.date, nearest.hour) if nearest else None,
        todo=todo,
        todo_link=f"{link}#deadline-{nearest.pk}" if nearest else link,
        source=source,
        source_host=urlsplit(source).hostname or "",
        sections=tuple(found.sections.get(language, {}).get(record, ())),
    )


def _todo(nearest: Deadline | None, under_way: bool) -> str:
    """What a resident can do about a record, in the active language."""
    if nearest is not None and nearest.kind.takes_comments:
        return gettext("send your opinion while opinions are taken")
    if nearest is not None:
        return gettext("see what is possible until that day")
    if under_way:
        return gettext("read the draft and write your proposal to those who prepare it")
    return gettext("read it and ask how it is carried out where you live")


def deadline_words(deadline: Deadline, language: str) -> str:
    """«Жария талқылау: 2026 ж. 24 қарашаға дейін, сейсенбі, 18:00-ге дейін»: never "in N days"."""
    day = weekday(deadline.date, language)
    hour = deadline.hour
    if deadline.kind.takes_comments:
        said = f"{until(deadline.date, language)}, {day}"
        said += f", {until_hour(hour, language).removeprefix('until ')}" if hour else ""
    else:
        said = f"{long_date(deadline.date, 'day', language)}, {day}"
        said += f", {hour:%H:%M}" if hour else ""
    return f"{deadline.kind.label_in(language)}: {said}"


def _query(subscription: Subscription, found: Found) -> Query:
    key = ("query", subscription.query_id)
    if key not in found.memo:
        found.memo[key] = Query.from_json(subscription.query.query)
    kept: Query = found.memo[key]
    return kept


def _reason(subscription: Subscription, language: str, found: Found) -> str:
    key = ("reason", subscription.query_id, language)
    if key not in found.memo:
        query = _query(subscription, found)
        hit = found.hits.get(language, {}).get(("decision", decision_of(query) or 0))
        found.memo[key] = hit.title if hit else describe(query, language)
    words: str = found.memo[key]
    return f"{words} ({subscription.note})" if subscription.note else words


def nearest_of(items: Sequence[Item]) -> Item | None:
    """The item whose deadline ends first."""
    due = [item for item in items if item.due is not None]
    return min(due, key=lambda item: (item.due is None, item.due), default=None)


def headline(items: Sequence[Item], language: str, *, with_title: bool = False) -> str:
    """«3 өзгеріс, 1 мерзім: 24 қарашаға дейін»; without a deadline, if asked, the first title."""
    count, due = len(items), sum(item.due is not None for item in items)
    nearest = nearest_of(items)
    with translation.override(language):
        words = ngettext("%(count)d change", "%(count)d changes", count) % {"count": count}
        if nearest is not None and nearest.due is not None:
            last = (nearest.due - dt.timedelta(seconds=1)).astimezone(clock.ALMATY).date()
            said = ngettext("%(count)d deadline", "%(count)d deadlines", due) % {"count": due}
            return f"{words}, {said}: {until_day(last, language).removeprefix('until ')}"
    return f"{words}: {items[0].title}" if with_title else words


def cut(text: str, limit: int) -> str:
    """Text of at most `limit` characters, cut at a word with an ellipsis."""
    if len(text) <= limit:
        return text
    return f"{(text[: limit - 1].rpartition(' ')[0] or text[: limit - 1]).rstrip(' ,;:')}…"


def chat_message(items: Sequence[Item], language: str, link: str) -> str:
    """A message for a group chat: titles and the link, at most 600 characters."""
    room = CHAT - len(link) - 1
    lines = [headline(items, language) + "."]
    for number, item in enumerate(items, 1):
        line = f"{number}) {cut(item.title, 120)}"
        if sum(map(len, lines)) + len(lines) + len(line) > room:
            break
        lines.append(line)
    return "\n".join([*lines, link])
