"""Writes of the room `evidence`: from a due source to stored bytes to entries taken in.

1. A due source is claimed by a lease. 2. It is asked, outside any transaction. 3. One transaction
keeps the bytes (a link of the source's chain) and a Fetch that waits to be read. 4. The bytes are
read in a child process. 5. One transaction hands the entries to the room that registered the kind
and closes the Fetch. A process killed between two steps leaves a row that the next sweep takes up;
each step may run twice without a trace.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import time
import zlib
from collections.abc import Sequence
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Q
from wagtail.log_actions import log

from monitoring.core import clock, sweeps
from monitoring.core.services import beat
from monitoring.evidence import http, kinds, reasons
from monitoring.evidence.entries import Entry, UnreadableError
from monitoring.evidence.models import Blob, Fetch, Snapshot, Source
from monitoring.evidence.reasons import FetchError
from monitoring.evidence.sandbox import SECONDS, parse_apart

logger = logging.getLogger(__name__)

SWEEP = "evidence.fetch"
HEARTBEAT = "evidence-fetch"
FETCH_LEASE = 75  # seconds: the 60 of a fetch, and some
READ_LEASE = 45  # seconds: the 30 of a child, and some
ROUND = 50.0  # seconds after which a sweep begins no new fetch: the next bell goes on
BREAKER = 5  # failures in a row after which a source is asked once a day only
LONGEST_WAIT = dt.timedelta(days=1)


def fetch_due() -> int:
    """The sweep: read what waits, then ask every due source. Returns how many rows moved on."""
    began = time.monotonic()
    done = take_in_waiting()
    due = Source.objects.due(clock.now()).order_by("next_due").values_list("pk", flat=True)
    for pk in list(due[:200]):
        if time.monotonic() - began > ROUND:
            break
        if Source.objects.claim(pk, clock.now(), FETCH_LEASE):
            fetch_source(source=Source.objects.get(pk=pk))
            done += 1
    beat(name=HEARTBEAT)
    return done


def fetch_source(*, source: Source) -> Fetch:
    """Ask a claimed source once and take in what it says; every outcome is a Fetch row."""
    started = clock.now()
    try:
        answer = http.fetch(
            source.url,
            etag=source.etag,
            last_modified=source.last_modified,
            ca_bundle=source.ca_bundle,
        )
    except FetchError as error:
        return _note_failure(source, started, error)
    except OperationalError:
        raise  # the database is away or busy: the lease runs out and the source is due again
    except Exception:  # whatever a site provokes in us is this fetch's reason; others go on
        logger.exception("fetching source %s failed", source.pk)
        return _note_failure(source, started, FetchError("internal"))
    if answer.unchanged:
        fetch = Fetch(
            source=source, url=answer.url, started_at=started, reason=reasons.UNCHANGED, status=304
        )
        with transaction.atomic():
            _close(fetch, source.pk, etag=source.etag, last_modified=source.last_modified)
        return fetch
    return take_in(fetch=store_answer(source=source, answer=answer, started=started))


def store_answer(*, source: Source, answer: http.Answer, started: dt.datetime) -> Fetch:
    """Keep the bytes and a Fetch that waits to be read, in one transaction."""
    digest = hashlib.sha256(answer.body).hexdigest()
    packed = zlib.compress(answer.body, 6)
    with transaction.atomic():
        # The row is the lock of its chain (SQLite: the transaction is).
        held = Source.objects.select_for_update().get(pk=source.pk)
        last = held.snapshots.order_by("-position").first()
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
            taken_in=False,
        )
        held.last_fetch_at = fetch.finished_at
        held.next_due = _usual(held, fetch.finished_at)
        held.lease_until = None
        held.save(
            update_fields=[
                "chain_length", "chain_head", "last_fetch_at", "next_due", "lease_until",
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
        entries: Sequence[Entry] = []
        reason, detail = reasons.NEW, {}
        try:
            if _read_before(fetch):
                reason = reasons.UNCHANGED
            else:
                entries = _read(fetch)
        except UnreadableError as error:
            reason, detail = error.code, {"seconds": SECONDS}
        _hand_on(fetch, entries, reason, detail)
    return Fetch.objects.select_related("source").get(pk=fetch.pk)


def _read_before(fetch: Fetch) -> bool:
    """Whether these very bytes were read well the last time the source was asked."""
    earlier = Fetch.objects.filter(snapshot=fetch.snapshot_id, pk__lt=fetch.pk, taken_in=True)
    last = earlier.order_by("-pk").first()
    return last is not None and last.ok


def _read(fetch: Fetch) -> Sequence[Entry]:
    assert fetch.snapshot is not None
    try:
        kind = kinds.get(fetch.source.kind)
        raw = fetch.snapshot.blob.raw
    except (KeyError, zlib.error):
        logger.exception("fetch %s cannot be read", fetch.pk)
        raise UnreadableError("internal")
    return parse_apart(kind.parser, raw, fetch.url)


def _hand_on(fetch: Fetch, entries: Sequence[Entry], reason: str, detail: dict[str, Any]) -> None:
    try:
        with transaction.atomic():
            if not Fetch.objects.filter(pk=fetch.pk, taken_in=False).update(taken_in=True):
                return  # another process was slower to begin and quicker to end
            fetch.taken_in = True
            fetch.entries = len(entries)
            if entries:
                fetch.new_entries = kinds.get(fetch.source.kind).take_in(fetch, entries)
            fetch.reason, fetch.detail = reason, detail
            _close(fetch, fetch.source_id, etag=fetch.etag, last_modified=fetch.last_modified)
    except OperationalError:
        raise  # the row still waits; the next sweep takes it up
    except Exception:  # one poisoned entry must not keep its source, or others, from going on
        logger.exception("taking in fetch %s failed", fetch.pk)
        fetch.reason, fetch.detail, fetch.new_entries = "internal", {}, 0
        with transaction.atomic():
            _close(fetch, fetch.source_id)


def _note_failure(source: Source, started: dt.datetime, error: FetchError) -> Fetch:
    fetch = Fetch(
        source=source,
        url=source.url[:2000],
        started_at=started,
        reason=error.code,
        detail=error.detail,
        status=error.status,
    )
    with transaction.atomic():
        _close(fetch, source.pk, wait=error.wait)
    return fetch


def _close(
    fetch: Fetch,
    source_id: int,
    *,
    etag: str = "",
    last_modified: str = "",
    wait: float | None = None,
) -> None:
    """Write how a fetch ended, and what that means for its source, in the caller's transaction."""
    fetch.finished_at = max(clock.now(), fetch.started_at)
    fetch.lease_until = None
    fetch.save()
    source = Source.objects.select_for_update().get(pk=source_id)
    source.last_fetch_at = fetch.finished_at
    source.lease_until = None
    if fetch.ok:
        source.failures = 0
        source.last_success_at = fetch.finished_at
        source.etag, source.last_modified = etag, last_modified
        source.next_due = _usual(source, fetch.finished_at)
        if fetch.new_entries:
            source.last_new_at = fetch.finished_at
    else:
        source.failures += 1
        source.next_due = fetch.finished_at + _wait_after(source, wait)
        logger.warning("source %s: %s %s", source.pk, fetch.reason, fetch.detail or "")
    source.save(
        update_fields=[
            "failures", "last_fetch_at", "last_success_at", "last_new_at", "etag", "last_modified",
            "next_due", "lease_until",
        ]
    )  # fmt: skip


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
    """A person saved a source: one with a new address starts afresh, and is asked at once."""
    if moved:
        source.etag = source.last_modified = ""
        source.failures = 0
        source.next_due = clock.now()
        source.save(update_fields=["etag", "last_modified", "failures", "next_due"])
        sweeps.ring(SWEEP)
