"""The decision itself: its facts, and the public ways to it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager
from taggit.models import ItemBase

from monitoring.core import clock
from monitoring.core.checklists import Check
from monitoring.core.dates import Precision
from monitoring.core.models import LANGUAGES
from monitoring.decisions.models.reference import DecisionKind, Stage
from monitoring.institutions.models import Body, Event
from monitoring.vocabulary.models import District, Region, Status, Topic, Verified

if TYPE_CHECKING:  # a text names its decision, and a decision asks for its texts
    from monitoring.decisions.models.editions import Edition
    from monitoring.decisions.models.relations import Relation


class TaggedDecision(ItemBase):
    """A decision has a topic."""

    tag: models.ForeignKey[Topic, Topic] = models.ForeignKey(
        Topic, models.CASCADE, related_name="tagged_decisions"
    )
    content_object: models.ForeignKey[Decision, Decision] = models.ForeignKey(
        "Decision", models.CASCADE, related_name="topic_links", verbose_name=_("decision")
    )

    objects: ClassVar[models.Manager[TaggedDecision]] = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tag", "content_object"], name="topic_once_a_decision"),
        ]


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Verbs of decisions."""

    def public(self) -> DecisionQuerySet:
        """Those a reader may see."""
        return self.filter(is_public=True)

    def newest_first(self) -> DecisionQuerySet:
        """By date of the document, the undated last."""
        return self.order_by("-sort_date", "-pk")

    def latest_changed_first(self) -> DecisionQuerySet:
        """By the last change that a reader could see."""
        return self.order_by("-changed_at", "-pk")


