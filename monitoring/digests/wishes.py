"""Writes about what a reader wishes: how often, which changes, in which language, silence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from monitoring.core import clock
from monitoring.digests.models import (
    Consent,
    DigestRun,
    Subscriber,
    Subscription,
    _nonce,
)
from monitoring.digests.queries import decision_of
from monitoring.digests.services import existing_decision, note_consent
from monitoring.digests.waiting import make_anew, withdraw
from monitoring.journal.models import Change
from monitoring.search.query import Query
from monitoring.search.services import save_query

WISHES = ("frequency", "kinds", "language", "note", "muted_until", "remind_days")


def change_subscription(*, subscription: Subscription, **wishes: Any) -> bool:
    """Change what a reader wishes of a subscription; whether anything changed.

    Nothing is missed and nothing told twice: where the frequency changes or a silence begins, the
    row keeps up to where the reader has been told. Mail that was made and waits follows: a silence
    takes it back, other kinds of change or another language make it anew. An ended one stays as
    it is. Raises ValidationError for a value that is none, TypeError for a wish that is none.
    """
    if unknown := set(wishes) - set(WISHES):
        raise TypeError(f"no such wish: {sorted(unknown)}")
    with transaction.atomic():
        Subscriber.objects.select_for_update().get(pk=subscription.subscriber_id)
        row = Subscription.objects.select_related("query", "subscriber").get(pk=subscription.pk)
        changed = {n: (getattr(row, n), v) for n, v in wishes.items() if getattr(row, n) != v}
        if not changed or row.ended_at:
            return False
        if row.confirmed_at and {"frequency", "muted_until"} & set(changed):
            row.since = _told_up_to(row) if row.since is None else row.since
            if _falls_silent(changed) and (first := withdraw(subscription=row)) is not None:
                row.since = min(first, row.since)
        for name, (_old, value) in changed.items():
            setattr(row, name, value)
        row.full_clean()
        row.save()
        if {"kinds", "language", "note", "remind_days"} & set(changed):
            make_anew(subscriber=row.subscriber, of=row.pk)
        note_consent(
            row.subscriber,
            Consent.Event.CHANGED,
            {
                **{name: [_plain(old), _plain(new)] for name, (old, new) in changed.items()},
                "what": row.query.query,
            },
        )
    return True


def change_frequency(*, subscription: Subscription, frequency: str) -> None:
    """Change how often a subscription writes; nothing is missed, nothing told twice."""
    change_subscription(subscription=subscription, frequency=frequency)


def pause(*, subscriber: Subscriber, until: dt.date | None) -> int:
    """Silence all subscriptions of a reader until a day, or end the silence; returns how many."""
    rows = subscriber.subscriptions.active().order_by("pk")
    return sum(change_subscription(subscription=row, muted_until=until) for row in rows)


def add_subscription(
    *, subscriber: Subscriber, query: Query, frequency: str, kinds: str = ""
) -> Subscription:
    """Follow one thing more, asked from the manage page: the link has proved the address.

    Followed already, it stays as it is. What waits for a confirmation is confirmed by this.
    Raises ValidationError for a query that can find nothing.
    """
    now = clock.now()
    with transaction.atomic():
        saved = save_query(query=query)
        reader = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        if reader.state == Subscriber.State.PENDING:
            reader.state, reader.confirmed_at = Subscriber.State.ACTIVE, now
            reader.save()
        row, made = Subscription.objects.get_or_create(
            subscriber=reader,
            query=saved,
            ended_at=None,
            defaults={
                "frequency": frequency,
                "kinds": kinds,
                "decision_id": existing_decision(decision_of(query)),
                "created_at": now,
                "confirmed_at": now,
            },
        )
        if row.confirmed_at is None:
            row.confirmed_at = now
            row.save()
            made = True
        if made:
            row.full_clean()
            note_consent(
                reader,
                Consent.Event.CONFIRMED,
                {"what": [query.to_json()], "frequency": frequency, "how": "manage page"},
            )
    return row


def renew_links(*, subscriber: Subscriber) -> Subscriber:
    """Make every older link to the manage page invalid; one press still unsubscribes."""
    with transaction.atomic():
        row = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        row.nonce = _nonce()
        row.save()
        make_anew(subscriber=row)  # the links of what waits are renewed too
        note_consent(row, Consent.Event.CHANGED, {"links": "renewed"})
    return row


def _falls_silent(changed: Mapping[str, tuple[Any, Any]]) -> bool:
    """Whether a change is a silence that begins now."""
    until = changed.get("muted_until", (None, None))[1]
    return until is not None and until > clock.today()


def _told_up_to(subscription: Subscription) -> int:
    """The journal position up to which its present frequency has written to this reader.

    Before the first run of a frequency: what was announced before the reader confirmed.
    """
    told = Q(state=DigestRun.State.DONE) | Q(told__subscriber=subscription.subscriber)
    run = (
        DigestRun.objects.uncancelled()
        .filter(told, frequency=subscription.frequency)
        .order_by("-last_position")
        .first()
    )
    if run is not None:
        return run.last_position
    earlier = Change.objects.filter(at__lt=subscription.confirmed_at)
    return int(earlier.aggregate(top=Max("position"))["top"] or 0)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
