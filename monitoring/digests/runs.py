"""Runs: a window of the journal becomes mails, once for each reader, whoever dies meanwhile."""

from __future__ import annotations

import datetime as dt
import logging
import os
import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Max, Min, Q

from monitoring.core import clock, sweeps
from monitoring.core.models import Lease
from monitoring.digests.editorials import is_cancelled, leads_of, may_leave, take_along
from monitoring.digests.gathering import (
    CHUNK,
    batched,
    documents_of,
    found_of,
)
from monitoring.digests.issues import freeze_issue, issue_links
from monitoring.digests.matching import matching
from monitoring.digests.messages import Found, Message, Record, build
from monitoring.digests.models import (
    DigestRun,
    DigestRunSubscriber,
    Frequency,
    Subscriber,
    Subscription,
    SubscriptionQuerySet,
)
from monitoring.digests.rendering import ROOM, Renderer, frames_of
from monitoring.journal.models import Change
from monitoring.journal.services import close_window
from monitoring.mailing.compose import TooLongError
from monitoring.mailing.services import Prepared, prepare_parts, queue_all
from monitoring.search.models import SavedQuery

logger = logging.getLogger(__name__)

SWEEP = "digests.run"
PERIOD = {
    Frequency.IMMEDIATE: dt.timedelta(minutes=5),
    Frequency.DAILY: dt.timedelta(days=1),
    Frequency.WEEKLY: dt.timedelta(days=7),
}
MISSED_FOR = dt.timedelta(days=7)
"""Missing runs of this past are made; an older gap waits for a person."""
TWICE = dt.timedelta(seconds=10)
"""Two presses of the button within this are one."""
LEASE = 30
"""Seconds; with the sweep's minute, a run whose maker died goes on within 90 s."""
BATCH = 100
"""Readers whose mails are written in one transaction; the lease is taken anew after each."""


def last_end(now: dt.datetime, frequency: str) -> dt.datetime:
    """The latest planned end of a window at or before `now`: 08:00, weekly on Monday, in Almaty;
    of immediate mail the last five minutes of the hour.
    """
    local = now.astimezone(clock.ALMATY)
    if frequency == Frequency.IMMEDIATE:
        return local.replace(minute=local.minute - local.minute % 5, second=0, microsecond=0)
    end = local.replace(hour=settings.DIGEST_HOUR, minute=0, second=0, microsecond=0)
    if end > local:
        end -= dt.timedelta(days=1)
    if frequency == Frequency.WEEKLY:
        end -= dt.timedelta(days=end.weekday())
    return end


def missing_ends(now: dt.datetime, frequency: str, last: dt.datetime | None) -> list[dt.datetime]:
    """Planned ends of the past week after the last run's, oldest first; at most the last of all
    when there was no run before. Immediate mail that is late goes together: one end.
    """
    end = last_end(now, frequency)
    if last is None:
        return [end]
    if frequency == Frequency.IMMEDIATE:
        return [end] if end > last else []
    ends = []
    while end > last and end > now - MISSED_FOR:
        ends.append(end)
        end -= PERIOD[Frequency(frequency)]
    return ends[::-1]


def open_missing_runs() -> int:
    """Make the rows of every planned run that should exist by now; returns how many."""
    made = 0
    for frequency in Frequency.values:
        last = last_run(frequency)
        if frequency == Frequency.IMMEDIATE and last is not None and _is_idle(last):
            continue  # no row every five minutes: the next window begins where this one ended
        for end in missing_ends(clock.now(), frequency, last.window_end if last else None):
            made += _open_run(frequency, end) is not None
    return made


def _is_idle(last: DigestRun) -> bool:
    """Whether a run after this one would tell nobody anything."""
    return not _news_after(last) and not _somebody_waits(last)


def _somebody_waits(last: DigestRun) -> bool:
    """Whether a reader came to immediate mail who was told less than a run has closed over."""
    asked = Subscription.objects.active().awake(clock.today())
    return asked.filter(frequency=last.frequency, since__lt=last.last_position).exists()


