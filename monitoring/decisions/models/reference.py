"""What an editor may name anew without a release: kinds, stages, kinds of deadline."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.core.models import Trilingual


class DecisionKind(Trilingual):
    """A kind of document: law, decree, bill."""

    key = models.SlugField(_("key"), unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_draft = models.BooleanField(
        _("a draft"),
        default=False,
        help_text=_("Not in force yet: residents may be asked for their opinion."),
    )

    class Meta:
        verbose_name = _("kind of document")
        verbose_name_plural = _("kinds of document")
        ordering = ["order", "pk"]


class Stage(Trilingual):
    """A step a decision may take: introduced, adopted, withdrawn."""

    key = models.SlugField(_("key"), unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    ends = models.BooleanField(
        _("ends the path"), default=False, help_text=_("Nothing follows: withdrawn, repealed.")
    )
    waits = models.BooleanField(
        _("waits"),
        default=False,
        help_text=_("Nothing can happen for now, as between two legislatures."),
    )

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends=False) | Q(waits=False),
                name="stage_ends_or_waits",
                violation_error_message=_("What has ended does not wait."),
            ),
        ]


class DeadlineKind(Trilingual):
    """What a day is the last for: comments, an answer, the coming into force."""

    key = models.SlugField(_("key"), unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    takes_comments = models.BooleanField(
        _("opinions are taken until then"),
        default=False,
        help_text=_("The page says until when an opinion can be sent, and how."),
    )

    class Meta:
        verbose_name = _("kind of deadline")
        verbose_name_plural = _("kinds of deadline")
        ordering = ["order", "pk"]
