"""Mails beside the runs: reminders, quiet months, corrections. One row each, so none goes twice."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from monitoring.digests.models.readers import Subscriber
from monitoring.journal.models import Correction


class Reminder(models.Model):
    """A reader was reminded of a deadline; written in one transaction with the mail.

    The day stands in it, so a deadline that is put off is told of again. It is known by its
    natural key and by its id: entered anew or moved to another record, it is the same one.
    """

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="reminders")
    deadline_id = models.BigIntegerField()
    decision_id = models.BigIntegerField()
    kind_id = models.BigIntegerField()
    date = models.DateField()
    mail_key = models.CharField(max_length=200)
    built_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reminder of a deadline")
        verbose_name_plural = _("reminders of deadlines")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "decision_id", "kind_id", "date"],
                name="digests_reminded_once",
            ),
            models.UniqueConstraint(
                fields=["subscriber", "deadline_id", "date"], name="digests_reminded_once_by_id"
            ),
        ]
        indexes = [models.Index(fields=["date"], name="digests_reminder_date")]

    def __str__(self) -> str:
        return self.mail_key


class QuietMonth(models.Model):
    """A reader was told that in a month nothing changed; `month` is its first day."""

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="quiet_months")
    month = models.DateField()
    mail_key = models.CharField(max_length=200)
    built_at = models.DateTimeField()

    class Meta:
        verbose_name = _("mail of a quiet month")
        verbose_name_plural = _("mails of quiet months")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "month"], name="digests_quiet_once"),
        ]

    def __str__(self) -> str:
        return self.mail_key


class ItemCorrection(models.Model):
    """Something told in a digest was wrong: what is right, for exactly those who got it.

    `changes` are the ids of the journal's changes that were told wrongly. A draft is previewed,
    then released once by somebody who saw the preview of this very version.
    """

    class State(models.TextChoices):
        """Where it stands."""

        DRAFT = "draft", pgettext_lazy("correction", "draft")
        RELEASED = "released", pgettext_lazy("correction", "released")
        DONE = "done", pgettext_lazy("correction", "sent")

    subject = models.SlugField(max_length=30)
    subject_id = models.BigIntegerField()
    changes = models.JSONField(default=list)
    said_kk = models.TextField(_("what was wrong and what is right, in Kazakh"), max_length=1000)
    said_ru = models.TextField(_("what was wrong and what is right, in Russian"), max_length=1000)
    said_en = models.TextField(_("what was wrong and what is right, in English"), max_length=1000)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    previewed = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField()
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    released_at = models.DateTimeField(null=True, blank=True)
    entry = models.OneToOneField(
        Correction, models.PROTECT, null=True, blank=True, related_name="digest_correction"
    )
    mails = models.PositiveIntegerField(default=0)
    read_up_to = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("correction of a digest")
        verbose_name_plural = _("corrections of digests")
        ordering = ["-pk"]
        default_permissions = ("view",)
        permissions = [("correct_digest", "Can correct what a digest told")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft") | Q(released_at__isnull=False, entry__isnull=False),
                name="digests_correction_released",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id}"

    def said_in(self, language: str) -> str:
        """The correction in a language."""
        return str(getattr(self, f"said_{language}"))


class CorrectionTold(models.Model):
    """A reader was told of a correction; written in one transaction with the mail."""

    correction = models.ForeignKey(ItemCorrection, models.CASCADE, related_name="told")
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="corrections")
    mail_key = models.CharField(max_length=200)
    built_at = models.DateTimeField()

    class Meta:
        verbose_name = _("mail of a correction")
        verbose_name_plural = _("mails of corrections")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["correction", "subscriber"], name="digests_corrected_once"
            ),
        ]

    def __str__(self) -> str:
        return self.mail_key
