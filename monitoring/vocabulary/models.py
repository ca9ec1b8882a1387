"""State of the room `vocabulary`: reference words that all rooms share."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
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
