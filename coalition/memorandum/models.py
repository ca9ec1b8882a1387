"""State of the room `memorandum`: its versions and provisions, open rules, who has acceded."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from coalition.pages.models import BasePage
from coalition.registry.models import Organisation
from monitoring.core import clock, dates
from monitoring.core.models import LANGUAGES, Trilingual


class VersionQuerySet(models.QuerySet["Version"]):
    """Verbs of versions."""

    def adopted(self) -> VersionQuerySet:
        """Those whose day has come, the newest first: readers see no other."""
        return self.filter(adopted_from__lte=clock.today()).order_by("-number")


class Version(Trilingual):
    """The memorandum as it stood from a date on; its name is the document's title."""

    number = models.PositiveSmallIntegerField(_("number"), unique=True)
    adopted_from = models.DateField(_("adopted, first day"))
    adopted_to = models.DateField(_("adopted, last day"))
    place_kk = models.CharField(_("place in Kazakh"), max_length=200)
    place_ru = models.CharField(_("place in Russian"), max_length=200)
    place_en = models.CharField(_("place in English"), max_length=200)
    participants = models.PositiveSmallIntegerField(_("participants who signed"))
    source = models.CharField(_("source"), max_length=300)
    verified = models.BooleanField(
        _("compared with the original"),
        default=False,
        help_text=_("Until then the page says that the text is a retelling."),
    )
    found_since = models.DateTimeField(null=True, editable=False)
    """When the search was told that it is in force; its day comes without a row being written."""

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of the memorandum")
        verbose_name_plural = _("versions of the memorandum")
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(adopted_to__gte=models.F("adopted_from")),
                name="memorandum_days_in_order",
            )
        ]

    def __str__(self) -> str:
        return gettext("Version %(number)s, %(days)s") % {
            "number": self.number,
            "days": self.days(_reader()),
        }

    @property
    def is_adopted(self) -> bool:
        """Whether its first day has come, so that readers see it."""
        return self.adopted_from <= clock.today()

    @property
    def place(self) -> str:
        """Where it was adopted, in the reader's language."""
        return str(getattr(self, f"place_{_reader()}"))

    def days(self, language: str) -> str:
        """When it was adopted, in words: «2005 ж. 20–21 маусым»."""
        return dates.long_date(self.adopted_from, dates.Precision.DAYS, language, self.adopted_to)


class Section(Trilingual):
    """A part of a version; its provisions are numbered through all parts."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("section of the memorandum")
        verbose_name_plural = _("sections of the memorandum")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="section_own_position")
        ]


class Provision(models.Model):
    """One numbered provision, a text in each language; `#m5` is its permanent address."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="provisions")
    section = models.ForeignKey(Section, models.CASCADE, related_name="provisions")
    number = models.PositiveSmallIntegerField(_("number"))
    text_kk = models.TextField(_("text in Kazakh"))
    text_ru = models.TextField(_("text in Russian"))
    text_en = models.TextField(_("text in English"))

    class Meta:
        verbose_name = _("provision of the memorandum")
        verbose_name_plural = _("provisions of the memorandum")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="provision_own_number")
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """How the provision is cited: "M5"."""
        return f"M{self.number}"

    @property
    def anchor(self) -> str:
        """Where it stands on the page: "m5"."""
        return f"m{self.number}"

    @property
    def text(self) -> str:
        """The text in the reader's language."""
        return str(getattr(self, f"text_{_reader()}"))


class OpenRule(Trilingual):
    """A rule that the memorandum does not hold, until the coalition adopts one."""

    key = models.SlugField(unique=True)
    position = models.PositiveSmallIntegerField(_("position"), unique=True)
    adopted_on = models.DateField(_("adopted by the coalition on"), null=True, blank=True)
    rule_kk = models.TextField(_("the rule in Kazakh"), blank=True)
    rule_ru = models.TextField(_("the rule in Russian"), blank=True)
    rule_en = models.TextField(_("the rule in English"), blank=True)

    class Meta:
        verbose_name = _("rule of the coalition")
        verbose_name_plural = _("rules of the coalition")
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(adopted_on__isnull=True, rule_kk="", rule_ru="", rule_en="")
                | (Q(adopted_on__isnull=False) & ~Q(rule_kk="") & ~Q(rule_ru="") & ~Q(rule_en="")),
                name="a_rule_has_its_date_and_texts",
            )
        ]

    @property
    def rule(self) -> str:
        """The adopted rule in the reader's language, or ""."""
        return str(getattr(self, f"rule_{_reader()}"))


class Accession(models.Model):
    """An organisation has signed a version. The list of 2005 is not one: it names founders."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="accessions")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="accessions")
    acceded_on = models.DateField(_("acceded on"))
    source = models.CharField(
        _("by which paper or letter"), max_length=300, help_text=_("Not shown to readers.")
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    recorded_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("accession")
        verbose_name_plural = _("accessions")
        ordering = ["acceded_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "organisation"], name="an_organisation_accedes_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.acceded_on:%Y-%m-%d}"


class MemorandumPage(BasePage):
    """The page that shows the newest version; its body says how to join."""

    route_word = "memorandum"
    parent_page_types: ClassVar[list[str]] = ["website.HomePage"]
    subpage_types: ClassVar[list[str]] = []
    max_count_per_parent = 1
    template = "memorandum/memorandum_page.html"
    content_panels = [
        FieldPanel("title", classname="title"),
        FieldPanel("lead"),
        FieldPanel("body", heading=_("How to join")),
    ]

    class Meta:
        verbose_name = _("page of the memorandum")
        verbose_name_plural = _("pages of the memorandum")

    def search_text(self) -> str:
        """The page's own text and the provisions of the newest version, in its language."""
        newest = Version.objects.adopted().values("pk")[:1]
        provisions = Provision.objects.filter(version__in=newest).values_list(
            f"text_{self.locale.language_code}", flat=True
        )
        return "\n".join([super().search_text(), *provisions])

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the version with its sections, the open rules, who acceded and who founded."""
        from coalition.memorandum import selectors

        context = super().get_context(request, *args, **kwargs)
        context.update(selectors.memorandum_context(self.locale.language_code, request))
        return context


def _reader() -> str:
    code = (get_language() or "kk")[:2]
    return code if code in LANGUAGES else "kk"
