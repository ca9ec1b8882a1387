"""How bodies voted, in Popolo's terms: on a decision, or on a person in office."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from monitoring.core.dates import Precision
from monitoring.core.models import LANGUAGES, Trilingual
from monitoring.decisions.models.decision import Decision
from monitoring.institutions.models import Attested, Body, Convocation, Person, Post


class Option(models.TextChoices):
    """How one may vote."""

    YES = "yes", pgettext_lazy("vote", "for")
    NO = "no", pgettext_lazy("vote", "against")
    ABSTAIN = "abstain", pgettext_lazy("vote", "abstained")
    ABSENT = "absent", pgettext_lazy("vote", "did not vote")


class MotionKind(Trilingual):
    """What a vote may be about: a reading, consent to an appointment, no confidence."""

    key = models.SlugField(_("key"), unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("kind of vote")
        verbose_name_plural = _("kinds of vote")
        ordering = ["order", "pk"]


class VoteQuerySet(models.QuerySet["VoteEvent"]):
    """Verbs of votes."""

    def public(self) -> VoteQuerySet:
        """Those a reader may see: never one on a decision that is not public."""
        of_the_public = Q(decision__isnull=True) | Q(decision__is_public=True)
        return self.filter(of_the_public, is_shown=True)


class VoteEvent(Attested):
    """A body voted. A count that is not known is empty, never zero."""

    class Result(models.TextChoices):
        """What came of it."""

        PASSED = "passed", pgettext_lazy("vote", "passed")
        FAILED = "failed", pgettext_lazy("vote", "not passed")
        UNKNOWN = "unknown", pgettext_lazy("vote", "result not found")

    kind = models.ForeignKey(
        MotionKind, models.PROTECT, related_name="votes", verbose_name=_("kind of vote")
    )
    motion_kk = models.TextField(_("the question put to the vote, in Kazakh"), blank=True)
    motion_ru = models.TextField(_("the question put to the vote, in Russian"), blank=True)
    motion_en = models.TextField(_("the question put to the vote, in English"), blank=True)
    body = models.ForeignKey(
        Body, models.PROTECT, related_name="votes", verbose_name=_("who voted")
    )
    convocation = models.ForeignKey(
        Convocation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="votes",
        verbose_name=_("convocation"),
    )
    date = models.DateField(_("date"), null=True, blank=True)
    precision = models.CharField(
        _("precision of the date"), max_length=10, choices=Precision.choices, default=Precision.DAY
    )
    decision = models.ForeignKey(
        Decision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="votes",
        verbose_name=_("on which decision"),
    )
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="votes_on",
        verbose_name=_("on which person"),
        help_text=_("The akim, minister or judge whom the vote is about."),
    )
    post = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="votes_on",
        verbose_name=_("for which office"),
    )
    result = models.CharField(
        _("result"), max_length=10, choices=Result.choices, default=Result.UNKNOWN
    )
    count_yes = models.PositiveIntegerField(_("number of votes for"), null=True, blank=True)
    count_no = models.PositiveIntegerField(_("number of votes against"), null=True, blank=True)
    count_abstain = models.PositiveIntegerField(_("number who abstained"), null=True, blank=True)
    count_absent = models.PositiveIntegerField(_("number who did not vote"), null=True, blank=True)
    is_shown = models.BooleanField(
        _("shown to readers"),
        default=True,
        help_text=_("A vote entered by mistake is not shown; the record keeps it."),
    )

    objects = VoteQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("of a body", "vote")
        verbose_name_plural = pgettext_lazy("of a body", "votes")
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__isnull=False)
                | Q(person__isnull=False)
                | Q(post__isnull=False),
                name="vote_is_about_something",
                violation_error_message=_(
                    "Say what the vote was on: a decision, a person, or an office."
                ),
            ),
            models.CheckConstraint(
                condition=Q(date__isnull=False) | Q(precision=Precision.UNKNOWN),
                name="vote_date_or_unknown",
                violation_error_message=_("Enter a date, or say that it was not found."),
            ),
        ]
        indexes = [models.Index(fields=["body", "-date"], name="votes_of_a_body")]

    def __str__(self) -> str:
        return f"{self.body}: {self.kind}"

    def clean(self) -> None:
        """The convocation is the body's own, and the date lies within its life as it is known."""
        super().clean()
        body = Body.objects.filter(pk=self.body_id).first()
        if body is None:
            return  # said beside its own box
        errors = {}
        if self.convocation and self.convocation.body_id != body.pk:
            errors["convocation"] = _("This convocation is of another body.")
        if self.date and self.date > body.last_possible_day:
            errors["date"] = _("The body had ended by then.")
        if errors:
            raise ValidationError(errors)

    @property
    def counts(self) -> dict[str, int | None]:
        """Numbers by option; None where a number was not found."""
        return {option.value: getattr(self, f"count_{option.value}") for option in Option}

    def motion_in(self, language: str) -> tuple[str, str]:
        """The question and the language in which it stands: the asked one, else the first."""
        for code in (language, *LANGUAGES):
            if said := getattr(self, f"motion_{code}"):
                return said, code
        return "", language

    def get_absolute_url(self) -> str:
        """The public path in the active language."""
        return reverse("vote", args=[self.pk])


class Vote(models.Model):
    """How one person voted, where that is known."""

    event = models.ForeignKey(VoteEvent, models.CASCADE, related_name="votes")
    person = models.ForeignKey(Person, models.PROTECT, related_name="votes")
    option = models.CharField(max_length=10, choices=Option.choices)

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["event", "person"], name="person_votes_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_option_display()}"
