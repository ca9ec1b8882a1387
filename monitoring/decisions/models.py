"""State of the room `decisions`: facts as records, texts as drafts, stages append-only."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager
from taggit.models import ItemBase
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    PreviewableMixin,
    RevisionMixin,
    WorkflowMixin,
)

from monitoring.core import clock
from monitoring.core.checklists import Check
from monitoring.core.dates import Precision
from monitoring.core.models import LANGUAGES, Trilingual
from monitoring.decisions.text.titles import shorten
from monitoring.evidence.models import AppendOnly, Snapshot
from monitoring.institutions.models import Body, Event
from monitoring.vocabulary.models import District, Region, Status, Topic, Verified

LANGUAGE_CHOICES = [("kk", _("Kazakh")), ("ru", _("Russian")), ("en", _("English"))]


class DecisionKind(Trilingual):
    """A kind of document: law, decree, bill."""

    key = models.SlugField(_("key"), unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_draft = models.BooleanField(
        _("a draft"),
        default=False,
        help_text=_("Not in force yet: residents may be asked for their opinion."),
    )

    class Meta:
        verbose_name = _("kind of document")
        verbose_name_plural = _("kinds of document")
        ordering = ["order", "pk"]


class Stage(Trilingual):
    """A step a decision may take: introduced, adopted, withdrawn."""

    key = models.SlugField(_("key"), unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    ends = models.BooleanField(
        _("ends the path"), default=False, help_text=_("Nothing follows: withdrawn, repealed.")
    )

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["order", "pk"]


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
    status_date = models.DateField(_("status since"), null=True, blank=True)
    status_by = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="changed_status_of",
        verbose_name=_("by another decision"),
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
    related = models.ManyToManyField("self", blank=True, verbose_name=_("related decisions"))
    events = models.ManyToManyField(
        Event, blank=True, related_name="decisions", verbose_name=_("events")
    )
    verified = models.CharField(
        _("how sure"), max_length=10, choices=Verified.choices, default=Verified.NO
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

    objects = DecisionQuerySet.as_manager()

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
        # Partial, since SQLite uses no index on a boolean for a bare "WHERE is_public".
        indexes = [
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
                fields=["region", "district"],
                condition=Q(is_public=True),
                name="decision_public_places",
            ),
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


class DecisionAlias(models.Model):
    """A key that once named a record of its own and now leads to this one."""

    key = models.SlugField(max_length=80, unique=True)
    decision = models.ForeignKey(Decision, models.CASCADE, related_name="aliases")

    def __str__(self) -> str:
        return self.key


class Code(models.Model):
    """The number of a decision in an official collection: adilet Z2100000060, zan 7966."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="codes")
    collection = models.SlugField(_("collection"), max_length=20)
    value = models.CharField(_("code"), max_length=60)

    class Meta:
        ordering = ["collection", "value"]
        constraints = [
            models.UniqueConstraint(fields=["collection", "value"], name="code_names_one_decision"),
        ]

    def __str__(self) -> str:
        return f"{self.collection} {self.value}"


class Link(models.Model):
    """A place where the decision stands or is written of."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="links")
    url = models.URLField(_("address"), max_length=1000, blank=True)
    label_kk = models.CharField(_("in words, Kazakh"), max_length=300, blank=True)
    label_ru = models.CharField(_("in words, Russian"), max_length=300, blank=True)
    label_en = models.CharField(_("in words, English"), max_length=300, blank=True)
    checked = models.DateField(_("checked on"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(url="") | ~Q(label_kk=""), name="link_says_something"
            ),
            models.UniqueConstraint(
                fields=["decision", "url"], condition=~Q(url=""), name="link_once_a_decision"
            ),
        ]

    def __str__(self) -> str:
        return self.label_kk or self.url

    def label_in(self, language: str) -> str:
        """The words of the link; empty if it has none and the host must do."""
        return str(getattr(self, f"label_{language}", "") or self.label_kk)


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


class DeadlineKind(Trilingual):
    """What a day is the last for: comments, an answer, the coming into force."""

    key = models.SlugField(_("key"), unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    takes_comments = models.BooleanField(
        _("opinions are taken until then"),
        default=False,
        help_text=_("The page says until when an opinion can be sent, and how."),
    )

    class Meta:
        verbose_name = _("kind of deadline")
        verbose_name_plural = _("kinds of deadline")
        ordering = ["order", "pk"]


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


class FieldSource(models.Model):
    """Where the present value of a field came from: which address or copy, or which person."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="field_sources")
    field = models.SlugField(max_length=60)
    value = models.TextField(blank=True)
    source = models.CharField(max_length=2000, blank=True)
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=clock.now)

    class Meta:
        default_permissions = ("view",)
        indexes = [models.Index(fields=["decision", "field", "-id"], name="source_of_field")]

    def __str__(self) -> str:
        return f"{self.field}: {self.source or self.by}"


