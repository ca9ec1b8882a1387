"""State of the room `mailing`: the outbox and the list of addresses that get no mail."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from monitoring.core import clock

LEASE_SECONDS = 60
"""How long a sender may hold a mail: with the sweep's half minute, a dead sender's mail leaves
within 90 s. A conversation that takes longer ends in the same bytes sent twice."""


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

    def claim(self, pk: int, holder: str) -> bool:
        """Take one due mail for `holder` by one conditional UPDATE; whether it is ours."""
        until: Any = ExpressionWrapper(
            Now() + dt.timedelta(seconds=LEASE_SECONDS), output_field=models.DateTimeField()
        )
        return bool(
            self.due()
            .filter(pk=pk)
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

    key = models.CharField(max_length=200, unique=True)
    message_id = models.CharField(max_length=200, unique=True)
    recipient = models.CharField(max_length=254, blank=True)
    recipient_digest = models.CharField(max_length=64)
    sender = models.CharField(max_length=254)
    template = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=5, blank=True)
    group = models.CharField(max_length=80, blank=True)
    bulk = models.BooleanField(default=False)
    transient = models.BooleanField(default=False)
    raw = models.BinaryField(null=True)

    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    lease = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
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


class Suppression(models.Model):
    """An address, known by its keyed hash alone, that gets no mail.

    `erased` holds back bulk mail only: somebody who asked to be forgotten and comes back by the
    form gets the confirmation that they ask for. The other reasons hold back every mail.
    """

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("the address refuses mail for good")
        COMPLAINT = "complaint", _("the reader reported our mail")
        ERASED = "erased", _("the reader asked to be forgotten")

    digest = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=10, choices=Reason.choices)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")

    def __str__(self) -> str:
        return f"{self.digest[:8]} {self.reason}"
