"""State of the room `website`: the home page and the plain pages around it."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.fields import StreamField

from coalition.pages.models import BasePage
from monitoring.core import clock
from monitoring.core.routes import WORDS

TOPICS = [
    ("self-government", _("what local self-government is")),
    ("akim", _("how an akim is elected")),
    ("gathering", _("how a gathering decides")),
    ("budget", _("how a local budget is discussed")),
    ("draft", _("how to comment on a draft")),
]
"""What the pages of the guide are about: other pages lead to them by topic."""


class ActionBlock(blocks.StructBlock):
    """One thing that a resident can do."""

    title = blocks.CharBlock(label=_("What to do"), max_length=80)
    text = blocks.TextBlock(label=_("How"), max_length=300)
    target = blocks.ChoiceBlock(
        label=_("where it leads"), choices=[*TOPICS, ("mail", _("Get e-mails"))], required=False
    )

    class Meta:
        icon = "tick"
        label = _("What a resident can do")


class StepBlock(blocks.StructBlock):
    """One step of the law's path; year, address and standing come from the record."""

    key = blocks.RegexBlock(
        r"^[a-z0-9-]+$", label=_("key of the decision or of its stage"), max_length=80
    )
    text = blocks.CharBlock(label=_("In a few words"), max_length=90)

    class Meta:
        icon = "date"
        label = _("Step of the law")


class HomePage(BasePage):
    """The first page in a language. Lists of the record come in by themselves."""

    motto: models.CharField[str, str] = models.CharField(_("motto"), max_length=120)
    demand: models.TextField[str, str] = models.TextField(
        _("the coalition's demand"),
        max_length=400,
        blank=True,
        help_text=_("The coalition's own words; shown as its opinion, apart from the record."),
    )
    path_of_law = StreamField(
        [("step", StepBlock())],
        verbose_name=_("the law's path"),
        blank=True,
        help_text=_("A step is shown once the record holds it and it is public."),
    )
    actions = StreamField(
        [("action", ActionBlock())], verbose_name=_("what you can do"), blank=True, max_num=3
    )

    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    content_panels = [
        FieldPanel("title", classname="title"),
        FieldPanel("motto"),
        FieldPanel("lead"),
        FieldPanel("path_of_law"),
        FieldPanel("demand"),
        FieldPanel("actions"),
        FieldPanel("body"),
    ]
    template = "website/home_page.html"

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds what the home page shows of the rooms below."""
        from coalition.website import selectors

        context = super().get_context(request, *args, **kwargs)
        context.update(selectors.home_context(self))
        return context


def sections() -> list[tuple[str, str]]:
    """The words of the route table: a callable, so that a new word needs no migration."""
    return [(name, name) for name in WORDS]


class StandardPage(BasePage):
    """A plain page: About and what stands below it, the guide, contact, funding."""

    section: models.CharField[str, str] = models.CharField(
        _("section of the site"),
        max_length=40,
        blank=True,
        editable=False,
        choices=sections,
    )

    parent_page_types: ClassVar[list[str]] = ["website.HomePage", "website.StandardPage"]
    template = "website/standard_page.html"

    class Meta:
        verbose_name = _("plain page")
        verbose_name_plural = _("plain pages")

    def own_route_word(self) -> str:
        """The route that this page answers for, such as "about"."""
        return self.section

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the page above, and those below this one that exist in its language."""
        from coalition.pages.selectors import parent_of
        from coalition.website import selectors

        context = super().get_context(request, *args, **kwargs)
        context["children"] = selectors.children_of(self)
        context["parent"] = parent_of(self)
        return context


READ = [
    ("official", _("the official text now in force")),
    ("older", _("an earlier version of the text")),
    ("part", _("a part of the text")),
    ("no", _("the text itself was not read")),
]
"""What of a norm was read by whoever wrote the page."""


class NormBlock(blocks.StructBlock):
    """One norm that a page of the guide rests on; its title and standing are the record's."""

    key = blocks.RegexBlock(
        r"^[a-z0-9-]+$", label=_("key or number of the decision in the record"), max_length=80
    )
    article = blocks.CharBlock(
        label=_("Article"),
        help_text=_("As people cite it: article 91, paragraph 2. Empty: the whole document."),
        max_length=160,
        required=False,
    )
    read = blocks.ChoiceBlock(
        label=_("What was read"),
        choices=READ,
        default="no",
    )
    url = blocks.URLBlock(label=_("official address"), required=False)

    class Meta:
        icon = "doc-full"
        label = _("Norm")


class GuidePage(BasePage):
    """A page of the guide: what to do, on which norm it rests, when that was checked.

    It marks itself outdated when the record says that a norm has changed since: see `guide`.
    """

    class CheckedBy(models.TextChoices):
        """Who compared the page with the norms; no person is named."""

        MAKERS = "makers", _("the makers of the site, not a lawyer")
        EDITOR = "editor", _("an editor of the coalition")
        SECRETARIAT = "secretariat", _("the secretariat")
        LAWYER = "lawyer", _("a lawyer")

    topic: models.CharField[str, str] = models.CharField(
        _("topic of the guide"),
        max_length=40,
        blank=True,
        editable=False,
        choices=TOPICS,
    )
    norms = StreamField([("norm", NormBlock())], verbose_name=_("norms"), blank=True)
    checked_on: models.DateField[dt.date, dt.date] = models.DateField(
        _("checked on"), default=clock.today
    )
    checked_by: models.CharField[str, str] = models.CharField(
        _("checked by"), max_length=20, choices=CheckedBy.choices, default=CheckedBy.EDITOR
    )

    parent_page_types: ClassVar[list[str]] = ["website.StandardPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels = [
        FieldPanel("title", classname="title"),
        FieldPanel("lead"),
        FieldRowPanel([FieldPanel("checked_on"), FieldPanel("checked_by")]),
        FieldPanel("norms"),
        FieldPanel("body"),
    ]
    template = "website/guide_page.html"

    class Meta:
        verbose_name = _("page of the guide")
        verbose_name_plural = _("pages of the guide")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the page above, the norms as the record knows them, and since when it is outdated.

        Four queries at most beside those of every page.
        """
        from coalition.pages.selectors import parent_of
        from coalition.website import guide

        context = super().get_context(request, *args, **kwargs)
        context["parent"] = parent_of(self)
        context.update(guide.context_of(self))
        return context
