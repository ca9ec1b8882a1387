"""The indexer: carries changed records from the outbox into the index, and makes new indexes.

One process at a time, by a lease. Each round (`run`):

1. takes up to BATCH outbox rows, reads the records they name as they are *now*, writes them to
   every build (the current one, and the one being made), and only then removes the rows: a process
   killed at any line leaves rows that the next round carries again, with the same result. Who finds
   that the lease went to another meanwhile puts the rows back: what it wrote may be old by now;
2. fills the build being made by one step of BATCH records and notes how far it came;
3. when a build is full, puts it in the place of the current one in one transaction. The replaced
   one goes when the next is replaced, so that no reader loses it under its hands.

An engine that is away (EngineAwayError) changes nothing: rows wait, a half-made build goes on
later. Only an index that is missing or broken is made anew.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.db import transaction

from monitoring.core import clock
from monitoring.core.models import Lease
from monitoring.search import kinds
from monitoring.search.analysis import Concepts
from monitoring.search.backends import get_backend
from monitoring.search.backends.base import (
    EngineAwayError,
    EngineBusyError,
    EngineError,
    Entry,
    record_in,
)
from monitoring.search.builds import (
    ensure_build,
    forget,
    give_up,
    healthy,
    request_build,
    take_over,
)
from monitoring.search.documents import SearchDocument
from monitoring.search.models import Build, OutboxRow, TitleToken
from monitoring.search.semantic.job import notice
from monitoring.search.streams import Streams, streams_of
from monitoring.search.stretches import write_stretches
from monitoring.search.suggestions import write_suggestions
from monitoring.search.synonyms import concepts_of
from monitoring.search.vocabularies import count_into

logger = logging.getLogger(__name__)
__all__ = ["health", "reconcile", "request_build", "run", "undo_build"]

BATCH = 500
LETTERS = 6_000_000
"""Of a batch of long texts so many are held and written at once: some seconds, some 300 MB."""
LEASE = "search-index"
LEASE_SECONDS = 15
"""Renewed each round. A killed holder is followed after this; of two that overlap because a round
took longer, the engine's own lock sends one away."""


def run() -> int:
    """Do all that waits; the number of records written. Leaves at once if another does it."""
    done = 0
    holder = uuid.uuid4().hex
    while Lease.objects.take(LEASE, holder, LEASE_SECONDS):
        try:
            done += _rounds(holder)
        except EngineBusyError as error:
            logger.info("the index is being written by another: %s", error)
            break
        except EngineAwayError as error:
            logger.warning("the engine is away, changes wait: %s", error)
            _titles_while_away()
            break
        except EngineError as error:
            logger.warning("the index cannot be written, its rows wait: %s", error)
            break
        finally:
            Lease.objects.give_back(LEASE, holder)
        # A change that came while the lease was given back found it taken; it must not wait.
        if not OutboxRow.objects.exists():
            break
    return done


def _rounds(holder: str) -> int:
    global _titled  # noqa: PLW0603 - see there
    done = 0
    ensure_build()
    _titled = 0
    while Lease.objects.take(LEASE, holder, LEASE_SECONDS):
        carried = _carry_outbox(holder)
        building = Build.objects.filter(state=Build.State.BUILDING).first()
        if building is not None:
            done += _step(building, holder)
        elif not carried:
            break
        done += carried
    return done


def _waiting(after: int = 0) -> tuple[list[int], dict[str, set[int]]]:
    """One batch of the outbox: its rows, and the records they name by kind."""
    asked: dict[str, set[int]] = defaultdict(set)
    rows = list(OutboxRow.objects.filter(pk__gt=after).order_by("pk")[:BATCH])
    for row in rows:
        asked[row.kind].add(row.record_id)
    return [row.pk for row in rows], asked


def _carry_outbox(holder: str) -> int:
    """Carry one batch of the outbox into every build that can be written; the rows done."""
    rows, asked = _waiting()
    if not rows:
        return 0
    builds = list(
        Build.objects.filter(state__in=[Build.State.CURRENT, Build.State.BUILDING]).order_by("pk")
    )
    # One that is asked for and not begun reads all records later; a half-made one takes writes.
    ready = [build for build in builds if (build.kind if _made(build) else healthy(build))]
    for read, removed, part in _portions(asked):
        _write_titles(read, part, builds)
        for build in ready:
            _write(build, read, removed)
        if _lost(holder, asked):
            return 0
    notice(asked)
    OutboxRow.objects.filter(pk__in=rows).delete()
    return len(rows)


def _made(build: Build) -> bool:
    return build.state == Build.State.BUILDING


def _lost(holder: str, asked: dict[str, set[int]]) -> bool:
    """Whether the lease went to another while records were written; then they are asked anew.

    The other may have written newer ones before, removed some, and done with their rows.
    """
    from monitoring.search.services import touch

    if Lease.objects.take(LEASE, holder, LEASE_SECONDS):
        return False
    for name, ids in asked.items():
        touch(name, ids)
    return True


