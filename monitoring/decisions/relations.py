"""Relations of decisions: written for both ends at once, read from either in words.

Rooms and services that follow a bill ask `related_ids`; a new relation is a journal.Change of kind
`relation` of both decisions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from monitoring.core import clock
from monitoring.core.dates import Precision
from monitoring.decisions.models import Decision, FieldSource, Relation
from monitoring.decisions.publication import public_change
from monitoring.journal.models import Change

Kind = Relation.Kind
WORDS: dict[tuple[str, bool], Any] = {
    (Kind.REPLACES, False): _("Replaced by"),
    (Kind.REPEALS, False): _("Repealed by"),
    (Kind.RETURNED, True): _("Returned as"),
    (Kind.RETURNED, False): _("Introduced earlier as"),
    (Kind.AMENDS, False): _("Amended by"),
    (Kind.AMENDS, True): _("Amends"),
    (Kind.REPEALS, True): _("Repeals"),
    (Kind.REPLACES, True): _("Replaces"),
    (Kind.RELATED, True): _("Related documents"),
    (Kind.RELATED, False): _("Related documents"),
}
"""What a page says over the other document: by kind and whether the page's own is the subject.

The order is that of the page: first what ends or continues the document.
"""
ENDING = (Kind.REPLACES, Kind.REPEALS)
"""Kinds whose target is ended by the subject."""


@dataclass(frozen=True)
class Seen:
    """A relation as it is read from one of its ends."""

    relation: Relation
    other: Decision
    is_subject: bool

    @property
    def words(self) -> str:
        """What the page says over the other document, in the reader's language."""
        return str(WORDS[self.relation.kind, self.is_subject])


def add_relation(
    *,
    subject: Decision,
    kind: str,
    target: Decision,
    date: dt.date | None = None,
    precision: str = Precision.DAY,
    source: str = "",
    by: Any = None,
    announce: bool = True,
) -> Relation:
    """What `subject` is to `target`; both pages say it, both get a Change and a provenance.

    Raises ValidationError: an act and itself, a pair that has a relation; nothing is written then.
    """
    relation = Relation(
        subject=subject,
        kind=kind,
        target=target,
        date=date,
        precision=precision if date else Precision.UNKNOWN,
        source=source,
        by=by,
    )
    with _both(subject.pk, target.pk, announce=announce):
        relation.full_clean()
        relation.save()
        FieldSource.objects.bulk_create(
            FieldSource(
                decision_id=one,
                field=f"relation-{relation.pk}",
                value=str(relation),
                source=source,
                by=by,
                at=clock.now(),
            )
            for one in (subject.pk, target.pk)
        )
    return relation


def remove_relation(*, relation: Relation, announce: bool = True) -> None:
    """Take away a relation that was entered by mistake; the journal keeps what stood there."""
    with _both(relation.subject_id, relation.target_id, announce=announce):
        relation.delete()


def _both(*ids: int, announce: bool) -> ExitStack:
    """One change of each, their rows locked in one order."""
    stack = ExitStack()
    with stack:
        for one in sorted(set(ids)):
            stack.enter_context(public_change(one, Change.Kind.RELATION, announce=announce))
        return stack.pop_all()


def of(decision_ids: Iterable[int]) -> QuerySet[Relation]:
    """Relations in which any of these takes part, with both ends' kinds; one query."""
    ids = list(decision_ids)
    rows = Relation.objects.filter(Q(subject__in=ids) | Q(target__in=ids))
    return rows.select_related("subject__kind", "target__kind")


def of_decision(decision: Decision) -> list[Seen]:
    """The relations of one decision, hidden ends too, for the admin; at most four queries."""
    if decision.pk is None:
        return []
    fresh = Decision(pk=decision.pk)
    return seen_from(fresh, public_only=False)


def between(one: Decision, other: Decision) -> Relation | None:
    """The relation of two decisions, whichever is its subject; one query."""
    pair = Q(subject=one, target=other) | Q(subject=other, target=one)
    return Relation.objects.filter(pair).first()


def choices() -> list[tuple[str, Any]]:
    """For a box: what one document is to another, seen from the first."""
    shown = [
        (f"{kind}:{'out' if is_subject else 'in'}", words)
        for (kind, is_subject), words in WORDS.items()
    ]
    return [("", "–"), *shown[:-1]]  # to be related reads alike from both ends


def add_chosen(*, decision: Decision, choice: str, other: Decision, **more: Any) -> Relation:
    """`add_relation` for one of `choices`."""
    kind, _colon, way = choice.partition(":")
    subject, target = (decision, other) if way == "out" else (other, decision)
    return add_relation(subject=subject, kind=kind, target=target, **more)


def related_ids(decision_id: int, kind: str, *, is_subject: bool) -> list[int]:
    """Ids at the other end of the relations of a kind; one query."""
    mine, theirs = ("subject", "target_id") if is_subject else ("target", "subject_id")
    rows = Relation.objects.filter(kind=kind, **{mine: decision_id}).order_by("pk")
    return list(rows.values_list(theirs, flat=True))


def read(decision: Decision) -> None:
    """Read the relations of a decision with both ends' kinds and statuses; one query.

    Django would prefetch the two directions in two.
    """
    rows = of([decision.pk]).select_related("subject__status", "target__status")
    decision.relations_read = list(rows)


def seen_from(decision: Decision, *, public_only: bool = True) -> list[Seen]:
    """The relations of a decision in the order of the page, the newest other document first.

    No query after `read`.
    """
    if decision.relations_read is None:
        read(decision)
    found = [
        Seen(one, one.target if is_subject else one.subject, is_subject)
        for one in decision.relations_read or ()
        for is_subject in [one.subject_id == decision.pk]
    ]
    order = list(WORDS)
    return sorted(
        (one for one in found if one.other.is_public or not public_only),
        key=lambda one: (
            order.index((one.relation.kind, one.is_subject)) % (len(order) - 1),
            -one.other.sort_date.toordinal(),
            -one.other.pk,
        ),
    )


def ended_by(decision: Decision) -> Decision | None:
    """The public document that ended this one; no query after `read`."""
    return next(
        (
            one.other
            for one in seen_from(decision)
            if one.relation.kind in ENDING and not one.is_subject
        ),
        None,
    )


def added(change: Change) -> list[Mapping[str, Any]]:
    """The relations that stand in a change's picture after it and not before."""
    known = {one["id"] for one in change.before.get("relations", [])}
    return [one for one in change.after.get("relations", []) if one["id"] not in known]
