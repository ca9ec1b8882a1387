"""What the editors' desk shows of a coming issue: its audience, and the mail of a chosen reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count

from monitoring.core import clock
from monitoring.core.models import LANGUAGES
from monitoring.digests.editorials import coming, is_cancelled, lead_in
from monitoring.digests.gathering import documents_of, found_of
from monitoring.digests.matching import matching
from monitoring.digests.messages import Found, Message, Record, build
from monitoring.digests.models import DigestRun, Editorial, Subscriber, Subscription
from monitoring.digests.queries import EVERYTHING
from monitoring.digests.rendering import Renderer, frames_of
from monitoring.digests.runs import PERIOD, last_end, last_run
from monitoring.journal.models import Change
from monitoring.journal.services import close_window
from monitoring.mailing import compose
from monitoring.search.models import SavedQuery


@dataclass(frozen=True)
class Coming:
    """The issue that would leave if its window ended now; `run` is open or not stored at all."""

    run: DigestRun
    editorial: Editorial
    found: Found
    hits: Mapping[int, Sequence[Record]]

    @property
    def renderer(self) -> Renderer:
        """Renders it with the lead as it stands."""
        leads = {code: lead_in(self.editorial, code) for code in LANGUAGES}
        return Renderer(frames_of(self.run, self.found, leads=leads), self.found)


def open_run(frequency: str) -> DigestRun | None:
    """The run of a frequency that waits to be made: held, or just opened."""
    runs = DigestRun.objects.filter(frequency=frequency, state=DigestRun.State.OPEN)
    return runs.order_by("window_end").first()


def desk_editorial(frequency: str) -> Editorial:
    """The editors' part of the run that waits, else of the next one."""
    run = open_run(frequency)
    found = Editorial.objects.filter(run=run).first() if run else None
    return found or coming(frequency)


def coming_issue(frequency: str) -> Coming:
    """Read what the coming issue would tell. Some thirty queries, nothing is written."""
    run = open_run(frequency) or _unsaved(frequency)
    changes = list(Change.objects.announced().between(run.first_position, run.last_position))
    documents = documents_of(changes)
    followed = Subscription.objects.due(frequency, clock.today())
    return Coming(
        run=run,
        editorial=desk_editorial(frequency),
        found=found_of(run, changes, documents),
        hits=matching(followed, documents),
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


def audience(issue: Coming) -> dict[str, int]:
    """How many readers the issue would go to, by language. One query."""
    due = Subscription.objects.due(issue.run.frequency, clock.today())
    rows = (
        due.filter(query__in=list(issue.hits))
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
    matched: dict[Record, list[Subscription]] = {}
    for one in due.filter(subscriber=reader).select_related("query", "subscriber").order_by("pk"):
        one.note = ""  # the reader's own
        for record in issue.hits.get(one.query_id, ()):
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
