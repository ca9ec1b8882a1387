"""What happened on which day, and until when something can be done."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.core import clock
from monitoring.core.dates import Precision
from monitoring.core.models import LANGUAGES
from monitoring.decisions.models.decision import Decision
from monitoring.decisions.models.reference import DeadlineKind, Stage
from monitoring.evidence.models import AppendOnly
from monitoring.institutions.models import Body
from monitoring.vocabulary.models import Verified


class StageEvent(AppendOnly):
    """A dated step of a decision. Only ever added: a mistake is replaced by a later row."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="stage_events")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", verbose_name=_("stage"))
    date = models.DateField(_("date"), null=True, blank=True)
    precision = models.CharField(
        _("precision of the date"), max_length=10, choices=Precision.choices, default=Precision.DAY
    )
    body = models.ForeignKey(
        Body, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("public body")
    )
    number = models.CharField(_("number of the act"), max_length=80, blank=True)
    titles = models.JSONField(_("what happened, by language"), default=dict, blank=True)
    url = models.URLField(_("source"), max_length=1000, blank=True)
    verified = models.CharField(
        _("how sure"), max_length=10, choices=Verified.choices, default=Verified.NO
    )
    note = models.TextField(_("note for editors"), blank=True)
    key = models.SlugField(_("key"), max_length=80, unique=True, null=True, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    void = models.BooleanField(default=False, help_text=_("It replaces a mistake by nothing."))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("step of a decision")
        verbose_name_plural = _("steps of decisions")
        default_permissions = ("add", "view")
        indexes = [models.Index(fields=["date"], name="stage_event_days")]
        constraints = [
            models.CheckConstraint(
                condition=Q(date__isnull=False) | Q(precision=Precision.UNKNOWN),
                name="stage_event_date_or_unknown",
            ),
            models.CheckConstraint(
                condition=Q(void=False) | Q(replaces__isnull=False),
                name="stage_event_void_replaces",
            ),
        ]

    def __str__(self) -> str:
        return str(self.stage)

    def title_in(self, language: str) -> str:
        """What happened, in words; else the name of the stage."""
        return str(self.titles.get(language) or self.stage.label_in(language))


class Deadline(models.Model):
    """A day that was announced: until when something can be done about a decision.

    Written by services only. What is said of it stands in JSON by language; an empty language is
    not said. There is no row where nothing was announced.
    """

    decision = models.ForeignKey(
        Decision, models.CASCADE, related_name="deadlines", verbose_name=_("decision")
    )
    kind = models.ForeignKey(
        DeadlineKind, models.PROTECT, related_name="+", verbose_name=_("kind of deadline")
    )
    date = models.DateField(_("last day"), db_index=True)
    hour = models.TimeField(_("until what hour, Almaty time"), null=True, blank=True)
    how = models.JSONField(_("how to take part, by language"), default=dict, blank=True)
    url = models.URLField(_("where to take part"), max_length=1000, blank=True)
    source = models.CharField(_("where it was announced"), max_length=1000)
    answer_due = models.DateField(_("answer due"), null=True, blank=True)
    sent = models.JSONField(_("what was sent, by language"), default=dict, blank=True)
    answer = models.JSONField(_("what was answered, by language"), default=dict, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = ["date", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "kind", "date"],
                name="deadline_once",
                violation_error_message=_("This deadline stands in the record already."),
            ),
            models.CheckConstraint(condition=~Q(source=""), name="deadline_has_a_source"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.date:%d.%m.%Y}"

    def said(self, field: str, language: str) -> str:
        """`how`, `sent` or `answer`: in the language, else in Kazakh, Russian, English."""
        return str(getattr(self, field).get(self.language_of(field, language), ""))

    def language_of(self, field: str, language: str) -> str:
        """The language in which that is said; empty if it is said in none."""
        texts = getattr(self, field)
        return next((code for code in (language, *LANGUAGES) if texts.get(code)), "")
