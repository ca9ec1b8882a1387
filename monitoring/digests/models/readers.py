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
from monitoring.decisions.models import Decision
from monitoring.search.models import SavedQuery

UNCONFIRMED_FOR = dt.timedelta(days=7)
"""An address that nobody confirmed is forgotten after this."""


def _nonce() -> str:
    return secrets.token_urlsafe(9)


class Frequency(models.TextChoices):
    """How often a subscription may write; "at once" means in batches of five minutes."""

    IMMEDIATE = "immediate", pgettext_lazy("how often", "At once, within five minutes")
    DAILY = "daily", pgettext_lazy("how often", "Daily, if something changed")
    WEEKLY = "weekly", pgettext_lazy("how often", "Once a week, on Monday")


class Aspect(models.TextChoices):
    """What of a record may change. A record that is new, returns or is removed is told anyway."""

    STAGE = "stage", pgettext_lazy("kind of change", "a new stage or status")
    DEADLINE = "deadline", pgettext_lazy("kind of change", "a deadline")
    TEXT = "text", pgettext_lazy("kind of change", "a new text")
    POSITION = "position", pgettext_lazy("kind of change", "the coalition's position")
    OTHER = "other", pgettext_lazy("kind of change", "every correction of details")


ESSENTIAL = f"{Aspect.STAGE},{Aspect.DEADLINE}"
"""What the form offers: no comma edits."""
KEY_ONLY = "key"
"""Stands among the kinds of a wide subscription that asks for key documents alone."""
REMIND_DAYS = (1, 3, 7)
"""Days before a deadline between which a reader chooses."""


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
    quiet_month = models.BooleanField(_("a monthly mail also when nothing changed"), default=False)
    letters = models.BooleanField(_("letters of the coalition"), default=False)

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

    @property
    def letters_group(self) -> str:
        """The name under which the outbox holds this reader's letters, apart from the digests."""
        return f"{self.group}:letters"


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

    def due(self, frequency: str, day: dt.date) -> SubscriptionQuerySet:
        """Active ones of a frequency that are not silent on a day in Almaty.

        A silent one keeps its `since`: what changes meanwhile comes in the first mail after.
        """
        return self.active().awake(day).filter(frequency=frequency)

    def awake(self, day: dt.date) -> SubscriptionQuerySet:
        """Those that the reader has not silenced beyond a day in Almaty."""
        return self.filter(Q(muted_until=None) | Q(muted_until__lte=day))

    def waiting(self) -> SubscriptionQuerySet:
        """Asked for, not confirmed yet."""
        return self.filter(confirmed_at__isnull=True, ended_at__isnull=True)


class Subscription(models.Model):
    """One stored query that a reader follows.

    `since` is set when the frequency changes or a silence begins: the journal position up to which
    the reader has been told, so that nothing is lost and nothing repeated. `kinds` holds values of
    Aspect with commas, empty for every change, and KEY_ONLY; `language` is empty for the reader's.
    `decision` is set where one decision is followed, so that a run finds its followers without
    reading queries. `asked` keeps what else was ticked in the form until the address is confirmed.
    """

    class End(models.TextChoices):
        """Why it ended."""

        READER = "reader", pgettext_lazy("end of a subscription", "by the reader")
        ADDRESS = "address", pgettext_lazy("end of a subscription", "the address takes no mail")
        MERGED = "merged", pgettext_lazy("end of a subscription", "the document was merged")
        WITHDRAWN = "withdrawn", pgettext_lazy("end of a subscription", "the document was removed")
        DISSOLVED = "dissolved", pgettext_lazy("end of a subscription", "the body was dissolved")
        GONE = "gone", pgettext_lazy("end of a subscription", "what it followed was removed")

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="subscriptions")
    query = models.ForeignKey(SavedQuery, models.PROTECT, related_name="+")
    frequency = models.CharField(_("how often"), max_length=10, choices=Frequency.choices)
    kinds = models.CharField(_("kinds of change"), max_length=60, blank=True)
    language = models.CharField(
        _("language"), max_length=2, blank=True, choices=[(code, code) for code in LANGUAGES]
    )
    note = models.CharField(_("own note"), max_length=200, blank=True)
    muted_until = models.DateField(_("silent until"), null=True, blank=True)
    remind_days = models.PositiveSmallIntegerField(
        _("remind of deadlines so many days before"), null=True, blank=True
    )
    decision = models.ForeignKey(Decision, models.SET_NULL, null=True, blank=True, related_name="+")
    asked = models.JSONField(default=dict, blank=True)
    since = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=10, choices=End.choices, blank=True)

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
            ),
            models.Index(
                fields=["remind_days"],
                condition=Q(ended_at__isnull=True, remind_days__isnull=False),
                name="digests_subscription_remind",
            ),
        ]

    def __str__(self) -> str:
        return f"subscription {self.pk}"

    @property
    def wanted(self) -> frozenset[str]:
        """The kinds of change to tell of; empty means every one."""
        return frozenset(self.kinds.split(",")) if self.kinds else frozenset()

    @property
    def is_wide(self) -> bool:
        """Whether it follows many records, not one."""
        return self.decision_id is None
