"""Which changed records are news, and which stored queries find them."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from monitoring.core.seeds import digest
from monitoring.digests.models import DigestRun, SubscriptionQuerySet
from monitoring.digests.queries import DECISION
from monitoring.journal.models import Change
from monitoring.search.documents import SearchDocument
from monitoring.search.matching import match, match_saved
from monitoring.search.query import Query

Record = tuple[str, int]

CHUNK = 500
_HIDDEN = digest({})
"""The fingerprint of a record that nobody can see."""


def matching(
    followed: SubscriptionQuerySet, documents: Sequence[SearchDocument]
) -> dict[int, list[Record]]:
    """Which stored query finds which records: of everything that can be followed, in one go.

    Each distinct query is evaluated once, whoever follows it. Those of other frequencies are among
    the answer. Whoever follows one decision has a query with that filter, which no index knows, so
    the documents carry it here.
    """
    if not documents or not followed.exists():
        return {}
    return match_saved(_with_own_id(one) for one in documents)


def matching_of(
    queries: Mapping[int, Query], documents: Sequence[SearchDocument]
) -> dict[int, list[Record]]:
    """The same of a few queries at hand: no other is read."""
    if not documents or not queries:
        return {}
    return match(queries, [_with_own_id(one) for one in documents])


def _with_own_id(document: SearchDocument) -> SearchDocument:
    if document.kind != DECISION:
        return document
    return replace(document, facets={**document.facets, DECISION: (str(document.id),)})


def seen_before(changes: Iterable[Change], run: DigestRun) -> dict[int, str]:
    """For each change (by id) the fingerprint of what readers last knew of the record before it.

    For a record that was not to be seen just before, what an earlier run of this frequency found
    standing, or what was recorded without announcing; "" if no run ever found it. Two queries for
    CHUNK such records.
    """
    found: dict[int, str] = {}
    returned: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        if change.before:
            found[change.pk] = digest(change.before)
        else:
            returned[change.subject].append(change)
    for subject, ours in returned.items():
        for first in range(0, len(ours), CHUNK):
            found |= _known(subject, ours[first : first + CHUNK], run)
    return found


def _known(subject: str, changes: Sequence[Change], run: DigestRun) -> dict[int, str]:
    history: dict[int, list[Change]] = defaultdict(list)
    rows = Change.objects.filter(
        subject=subject, subject_id__in={one.subject_id for one in changes}, position__isnull=False
    )
    for row in rows.order_by("position").defer("before", "after", "titles", "addresses"):
        history[row.subject_id].append(row)
    first = min((rows[0].position or 0 for rows in history.values()), default=0)
    ends = list(
        DigestRun.objects.uncancelled()
        .filter(frequency=run.frequency, last_position__gte=first)
        .exclude(pk=run.pk)
        .order_by("last_position")
        .values_list("last_position", flat=True)
    )
    return {change.pk: _last_known(change, history[change.subject_id], ends) for change in changes}


def _last_known(change: Change, history: Sequence[Change], ends: Sequence[int]) -> str:
    """Of what stood before a change, the last that a run found, or that nobody was to be told."""
    until = change.position or 0
    for row in reversed(history):
        began = row.position or 0
        if began >= (change.position or 0):
            continue
        told = bisect_left(ends, until) > bisect_left(ends, began)  # a run ended in between
        if row.fingerprint != _HIDDEN and (told or not row.announce):
            return row.fingerprint
        until = began
    return ""


def news(changes: list[Change], seen: Mapping[int, str]) -> list[Change]:
    """The changes of one record that a reader has not been told of; none if all of them together
    leave it as it was: merely published again, or changed and changed back.
    """
    if changes and seen.get(changes[0].pk) == changes[-1].fingerprint:
        return []
    return changes