_titled = 0
"""The last outbox row whose titles this process wrote since the engine is away."""


def _titles_while_away() -> None:
    """Let the database find changed records by title and number though the engine cannot."""
    global _titled  # noqa: PLW0603 - saves work only; a fresh process does it once more
    builds = list(Build.objects.filter(state=Build.State.CURRENT))
    rows, asked = _waiting(_titled)
    while rows:
        for read, _, part in _portions(asked):
            _write_titles(read, part, builds)
        _titled = rows[-1]
        rows, asked = _waiting(_titled)


def read_records(asked: dict[str, set[int]]) -> tuple[list[SearchDocument], list[str]]:
    """The documents of the named records as they are now, and the keys of those that are gone."""
    documents: list[SearchDocument] = []
    removed: list[str] = []
    for name, ids in asked.items():
        kind = kinds.get(name)
        made = kinds.documents(kind, sorted(ids)) if kind is not None else []
        documents += made
        removed += [f"{name}:{one}" for one in sorted(ids - {document.id for document in made})]
    return documents, removed


class _Read:
    """Records as they were read, each taken apart once for all indexes of the same concepts.

    Taking apart is most of the work of writing, and there may be two indexes and the titles.
    """

    def __init__(self, documents: Sequence[SearchDocument]) -> None:
        self.documents = documents
        self._entries: dict[str, list[Entry]] = {}

    def entries(self, concepts: Concepts) -> list[Entry]:
        known = self._entries.get(concepts.fingerprint)
        if known is None:
            known = [Entry(one, streams_of(one, concepts)) for one in self.documents]
            self._entries[concepts.fingerprint] = known
        return known