class Decision(models.Model):  # type: ignore[django-manager-missing]  # taggit is untyped
    """The facts of one act or bill, in no language. Written by services only.

    A bill that became law is one decision with the act. The id is its address for ever.
    """

    class Visibility(models.TextChoices):
        """What an analyst wants readers to see."""

        AUTO = "auto", _("shown once a text is published")
        SHOWN = "shown", _("shown")
        WITHDRAWN = "withdrawn", _("not shown")

    key = models.SlugField(_("key"), max_length=80, unique=True, null=True, blank=True)
    kind = models.ForeignKey(
        DecisionKind, models.PROTECT, related_name="decisions", verbose_name=_("kind of document")
    )
    adoption_number = models.CharField(_("number"), max_length=80, blank=True)
    register_number = models.CharField(
        _("number in the register of acts"), max_length=80, blank=True
    )
    date = models.DateField(_("date"), null=True, blank=True)
    precision = models.CharField(
        _("precision of the date"), max_length=10, choices=Precision.choices, default=Precision.DAY
    )
    year = models.PositiveSmallIntegerField(_("year"), null=True, editable=False)
    # The databases sort an absent date at different ends; here it stands as the first day of all.
    sort_date = models.DateField(default=dt.date.min, editable=False)
    status = models.ForeignKey(
        Status,
        models.PROTECT,
        related_name="decisions",
        null=True,
        blank=True,
        verbose_name=_("status"),
    )
    # The last step that was taken: counted by on every list, so it is kept beside the steps.
    stage = models.ForeignKey(
        Stage, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("stage")
    )
    status_date = models.DateField(_("status since"), null=True, blank=True)
    source_status = models.ForeignKey(
        Status,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("status by the source"),
    )
    bodies = models.ManyToManyField(
        Body, related_name="decisions", blank=True, verbose_name=_("public bodies")
    )
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
        verbose_name=_("region"),
    )
    district = models.ForeignKey(
        District,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
        verbose_name=_("district"),
    )
    topics = TaggableManager(
        through=TaggedDecision, blank=True, verbose_name=_("topics"), help_text=""
    )
    events = models.ManyToManyField(
        Event, blank=True, related_name="decisions", verbose_name=_("events")
    )
    verified = models.CharField(
        _("how sure"), max_length=10, choices=Verified.choices, default=Verified.NO
    )
    is_key = models.BooleanField(
        _("key document"),
        default=False,
        help_text=_(
            "Changes much for residents or for local self-government. Readers of wide mails may "
            "choose to hear of key documents alone; marking one announces nothing."
        ),
    )
    note = models.TextField(_("note for editors"), blank=True, help_text=_("Not shown to readers."))
    visibility = models.CharField(
        _("for readers"), max_length=10, choices=Visibility.choices, default=Visibility.AUTO
    )
    is_public = models.BooleanField(_("public"), default=False, editable=False)
    published_at = models.DateTimeField(_("first public at"), null=True, editable=False)
    version = models.PositiveIntegerField(_("version of the facts"), default=1, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    # Unlike `updated_at` it does not move when only editors would see a difference.
    changed_at = models.DateTimeField(_("last public change"), default=clock.now, editable=False)

    objects = DecisionQuerySet.as_manager()

    relations_read: list[Relation] | None = None
    """Both ends' relations, once `relations.read` has read them."""

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.CheckConstraint(
                condition=Q(date__isnull=False, year__isnull=False)
                | Q(date__isnull=True, year__isnull=True, precision=Precision.UNKNOWN),
                name="decision_date_or_unknown",
            ),
            models.CheckConstraint(
                condition=~Q(visibility="withdrawn") | Q(is_public=False),
                name="decision_withdrawn_is_not_public",
            ),
            models.CheckConstraint(
                condition=Q(district__isnull=True) | Q(region__isnull=False),
                name="decision_district_has_region",
            ),
        ]
        # The first for citations: a number is looked up while a page is made.
        # Partial, since SQLite uses no index on a boolean for a bare "WHERE is_public".
        indexes = [
            models.Index(fields=["adoption_number"], name="decision_numbers"),
            models.Index(
                fields=["-sort_date", "-id"],
                condition=Q(is_public=True),
                name="decision_public_newest",
            ),
            models.Index(
                fields=["kind"], condition=Q(is_public=True), name="decision_public_kinds"
            ),
            models.Index(
                fields=["status"], condition=Q(is_public=True), name="decision_public_statuses"
            ),
            models.Index(
                fields=["year"], condition=Q(is_public=True), name="decision_public_years"
            ),
            models.Index(
                fields=["stage"], condition=Q(is_public=True), name="decision_public_stages"
            ),
            models.Index(
                fields=["-changed_at", "-id"],
                condition=Q(is_public=True),
                name="decision_public_changed",
            ),
            models.Index(
                fields=["region", "district"],
                condition=Q(is_public=True),
                name="decision_public_places",
            ),
            models.Index(fields=["register_number"], name="decision_by_register"),
        ]

    def __str__(self) -> str:
        return self.title_in(get_language() or "kk") or self.naming(get_language() or "kk")

    def get_absolute_url(self) -> str:
        """The public path in the active language."""
        return self.address_in((get_language() or "kk")[:2])

    def clean(self) -> None:
        """A date and its precision agree; a district lies in the region."""
        if (self.date is None) != (self.precision == Precision.UNKNOWN):
            raise ValidationError({"date": _("Enter a date, or say that it was not found.")})
        if self.district and self.district.region_id != self.region_id:
            raise ValidationError({"district": _("This district lies in another region.")})

    def checklist(self) -> list[Check]:
        """What readers need of the facts, as they stand."""
        from monitoring.decisions.checklist import of_decision

        return of_decision(self)

    def naming(self, language: str) -> str:
        """Kind and number, as people name the document: «Заң № 60-VII»."""
        kind = self.kind.label_in(language)
        if not self.adoption_number:
            return kind
        sign = "No." if language == "en" else "№"
        return f"{kind} {sign}\u00a0{self.adoption_number}"

    def live_editions(self) -> dict[str, Edition]:
        """The published texts by language, Kazakh first; uses what was prefetched."""
        live = {one.language: one for one in self.editions.all() if one.live}
        return {code: live[code] for code in LANGUAGES if code in live}

    def edition_for(self, language: str) -> Edition | None:
        """The published text for a reader: in the language, else in Kazakh, Russian, English."""
        live = self.live_editions()
        return live.get(language) or next(iter(live.values()), None)

    def title_in(self, language: str) -> str:
        """The short title for a reader of the language; empty if no text is published."""
        edition = self.edition_for(language)
        return edition.short_title if edition else ""

    def slug_in(self, language: str) -> str:
        """The words after the id in an address; for people only."""
        from monitoring.core.text import slugify

        return slugify(f"{self.kind.label_in(language)} {self.adoption_number}") or "n"

    def address_in(self, language: str) -> str:
        """The public path in a language."""
        with override(language):
            return reverse("decision", args=[self.pk, self.slug_in(language)])
