"""State of the room `website`: the home page and the plain pages around it."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
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
    needs_text = True
    template = "website/standard_page.html"

    class Meta:
        verbose_name = _("plain page")
        verbose_name_plural = _("plain pages")

    def own_route_word(self) -> str:
        """The route that this page answers for, such as "about"."""
        return self.section

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the page above, those below that exist in its language, and rows of its section."""
        from coalition.pages.selectors import parent_of
        from coalition.website import about, selectors

        context = super().get_context(request, *args, **kwargs)
        context["extra"] = about.extra_of(self)
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
    needs_text = True
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


class GrantQuerySet(models.QuerySet["Grant"]):
    """Verbs of grants."""

    def newest_first(self) -> GrantQuerySet:
        """By the year it begins."""
        return self.order_by("-year_from", "-pk")


class Grant(models.Model):
    """Money that somebody gave the coalition: shown to readers as it stands here."""

    class Currency(models.TextChoices):
        KZT = "KZT", "₸"
        USD = "USD", "$"
        EUR = "EUR", "€"

    funder_kk = models.CharField(_("who gave it, in Kazakh"), max_length=300)
    funder_ru = models.CharField(_("who gave it, in Russian"), max_length=300)
    funder_en = models.CharField(_("who gave it, in English"), max_length=300)
    amount = models.DecimalField(
        _("sum"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Empty: readers are told that the sum is not known."),
    )
    currency = models.CharField(
        _("currency"), max_length=3, choices=Currency.choices, default=Currency.KZT
    )
    year_from = models.PositiveSmallIntegerField(_("first year"))
    year_to = models.PositiveSmallIntegerField(_("last year"), null=True, blank=True)
    purpose_kk = models.CharField(_("what for, in Kazakh"), max_length=500)
    purpose_ru = models.CharField(_("what for, in Russian"), max_length=500)
    purpose_en = models.CharField(_("what for, in English"), max_length=500)
    source = models.URLField(_("address of the agreement or report"), max_length=500, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("funding")
        verbose_name_plural = pgettext_lazy("rows", "funding")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gt=0), name="grant_of_some_sum"
            ),
            models.CheckConstraint(
                condition=Q(year_from__gte=1991, year_from__lte=2100)
                & (Q(year_to__isnull=True) | Q(year_to__gte=F("year_from"), year_to__lte=2100)),
                name="grant_years_in_order",
                violation_error_message=_("The last year stands before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.funder_ru}, {self.year_from}"


def check_phone(value: str) -> None:
    """A phone as people write it: +7 and ten digits, spaces, brackets, hyphens. Raises."""
    digits = sum(letter.isdigit() for letter in value)
    if set(value) - set("+0123456789 ()-\u00a0") or digits != 11:
        raise ValidationError(
            _("A phone number has 11 digits, such as +7 700 000 00 00; here there are %(count)s.")
            % {"count": digits}
        )


@register_setting(icon="mail")
class ContactSettings(BaseSiteSetting):
    """Whom a journalist or a resident reaches; empty fields are said to be empty."""

    spokesperson_kk: models.CharField[str, str] = models.CharField(
        _("spokesperson, in Kazakh"),
        max_length=200,
        blank=True,
        help_text=_("Name and role; only with the person's consent."),
    )
    spokesperson_ru: models.CharField[str, str] = models.CharField(
        _("spokesperson, in Russian"), max_length=200, blank=True
    )
    spokesperson_en: models.CharField[str, str] = models.CharField(
        _("spokesperson, in English"), max_length=200, blank=True
    )
    spokesperson_phone: models.CharField[str, str] = models.CharField(
        _("spokesperson's phone"), max_length=30, blank=True, validators=[check_phone]
    )
    spokesperson_email: models.EmailField[str, str] = models.EmailField(
        _("spokesperson's e-mail"), blank=True
    )
    phone: models.CharField[str, str] = models.CharField(
        _("secretariat's phone"), max_length=30, blank=True, validators=[check_phone]
    )
    email: models.EmailField[str, str] = models.EmailField(_("secretariat's e-mail"), blank=True)
    address_kk: models.CharField[str, str] = models.CharField(
        _("postal address, in Kazakh"), max_length=300, blank=True
    )
    address_ru: models.CharField[str, str] = models.CharField(
        _("postal address, in Russian"), max_length=300, blank=True
    )
    address_en: models.CharField[str, str] = models.CharField(
        _("postal address, in English"), max_length=300, blank=True
    )

    class Meta:
        verbose_name = _("contacts")
        verbose_name_plural = _("contacts")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
