"""State of the room `website`: the home page and the plain pages around it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField

from coalition.pages.models import BasePage
from monitoring.core.routes import WORDS


class ActionBlock(blocks.StructBlock):
    """One thing that a resident can do."""

    title = blocks.CharBlock(label=_("What to do"), max_length=80)
    text = blocks.TextBlock(label=_("How"), max_length=300)

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
