"""Public bodies: what they are, where, from when until when, and their convocations."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from monitoring.core import clock
from monitoring.core.dates import Precision, last_day
from monitoring.core.models import Trilingual
from monitoring.vocabulary.models import District, Region, Verified

OWN_WORDS = frozenset({"votes", "dates"})
"""What stands in addresses where a body's word would."""


def ends_after_it_begins(name: str) -> models.CheckConstraint:
    """Dates in order; of a last month or year the first day is stored, which `clean` looks at."""
    in_order = Q(date_to__isnull=True) | Q(date_from__isnull=True) | Q(date_to__gte=F("date_from"))
    return models.CheckConstraint(
        condition=in_order | ~Q(date_to_precision=Precision.DAY), name=name
    )


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

    def clean(self) -> None:
        """It ends no earlier than it begins, as exactly as both dates are known."""
        super().clean()
        if self.date_from and self.date_to and self.last_possible_day < self.date_from:
            raise ValidationError({"date_to": _("It cannot end before it begins.")})

    @property
    def last_possible_day(self) -> dt.date:
        """The latest day the end may mean; the last day of all without an end."""
        if self.date_to is None:
            return dt.date.max
        return last_day(self.date_to, self.date_to_precision)

    @property
    def has_ended(self) -> bool:
        """Whether it is no more today: of a year or a month only once that has begun."""
        return self.date_to is not None and self.date_to <= clock.today()


class BodyKind(Trilingual, Lived, Attested):
    """A kind of public body: ministry, chamber, maslikhat."""

    key = models.SlugField(_("key"), unique=True)
    successor = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("followed by"),
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
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bodies",
        verbose_name=_("region"),
        help_text=_("Empty: a body of the whole country."),
    )
    district = models.ForeignKey(
        District,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bodies",
        verbose_name=_("district"),
    )
    has_page = models.BooleanField(_("has a public page"), default=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("public body")
        verbose_name_plural = _("public bodies")
        ordering = ["pk"]
        constraints = [
            ends_after_it_begins("body_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | ~Q(successor=F("pk")),
                name="body_does_not_follow_itself",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")),
                name="body_is_no_part_of_itself",
            ),
            models.CheckConstraint(
                condition=Q(district__isnull=True) | Q(region__isnull=False),
                name="body_district_has_region",
            ),
        ]

    @property
    def end_is_unknown(self) -> bool:
        """Whether it ended on a day that was not found: said so, or another follows it."""
        is_said = self.date_to_precision == Precision.UNKNOWN or self.successor_id is not None
        return self.date_to is None and is_said

    def clean(self) -> None:
        """Its district lies in its region, and nobody sat longer than the body was."""
        super().clean()
        errors = {}
        if self.district and self.district.region_id != self.region_id:
            errors["district"] = _("This district lies in another region.")
        if self.key in OWN_WORDS:
            errors["key"] = _("This word stands for something else in addresses.")
        if self.pk and self.date_to and self._outlived():
            errors["date_to"] = _("A person is entered as sitting here after that day.")
        if errors:
            raise ValidationError(errors)

    def _outlived(self) -> bool:
        day = self.last_possible_day
        later = Q(date_to__gt=day) | Q(date_from__gt=day)
        return bool(self.memberships.filter(later).exists())


class Convocation(Lived, Attested):
    """The time for which a body was elected: the VIII convocation of the Mazhilis."""

    body = models.ForeignKey(
        Body, models.CASCADE, related_name="convocations", verbose_name=_("public body")
    )
    number = models.PositiveSmallIntegerField(_("number of the convocation"))

    class Meta:
        verbose_name = _("convocation")
        verbose_name_plural = _("convocations")
        ordering = ["body", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["body", "number"], name="convocation_once_a_body"),
            models.CheckConstraint(condition=Q(number__gte=1), name="convocation_is_numbered"),
            ends_after_it_begins("convocation_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.body}, {self.label}"

    @property
    def label(self) -> str:
        """«VIII шақырылым» in the reader's language."""
        return gettext("Convocation %(number)s") % {"number": roman(self.number)}

    def label_in(self, language: str) -> str:
        """The same in a language."""
        with override(language):
            return self.label


def roman(number: int) -> str:
    """A number as convocations are counted: 8 is VIII."""
    signs = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    said = ""
    for value, sign in signs:
        said += sign * (number // value)
        number %= value
    return said