def _portions(
    asked: dict[str, set[int]],
) -> Iterator[tuple[_Read, list[str], dict[str, set[int]]]]:
    """The named records in parts of about LETTERS: as read, keys of those gone, the ids of both.

    Hundreds of short records are read at once, of codes a few.
    """
    documents: list[SearchDocument] = []
    removed: list[str] = []
    part: dict[str, set[int]] = defaultdict(set)
    letters, at_once = 0, BATCH // 5
    for name, ids in asked.items():
        left = sorted(ids)
        while left:
            now, left = left[:at_once], left[at_once:]
            made, gone = read_records({name: set(now)})
            removed += gone
            read = 0
            for document in made:
                size = sum(len(text.body) for text in document.texts.values())
                if documents and letters + size > LETTERS:
                    yield _Read(documents), removed, part
                    documents, removed, part, letters = [], [], defaultdict(set), 0
                documents.append(document)
                part[name].add(document.id)
                letters += size
                read += size
            part[name] |= set(now) - {document.id for document in made}
            at_once = max(1, min(BATCH, len(now) * LETTERS // max(read, 1)))
    if part:
        yield _Read(documents), removed, part


def _write(build: Build, read: _Read, removed: Sequence[str]) -> None:
    backend = get_backend()
    seen = not _made(build)
    concepts = concepts_of(build.concepts)
    entries = read.entries(concepts)
    older = backend.write(build.name, entries, removed, seen=seen)
    count_into(build, [entry.streams for entry in entries])
    if older:
        # Either another indexer was here with a later reading, or the record itself went back: a
        # backup was restored, its newest translation was taken away. Read once more, it decides.
        again, gone = read_records(_by_kind(older))
        backend.write(build.name, _Read(again).entries(concepts), gone, force=True, seen=seen)


def _by_kind(keys: Iterable[str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for key in keys:
        name, _, number = key.rpartition(":")
        found[name].add(int(number))
    return found


def _step(build: Build, holder: str) -> int:
    """Fill a build by one step, or put it in use when it is full; the records written."""
    names = [kind.name for kind in kinds.all_kinds()]
    at = build.kind or (names[0] if names else "")
    kind = kinds.get(at)
    try:
        if not build.kind:
            get_backend().create(build.name)  # only here: one that was lost must not come back half
        ids: list[int] = []
        if kind is not None:
            after = kind.queryset().filter(pk__gt=build.last_id).order_by("pk")
            ids = list(after.values_list("pk", flat=True)[:BATCH])
        if kind is not None and ids:
            for read, _, part in _portions({at: set(ids)}):
                _write(build, read, [])
                _write_titles(read, part, [build])
                if _lost(holder, {at: set(ids)}):
                    return 0
            build.kind, build.last_id = at, ids[-1]
            build.save(update_fields=["kind", "last_id"])
            return len(ids)
        later = [name for name in names if name > at]
        if later:
            build.kind, build.last_id = later[0], 0
            build.save(update_fields=["kind", "last_id"])
        else:
            get_backend().write(build.name, [], [])  # all that was written is seen from here on
            take_over(build)
    except (EngineBusyError, EngineAwayError):
        raise  # it goes on where it is
    except Exception as error:
        give_up(build, f"{type(error).__name__}: {error}")
        raise EngineError(f"making the index failed: {error}") from error
    return 0


def undo_build() -> Build:
    """Stop the index being made; if none is, go back to the one before. The one then in use.

    What changed since that one was replaced is carried into it by the next round. Raises
    EngineError if there is no earlier index or it cannot be used any more.
    """
    building = Build.objects.filter(state=Build.State.BUILDING).first()
    current = Build.objects.filter(state=Build.State.CURRENT).first()
    if building is not None and current is not None:
        give_up(building, "stopped by hand")
        return current
    earlier = Build.objects.filter(state=Build.State.RETIRED).order_by("-finished_at").first()
    if earlier is None or not healthy(earlier):
        raise EngineError("there is no earlier index to go back to")
    with transaction.atomic():
        Build.objects.filter(state=Build.State.CURRENT).update(
            state=Build.State.RETIRED, finished_at=clock.now()
        )
        Build.objects.filter(pk=earlier.pk).update(state=Build.State.CURRENT)
    earlier.refresh_from_db()
    reconcile()
    return earlier


def _write_titles(read: _Read, asked: Mapping[str, Iterable[int]], builds: Sequence[Build]) -> None:
    """Bring the database's own tokens of titles and numbers up to date, and long texts."""
    concepts = concepts_of(builds[-1].concepts) if builds else concepts_of([])
    rows = [
        TitleToken(kind=one.document.kind, record_id=one.document.id, token=token)
        for one in read.entries(concepts)
        for token in _title_tokens(one.streams)
    ]
    by_kind = {name: sorted(ids) for name, ids in asked.items()}
    with transaction.atomic():
        for name, ids in by_kind.items():
            TitleToken.objects.filter(kind=name, record_id__in=ids).delete()
        TitleToken.objects.bulk_create(rows, batch_size=1_000, ignore_conflicts=True)
        write_suggestions(read.documents, by_kind)
        write_stretches(read.documents, by_kind, concepts)


def _title_tokens(streams: Streams) -> set[str]:
    return {token for token in (*streams.title, *streams.numbers) if token}


def reconcile() -> int:
    """Compare the index with the database and put every difference into the outbox; how many.

    Finds what no `touch` told of: a restored backup, a row changed by hand, a lost folder.
    """
    from monitoring.search.services import touch

    current = Build.objects.filter(state=Build.State.CURRENT).first()
    if current is None:
        return 0
    try:
        indexed = get_backend().versions(current.name)
        if get_backend().outgrown(current.name):
            request_build()
    except EngineError as error:
        logger.warning("the index cannot be compared: %s", error)
        return 0
    differing: dict[str, set[int]] = defaultdict(set)
    for kind in kinds.all_kinds():
        for one, version in versions_of(kind):
            if indexed.pop(f"{kind.name}:{one}", None) != version:
                differing[kind.name].add(one)
    strange = [key for key in indexed if record_in(key) is None]
    for name, ids in _by_kind(set(indexed).difference(strange)).items():
        differing[name] |= ids
    for name, ids in differing.items():
        touch(name, ids)
    if strange:
        _remove(current, strange)
    retired = Build.objects.filter(state=Build.State.RETIRED).order_by("-finished_at")[1:]
    week = clock.now() - dt.timedelta(days=7)
    forget([*retired, *Build.objects.filter(state=Build.State.FAILED, finished_at__lt=week)])
    return sum(map(len, differing.values())) + len(strange)


def _remove(build: Build, keys: Sequence[str]) -> None:
    """Take out what no record of ours could have made."""
    try:
        get_backend().write(build.name, [], keys)
    except EngineError as error:
        logger.warning("%d strange documents stay for now: %s", len(keys), error)


def versions_of(kind: kinds.Kind) -> Iterable[tuple[int, int]]:
    """(id, version) of every record of a kind that belongs into the index now."""
    return kind.versions() if kind.versions else _versions(kind)


def _versions(kind: kinds.Kind) -> Iterable[tuple[int, int]]:
    ids = list(kind.queryset().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        for document in kinds.documents(kind, ids[start : start + BATCH]):
            yield document.id, document.version


def health() -> tuple[bool, str]:
    """For `/readyz`: an index is in use and opens, and nothing has waited for long."""
    current = Build.objects.filter(state=Build.State.CURRENT).first()
    if current is None:
        return False, "no index is in use yet; the worker makes one"
    try:
        said = get_backend().check(current.name)
    except EngineError as error:
        return False, f"the database answers instead: {error}"
    oldest = OutboxRow.objects.order_by("pk").values_list("at", flat=True).first()
    waits = int((clock.now() - oldest).total_seconds()) if oldest else 0
    return waits < 300, f"{said}, oldest change waits {waits} s"
