"""State of the room `news`: news and events, their lists, the decisions they are about."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, MultipleChooserPanel
from wagtail.models import Orderable

from coalition.pages.facts import synchronized
from coalition.pages.models import BasePage
from coalition.pages.pictures import IllustratedPage
from coalition.registry.attribution import AttributedPageForm
from coalition.registry.models import Organisation
from monitoring.core import clock
from monitoring.decisions.choosers import DecisionChooser
from monitoring.decisions.models import Decision
from monitoring.vocabulary.models import District, Region, Topic

RELATED = MultipleChooserPanel(
    "decision_links",
    chooser_field_name="decision",
    label=_("decision"),
    heading=_("Decisions it is about"),
    panels=[FieldPanel("decision", widget=DecisionChooser)],
)


class NewsIndexPage(BasePage):
    """The list of news: in each language, what exists in it."""

    route_word = "news"
    parent_page_types: ClassVar[list[str]] = ["website.HomePage"]
    subpage_types: ClassVar[list[str]] = ["news.NewsPage"]
    max_count_per_parent = 1
    template = "news/news_index_page.html"

    class Meta:
        verbose_name = _("list of news")
        verbose_name_plural = _("lists of news")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the list as the address narrows it: at most 20 rows, filters, ticks."""
        from coalition.news import selectors

        context = super().get_context(request, *args, **kwargs)
        context.update(selectors.news_list(self, request))
        return context


class NewsPage(IllustratedPage):
    """One piece of news: what happened, when, about what, from whom."""

    date: models.DateField[dt.date, dt.date] = models.DateField(_("date"), default=clock.today)
    topics = ParentalManyToManyField(Topic, blank=True, related_name="+", verbose_name=_("topics"))
    organisation: models.ForeignKey[Any, Any] = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="news",
        verbose_name=_("organisation"),
        help_text=_("Whose news it is. Empty: the coalition's own."),
    )

    base_form_class = AttributedPageForm
    search_kind = "news"
    shared_facts: ClassVar[tuple[str, ...]] = (
        "date", "topics", "organisation", "image", "decision_links",
    )  # fmt: skip
    override_translatable_fields = [
        *BasePage.override_translatable_fields,
        *synchronized(*shared_facts),
    ]
    parent_page_types: ClassVar[list[str]] = ["news.NewsIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels = [
        FieldPanel("title", classname="title"),
        FieldRowPanel([FieldPanel("date"), FieldPanel("organisation")]),
        FieldPanel("lead"),
        IllustratedPage.picture_panel,
        FieldPanel("body"),
        FieldPanel("topics"),
        RELATED,
    ]
    needs_text = True
    template = "news/news_page.html"

    class Meta:
        verbose_name = _("news item")
        verbose_name_plural = _("news items")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the list above, the decisions it is about, the message for a chat."""
        from coalition.news import selectors

        context = super().get_context(request, *args, **kwargs)
        context.update(selectors.news_context(self, request), og_type="article")
        return context


class NewsDecision(Orderable):
    """A piece of news is about a decision."""

    page = ParentalKey(NewsPage, on_delete=models.CASCADE, related_name="decision_links")
    decision: models.ForeignKey[Decision, Decision] = models.ForeignKey(
        Decision, models.CASCADE, related_name="+", verbose_name=_("decision")
    )

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(fields=["page", "decision"], name="news_names_decision_once")
        ]


class EventIndexPage(BasePage):
    """The list of events: what is to come, and what was."""

    route_word = "events"
    parent_page_types: ClassVar[list[str]] = ["website.HomePage"]
    subpage_types: ClassVar[list[str]] = ["news.EventPage"]
    max_count_per_parent = 1
    template = "news/event_index_page.html"

    class Meta:
        verbose_name = _("list of events")
        verbose_name_plural = _("lists of events")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds `upcoming`, soonest first, and a page of `past`, newest first."""
        from coalition.news import selectors

        context = super().get_context(request, *args, **kwargs)
        context.update(selectors.event_list(self, request))
        return context


