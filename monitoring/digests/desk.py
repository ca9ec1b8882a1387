"""What the editors' desk shows of a coming issue: its audience, and the mail of a chosen reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from monitoring.core import clock
from monitoring.core.models import LANGUAGES
from monitoring.digests.editorials import coming, is_cancelled, lead_in, waiting_run
from monitoring.digests.gathering import documents_of, found_of
from monitoring.digests.matching import matching, matching_of
from monitoring.digests.messages import Found, Message, Record, build
from monitoring.digests.models import DigestRun, Editorial, Subscriber, Subscription
from monitoring.digests.queries import EVERYTHING
from monitoring.digests.rendering import Renderer, frames_of
from monitoring.digests.runs import PERIOD, last_end, last_run
from monitoring.journal.models import Change
from monitoring.journal.services import close_window
from monitoring.mailing import compose
from monitoring.search.documents import SearchDocument
from monitoring.search.models import SavedQuery
from monitoring.search.query import Query

SOON_COUNTED = 2_000
"""Stored queries up to which a page counts the readers unasked; 100,000 take seconds to file."""


@dataclass(frozen=True)
class Coming:
    """The issue that would leave if its window ended now; `run` is open or not stored at all."""

    run: DigestRun
    editorial: Editorial
    found: Found
    documents: Sequence[SearchDocument]

    @property
    def renderer(self) -> Renderer:
        """Renders it with the lead as it stands."""
        leads = {code: lead_in(self.editorial, code) for code in LANGUAGES}
        return Renderer(frames_of(self.run, self.found, leads=leads), self.found)


def desk_editorial(frequency: str) -> Editorial:
    """The editors' part of the run that waits, else of the next one."""
    run = waiting_run(frequency)
    if run is None:
        return coming(frequency)
    found = Editorial.objects.filter(run=run).select_related("run", "held_by").first()
    return found or Editorial(frequency=frequency, run=run, version=0)


def coming_issue(frequency: str) -> Coming:
    """Read what the coming issue would tell; whom, only `audience` asks.

    Some thirty queries, nothing is written.
    """
    run = waiting_run(frequency) or _unsaved(frequency)
    changes = list(Change.objects.announced().between(run.first_position, run.last_position))
    documents = documents_of(changes)
    return Coming(
        run=run,
        editorial=desk_editorial(frequency),
        found=found_of(run, changes, documents),
        documents=documents,
    )


def _unsaved(frequency: str) -> DigestRun:
    last = last_run(frequency)
    end = last_end(clock.now(), frequency) + PERIOD[frequency]  # type: ignore[index]  # a str enum
    first = 0
    if last is not None:
        first = last.first_position if is_cancelled(last) else last.last_position
    return DigestRun(
        frequency=frequency,
        window_start=last.window_end if last else end - dt.timedelta(days=7),
        window_end=end,
        first_position=first,
        last_position=max(first, close_window()),
    )


def is_soon_counted() -> bool:
    """Whether counting the readers takes no time that a page could not take. One query."""
    return SavedQuery.objects.count() <= SOON_COUNTED


def audience(issue: Coming) -> dict[str, int]:
    """How many readers the issue would go to, by language. Few queries.

    A process that has not matched yet files every stored query first: some ten seconds for 100,000.
    """
    due = Subscription.objects.due(issue.run.frequency, clock.today())
    hits = matching(due, issue.documents)
    rows = (
        due.filter(query__in=list(hits))
        .values("subscriber__language")
        .annotate(count=Count("subscriber", distinct=True))
    )
    counts = dict.fromkeys(LANGUAGES, 0)
    counts.update({row["subscriber__language"]: row["count"] for row in rows})
    return counts


def preview(
    issue: Coming, *, language: str, kinds: str = "", subscriber: int | None = None
) -> compose.Parts | None:
    """The mail of a reader, without own notes and links, or of a model who follows everything.

    Readers are named by number alone. None: there is nothing to tell, or no such reader.
    """
    if subscriber is not None:
        message = _of_reader(issue, subscriber)
    else:
        message = _of_model(issue, language, kinds)
    return issue.renderer.parts(message) if message else None


def _of_reader(issue: Coming, pk: int) -> Message | None:
    reader = Subscriber.objects.filter(pk=pk, state=Subscriber.State.ACTIVE).first()
    if reader is None:
        return None
    due = Subscription.objects.due(issue.run.frequency, clock.today())
    followed = list(
        due.filter(subscriber=reader).select_related("query", "subscriber").order_by("pk")
    )
    hits = matching_of(
        {one.query_id: Query.from_json(one.query.query) for one in followed}, issue.documents
    )
    matched: dict[Record, list[Subscription]] = {}
    for one in followed:
        one.note = ""  # the reader's own
        for record in hits.get(one.query_id, ()):
            matched.setdefault(record, []).append(one)
    message = build(issue.run, reader, matched, issue.found)
    return _without_links(message) if message else None


def _of_model(issue: Coming, language: str, kinds: str) -> Message | None:
    """A reader that does not exist: follows everything, and of it the kinds of change asked for."""
    reader = Subscriber(pk=0, language=language)
    wish = Subscription(
        pk=0,
        subscriber=reader,
        query=SavedQuery(pk=0, query=EVERYTHING.to_json()),
        frequency=issue.run.frequency,
        kinds=kinds,
    )
    matched = {record: [wish] for record in issue.found.changes}
    message = build(issue.run, reader, matched, issue.found)
    return _without_links(message) if message else None


def _without_links(message: Message) -> Message:
    """The same for other eyes: no link of it acts for the reader."""
    return Message(
        message.language,
        message.sections,
        "#",
        "#",
        message.since,
        {},
        frozenset(),
        message.changes,
    )
