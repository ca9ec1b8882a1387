"""What one act does to another: amends, repeals or replaces it, returns as it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from monitoring.core import clock
from monitoring.core.dates import Precision
from monitoring.decisions.models.decision import Decision


class Relation(models.Model):
    """One act stands to another in a way that both pages say in words.

    Written by services only. Two acts have one relation, read from either end: what `subject` does
    to `target`. `relations.WORDS` holds the words of both ends.
    """

    class Kind(models.TextChoices):
        """What the subject is to the target."""

        RELATED = "related", _("is related to")
        AMENDS = "amends", _("amends")
        REPEALS = "repeals", _("repeals")
        REPLACES = "replaces", _("replaces")
        RETURNED = "returned", _("returned as")

    kind = models.CharField(_("what it is to the other"), max_length=10, choices=Kind.choices)
    subject = models.ForeignKey(Decision, models.CASCADE, related_name="relations_out")
    target = models.ForeignKey(Decision, models.CASCADE, related_name="relations_in")
    date = models.DateField(_("date"), null=True, blank=True)
    precision = models.CharField(
        _("precision of the date"),
        max_length=10,
        choices=Precision.choices,
        default=Precision.UNKNOWN,
    )
    source = models.CharField(_("source"), max_length=1000, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("relation of two decisions")
        verbose_name_plural = _("relations of decisions")
        default_permissions = ("view",)
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(subject=F("target")),
                name="relation_to_another",
                violation_error_message=_("A document has no relation to itself."),
            ),
            models.UniqueConstraint(
                Least("subject", "target"),
                Greatest("subject", "target"),
                name="relation_once_a_pair",
                violation_error_message=_(
                    "These two documents have a relation already: remove it first."
                ),
            ),
            models.CheckConstraint(
                condition=Q(date__isnull=False) | Q(precision=Precision.UNKNOWN),
                name="relation_date_or_unknown",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.kind} {self.target_id}"
