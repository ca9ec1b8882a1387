"""A spreadsheet that somebody brought, until it is written or thrown away."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.core import clock


class SheetUpload(models.Model):
    """A table as it was read; what was previewed is what is written. Its rows go after that."""

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", _("waits for your word")
        APPLIED = "applied", _("written")
        DISCARDED = "discarded", _("thrown away")

    kind = models.SlugField(max_length=20)
    name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(max_length=64, editable=False)
    names = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    notes = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("brought"), default=clock.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    made = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    left_out = models.PositiveIntegerField(_("left out"), default=0)

    class Meta:
        verbose_name = _("table brought")
        verbose_name_plural = _("tables brought")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="sheet_upload_decided_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.at:%d.%m.%Y %H:%M})"


class SheetMapping(models.Model):
    """Which column of a person's tables is which of ours: for tables of the same head."""

    kind = models.SlugField(max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    head = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    used_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "by", "head"], name="sheet_mapping_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.head[:8]}"
