"""Writes about readers: asking, confirming, changing, leaving, being forgotten."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import translation

from monitoring.core import clock
from monitoring.core.clients import bucket_key
from monitoring.core.services import take_token
from monitoring.digests import links
from monitoring.digests.models import (
    Consent,
    DigestRun,
    Frequency,
    Subscriber,
    Subscription,
)
from monitoring.digests.queries import describe
from monitoring.mailing import addresses
from monitoring.mailing.services import (
    cancel_group,
    erase_address,
    lift_erasure,
    queue_mail,
)
from monitoring.search.query import Query
from monitoring.search.services import save_query

HOUR = 3600


def ask_subscription(
    *, address: str, query: Query, frequency: str, language: str, note: str = "", page: str = ""
) -> None:
    """Note what somebody asked for and write to the address, at most once an hour.

    Nothing is told to the asker: whether the address is known, and whether a mail went out, only
    its owner learns. Asking twice at once makes one row and one mail. Raises ValidationError for a
    query that can find nothing, ValueError for an address that is none.
    """
    address = addresses.normalise(address)
    digest = addresses.digest(address)
    now = clock.now()
    with transaction.atomic():
        saved = save_query(query=query)
        subscriber, _made = Subscriber.objects.get_or_create(
            digest=digest,
            defaults={"address": address, "language": language, "created_at": now},
        )
        subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        if subscriber.state == Subscriber.State.PENDING:
            subscriber.language, subscriber.created_at = language, now
            subscriber.full_clean()
            subscriber.save()
        subscription, made = Subscription.objects.get_or_create(
            subscriber=subscriber,
            query=saved,
            ended_at=None,
            defaults={"frequency": frequency, "note": note, "created_at": now},
        )
        if made:
            subscription.full_clean()
            _note(
                subscriber,
                Consent.Event.ASKED,
                {"what": query.to_json(), "frequency": frequency, "page": page},
            )
        if take_token(key=bucket_key("confirm", digest), capacity=1, per_seconds=HOUR):
            _write_confirmation(subscriber)


def _write_confirmation(subscriber: Subscriber) -> None:
    """One mail that says what waits for a confirmation and what is followed already."""
    language = subscriber.language
    waiting = list(subscriber.subscriptions.waiting().select_related("query").order_by("pk"))
    queue_mail(
        key=f"confirm:{uuid.uuid4().hex}",
        to=subscriber.address,
        template="confirm",
        language=language,
        context={
            "waiting": [spoken(one, language) for one in waiting],
            "confirm_link": links.confirm_link(subscriber) if waiting else "",
            "manage_link": ""
            if subscriber.state == Subscriber.State.PENDING
            else links.manage_link(subscriber),
        },
        group=subscriber.group,
    )


def spoken(subscription: Subscription, language: str) -> dict[str, Any]:
    """A subscription in the reader's words."""
    with translation.override(language):
        how = str(Frequency(subscription.frequency).label)
    return {
        "how": how,
        "pk": subscription.pk,
        "what": describe(Query.from_json(subscription.query.query), language),
        "frequency": subscription.frequency,
        "note": subscription.note,
    }


def confirm_subscriptions(*, subscriber: Subscriber) -> list[Subscription]:
    """Confirm all that waits for a reader; returns what is confirmed now. Twice changes nothing."""
    now = clock.now()
    with transaction.atomic():
        subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        waiting = list(subscriber.subscriptions.waiting().select_related("query"))
        if waiting:
            if subscriber.state == Subscriber.State.PENDING:
                subscriber.state, subscriber.confirmed_at = Subscriber.State.ACTIVE, now
                subscriber.save()
            Subscription.objects.filter(pk__in=[one.pk for one in waiting]).update(confirmed_at=now)
            lift_erasure(address=subscriber.address)
            _note(
                subscriber,
                Consent.Event.CONFIRMED,
                {"what": [one.query.query for one in waiting], "language": subscriber.language},
            )
    return list(subscriber.subscriptions.active().select_related("query").order_by("pk"))


