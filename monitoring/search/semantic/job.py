"""Embeds the records: a job of rows that goes on where it was killed.

A round (`run`) takes rows that wait, cuts their records as they are *now*, embeds what differs from
what is kept, and at last files what is new where readers look. One process at a time, by a lease;
each batch is one transaction, so a kill costs one batch. A batch that fails is tried record by
record, and a record that fails again and again is left to its words.
"""

from __future__ import annotations

import base64
import datetime as dt
import logging
import time
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from monitoring.core import clock
from monitoring.core.models import Lease
from monitoring.search import kinds
from monitoring.search.backends.base import record_number
from monitoring.search.documents import SearchDocument
from monitoring.search.models import Embedding
from monitoring.search.semantic import parts
from monitoring.search.semantic.process import Helper, MeaningError
from monitoring.search.semantic.site import folder, is_installed, is_on, workers_helper
from monitoring.search.semantic.windows import Window, fingerprint, mark, windows_of

logger = logging.getLogger(__name__)

SECONDS = 20.0
"""Of work in one round; the sweep rings again."""
LEASE, LEASE_SECONDS = "search-meaning", 180
COMPARE, COMPARE_SECONDS = "search-meaning-compare", 3_600
BATCH = 16
"""Records of one transaction."""
PIECE = 8
"""Windows of one request to the helper."""
PATIENCE = 120.0
CLAIM = dt.timedelta(minutes=10)
MOST_TRIES = 4
MOST_PARTS = 40


@dataclass(frozen=True)
class Progress:
    """How far the embedding is: records, those with current vectors, those given up."""

    records: int
    done: int
    failed: int

    @property
    def share(self) -> int:
        """In percent, 100 only when nothing waits."""
        return 100 if self.done >= self.records else self.done * 100 // self.records


def notice(asked: Mapping[str, Iterable[int]]) -> None:
    """Note that records changed or went; called by the indexer. Nothing while the extra is off."""
    if not is_on():
        return
    rows = [Embedding(kind=kind, record_id=one) for kind, ids in asked.items() for one in ids]
    Embedding.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["kind", "record_id"],
        update_fields=["due", "tries"],
    )


def progress() -> Progress:
    """For the operator; one query each."""
    rows = Embedding.objects.filter(gone=False)
    waiting = rows.filter(Q(due=True) | Q(claimed_until__isnull=False))
    failed = waiting.filter(tries__gte=MOST_TRIES).count()
    records = rows.count()
    return Progress(records, records - waiting.count(), failed)


def run(seconds: float = SECONDS, helper: Helper | None = None) -> int:
    """Embed and file for a time; the records done. Leaves at once if another does it."""
    if not is_on() or not (helper or is_installed()):
        return 0
    holder = uuid.uuid4().hex
    if not Lease.objects.take(LEASE, holder, LEASE_SECONDS):
        return 0
    helper = helper or workers_helper()
    done = 0
    try:
        helper.ask({"do": "passages", "texts": []}, PATIENCE)  # no row pays for a missing model
        if Lease.objects.take(COMPARE, holder, COMPARE_SECONDS):
            compare()
        until = time.monotonic() + seconds
        while time.monotonic() < until and Lease.objects.take(LEASE, holder, LEASE_SECONDS):
            some = _batch(helper)
            if not some:
                break
            done += some
        file_new(helper)
    except (MeaningError, OSError) as error:
        logger.warning("embedding stops for now: %s", error)
    finally:
        Lease.objects.give_back(LEASE, holder)
    return done


def compare() -> int:
    """Note every record that is not embedded as it is now, or is gone; how many."""
    from monitoring.search.indexing import versions_of

    noted = 0
    for kind in kinds.all_kinds():
        rows = Embedding.objects.filter(kind=kind.name, gone=False)
        known = dict(
            rows.filter(fingerprint__startswith=mark()).values_list("record_id", "version")
        )
        now = dict(versions_of(kind))
        differing = {one for one, version in now.items() if known.get(one) != version}
        differing |= set(rows.values_list("record_id", flat=True)) - now.keys()
        notice({kind.name: differing})
        noted += len(differing)
    return noted


