"""State of the room `institutions`: public bodies with their dates, and events."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from monitoring.core.dates import Precision
from monitoring.core.models import Trilingual
from monitoring.vocabulary.models import Status, Verified


class Attested(models.Model):
    """A fact with where it stands and how sure it is."""

    verified = models.CharField(
        _("how sure"), max_length=10, choices=Verified.choices, default=Verified.NO
    )
    source = models.CharField(
        _("source"), max_length=500, blank=True, help_text=_("An address, or the place of a book.")
    )
    note = models.TextField(_("note for editors"), blank=True, help_text=_("Not shown to readers."))

    class Meta:
        abstract = True


class Lived(models.Model):
    """Something that began and perhaps ended, each date as exact as it is known."""

    date_from = models.DateField(_("from"), null=True, blank=True)
    date_from_precision = models.CharField(
        _("precision of the first date"),
        max_length=10,
        choices=Precision.choices,
        default=Precision.DAY,
    )
    date_to = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The first day it was no more.")
    )
    date_to_precision = models.CharField(
        _("precision of the last date"),
        max_length=10,
        choices=Precision.choices,
        default=Precision.DAY,
    )

    class Meta:
        abstract = True


class BodyKind(Trilingual, Lived, Attested):
    """A kind of public body: ministry, chamber, maslikhat."""

    key = models.SlugField(_("key"), unique=True)
    successor = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="predecessors"
    )

    class Meta:
        verbose_name = _("kind of body")
        verbose_name_plural = _("kinds of body")
        ordering = ["pk"]


class Body(Trilingual, Lived, Attested):
    """A public body that decides. It may end, and another follows."""

    key = models.SlugField(_("word in addresses"), unique=True)
    kind = models.ForeignKey(
        BodyKind, models.PROTECT, related_name="bodies", verbose_name=_("kind of body")
    )
    parent = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("part of"),
    )
    successor = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("followed by"),
    )
    has_page = models.BooleanField(_("has a public page"), default=True)

    class Meta:
        verbose_name = _("public body")
        verbose_name_plural = _("public bodies")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(date_to__isnull=True)
                | Q(date_from__isnull=True)
                | Q(date_to__gte=F("date_from")),
                name="body_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | ~Q(successor=F("pk")),
                name="body_does_not_follow_itself",
            ),
        ]


class EventKind(Trilingual):
    """A kind of event: election, address, change of institutions."""

    key = models.SlugField(_("key"), unique=True)

    class Meta:
        verbose_name = _("kind of event")
        verbose_name_plural = _("kinds of event")
        ordering = ["pk"]


class Event(Trilingual, Attested):
    """A dated thing that happened and is no decision: an election, an institution's beginning."""

    key = models.SlugField(_("key"), max_length=80, unique=True)
    kind = models.ForeignKey(
        EventKind, models.PROTECT, related_name="events", verbose_name=_("kind of event")
    )
    date = models.DateField(_("date"))
    date_end = models.DateField(_("last day"), null=True, blank=True)
    precision = models.CharField(
        _("precision of the date"),
        max_length=10,
        choices=Precision.choices,
        default=Precision.DAY,
    )
    status = models.ForeignKey(
        Status, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("status")
    )
    body = models.ForeignKey(
        Body,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("public body"),
    )
    body_kind = models.ForeignKey(
        BodyKind,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("kind of body"),
        help_text=_("When it concerns every body of a kind."),
    )

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-date", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(date_end__isnull=True) | Q(date_end__gte=F("date")),
                name="event_ends_after_it_begins",
            ),
        ]


class EventSource(models.Model):
    """One place where an event stands."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="sources")
    url = models.URLField(_("address"), max_length=1000, blank=True)
    label_kk = models.CharField(_("in words, Kazakh"), max_length=300, blank=True)
    label_ru = models.CharField(_("in words, Russian"), max_length=300, blank=True)
    label_en = models.CharField(_("in words, English"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("source of an event")
        verbose_name_plural = _("sources of events")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(url="") | ~Q(label_kk=""), name="event_source_says_something"
            ),
        ]

    def __str__(self) -> str:
        return self.label_kk or self.url

    def label_in(self, language: str) -> str:
        """The words of the source; empty if it has none and the host must do."""
        return str(getattr(self, f"label_{language}", "") or self.label_kk)
