"""Issues: the public page of a run, and what editors add to one before it leaves."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from monitoring.digests.models.readers import Frequency
from monitoring.digests.models.runs import DigestRun


class Issue(models.Model):
    """What a run told, as anybody may read it: frozen when the run is made, for each language.

    `content` is {language: {"headline", "items": […], "lead": {…}}} and holds nothing of a reader.
    """

    run = models.OneToOneField(DigestRun, models.CASCADE, related_name="issue")
    year = models.PositiveSmallIntegerField(db_index=True)
    content = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("issue of the digest")
        verbose_name_plural = _("issues of the digest")
        default_permissions = ("view",)
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"issue {self.pk}"


class Editorial(models.Model):
    """What editors say on top of the coming issue of a frequency, and whether it may leave.

    One row waits for each frequency; the run that is opened takes it along. A held run leaves, or
    is cancelled, a day after it should have left, as the person who held it chose.
    """

    class After(models.TextChoices):
        LEAVE = "leave", pgettext_lazy("held issue", "it leaves by itself")
        CANCEL = "cancel", pgettext_lazy("held issue", "it is cancelled in my name")

    class Outcome(models.TextChoices):
        WAITS = "", pgettext_lazy("held issue", "waits")
        LEFT = "left", pgettext_lazy("held issue", "left after a day")
        CANCELLED = "cancelled", pgettext_lazy("held issue", "cancelled")

    frequency = models.CharField(_("how often"), max_length=10, choices=Frequency.choices)
    run = models.OneToOneField(
        DigestRun, models.CASCADE, null=True, blank=True, related_name="editorial"
    )
    lead_kk = models.TextField(_("lead in Kazakh"), max_length=600, blank=True)
    lead_ru = models.TextField(_("lead in Russian"), max_length=600, blank=True)
    lead_en = models.TextField(_("lead in English"), max_length=600, blank=True)
    elsewhere = models.BooleanField(
        _("readers of other languages see it too, marked"), default=True
    )
    news_kk = models.CharField(_("news item in Kazakh"), max_length=200, blank=True)
    news_ru = models.CharField(_("news item in Russian"), max_length=200, blank=True)
    news_en = models.CharField(_("news item in English"), max_length=200, blank=True)
    news_link = models.CharField(_("its address on this site"), max_length=500, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    after = models.CharField(
        _("if nobody releases it within a day"),
        max_length=6,
        choices=After.choices,
        default=After.LEAVE,
    )
    outcome = models.CharField(max_length=9, choices=Outcome.choices, blank=True)
    outcome_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("editors' part of an issue")
        verbose_name_plural = _("editors' parts of issues")
        default_permissions = ("view",)
        permissions = [("edit_issue", _("Write the lead of an issue, hold and release it"))]
        constraints = [
            models.UniqueConstraint(
                fields=["frequency"], condition=Q(run=None), name="digests_one_coming_editorial"
            ),
        ]

    def __str__(self) -> str:
        return f"editorial {self.pk}"
