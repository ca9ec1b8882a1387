"""State of the spreadsheets: a file that somebody brought, until it is applied or thrown away."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.core import clock


class RegistryUpload(models.Model):
    """A workbook with changes to the registry. What was previewed is what is applied: the bytes
    lie here, named by their SHA-256; they go once the upload is applied or thrown away.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for your word")
        APPLIED = "applied", _("applied")
        DISCARDED = "discarded", _("thrown away")

    name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(editable=False)
    digest = models.CharField(max_length=64, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("brought"), default=clock.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    made = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    left_out = models.PositiveIntegerField(_("left out"), default=0)
    pending = models.JSONField(
        default=list,
        blank=True,
        help_text=_("Ids of new organisations whose pages are still to be made."),
    )

    class Meta:
        app_label = "registry"
        verbose_name = _("spreadsheet brought")
        verbose_name_plural = _("spreadsheets brought")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="registry_upload_decided_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.at:%d.%m.%Y %H:%M})"
