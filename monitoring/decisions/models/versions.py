"""The words of an act as they stood from a day on."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.core import clock
from monitoring.core.dates import Precision
from monitoring.decisions.models.decision import Decision
from monitoring.decisions.models.editions import LANGUAGE_CHOICES
from monitoring.evidence.models import AppendOnly, Snapshot

MOST_CHARACTERS = 2_400_000
"""About 1,500 pages; in UTF-8 it still fits into one request, so that nothing typed is lost."""


class TextVersion(AppendOnly):
    """A version of the text of a decision in one language, in force from a day on.

    Only ever added. Of several rows with one day and language the latest counts: it corrects the
    earlier ones, and a `void` one withdraws them.
    """

    decision = models.ForeignKey(
        Decision, models.PROTECT, related_name="text_versions", verbose_name=_("decision")
    )
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGE_CHOICES)
    valid_from = models.DateField(_("in this wording from"))
    precision = models.CharField(
        _("precision of the date"), max_length=10, choices=Precision.choices, default=Precision.DAY
    )
    is_whole = models.BooleanField(
        _("the whole text"),
        default=True,
        help_text=_("No: an excerpt, articles in a row. Nothing is said of what it leaves out."),
    )
    source = models.CharField(
        _("where the text stands"),
        max_length=1000,
        help_text=_("An address, or the collection and its number. Never without one."),
    )
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(_("text"), blank=True, validators=[MaxLengthValidator(MOST_CHARACTERS)])
    sha256 = models.CharField(max_length=64, editable=False)
    parser = models.PositiveSmallIntegerField(editable=False)
    void = models.BooleanField(default=False, help_text=_("It replaces a mistake by nothing."))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("version of the text")
        verbose_name_plural = _("versions of the text")
        default_permissions = ("add", "view")
        indexes = [
            models.Index(fields=["decision", "language", "valid_from", "id"], name="text_in_time"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(source=""), name="text_version_has_a_source"),
            models.CheckConstraint(
                condition=Q(void=True) | ~Q(text=""), name="text_version_says_something"
            ),
            models.CheckConstraint(
                condition=~Q(precision=Precision.UNKNOWN), name="text_version_has_a_date"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.language} {self.valid_from:%d.%m.%Y}"
