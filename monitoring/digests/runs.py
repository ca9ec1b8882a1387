"""Runs: a window of the journal becomes mails, once for each reader, whoever dies meanwhile."""

from __future__ import annotations

import datetime as dt
import logging
import os
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Min, Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.core import clock, sweeps
from monitoring.core.models import LANGUAGES, Lease
from monitoring.decisions.models import Link, Stage
from monitoring.decisions.wording import others_named
from monitoring.digests.changes import Names
from monitoring.digests.messages import CAP, Found, Message, Record, build
from monitoring.digests.models import (
    DigestRun,
    DigestRunSubscriber,
    Frequency,
    Subscriber,
    Subscription,
)
from monitoring.evidence.selectors import chain_head, sources_health
from monitoring.journal.models import Change
from monitoring.journal.services import close_window
from monitoring.mailing.compose import TooLongError
from monitoring.mailing.services import Prepared, prepare_mail, queue_prepared
from monitoring.search import kinds
from monitoring.search.documents import SearchDocument
from monitoring.search.matching import match
from monitoring.search.models import SavedQuery
from monitoring.search.query import Query
from monitoring.vocabulary.models import Status

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
RENEW = 100
"""Readers after whom the lease is taken anew."""
CHUNK = 500


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
        last = _last_run(frequency)
        if frequency == Frequency.IMMEDIATE and last is not None and not _news_after(last):
            continue  # no row every five minutes: the next window begins where this one ended
        for end in missing_ends(clock.now(), frequency, last.window_end if last else None):
            made += _open_run(frequency, end) is not None
    return made


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
    last = _last_run(frequency)
    if last is not None and last.by_hand and last.window_end > now - TWICE:
        return last
    run = _open_run(frequency, now, by=by, by_hand=True) or _last_run(frequency)
    assert run is not None  # one was made just now, by us or by somebody else
    sweeps.ring(SWEEP)
    logger.info("the %s window was closed by hand: run %s by user %s", frequency, run.pk, by.pk)
    return run


def _last_run(frequency: str) -> DigestRun | None:
    return DigestRun.objects.filter(frequency=frequency).order_by("-window_end").first()


def _open_run(
    frequency: str, end: dt.datetime, *, by: Any = None, by_hand: bool = False
) -> DigestRun | None:
    """One run that begins where the last one ended; None if another process has made it."""
    now = clock.now()
    newest = close_window()
    last = _last_run(frequency)
    if last is not None and last.window_end >= end:
        return None
    start = end - PERIOD[Frequency(frequency)]
    oldest = now - MISSED_FOR - PERIOD[Frequency(frequency)]
    if last is not None and last.window_end > oldest:
        start, first = last.window_end, last.last_position
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
    except IntegrityError:
        return None
    return run


def _position_before(moment: dt.datetime) -> int:
    top = Change.objects.filter(at__lt=moment).aggregate(top=Max("position"))["top"]
    return int(top or 0)


def run_digests() -> int:
    """The sweep: open what is due, make what is open; returns the mails made."""
    open_missing_runs()
    made = 0
    for run in DigestRun.objects.filter(state=DigestRun.State.OPEN).order_by("window_end", "pk"):
        made += make_run(run=run)
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
    followed = Subscription.objects.due(run.frequency, clock.today())
    from_position = followed.aggregate(low=Min("since"))["low"]
    low = min(run.first_position, run.first_position if from_position is None else from_position)
    changes = list(Change.objects.announced().between(low, run.last_position))
    documents = _documents(changes)
    hits = _matching(followed, documents)
    found = _found(run, changes, documents)
    made, unsettled = 0, False
    rows = followed.select_related("query", "subscriber").order_by("subscriber_id", "pk")
    by_reader: dict[int, list[Subscription]] = defaultdict(list)
    for row in rows.iterator(CHUNK):
        if row.query_id in hits:
            by_reader[row.subscriber_id].append(row)
    considered = list(followed.exclude(since=None).values_list("pk", flat=True))
    told = set(run.told.values_list("subscriber_id", flat=True))
    for number, (pk, subscriptions) in enumerate(by_reader.items()):
        if number % RENEW == 0:
            Lease.objects.take(lease, holder, LEASE)
        if pk in told:
            continue
        one = _tell(run, subscriptions, hits, found)
        made += one or 0
        unsettled |= one is None
    if unsettled:
        return made  # the run stays open and the next sweep comes back to them
    with transaction.atomic():
        # A frequency changed after the list was read keeps its `since` for the next run.
        Subscription.objects.filter(
            pk__in=considered, frequency=run.frequency, since__lte=run.last_position
        ).awake(clock.today()).update(since=None)
        DigestRun.objects.filter(pk=run.pk).update(
            state=DigestRun.State.DONE,
            finished_at=clock.now(),
            changes=sum(1 for c in changes if (c.position or 0) > run.first_position),
            mails=run.told.count(),
        )
    return made


def _documents(changes: Sequence[Change]) -> list[SearchDocument]:
    """The changed records as they can be read now; what was withdrawn meanwhile is left out."""
    ids: dict[str, set[int]] = defaultdict(set)
    for change in changes:
        ids[change.subject].add(change.subject_id)
    documents: list[SearchDocument] = []
    for name, wanted in ids.items():
        kind = kinds.get(name)
        if kind is not None:
            visible = kind.visible(sorted(wanted))
            documents += [d for d in kinds.documents(kind, sorted(wanted)) if d.id in visible]
    return documents


