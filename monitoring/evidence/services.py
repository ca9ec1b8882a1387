"""Writes of the room `evidence`: from a due source to stored bytes to entries taken in.

1. A due source is claimed by a lease. 2. It is asked, outside any transaction. 3. One transaction
keeps the bytes (a link of the source's chain) and a Fetch that waits to be read. 4. The bytes are
read in a child process. 5. One transaction hands the entries to the room that registered the kind
and closes the Fetch. A process killed between two steps leaves a row that the next sweep takes up;
each step may run twice without a trace. Further pages that an answer named are kept with the source
(`ahead`) and asked one by one; when one fails, the source is read anew from its beginning.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import logging
import time
import zlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.db import OperationalError, transaction
from django.db.models import Q
from wagtail.log_actions import log

from monitoring.core import clock, sweeps
from monitoring.core.services import beat
from monitoring.evidence import http, kinds, reasons
from monitoring.evidence.entries import Ask, Reading, UnreadableError
from monitoring.evidence.judgement import BREAKER, judge, read_whole_lately, recheck, rhythm_of
from monitoring.evidence.models import Blob, Fetch, Snapshot, Source
from monitoring.evidence.reasons import FetchError
from monitoring.evidence.sandbox import SECONDS, read_apart

logger = logging.getLogger(__name__)

SWEEP = "evidence.fetch"
HEARTBEAT = "evidence-fetch"
FETCH_LEASE = 75  # seconds: the 60 of a fetch, and some
READ_LEASE = 45  # seconds: the 30 of a child, and some
ROUND = 50.0  # seconds after which a sweep begins no new fetch: the next bell goes on
LONGEST_WAIT = dt.timedelta(days=1)
MOST_AHEAD = 200  # pages that one source may have waiting
DEEPEST = 200  # pages one behind another; connectors have bounds of their own
PASSED_OVER = frozenset({"not_found", "gone", "robots", "bad_address", "not_document"})
"""What keeps one further page from being read, and tells nothing against its source."""


def fetch_due() -> int:
    """The sweep: read what waits, then ask every due source. Returns how many rows moved on."""
    began = time.monotonic()
    done = take_in_waiting()
    while time.monotonic() - began < ROUND:
        pk = Source.objects.due(clock.now()).order_by("next_due").values_list("pk", flat=True)[:1]
        if not pk:
            break
        if Source.objects.claim(pk[0], clock.now(), FETCH_LEASE):
            fetch_source(source=Source.objects.get(pk=pk[0]))
            done += 1
    beat(name=HEARTBEAT)
    return done


def fetch_source(*, source: Source) -> Fetch:
    """Ask a claimed source once and take in what it says; every outcome is a Fetch row.

    What is asked is the first of the pages ahead, else the source's own address.
    """
    started = clock.now()
    step, ask = 1, Ask(source.url)
    try:
        step, ask = _next(source)
        believed = step == 1 and read_whole_lately(source, started)
        answer = http.fetch(
            ask.url,
            post=ask.post,
            etag=source.etag if believed else "",
            last_modified=source.last_modified if believed else "",
            ca_bundle=source.ca_bundle,
        )
    except FetchError as error:
        return _note_failure(source, started, error, step, ask)
    except OperationalError:
        raise  # the database is away or busy: the lease runs out and the source is due again
    except Exception:  # whatever a site provokes in us is this fetch's reason; others go on
        logger.exception("fetching source %s failed", source.pk)
        return _note_failure(source, started, FetchError("internal"), step, ask)
    if answer.unchanged:
        fetch = Fetch(
            source=source, url=answer.url, started_at=started, reason=reasons.UNCHANGED, status=304
        )  # only the first request is conditional
        with transaction.atomic():
            _close(
                fetch,
                source.pk,
                etag=source.etag,
                last_modified=source.last_modified,
                follow=recheck(source, started),
            )
        return fetch
    if ask.post:
        # What was posted is part of what was asked: page 2 of a list is not page 1 again.
        answer = dataclasses.replace(answer, url=f"{answer.url}#{quote(ask.post)}"[:2000])
    fetch = store_answer(source=source, answer=answer, started=started, step=step, asked=ask)
    return take_in(fetch=fetch)


def _next(source: Source) -> tuple[int, Ask]:
    """The step and the request that come next."""
    if source.ahead:
        step, url, post = source.ahead[0]
        return step, Ask(url, post)
    kind = kinds.get(source.kind)
    return 1, kind.first(source.url, kind.filled(source.settings))


def store_answer(
    *,
    source: Source,
    answer: http.Answer,
    started: dt.datetime,
    step: int = 1,
    asked: Ask | None = None,
) -> Fetch:
    """Keep the bytes and a Fetch that waits to be read, in one transaction."""
    digest = hashlib.sha256(answer.body).hexdigest()
    packed = zlib.compress(answer.body, 6)
    with transaction.atomic():
        # The row is the lock of its chain (SQLite: the transaction is).
        held = Source.objects.select_for_update().get(pk=source.pk)
        last = held.snapshots.filter(url=answer.url).order_by("-position").first()
        if last is None or last.sha256 != digest:
            if not Blob.objects.filter(pk=digest).exists():
                blob = Blob(sha256=digest, size=len(answer.body), packed=packed)
                Blob.objects.bulk_create([blob], ignore_conflicts=True)
            last = Snapshot(
                source=held,
                position=held.chain_length + 1,
                blob_id=digest,
                url=answer.url,
                fetched_at=started,
                headers=answer.headers,
                previous=held.chain_head,
            )
            last.link = link_of(last)
            last.save()
            held.chain_length, held.chain_head = last.position, last.link
        fetch = Fetch.objects.create(
            source=held,
            url=answer.url,
            started_at=started,
            finished_at=max(clock.now(), started),
            status=answer.status,
            size=len(answer.body),
            etag=answer.headers.get("etag", ""),
            last_modified=answer.headers.get("last-modified", "")[:100],
            snapshot=last,
            step=step,
            taken_in=False,
        )
        held.last_fetch_at = fetch.finished_at
        held.ahead = _without(held.ahead, asked)
        held.next_due = _usual(held, fetch.finished_at)
        held.lease_until = None
        held.save(
            update_fields=[
                "chain_length", "chain_head", "last_fetch_at", "next_due", "lease_until", "ahead",
            ]
        )  # fmt: skip
    return fetch


def link_of(snapshot: Snapshot) -> str:
    """SHA-256 over the previous link and all that the row says; JSON without spaces, UTF-8."""
    said = [
        snapshot.previous,
        snapshot.source_id,
        snapshot.position,
        snapshot.sha256,
        snapshot.url,
        snapshot.fetched_at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        sorted(snapshot.headers.items()),
    ]
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def take_in_waiting() -> int:
    """Read every stored answer that nobody is reading; returns how many."""
    waiting = Fetch.objects.filter(taken_in=False).order_by("pk")
    return sum(take_in(fetch=fetch).taken_in for fetch in waiting.select_related("source")[:100])


def take_in(*, fetch: Fetch) -> Fetch:
    """Read a stored answer in a child process and hand its entries on; returns the row afresh."""
    now = clock.now()
    free = Fetch.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), taken_in=False)
    if free.filter(pk=fetch.pk).update(lease_until=now + dt.timedelta(seconds=READ_LEASE)):
        reading = Reading([])
        reason: str = reasons.NEW
        detail: dict[str, Any] = {"read_with": _manner(fetch.source)}
        try:
            if _read_before(fetch):
                reason = reasons.UNCHANGED
            else:
                reading = _read(fetch)
                reason, worse = judge(fetch, reading)
                detail |= worse
        except UnreadableError as error:
            reason, detail = error.code, {"seconds": SECONDS}
        _hand_on(fetch, reading, reason, detail)
    return Fetch.objects.select_related("source").get(pk=fetch.pk)


def _read_before(fetch: Fetch) -> bool:
    """Whether these very bytes were read well, and in the same manner, the last time they came.

    After a failure they are read again: further pages may have been left unasked.
    """
    if fetch.source.failures:
        return False
    earlier = Fetch.objects.filter(snapshot=fetch.snapshot_id, pk__lt=fetch.pk, taken_in=True)
    last = earlier.order_by("-pk").first()
    manner = _manner(fetch.source)
    return last is not None and last.ok and last.detail.get("read_with", manner) == manner


def _manner(source: Source) -> str:
    """A short name of how a source is read: its kind and its settings."""
    said = json.dumps([source.kind, source.settings], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _read(fetch: Fetch) -> Reading:
    assert fetch.snapshot is not None
    try:
        kind = kinds.get(fetch.source.kind)
        raw = fetch.snapshot.blob.raw
    except (KeyError, zlib.error):
        logger.exception("fetch %s cannot be read", fetch.pk)
        raise UnreadableError("internal")
    settings = {**kind.filled(fetch.source.settings), "step": fetch.step}
    return read_apart(kind.parser, raw, fetch.url, settings)


def _hand_on(fetch: Fetch, reading: Reading, reason: str, detail: dict[str, Any]) -> None:
    entries = reading.entries
    try:
        with transaction.atomic():
            if not Fetch.objects.filter(pk=fetch.pk, taken_in=False).update(taken_in=True):
                return  # another process was slower to begin and quicker to end
            fetch.taken_in = True
            fetch.entries = len(entries)
            if entries:
                fetch.new_entries = kinds.get(fetch.source.kind).take_in(fetch, entries)
            fetch.reason, fetch.detail = reason, detail
            # A list that held nothing new has nothing new behind it.
            follow = reading.follow if fetch.new_entries or not entries else []
            if reason in reasons.GOOD and fetch.step == 1 and not follow:
                follow = recheck(fetch.source, clock.now())
            if fetch.source.failures:
                follow = reading.follow  # the last round broke off before its end
            _close(
                fetch,
                fetch.source_id,
                etag=fetch.etag,
                last_modified=fetch.last_modified,
                follow=follow,
            )
    except OperationalError:
        raise  # the row still waits; the next sweep takes it up
    except Exception:  # one poisoned entry must not keep its source, or others, from going on
        logger.exception("taking in fetch %s failed", fetch.pk)
        fetch.reason, fetch.detail, fetch.new_entries = "internal", {}, 0
        with transaction.atomic():
            _close(fetch, fetch.source_id)


def _note_failure(
    source: Source, started: dt.datetime, error: FetchError, step: int, ask: Ask
) -> Fetch:
    fetch = Fetch(
        source=source,
        url=ask.url[:2000],
        step=step,
        started_at=started,
        reason=error.code,
        detail=error.detail,
        status=error.status,
    )
    with transaction.atomic():
        _close(fetch, source.pk, wait=error.wait, asked=ask)
    return fetch


def _close(
    fetch: Fetch,
    source_id: int,
    *,
    etag: str = "",
    last_modified: str = "",
    wait: float | None = None,
    follow: Sequence[Ask] = (),
    asked: Ask | None = None,
) -> None:
    """Write how a fetch ended, and what that means for its source, in the caller's transaction.

    A round is done, and a success, when no page is ahead any more.
    """
    fetch.finished_at = max(clock.now(), fetch.started_at)
    fetch.lease_until = None
    fetch.save()
    source = Source.objects.select_for_update().get(pk=source_id)
    source.last_fetch_at = fetch.finished_at
    source.lease_until = None
    source.ahead = _without(source.ahead, asked)
    if fetch.ok or (fetch.step > 1 and fetch.reason in PASSED_OVER):
        if fetch.step == 1:
            source.etag, source.last_modified = etag, last_modified
        source.ahead = _with(source, fetch.step + 1, follow)
        if source.ahead:
            source.next_due = fetch.finished_at
        else:
            source.failures = 0
            source.trouble, source.trouble_detail = "", {}
            source.last_success_at = fetch.finished_at
            source.next_due = _usual(source, fetch.finished_at)
    else:
        source.failures += 1
        source.trouble, source.trouble_detail = fetch.reason, fetch.detail
        source.next_due = fetch.finished_at + _wait_after(source, wait)
        if fetch.step > 1:  # begin again, with the list in full
            source.ahead, source.etag, source.last_modified = [], "", ""
        logger.warning("source %s: %s %s", source.pk, fetch.reason, fetch.detail or "")
    if fetch.new_entries:
        source.last_new_at = fetch.finished_at
        source.usual_gap = rhythm_of(source, fetch.finished_at)
    source.save(
        update_fields=[
            "failures", "last_fetch_at", "last_success_at", "last_new_at", "usual_gap", "etag",
            "last_modified", "next_due", "lease_until", "ahead", "trouble", "trouble_detail",
        ]
    )  # fmt: skip


def _without(ahead: list[Any], asked: Ask | None) -> list[Any]:
    """The pages ahead without the one that was asked."""
    return [one for one in ahead if asked is None or one[1:] != [asked.url, asked.post]]


def _with(source: Source, step: int, follow: Sequence[Ask]) -> list[Any]:
    """The pages ahead and those that an answer named, each once, at most MOST_AHEAD."""
    if step > DEEPEST:
        return list(source.ahead)
    known = {(url, post) for _, url, post in source.ahead}
    new = dict.fromkeys((ask.url, ask.post) for ask in follow)
    rows = [*source.ahead, *([step, *one] for one in new if one not in known)]
    return rows[:MOST_AHEAD]


def _usual(source: Source, now: dt.datetime) -> dt.datetime:
    return now + dt.timedelta(minutes=source.every_minutes)


def _wait_after(source: Source, asked: float | None) -> dt.timedelta:
    """Twice as long after each failure, a day at most and once the breaker is open; never sooner
    than the site asked (`asked`, seconds)."""
    usual = dt.timedelta(minutes=source.every_minutes)
    if source.failures >= BREAKER:
        wait = max(LONGEST_WAIT, usual)
    else:
        wait = max(min(usual * 2 ** (source.failures - 1), LONGEST_WAIT), usual)
    return max(wait, dt.timedelta(seconds=asked or 0))


def ask_now(*, source: Source, by: Any) -> bool:
    """Make a source due at once, as a person asks; kept in the audit log. False when paused.

    It also ends a lease, which a killed worker may have left: two fetches at once do no harm.
    """
    with transaction.atomic():
        due = Source.objects.filter(pk=source.pk, paused=False)
        if not due.update(next_due=clock.now(), lease_until=None):
            return False
        log(instance=source, action="evidence.ask_now", user=by)
        sweeps.ring(SWEEP)
    return True


def source_edited(*, source: Source, moved: bool) -> None:
    """A person saved a source: if it is to be read otherwise it starts afresh, at once."""
    if moved:
        source.etag = source.last_modified = ""
        source.ahead = []
        source.failures = 0
        source.next_due = clock.now()
        source.save(update_fields=["etag", "last_modified", "ahead", "failures", "next_due"])
        sweeps.ring(SWEEP)