class EditionQuerySet(models.QuerySet["Edition"]):
    """Verbs of editions."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Remove them one by one: each is a public change of its own decision."""
        with transaction.atomic():
            counts = [edition.delete()[0] for edition in self]
        return sum(counts), {}


class Edition(
    WorkflowMixin, DraftStateMixin, LockableMixin, RevisionMixin, PreviewableMixin, models.Model
):
    """The words of a decision in one language, drafted, reviewed and published on their own."""

    decision = models.ForeignKey(
        Decision, models.CASCADE, related_name="editions", verbose_name=_("decision")
    )
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGE_CHOICES)
    title = models.CharField(
        _("short title"),
        max_length=300,
        blank=True,
        help_text=_("What it is, in the words of residents. Empty: taken from the official title."),
    )
    official_title = models.TextField(_("official title"), max_length=2000, blank=True)
    summary = models.TextField(
        _("what changes for residents"),
        max_length=5000,
        blank=True,
        help_text=_("At most five lines, each with its article; one thought a line."),
    )

    _revisions = GenericRelation(
        "wagtailcore.Revision",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="edition",
        for_concrete_model=False,
    )
    workflow_states = GenericRelation(
        "wagtailcore.WorkflowState",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="edition",
        for_concrete_model=False,
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("text of a decision", "edition")
        verbose_name_plural = pgettext_lazy("texts of decisions", "editions")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "language"],
                name="edition_once_a_language",
                violation_error_message=_("The decision has a text in this language already."),
            ),
            models.CheckConstraint(
                condition=~Q(title="") | ~Q(official_title=""), name="edition_has_a_title"
            ),
        ]

    def __str__(self) -> str:
        return self.short_title

    @property
    def revisions(self) -> Any:
        """Its drafts and published versions."""
        return self._revisions

    @property
    def short_title(self) -> str:
        """The editor's title, else the part of the official one that says what it is about."""
        return self.title or shorten(self.official_title)

    @property
    def lines(self) -> list[str]:
        """The thoughts of the summary, one a line."""
        return [line.strip(" •-–\t") for line in self.summary.splitlines() if line.strip()]

    @property
    def first_line(self) -> str:
        """The first thought of the summary, for rows of lists."""
        return next(iter(self.lines), "")

    def clean(self) -> None:
        """One of the titles is there."""
        if not self.title and not self.official_title:
            raise ValidationError({"title": _("Enter a short or an official title.")})

    def checklist(self) -> list[Check]:
        """What readers need of the text, as it stands."""
        from monitoring.decisions.checklist import of_edition

        return of_edition(self)

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        """The page on which a draft is looked at."""
        return "decisions/edition_preview.html"

    def publish(self, revision: Any, **kwargs: Any) -> None:
        """Make a draft the published text; journal and search hear of it or nothing happens.

        Every path ends here: editor, workflow, schedule, bulk action, command.
        """
        from monitoring.decisions.publication import public_change

        with public_change(self.decision_id, "edition"):
            super().publish(revision, **kwargs)

    def unpublish(
        self,
        set_expired: bool = False,
        commit: bool = True,
        user: Any = None,
        log_action: bool | str = True,
    ) -> None:
        """Take the text from readers; likewise."""
        from monitoring.decisions.publication import public_change

        with public_change(self.decision_id, "edition"):
            super().unpublish(
                set_expired=set_expired, commit=commit, user=user, log_action=log_action
            )

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Remove the text; a published one is taken from readers in the same transaction."""
        from monitoring.decisions.publication import public_change

        with public_change(self.decision_id, "edition"):
            return super().delete(*args, **kwargs)
