"""Whether mail may leave at all: the emergency brake, and the silence of a restored backup.

The mark of a machine stands outside the database: `VAR_DIR/mailing-mark` holds a word drawn once,
bound to the machine's own id, and `mailing-serial` the highest serial that the database had when
this machine sent.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import logging
import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Avg, F, Q

from monitoring.core import clock
from monitoring.mailing.models import ANEW, Gate, OutgoingMail, Volume

logger = logging.getLogger(__name__)

BEAT = dt.timedelta(seconds=60)
SLACK = 2
"""Serials that a power cut may take back: SQLite's last commits, a minute each."""
ASLEEP = dt.timedelta(days=7)
"""A machine that was off this long asks before it mails; the digests' runs do the same."""
NO_FILE = dt.timedelta(hours=1)
"""The same for an installation with a name whose VAR_DIR is new."""
USUAL_DAYS = 28
TIMES = 20


def load() -> Gate:
    """The one row; at the very first start it learns this machine."""
    gate = Gate.objects.filter(pk=1).first()
    if gate is None:
        first = {"marks": [_mark()], "serial": (_serial() or 0) + 1, "beat_at": clock.now()}
        gate, made = Gate.objects.get_or_create(pk=1, defaults=first)
        if made:
            _write_serial(gate.serial)
    return gate


def is_silent(gate: Gate) -> bool:
    """Whether this machine must not send from this database; noticing it notes it on the row."""
    if gate.silent_since and gate.silent_why != Gate.Silence.MACHINE:
        return True
    serial, mark, now = _serial(), _mark(), clock.now()
    slept = now - gate.beat_at if gate.beat_at else dt.timedelta()
    if mark not in gate.marks:
        why = Gate.Silence.MACHINE
    elif serial is not None and serial > gate.serial + SLACK:
        why = Gate.Silence.OLDER
    elif slept > (ASLEEP if serial is not None else NO_FILE):
        why = Gate.Silence.ASLEEP
    else:
        _beat(gate, now, noted=serial is not None)
        return False
    if Gate.objects.filter(pk=1, silent_since=None).update(
        silent_since=now, silent_why=why, strange_mark=mark, strange_serial=serial or 0
    ):
        logger.error("the outbox is silent (%s) until an operator releases it", why)
    return True


def _beat(gate: Gate, now: dt.datetime, *, noted: bool) -> None:
    """Once a minute the serial goes up, first in the database, then in the file."""
    if noted and gate.beat_at and dt.timedelta() <= now - gate.beat_at < BEAT:
        return
    Gate.objects.filter(pk=1, serial=gate.serial).update(serial=F("serial") + 1, beat_at=now)
    _write_serial(Gate.objects.values_list("serial", flat=True).get(pk=1))


def is_braked(gate: Gate, *, due: int, more: bool) -> bool:
    """Whether the queue stands still; stops it when today's mail passes 20 times a usual day.

    `due` mails are about to leave; `more`: there may be others behind them.
    """
    if gate.brake_since:
        return True
    if not settings.MAIL_BRAKE_FLOOR or not due:
        return False
    today = _today()
    row = Volume.objects.filter(day=today).first()
    sent = row.sent if row else 0
    if sent + due <= settings.MAIL_BRAKE_FLOOR and not more:
        return False
    limit = (row.allowed if row else None) or usual_limit(today)
    waiting = OutgoingMail.objects.due().filter(urgent=False).count() if more else due
    if sent + waiting <= limit:
        return False
    with transaction.atomic():
        stopped = Gate.objects.filter(pk=1, brake_since=None).update(
            brake_since=clock.now(), brake_waiting=waiting, brake_limit=limit
        )
        if stopped:
            _tell_operators(waiting=waiting, sent=sent, limit=limit)
    logger.error("the brake: %s mails wait, %s left today, the limit is %s", waiting, sent, limit)
    return True


def usual_limit(today: dt.date) -> int:
    """Twenty times the mean of the past four weeks' days with mail, at least the floor.

    Days for which an operator raised the limit are no usual days.
    """
    days = Volume.objects.filter(
        day__gte=today - dt.timedelta(days=USUAL_DAYS), day__lt=today, sent__gt=0, allowed=None
    )
    usual = days.aggregate(mean=Avg("sent"))["mean"] or 0
    return max(int(settings.MAIL_BRAKE_FLOOR), int(TIMES * usual))


def count_sent(*, number: int) -> None:
    """Note mails that have left in today's volume."""
    if number:
        today = _today()
        Volume.objects.get_or_create(day=today)
        Volume.objects.filter(day=today).update(sent=F("sent") + number)