def _news_after(last: DigestRun) -> bool:
    """Whether something was announced after a run; what has no position yet counts."""
    waiting = Q(position=None) | Q(position__gt=last.last_position)
    return Change.objects.announced().filter(waiting).exists()


def close_window_now(*, frequency: str, by: Any) -> DigestRun:
    """End a frequency's window at this moment, at a person's word; the run starts at once.

    Who and when stand on the run. Pressed twice, or by two people at once, it makes one run.
    Raises ValueError for an unknown frequency.
    """
    frequency = Frequency(frequency).value
    now = clock.now()
    last = last_run(frequency)
    if last is not None and last.by_hand and last.window_end > now - TWICE:
        return last
    run = _open_run(frequency, now, by=by, by_hand=True) or last_run(frequency)
    assert run is not None  # one was made just now, by us or by somebody else
    sweeps.ring(SWEEP)
    logger.info("the %s window was closed by hand: run %s by user %s", frequency, run.pk, by.pk)
    return run


def last_run(frequency: str) -> DigestRun | None:
    """The run of a frequency whose window ends last."""
    return DigestRun.objects.filter(frequency=frequency).order_by("-window_end").first()


def _open_run(
    frequency: str, end: dt.datetime, *, by: Any = None, by_hand: bool = False
) -> DigestRun | None:
    """One run that begins where the last one ended; None if another process has made it."""
    now = clock.now()
    newest = close_window()
    last = last_run(frequency)
    if last is not None and last.window_end >= end:
        return None
    start = end - PERIOD[Frequency(frequency)]
    oldest = now - MISSED_FOR - PERIOD[Frequency(frequency)]
    if last is not None and last.window_end > oldest:
        start, first = last.window_end, last.last_position
        if is_cancelled(last):
            first = last.first_position  # what nobody was told stands in the next issue
    elif last is not None and frequency == Frequency.IMMEDIATE:
        # It has no row where nothing was announced: only what is older than a week waits.
        start, first = oldest, max(last.last_position, _position_before(oldest))
    else:
        first = _position_before(start)
    run = DigestRun(
        frequency=frequency,
        window_start=start,
        window_end=end,
        first_position=first,
        # Planned: what was committed late takes a higher position and falls into the next run.
        last_position=max(first, newest if by_hand else _position_before(end)),
        created_at=now,
        closed_by=by,
        by_hand=by_hand,
    )
    try:
        with transaction.atomic():
            run.save()
            take_along(run)
    except IntegrityError:
        return None
    return run


def _position_before(moment: dt.datetime) -> int:
    top = Change.objects.filter(at__lt=moment).aggregate(top=Max("position"))["top"]
    return int(top or 0)


def run_digests() -> int:
    """The sweep: open what is due, make what is open; returns the mails made."""
    open_missing_runs()
    made, held = 0, set[str]()
    for run in DigestRun.objects.filter(state=DigestRun.State.OPEN).order_by("window_end", "pk"):
        if run.frequency in held:
            continue  # issues of a frequency leave in their order
        leaves = may_leave(run)
        run.refresh_from_db()
        if leaves:
            made += make_run(run=run)
        elif run.state == DigestRun.State.OPEN:
            held.add(run.frequency)
    return made


def make_run(*, run: DigestRun) -> int:
    """Make the mails of a run that are not made yet; returns how many.

    1. Take the run's lease, so that of many schedulers one works. 2. Read the changes and match
    them against every stored query in full. 3. For each reader build the mail outside, then write
    it and "made" in one transaction. 4. Mark the run done. Killed anywhere, the next one finds the
    readers without a row and goes on; two at once are kept apart by the row's unique key.
    """
    holder = f"{os.getpid()}:{secrets.token_hex(4)}"
    lease = f"digest-run-{run.pk}"
    if not Lease.objects.take(lease, holder, LEASE):
        return 0
    try:
        made = _make(run, lease, holder)
    finally:
        Lease.objects.give_back(lease, holder)
    return made


