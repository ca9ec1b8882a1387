"""Walks the chains of saved copies and says what does not fit."""

from __future__ import annotations

import datetime as dt
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from monitoring.evidence.models import Snapshot, Source
from monitoring.evidence.services import link_of


@dataclass(frozen=True)
class Fault:
    """What does not fit, and where. Words for the operator, in English like the log."""

    source: int
    position: int
    what: str


def fetched_text(copy: Snapshot) -> str:
    """The moment of a copy as its link hashes it."""
    return copy.fetched_at.astimezone(dt.UTC).isoformat(timespec="microseconds")


def verify() -> Iterator[Fault]:
    """Every flipped, missing or moved saved copy of every source. Reads all bytes once."""
    for source in Source.objects.order_by("pk"):
        yield from verify_source(source)


def verify_source(source: Source) -> Iterator[Fault]:
    """The faults of one chain, from its first copy to its last."""
    previous, position = "", 0
    copies = Snapshot.objects.filter(source=source).order_by("position").select_related("blob")
    for copy in copies.iterator(chunk_size=20):
        position += 1
        if copy.position != position:
            missing = f"{position} to {copy.position - 1}"
            yield Fault(source.pk, position, f"copies {missing} are missing")
            position = copy.position
        if copy.previous != previous:
            yield Fault(source.pk, position, "does not follow the copy before it")
        if copy.link != link_of(copy):
            yield Fault(source.pk, position, "the row was changed or moved")
        try:
            digest = hashlib.sha256(copy.blob.raw).hexdigest()
        except zlib.error:
            digest = ""
        if digest != copy.sha256:
            yield Fault(source.pk, position, "the bytes were changed")
        previous = copy.link
    if (position, previous) != (source.chain_length, source.chain_head):
        yield Fault(
            source.pk, source.chain_length, "the end of the chain is missing or was changed"
        )
