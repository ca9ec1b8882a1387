"""Mails that were made and have not left, when their reader changes something.

A mail serves one or many subscriptions. What a reader ends, silences or wants otherwise does not
leave any more; the rest of such a mail does, made anew of what is wanted now, under its Message-ID.
What a sender holds in its hands just then is not called back, except for whoever leaves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Q

from monitoring.core import sweeps
from monitoring.digests.models import DigestRunSubscriber, Reminder, Subscriber, Subscription
from monitoring.mailing.models import ANEW, OutgoingMail
from monitoring.mailing.services import cancel_group, forget_failed, hold_mails

SWEEP = "digests.anew"
LEFT = "the reader has unsubscribed"
_WAITS = (OutgoingMail.State.PENDING, OutgoingMail.State.LEASED)
_OF_ALL = ("quiet", "correction")
"""Mails that go to whoever follows anything at all."""


def hold_back(*, subscriber: Subscriber, ended: Collection[int]) -> None:
    """Of what waits for a reader, hold back what only the `ended` subscriptions asked for.

    In the transaction that ended them. Confirmations and notices of other ends still leave while
    the reader follows, or waits to follow, something.
    """
    left = subscriber.subscriptions.filter(ended_at=None)
    if not left.exists():
        cancel_group(group=subscriber.group, reason=LEFT)
        subscriber.told.filter(again=True).update(again=False)
        return
    for row in _made(subscriber, _WAITS):
        if row.parts and ended_parts(row, ended):
            _hold(row, without=ended)
    _end_tries(subscriber, ended)
    _withdraw_reminders(subscriber)
    if not left.active().exists():
        keys = _keys(subscriber, _OF_ALL, _WAITS)
        hold_mails(keys=keys, reason=LEFT)


def make_anew(*, subscriber: Subscriber, of: int | None = None) -> None:
    """Have what waits made anew as the reader wants it now: of one subscription or of all.

    What a server took without an answer stays as it is: where it has arrived, its second copy must
    be the same bytes.
    """
    unsure = set(
        OutgoingMail.objects.filter(
            group=subscriber.group, cause=OutgoingMail.Cause.UNSURE
        ).values_list("key", flat=True)
    )
    for row in _made(subscriber, [OutgoingMail.State.PENDING]):
        if row.parts and (of is None or str(of) in row.parts) and row.mail_key not in unsure:
            _hold(row)
    _withdraw_reminders(subscriber)


def withdraw(*, subscription: Subscription) -> int | None:
    """Take what was made for a subscription that falls silent out of the mails that wait.

    Returns the journal position after which it has not been told then; None if nothing waits. A
    mail that left after the one that waits ends this: nothing is told twice.
    """
    reader, told_from = subscription.subscriber, None
    sent = set(
        OutgoingMail.objects.filter(
            group=reader.group, template="digest", state__in=["leased", "sent"]
        ).values_list("key", flat=True)
    )
    waits = {row.pk for row in _made(reader, [OutgoingMail.State.PENDING])}
    rows = reader.told.filter(parts__has_key=str(subscription.pk)).select_related("run")
    for row in rows.order_by("-run__last_position", "-pk"):
        if row.mail_key in sent or row.pk not in waits:
            break
        told_from = int(row.parts[str(subscription.pk)])
        _hold(row, without=[subscription.pk])
    _end_tries(reader, [subscription.pk])
    _withdraw_reminders(reader)
    return told_from


def _end_tries(subscriber: Subscriber, unwanted: Collection[int]) -> None:
    """What has failed and serves something unwanted cannot be tried again: its text goes."""
    for row in _made(subscriber, [OutgoingMail.State.FAILED]):
        if ended_parts(row, unwanted):
            forget_failed(key=row.mail_key)


def ended_parts(row: DigestRunSubscriber, ended: Collection[int]) -> bool:
    """Whether a mail serves any of these subscriptions."""
    return any(str(pk) in row.parts for pk in ended)


def _keys(subscriber: Subscriber, templates: Iterable[str], states: Iterable[str]) -> list[str]:
    mails = OutgoingMail.objects.filter(
        group=subscriber.group, template__in=list(templates), state__in=list(states)
    )
    return list(mails.values_list("key", flat=True))


def _made(subscriber: Subscriber, states: Iterable[str]) -> list[DigestRunSubscriber]:
    """The digests of a reader that have not left, or are about to be made anew."""
    keys = _keys(subscriber, ["digest"], states)
    return list(subscriber.told.filter(Q(mail_key__in=keys) | Q(again=True)).order_by("pk"))


def _hold(row: DigestRunSubscriber, without: Collection[int] = ()) -> None:
    parts = {pk: start for pk, start in row.parts.items() if int(pk) not in set(without)}
    hold_mails(keys=[row.mail_key], reason=ANEW if parts else LEFT)
    row.parts, row.again = parts, bool(parts)
    row.save(update_fields=["parts", "again"])
    sweeps.ring(SWEEP)


def _withdraw_reminders(subscriber: Subscriber) -> None:
    """Reminders that wait are forgotten; the next sweep makes those that are still wanted."""
    keys = _keys(subscriber, ["reminder"], [OutgoingMail.State.PENDING])
    if keys:
        hold_mails(keys=keys, reason=ANEW)
        Reminder.objects.filter(subscriber=subscriber, mail_key__in=keys).delete()
        sweeps.ring("digests.remind")
