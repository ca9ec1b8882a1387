"""Writes about readers: asking, confirming, leaving, being forgotten. Their wishes: `wishes`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import pgettext

from monitoring.core import clock
from monitoring.core.clients import bucket_key
from monitoring.core.services import take_token
from monitoring.decisions.models import Decision
from monitoring.digests import links
from monitoring.digests.models import (
    KEY_ONLY,
    UNCONFIRMED_FOR,
    Aspect,
    Consent,
    Frequency,
    Subscriber,
    Subscription,
)
from monitoring.digests.queries import decision_of, describe
from monitoring.digests.waiting import hold_back, make_anew
from monitoring.mailing import addresses
from monitoring.mailing.services import (
    Prepared,
    cancel_group,
    erase_address,
    lift_erasure,
    prepare_mail,
    queue_prepared,
)
from monitoring.search.query import Query
from monitoring.search.services import save_query

HOUR = 3600


def ask_subscription(
    *,
    address: str,
    query: Query,
    frequency: str,
    language: str,
    note: str = "",
    page: str = "",
    kinds: str = "",
    remind_days: int | None = None,
    quiet_month: bool = False,
    letters: bool = False,
) -> None:
    """Note what somebody asked for and write to the address, at most once an hour.

    Nothing is told to the asker: whether the address is known, and whether a mail went out, only
    its owner learns; the mail is made in every case, so that the time tells nothing either. Asking
    twice at once makes one row and one mail; what still waits takes the wishes asked last. Nothing
    that was confirmed changes by asking. Raises ValidationError for a query that can find nothing,
    ValueError for an address that is none.
    """
    address = addresses.normalise(address)
    digest = addresses.digest(address)
    now = clock.now()
    wishes = {
        "frequency": frequency,
        "note": note,
        "kinds": kinds,
        "remind_days": remind_days,
        "asked": {"quiet_month": quiet_month, "letters": letters},
    }
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
        own = "" if subscriber.language == language else language
        subscription, made = Subscription.objects.get_or_create(
            subscriber=subscriber,
            query=saved,
            ended_at=None,
            defaults={
                **wishes,
                "language": own,
                "decision_id": existing_decision(decision_of(query)),
                "created_at": now,
            },
        )
        if not made and subscription.confirmed_at is None:
            for name, value in {**wishes, "language": own, "created_at": now}.items():
                setattr(subscription, name, value)
            subscription.full_clean()
            subscription.save()
        if made:
            subscription.full_clean()
            note_consent(
                subscriber,
                Consent.Event.ASKED,
                {"what": query.to_json(), "frequency": frequency, "page": page},
            )
        mail = _confirmation(subscriber)
        if take_token(key=bucket_key("confirm", digest), capacity=1, per_seconds=HOUR):
            queue_prepared(mail=mail, group=subscriber.group)


def existing_decision(decision: int | None) -> int | None:
    """The id of a decision that stands in the record, else None."""
    known = decision is not None and Decision.objects.filter(pk=decision).exists()
    return decision if known else None


def send_fresh_link(*, address: str) -> None:
    """Write the way to the manage page to a known address; to another one nothing is written.

    The same hourly allowance as for confirmations; the asker learns nothing.
    """
    address = addresses.normalise(address)
    digest = addresses.digest(address)
    with transaction.atomic():
        subscriber = Subscriber.objects.filter(digest=digest).first()
        stand_in = Subscriber(address=address, language="kk", state=Subscriber.State.ACTIVE)
        mail = _confirmation(subscriber or stand_in, link_asked=True)
        allowed = take_token(key=bucket_key("confirm", digest), capacity=1, per_seconds=HOUR)
        if subscriber is not None and allowed:
            queue_prepared(mail=mail, group=subscriber.group)


def _confirmation(subscriber: Subscriber, *, link_asked: bool = False) -> Prepared:
    """One mail that says what waits for a confirmation and what is followed already.

    `link_asked`: nothing new was asked for but the way to the manage page.
    """
    language = subscriber.language
    waiting: list[Subscription] = []
    if subscriber.pk:
        waiting = list(subscriber.subscriptions.waiting().select_related("query").order_by("pk"))
    return prepare_mail(
        key=f"confirm:{uuid.uuid4().hex}",
        to=subscriber.address,
        template="confirm",
        language=language,
        context={
            "waiting": [spoken(one, language) for one in waiting],
            "link_asked": link_asked,
            "confirm_link": links.confirm_link(subscriber) if waiting else "",
            "manage_link": ""
            if subscriber.state == Subscriber.State.PENDING
            else links.manage_link(subscriber),
        },
    )


def spoken(subscription: Subscription, language: str) -> dict[str, Any]:
    """A subscription in the reader's words."""
    with translation.override(language):
        how = str(Frequency(subscription.frequency).label)
        kinds = [str(one.label) for one in Aspect if one in subscription.wanted]
        if KEY_ONLY in subscription.wanted:
            kinds.append(pgettext("kind of change", "only of key documents"))
    return {
        "how": how,
        "pk": subscription.pk,
        "what": describe(Query.from_json(subscription.query.query), language),
        "frequency": subscription.frequency,
        "note": subscription.note,
        "remind_days": subscription.remind_days,
        "muted_until": subscription.muted_until,
        "kinds": kinds,
        "asked": subscription.asked,
    }


