"""Procedure as dated data: by which steps a decision comes about, since when and until when."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel

from monitoring.core.models import LANGUAGES, Trilingual
from monitoring.decisions import path
from monitoring.decisions.models.decision import Decision
from monitoring.decisions.models.reference import DecisionKind, Stage
from monitoring.institutions.models import Attested, Body, BodyKind, Lived


class Procedure(Trilingual, Lived, Attested, ClusterableModel):
    """How decisions of a kind come about, as long as the law says so.

    When the law changes, this one gets its last day and a new one begins: what was decided before
    keeps the way it took.
    """

    key = models.SlugField(_("word in addresses"), unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    kinds = ParentalManyToManyField(
        DecisionKind,
        blank=True,
        related_name="procedures",
        verbose_name=_("kinds of document"),
        help_text=_("For these it is offered when a document is entered."),
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(date_to__isnull=True)
                | Q(date_from__isnull=True)
                | Q(date_to__gt=F("date_from")),
                name="procedure_ends_after_it_begins",
                violation_error_message=_("It would end before it begins."),
            ),
        ]


class ProcedureStep(models.Model):
    """One step: what happens, who acts, how long the law gives, and where that is written."""

    class Unit(models.TextChoices):
        """In what a term is counted."""

        DAYS = path.DAYS, _("days")
        WORKING_DAYS = path.WORKING_DAYS, _("working days")
        MONTHS = path.MONTHS, _("months")

    sort_order_field = "sort_order"
    """What Wagtail's list of rows writes when they are moved."""

    procedure = ParentalKey(Procedure, on_delete=models.CASCADE, related_name="steps")
    sort_order = models.IntegerField(null=True, blank=True, editable=False)
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", verbose_name=_("stage"))
    body = models.ForeignKey(
        Body,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who acts: a public body"),
    )
    body_kind = models.ForeignKey(
        BodyKind,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who acts: any body of a kind"),
    )
    who_kk = models.CharField(_("who acts, in Kazakh"), max_length=200, blank=True)
    who_ru = models.CharField(_("who acts, in Russian"), max_length=200, blank=True)
    who_en = models.CharField(_("who acts, in English"), max_length=200, blank=True)
    term = models.PositiveSmallIntegerField(
        _("legal term"),
        null=True,
        blank=True,
        help_text=_("Counted from the step before. Empty where no term was found."),
    )
    unit = models.CharField(
        _("counted in"), max_length=12, choices=Unit.choices, blank=True, default=""
    )
    law_kk = models.CharField(
        _("where it is written, in Kazakh"),
        max_length=300,
        blank=True,
        help_text=_("The act and its article. A term is never entered without its source."),
    )
    law_ru = models.CharField(_("where it is written, in Russian"), max_length=300, blank=True)
    law_en = models.CharField(_("where it is written, in English"), max_length=300, blank=True)
    url = models.URLField(_("address of the source"), max_length=1000, blank=True)
    confirmed = models.BooleanField(
        _("confirmed by its source"),
        default=False,
        help_text=_("Readers see every other step marked “not confirmed”."),
    )
    may_skip = models.BooleanField(
        _("may be left out"), default=False, help_text=_("The law lets a document pass without it.")
    )
    ends = models.BooleanField(
        _("ends the path"), default=False, help_text=_("Nothing follows this step.")
    )
    note_kk = models.CharField(_("what to know of it, in Kazakh"), max_length=300, blank=True)
    note_ru = models.CharField(_("what to know of it, in Russian"), max_length=300, blank=True)
    note_en = models.CharField(_("what to know of it, in English"), max_length=300, blank=True)

    class Meta:
        ordering = ["sort_order", "pk"]
        verbose_name = _("step of a procedure")
        verbose_name_plural = _("steps of a procedure")
        constraints = [
            models.CheckConstraint(
                condition=Q(term__isnull=True, unit="") | (Q(term__gt=0) & ~Q(unit="")),
                name="procedure_step_whole_term",
                violation_error_message=_("Enter both the number and what it counts, or neither."),
            ),
            models.CheckConstraint(
                condition=Q(term__isnull=True) | ~Q(law_kk="") | ~Q(url=""),
                name="procedure_step_term_has_a_source",
                violation_error_message=_("Say where this term is written."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed=False) | ~Q(law_kk="") | ~Q(url=""),
                name="procedure_step_confirmed_by_a_source",
                violation_error_message=_("Say in which act this step was read."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure}: {self.stage}"

    def who_in(self, language: str) -> str:
        """Who acts: in words if there are any, else the body, else the kind of body."""
        words = self._said("who", language)
        named = self.body or self.body_kind
        return words or (named.label_in(language) if named else "")

    def note_in(self, language: str) -> str:
        """What a reader should know of the step; may be empty."""
        return self._said("note", language)

    def law_in(self, language: str) -> str:
        """The act and article in which the step stands; may be empty."""
        return self._said("law", language)

    def _said(self, name: str, language: str) -> str:
        texts = [getattr(self, f"{name}_{code}") for code in (language, *LANGUAGES)]
        return str(next(filter(None, texts), ""))


class DecisionProcedure(models.Model):
    """Since which day a decision follows a procedure. Written by services only.

    One decision keeps one timeline; a row more, and its procedure changes at that day.
    """

    decision = models.ForeignKey(
        Decision, models.CASCADE, related_name="procedures", verbose_name=_("decision")
    )
    procedure = models.ForeignKey(
        Procedure, models.PROTECT, related_name="followed", verbose_name=_("procedure")
    )
    since = models.DateField(
        _("follows it since"),
        null=True,
        blank=True,
        help_text=_("Empty: from its beginning."),
    )
    from_step = models.ForeignKey(
        ProcedureStep,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("goes on with the step"),
        help_text=_("Empty where it changed and nobody has said with which step it goes on."),
    )
    source = models.CharField(
        _("where this is written"),
        max_length=1000,
        blank=True,
        help_text=_("An address, or words."),
    )

    class Meta:
        verbose_name = _("procedure of a decision")
        verbose_name_plural = _("procedures of decisions")
        ordering = [F("since").asc(nulls_first=True), "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "since"],
                name="decision_procedure_once_a_day",
                violation_error_message=_("On this day it already begins to follow a procedure."),
            ),
            models.UniqueConstraint(
                fields=["decision"],
                condition=Q(since__isnull=True),
                name="decision_procedure_one_beginning",
                violation_error_message=_("It already has a procedure from its beginning."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.procedure)

    def clean(self) -> None:
        """The step it goes on with is one of the procedure's."""
        if self.from_step and self.from_step.procedure_id != self.procedure_id:
            raise ValidationError({"from_step": _("This step belongs to another procedure.")})
