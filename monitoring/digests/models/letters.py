"""Letters of editors to an audience, and who got them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from monitoring.core.models import LANGUAGES
from monitoring.digests.models.readers import Subscriber


class Letter(models.Model):
    """A letter in three languages; once it is sent its words are frozen.

    `seen` holds, for each language, the version whose preview somebody opened, and `counted` the
    version whose audience was counted: what was never looked at is not sent.
    """

    class Audience(models.TextChoices):
        ALL = "all", pgettext_lazy("audience of a letter", "everybody who takes letters")
        TOPIC = "topic", pgettext_lazy("audience of a letter", "followers of a topic")
        REGION = "region", pgettext_lazy("audience of a letter", "followers of a region")
        MEMBERS = "members", pgettext_lazy("audience of a letter", "people of member organisations")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("letter", "draft")
        SENDING = "sending", pgettext_lazy("letter", "being sent")
        SENT = "sent", pgettext_lazy("letter", "sent")

    subject_kk = models.CharField(_("subject in Kazakh"), max_length=90, blank=True)
    subject_ru = models.CharField(_("subject in Russian"), max_length=90, blank=True)
    subject_en = models.CharField(_("subject in English"), max_length=90, blank=True)
    text_kk = models.TextField(_("text in Kazakh"), max_length=6000, blank=True)
    text_ru = models.TextField(_("text in Russian"), max_length=6000, blank=True)
    text_en = models.TextField(_("text in English"), max_length=6000, blank=True)
    audience = models.CharField(
        _("to whom"), max_length=8, choices=Audience.choices, default=Audience.ALL
    )
    value = models.CharField(_("which topic or region"), max_length=80, blank=True)
    is_public = models.BooleanField(_("it also stands on a public page"), default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    seen = models.JSONField(default=dict)
    counted = models.PositiveIntegerField(default=0)
    audience_count = models.PositiveIntegerField(default=0)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField()
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    last_subscriber = models.BigIntegerField(default=0)
    mails = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("letter to readers")
        verbose_name_plural = _("letters to readers")
        default_permissions = ("view",)
        permissions = [("send_letter", _("Write letters to readers and send them"))]
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft") | Q(sent_at__isnull=False), name="digests_letter_sent_at"
            ),
        ]

    def __str__(self) -> str:
        return self.subject_kk or self.subject_ru or self.subject_en

    def language_for(self, language: str) -> str:
        """The language in which a reader of a language gets it: theirs, else the first there is."""
        order = dict.fromkeys((language, *LANGUAGES))
        return next((code for code in order if self.words("text", code)), language)

    def words(self, name: str, language: str) -> str:
        """`subject` or `text` in a language; empty where it was not written."""
        return str(getattr(self, f"{name}_{language}"))


class LetterTold(models.Model):
    """A reader's copy of a letter was made, in one transaction with the mail itself."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="told")
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="letters_told")
    mail_key = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("mail of a letter")
        verbose_name_plural = _("mails of letters")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["letter", "subscriber"], name="digests_one_mail_a_letter_and_reader"
            ),
        ]

    def __str__(self) -> str:
        return self.mail_key
