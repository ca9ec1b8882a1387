"""The vocabulary of each index: counted while documents are written, read by every search.

Counts come in parts, one a written batch, in the transaction that notes how far the batch went;
after KEPT of them they are added up. A record that changes is counted again: shares move little.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from threading import Lock

from django.db import transaction
from django.db.models import Max

from monitoring.search.analysis import NO_VOCABULARY, Tally, Vocabulary
from monitoring.search.models import Build, VocabularyPart
from monitoring.search.streams import Streams

KEPT = 20
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
    with transaction.atomic():
        VocabularyPart.objects.create(build=build, data=tally.dump())
        if VocabularyPart.objects.filter(build=build).count() > KEPT:
            add_up(build)


def add_up(build: Build) -> None:
    """Make one part of all parts of a build."""
    with transaction.atomic():
        parts = list(VocabularyPart.objects.filter(build=build).order_by("pk"))
        if len(parts) > 1:
            VocabularyPart.objects.create(build=build, data=_sum(parts).dump())
            VocabularyPart.objects.filter(pk__in=[part.pk for part in parts]).delete()


def _sum(parts: Iterable[VocabularyPart]) -> Tally:
    total = Tally()
    for part in parts:
        total.merge(Tally.load(bytes(part.data)))
    return total


def vocabulary_of(build: Build) -> Vocabulary:
    """What the index of a build holds. At most two queries, none within FRESH seconds."""
    now = time.monotonic()
    known = _read.get(build.name)
    if known and known[2] and now - known[0] < FRESH:
        return known[2]
    newest = VocabularyPart.objects.filter(build=build).aggregate(newest=Max("pk"))["newest"]
    if newest is None:
        return NO_VOCABULARY
    with _lock:
        known = _read.get(build.name)
        if known is None or known[1] != newest:
            made = Vocabulary(_sum(VocabularyPart.objects.filter(build=build).order_by("pk")))
            if len(_read) > 1:
                _read.clear()
        else:
            made = known[2]
        _read[build.name] = (now, newest, made)
    return made


def current_vocabulary() -> Vocabulary:
    """The vocabulary of the index that answers; empty when none does."""
    build = Build.objects.filter(state=Build.State.CURRENT).first()
    return vocabulary_of(build) if build else NO_VOCABULARY
