"""State of the room `news`: the list of news and its pages."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel
from wagtail_localize.fields import SynchronizedField

from coalition.pages.models import BasePage
from monitoring.core import clock
from monitoring.vocabulary.models import Topic


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
        """Adds one page of the news that exist in this language, newest first."""
        from coalition.news import selectors

        context = super().get_context(request, *args, **kwargs)
        context["news"] = selectors.news_page(self, request.GET.get("p", ""))
        return context


class NewsPage(BasePage):
    """One piece of news: what happened, when, about what."""

    date: models.DateField[dt.date, dt.date] = models.DateField(_("date"), default=clock.today)
    topics = ParentalManyToManyField(Topic, blank=True, related_name="+", verbose_name=_("topics"))

    search_kind = "news"
    override_translatable_fields = [
        *BasePage.override_translatable_fields,
        SynchronizedField("topics"),
    ]
    parent_page_types: ClassVar[list[str]] = ["news.NewsIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels = [
        FieldPanel("title", classname="title"),
        FieldPanel("date"),
        FieldPanel("topics"),
        FieldPanel("lead"),
        FieldPanel("body"),
    ]
    needs_text = True
    template = "news/news_page.html"

    class Meta:
        verbose_name = _("news item")
        verbose_name_plural = _("news items")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the list above, for the way back."""
        from coalition.pages.selectors import parent_of

        context = super().get_context(request, *args, **kwargs)
        context.update(parent=parent_of(self), og_type="article")
        return context
