"""State of the room `registry`: who the member organisations are, where they stand, who speaks.

Identity and standing are the secretariat's; what an organisation says of itself stands on its page.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Collection
from wagtail.url_routing import RouteResult
from wagtail_localize.fields import SynchronizedField

from coalition.pages.models import BasePage
from coalition.registry.bins import validate_bin
from coalition.registry.sheet.models import RegistryUpload  # noqa: F401 # a model of this room
from monitoring.core import clock
from monitoring.core.models import LANGUAGES, Trilingual


def in_language(row: models.Model, field: str, language: str | None = None) -> str:
    """The text of a trilingual field (`place` → `place_ru`) in a language, or in the reader's."""
    code = (language or get_language() or "kk")[:2]
    return str(getattr(row, f"{field}_{code if code in LANGUAGES else 'kk'}"))


class LegalForm(Trilingual):
    """A form of organisation, as sources state it; not a finding about the register of firms."""

    code = models.SlugField(_("code"), unique=True)

    class Meta:
        verbose_name = _("legal form")
        verbose_name_plural = _("legal forms")


def _newest_standing(on: dt.date | None) -> models.QuerySet[Standing]:
    return Standing.objects.filter(
        organisation=models.OuterRef("pk"), since__lte=on or clock.today()
    ).order_by("-since", "-pk")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Verbs of organisations. No two of them are ever added up."""

    def with_standing(self, on: dt.date | None = None) -> OrganisationQuerySet:
        """Annotate `standing_kind` and `standing_since`: the newest row of the history on a day."""
        newest = _newest_standing(on)
        return self.annotate(
            standing_kind=models.Subquery(newest.values("kind")[:1]),
            standing_since=models.Subquery(newest.values("since")[:1]),
        )

    def confirmed(self, on: dt.date | None = None) -> OrganisationQuerySet:
        """Organisations whose newest standing on a day is `confirmed`: the present-day members."""
        return self.alias(
            _standing=models.Subquery(_newest_standing(on).values("kind")[:1])
        ).filter(_standing=Standing.Kind.CONFIRMED)

    def founders(self) -> OrganisationQuerySet:
        """The founding organisations as listed in 2005, in that order, whatever became of them."""
        return self.filter(number__isnull=False).order_by("number")


class ExperienceField(Trilingual):  # type: ignore[django-manager-missing] # the library's pages
    """One of the fields in which the founders of 2005 had experience; the library uses them too."""

    key = models.SlugField(_("key"), unique=True)
    position = models.PositiveSmallIntegerField(_("position"), unique=True)
    short_kk = models.CharField(_("short name in Kazakh"), max_length=80)
    short_ru = models.CharField(_("short name in Russian"), max_length=80)
    short_en = models.CharField(_("short name in English"), max_length=80)

    class Meta:
        verbose_name = _("field of experience")
        verbose_name_plural = _("fields of experience")
        ordering = ["position"]

    def short(self, language: str | None = None) -> str:
        """A few words for filters and rows, in a language or the reader's."""
        return in_language(self, "short", language)


