"""State of the room `vocabulary`: reference words that all rooms share."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from taggit.models import TagBase

from monitoring.core.models import Trilingual


class Verified(models.TextChoices):
    """How sure a fact of the record is; shown beside the fact, in words."""

    YES = "yes", _("Checked against an official text")
    PARTLY = "partly", _("Partly checked")
    SECONDARY = "secondary", _("From a secondary source")
    NO = "no", _("Not checked")


class Topic(Trilingual, TagBase):  # type: ignore[django-manager-missing]  # taggit is untyped
    """What a decision is about. Editors choose from the list; nobody makes a topic by typing."""

    free_tagging = False
    slug = models.SlugField(_("word in addresses"), max_length=60, unique=True)

    objects: ClassVar[models.Manager[Topic]] = models.Manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["pk"]


class Status(Trilingual):
    """What a decision or an event is now: in force, withdrawn, held."""

    key = models.SlugField(unique=True)
    ends = models.BooleanField(
        _("ends the path"), default=False, help_text=_("Nothing follows: withdrawn, repealed.")
    )

    class Meta:
        verbose_name = _("status")
        verbose_name_plural = _("statuses")
        ordering = ["pk"]


class Region(Trilingual):
    """A region, the capital or a city of republican significance."""

    code = models.CharField(_("ISO 3166-2 code"), max_length=8, unique=True)
    kato_prefix = models.CharField(_("first digits of KATO"), max_length=2, unique=True)
    also_known_as = models.CharField(_("also known as"), max_length=300, blank=True)
    centre_kk = models.CharField(_("centre in Kazakh"), max_length=100)
    centre_ru = models.CharField(_("centre in Russian"), max_length=100)
    centre_en = models.CharField(_("centre in English"), max_length=100)
    lat = models.FloatField(_("latitude of the centre, degrees"))
    lon = models.FloatField(_("longitude of the centre, degrees"))
    tile_row = models.PositiveSmallIntegerField(_("row on the tile map"))
    tile_col = models.PositiveSmallIntegerField(_("column on the tile map"))

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["tile_row", "tile_col"], name="region_own_tile"),
        ]


class District(Trilingual):
    """A district, or a city or a city's district that stands beside districts.

    Names, codes and centres: geokz by A. Rodionov (CC BY 4.0), which the site credits. `code`
    stands in addresses and never changes: the KATO code where it was known (short, and light on a
    page with 228 of them), else a word of ours.
    """

    class Kind(models.TextChoices):
        """What the unit is beside."""

        DISTRICT = "district", _("district")
        CITY = "city", _("city of regional significance")
        CITY_DISTRICT = "city-district", _("district in a city")
        SPECIAL_CITY = "special-city", _("city with special status")

    code = models.SlugField(_("word in addresses"), max_length=40, unique=True)
    kato = models.CharField(
        _("KATO code"),
        max_length=9,
        unique=True,
        null=True,
        blank=True,
        help_text=_("Empty: the code was not found."),
    )
    kind = models.CharField(_("kind of unit"), max_length=20, choices=Kind.choices)
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="districts", verbose_name=_("region")
    )
    lat = models.FloatField(_("latitude of the centre, degrees"), null=True, blank=True)
    lon = models.FloatField(_("longitude of the centre, degrees"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    note = models.TextField(_("note for editors"), blank=True)

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(lat__isnull=False, lon__isnull=False),
                name="district_whole_point",
            ),
            models.CheckConstraint(
                condition=Q(kato__isnull=True) | ~Q(kato=""), name="district_no_empty_kato"
            ),
        ]
