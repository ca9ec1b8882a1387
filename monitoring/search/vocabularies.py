"""The vocabulary of each index: counted while documents are written, read by every search.

Counts come in parts, one a written batch; after KEPT of them they are added up. A record that
changes is counted again: shares move little.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from threading import Lock

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Length

from monitoring.search.analysis import NO_VOCABULARY, Tally, Vocabulary
from monitoring.search.models import Build, VocabularyPart
from monitoring.search.streams import Streams

KEPT = 20
OUTWEIGHS = 4
"""A part this many times as large as all others is not added up with them."""
FRESH = 60.0
"""Seconds for which a process takes what it read as current."""

_lock = Lock()
_read: dict[str, tuple[float, int, Vocabulary]] = {}
"""Build to when it was looked at, its newest part, what they say; of one or two builds."""


def count_into(build: Build, streams: Iterable[Streams]) -> None:
    """Count written documents into the vocabulary of a build."""
    tally = Tally()
    for one in streams:
        tally.add(one.spelled, one.grams)
    if not tally.documents:
        return
    VocabularyPart.objects.create(build=build, data=tally.dump())
    if VocabularyPart.objects.filter(build=build).count() > KEPT:
        add_up(build)


def add_up(build: Build) -> None:
    """Make one part of the parts of a build; a part that outweighs all others stays beside it.

    So a large index does not write its whole vocabulary anew for every few changes. Read, counted
    and packed before the transaction, which on SQLite keeps every other writer waiting.
    """
    sizes = VocabularyPart.objects.filter(build=build).annotate(size=Length("data"))
    rows = sorted(sizes.values_list("size", "pk"))
    if len(rows) > 1 and rows[-1][0] > OUTWEIGHS * sum(size for size, _ in rows[:-1]):
        rows.pop()
    if len(rows) < 2:
        return
    parts = list(VocabularyPart.objects.filter(pk__in=[pk for _, pk in rows]).order_by("pk"))
    data = _sum(parts).dump()
    with transaction.atomic():
        gone, _each = VocabularyPart.objects.filter(pk__in=[part.pk for part in parts]).delete()
        if gone == len(parts):
            VocabularyPart.objects.create(build=build, data=data)
        else:  # another process was quicker, whose sum holds some of them
            transaction.set_rollback(True)


def _sum(parts: Iterable[VocabularyPart]) -> Tally:
    total = Tally()
    for part in parts:
        total.merge(Tally.load(bytes(part.data)))
    return total


def vocabulary_of(build: Build) -> Vocabulary:
    """What the index of a build holds. At most two queries, none within FRESH seconds.

    A large one takes tenths of a second to read: one request does, others go on with what is known
    meanwhile, if only of the index before.
    """
    now = time.monotonic()
    known = _read.get(build.name)
    if known and known[2] and now - known[0] < FRESH:
        return known[2]
    newest = VocabularyPart.objects.filter(build=build).aggregate(newest=Max("pk"))["newest"]
    if newest is None:
        return NO_VOCABULARY
    others = [one for one in [known, *_read.copy().values()] if one and one[2]]
    if not _lock.acquire(blocking=not others):
        return others[0][2]
    try:
        known = _read.get(build.name)
        if known is None or known[1] != newest:
            made = Vocabulary(_sum(VocabularyPart.objects.filter(build=build).order_by("pk")))
            if len(_read) > 1:
                _read.clear()
        else:
            made = known[2]
        _read[build.name] = (now, newest, made)
    finally:
        _lock.release()
    return made


def current_vocabulary() -> Vocabulary:
    """The vocabulary of the index that answers; empty when none does."""
    build = Build.objects.filter(state=Build.State.CURRENT).first()
    return vocabulary_of(build) if build else NO_VOCABULARY
