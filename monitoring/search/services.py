"""Writes of the room `search`."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from monitoring.core import clock, sweeps
from monitoring.search.models import OutboxRow, SavedQuery
from monitoring.search.query import Query

SWEEP = "search.index"


def touch(kind: str, ids: Iterable[int]) -> None:
    """Ask for records to be indexed anew, in the caller's transaction; also for those removed.

    Cheap and safe to call more than once; the worker reads each record when it comes to it.
    """
    now = clock.now()
    rows = [OutboxRow(kind=kind, record_id=one, at=now) for one in sorted(set(ids))]
    if rows:
        with transaction.atomic():
            OutboxRow.objects.bulk_create(rows, batch_size=500)
            sweeps.ring(SWEEP)


def save_query(*, query: Query) -> SavedQuery:
    """The row of a query that somebody follows; equal queries share one.

    Raises ValidationError, with the reasons in the active language, for one that can never match.
    """
    from monitoring.search.saved import never_matches

    said = [problem.sentence for problem in never_matches(query)]
    if said:
        raise ValidationError(
            [_("This search can find nothing, so it cannot be followed."), *said],
            code="cannot_match",
        )
    saved, _made = SavedQuery.objects.get_or_create(
        digest=query.digest, defaults={"query": query.to_json(), "created_at": clock.now()}
    )
    return saved
