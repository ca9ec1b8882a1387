"""State of the room `indicators`: rural districts, their budgets by year, published indicators."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.core import clock
from monitoring.core.models import Trilingual
from monitoring.decisions.models import Decision
from monitoring.vocabulary.models import District, Region, Verified


class RuralDistrict(Trilingual):
    """A rural district, village, settlement or town: the lowest level that has a budget."""

    code = models.SlugField(_("word in addresses"), max_length=60, unique=True)
    district = models.ForeignKey(
        District, models.PROTECT, related_name="rural", verbose_name=_("district")
    )

    class Meta:
        verbose_name = _("rural district")
        verbose_name_plural = _("rural districts")
        ordering = ["code"]


class BudgetCard(models.Model):
    """The budget of a rural district in a year, in thousand tenge. Empty: not known, never zero."""

    rural = models.ForeignKey(
        RuralDistrict, models.PROTECT, related_name="cards", verbose_name=_("rural district")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    plan = models.DecimalField(
        _("plan, thousand tenge"), max_digits=14, decimal_places=1, null=True, blank=True
    )
    own_revenue = models.DecimalField(
        _("own revenue, thousand tenge"), max_digits=14, decimal_places=1, null=True, blank=True
    )
    transfers = models.DecimalField(
        _("transfers, thousand tenge"), max_digits=14, decimal_places=1, null=True, blank=True
    )
    act = models.ForeignKey(
        Decision, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("act")
    )
    act_words = models.CharField(
        _("act in words"),
        max_length=300,
        blank=True,
        help_text=_("Number and date of the act that set the budget, where it has no record here."),
    )
    source = models.CharField(
        _("source"), max_length=1000, help_text=_("An address, or where it is written.")
    )
    verified = models.CharField(
        _("how sure"), max_length=10, choices=Verified.choices, default=Verified.NO
    )
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("budget of a rural district")
        verbose_name_plural = _("budgets of rural districts")
        ordering = ["rural", "-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["rural", "year"],
                name="budget_once_a_year",
                violation_error_message=_("This rural district has a card for the year already."),
            ),
            models.CheckConstraint(
                condition=Q(plan__isnull=False)
                | Q(own_revenue__isnull=False)
                | Q(transfers__isnull=False),
                name="budget_says_something",
                violation_error_message=_("Enter at least one of the three sums."),
            ),
            models.CheckConstraint(
                condition=(Q(plan__isnull=True) | Q(plan__gte=0))
                & (Q(own_revenue__isnull=True) | Q(own_revenue__gte=0))
                & (Q(transfers__isnull=True) | Q(transfers__gte=0)),
                name="budget_is_not_negative",
                violation_error_message=_("A sum is not less than nothing."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rural}, {self.year}"

    def clean(self) -> None:
        """A year in which there were such budgets or will be soon."""
        if self.year and not 1991 <= self.year <= clock.today().year + 5:
            raise ValidationError({"year": _("Enter a year from 1991 on.")})

    @property
    def adds_up(self) -> bool:
        """False where plan, own revenue and transfers are known and disagree by over 1 %."""
        if self.plan is None or self.own_revenue is None or self.transfers is None:
            return True
        return abs(self.own_revenue + self.transfers - self.plan) <= self.plan / 100


class Indicator(models.Model):
    """A published figure of the country or a region: as printed, with its unit and its source."""

    class Qualifier(models.TextChoices):
        """What the source says beside the number."""

        EXACT = "", _("as it is")
        OVER = "over", _("over")
        ABOUT = "about", _("about")

    key = models.SlugField(_("key"), unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    name_kk = models.CharField(_("name in Kazakh"), max_length=500)
    name_ru = models.CharField(_("name in Russian"), max_length=500)
    name_en = models.CharField(_("name in English"), max_length=500)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2)
    qualifier = models.CharField(
        _("the source says"), max_length=10, choices=Qualifier.choices, blank=True
    )
    unit_kk = models.CharField(_("unit in Kazakh"), max_length=60)
    unit_ru = models.CharField(_("unit in Russian"), max_length=60)
    unit_en = models.CharField(_("unit in English"), max_length=60)
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, help_text=_("Empty: the source does not say it.")
    )
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("region"),
        help_text=_("Empty: the whole country."),
    )
    source_kk = models.CharField(_("source in Kazakh"), max_length=500)
    source_ru = models.CharField(_("source in Russian"), max_length=500)
    source_en = models.CharField(_("source in English"), max_length=500)
    verified = models.CharField(
        _("how sure"), max_length=10, choices=Verified.choices, default=Verified.NO
    )
    note = models.TextField(_("note for editors"), blank=True)

    class Meta:
        verbose_name = _("published figure")
        verbose_name_plural = _("published figures")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name_kk

    def said(self, field: str, language: str) -> str:
        """Name, unit or source in a language."""
        return str(getattr(self, f"{field}_{language}", "") or getattr(self, f"{field}_kk"))
