"""State of the room `library`: the list and its entries, in the four fields of experience."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.fields import StreamField

from coalition.library.blocks import FileBlock
from coalition.pages.facts import synchronized
from coalition.pages.models import BasePage
from coalition.pages.pictures import IllustratedPage
from coalition.registry.attribution import AttributedPageForm
from coalition.registry.models import ExperienceField, Organisation
from monitoring.core import clock
from monitoring.vocabulary.models import Region, Topic

EARLIEST = 1900
"""A year before it is a slip of the finger."""


class LibraryIndexPage(BasePage):
    """The list of the library: in each language, what exists in it."""

    route_word = "library"
    parent_page_types: ClassVar[list[str]] = ["website.HomePage"]
    subpage_types: ClassVar[list[str]] = ["library.LibraryEntryPage"]
    max_count_per_parent = 1
    template = "library/library_index_page.html"

    class Meta:
        verbose_name = _("library")
        verbose_name_plural = _("libraries")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the list as the address narrows it: at most 20 rows, filters, ticks."""
        from coalition.library import selectors

        context = super().get_context(request, *args, **kwargs)
        context.update(selectors.library_list(self, request))
        return context


class LibraryEntryPage(IllustratedPage):
    """One entry: what was learned, how others do it, or what one can be taught; with its files."""

    class Kind(models.TextChoices):
        """What a reader gets from it."""

        EXPERIENCE = "experience", pgettext_lazy("library", "experience")
        FOREIGN = "foreign", _("how other countries do it")
        TRAINING = "training", pgettext_lazy("library", "training")

    kind: models.CharField[str, str] = models.CharField(
        _("kind of entry"), max_length=12, choices=Kind.choices, default=Kind.EXPERIENCE
    )
    experience: models.ForeignKey[ExperienceField, ExperienceField] = models.ForeignKey(
        ExperienceField,
        models.PROTECT,
        related_name="library_entries",
        verbose_name=_("field of experience"),
    )
    organisation: models.ForeignKey[Any, Any] = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="library_entries",
        verbose_name=_("organisation"),
        help_text=_("Whose experience it is. Empty: the coalition's own."),
    )
    region: models.ForeignKey[Any, Any] = models.ForeignKey(
        Region,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("region"),
        help_text=_("Where it was tried. Empty: in no one region."),
    )
    year: models.PositiveSmallIntegerField[Any, Any] = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, help_text=_("Of what is told. Empty: not known.")
    )
    topics = ParentalManyToManyField(Topic, blank=True, related_name="+", verbose_name=_("topics"))
    files = StreamField([("file", FileBlock())], verbose_name=_("files"), blank=True)

    base_form_class = AttributedPageForm
    search_kind = "library"
    shared_facts: ClassVar[tuple[str, ...]] = (
        "kind", "experience", "organisation", "region", "year", "topics", "image",
    )  # fmt: skip
    override_translatable_fields = [
        *BasePage.override_translatable_fields,
        *synchronized(*shared_facts),
    ]
    parent_page_types: ClassVar[list[str]] = ["library.LibraryIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels = [
        FieldPanel("title", classname="title"),
        FieldRowPanel([FieldPanel("kind"), FieldPanel("experience")]),
        FieldRowPanel([FieldPanel("organisation"), FieldPanel("region"), FieldPanel("year")]),
        FieldPanel("lead"),
        IllustratedPage.picture_panel,
        FieldPanel("body"),
        FieldPanel("files"),
        FieldPanel("topics"),
    ]
    template = "library/library_entry_page.html"

    class Meta:
        verbose_name = _("entry of the library")
        verbose_name_plural = _("entries of the library")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=("experience", "foreign", "training")),
                name="library_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(year__isnull=True) | Q(year__gte=EARLIEST, year__lte=9999),
                name="library_year_plausible",
            ),
        ]

    def clean(self) -> None:
        """The year has been."""
        super().clean()
        latest = clock.today().year
        if self.year is not None and not EARLIEST <= self.year <= latest:
            raise ValidationError(
                {
                    "year": _("The year is between %(first)d and %(last)d; here stands %(typed)d.")
                    % {"first": EARLIEST, "last": latest, "typed": self.year}
                }
            )

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the way back, the facts in words, the message for a chat."""
        from coalition.library import selectors

        context = super().get_context(request, *args, **kwargs)
        context.update(selectors.entry_context(self, request), og_type="article")
        return context
