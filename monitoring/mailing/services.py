"""Writes of the room `mailing`: every mail of the platform is queued, sent and held back here."""

from __future__ import annotations

import datetime as dt
import logging
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from monitoring.core import clock, sweeps
from monitoring.mailing import compose, delivery
from monitoring.mailing.addresses import digest
from monitoring.mailing.models import OutgoingMail, Suppression

logger = logging.getLogger(__name__)

TRIES = 5
"""A mail that five senders could not finish is parked for a person."""
BACK_OFF = (60, 300, 1800, 7200)
"""Seconds to wait after the first, second … temporary refusal (4xx)."""
KEEP_BODIES = dt.timedelta(days=7)


@dataclass(frozen=True)
class Prepared:
    """A mail rendered outside any transaction, ready to be queued."""

    key: str
    to: str
    template: str
    language: str
    raw: bytes


def prepare_mail(
    *,
    key: str,
    to: str,
    template: str,
    language: str,
    context: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
) -> Prepared:
    """Render a mail without writing anything. Raises compose.TooLongError over 100 KB."""
    parts = compose.render(template, language, context)
    raw = compose.assemble(
        parts, key=key, to=to, language=language, date=clock.now(), headers=headers
    )
    return Prepared(key, to, template, language, raw)


def queue_prepared(
    *, mail: Prepared, group: str = "", bulk: bool = False, transient: bool = False
) -> OutgoingMail:
    """Put a prepared mail into the outbox in the caller's transaction; once for a key."""
    now = clock.now()
    row, _ = OutgoingMail.objects.get_or_create(
        key=mail.key,
        defaults={
            "message_id": compose.message_id(mail.key),
            "recipient": mail.to,
            "recipient_digest": digest(mail.to),
            "sender": settings.DEFAULT_FROM_EMAIL,
            "template": mail.template,
            "language": mail.language,
            "group": group,
            "bulk": bulk,
            "transient": transient,
            "raw": mail.raw,
            "due_at": now,
            "created_at": now,
        },
    )
    sweeps.ring("mailing.send")
    return row


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
) -> OutgoingMail:
    """Render `templates/email/<template>/` in a language and queue it, once for a key.

    `group` names mails that are cancelled together ("subscriber:7"); `bulk` marks what an erased
    address must not get; `transient` deletes the body as soon as it is sent (codes, tokens).
    """
    mail = prepare_mail(
        key=key, to=to, template=template, language=language, context=context, headers=headers
    )
    return queue_prepared(mail=mail, group=group, bulk=bulk, transient=transient)


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
        sender=sender,
        transient=True,
        raw=raw,
        due_at=now,
        created_at=now,
    )
    sweeps.ring("mailing.send")
    return row


def cancel_group(*, group: str, reason: str) -> int:
    """Hold back every mail of a group that has not left yet; returns how many."""
    return OutgoingMail.objects.filter(
        group=group, state__in=[OutgoingMail.State.PENDING, OutgoingMail.State.LEASED]
    ).update(state=OutgoingMail.State.SUPPRESSED, reason=reason, raw=None)


def suppress_address(*, address: str, reason: str) -> None:
    """Note that an address gets no more mail; a harder reason replaces `erased`."""
    row, created = Suppression.objects.get_or_create(
        digest=digest(address), defaults={"reason": reason, "at": clock.now()}
    )
    if not created and row.reason == Suppression.Reason.ERASED and row.reason != reason:
        row.reason, row.at = reason, clock.now()
        row.full_clean()
        row.save()


def lift_erasure(*, address: str) -> None:
    """A reader who was forgotten has come back and confirmed it."""
    Suppression.objects.filter(digest=digest(address), reason=Suppression.Reason.ERASED).delete()


def erase_address(*, address: str) -> None:
    """Remove an address and what was written to it from the outbox; its keyed hash stays."""
    with transaction.atomic():
        mails = OutgoingMail.objects.filter(recipient_digest=digest(address))
        mails.filter(state__in=[OutgoingMail.State.PENDING, OutgoingMail.State.LEASED]).update(
            state=OutgoingMail.State.SUPPRESSED, reason="erased"
        )
        mails.update(recipient="", raw=None)
        suppress_address(address=address, reason=Suppression.Reason.ERASED)


