"""Dated things that happened and are no decisions."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from monitoring.core.dates import Precision
from monitoring.core.models import Trilingual
from monitoring.institutions.models.bodies import Attested, Body, BodyKind
from monitoring.vocabulary.models import Status


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

    @property
    def label(self) -> str:
        """The words in the reader's language."""
        return self.label_in((get_language() or "kk")[:2])

    @property
    def host(self) -> str:
        """Whose page the address is."""
        return (urlsplit(self.url).hostname or "").removeprefix("www.")