def _matching(followed: Any, documents: Sequence[SearchDocument]) -> dict[int, list[Record]]:
    """Which stored query matches which records; each is evaluated once for all its readers."""
    if not documents:
        return {}
    general = followed.filter(decision=None)
    saved = SavedQuery.objects.filter(pk__in=general.values("query_id"))
    queries = {row.pk: Query.from_json(row.query) for row in saved.iterator(CHUNK)}
    return match(queries, documents) | _of_one_decision(followed, documents)


def _of_one_decision(followed: Any, documents: Sequence[SearchDocument]) -> dict[int, list[Record]]:
    """Queries of those who follow one of these decisions; one query, whoever follows others."""
    ids = [document.id for document in documents if document.kind == "decision"]
    rows = followed.filter(decision__in=ids).values_list("query_id", "decision_id").distinct()
    return {query: [("decision", decision)] for query, decision in rows}


def _found(run: DigestRun, changes: Iterable[Change], documents: Sequence[SearchDocument]) -> Found:
    by_record: dict[Record, list[Change]] = defaultdict(list)
    for change in changes:
        by_record[change.subject, change.subject_id].append(change)
    hits: dict[str, dict[Record, kinds.Hit]] = {language: {} for language in LANGUAGES}
    for name in {document.kind for document in documents}:
        kind = kinds.get(name)
        assert kind is not None  # its documents were just read
        ids = [document.id for document in documents if document.kind == name]
        for language in LANGUAGES:
            for pk, hit in kind.hits(ids, language).items():
                hits[language][name, pk] = hit
    health = {language: _health(language) for language in LANGUAGES} if documents else {}
    return Found(by_record, hits, _sources(documents), _names(by_record), health)


def _health(language: str) -> str:
    """One line on the watch itself: how many sources are asked, and which do not answer."""
    sources = [one for one in sources_health(language) if one.state != "paused"]
    if not sources:
        return ""
    silent = [one.name for one in sources if one.state in {"late", "broken"}]
    with translation.override(language):
        count = len(sources)
        said = ngettext("%(count)d source is asked.", "%(count)d sources are asked.", count)
        state = _("No news from: %(names)s.") if silent else _("All of them answer.")
        head = chain_head()
        kept = _("Hash over all saved copies: %(head)s") % {"head": head} if head else ""
    names = {"names": ", ".join(silent)}
    return f"{said % {'count': count}} {state % names if silent else state} {kept}".strip()


def _sources(documents: Sequence[SearchDocument]) -> dict[Record, str]:
    """The first address of each decision: where a reader can check."""
    ids = [document.id for document in documents if document.kind == "decision"]
    found: dict[Record, str] = {}
    for link in Link.objects.filter(decision_id__in=ids).exclude(url="").order_by("pk"):
        found.setdefault(("decision", link.decision_id), link.url)
    return found


def _names(changes: Mapping[Record, Sequence[Change]]) -> Names:
    return Names(
        {row.key: row for row in Stage.objects.all()},
        {row.key: row for row in Status.objects.all()},
        others_named(one for of_record in changes.values() for one in of_record),
    )


def _tell(
    run: DigestRun,
    subscriptions: list[Subscription],
    hits: dict[int, list[Record]],
    found: Found,
) -> int | None:
    """One reader's mail; built again if the reader changed something meanwhile.

    Returns the mails made; None for a reader who changed something three times in a row.
    """
    reader = subscriptions[0].subscriber
    for _attempt in range(3):
        matched: dict[Record, list[Subscription]] = defaultdict(list)
        for subscription in subscriptions:
            for record in hits.get(subscription.query_id, ()):
                matched[record].append(subscription)
        message = build(run, reader, matched, found)
        if message is None:
            return 0
        prepared = _prepare(run, reader, matched, found, message)
        with transaction.atomic():
            now = Subscriber.objects.select_for_update().filter(pk=reader.pk).first()
            if now is None:
                return 0
            alive = Subscription.objects.due(run.frequency, clock.today()).filter(
                pk__in=message.subscriptions
            )
            if now.language == reader.language and alive.count() == len(message.subscriptions):
                return _write(run, reader, message, prepared)
        reader = now
        subscriptions = list(
            Subscription.objects.due(run.frequency, clock.today())
            .filter(pk__in=[one.pk for one in subscriptions])
            .select_related("query", "subscriber")
        )
    return None


def _prepare(
    run: DigestRun,
    reader: Subscriber,
    matched: dict[Record, list[Subscription]],
    found: Found,
    message: Message,
) -> Prepared:
    cap = CAP
    while True:
        try:
            return prepare_mail(
                key=f"digest:{run.pk}:{reader.pk}",
                to=reader.address,
                template="digest",
                language=reader.language,
                context=message.context,
                headers=message.headers,
            )
        except TooLongError:
            if cap == 1:
                raise
            cap //= 2
            shorter = build(run, reader, matched, found, cap=cap)
            assert shorter is not None  # the longer one had items
            message = shorter


def _write(run: DigestRun, reader: Subscriber, message: Message, prepared: Prepared) -> int:
    """In the caller's transaction: the row that says «made», and the mail itself."""
    _row, made = DigestRunSubscriber.objects.get_or_create(
        run=run,
        subscriber=reader,
        defaults={
            "changes": list(message.changes),
            "mail_key": prepared.key,
            "built_at": clock.now(),
        },
    )
    if made:
        queue_prepared(mail=prepared, group=reader.group, bulk=True)
    return int(made)