class Organisation(Trilingual):  # type: ignore[django-manager-missing] # `pages` is Wagtail's
    """An organisation of the coalition, as the secretariat knows it.

    A name is "confirmed" once the organisation itself has said so; a name found on a page of
    somebody else carries that page's address and stays unconfirmed.
    """

    class Settlement(models.TextChoices):
        CITY = "city", _("city")
        VILLAGE = "village", _("village")

    number = models.PositiveSmallIntegerField(
        _("number in the list of 2005"), null=True, blank=True, unique=True
    )
    name_kk_confirmed = models.BooleanField(_("Kazakh name confirmed"), default=False)
    name_ru_confirmed = models.BooleanField(_("Russian name confirmed"), default=False)
    name_en_confirmed = models.BooleanField(_("English name confirmed"), default=False)
    name_ru_source = models.URLField(
        _("where the Russian name was seen"), max_length=500, blank=True
    )
    name_en_source = models.URLField(
        _("where the English name was seen"), max_length=500, blank=True
    )
    short_name_kk = models.CharField(_("short name in Kazakh"), max_length=120)
    short_name_ru = models.CharField(_("short name in Russian"), max_length=120)
    short_name_en = models.CharField(_("short name in English"), max_length=120)
    name_as_in_source = models.CharField(
        _("name as in the source"), max_length=500, blank=True, help_text=_("Letter by letter.")
    )
    place_as_in_source = models.CharField(
        _("place as in the source"), max_length=300, blank=True, help_text=_("Letter by letter.")
    )
    place_kk = models.CharField(_("place in Kazakh"), max_length=200)
    place_ru = models.CharField(_("place in Russian"), max_length=200)
    place_en = models.CharField(_("place in English"), max_length=200)
    settlement = models.CharField(_("settlement"), max_length=10, choices=Settlement)
    legal_form = models.ForeignKey(
        LegalForm, models.PROTECT, null=True, blank=True, verbose_name=_("legal form")
    )
    legal_form_stated = models.CharField(
        _("legal form as stated"), max_length=200, blank=True, help_text=_("Letter by letter.")
    )
    region = models.ForeignKey(
        "vocabulary.Region", models.PROTECT, related_name="organisations", verbose_name=_("region")
    )
    lat = models.FloatField(_("latitude of the place, degrees"), null=True, blank=True)
    lon = models.FloatField(_("longitude of the place, degrees"), null=True, blank=True)
    bin = models.CharField(
        _("BIN"),
        max_length=12,
        blank=True,
        validators=[validate_bin],
        help_text=_("12 digits. Not shown to readers."),
    )
    experience: models.ManyToManyField[ExperienceField, Any] = models.ManyToManyField(
        ExperienceField,
        blank=True,
        related_name="organisations",
        verbose_name=_("fields of experience"),
    )
    note = models.TextField(_("note for editors"), blank=True)
    group = models.OneToOneField(
        Group, models.SET_NULL, null=True, blank=True, editable=False, related_name="organisation"
    )
    collection = models.OneToOneField(
        Collection,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="organisation",
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(lat__range=(-90, 90), lon__range=(-180, 180)),
                name="organisation_both_coordinates",
            ),
            models.UniqueConstraint(
                fields=["bin"], condition=~Q(bin=""), name="organisation_own_bin"
            ),
        ]

    def clean(self) -> None:
        """Say at the field whose BIN it already is."""
        super().clean()
        other = Organisation.objects.filter(bin=self.bin).exclude(pk=self.pk).exclude(bin="")
        if found := other.first():
            raise ValidationError(
                {"bin": _("“%(name)s” has this BIN already.") % {"name": found.short_name()}}
            )

    def short_name(self, language: str | None = None) -> str:
        """The short name in a language; ours until the organisation approves one."""
        return in_language(self, "short_name", language)

    def place(self, language: str | None = None) -> str:
        """Region and town or village in a language; the place of 2005, under today's region."""
        return in_language(self, "place", language)

    def unconfirmed_names(self) -> list[str]:
        """Languages in which the organisation has not confirmed its own name."""
        return [code for code in LANGUAGES if not getattr(self, f"name_{code}_confirmed")]


class Standing(models.Model):
    """One step in an organisation's standing, from a day on. Rows are added, never changed."""

    class Kind(models.TextChoices):
        FOUNDER = "founder", _("founding organisation (2005)")
        CONFIRMED = "confirmed", _("confirmed member")
        UNCONFIRMED = "unconfirmed", _("not confirmed")
        ENDED = "ended", _("membership ended")

    class Precision(models.TextChoices):
        DAY = "day", _("day known")
        DAYS = "days", _("several days")
        MONTH = "month", _("month known")
        YEAR = "year", _("year known")

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="standings", verbose_name=_("organisation")
    )
    kind = models.CharField(_("standing"), max_length=12, choices=Kind)
    since = models.DateField(_("since"))
    precision = models.CharField(
        _("precision of the date"), max_length=5, choices=Precision, default=Precision.DAY
    )
    source = models.CharField(
        _("source"), max_length=500, blank=True, help_text=_("Who said so, where.")
    )
    at = models.DateTimeField(_("entered"), default=clock.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False
    )

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "since"], name="standing_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.since:%d.%m.%Y}"

    def clean(self) -> None:
        """A standing cannot begin in the future: it states what is."""
        super().clean()
        if self.since and self.since > clock.today():
            raise ValidationError({"since": _("A standing cannot begin in the future.")})


class RepresentativeQuerySet(models.QuerySet["Representative"]):
    """Verbs of representatives."""

    def current(self, on: dt.date | None = None) -> RepresentativeQuerySet:
        """Those who speak for an organisation on a day (today)."""
        day = on or clock.today()
        return self.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)