class EventPage(IllustratedPage):
    """Something that people can come to: when, where, by whom; or that it was called off.

    Times are entered and shown in the time of Kazakhstan.
    """

    start: models.DateTimeField[dt.datetime, dt.datetime] = models.DateTimeField(
        _("begins"), help_text=_("Time of Kazakhstan.")
    )
    end: models.DateTimeField[Any, Any] = models.DateTimeField(
        _("ends"), null=True, blank=True, help_text=_("Empty: not known.")
    )
    place: models.CharField[str, str] = models.CharField(
        _("place"), max_length=300, blank=True, help_text=_("Town or village, address, room.")
    )
    region: models.ForeignKey[Any, Any] = models.ForeignKey(
        Region,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("region"),
    )
    district: models.ForeignKey[Any, Any] = models.ForeignKey(
        District,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("district"),
    )
    online: models.URLField[str, str] = models.URLField(
        _("link to take part online"), max_length=500, blank=True
    )
    organisation: models.ForeignKey[Any, Any] = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="event_pages",
        verbose_name=_("organiser"),
        help_text=_("Empty: the coalition."),
    )
    cancelled: models.BooleanField[bool, bool] = models.BooleanField(
        _("called off"),
        default=False,
        help_text=_("The page stays and says so; calendars of readers hear of it."),
    )

    base_form_class = AttributedPageForm
    search_kind = "event"
    shared_facts: ClassVar[tuple[str, ...]] = (
        "start", "end", "region", "district", "online", "organisation", "cancelled", "image",
        "decision_links",
    )  # fmt: skip
    override_translatable_fields = [
        *BasePage.override_translatable_fields,
        *synchronized(*shared_facts),
    ]
    parent_page_types: ClassVar[list[str]] = ["news.EventIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels = [
        FieldPanel("title", classname="title"),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("start"), FieldPanel("end")]), FieldPanel("cancelled")],
            heading=_("When"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("place"),
                FieldRowPanel([FieldPanel("region"), FieldPanel("district")]),
                FieldPanel("online"),
            ],
            heading=_("Where"),
        ),
        FieldPanel("organisation"),
        FieldPanel("lead"),
        IllustratedPage.picture_panel,
        FieldPanel("body"),
        RELATED,
    ]
    template = "news/event_page.html"

    class Meta:
        verbose_name = _("event page")
        verbose_name_plural = _("event pages")
        constraints = [
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("start")), name="event_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["start"], name="event_by_start")]

    @property
    def over(self) -> dt.datetime:
        """When it counts as past: its end, or, if that is not known, the end of its first day."""
        if self.end is not None:
            end: dt.datetime = self.end
            return end
        day = self.start.astimezone(clock.ALMATY).replace(hour=0, minute=0, second=0, microsecond=0)
        return day + dt.timedelta(days=1)

    @property
    def is_past(self) -> bool:
        """Whether it is over."""
        return self.over <= clock.now()

    @property
    def sequence(self) -> int:
        """SEQUENCE of RFC 5545: 0 at first, greater with each publication; needs no column."""
        first, last = self.first_published_at, self.last_published_at
        return max(int((last - first).total_seconds()), 0) if first and last else 0

    def clean(self) -> None:
        """It ends after it begins, is somewhere, and its district lies in its region."""
        super().clean()
        errors = {}
        if self.start and self.end and self.end <= self.start:
            errors["end"] = _("It ends before it begins. Check both days and hours.")
        if not self.place and not self.online:
            errors["place"] = _("Enter a place or a link to take part online.")
        if self.district and self.district.region_id != self.region_id:
            errors["district"] = _("This district lies in another region.")
        if errors:
            raise ValidationError(errors)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the list above, the decisions it is about, the message for a chat."""
        from coalition.news import selectors

        context = super().get_context(request, *args, **kwargs)
        context.update(selectors.event_context(self, request))
        return context


class EventDecision(Orderable):
    """An event is about a decision."""

    page = ParentalKey(EventPage, on_delete=models.CASCADE, related_name="decision_links")
    decision: models.ForeignKey[Decision, Decision] = models.ForeignKey(
        Decision, models.CASCADE, related_name="+", verbose_name=_("decision")
    )

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(fields=["page", "decision"], name="event_names_decision_once")
        ]