def release_mail(*, by: str, cancel: bool = False) -> int:
    """End silence and brake at a person's word; with `cancel` what waits never leaves.

    The machine that was noticed is known from now on. Today's limit becomes what has left and
    waits, and the floor: a runaway that goes on stops again. Returns how many were cancelled.
    """
    now, today = clock.now(), _today()
    with transaction.atomic():
        load()
        gate = Gate.objects.select_for_update().get(pk=1)
        waiting = OutgoingMail.objects.filter(
            Q(state=OutgoingMail.State.PENDING) | Q(state=OutgoingMail.State.LEASED), urgent=False
        )
        cancelled = 0
        if cancel:
            # One that is held back to be made anew waits too. A lease stays: what a sender hands
            # over at this moment has left, and its row will say so.
            anew = OutgoingMail.objects.filter(
                state=OutgoingMail.State.SUPPRESSED, cause="", reason=ANEW
            )
            cancelled = (waiting | anew).update(
                state=OutgoingMail.State.SUPPRESSED,
                cause=OutgoingMail.Cause.CANCELLED,
                reason=by[:300],
                raw=None,
            )
        if gate.brake_since:
            row, _ = Volume.objects.get_or_create(day=today)
            row.allowed = row.sent + waiting.count() + int(settings.MAIL_BRAKE_FLOOR)
            row.save()
        if gate.silent_since:
            if gate.strange_mark not in gate.marks:
                gate.marks = [*gate.marks, gate.strange_mark]
            gate.serial = max(gate.serial, gate.strange_serial) + 1
            gate.beat_at = now
        gate.silent_since = gate.brake_since = None
        gate.silent_why = gate.strange_mark = ""
        gate.save()
    logger.warning("the outbox is released; %s mails cancelled", cancelled)
    return cancelled


def health() -> tuple[bool, str]:
    """The queue may move: neither braked nor silent."""
    gate = Gate.objects.filter(pk=1).first()
    if gate and gate.silent_since:
        return False, "silent after a restore until released"
    if gate and gate.brake_since:
        return False, "braked until released"
    return True, "moves"


def operators() -> list[tuple[str, str]]:
    """Who is told when something stops: addresses with their languages.

    `OPERATOR_EMAILS` may name the language (`ru:person@example.org`); a superuser reads the one
    that he chose in the admin.
    """
    languages = dict(settings.LANGUAGES)
    found = []
    for one in settings.OPERATOR_EMAILS:
        language, colon, address = one.partition(":")
        named = bool(colon) and language in languages
        found.append((address, language) if named else (one, settings.LANGUAGE_CODE))
    if found:
        return found
    people: Any = get_user_model().objects
    rows = (
        people.filter(is_superuser=True, is_active=True)
        .exclude(email="")
        .order_by("pk")
        .values_list("email", "wagtail_userprofile__preferred_language")
    )
    return [
        (address, language if language in languages else settings.LANGUAGE_CODE)
        for address, language in rows
    ]


def _tell_operators(*, waiting: int, sent: int, limit: int) -> None:
    from monitoring.mailing.services import queue_mail  # it asks this module before each batch

    since = clock.now()
    for number, (address, language) in enumerate(operators()):
        queue_mail(
            key=f"brake:{since:%Y%m%dT%H%M%S%f}:{number}",
            to=address,
            template="delivery_stopped",
            language=language,
            context={"waiting": waiting, "sent": sent, "limit": limit, "since": since},
            urgent=True,
        )


def _today() -> dt.date:
    return clock.now().astimezone(clock.ALMATY).date()


def _mark() -> str:
    if settings.MAIL_INSTANCE:
        word = f"named:{settings.MAIL_INSTANCE}"
    else:
        word = _word()
        with contextlib.suppress(OSError):
            word += Path("/etc/machine-id").read_text().strip()
    return hashlib.sha256(word.encode()).hexdigest()


def _word() -> str:
    """The word of this machine, drawn once: of two first starts at once, one wins."""
    path = Path(settings.VAR_DIR) / "mailing-mark"
    try:
        return path.read_text()
    except FileNotFoundError:
        aside = path.with_name(f".mailing-mark.{os.getpid()}.{secrets.token_hex(4)}")
        aside.write_text(secrets.token_hex(16))
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
        aside.unlink()
        return path.read_text()


def _serial() -> int | None:
    """The highest serial that this machine saw; None before it ever sent."""
    try:
        return int((Path(settings.VAR_DIR) / "mailing-serial").read_text())
    except (OSError, ValueError):
        return None


def _write_serial(serial: int) -> None:
    """Whole or not at all; the higher one stays."""
    path = Path(settings.VAR_DIR) / "mailing-serial"
    aside = path.with_name(f".mailing-serial.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        aside.write_text(str(max(serial, _serial() or 0)))
        aside.replace(path)
    except OSError as error:  # the next beat tries again
        logger.warning("the mark of this machine cannot be written: %s", error.strerror)
