"""What makes an entry matter, as analysts say it; and where a rule may accept by itself."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.core.models import Trilingual
from monitoring.decisions.models import Decision, DecisionKind
from monitoring.evidence.models import Source
from monitoring.institutions.models import Body

_UP_TO_100 = [MaxValueValidator(100)]
_PHRASES = 20_000


class TopicRule(Trilingual):
    """Grounds on which entries gain or lose points; `relevance` says how they are counted."""

    key = models.SlugField(_("key"), max_length=80, unique=True)
    phrases_kk = models.TextField(_("phrases in Kazakh"), max_length=_PHRASES, blank=True)
    phrases_ru = models.TextField(_("phrases in Russian"), max_length=_PHRASES, blank=True)
    phrases_en = models.TextField(_("phrases in English"), max_length=_PHRASES, blank=True)
    points = models.PositiveSmallIntegerField(
        _("points for a phrase"), default=30, validators=_UP_TO_100,
        help_text=_("Whole in the title, half in the text alone; several phrases count once."),
    )  # fmt: skip
    against_kk = models.TextField(_("against, in Kazakh"), max_length=_PHRASES, blank=True)
    against_ru = models.TextField(_("against, in Russian"), max_length=_PHRASES, blank=True)
    against_en = models.TextField(_("against, in English"), max_length=_PHRASES, blank=True)
    against_points = models.PositiveSmallIntegerField(
        _("points taken away"), default=30, validators=_UP_TO_100
    )
    bodies = models.ManyToManyField(
        Body, blank=True, related_name="+", verbose_name=_("public bodies"),
        help_text=_("Whose source the entry came from."),
    )  # fmt: skip
    body_points = models.PositiveSmallIntegerField(
        _("points for the body"), default=10, validators=_UP_TO_100
    )
    kinds = models.ManyToManyField(
        DecisionKind, blank=True, related_name="+", verbose_name=_("kinds of document"),
        help_text=_("Named in the title of the entry."),
    )  # fmt: skip
    kind_points = models.PositiveSmallIntegerField(
        _("points for the kind"), default=10, validators=_UP_TO_100
    )
    acts = models.ManyToManyField(
        Decision, blank=True, related_name="+", verbose_name=_("acts watched"),
        help_text=_("Entries that cite one of them."),
    )  # fmt: skip
    act_points = models.PositiveSmallIntegerField(
        _("points for a citation"), default=40, validators=_UP_TO_100
    )
    title_only = models.BooleanField(
        _("in the title only"),
        default=False,
        help_text=_("For what the text of nearly every act says, such as the name of its law."),
    )
    active = models.BooleanField(_("counts"), default=True)
    reviewed = models.BooleanField(_("reviewed by an editor"), default=False)
    note = models.TextField(_("note"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("rule of relevance")
        verbose_name_plural = _("rules of relevance")
        ordering = ["pk"]


class AutoAccept(models.Model):
    """From how many points on the entries of a source are accepted by rule; off unless said."""

    source = models.OneToOneField(
        Source, models.CASCADE, related_name="auto_accept", verbose_name=_("source")
    )
    active = models.BooleanField(_("accept by rule"), default=False)
    threshold = models.PositiveSmallIntegerField(
        _("from so many points on"), default=90, validators=_UP_TO_100
    )
    kind = models.ForeignKey(
        DecisionKind, models.PROTECT, related_name="+", verbose_name=_("kind of document"),
        help_text=_("What every entry of this source is."),
    )  # fmt: skip
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("acceptance by rule")
        verbose_name_plural = _("acceptances by rule")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="auto_accept_never_from_nothing", condition=Q(threshold__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return str(self.source)
