"""Two records of one act made one: what went where, so that it can be taken apart again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from monitoring.core import clock
from monitoring.decisions.models.decision import Decision


class Merge(models.Model):
    """One record was found to be another's double. The double's address leads to the other."""

    kept = models.ForeignKey(Decision, models.PROTECT, related_name="merges")
    gone = models.ForeignKey(Decision, models.PROTECT, related_name="merged_by")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=clock.now)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    moved = models.JSONField(default=dict, help_text=_("What went where."))

    class Meta:
        verbose_name = _("merging of two decisions")
        verbose_name_plural = _("mergings of decisions")
        default_permissions = ("add", "view")
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_of_two"),
            models.UniqueConstraint(
                fields=["gone"], condition=Q(undone_at=None), name="merged_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} → {self.kept_id}"
