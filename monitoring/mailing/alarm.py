"""Mails to the operators when a part of the platform is not well, and when it is well again.

`core.health` knows the parts. The scheduler's process looks every 20 s and carries its own urgent
mail, since a deaf worker can neither notice nor tell that it is deaf. `/readyz` says the same to a
watch from outside, which is the only one that sees a whole machine gone.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.core import clock, health
from monitoring.mailing import gate, sending
from monitoring.mailing.models import Alarm
from monitoring.mailing.services import queue_mail

AGAIN = dt.timedelta(days=1)
"""What goes on is told again after this."""
PATIENCE = {
    # A check that waits itself is believed at once; others are often well soon after a restart.
    "worker": dt.timedelta(),
    "broker": dt.timedelta(minutes=2),
}
USUAL_PATIENCE = dt.timedelta(minutes=5)
SILENT = {"mail"}
"""The brake sends its own notice, and a machine that was restored says nothing to anybody."""

WORDS: dict[str, tuple[Any, Any]] = {
    "worker": (
        _("The worker is silent"),
        _(
            "Mail, the search index and the sources stand still. Restart the worker: "
            "whatever waits is then done by itself, nothing is lost."
        ),
    ),
    "broker": (
        _("The message broker does not answer"),
        _("Changes reach the search and the mail late. Start the broker again; nothing is lost."),
    ),
    "search": (
        _("The search does not work as it should"),
        _(
            "Readers get simple answers from the database meanwhile. See the search engine's "
            "log; the index mends itself when the engine is back."
        ),
    ),
    "sources": (
        _("The sources are not being read"),
        _("New decisions are missed until this is mended. See the page of sources in the admin."),
    ),
    "digests": (
        _("A digest is late"),
        _(
            "Readers wait for it. See the page of digests in the admin, whether it is held "
            "there, and the worker's log."
        ),
    ),
}
ANY = (
    _("A part of the platform is not well"),
    _("See the health of all parts and the log of the part that is not well."),
)


def look_as_worker() -> int:
    """The sweep. Of the worker's own health the worker is no judge: it runs this, so it hears."""
    return look(but=frozenset({"worker"}))


def look(*, but: frozenset[str] = frozenset()) -> int:
    """Tell what is not well for long enough, and what is well again; returns the mails queued.

    `but` names parts that are left alone. Any number of processes may look at once: a conditional
    UPDATE or DELETE says who tells.
    """
    if gate.is_silent(gate.load()):
        return 0
    now, told = clock.now(), 0
    seen: set[str] = set()
    for report in health.reports():
        seen.add(report.name)
        if report.name in SILENT | but:
            continue
        if report.ok:
            told += _well_again(report.name, now)
        else:
            told += _not_well(report.name, report.detail, now)
    Alarm.objects.exclude(name__in=seen).delete()
    return told


def look_and_send() -> int:
    """Look, then carry the urgent mail oneself: for the process that is not the worker."""
    told = look()
    if Alarm.objects.exclude(told_at=None).exists() or told:
        sending.send_due(urgent=True)
    return told


def _not_well(name: str, detail: str, now: dt.datetime) -> int:
    row, _made = Alarm.objects.get_or_create(
        name=name, defaults={"since": now, "detail": detail[:200]}
    )
    if now - row.since < PATIENCE.get(name, USUAL_PATIENCE):
        return 0
    with transaction.atomic():
        due = Alarm.objects.filter(Q(told_at=None) | Q(told_at__lte=now - AGAIN), name=name)
        if not due.update(told_at=now, detail=detail[:200]):
            return 0
        return _tell(row, detail, now, well=False)


def _well_again(name: str, now: dt.datetime) -> int:
    with transaction.atomic():
        row = Alarm.objects.select_for_update().filter(name=name).first()
        if row is None:
            return 0
        told = _tell(row, "", now, well=True) if row.told_at else 0
        row.delete()
        return told


def _tell(row: Alarm, detail: str, now: dt.datetime, *, well: bool) -> int:
    what, do = WORDS.get(row.name, ANY)
    state = "well" if well else "not"
    people = gate.operators()
    for number, (address, language) in enumerate(people):
        queue_mail(
            key=f"alarm:{row.name}:{now:%Y%m%dT%H%M%S%f}:{state}:{number}",
            to=address,
            template="alarm",
            language=language,
            context={
                "what": what,
                "do": do,
                "name": row.name,
                "since": row.since,
                "detail": detail,
                "well": well,
                "now": now,
            },
            urgent=True,
        )
    return len(people)
