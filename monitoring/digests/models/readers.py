"""Readers: an address, what it follows, how often, and how it came to be allowed."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from monitoring.core import clock
from monitoring.core.models import LANGUAGES
from monitoring.search.models import SavedQuery

UNCONFIRMED_FOR = dt.timedelta(days=7)
"""An address that nobody confirmed is forgotten after this."""


def _nonce() -> str:
    return secrets.token_urlsafe(9)


class Frequency(models.TextChoices):
    """How often a subscription may write. Batches of five minutes come later."""

    DAILY = "daily", pgettext_lazy("how often", "Daily, if something changed")
    WEEKLY = "weekly", pgettext_lazy("how often", "Once a week, on Monday")


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    """Verbs of subscribers."""

    def stale(self) -> SubscriberQuerySet:
        """Those who never confirmed within the week."""
        return self.filter(
            state=Subscriber.State.PENDING, created_at__lt=clock.now() - UNCONFIRMED_FOR
        )


class Subscriber(models.Model):
    """An address that asked for mail: no account, no password, nothing but address and language."""

    class State(models.TextChoices):
        PENDING = "pending", _("not confirmed")
        ACTIVE = "active", _("confirmed")

    address = models.CharField(_("e-mail address"), max_length=254)
    digest = models.CharField(max_length=64, unique=True)
    language = models.CharField(
        _("language"), max_length=2, choices=[(code, code) for code in LANGUAGES]
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    nonce = models.CharField(max_length=20, default=_nonce)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="pending") | Q(confirmed_at__isnull=False),
                name="digests_subscriber_confirmed_at",
            ),
        ]

    def __str__(self) -> str:
        return f"subscriber {self.pk}"

    @property
    def group(self) -> str:
        """The name under which the outbox cancels this reader's mails together."""
        return f"subscriber:{self.pk}"


class Consent(models.Model):
    """One step of somebody's consent. Stays when the address goes: the keyed hash is no address."""

    class Event(models.TextChoices):
        ASKED = "asked", _("asked by the form")
        CONFIRMED = "confirmed", _("confirmed by the link")
        CHANGED = "changed", _("changed")
        ENDED = "ended", _("ended a subscription")
        ERASED = "erased", _("asked to be forgotten")

    subscriber = models.ForeignKey(
        Subscriber, models.SET_NULL, null=True, blank=True, related_name="consents"
    )
    digest = models.CharField(max_length=64)
    event = models.CharField(max_length=10, choices=Event.choices)
    detail = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("step of consent")
        verbose_name_plural = _("steps of consent")
        default_permissions = ("view",)
        indexes = [models.Index(fields=["digest", "id"], name="digests_consent_digest")]

    def __str__(self) -> str:
        return f"{self.event} {self.at:%Y-%m-%d}"


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Verbs of subscriptions."""

    def active(self) -> SubscriptionQuerySet:
        """Confirmed, not ended, of a confirmed reader."""
        return self.filter(
            confirmed_at__isnull=False,
            ended_at__isnull=True,
            subscriber__state=Subscriber.State.ACTIVE,
        )

    def waiting(self) -> SubscriptionQuerySet:
        """Asked for, not confirmed yet."""
        return self.filter(confirmed_at__isnull=True, ended_at__isnull=True)


class Subscription(models.Model):
    """One stored query that a reader follows.

    `since` is set when the frequency changes: the journal position up to which the reader has been
    told, so that going from weekly to daily loses nothing and the other way repeats nothing.
    """

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="subscriptions")
    query = models.ForeignKey(SavedQuery, models.PROTECT, related_name="+")
    frequency = models.CharField(_("how often"), max_length=10, choices=Frequency.choices)
    note = models.CharField(_("own note"), max_length=200, blank=True)
    since = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "query"],
                condition=Q(ended_at__isnull=True),
                name="digests_subscription_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["frequency", "subscriber"],
                condition=Q(ended_at__isnull=True),
                name="digests_subscription_alive",
            )
        ]

    def __str__(self) -> str:
        return f"subscription {self.pk}"
