"""What hangs on a decision: former keys, codes, links, and where each value came from."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.core import clock
from monitoring.decisions.models.decision import Decision
from monitoring.evidence.models import Snapshot


class DecisionAlias(models.Model):
    """A key that once named a record of its own and now leads to this one."""

    key = models.SlugField(max_length=80, unique=True)
    decision = models.ForeignKey(Decision, models.CASCADE, related_name="aliases")

    def __str__(self) -> str:
        return self.key


class Code(models.Model):
    """The number of a decision in an official collection: adilet Z2100000060, zan 7966."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="codes")
    collection = models.SlugField(_("collection"), max_length=20)
    value = models.CharField(_("code"), max_length=60)

    class Meta:
        ordering = ["collection", "value"]
        indexes = [models.Index(fields=["value"], name="code_values")]
        constraints = [
            models.UniqueConstraint(fields=["collection", "value"], name="code_names_one_decision"),
        ]

    def __str__(self) -> str:
        return f"{self.collection} {self.value}"


class Link(models.Model):
    """A place where the decision stands or is written of."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="links")
    url = models.URLField(_("address"), max_length=1000, blank=True)
    label_kk = models.CharField(_("in words, Kazakh"), max_length=300, blank=True)
    label_ru = models.CharField(_("in words, Russian"), max_length=300, blank=True)
    label_en = models.CharField(_("in words, English"), max_length=300, blank=True)
    checked = models.DateField(_("checked on"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(url="") | ~Q(label_kk=""), name="link_says_something"
            ),
            models.UniqueConstraint(
                fields=["decision", "url"], condition=~Q(url=""), name="link_once_a_decision"
            ),
        ]

    def __str__(self) -> str:
        return self.label_kk or self.url

    def label_in(self, language: str) -> str:
        """The words of the link; empty if it has none and the host must do."""
        return str(getattr(self, f"label_{language}", "") or self.label_kk)


class FieldSource(models.Model):
    """Where the present value of a field came from: which address or copy, or which person."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="field_sources")
    field = models.SlugField(max_length=60)
    value = models.TextField(blank=True)
    source = models.CharField(max_length=2000, blank=True)
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=clock.now)

    class Meta:
        default_permissions = ("view",)
        indexes = [models.Index(fields=["decision", "field", "-id"], name="source_of_field")]

    def __str__(self) -> str:
        return f"{self.field}: {self.source or self.by}"
