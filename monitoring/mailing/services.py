"""Writes of the room `mailing`: every mail of the platform is queued, sent and held back here."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from monitoring.core import clock, sweeps
from monitoring.mailing import compose, delivery, dkim
from monitoring.mailing.addresses import digest, digests, domain
from monitoring.mailing.models import ANEW, OutgoingMail, OutgoingMailQuerySet, Suppression
from monitoring.mailing.packing import Packed, pack_pieces, whole

logger = logging.getLogger(__name__)

NAMED_BY = ("created_at", "message_id")
"""What the file of a mail is named by."""
KEEP_BODIES = dt.timedelta(days=7)


@dataclass(frozen=True)
class Prepared:
    """A mail rendered outside any transaction, ready to be queued."""

    key: str
    to: str
    template: str
    language: str
    raw: bytes
    packed: Packed


def prepare_mail(
    *,
    key: str,
    to: str,
    template: str,
    language: str,
    context: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
) -> Prepared:
    """Render and sign a mail without writing anything. Raises compose.TooLongError over 100 KB."""
    parts = compose.render(template, language, context)
    return prepare_parts(
        key=key, to=to, template=template, language=language, parts=parts, headers=headers
    )


def prepare_parts(
    *,
    key: str,
    to: str,
    template: str,
    language: str,
    parts: compose.Parts,
    headers: Mapping[str, str] | None = None,
) -> Prepared:
    """The same for parts that the caller rendered; `template` names them on the delivery page."""
    now = clock.now()
    pieces = compose.assemble(parts, key=key, to=to, language=language, date=now, headers=headers)
    plain = whole(pieces)
    raw = signed(plain, now)
    pieces[0] = raw.removesuffix(plain) + pieces[0]  # the signature stands on top
    return Prepared(key, to, template, language, raw, pack_pieces(pieces))


def signed(raw: bytes, at: dt.datetime) -> bytes:
    """The message with our signature, where no relay signs and a key is configured.

    It is signed before it is queued: each try hands over the very bytes of the row.
    """
    config = settings.MAIL_DKIM
    if delivery.signed_elsewhere() or not (config["key"] and config["selector"]):
        return raw
    return dkim.sign(raw, config=config, at=int(at.timestamp()))


def queue_prepared(
    *,
    mail: Prepared,
    group: str = "",
    bulk: bool = False,
    transient: bool = False,
    urgent: bool = False,
) -> OutgoingMail:
    """Put a prepared mail into the outbox in the caller's transaction; once for a key."""
    now = clock.now()
    row, made = OutgoingMail.objects.get_or_create(
        key=mail.key,
        defaults={
            "message_id": compose.message_id(mail.key),
            "recipient": mail.to,
            "recipient_digest": digest(mail.to),
            "domain": domain(mail.to),
            "sender": settings.DEFAULT_FROM_EMAIL,
            "template": mail.template,
            "language": mail.language,
            "group": group,
            "bulk": bulk,
            "transient": transient,
            "urgent": urgent,
            "raw": mail.raw,
            "due_at": now,
            "created_at": now,
        },
    )
    if not made and row.reason == ANEW:
        replace_mail(mail=mail)
    sweeps.ring("mailing.send")
    return row


def queue_all(*, mails: Sequence[tuple[Prepared, str]]) -> None:
    """Put many bulk mails, each with its group, into the outbox in the caller's transaction.

    Two queries for all. Once for a key, like `queue_prepared`.
    """
    now = clock.now()
    rows = [
        OutgoingMail(
            key=mail.key,
            message_id=compose.message_id(mail.key),
            recipient=mail.to,
            recipient_digest=digest(mail.to),
            domain=domain(mail.to),
            sender=settings.DEFAULT_FROM_EMAIL,
            template=mail.template,
            language=mail.language,
            group=group,
            bulk=True,
            raw=mail.packed,
            due_at=now,
            created_at=now,
        )
        for mail, group in mails
    ]
    OutgoingMail.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        sweeps.ring("mailing.send")


def queue_mail(
    *,
    key: str,
    to: str,
    template: str,
    language: str,
    context: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
    group: str = "",
    bulk: bool = False,
    transient: bool = False,
    urgent: bool = False,
) -> OutgoingMail:
    """Render `templates/email/<template>/` in a language and queue it, once for a key.

    `group` names mails that are cancelled together ("subscriber:7"); `bulk` marks what an erased
    address must not get; `transient` deletes the body as soon as it is sent (codes, tokens);
    `urgent` passes the brake and goes first (a code to sign in, the brake's own notice).
    """
    mail = prepare_mail(
        key=key, to=to, template=template, language=language, context=context, headers=headers
    )
    return queue_prepared(mail=mail, group=group, bulk=bulk, transient=transient, urgent=urgent)


def queue_raw(*, to: str, sender: str, raw: bytes, message_id: str, key: str) -> OutgoingMail:
    """Queue a message that another library composed (Django, Wagtail, the sign-in).

    It may hold a code or a link that signs in, so its body is deleted as soon as it is sent.
    """
    now = clock.now()
    row = OutgoingMail.objects.create(
        key=key,
        message_id=message_id,
        recipient=to,
        recipient_digest=digest(to),
        domain=domain(to),
        sender=sender,
        transient=True,
        raw=signed(raw, now),
        due_at=now,
        created_at=now,
    )
    sweeps.ring("mailing.send")
    return row


