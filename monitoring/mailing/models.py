"""State of the room `mailing`: the outbox and the list of addresses that get no mail."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from monitoring.core import clock
from monitoring.mailing.kinds import name_of
from monitoring.mailing.packing import PackedField

LEASE_SECONDS = 60
"""How long a sender may hold a mail: with the sweep's half minute, a dead sender's mail leaves
within 90 s. A conversation that takes longer ends in the same bytes sent twice."""
ANEW = "made anew: the reader has changed something"
"""Why a mail is held back that comes back with other content."""


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    """Verbs of the outbox."""

    def due(self) -> OutgoingMailQuerySet:
        """Mails to send now: waiting ones whose time has come, and ones whose sender has died.

        Leases are compared by the database's time: senders whose clocks differ cannot take a mail
        from each other.
        """
        return self.filter(
            Q(state=OutgoingMail.State.PENDING, due_at__lte=clock.now())
            | Q(state=OutgoingMail.State.LEASED, leased_until__lt=Now())
        )

    def claim(self, pk: int, holder: str, **as_read: Any) -> bool:
        """Take one due mail for `holder` by one conditional UPDATE; whether it is ours.

        `as_read`: columns that must still have the values with which the mail was read.
        """
        until: Any = ExpressionWrapper(
            Now() + dt.timedelta(seconds=LEASE_SECONDS), output_field=models.DateTimeField()
        )
        return bool(
            self.due()
            .filter(pk=pk, **as_read)
            .update(
                state=OutgoingMail.State.LEASED,
                lease=holder,
                leased_until=until,
                attempts=F("attempts") + 1,
            )
        )


class OutgoingMail(models.Model):
    """One message to one address, rendered and frozen; the row is the job."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        LEASED = "leased", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        SUPPRESSED = "suppressed", _("held back")

    class Cause(models.TextChoices):
        """Why a mail waits, failed or is held back, in an operator's words."""

        LATER = "later", _("the server asks to come again later")
        LOST = "lost", _("the connection broke before the whole message was handed over")
        UNSURE = "unsure", _("no answer after the whole message: it may have arrived")
        AWAY = "away", _("the mail server cannot be reached")
        TLS = "tls", _("no safe connection (TLS) to the mail server")
        LOGIN = "login", _("the mail server refuses our login")
        DISK = "disk", _("the folder of mails cannot be written")
        REFUSED = "refused", _("the server refuses the message for good")
        NOBODY = "nobody", _("the address does not exist")
        OVERDUE = "overdue", _("put off for four days")
        POISON = "poison", _("five tries broke off in our own program")
        SOFT = "soft", _("the mailbox cannot take mail for now")
        BOUNCED = "bounced", _("the address refuses mail for good")
        COMPLAINT = "complaint", _("the reader reported our mail")
        ERASED = "erased", _("the reader asked to be forgotten")
        ALLOWED = "allowed", _("the address is not on the list of those allowed here")
        CANCELLED = "cancelled", _("an operator cancelled it")

    key = models.CharField(max_length=200, unique=True)
    message_id = models.CharField(max_length=200, unique=True)
    recipient = models.CharField(max_length=254, blank=True)
    recipient_digest = models.CharField(max_length=64)
    domain = models.CharField(max_length=254, blank=True)
    sender = models.CharField(max_length=254)
    template = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=5, blank=True)
    group = models.CharField(max_length=80, blank=True)
    bulk = models.BooleanField(default=False)
    transient = models.BooleanField(default=False)
    urgent = models.BooleanField(default=False)
    raw = PackedField(null=True)

    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    put_off = models.PositiveSmallIntegerField(default=0)
    put_off_since = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField()
    lease = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    cause = models.CharField(max_length=10, choices=Cause.choices, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mail")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "due_at"], name="mailing_mail_due"),
            models.Index(fields=["group", "state"], name="mailing_mail_group"),
            models.Index(fields=["recipient_digest"], name="mailing_mail_recipient"),
        ]
        permissions = [("release_mail", _("Release, cancel and retry mail"))]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="leased") | Q(leased_until__isnull=False),
                name="mailing_mail_leased_until",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="mailing_mail_sent_at"
            ),
        ]

    def __str__(self) -> str:
        return self.message_id

    @property
    def kind_name(self) -> Any:
        """What an operator calls such mails."""
        return name_of(self.template)


class Suppression(models.Model):
    """An address, known by its keyed hash alone, that gets no mail.

    `erased` holds back bulk mail only: somebody who asked to be forgotten and comes back by the
    form gets the confirmation that they ask for. `soft` puts mail off until `until`. The other
    reasons hold back every mail.
    """

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("the address refuses mail for good")
        COMPLAINT = "complaint", _("the reader reported our mail")
        ERASED = "erased", _("the reader asked to be forgotten")
        SOFT = "soft", _("the mailbox cannot take mail for now")

    digest = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=10, choices=Reason.choices)
    at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    times = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason="soft") | Q(until__isnull=False), name="mailing_soft_until"
            )
        ]

    def __str__(self) -> str:
        return f"{self.digest[:8]} {self.reason}"


class Gate(models.Model):
    """The one row that says whether mail may leave: the brake, and the silence after a restore.

    `marks` names the machines that may send from this database and `serial` counts up once a
    minute; both also stand in files beside it (see `gate.py`), so that a copy of the database that
    wakes up elsewhere, or an older one in its place, is noticed.
    """

    class Silence(models.TextChoices):
        MACHINE = "machine", _("this database was brought to a machine that it does not know")
        OLDER = "older", _("this database is older than what this machine has already done")
        ASLEEP = "asleep", _("nothing was sent from this database for more than a week")

    marks = models.JSONField(default=list)
    serial = models.PositiveBigIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)
    silent_since = models.DateTimeField(null=True)
    silent_why = models.CharField(max_length=10, choices=Silence.choices, blank=True)
    strange_mark = models.CharField(max_length=64, blank=True)
    strange_serial = models.PositiveBigIntegerField(default=0)
    brake_since = models.DateTimeField(null=True)
    brake_waiting = models.PositiveIntegerField(default=0)
    brake_limit = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("gate of the outbox")
        verbose_name_plural = _("gate of the outbox")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="mailing_one_gate"),
            models.CheckConstraint(
                condition=Q(silent_since=None) | ~Q(silent_why=""),
                name="mailing_silence_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return "gate"


class Volume(models.Model):
    """How many mails left on a day in Almaty, and what an operator allowed for it."""

    day = models.DateField(primary_key=True)
    sent = models.PositiveIntegerField(default=0)
    allowed = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.day}: {self.sent}"


class Report(models.Model):
    """What a mail system told us about a mail of ours; read twice, it counts once."""

    class Kind(models.TextChoices):
        HARD = "hard", _("the address refuses mail for good")
        SOFT = "soft", _("the mailbox cannot take mail for now")
        COMPLAINT = "complaint", _("the reader reported our mail")
        OTHER = "other", _("says nothing about an address of ours")

    digest = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    mail = models.ForeignKey(
        OutgoingMail, on_delete=models.SET_NULL, null=True, related_name="reports"
    )
    detail = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("report about a mail")
        verbose_name_plural = _("reports about mails")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.digest[:8]}"


class Alarm(models.Model):
    """A part of the platform that is not well, since when, and when the operators were told."""

    name = models.SlugField(primary_key=True)
    since = models.DateTimeField()
    detail = models.CharField(max_length=200, blank=True)
    told_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} since {self.since:%d.%m. %H:%M}"
