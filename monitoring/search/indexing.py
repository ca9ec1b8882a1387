"""The indexer: carries changed records from the outbox into the index, and makes new indexes.

One process at a time, by a lease. Each round (`run`):

1. takes up to BATCH outbox rows, reads the records they name as they are *now*, writes them to
   every build (the current one, and the one being made), and only then removes the rows: a process
   killed at any line leaves rows that the next round carries again, with the same result;
2. fills the build being made by one step of BATCH records and notes how far it came;
3. when a build is full, puts it in the place of the current one in one transaction. The replaced
   one's folder goes when the next is replaced, so that no reader loses it under its hands.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction

from monitoring.core import clock
from monitoring.core.models import Lease
from monitoring.search import kinds
from monitoring.search.analysis import VERSION, Concepts
from monitoring.search.backends import get_backend
from monitoring.search.backends.base import LAYOUT, EngineBusyError, EngineError, Entry
from monitoring.search.documents import SearchDocument
from monitoring.search.models import Build, OutboxRow, TitleToken
from monitoring.search.streams import Streams, streams_of
from monitoring.search.synonyms import concepts_of, snapshot

logger = logging.getLogger(__name__)

BATCH = 500
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
    done = 0
    _ensure_build()
    while Lease.objects.take(LEASE, holder, LEASE_SECONDS):
        carried = _carry_outbox()
        building = Build.objects.filter(state=Build.State.BUILDING).first()
        if building is not None:
            done += _step(building)
        elif not carried:
            break
        done += carried
    return done


def fingerprint(concepts: Concepts) -> str:
    """What an index depends on beside the records: the analyser, the concepts, the kinds."""
    names = ",".join(kind.name for kind in kinds.all_kinds())
    digest = hashlib.sha256(names.encode()).hexdigest()[:8]
    return f"{LAYOUT}.{VERSION}-{concepts.fingerprint}-{digest}"


def request_build() -> Build:
    """Ask for a fresh index; one that is already being made is given back."""
    data = snapshot()
    now = clock.now()
    build, made = Build.objects.get_or_create(
        state=Build.State.BUILDING,
        defaults={
            "name": f"{now:%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:6]}",
            "engine": get_backend().name,
            "fingerprint": fingerprint(concepts_of(data)),
            "concepts": data,
            "started_at": now,
        },
    )
    if made:
        logger.info("a new search index %s is being made", build.name)
    return build


def _ensure_build() -> None:
    """Ask for an index where there is none, where it is broken, or made with other words."""
    backend = get_backend()
    building = Build.objects.filter(state=Build.State.BUILDING).first()
    wanted = fingerprint(concepts_of(snapshot()))
    if building is not None:
        if building.fingerprint == wanted and building.engine == backend.name:
            return
        # Editors changed a synonym meanwhile: begin again with the new ones.
        _give_up(building, "the synonyms changed meanwhile")
    current = Build.objects.filter(state=Build.State.CURRENT).first()
    if (
        current is None
        or current.fingerprint != wanted
        or current.engine != backend.name
        or not _healthy(current)
    ):
        request_build()


def _healthy(build: Build) -> bool:
    try:
        get_backend().check(build.name)
    except EngineBusyError:
        return True
    except EngineError as error:
        logger.warning("the index %s cannot be used: %s", build.name, error)
        return False
    return True


def _give_up(build: Build, note: str) -> None:
    build.state = Build.State.FAILED
    build.finished_at = clock.now()
    build.note = note
    build.save(update_fields=["state", "finished_at", "note"])
    get_backend().drop(build.name)


def _carry_outbox() -> int:
    """Carry one batch of the outbox into every build that can be written; the rows done."""
    rows = list(OutboxRow.objects.order_by("pk")[:BATCH])
    if not rows:
        return 0
    asked: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        asked[row.kind].add(row.record_id)
    builds = list(
        Build.objects.filter(state__in=[Build.State.CURRENT, Build.State.BUILDING]).order_by("pk")
    )
    healthy = [build for build in builds if build.state == "building" or _healthy(build)]
    documents, removed = read_records(asked)
    for build in healthy:
        _write(build, documents, removed)
    _write_titles(documents, [(kind, one) for kind, ids in asked.items() for one in ids], healthy)
    OutboxRow.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


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


def _write(build: Build, documents: Iterable[SearchDocument], removed: Sequence[str]) -> None:
    backend = get_backend()
    backend.create(build.name)
    concepts = concepts_of(build.concepts)
    entries = [Entry(document, streams_of(document, concepts)) for document in documents]
    backend.write(build.name, entries, removed)


def _step(build: Build) -> int:
    """Fill a build by one step, or put it in use when it is full; the records written."""
    names = [kind.name for kind in kinds.all_kinds()]
    at = build.kind or (names[0] if names else "")
    kind = kinds.get(at)
    try:
        get_backend().create(build.name)
        ids: list[int] = []
        if kind is not None:
            after = kind.queryset().filter(pk__gt=build.last_id).order_by("pk")
            ids = list(after.values_list("pk", flat=True)[:BATCH])
        if kind is not None and ids:
            documents = kinds.documents(kind, ids)
            _write(build, documents, [])
            _write_titles(documents, [(at, one) for one in ids], [build])
            build.kind, build.last_id = at, ids[-1]
            build.save(update_fields=["kind", "last_id"])
            return len(ids)
        later = [name for name in names if name > at]
        if later:
            build.kind, build.last_id = later[0], 0
            build.save(update_fields=["kind", "last_id"])
        else:
            _take_over(build)
    except EngineBusyError:
        raise
    except Exception as error:
        _give_up(build, f"{type(error).__name__}: {error}")
        raise EngineError(f"making the index failed: {error}") from error
    return 0


def _take_over(build: Build) -> None:
    """Put a full build in the place of the current one; remove the one before that."""
    now = clock.now()
    old = list(Build.objects.filter(state=Build.State.RETIRED))
    with transaction.atomic():
        Build.objects.filter(state=Build.State.CURRENT).update(
            state=Build.State.RETIRED, finished_at=now
        )
        Build.objects.filter(pk=build.pk).update(state=Build.State.CURRENT, finished_at=now)
        Build.objects.filter(pk__in=[one.pk for one in old]).delete()
    for one in old:
        get_backend().drop(one.name)
    logger.info("the search index %s is in use", build.name)


def _write_titles(
    documents: Sequence[SearchDocument],
    asked: Sequence[tuple[str, int]],
    builds: Sequence[Build],
) -> None:
    """Bring the database's own tokens of titles and numbers up to date."""
    concepts = concepts_of(builds[-1].concepts) if builds else concepts_of([])
    rows = [
        TitleToken(kind=document.kind, record_id=document.id, token=token)
        for document in documents
        for token in _title_tokens(streams_of(document, concepts))
    ]
    by_kind: dict[str, list[int]] = defaultdict(list)
    for name, one in asked:
        by_kind[name].append(one)
    with transaction.atomic():
        for name, ids in by_kind.items():
            TitleToken.objects.filter(kind=name, record_id__in=ids).delete()
        TitleToken.objects.bulk_create(rows, batch_size=1_000, ignore_conflicts=True)


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
    except EngineError as error:
        logger.warning("the index cannot be compared: %s", error)
        return 0
    differing: dict[str, set[int]] = defaultdict(set)
    for kind in kinds.all_kinds():
        versions = kind.versions() if kind.versions else _versions(kind)
        for one, version in versions:
            if indexed.pop(f"{kind.name}:{one}", None) != version:
                differing[kind.name].add(one)
    for key in indexed:
        name, _, number = key.rpartition(":")
        differing[name].add(int(number))
    for name, ids in differing.items():
        touch(name, ids)
    return sum(map(len, differing.values()))


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