def _batch(helper: Helper) -> int:
    """Take some rows and bring them up to date; how many."""
    now = clock.now()
    waiting = Embedding.objects.waiting(now).filter(tries__lt=MOST_TRIES).order_by("tries", "pk")
    rows = list(waiting.defer("vectors")[:BATCH])
    if rows and rows[0].tries:
        rows = rows[:1]  # a batch failed, or was killed: alone nobody harms another
    rows = [row for row in rows if row.tries == rows[0].tries]
    # `due` falls now: a change that comes meanwhile raises it again.
    Embedding.objects.filter(pk__in=[row.pk for row in rows]).update(
        due=False, claimed_until=now + CLAIM, tries=F("tries") + 1
    )
    documents = _documents(rows)
    try:
        made = [(row, _embedded(row, documents.get(row.pk), helper)) for row in rows]
    except MeaningError:
        Embedding.objects.filter(pk__in=[row.pk for row in rows]).update(
            due=True, claimed_until=None
        )
        if len(rows) == 1:
            logger.warning("%s cannot be embedded, try %d", rows[0], rows[0].tries + 1)
        raise
    with transaction.atomic():
        for row, values in made:
            Embedding.objects.filter(pk=row.pk).update(**values, claimed_until=None, tries=0)
    return len(rows)


def _documents(rows: Iterable[Embedding]) -> dict[int, SearchDocument]:
    """The records of rows as they are now, by the row's key; one that is gone is missing."""
    asked: dict[str, dict[int, int]] = defaultdict(dict)
    for row in rows:
        asked[row.kind][row.record_id] = row.pk
    found = {}
    for name, ids in asked.items():
        kind = kinds.get(name)
        for document in kinds.documents(kind, sorted(ids)) if kind else ():
            found[ids[document.id]] = document
    return found


def _embedded(row: Embedding, document: SearchDocument | None, helper: Helper) -> dict[str, Any]:
    """What to write of a row. Raises MeaningError."""
    empty = {"fingerprint": "", "languages": "", "vectors": b"", "filed": False}
    if document is None:
        return {**empty, "gone": True, "version": 0}
    windows = [one for one in windows_of(document.texts) if one.language in parts.LANGUAGES]
    print_of = fingerprint(windows)
    same = {"version": document.version, "gone": False}
    if print_of == row.fingerprint and not row.gone:
        return same
    vectors = b"".join(_vectors(windows, helper))
    languages = ",".join(one.language for one in windows)
    made = {"fingerprint": print_of, "languages": languages, "vectors": vectors, "filed": False}
    return {**same, **made}


def _vectors(windows: list[Window], helper: Helper) -> Iterator[bytes]:
    for start in range(0, len(windows), PIECE):
        texts = [one.text for one in windows[start : start + PIECE]]
        answer = helper.ask({"do": "passages", "texts": texts}, PATIENCE)
        yield from (base64.b64decode(one) for one in answer["vectors"])


def file_new(helper: Helper) -> int:
    """Put what is not filed yet where readers look; the windows written. Raises MeaningError.

    A part of what is new; or all anew, with a mean of all, when there is no first part, when the
    later ones grew to half of it, or when they are many.
    """
    names = parts.newest(folder())
    sizes = [(folder() / name).stat().st_size for name in names]
    anew = not names or len(names) > MOST_PARTS or sum(sizes[1:]) > sizes[0] / 2
    if names and not Embedding.objects.filter(filed=False).exists():
        return 0
    generation = int(names[-1][:8]) if names else 0
    rows = Embedding.objects.filter(filed=False)
    if anew:
        rows = Embedding.objects.filter(fingerprint__startswith=mark())
        if not rows.exists():
            return 0
    taken: list[int] = []

    def each() -> Iterator[parts.Vectors]:
        for row in rows.order_by("pk").iterator(chunk_size=500):
            taken.append(row.pk)
            yield parts.Vectors(
                record_number(row.kind, row.record_id),
                tuple(row.languages.split(",")) if row.languages else (),
                bytes(row.vectors),
            )

    windows = parts.write_part(
        folder(),
        each(),
        helper,
        generation=generation + anew,
        number=0 if anew else int(names[-1][9:13]) + 1,
    )
    _mark_filed(taken)
    told = Q() if anew else Q(filed=True)  # what a later part has to take out of the first
    Embedding.objects.filter(told, gone=True, due=False).delete()
    if anew:
        parts.forget_before(folder(), generation + 1)
    return windows


def _mark_filed(ids: list[int]) -> None:
    """The lease keeps others from embedding these rows meanwhile."""
    for start in range(0, len(ids), 500):
        Embedding.objects.filter(pk__in=ids[start : start + 500]).update(filed=True)