def send_due(*, batch: int = 500) -> int:
    """Send what is due, one claim a mail, over one connection; returns how many left.

    1. Claim by a conditional UPDATE: of many senders at once one gets the mail.
    2. Read it again and ask the suppression list: a cancellation up to here wins.
    3. Hand it over, outside any transaction.
    4. Mark it. A death between 3 and 4 sends the same bytes with the same Message-ID once more.
    """
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    # Mail that a person waits for (a code) goes before mail to many.
    due = list(
        OutgoingMail.objects.due()
        .order_by("bulk", "due_at", "id")
        .values_list("pk", flat=True)[:batch]
    )
    sent = 0
    if not due:
        return sent
    with delivery.open_door(settings.MAIL_DELIVERY) as door:
        for pk in due:
            if not OutgoingMail.objects.claim(pk, holder):
                continue
            try:
                sent += _send_one(pk, holder, door)
            except delivery.UnreachableError as error:
                # The server is away, the mail is not at fault: the try does not count.
                _put_back(pk, holder, BACK_OFF[0], str(error), tries=-1)
                logger.warning("the mail server cannot be reached: %s", error)
                break
    return sent


def _send_one(pk: int, holder: str, door: delivery.Door) -> int:
    mine = OutgoingMail.objects.filter(pk=pk, lease=holder)
    mail = mine.filter(state=OutgoingMail.State.LEASED).first()
    if mail is None:
        return 0
    why = _held_back(mail)
    if why:
        mine.update(state=OutgoingMail.State.SUPPRESSED, reason=why, lease="", raw=None)
        return 0
    if mail.attempts > TRIES:
        mine.update(state=OutgoingMail.State.FAILED, reason="parked after 5 tries", lease="")
        logger.error("mail %s is parked after %s tries", mail.pk, TRIES)
        return 0
    raw = bytes(mail.raw or b"")
    try:
        door.send(
            delivery.Envelope(mail.sender, mail.recipient, raw, mail.message_id, mail.created_at)
        )
    except delivery.RefusedError as error:
        mine.update(state=OutgoingMail.State.FAILED, reason=str(error)[:300], lease="")
        if error.address_is_bad:
            suppress_address(address=mail.recipient, reason=Suppression.Reason.BOUNCED)
        logger.warning("mail %s was refused: %s", mail.pk, error)
        return 0
    except delivery.LaterError as error:
        if mail.attempts >= TRIES:
            mine.update(state=OutgoingMail.State.FAILED, reason=str(error)[:300], lease="")
            logger.error("mail %s is parked after %s tries: %s", mail.pk, TRIES, error)
        else:
            _put_back(pk, holder, BACK_OFF[mail.attempts - 1], str(error))
        return 0
    # Whatever happened to the row meanwhile: it has left, and that is what the row must say.
    done = {"state": OutgoingMail.State.SENT, "sent_at": clock.now(), "reason": "", "lease": ""}
    mine.update(**done, **({"raw": None} if mail.transient else {}))
    return 1


def _held_back(mail: OutgoingMail) -> str:
    """Why a claimed mail must not leave, or nothing."""
    if not mail.recipient or mail.raw is None:
        return "erased"
    reason = (
        Suppression.objects.filter(digest=mail.recipient_digest)
        .values_list("reason", flat=True)
        .first()
    )
    if reason and (mail.bulk or reason != Suppression.Reason.ERASED):
        return str(reason)
    if not delivery.may_receive(settings.MAIL_DELIVERY, mail.recipient):
        return "not on MAIL_ALLOWED_RECIPIENTS"
    return ""


def _put_back(pk: int, holder: str, wait: int, reason: str, *, tries: int = 0) -> None:
    row = OutgoingMail.objects.filter(pk=pk, lease=holder, state=OutgoingMail.State.LEASED).first()
    if row is None:
        return
    OutgoingMail.objects.filter(pk=pk, lease=holder, state=OutgoingMail.State.LEASED).update(
        state=OutgoingMail.State.PENDING,
        due_at=clock.now() + dt.timedelta(seconds=wait),
        attempts=max(0, row.attempts + tries),
        reason=reason[:300],
        lease="",
        leased_until=None,
    )


def retry_mail(*, mail: OutgoingMail) -> None:
    """Give a parked or refused mail its tries anew, at a person's word."""
    OutgoingMail.objects.filter(pk=mail.pk, state=OutgoingMail.State.FAILED).update(
        state=OutgoingMail.State.PENDING, attempts=0, due_at=clock.now(), reason=""
    )
    sweeps.ring("mailing.send")


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
        .update(raw=None, recipient="")
    )
