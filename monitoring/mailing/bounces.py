"""What follows from a report about a mail: the address is put off or gets no mail any more.

Rooms above register what else ends with an address: `on_stop(fn)`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Callable

from django.db import IntegrityError, transaction

from monitoring.core import clock
from monitoring.mailing import reports
from monitoring.mailing.addresses import digests
from monitoring.mailing.delivery import is_mark_of
from monitoring.mailing.models import OutgoingMail, Report, Suppression
from monitoring.mailing.services import suppress_digest

logger = logging.getLogger(__name__)

PUT_OFF = (1, 2, 4, 7)
"""Days for which an address waits after the first, second … soft bounce; a fifth is a hard one."""
FORGIVEN = dt.timedelta(days=30)
"""A soft bounce this long after the last one is a first one."""

_callbacks: list[Callable[[str, str], object]] = []


def on_stop(callback: Callable[[str, str], object]) -> None:
    """Have `callback(keyed hash, reason)` called, in the transaction, when an address ends."""
    if callback not in _callbacks:
        _callbacks.append(callback)


def read_report(*, raw: bytes) -> str:
    """Take in one message of the mailbox for reports; returns its kind. Twice changes nothing."""
    found = reports.read(raw)
    mail = _mail_of(found)
    kind = found.kind if mail is not None else reports.OTHER
    key = hashlib.sha256(raw).hexdigest()
    return note_report(key=key, kind=kind, mail=mail, detail=found.detail)


def note_report(*, key: str, kind: str, mail: OutgoingMail | None, detail: str) -> str:
    """Note a report and what follows, in one transaction; `key` says that it is the same one."""
    try:
        with transaction.atomic():
            Report.objects.create(
                digest=key, kind=kind, mail=mail, detail=_plain(detail)[:200], at=clock.now()
            )
            if mail is not None:
                _follow(kind, mail.recipient_digest)
    except IntegrityError:
        return "known"
    return kind


def _plain(words: str) -> str:
    """A stranger's words without what no database takes (NUL, halves of letters)."""
    return words.encode("utf-8", "replace").decode().replace("\0", "")


def _follow(kind: str, digest: str) -> None:
    if kind == Report.Kind.COMPLAINT:
        stop_address(digest=digest, reason=Suppression.Reason.COMPLAINT)
    elif kind == Report.Kind.HARD:
        stop_address(digest=digest, reason=Suppression.Reason.BOUNCED)
    elif kind == Report.Kind.SOFT:
        _put_off(digest)


def stop_address(*, digest: str, reason: str) -> None:
    """No more mail to an address, nor what waits for it, nor what rooms above keep for it."""
    with transaction.atomic():
        suppress_digest(digest=digest, reason=reason)
        OutgoingMail.objects.filter(
            recipient_digest=digest,
            state__in=[OutgoingMail.State.PENDING, OutgoingMail.State.LEASED],
        ).update(state=OutgoingMail.State.SUPPRESSED, cause=reason, reason="", raw=None)
        for callback in _callbacks:
            callback(digest, reason)


def _put_off(digest: str) -> None:
    now = clock.now()
    row, _made = Suppression.objects.get_or_create(
        digest=digest,
        defaults={"reason": Suppression.Reason.SOFT, "at": now, "until": now},
    )
    row = Suppression.objects.select_for_update().get(pk=row.pk)
    if row.reason != Suppression.Reason.SOFT:
        return
    times = 1 if now - row.at > FORGIVEN else row.times + 1
    if times > len(PUT_OFF):
        stop_address(digest=digest, reason=Suppression.Reason.BOUNCED)
        return
    row.times, row.at, row.until = times, now, now + dt.timedelta(days=PUT_OFF[times - 1])
    row.full_clean()
    row.save()


def _mail_of(found: reports.Found) -> OutgoingMail | None:
    """The mail that a report is about, if the report knows what only its receiver can know."""
    mails = OutgoingMail.objects.defer("raw").exclude(attempts=0)
    for pk, mark in found.marks:
        if is_mark_of(pk, mark):
            return mails.filter(pk=pk).first()
    known = {one for address in found.addresses for one in digests(address)}
    return mails.filter(message_id__in=found.message_ids, recipient_digest__in=known).first()