def change_frequency(*, subscription: Subscription, frequency: str) -> None:
    """Change how often a subscription writes; nothing is missed, nothing told twice."""
    with transaction.atomic():
        Subscriber.objects.select_for_update().get(pk=subscription.subscriber_id)
        subscription = Subscription.objects.get(pk=subscription.pk)
        if subscription.frequency == frequency or subscription.ended_at:
            return
        if subscription.confirmed_at and subscription.since is None:
            subscription.since = _told_up_to(subscription)
        before, subscription.frequency = subscription.frequency, frequency
        subscription.full_clean()
        subscription.save()
        _note(
            subscription.subscriber,
            Consent.Event.CHANGED,
            {"frequency": [before, frequency], "what": subscription.query.query},
        )


def _told_up_to(subscription: Subscription) -> int | None:
    """The journal position up to which its present frequency has written to this reader."""
    told = Q(state=DigestRun.State.DONE) | Q(told__subscriber=subscription.subscriber)
    run = (
        DigestRun.objects.filter(told, frequency=subscription.frequency)
        .order_by("-last_position")
        .first()
    )
    return run.last_position if run else None


def change_language(*, subscriber: Subscriber, language: str) -> None:
    """Write to a reader in another language from now on."""
    with transaction.atomic():
        subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        before, subscriber.language = subscriber.language, language
        subscriber.full_clean()
        subscriber.save()
        if before != language:
            _note(subscriber, Consent.Event.CHANGED, {"language": [before, language]})


def end_subscriptions(
    *, subscriber: Subscriber, ids: Iterable[int] | None = None, how: str
) -> list[Subscription]:
    """End some subscriptions of a reader (None: all) and hold back the mail not sent yet.

    `how` says which door was used (manage page, link, mail program). Returns those that ended just
    now; ids of other readers and ended ones are passed over.
    """
    now = clock.now()
    with transaction.atomic():
        subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        ending = subscriber.subscriptions.filter(ended_at=None).select_related("query")
        if ids is not None:
            ending = ending.filter(pk__in=list(ids))
        ended = list(ending.order_by("pk"))
        if ended:
            Subscription.objects.filter(pk__in=[one.pk for one in ended]).update(ended_at=now)
            cancel_group(group=subscriber.group, reason="the reader has unsubscribed")
            _note(
                subscriber,
                Consent.Event.ENDED,
                {"how": how, "what": [one.query.query for one in ended]},
            )
    return ended


def end_for_address(digest: str, reason: str) -> None:
    """End all subscriptions of an address that reported our mail or does not exist."""
    for subscriber in Subscriber.objects.filter(digest=digest):
        end_subscriptions(subscriber=subscriber, how=reason)


def erase_subscriber(*, subscriber: Subscriber) -> None:
    """Remove a reader's address everywhere; the steps of consent stay with a keyed hash."""
    with transaction.atomic():
        subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        _note(subscriber, Consent.Event.ERASED, {})
        cancel_group(group=subscriber.group, reason="erased")
        erase_address(address=subscriber.address)
        subscriber.delete()


def forget_unconfirmed() -> int:
    """Remove addresses and requests that nobody confirmed within a week; returns how many."""
    gone = 0
    for subscriber in Subscriber.objects.stale()[:500]:
        with transaction.atomic():
            locked = Subscriber.objects.select_for_update().stale().filter(pk=subscriber.pk).first()
            if locked is not None:
                cancel_group(group=locked.group, reason="not confirmed")
                locked.delete()
                gone += 1
    return gone


def _note(subscriber: Subscriber, event: str, detail: dict[str, Any]) -> None:
    consent = Consent(
        subscriber=subscriber,
        digest=subscriber.digest,
        event=event,
        detail=detail,
        at=clock.now(),
    )
    consent.full_clean()
    consent.save()