class Representative(models.Model):
    """Who may write for an organisation, from when to when (the last day is not included).

    Never shown to the public: nobody is named before consenting.
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="representatives", verbose_name=_("organisation")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="representations",
        verbose_name=_("person"),
    )
    name = models.CharField(
        _("name of the person"),
        max_length=300,
        blank=True,
        editable=False,
        help_text=_("As it was; it stays when the account is removed."),
    )
    since = models.DateField(_("since"), default=clock.today)
    until = models.DateField(_("until"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    objects = RepresentativeQuerySet.as_manager()

    class Meta:
        verbose_name = _("representative")
        verbose_name_plural = _("representatives")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"],
                condition=Q(until__isnull=True),
                name="representative_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
                name="representative_until_after_since",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} – {self.user or self.name}"


def _language() -> str:
    """The language of the address asked for, which is the page's own: no query."""
    return (get_language() or "kk")[:2]


class OrganisationIndexPage(BasePage):
    """Who belongs to the coalition: confirmed members, and apart from them the founders of 2005."""

    route_word = "members"
    template = "registry/organisation_index_page.html"
    subpage_types: ClassVar[list[str]] = ["registry.OrganisationPage"]

    class Meta:
        verbose_name = _("list of organisations")
        verbose_name_plural = _("lists of organisations")

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """An organisation's page together with its other languages: one query instead of three."""
        from coalition.registry import selectors

        if len(path_components) == 1:
            page = selectors.page_below(self, path_components[0])
            if page is not None:
                return page.route(request, [])
        return super().route(request, path_components)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the lists of the directory, never added up, and its filter, map and table."""
        from coalition.registry import selectors

        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        found = selectors.directory(_language(), request, self.get_url(request) or "")
        if found["query"]:
            # The filter goes along when the language is switched.
            context["alternates"] = [
                {**one, "url": f"{one['url']}?{found['query']}"} for one in context["alternates"]
            ]
        if found["noindex"]:
            context["found"] = replace(context["found"], noindex=True)
        return context | found


class OrganisationPage(BasePage):
    """What an organisation says of itself in one language; the lead is its one sentence.

    Name, place, form and standing come from the Organisation and are not edited here. Contacts are
    the organisation's public ones; entered in one language they serve all three.
    """

    organisation: models.ForeignKey[Organisation, Organisation] = models.ForeignKey(
        Organisation, models.PROTECT, related_name="pages", verbose_name=_("organisation")
    )
    address: models.CharField[str, str] = models.CharField(
        _("public address"), max_length=300, blank=True
    )
    phone: models.CharField[str, str] = models.CharField(
        _("public telephone"),
        max_length=40,
        blank=True,
        help_text=_("With the code of the country: +7 …"),
    )
    email: models.EmailField[str, str] = models.EmailField(_("public e-mail"), blank=True)
    website: models.URLField[str, str] = models.URLField(_("website"), blank=True)
    logo: models.ForeignKey[Any, Any] = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("logo"),
    )

    template = "registry/organisation_page.html"
    search_kind = "organisation"
    is_creatable = False  # made with its organisation, one a language
    parent_page_types: ClassVar[list[str]] = ["registry.OrganisationIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels = [
        FieldPanel("title", read_only=True),
        FieldPanel("lead", heading=_("One sentence on what you do")),
        MultiFieldPanel(
            [FieldPanel(name) for name in ("address", "phone", "email", "website", "logo")],
            heading=_("Public contacts"),
        ),
        FieldPanel("body", heading=_("Experience")),
    ]
    promote_panels = [FieldPanel("search_description")]
    override_translatable_fields = [
        *BasePage.override_translatable_fields,
        SynchronizedField("phone"),
    ]

    class Meta:
        verbose_name = _("page of an organisation")
        verbose_name_plural = _("pages of organisations")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the organisation, its standing, its names and the contacts of all languages."""
        from coalition.registry import selectors

        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context.update(selectors.profile(self, _language()))
        return context

    def search_id(self) -> int:
        """The organisation: found once, by any of its names and pages."""
        return int(self.organisation_id)

    def _set_core_field_defaults(self) -> None:
        # Wagtail calls this before every kind of validation: the title is the organisation's name.
        if self.organisation_id and self.locale_id:
            self.title = self.organisation.short_name(self.locale.language_code)
        super()._set_core_field_defaults()

    def _has_the_originals_slug(self) -> bool:
        # One address word in all languages, the romanised Kazakh name: it never changes.
        return False


# Django finds models in this module only; those of the organisations' own work stand apart.
from coalition.registry.own_models import DataCheck, OwnDraft  # noqa: E402, F401 - see above