def _make(run: DigestRun, lease: str, holder: str) -> int:
    followed = _followed(run)
    from_position = followed.aggregate(low=Min("since"))["low"]
    low = min(run.first_position, run.first_position if from_position is None else from_position)
    changes = list(Change.objects.announced().between(low, run.last_position))
    documents = documents_of(changes)
    hits = matching(followed, documents)
    found = found_of(run, changes, documents)
    considered = list(followed.exclude(since=None).values_list("pk", "subscriber_id"))
    leads = leads_of(run)
    issue = freeze_issue(run, found, leads)
    frames = frames_of(run, found, leads=leads, issue_links=issue_links(issue))
    renderer = Renderer(frames, found)
    made, unsettled = 0, False
    for group in _readers(followed, hits):
        Lease.objects.take(lease, holder, LEASE)
        written, left = _tell(run, group, hits, found, renderer)
        made += written
        unsettled |= left
    if unsettled:
        return made  # the run stays open and the next sweep comes back to them
    with transaction.atomic():
        # A frequency changed after the list was read keeps its `since` for the next run, and so
        # does whoever fell silent before the mail left.
        # Read once: asked of each chunk it held the lock of 100,000 readers' run for ten seconds.
        withdrawn = set(run.told.filter(parts={}).values_list("subscriber_id", flat=True))
        told = [pk for pk, reader in considered if reader not in withdrawn]
        for some in batched(told, CHUNK):
            Subscription.objects.filter(
                pk__in=some, frequency=run.frequency, since__lte=run.last_position
            ).awake(clock.today()).update(since=None)
        DigestRun.objects.filter(pk=run.pk).update(
            state=DigestRun.State.DONE,
            finished_at=clock.now(),
            changes=sum(1 for c in changes if (c.position or 0) > run.first_position),
            mails=run.told.count(),
        )
    return made


def _followed(run: DigestRun) -> SubscriptionQuerySet:
    """The subscriptions that a run writes to; asked again under the lock of each mail."""
    return Subscription.objects.due(run.frequency, clock.today())


def _readers(
    followed: SubscriptionQuerySet, hits: Mapping[int, Sequence[Record]]
) -> Iterator[list[list[Subscription]]]:
    """Readers with something to tell, `BATCH` at a time, each as a list of subscriptions.

    Read in pages by the subscriber's id: memory stays flat however many there are, and nothing is
    held open while mails are written.
    """
    if not hits:
        return
    last, group = 0, list[list[Subscription]]()
    queries: dict[int, SavedQuery] = {}
    rows = followed.order_by("subscriber_id", "pk")
    while True:
        page = Subscriber.objects.filter(pk__gt=last, state=Subscriber.State.ACTIVE)
        readers = {one.pk: one for one in page.order_by("pk")[:CHUNK]}
        if not readers:
            break
        newest = max(readers)
        some = rows.filter(subscriber_id__gt=last, subscriber_id__lte=newest)
        matched = [row for row in some if row.query_id in hits and row.subscriber_id in readers]
        last = newest
        _give_queries(matched, queries)
        for pk, subscriptions in groupby(matched, key=lambda row: row.subscriber_id):
            own = list(subscriptions)
            for row in own:
                row.subscriber = readers[pk]
            group.append(own)
            if len(group) == BATCH:
                yield group
                group = []
    if group:
        yield group


def _give_queries(rows: Sequence[Subscription], known: dict[int, SavedQuery]) -> None:
    """Put the stored query into each subscription; each is read once for all who follow it."""
    missing = sorted({row.query_id for row in rows} - known.keys())
    for some in batched(missing, CHUNK):
        known |= SavedQuery.objects.in_bulk(some)
    for row in rows:
        row.query = known[row.query_id]