def confirm_subscriptions(
    *, subscriber: Subscriber, ids: Iterable[int] | None = None
) -> list[Subscription]:
    """Confirm what waits for a reader; returns all that is followed now. Twice changes nothing.

    `ids` are those that the reader saw and left ticked (None: all); the others go. So nobody can
    slip a request of theirs into somebody else's click.
    """
    now = clock.now()
    with transaction.atomic():
        subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        waiting = list(subscriber.subscriptions.waiting().select_related("query"))
        if ids is not None:
            wanted = set(ids)
            waiting = [one for one in waiting if one.pk in wanted]
        if waiting:
            if subscriber.state == Subscriber.State.PENDING:
                subscriber.state, subscriber.confirmed_at = Subscriber.State.ACTIVE, now
            asked = [one.asked for one in waiting]
            subscriber.quiet_month |= any(one.get("quiet_month") for one in asked)
            subscriber.letters |= any(one.get("letters") for one in asked)
            subscriber.full_clean()
            subscriber.save()
            Subscription.objects.filter(pk__in=[one.pk for one in waiting]).update(
                confirmed_at=now, asked={}
            )
            lift_erasure(address=subscriber.address)
            note_consent(
                subscriber,
                Consent.Event.CONFIRMED,
                {
                    "what": [one.query.query for one in waiting],
                    "language": subscriber.language,
                    "quiet_month": subscriber.quiet_month,
                    "letters": subscriber.letters,
                },
            )
    return list(subscriber.subscriptions.active().select_related("query").order_by("pk"))


def end_subscriptions(
    *,
    subscriber: Subscriber,
    ids: Iterable[int] | None = None,
    how: str,
    because: str = Subscription.End.READER,
) -> list[Subscription]:
    """End some subscriptions of a reader and hold back what waits of them: it does not leave, the
    rest of such a mail does.

    Without `ids` all end, and with them the letters and the mails of quiet months. `how` says which
    door was used (manage page, link, mail program). Returns those that ended just now; ids of other
    readers and ended ones are passed over.
    """
    now = clock.now()
    with transaction.atomic():
        subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        ending = subscriber.subscriptions.filter(ended_at=None).select_related("query")
        if ids is not None:
            ending = ending.filter(pk__in=list(ids))
        ended = list(ending.order_by("pk"))
        if ended:
            Subscription.objects.filter(pk__in=[one.pk for one in ended]).update(
                ended_at=now, ended_because=because
            )
            hold_back(subscriber=subscriber, ended=[one.pk for one in ended])
            note_consent(
                subscriber,
                Consent.Event.ENDED,
                {"how": how, "what": [one.query.query for one in ended]},
            )
        if ids is None:
            change_reader(subscriber=subscriber, quiet_month=False, letters=False, how=how)
    return ended


def change_reader(*, subscriber: Subscriber, how: str = "manage page", **wishes: Any) -> bool:
    """Change the language of the mails, the quiet month, the letters; whether anything changed.

    Who wants no letters gets none that waits either. Raises ValidationError for a value that is
    none, TypeError for a wish that is none.
    """
    if unknown := set(wishes) - {"language", "quiet_month", "letters"}:
        raise TypeError(f"no such wish: {sorted(unknown)}")
    with transaction.atomic():
        row = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        changed = {n: [getattr(row, n), v] for n, v in wishes.items() if getattr(row, n) != v}
        for name, (_old, value) in changed.items():
            setattr(row, name, value)
        if not row.letters:
            cancel_group(group=row.letters_group, reason="the reader wants no letters")
        if changed:
            row.full_clean()
            row.save()
            if "language" in changed:
                make_anew(subscriber=row)
            note_consent(row, Consent.Event.CHANGED, {**changed, "how": how})
    return bool(changed)


def end_for_address(digest: str, reason: str) -> None:
    """End all subscriptions of an address that reported our mail or does not exist."""
    for subscriber in Subscriber.objects.filter(digest=digest):
        end_subscriptions(subscriber=subscriber, how=reason, because=Subscription.End.ADDRESS)


def erase_subscriber(*, subscriber: Subscriber) -> None:
    """Remove a reader's address everywhere; the steps of consent stay with a keyed hash."""
    with transaction.atomic():
        subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        note_consent(subscriber, Consent.Event.ERASED, {})
        cancel_group(group=subscriber.group, reason="erased")
        erase_address(address=subscriber.address)
        subscriber.delete()


def forget_unconfirmed() -> int:
    """Remove addresses and requests that nobody confirmed within a week; returns how many.

    Of a confirmed reader only the request goes: somebody else may have typed it.
    """
    old = clock.now() - UNCONFIRMED_FOR
    requests = Subscription.objects.waiting().filter(
        subscriber__state=Subscriber.State.ACTIVE, created_at__lt=old
    )
    gone = requests.delete()[0]
    for subscriber in Subscriber.objects.stale()[:500]:
        with transaction.atomic():
            locked = Subscriber.objects.select_for_update().stale().filter(pk=subscriber.pk).first()
            if locked is not None:
                cancel_group(group=locked.group, reason="not confirmed")
                locked.delete()
                gone += 1
    return gone


def note_consent(subscriber: Subscriber, event: str, detail: dict[str, Any]) -> None:
    """Write a step of consent, in the caller's transaction."""
    consent = Consent(
        subscriber=subscriber,
        digest=subscriber.digest,
        event=event,
        detail=detail,
        at=clock.now(),
    )
    consent.full_clean()
    consent.save()
