"""Writes of the room `journal`."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max

from monitoring.core import clock
from monitoring.core.models import Lease
from monitoring.journal.models import Change

SEQUENCER = "journal-positions"
"""Name of the row that is locked while positions are given."""


def record_change(
    *,
    kind: str,
    subject: str,
    subject_id: int,
    titles: dict[str, str],
    addresses: dict[str, str],
    before: dict[str, Any],
    after: dict[str, Any],
    fingerprint: str,
    announce: bool = True,
) -> Change | None:
    """Write one change in the caller's transaction; None if nothing changed for a reader.

    `titles` and `addresses` are by language; `fingerprint` is the hash of what a reader sees: if
    the last change of the same record has it already, nothing is written (to publish again is
    not news). Callers hold the lock of the record, so two of them do not pass here at once.
    """
    last = Change.objects.of(subject, subject_id).only("fingerprint").first()
    if last is not None and last.fingerprint == fingerprint:
        return None
    change = Change(
        at=clock.now(),
        kind=kind,
        subject=subject,
        subject_id=subject_id,
        titles=titles,
        addresses=addresses,
        before=before,
        after=after,
        fingerprint=fingerprint,
        announce=announce,
    )
    change.full_clean(exclude=["before", "after"])  # both may be empty
    change.save()
    return change


def close_window() -> int:
    """Give positions to every committed change that has none; the highest position given so far.

    Ids do not follow the order of commits: of two transactions the one with the lower id may
    commit later. A window over ids or times would miss its row. So only this function numbers
    changes, one caller at a time (the row of a lease is locked; on SQLite the write transaction
    itself is the lock), and it sees committed rows only: whatever commits later gets a higher
    position. A digest's window is (end of its last window, close_window()].
    """
    Lease.objects.get_or_create(name=SEQUENCER, defaults={"holder": "", "until": clock.now()})
    with transaction.atomic():
        Lease.objects.select_for_update().get(name=SEQUENCER)
        highest = Change.objects.aggregate(top=Max("position"))["top"] or 0
        waiting = Change.objects.filter(position__isnull=True).order_by("pk")
        for number, pk in enumerate(list(waiting.values_list("pk", flat=True)), highest + 1):
            Change.objects.filter(pk=pk).update(position=number)
            highest = number
    return int(highest)