def _tell(
    run: DigestRun,
    group: list[list[Subscription]],
    hits: Mapping[int, Sequence[Record]],
    found: Found,
    renderer: Renderer,
) -> tuple[int, bool]:
    """The mails of some readers, built outside and written with "made" in one transaction.

    A reader who changed something meanwhile is built again from what stands now. Returns the mails
    made, and whether somebody is left for later: changed something three times in a row, or has a
    mail that breaks our program. Then the others go on, and the open run is soon late (`lateness`).
    """
    made, broken = 0, False
    for _attempt in range(3):
        pks = [subscriptions[0].subscriber_id for subscriptions in group]
        told = set(run.told.filter(subscriber__in=pks).values_list("subscriber_id", flat=True))
        built = []
        for subscriptions in group:
            pk = subscriptions[0].subscriber_id
            if pk in told:
                continue
            try:
                built.append(prepare(run, subscriptions, hits, found, renderer))
            except DatabaseError:
                raise
            except Exception:  # any fault of ours in one reader's mail
                logger.exception("run %s: the mail of subscriber %s cannot be made", run.pk, pk)
                broken = True
        written, again = _write(run, [one for one in built if one])
        made += written
        if not again:
            return made, broken
        fresh = _followed(run).filter(subscriber__in=again).order_by("subscriber_id", "pk")
        rows = (row for row in fresh.select_related("query", "subscriber") if row.query_id in hits)
        group = [list(rows) for _pk, rows in groupby(rows, key=lambda row: row.subscriber_id)]
    return made, True


Wishes = tuple[str, str, str]


@dataclass(frozen=True)
class Built:
    """A reader's mail before it is written, and what the reader wanted when it was built."""

    reader: Subscriber
    message: Message
    mail: Prepared
    wishes: Mapping[int, Wishes]


def wishes_of(subscription: Subscription) -> Wishes:
    """What of a mail its reader can change while it is being built: kinds, language, own note."""
    return subscription.kinds, subscription.language, subscription.note


def prepare(
    run: DigestRun,
    subscriptions: list[Subscription],
    hits: Mapping[int, Sequence[Record]],
    found: Found,
    renderer: Renderer,
) -> Built | None:
    """The mail of one reader from subscriptions that are all theirs; None if nothing is told."""
    reader = subscriptions[0].subscriber
    matched: dict[Record, list[Subscription]] = defaultdict(list)
    for subscription in subscriptions:
        for record in hits.get(subscription.query_id, ()):
            matched[record].append(subscription)
    message = build(run, reader, matched, found)
    if message is None:
        return None
    room = ROOM
    while True:
        try:
            mail = prepare_parts(
                key=f"digest:{run.pk}:{reader.pk}",
                to=reader.address,
                template="digest",
                language=message.language,
                parts=renderer.parts(message, room),
                headers=message.headers,
            )
        except TooLongError:  # the pieces were weighed too light
            if room < ROOM // 8:
                raise
            room = room * 9 // 10
        else:
            told = message.subscriptions
            return Built(
                reader,
                message,
                mail,
                {one.id: wishes_of(one) for one in subscriptions if one.id in told},
            )


def _write(run: DigestRun, built: Sequence[Built]) -> tuple[int, list[int]]:
    """The rows that say «made» and the mails themselves, in one transaction.

    Readers are locked first, so that unsubscribing waits for it and then cancels, or has gone
    before and is seen here. Returns the mails made, and the readers who changed something.
    """
    now, again = clock.now(), list[int]()
    with transaction.atomic():
        pks = [one.reader.pk for one in built]
        readers = Subscriber.objects.select_for_update().order_by("pk").in_bulk(pks)
        told = set(run.told.filter(subscriber__in=pks).values_list("subscriber_id", flat=True))
        wanted = [pk for one in built for pk in one.message.subscriptions]
        alive: dict[int, Wishes] = {}
        for some in batched(wanted, CHUNK):
            rows = _followed(run).filter(pk__in=some).only("kinds", "language", "note")
            alive |= {one.id: wishes_of(one) for one in rows}
        good = []
        for one in built:
            reader = readers.get(one.reader.pk)
            if reader is None or reader.pk in told:
                continue
            if reader.language == one.reader.language and one.wishes.items() <= alive.items():
                good.append(one)
            else:
                again.append(reader.pk)
        DigestRunSubscriber.objects.bulk_create(
            DigestRunSubscriber(
                run=run,
                subscriber=one.reader,
                changes=list(one.message.changes),
                parts=one.message.parts,
                mail_key=one.mail.key,
                built_at=now,
            )
            for one in good
        )
        queue_all(mails=[(one.mail, one.reader.group) for one in good])
    return len(good), again