def cancel_group(*, group: str, reason: str) -> int:
    """Hold back every mail of a group that has not left yet; returns how many.

    One that has failed stays so, but cannot be tried again: its text goes.
    """
    mails = OutgoingMail.objects.filter(group=group)
    mails.filter(state=OutgoingMail.State.FAILED).update(raw=None)
    return mails.filter(state__in=[OutgoingMail.State.PENDING, OutgoingMail.State.LEASED]).update(
        state=OutgoingMail.State.SUPPRESSED, reason=reason, raw=None
    )


def hold_mails(*, keys: Collection[str], reason: str) -> int:
    """Hold back mails that have not left, by their keys; returns how many.

    With the reason ANEW one may come back by `replace_mail` or `queue_prepared`. Why a server had
    put one off is forgotten: it says nothing of the mail that is made instead.
    """
    return OutgoingMail.objects.filter(
        key__in=keys, state__in=[OutgoingMail.State.PENDING, OutgoingMail.State.LEASED]
    ).update(state=OutgoingMail.State.SUPPRESSED, cause="", reason=reason, raw=None)


def replace_mail(*, mail: Prepared) -> bool:
    """Let a mail that was held back to be made ANEW leave with this content; whether it will.

    Its Message-ID stays. False if it is in a sender's hands (for a minute at most), has left, or
    was held back for another reason.
    """
    now = clock.now()
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    held = OutgoingMail.objects.filter(
        free, key=mail.key, state=OutgoingMail.State.SUPPRESSED, cause="", reason=ANEW
    )
    sweeps.ring("mailing.send")
    return bool(
        held.update(
            state=OutgoingMail.State.PENDING,
            reason="",
            recipient=mail.to,
            language=mail.language,
            raw=mail.raw,
            lease="",
            leased_until=None,
            due_at=now,
        )
    )


def suppress_address(*, address: str, reason: str) -> None:
    """Note that an address gets no more mail; a harder reason replaces a softer one."""
    suppress_digest(digest=digest(address), reason=reason)


def suppress_digest(*, digest: str, reason: str) -> None:
    """The same by the keyed hash, where the address itself is not known or forgotten."""
    row, created = Suppression.objects.get_or_create(
        digest=digest, defaults={"reason": reason, "at": clock.now()}
    )
    softer = (Suppression.Reason.ERASED, Suppression.Reason.SOFT)
    if not created and row.reason in softer and row.reason != reason:
        row.reason, row.at, row.until = reason, clock.now(), None
        row.full_clean()
        row.save()


def lift_suppression(*, address: str) -> int:
    """An operator lets an address have mail again; returns how many rows said no."""
    return Suppression.objects.filter(digest__in=digests(address)).delete()[0]


def lift_erasure(*, address: str) -> None:
    """A reader who was forgotten has come back and confirmed it."""
    Suppression.objects.filter(
        digest__in=digests(address), reason=Suppression.Reason.ERASED
    ).delete()


def erase_address(*, address: str) -> None:
    """Remove an address and what was written to it from the outbox; its keyed hash stays.

    Where mail goes into a folder, its files go too.
    """
    with transaction.atomic():
        mails = OutgoingMail.objects.filter(recipient_digest__in=digests(address))
        mails.filter(state__in=[OutgoingMail.State.PENDING, OutgoingMail.State.LEASED]).update(
            state=OutgoingMail.State.SUPPRESSED, cause=OutgoingMail.Cause.ERASED, reason=""
        )
        names = [delivery.file_name(at, name) for at, name in mails.values_list(*NAMED_BY)]
        transaction.on_commit(lambda: delivery.remove_files(names))
        mails.update(recipient="", domain="", raw=None)
        suppress_address(address=address, reason=Suppression.Reason.ERASED)


def forget_failed(*, key: str) -> None:
    """Take the text of a mail that has failed, so that nobody can have it tried again."""
    OutgoingMail.objects.filter(key=key, state=OutgoingMail.State.FAILED).update(raw=None)


def retry_mail(*, mail: OutgoingMail) -> bool:
    """Give a parked or refused mail its tries anew, at a person's word; whether it had failed.

    One whose body is gone (a week has passed) stays as it is.
    """
    return bool(_retry(OutgoingMail.objects.filter(pk=mail.pk)))


def retry_failed(*, cause: str) -> int:
    """The same for all that failed for one cause; returns how many are tried again."""
    return _retry(OutgoingMail.objects.filter(cause=cause))


def _retry(mails: OutgoingMailQuerySet) -> int:
    given = mails.filter(state=OutgoingMail.State.FAILED, raw__isnull=False).update(
        state=OutgoingMail.State.PENDING,
        attempts=0,
        put_off=0,
        put_off_since=None,
        due_at=clock.now(),
        cause="",
        reason="",
    )
    sweeps.ring("mailing.send")
    return given


def forget_bodies() -> int:
    """Delete bodies and addresses of mails that were done with a week ago; returns how many."""
    return (
        OutgoingMail.objects.exclude(recipient="")
        .filter(
            state__in=[
                OutgoingMail.State.SENT,
                OutgoingMail.State.FAILED,
                OutgoingMail.State.SUPPRESSED,
            ],
            created_at__lt=clock.now() - KEEP_BODIES,
        )
        .update(raw=None, recipient="", domain="")
    )
