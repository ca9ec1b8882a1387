"""The sender: claims what is due, asks who may have it, hands it over and says how it went.

Any number of senders may run at once, on any number of machines.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import random
import secrets
import socket
import time
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import F, Q

from monitoring.core import clock
from monitoring.mailing import delivery, gate
from monitoring.mailing.addresses import digests
from monitoring.mailing.bounces import stop_address
from monitoring.mailing.models import OutgoingMail, Suppression
from monitoring.mailing.pace import Pace, paced, used_up

logger = logging.getLogger(__name__)

Cause = OutgoingMail.Cause
TRIES = 5
"""A mail over which five senders died, or five times without an answer after the whole message, is
parked for a person."""
BACK_OFF = {
    Cause.LATER: (60, 300, 900, 3600, 7200, 14400),
    Cause.LOST: (60, 300, 900, 3600, 7200, 14400),
    # It may have arrived: each further try may be one mail too many, so they are few and far.
    Cause.UNSURE: (300, 1800, 7200, 21600),
    Cause.POISON: (60, 300, 1800, 7200),
}
"""Seconds to wait after the first, second … try of a mail; the last number repeats."""
GIVE_UP = dt.timedelta(days=4)
"""Tries of one mail end this long after the first that was put off (RFC 5321, section 4.5.4.1). A
server that is away altogether is no try of any mail: that waits without end."""
AWAY = 60
"""Seconds for which the one mail waits that met no server; the sweep knocks with the next."""
AHEAD = 20
"""Mails read at once, each then claimed by itself."""
FRESH = 5.0
"""Seconds after which the rest of them is read again: a slow server must not age an answer."""
ROUND = 40.0
"""Seconds that one sweep goes on for while mail is due."""
BATCH = 500


def send_round() -> int:
    """The sweep: batch after batch until nothing is due or `ROUND` is over; how many left."""
    until, sent = time.monotonic() + ROUND, 0
    while True:
        left = send_due()
        sent += left
        if not left or time.monotonic() > until:
            return sent


def send_due(*, batch: int = BATCH, urgent: bool = False) -> int:
    """Send one batch of what is due (or of what is urgent alone); returns how many left.

    0. Ask the gate: nothing leaves a restored backup or a braked queue but what is urgent.
    1. Claim by a conditional UPDATE: of many senders at once one gets the mail.
    2. What was read just before (`AHEAD` mails at once) must still stand, or it is not ours: a
       cancellation up to here wins. Ask the suppression list.
    3. Hand it over, outside any transaction.
    4. Mark it. A death between 3 and 4 sends the same bytes with the same Message-ID once more.
    """
    row = gate.load()
    silent = gate.is_silent(row)
    due = OutgoingMail.objects.due()
    if urgent:
        due = due.filter(urgent=True)
    full = used_up() if paced() else []
    if full:
        due = due.filter(Q(urgent=True) | ~Q(domain__in=full))
    if silent:
        # What a restored backup held when it woke up is old; a code asked for since then is not.
        since = gate.load().silent_since or clock.now()
        due = due.filter(urgent=True, created_at__gte=since)
    waiting = list(
        # Mail that a person waits for (a code) goes before mail to many.
        due.order_by("-urgent", "bulk", "due_at", "id").values_list("pk", "domain", "urgent")[
            :batch
        ]
    )
    calm = sum(not urgent for _pk, _domain, urgent in waiting)
    if not silent and gate.is_braked(row, due=calm, more=len(waiting) == batch):
        due = due.filter(urgent=True)
        waiting = list(due.values_list("pk", "domain", "urgent")[:batch])
    return _send_all(waiting) if waiting else 0


def _send_all(waiting: list[tuple[int, str, bool]]) -> int:
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    sent = 0
    pace = Pace(counted=paced())
    urgent = [one for one in waiting if one[2]]
    calm = [one for one in waiting if not one[2]]
    if len(calm) == BATCH:
        random.shuffle(calm)  # many senders that hold the same list do not walk in step
    left = urgent + calm
    try:
        with delivery.open_door(settings.MAIL_DELIVERY) as door:
            while left:
                some, left = left[:AHEAD], left[AHEAD:]
                until = time.monotonic() + FRESH
                mails, refusals = _read([pk for pk, _domain, _hurry in some])
                for number, (pk, domain, hurry) in enumerate(some):
                    if time.monotonic() > until:
                        left = some[number:] + left
                        break
                    mail = mails.get(pk)
                    if mail is None or not (hurry or pace.allows(domain)):
                        continue
                    gone = _send_one(mail, holder, door, refusals)
                    sent += gone
                    if not (gone or hurry):
                        pace.unused(domain)
    except delivery.UnreachableError as error:
        logger.warning("the mail server cannot be reached: %s", error)
    finally:
        pace.give_back()
        gate.count_sent(number=sent)
    return sent


Refusals = Mapping[str, Suppression]
"""Keyed hash of an address to why it gets no mail."""


def _read(pks: Sequence[int]) -> tuple[dict[int, OutgoingMail], Refusals]:
    """Those of some mails that are still due, and what the suppression list says. Two queries."""
    mails = OutgoingMail.objects.due().in_bulk(pks)
    wanted = {one for mail in mails.values() for one in _digests(mail)}
    return mails, {row.digest: row for row in Suppression.objects.filter(digest__in=wanted)}


def _digests(mail: OutgoingMail) -> list[str]:
    return [mail.recipient_digest, *digests(mail.recipient)]


def _send_one(mail: OutgoingMail, holder: str, door: delivery.Door, refusals: Refusals) -> bool:
    """Whether a mail that was read a moment ago has left.

    It is ours only if it still waits as it was read: cancelling and erasing end its waiting; every
    other try, and making it anew, move `due_at` or `attempts`.
    """
    mine = OutgoingMail.objects.filter(pk=mail.pk, lease=holder)
    as_read = {"attempts": mail.attempts, "due_at": mail.due_at}
    if not OutgoingMail.objects.claim(mail.pk, holder, **as_read):
        return False
    mail.attempts += 1
    if _held_back(mail, mine, refusals) or _is_poison(mail, mine):
        return False
    envelope = delivery.Envelope(
        delivery.sender_of(mail.sender, mail.pk),
        mail.recipient,
        bytes(mail.raw or b""),
        mail.message_id,
        mail.created_at,
        mail.pk,
    )
    try:
        door.send(envelope)
    except delivery.UnreachableError as error:
        # The server is away, the mail is not at fault: the try does not count.
        wait = dt.timedelta(seconds=AWAY)
        _put_off(mine, wait, error.cause, str(error), attempts=F("attempts") - 1)
        raise
    except delivery.RefusedError as error:
        _fail(mine, Cause.NOBODY if error.address_is_bad else Cause.REFUSED, str(error))
        if error.address_is_bad:
            stop_address(digest=mail.recipient_digest, reason=Suppression.Reason.BOUNCED)
        return False
    except delivery.LaterError as error:
        _later(mail, mine, error.cause, str(error))
        return False
    except Exception as error:  # any fault of ours in one mail: the others go on
        logger.exception("mail %s cannot be handed over", mail.pk)
        _later(mail, mine, Cause.POISON, type(error).__name__)
        return False
    _mark_sent(mail, mine)
    return True


def _mark_sent(mail: OutgoingMail, mine: Any) -> None:
    """Whatever happened to the row meanwhile: it has left, and that is what the row must say."""
    done = {"state": OutgoingMail.State.SENT, "sent_at": clock.now(), "cause": "", "reason": ""}
    mine.update(**done, lease="", **({"raw": None} if mail.transient else {}))


def _later(mail: OutgoingMail, mine: Any, cause: str, words: str) -> None:
    """Put a mail off by the table, or end its tries with the reason."""
    few = cause in {Cause.UNSURE, Cause.POISON}
    since = mail.put_off_since or clock.now()
    if few and mail.attempts >= TRIES:
        _fail(mine, cause, words)
    elif not few and clock.now() - since >= GIVE_UP:
        _fail(mine, Cause.OVERDUE, words)
    else:
        waits = BACK_OFF[Cause(cause)]
        wait = waits[min(mail.put_off, len(waits) - 1)]
        spread = 0.9 + (mail.pk % 21) / 100  # those put off together do not come back together
        _put_off(
            mine,
            dt.timedelta(seconds=wait * spread),
            cause,
            words,
            put_off=F("put_off") + 1,
            put_off_since=since,
            **({} if few else {"attempts": F("attempts") - 1}),
        )


def _put_off(mine: Any, wait: dt.timedelta, cause: str, words: str, **more: Any) -> None:
    mine.filter(state=OutgoingMail.State.LEASED).update(
        state=OutgoingMail.State.PENDING,
        due_at=clock.now() + wait,
        cause=cause,
        reason=words[:300],
        lease="",
        leased_until=None,
        **more,
    )


def _fail(mine: Any, cause: str, words: str) -> None:
    mine.filter(state=OutgoingMail.State.LEASED).update(
        state=OutgoingMail.State.FAILED, cause=cause, reason=words[:300], lease=""
    )
    logger.warning("a mail has failed (%s): %s", cause, words)


def _is_poison(mail: OutgoingMail, mine: Any) -> bool:
    """Whether senders died over a claimed mail too often; then it is parked."""
    if mail.attempts > TRIES:
        _fail(mine, Cause.POISON, mail.reason)
    return mail.attempts > TRIES


def _held_back(mail: OutgoingMail, mine: Any, refusals: Refusals) -> bool:
    """Whether a claimed mail must not leave; its row says why, or waits for a soft bounce."""
    cause = ""
    said = [refusals[one] for one in _digests(mail) if one in refusals]
    refusal = min(said, key=lambda row: row.reason, default=None)
    if not mail.recipient or mail.raw is None:
        cause = Cause.ERASED
    elif refusal and refusal.reason == Suppression.Reason.SOFT:
        wait = refusal.until - clock.now() if refusal.until else dt.timedelta()
        if wait > dt.timedelta() and not mail.urgent:
            _put_off(mine, wait, Cause.SOFT, "", attempts=F("attempts") - 1)
            return True
    elif refusal and (mail.bulk or refusal.reason != Suppression.Reason.ERASED):
        cause = Cause(refusal.reason)
    elif not delivery.may_receive(settings.MAIL_DELIVERY, mail.recipient):
        cause = Cause.ALLOWED
    if cause:
        mine.update(state=OutgoingMail.State.SUPPRESSED, cause=cause, reason="", lease="", raw=None)
    return bool(cause)
